"""Custody: events of retention and exports, which are only ever added; and what the dashboard counts by."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from wizard.append_only import protect

TABLES = {
    "wizard_retentionevent": (("id",), ("public_id",), ("case_id", "number")),
    "wizard_exportact": (("id",), ("public_id",), ("number", "step")),
}


class Migration(migrations.Migration):
    dependencies = [
        ("wizard", "0007_law_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportAct",
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
                ("number", models.CharField(max_length=20)),
                ("step", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="retention",
                        serialize=False,
                        to="wizard.case",
                    ),
                ),
                ("keep_until", models.DateField(null=True)),
                ("held", models.BooleanField(default=False)),
                ("events", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionEvent",
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
                            ("exported", "exported, or the service was provided"),
                            ("reexported", "known reexport, in-country transfer, transshipment or diversion"),
                            ("terminated", "transaction ended in another way"),
                            ("boycott", "boycott-related request received"),
                            ("held", "hold placed"),
                            ("lifted", "hold lifted"),
                            ("withdrawn", "entry withdrawn as a mistake"),
                        ],
                        max_length=12,
                    ),
                ),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("case", "number"),
            },
        ),
        migrations.AddIndex(
            model_name="answerevent",
            index=models.Index(
                condition=models.Q(("way", "not_sure")),
                fields=["at", "fact", "case"],
                name="wizard_event_not_sure",
            ),
        ),
        migrations.AddIndex(
            model_name="answerevent",
            index=models.Index(
                condition=models.Q(("outcome_before", ""), _negated=True),
                fields=["at"],
                name="wizard_event_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["updated"], name="wizard_case_updated"),
        ),
        migrations.AddIndex(
            model_name="docket",
            index=models.Index(
                fields=["created", "outcome", "destination", "headquarters"], name="wizard_docket_figures"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewact",
            index=models.Index(fields=["kind", "at", "memo"], name="wizard_act_kind"),
        ),
        migrations.AddField(
            model_name="exportact",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="retention",
            index=models.Index(fields=["keep_until", "case"], name="wizard_retention_until"),
        ),
        migrations.AddIndex(
            model_name="retention",
            index=models.Index(
                condition=models.Q(("held", True)), fields=["case"], name="wizard_retention_held"
            ),
        ),
        migrations.AddField(
            model_name="retentionevent",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="retentionevent",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="retention_events", to="wizard.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportact",
            constraint=models.UniqueConstraint(fields=("number", "step"), name="wizard_export_once_a_step"),
        ),
        migrations.AddConstraint(
            model_name="retentionevent",
            constraint=models.UniqueConstraint(
                fields=("case", "number"), name="wizard_retention_once_a_number"
            ),
        ),
        migrations.RunPython(protect(TABLES)),
    ]
