"""The desk: the docket of memos, and acts of review, which are only ever added."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from wizard.append_only import protect

TABLES = {"wizard_reviewact": (("id",), ("public_id",), ("memo_id", "number"))}


class Migration(migrations.Migration):
    dependencies = [
        ("wizard", "0003_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Docket",
            fields=[
                (
                    "memo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="docket",
                        serialize=False,
                        to="wizard.memo",
                    ),
                ),
                ("number", models.CharField(max_length=20)),
                ("reference", models.CharField(max_length=20)),
                ("title", models.CharField(blank=True, max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for review"),
                            ("returned", "returned with questions"),
                            ("approved", "approved"),
                            ("superseded", "superseded"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("outcome", models.CharField(max_length=32)),
                ("review_policy", models.CharField(blank=True, max_length=48)),
                ("destination", models.CharField(blank=True, max_length=2)),
                ("headquarters", models.CharField(blank=True, max_length=2)),
                ("embargo", models.BooleanField(default=False)),
                ("red_flag", models.BooleanField(default=False)),
                ("transaction_date", models.DateField(null=True)),
                ("created", models.DateTimeField()),
                ("touched", models.DateTimeField()),
                ("acts", models.PositiveIntegerField(default=0)),
                (
                    "assignee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-memo_id",),
                "indexes": [
                    models.Index(fields=["state", "-memo"], name="wizard_docket_state"),
                    models.Index(fields=["assignee", "state", "-memo"], name="wizard_docket_assignee"),
                    models.Index(fields=["author", "state", "-memo"], name="wizard_docket_author"),
                    models.Index(fields=["owner", "-memo"], name="wizard_docket_owner"),
                    models.Index(fields=["outcome", "-memo"], name="wizard_docket_outcome"),
                    models.Index(fields=["destination", "-memo"], name="wizard_docket_destination"),
                    models.Index(fields=["number"], name="wizard_docket_number"),
                    models.Index(fields=["reference"], name="wizard_docket_reference"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("canonical", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("assigned", "assigned"),
                            ("commented", "commented"),
                            ("returned", "returned with questions"),
                            ("approved", "approved"),
                            ("superseded", "superseded"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "memo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="wizard.memo"
                    ),
                ),
            ],
            options={
                "ordering": ("memo", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("memo", "number"), name="wizard_act_once_a_number")
                ],
            },
        ),
        migrations.RunPython(protect(TABLES)),
    ]
