"""The indexes that the queue walks know what its other filters ask; those that begin another one go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WALKED = {
    "state": ("state",),
    "assignee": ("assignee", "state"),
    "assigned": ("assignee",),
    "author": ("author", "state"),
    "owner": ("owner",),
    "outcome": ("outcome",),
    "policy": ("review_policy",),
    "destination": ("destination",),
    "embargo": (),
    "red_flag": (),
}

FILTERED = (
    *("state", "assignee", "owner", "author", "outcome", "review_policy", "destination"),
    *("embargo", "red_flag", "created", "transaction_date"),
)


def walked(name: str, leading: tuple[str, ...]) -> models.Index:
    others = [column for column in FILTERED if column not in leading]
    return models.Index(
        fields=[*leading, "-memo", *others],
        name=f"wizard_docket_{name}",
        condition=None if leading else models.Q(**{name: True}),
    )


def person(**more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("wizard", "0009_archive"),
    ]

    # First all go, because SQLite makes the table anew for each column that is altered.
    operations = [
        *(migrations.RemoveIndex("docket", f"wizard_docket_{name}") for name in (*WALKED, "created")),
        migrations.AlterField("docket", "assignee", person(null=True, blank=True)),
        migrations.AlterField("docket", "author", person()),
        migrations.AlterField("docket", "owner", person()),
        *(migrations.AddIndex("docket", walked(name, leading)) for name, leading in WALKED.items()),
    ]
