"""What the database keeps: cases, every change of an answer, and memos.

A case holds the answers and nothing derived from them. Answer events and memos are only ever added: the
models refuse to change or delete them, and so does the database (migration 0002).
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rules.facts import NOT_SURE
from wizard import accounts, record
from wizard.append_only import AppendOnly, AppendOnlyQuerySet
from wizard.desk.change_models import (
    CarriedOver,
    Redetermination,
    Redetermined,
    Scenario,
    ScenarioVersion,
)
from wizard.desk.custody import ExportAct, Retention, RetentionEvent
from wizard.desk.models import Docket, ReviewAct, SavedView, SearchText
from wizard.invitations import Invitation
from wizard.ledger.models import LedgerEntry, LedgerNode, Sealed, TreeHead

__all__ = [
    "AnswerEvent",
    "CarriedOver",
    "Case",
    "Docket",
    "Invitation",
    "ExportAct",
    "LedgerEntry",
    "LedgerNode",
    "Memo",
    "Redetermination",
    "Redetermined",
    "Retention",
    "RetentionEvent",
    "ReviewAct",
    "SavedView",
    "SearchText",
    "Scenario",
    "ScenarioVersion",
    "Serial",
    "TreeHead",
]

Answer = str | bool | None
"""One stored answer in the notation of a transaction; None where a question has no answer."""


class Serial(models.Model):
    """The last number given out in a series such as "C-2026"."""

    series = models.CharField(max_length=16, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}-{self.last:04d}"

    @classmethod
    def next(cls, prefix: str) -> str:
        """The next reference of this year's series, such as "C-2026-0007"; call it inside the transaction
        that uses it."""
        series = f"{prefix}-{timezone.localdate().year}"
        cls.objects.get_or_create(series=series)
        cls.objects.filter(series=series).update(last=models.F("last") + 1)
        return str(cls.objects.get(series=series))


class StaleAnswerError(Exception):
    """Someone else changed this answer since the page was shown, to something else than what is now sent."""

    def __init__(self, event: AnswerEvent) -> None:
        super().__init__(event.fact)
        self.event = event


@dataclass(frozen=True)
class Given:
    """One answer as a person gave it: the value, the very words asked and answered, and what it rests on."""

    value: Answer
    question: str
    answer: str
    basis: str = ""


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, as far as someone may see them."""

    def visible_to(self, user: User | AnonymousUser) -> CaseQuerySet:
        """The user's own cases; every case for legal and administrators."""
        return self if accounts.sees_every_case(user) else self.filter(owner_id=user.pk)

    def start(self, owner: User, title: str = "") -> Case:
        """A new case without answers."""
        with transaction.atomic():
            return self.create(owner=owner, title=title, reference=Serial.next("C"))


