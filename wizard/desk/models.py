"""What the database keeps of the desk: acts of review, which are sealed, and the docket, which is derived."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.utils.translation import gettext_lazy as _

from wizard import accounts
from wizard.append_only import AppendOnlyQuerySet
from wizard.ledger.models import Sealed

if TYPE_CHECKING:
    from wizard.models import Memo


class ReviewAct(Sealed):
    """One act of review on a memo: who did what, when, in which words. Sealed like the memo itself.

    `canonical` holds everything that the act says; the other columns repeat parts of it so that lists are fast.
    """

    KIND: ClassVar = "review"

    class Kind(models.TextChoices):
        """What was done."""

        ASSIGNED = "assigned", _("assigned")
        COMMENTED = "commented", _("commented")
        RETURNED = "returned", _("returned with questions")
        APPROVED = "approved", _("approved")
        SUPERSEDED = "superseded", _("superseded")

    memo = models.ForeignKey("wizard.Memo", on_delete=models.PROTECT, related_name="acts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acts")
    at = models.DateTimeField()
    submission_key = models.UUIDField(null=True, unique=True)

    objects = AppendOnlyQuerySet["ReviewAct"].as_manager()

    class Meta:
        ordering = ("memo", "number")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["memo", "number"], name="wizard_act_once_a_number")
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "at", "memo"], name="wizard_act_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"  # its memo may have been deleted

    @property
    def said(self) -> dict[str, Any]:
        """What it says beyond who, what and when: a comment's text, a return's questions."""
        said: dict[str, Any] = self.content["said"]
        return said


class DocketQuerySet(models.QuerySet["Docket"]):
    """Rows of the docket, as far as someone may see them."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows of the user's own cases; every row for legal and administrators."""
        return self if accounts.sees_every_case(user) else self.filter(owner_id=user.pk)

    def waiting_for(self, user: User) -> Self:
        """What waits for this person, as `what_waits_for` says."""
        parts = Docket.what_waits_for(user)
        return self.filter(functools.reduce(operator.or_, parts))

    def enter(self, memo: Memo) -> Docket:
        """The row of a memo that was just recorded."""
        return self.create(memo=memo, **self.derived(memo))

    @staticmethod
    def derived(memo: Memo) -> dict[str, Any]:
        """What a row says of its memo, whatever has been done about it."""
        content = memo.content
        determination = content["determination"]
        return {
            "number": content["number"],
            "title": content["case"]["title"],
            "reference": content["case"]["reference"],
            "owner_id": memo.case.owner_id,
            "author_id": memo.author_id,
            "outcome": determination["outcome"],
            "review_policy": determination["review_policy"] or "",
            "destination": memo.settled.get("destination", ""),
            "headquarters": memo.settled.get("headquarters", ""),
            "embargo": "embargo" in determination["warnings"],
            "red_flag": bool(determination["red_flags"]),
            "transaction_date": memo.settled.get("date"),
            "created": memo.created,
            "touched": memo.created,
        }


FILTERED = (
    *("state", "assignee", "owner", "author", "outcome", "review_policy", "destination"),
    *("embargo", "red_flag", "created", "transaction_date"),
)
"""Columns that the queue's filters ask of a row."""


def _walked(name: str, *leading: str, only: str = "") -> models.Index:
    """An index that a filter is walked by in the order of the memos; `only` for one of the rows that have a flag.

    It knows what every other filter asks, so that none of the rows walked is looked up.
    """
    others = [column for column in FILTERED if column not in leading]
    condition = models.Q(**{only: True}) if only else None
    return models.Index(
        fields=[*leading, "-memo", *others], name=f"wizard_docket_{name}", condition=condition
    )


class Docket(models.Model):
    """Where one memo stands at the desk. Derived from the memo and its acts, in the transaction that adds them.

    Nothing here is evidence: `manage.py rebuild_docket` makes it anew from what is sealed.
    """

    class State(models.TextChoices):
        """Whose turn it is, or how it ended."""

        WAITING = "waiting", _("waiting for review")
        RETURNED = "returned", _("returned with questions")
        APPROVED = "approved", _("approved")
        SUPERSEDED = "superseded", _("superseded")

    memo = models.OneToOneField(
        "wizard.Memo", primary_key=True, on_delete=models.PROTECT, related_name="docket"
    )
    number = models.CharField(max_length=20)
    reference = models.CharField(max_length=20)
    title = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    # These have no index of their own, since each begins one of those below.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=32)
    review_policy = models.CharField(max_length=48, blank=True)
    destination = models.CharField(max_length=2, blank=True)
    headquarters = models.CharField(max_length=2, blank=True)
    embargo = models.BooleanField(default=False)
    red_flag = models.BooleanField(default=False)
    transaction_date = models.DateField(null=True)
    created = models.DateTimeField()
    touched = models.DateTimeField()
    acts = models.PositiveIntegerField(default=0)

    objects = DocketQuerySet.as_manager()

    class Meta:
        ordering = ("-memo_id",)
        indexes: ClassVar = [
            _walked("state", "state"),
            _walked("assignee", "assignee", "state"),
            _walked("assigned", "assignee"),
            _walked("author", "author", "state"),
            _walked("owner", "owner"),
            _walked("outcome", "outcome"),
            _walked("policy", "review_policy"),
            _walked("destination", "destination"),
            _walked("embargo", only="embargo"),
            _walked("red_flag", only="red_flag"),
            models.Index(fields=["number"], name="wizard_docket_number"),
            models.Index(fields=["reference"], name="wizard_docket_reference"),
            models.Index(
                fields=["created", "outcome", "destination", "headquarters"], name="wizard_docket_figures"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @classmethod
    def what_waits_for(cls, user: User) -> list[models.Q]:
        """What waits for this person, in parts that each walk one index and have no memo in common.

        Memos returned to them as the author; and for those who review, memos to review that are theirs or nobody's
        yet, but for those that they had a part in as author or owner.
        """
        parts = [models.Q(author_id=user.pk, state=cls.State.RETURNED)]
        if accounts.reviews(user):
            parts += [
                models.Q(assignee_id=user.pk, state=cls.State.WAITING),
                models.Q(assignee__isnull=True, state=cls.State.WAITING)
                & ~models.Q(author_id=user.pk)
                & ~models.Q(owner_id=user.pk),
            ]
        return parts


class SearchText(models.Model):
    """The words by which one memo is found, as `wizard.desk.search` splits them. Derived, like the docket."""

    memo = models.OneToOneField(
        "wizard.Memo", primary_key=True, on_delete=models.PROTECT, related_name="search_text"
    )
    words = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.memo_id}"


class SavedView(models.Model):
    """A set of filters that somebody keeps under a name: the query of the queue's address."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="wizard_view_once_a_name")
        ]

    def __str__(self) -> str:
        return self.name
