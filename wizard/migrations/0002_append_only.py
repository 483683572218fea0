"""Memos and answer events are only ever added: the database itself refuses anything else."""

from django.db import migrations

from wizard.append_only import protect

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


class Migration(migrations.Migration):
    dependencies = [("wizard", "0001_initial")]

    # No way back: a database that has held memos is never opened for changing them.
    operations = [migrations.RunPython(protect(TABLES))]
