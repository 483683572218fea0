"""The queue: which memos a person's filters leave, newest first, one page at a time.

Nothing is ever sorted or counted whole. One filter leads: its index is walked in the order of the memos, in stretches
that are held against the other filters, until the page is full or so many were looked through that the person is asked
whether to go on. So a page costs the same however many memos there are and however deep it lies.
"""

from __future__ import annotations

import datetime
import functools
import heapq
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rules.places import COUNTRIES
from wizard import accounts
from wizard.desk import search
from wizard.desk.models import Docket, DocketQuerySet
from wizard.models import Memo
from wizard.wording import OUTCOMES, REVIEW_POLICIES

PAGE = 50
"""Rows of a page."""

COUNTED = 1_000
"""What waits is counted no further."""

STRETCHES = (500, 2_000, 8_000, 32_000)
"""Rows of the leading filter that are looked through, stretch by stretch, for one page."""

WAITS_FOR_ME, EVERYTHING = "mine", "all"
NOBODY = "nobody"
EMBARGO, RED_FLAG = "embargo", "red_flag"

STATES = [(WAITS_FOR_ME, _("What waits for me")), *Docket.State.choices, (EVERYTHING, _("Every state"))]
FLAGS = [(EMBARGO, _("Embargo")), (RED_FLAG, _("Red flag"))]

Source = Callable[[int | None, int], list[int]]
"""Rows older than a row, newest first, at most so many."""


class FilterForm(forms.Form):
    """The filters of the queue as the address has them. Each may be left out."""

    q = forms.CharField(max_length=200, required=False)
    state = forms.ChoiceField(choices=STATES, required=False)
    outcome = forms.ChoiceField(choices=[(code, code) for code in OUTCOMES], required=False)
    policy = forms.ChoiceField(choices=[(code, code) for code in REVIEW_POLICIES], required=False)
    country = forms.ChoiceField(choices=[(code, code) for code in COUNTRIES], required=False)
    owner = forms.CharField(max_length=150, required=False)
    assignee = forms.CharField(max_length=150, required=False)
    flag = forms.ChoiceField(choices=FLAGS, required=False)
    recorded_from = forms.DateField(required=False)
    recorded_to = forms.DateField(required=False)
    date_from = forms.DateField(required=False)
    date_to = forms.DateField(required=False)

    def clean_owner(self) -> User | None:
        return _person(self.cleaned_data["owner"])

    def clean_assignee(self) -> User | str | None:
        name: str = self.cleaned_data["assignee"]
        return name if name == NOBODY else _person(name)


def _person(name: str) -> User | None:
    if not name:
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        raise forms.ValidationError(_("There is nobody with this user name."))
    return user


@dataclass(frozen=True)
class Page:
    """A page of the queue. `older` is the number to go on from, empty on the last page; `looked_to` the number that
    the search stopped at because it had looked through enough for one page."""

    rows: list[Docket]
    older: str = ""
    looked_to: str = ""


def standing(user: User) -> str:
    """The state that the queue opens on: what waits for me; for those who do not review, what waits for anybody."""
    return WAITS_FOR_ME if accounts.reviews(user) else Docket.State.WAITING


def page(user: User, chosen: Mapping[str, Any], before: str = "") -> Page:
    """The memos that the filters leave and this user may see, older than the memo numbered `before`."""
    rows = Docket.objects.visible_to(user)
    start = rows.filter(number=before).values_list("memo_id", flat=True).first() if before else None
    source, rest = _lead(user, chosen, rows, start)
    return _walk(source, rows.filter(rest) if rest else rows, start)


def waiting(user: User) -> int:
    """How many memos wait for this person, or for those who do not review, for anybody; one more than `COUNTED`
    stands for more than that."""
    parts = Docket.what_waits_for(user) if accounts.reviews(user) else [Q(state=Docket.State.WAITING)]
    counted = (Docket.objects.filter(part)[: COUNTED + 1].count() for part in parts)
    return min(sum(counted), COUNTED + 1)


def _lead(user: User, chosen: Mapping[str, Any], rows: DocketQuerySet, start: int | None) -> tuple[Source, Q]:
    """The filter whose index is walked, and what its rows are then held against."""
    found = dict(_conditions(chosen))
    since = _since(chosen)
    words = chosen.get("q")
    state = chosen.get("state") or (EVERYTHING if words else standing(user))
    parts = None
    if state == WAITS_FOR_ME:
        parts = Docket.what_waits_for(user)
    elif state != EVERYTHING:
        found["state"] = Q(state=state)
    if words:
        owner = None if accounts.sees_every_case(user) else user.pk

        def source(before: int | None, limit: int) -> list[int]:
            return search.newest(words, before=before, limit=limit, owner_id=owner)

        if parts:
            found["state"] = functools.reduce(operator.or_, parts)
    elif parts:
        source = functools.partial(_rows, [rows.filter(part) for part in parts], since)
    else:
        lead = found.pop(next((name for name in _LEADING if name in found), ""), None)
        source = functools.partial(_rows, [rows.filter(lead) if lead else rows], since)
    return source, functools.reduce(operator.and_, found.values(), Q())


