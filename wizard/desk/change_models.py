"""What the database keeps of a change in the law: runs that decide live memos again, what they found, cases begun from
them; and the scenarios that lawyers keep."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wizard.append_only import AppendOnly, AppendOnlyQuerySet


class Redetermination(models.Model):
    """One run over every live memo: how far it has come, and what it has found so far.

    `day` is the day as of which each transaction is decided; without one, each is decided on its own date. The memos
    are those up to `last` that nothing superseded; `position` is the last one done. Nothing here is evidence.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    day = models.DateField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    revision = models.CharField(max_length=64)
    last = models.BigIntegerField()
    total = models.PositiveIntegerField()
    position = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    flipped = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    worker = models.UUIDField(null=True)
    heard = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.day or 'own dates'}: {self.done} of {self.total}"

    def get_absolute_url(self) -> str:
        return reverse("redetermination", args=[self.public_id])

    @property
    def alike(self) -> int:
        """How many memos came out as they were."""
        return self.done - self.flipped - self.differing - self.refused


class Redetermined(models.Model):
    """What a run found of one memo. Memos that come out as they were are counted and have no row."""

    class Result(models.TextChoices):
        """How a memo came out."""

        FLIPPED = "flipped", _("the decision changes")
        DIFFERS = "differs", _("the decision stands, other parts change")
        REFUSED = "refused", _("could not be decided again")

    run = models.ForeignKey(Redetermination, on_delete=models.CASCADE, related_name="found")
    memo = models.ForeignKey("wizard.Memo", on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=8, choices=Result)
    outcome_before = models.CharField(max_length=32)
    outcome_after = models.CharField(max_length=32, blank=True)
    differences = models.JSONField(default=dict)
    because = models.JSONField(default=list)

    class Meta:
        ordering = ("run", "memo")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "memo"], name="wizard_redetermined_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["run", "result", "memo"], name="wizard_redetermined_result"),
            models.Index(fields=["run", "outcome_after", "memo"], name="wizard_redetermined_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}.{self.memo_id} {self.result}"


class CarriedOver(models.Model):
    """A case that was begun from a memo's answers after a run; one for each memo of a run."""

    case = models.OneToOneField(
        "wizard.Case", primary_key=True, on_delete=models.PROTECT, related_name="carried_over"
    )
    memo = models.ForeignKey("wizard.Memo", on_delete=models.PROTECT, related_name="carried_over")
    run = models.ForeignKey(Redetermination, on_delete=models.PROTECT, related_name="carried_over")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "memo"], name="wizard_carried_over_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} from {self.memo_id}"


class Scenario(models.Model):
    """A worked case that lawyers keep, by its name. What it says stands in its versions; the newest counts."""

    name = models.CharField(max_length=40, unique=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("scenario", args=[self.pk])


class ScenarioVersion(AppendOnly):
    """What a scenario says from one change to the next: a transaction, and what the law should give for it."""

    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    facts = models.JSONField()
    expect = models.JSONField()
    source = models.TextField(blank=True)
    basis = models.TextField(blank=True)
    kept = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet["ScenarioVersion"].as_manager()

    class Meta:
        ordering = ("scenario", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scenario", "number"], name="wizard_scenario_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.scenario.name}.{self.number} {self.title}"

    def to_json(self) -> dict[str, Any]:
        """The scenario in the form in which worked cases are exchanged."""
        plain: dict[str, Any] = {
            "id": self.scenario.name,
            "title": self.title,
            "facts": self.facts,
            "expect": self.expect,
            "source": self.source,
        }
        return {**plain, "basis": self.basis} if self.basis else plain
