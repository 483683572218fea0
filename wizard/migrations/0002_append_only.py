"""Memos and answer events are only ever added: the database itself refuses anything else."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from wizard.record import triggers

TABLES = {
    "wizard_memo": (
        ("id",),
        ("public_id",),
        ("number",),
        ("supersedes_id",),
        ("submission_key",),
    ),
    "wizard_answerevent": (("id",), ("case_id", "version")),
}


def install(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, unique in TABLES.items():
        for statement in triggers(schema_editor.connection.vendor, table, unique):
            schema_editor.execute(statement, params=None)  # the statements hold % as it is


class Migration(migrations.Migration):
    dependencies = [("wizard", "0001_initial")]

    # No way back: a database that has held memos is never opened for changing them.
    operations = [migrations.RunPython(install)]
