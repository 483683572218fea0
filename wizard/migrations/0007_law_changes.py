"""Runs that decide live memos again, cases carried over, and scenarios, whose versions are only ever added."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from wizard.append_only import protect

TABLES = {"wizard_scenarioversion": (("id",), ("scenario_id", "number"))}


class Migration(migrations.Migration):
    dependencies = [
        ("wizard", "0006_words_of_earlier_memos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ("name",),
            },
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
                    ("carried_over", "carried over from memo"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Redetermination",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("day", models.DateField(null=True)),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                ("revision", models.CharField(max_length=64)),
                ("last", models.BigIntegerField()),
                ("total", models.PositiveIntegerField()),
                ("position", models.BigIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("flipped", models.PositiveIntegerField(default=0)),
                ("differing", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("worker", models.UUIDField(null=True)),
                ("heard", models.DateTimeField(null=True)),
                ("finished", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="CarriedOver",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="carried_over",
                        serialize=False,
                        to="wizard.case",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "memo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_over",
                        to="wizard.memo",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_over",
                        to="wizard.redetermination",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("run", "memo"), name="wizard_carried_over_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Redetermined",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("flipped", "the decision changes"),
                            ("differs", "the decision stands, other parts change"),
                            ("refused", "could not be decided again"),
                        ],
                        max_length=8,
                    ),
                ),
                ("outcome_before", models.CharField(max_length=32)),
                ("outcome_after", models.CharField(blank=True, max_length=32)),
                ("differences", models.JSONField(default=dict)),
                ("because", models.JSONField(default=list)),
                (
                    "memo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="wizard.memo"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="found",
                        to="wizard.redetermination",
                    ),
                ),
            ],
            options={
                "ordering": ("run", "memo"),
                "indexes": [
                    models.Index(fields=["run", "result", "memo"], name="wizard_redetermined_result"),
                    models.Index(fields=["run", "outcome_after", "memo"], name="wizard_redetermined_outcome"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "memo"), name="wizard_redetermined_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScenarioVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=300)),
                ("facts", models.JSONField()),
                ("expect", models.JSONField()),
                ("source", models.TextField(blank=True)),
                ("basis", models.TextField(blank=True)),
                ("kept", models.BooleanField(default=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="wizard.scenario",
                    ),
                ),
            ],
            options={
                "ordering": ("scenario", "number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scenario", "number"), name="wizard_scenario_version_once"
                    )
                ],
            },
        ),
        migrations.RunPython(protect(TABLES)),
    ]
