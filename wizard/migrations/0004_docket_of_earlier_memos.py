"""Memos recorded before there was a desk enter its docket. Apart from the tables, which must stand before rows come in."""

import json

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def enter(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The memos recorded before there was a desk wait for it, or were superseded."""
    docket = apps.get_model("wizard", "Docket").objects
    memos = apps.get_model("wizard", "Memo").objects.select_related("case").order_by("pk")
    superseded = set(memos.exclude(supersedes=None).values_list("supersedes_id", flat=True))
    for memo in memos.iterator(500):
        content = json.loads(memo.canonical)
        answers = {
            name: value for name, value in content["answers"].items() if value not in (None, "not_sure")
        }
        docket.create(
            memo=memo,
            number=memo.number,
            title=content["case"]["title"],
            reference=content["case"]["reference"],
            state="superseded" if memo.pk in superseded else "waiting",
            owner_id=memo.case.owner_id,
            author_id=memo.author_id,
            outcome=memo.outcome,
            review_policy=content["determination"]["review_policy"] or "",
            destination=memo.destination,
            headquarters=answers.get("headquarters", ""),
            embargo="embargo" in content["determination"]["warnings"],
            red_flag=bool(content["determination"]["red_flags"]),
            transaction_date=answers.get("date"),
            created=memo.created,
            touched=memo.created,
        )


class Migration(migrations.Migration):
    dependencies = [("wizard", "0004_desk")]

    operations = [migrations.RunPython(enter)]