_LEADING = ("assignee", "owner", "country", "policy", "outcome", "flag", "state")
"""Which filter leads: the one that mostly leaves the fewest."""


def _conditions(chosen: Mapping[str, Any]) -> Iterator[tuple[str, Q]]:
    """The condition of each filter that is set, but for the state and the words."""
    if chosen.get("assignee") == NOBODY:
        yield "assignee", Q(assignee__isnull=True)
    elif chosen.get("assignee"):
        yield "assignee", Q(assignee_id=chosen["assignee"].pk)
    if chosen.get("owner"):
        yield "owner", Q(owner_id=chosen["owner"].pk)
    for name, column in (("country", "destination"), ("policy", "review_policy"), ("outcome", "outcome")):
        if chosen.get(name):
            yield name, Q(**{column: chosen[name]})
    if chosen.get("flag"):
        yield "flag", Q(embargo=True) if chosen["flag"] == EMBARGO else Q(red_flag=True)
    for name, lookup, value in (
        ("recorded_from", "created__gte", _midnight(chosen.get("recorded_from"))),
        ("recorded_to", "created__lt", _midnight(chosen.get("recorded_to"), days=1)),
        ("date_from", "transaction_date__gte", chosen.get("date_from")),
        ("date_to", "transaction_date__lte", chosen.get("date_to")),
    ):
        if value:
            yield name, Q(**{lookup: value})


def _midnight(day: datetime.date | None, days: int = 0) -> datetime.datetime | None:
    """The beginning of a day at the legal time of the site."""
    if day is None:
        return None
    whole = datetime.datetime.combine(day + datetime.timedelta(days), datetime.time())
    return timezone.make_aware(whole)


_SLACK = datetime.timedelta(hours=1)
"""How far the order of memos and the order of their moments may differ, generously."""


def _since(chosen: Mapping[str, Any]) -> tuple[int, int]:
    """The rows between which memos recorded on the chosen days lie, so that only these are walked."""
    rows = Docket.objects.order_by("created", "memo_id").values_list("memo_id", flat=True)
    first, last = _midnight(chosen.get("recorded_from")), _midnight(chosen.get("recorded_to"), days=1)
    low = rows.filter(created__gte=first - _SLACK).first() if first else 0
    high = rows.filter(created__gte=last + _SLACK).first() if last else None
    return _NONE if low is None else low, _NONE if high is None else high


_NONE = 2**62


def _rows(parts: list[DocketQuerySet], between: tuple[int, int], before: int | None, limit: int) -> list[int]:
    """The newest rows of several walks, each of one index."""
    low, high = between
    below = high if before is None else min(before, high)
    walks = [
        part.filter(memo_id__gte=low, memo_id__lt=below)
        .order_by("-memo_id")
        .values_list("memo_id", flat=True)
        for part in parts
    ]
    merged = heapq.merge(*(list(walk[:limit]) for walk in walks), reverse=True)
    return list(dict.fromkeys(merged))[:limit]


_UNREAD = [
    f"memo__{field.name}" for field in Memo._meta.concrete_fields if field.name not in ("id", "public_id")
]
"""What a list does not show of a memo. Most of it lies behind the memo's bytes, which SQLite would read through."""


def _walk(source: Source, rows: DocketQuerySet, start: int | None) -> Page:
    """Stretch after stretch of the source, as far as its rows are among `rows`, until the page is full."""
    rows = rows.select_related("memo", "owner", "assignee").defer(*_UNREAD).order_by("-memo_id")
    found: list[Docket] = []
    for stretch in (PAGE + 1, *STRETCHES):
        ids = source(start, stretch)
        found += rows.filter(memo_id__in=ids)[: PAGE + 1 - len(found)]
        if len(found) > PAGE:
            return Page(found[:PAGE], older=found[PAGE - 1].number)
        if len(ids) < stretch:
            return Page(found)
        start = ids[-1]
    last = Docket.objects.values_list("number", flat=True).filter(memo_id__gte=start or 0)
    return Page(found, looked_to=last.order_by("memo_id")[0])
