"""The desk's queue: keys that make an act once, more indexes, words to search by, and saved views."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from wizard.desk.search import SCHEMA
from wizard.record import triggers

UNIQUE = (("id",), ("public_id",), ("submission_key",), ("memo_id", "number"))


def protect(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite made the table of acts anew for its new column, without what protected it."""
    vendor = schema_editor.connection.vendor
    if vendor == "sqlite":
        for statement in triggers(vendor, "wizard_reviewact", UNIQUE):
            schema_editor.execute(statement, params=None)


def search(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SCHEMA[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("wizard", "0005_invitations"),
    ]

    operations = [
        migrations.AddField("reviewact", "submission_key", models.UUIDField(null=True, unique=True)),
        migrations.RunPython(protect),
        migrations.AddIndex(
            "docket", models.Index(fields=["review_policy", "-memo"], name="wizard_docket_policy")
        ),
        migrations.AddIndex(
            "docket", models.Index(fields=["embargo", "-memo"], name="wizard_docket_embargo")
        ),
        migrations.AddIndex(
            "docket", models.Index(fields=["red_flag", "-memo"], name="wizard_docket_red_flag")
        ),
        migrations.AddIndex("docket", models.Index(fields=["created", "memo"], name="wizard_docket_created")),
        migrations.AddIndex(
            "docket", models.Index(fields=["assignee", "-memo"], name="wizard_docket_assigned")
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "memo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="wizard.memo",
                    ),
                ),
                ("words", models.TextField()),
            ],
        ),
        migrations.RunPython(search),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=500)),
                ("shared", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="wizard_view_once_a_name")
                ],
            },
        ),
    ]
