"""For a large archive: the search knows the words that begin like another; PostgreSQL groups memos by several sizes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from wizard.desk import search


def again(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make anew what is searched, from the words that are kept. A new database has had all of it from the start."""
    connection = schema_editor.connection
    schema_editor.execute("DROP TABLE IF EXISTS wizard_words")
    if connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE wizard_search")
    else:
        schema_editor.execute("ALTER TABLE wizard_searchtext DROP COLUMN lexemes")
    for statement in search.SCHEMA[connection.vendor]:
        schema_editor.execute(statement, params=None)
    search.rebuild(connection.alias)


class Migration(migrations.Migration):
    dependencies = [("wizard", "0008_custody")]

    operations = [migrations.RunPython(again)]
