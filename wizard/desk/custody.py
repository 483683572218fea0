"""What the database keeps of custody: events that decide how long a case's memos are kept, and what was handed out.

Both are sealed like memos. `Retention` is derived from the events, in the transaction that adds them, so that lists by
date are fast; what a page says of one case is worked out from the events themselves.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wizard.append_only import AppendOnlyQuerySet
from wizard.ledger.models import Sealed


class RetentionEvent(Sealed):
    """Something that decides how long the memos of a case must be kept: who recorded it, when, with which words.

    It is one of the transaction, so it counts for every memo of the case, the superseded ones too.
    """

    KIND: ClassVar = "retention"

    class Kind(models.TextChoices):
        """What happened."""

        EXPORTED = "exported", _("exported, or the service was provided")
        REEXPORTED = "reexported", _("known reexport, in-country transfer, transshipment or diversion")
        TERMINATED = "terminated", _("transaction ended in another way")
        BOYCOTT = "boycott", _("boycott-related request received")
        HELD = "held", _("hold placed")
        LIFTED = "lifted", _("hold lifted")
        WITHDRAWN = "withdrawn", _("entry withdrawn as a mistake")

    case = models.ForeignKey("wizard.Case", on_delete=models.PROTECT, related_name="retention_events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    day = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet["RetentionEvent"].as_manager()

    class Meta:
        ordering = ("case", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="wizard_retention_once_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.case.reference}.{self.number} {self.kind}"

    @property
    def said(self) -> dict[str, Any]:
        """What it says beyond who, what and when: the note, the agency, which entry it answers."""
        said: dict[str, Any] = self.content["said"]
        return said


class Retention(models.Model):
    """How long the memos of one case must be kept, and whether a hold stands. Derived; `manage.py rebuild_docket`
    makes it anew from the events."""

    case = models.OneToOneField(
        "wizard.Case", primary_key=True, on_delete=models.PROTECT, related_name="retention"
    )
    keep_until = models.DateField(null=True)
    held = models.BooleanField(default=False)
    events = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["keep_until", "case"], name="wizard_retention_until"),
            models.Index(fields=["case"], name="wizard_retention_held", condition=models.Q(held=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.keep_until}"


class ExportAct(Sealed):
    """A step of an export for an audit: 0 states what was asked and what matched, each later one is a file taken away.

    `canonical` of step 0 is the statement of completeness. It is in the ledger before anything leaves, so a file that
    lacks a memo contradicts something signed.
    """

    KIND: ClassVar = "export"

    number = models.CharField(max_length=20)
    step = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet["ExportAct"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "step"], name="wizard_export_once_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.number}.{self.step}"
