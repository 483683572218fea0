"""Invitations to a colleague, and the answer events that came by them."""

import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import wizard.invitations
from wizard.record import triggers

EVENTS, UNIQUE = "wizard_answerevent", (("id",), ("invitation_id",), ("case_id", "version"))


def protect(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the table anew to add columns to it, and its triggers go with the old one."""
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        for statement in triggers(vendor, EVENTS, UNIQUE):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("wizard", "0004_docket_of_earlier_memos"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=wizard.invitations._new_key, editable=False, max_length=43, unique=True
                    ),
                ),
                ("fact", models.CharField(max_length=40)),
                ("seen", models.PositiveIntegerField()),
                ("asked_in", models.CharField(max_length=10)),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires", models.DateTimeField(default=wizard.invitations._end)),
                ("withdrawn", models.DateTimeField(null=True)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("language", models.CharField(max_length=10)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="wizard.case",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["case", "fact"], name="wizard_invitation_fact")],
            },
        ),
        migrations.AddField(
            model_name="answerevent",
            name="colleague",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="answerevent",
            name="invitation",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="event",
                to="wizard.invitation",
            ),
        ),
        migrations.AlterField(
            model_name="answerevent",
            name="way",
            field=models.CharField(
                choices=[
                    ("typed", "typed or chosen"),
                    ("catalog", "from the product catalog"),
                    ("estimator", "worked out"),
                    ("same_as", "same as another answer"),
                    ("colleague", "answered by a colleague"),
                    ("not_sure", "not sure"),
                    ("cleared", "cleared"),
                ],
                max_length=12,
            ),
        ),
        # No way back, as with memos.
        migrations.RunPython(protect),
    ]
