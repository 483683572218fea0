"""The ledger: its entries, the tree over them and the signed heads, none of which ever change."""

from django.db import migrations, models

from wizard.append_only import protect

TABLES = {
    "wizard_ledgerentry": (("sequence",), ("kind", "object_id")),
    "wizard_ledgernode": (("position",),),
    "wizard_treehead": (("size",),),
}


class Migration(migrations.Migration):
    dependencies = [("wizard", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                ("sequence", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("object_id", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("leaf", models.TextField()),
                ("leaf_hash", models.CharField(max_length=64)),
                ("created", models.DateTimeField()),
            ],
            options={
                "ordering": ("sequence",),
                "indexes": [models.Index(fields=["digest"], name="wizard_ledger_digest")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="wizard_ledger_object_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerNode",
            fields=[
                ("position", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ("position",)},
        ),
        migrations.CreateModel(
            name="TreeHead",
            fields=[
                ("size", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("root", models.CharField(max_length=64)),
                ("time", models.DateTimeField()),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=88)),
            ],
            options={"ordering": ("size",)},
        ),
        # No way back, as with memos.
        migrations.RunPython(protect(TABLES)),
    ]
