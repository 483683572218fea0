"""Memos recorded before there was a search become found. Apart from the tables, which must stand before rows come in."""

import json

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from wizard.desk import search


def enter(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    memos = apps.get_model("wizard", "Memo").objects.select_related("author", "case__owner").order_by("pk")
    acts = apps.get_model("wizard", "ReviewAct").objects.order_by("number")
    for memo in memos.iterator(500):
        content = json.loads(memo.canonical)
        users = (memo.author, memo.case.owner)
        people = [content["author"]["name"], *(user.username for user in users)]
        people += [f"{user.first_name} {user.last_name}" for user in users]
        said = [json.loads(act.canonical)["said"] for act in acts.filter(memo=memo)]
        words = search.words_of(content, memo.case.owner_id, people, said)
        search.put(memo.pk, words, schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("wizard", "0006_queue")]

    operations = [migrations.RunPython(enter)]