class Case(models.Model):
    """An interview in progress: its owner and the answers given so far."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=120, blank=True)
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="wizard_case_owner"),
            models.Index(fields=["updated"], name="wizard_case_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".rstrip()

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.public_id])

    def save_answers(
        self,
        given: Mapping[str, Given],
        *,
        by: User,
        way: str,
        seen: int,
        language: str,
        outcome_before: str = "",
        colleague: str = "",
        invitation: Invitation | None = None,
    ) -> list[AnswerEvent]:
        """Save answers and an event for each that differs from what is stored.

        `seen` is the version of the case that the person's page was made from. `outcome_before` is the
        outcome that the answers so far gave, kept with each answer that is changed. `colleague` is the name typed by
        someone who answered by the link of `invitation`: that makes an event in any case.

        Raises:
            StaleAnswerError: one of these answers was changed by another page after `seen`; nothing is saved.
        """
        with transaction.atomic():
            current = Case.objects.select_for_update().get(pk=self.pk)
            events = []
            for fact, new in given.items():
                old = current.answers.get(fact)
                if old == new.value and invitation is None:
                    continue
                later = current.events.filter(fact=fact, version__gt=seen).order_by("-version").first()
                if later is not None and old != new.value:
                    raise StaleAnswerError(later)
                current.version += 1
                if new.value is None:
                    del current.answers[fact]
                else:
                    current.answers[fact] = new.value
                events.append(
                    AnswerEvent(
                        case=current,
                        version=current.version,
                        fact=fact,
                        old=old,
                        new=new.value,
                        by=by,
                        way=way,
                        language=language,
                        question=new.question,
                        answer=new.answer,
                        basis=new.basis,
                        outcome_before=outcome_before if old is not None else "",
                        colleague=colleague,
                        invitation=invitation,
                    )
                )
            if events:
                current.updated = timezone.now()
                current.save(update_fields=("answers", "version", "updated"))
                # One by one: a bulk insert would not pass through the model that refuses changes.
                for event in events:
                    event.save()
            self.answers, self.version, self.updated = current.answers, current.version, current.updated
        return events


class AnswerEvent(AppendOnly):
    """One change of one answer: who, when, from what, to what, and by which way.

    `by` is the account that answers for it. Where a colleague was asked, `colleague` is the name of the one who gave
    the answer, `invitation` the link by which it came, and `by` the account that asked, or the colleague's own if they
    were signed in.
    """

    class Way(models.TextChoices):
        """How an answer came about."""

        TYPED = "typed", _("typed or chosen")
        CATALOG = "catalog", _("from the product catalog")
        ESTIMATOR = "estimator", _("worked out")
        SAME_AS = "same_as", _("same as another answer")
        COLLEAGUE = "colleague", _("answered by a colleague")
        NOT_SURE = "not_sure", _("not sure")
        CLEARED = "cleared", _("cleared")
        CARRIED_OVER = "carried_over", _("carried over from memo")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    fact = models.CharField(max_length=40)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    way = models.CharField(max_length=12, choices=Way)
    language = models.CharField(max_length=10)
    question = models.TextField()
    answer = models.TextField(blank=True)
    basis = models.TextField(blank=True)
    outcome_before = models.CharField(max_length=32, blank=True)
    colleague = models.CharField(max_length=120, blank=True)
    invitation = models.OneToOneField(
        Invitation, null=True, blank=True, on_delete=models.PROTECT, related_name="event"
    )

    objects = AppendOnlyQuerySet["AnswerEvent"].as_manager()

    class Meta:
        ordering = ("case", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "version"], name="wizard_event_once_a_version")
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "fact", "version"], name="wizard_event_fact"),
            # The dashboard's two questions, which concern few of very many events.
            models.Index(
                fields=["at", "fact", "case"],
                name="wizard_event_not_sure",
                condition=models.Q(way="not_sure"),
            ),
            models.Index(fields=["at"], name="wizard_event_outcome", condition=~models.Q(outcome_before="")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.version} {self.fact}: {self.old!r} to {self.new!r}"

    @cached_property
    def said(self) -> str:
        """The SHA-256 over what was asked, what was answered and how, but for when and by whom."""
        columns = ("fact", "old", "new", "way", "language", "question", "answer", "basis", "outcome_before")
        return record.digest({name: getattr(self, name) for name in columns})

    @property
    def told(self) -> dict[str, str]:
        """The change as the trail behind a memo has it."""
        return told(self.version, self.said, self.at, self.by_id, self.colleague, self.invitation_id)


def told(
    version: int,
    said: str,
    at: datetime.datetime,
    by_id: int,
    colleague: str = "",
    invitation_id: int | None = None,
) -> dict[str, str]:
    """A change of an answer: its place, the SHA-256 of what was said, when, and who answers for it."""
    return {
        "version": str(version),
        "said": said,
        "at": record.timestamp(at),
        "by": str(by_id),
        "colleague": colleague,
        "invitation": str(invitation_id or ""),
    }


class MemoQuerySet(AppendOnlyQuerySet["Memo"]):
    """Memos, as far as someone may see them."""

    def visible_to(self, user: User | AnonymousUser) -> MemoQuerySet:
        """Memos of the user's own cases; every memo for legal and administrators."""
        return self if accounts.sees_every_case(user) else self.filter(case__owner_id=user.pk)


class Memo(Sealed):
    """The sealed record of a determination: canonical bytes, their SHA-256, and an entry in the ledger.

    Everything shown comes from `canonical`. The other columns repeat parts of it so that lists are fast;
    `intact` holds them to it.
    """

    KIND: ClassVar = "memo"
    READ_WITH: ClassVar = ("case__events",)

    number = models.CharField(max_length=20, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="memos")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memos")
    created = models.DateTimeField()
    edition = models.DateField(null=True)
    revision = models.CharField(max_length=64)
    outcome = models.CharField(max_length=32)
    destination = models.CharField(max_length=2, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    submission_key = models.UUIDField(unique=True)
    submission_digest = models.CharField(max_length=64)

    objects = MemoQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("memo", args=[self.public_id])

    @classmethod
    def sealed_columns(cls) -> list[str]:
        return sorted([*super().sealed_columns(), "trail"])

    @cached_property
    def trail(self) -> str:
        """The SHA-256 over every change of an answer before the memo, in order: what, when and by whom
        (15 CFR 762.5(b)(4))."""
        version = self.content["case"]["version"]
        return record.digest([event.told for event in self.case.events.all() if event.version <= version])

    @property
    def settled(self) -> dict[str, str | bool]:
        """Its answers but for those that somebody was not sure of."""
        answers = self.content["answers"]
        return {name: value for name, value in answers.items() if value not in (None, NOT_SURE)}

    @property
    def intact(self) -> bool:
        """Whether the bytes still have their SHA-256 and every other column still says what the bytes say."""
        if record.sha256(self.canonical) != self.sha256:
            return False
        content = self.content
        return (
            content["public_id"] == str(self.public_id)
            and content["number"] == self.number
            and content["created"] == record.timestamp(self.created)
            and content["case"]["public_id"] == str(self.case.public_id)
            and content["author"]["username"] == self.author.get_username()
            and content["edition"] == (self.edition.isoformat() if self.edition else None)
            and content["revision"] == self.revision
            and content["determination"]["outcome"] == self.outcome
            and self.settled.get("destination", "") == self.destination
            and content["supersedes"] == (self.supersedes.number if self.supersedes else None)
        )
