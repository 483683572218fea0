"""The queue: which memos a person's filters leave, newest first, one page at a time.

Nothing is ever sorted or counted whole. One filter leads, the one whose own next page would reach farthest: its index
is walked in the order of the memos, and held against the other filters without a look at the table, until the page is
full or so many were looked through that the person is asked whether to go on. So a page costs the same however many
memos there are and however deep it lies.
"""

from __future__ import annotations

import datetime
import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q
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

STRETCHES = (4_000, 40_000)
"""Rows of the leading filter that are looked through, stretch by stretch, for one page; never fewer than it has."""

WORDED = (500, 2_000, 8_000, 32_000)
"""The same of memos that words found; each of these is looked up."""

WAITS_FOR_ME, EVERYTHING = "mine", "all"
NOBODY = "nobody"
EMBARGO, RED_FLAG = "embargo", "red_flag"

STATES = [(WAITS_FOR_ME, _("What waits for me")), *Docket.State.choices, (EVERYTHING, _("Every state"))]
STANDING = _("Waits for me; with words, every memo")
STANDING_FOR_ANYBODY = _("What waits; with words, every memo")
"""What no state in particular stands for."""

FLAGS = [(EMBARGO, _("Embargo")), (RED_FLAG, _("Red flag"))]


Source = Callable[[int | None, int], tuple[list[int], int | None]]
"""So many rows are looked through, from a row on that is left out: those that fit, in order and as many as a page
needs; and the row that this ended at, unless that was the last of all or the page is full."""


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
    """A page of the queue. `older` and `newer` are the numbers to go on from in either direction, empty on the last
    page and the first; `looked_to` the number that the search stopped at because it had looked through enough."""

    rows: list[Docket]
    older: str = ""
    newer: str = ""
    looked_to: str = ""


def standing(user: User) -> str:
    """The state that the queue opens on: what waits for me; for those who do not review, what waits for anybody."""
    return WAITS_FOR_ME if accounts.reviews(user) else Docket.State.WAITING


def page(user: User, chosen: Mapping[str, Any], before: str = "", after: str = "") -> Page:
    """The memos that the filters leave and this user may see: the newest, or the next that are older than the memo
    numbered `before` or newer than the one numbered `after`."""
    rows = Docket.objects.visible_to(user)
    start = None
    if number := after or before:
        start = rows.filter(number=number).values_list("memo_id", flat=True).first()
    if after and start is not None:
        walk = _Walk(rows, start, newer=True)
        newer = walk.page(*_lead(user, chosen, walk))
        if newer.newer:
            return newer
        start = None  # so few are newer that the first page has them all
    walk = _Walk(rows, start)
    return walk.page(*_lead(user, chosen, walk))


def waiting(user: User) -> int:
    """How many memos wait for this person, or for those who do not review, for anybody; one more than `COUNTED`
    stands for more than that."""
    parts = Docket.what_waits_for(user) if accounts.reviews(user) else [Q(state=Docket.State.WAITING)]
    counted = (Docket.objects.filter(part)[: COUNTED + 1].count() for part in parts)
    return min(sum(counted), COUNTED + 1)


def _lead(user: User, chosen: Mapping[str, Any], walk: _Walk) -> tuple[Source, tuple[int, ...]]:
    """The walk of the filter that leads, held against the others; and its stretches."""
    found = dict(conditions(chosen))
    ways = {name: [condition] for name, condition in found.items() if name in _LEADING}
    words, since = chosen.get("q"), _since(chosen)
    state = chosen.get("state") or (EVERYTHING if words else standing(user))
    if state == WAITS_FOR_ME:
        ways["state"] = Docket.what_waits_for(user)
        found["state"] = functools.reduce(operator.or_, ways["state"])
    elif state != EVERYTHING:
        found["state"] = Q(state=state)
        ways["state"] = [found["state"]]
    everything = accounts.sees_every_case(user)
    if words:
        owner = chosen.get("owner") if everything else user
        if everything:
            found.pop("owner", None)
        source = functools.partial(walk.worded, words, owner.pk if owner else None, together(found))
        return source, WORDED if found else (PAGE + 1, *WORDED)
    if not everything:
        ways = {}  # that the cases are this person's own leads
    lead = next(iter(ways), None)
    if len(ways) > 1:
        lead = min(ways, key=lambda name: walk.reach(ways[name], since))
    if lead is not None:
        del found[lead]
    return functools.partial(walk.along, ways[lead] if lead else [Q()], together(found), since), STRETCHES


def together(found: Mapping[str, Q]) -> Q:
    """All of the conditions in one."""
    return functools.reduce(operator.and_, found.values(), Q())


_LEADING = ("assignee", "owner", "country", "policy", "outcome", "flag")
"""Filters that have an index in the order of the memos; the state is another."""


def conditions(chosen: Mapping[str, Any]) -> Iterator[tuple[str, Q]]:
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
    day = max(_FIRST, min(day, _LAST)) + datetime.timedelta(days)
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


_FIRST, _LAST = datetime.date(1, 1, 3), datetime.date(9999, 12, 29)
"""Days that can be reckoned from in either direction and in any zone; nothing was recorded before or after."""


_SLACK = datetime.timedelta(hours=1)
"""How far the order of memos and the order of their moments may differ, generously."""


def _since(chosen: Mapping[str, Any]) -> tuple[int, int]:
    """The rows between which memos recorded on the chosen days lie, so that only these are walked."""
    rows = Docket.objects.values_list("memo_id", flat=True)
    first, last = _midnight(chosen.get("recorded_from")), _midnight(chosen.get("recorded_to"), days=1)
    low = rows.filter(created__lt=first - _SLACK).order_by("-created").first() if first else None
    high = rows.filter(created__gte=last + _SLACK).order_by("created").first() if last else None
    return low or 0, _NONE if high is None else high


_NONE = 2**62
"""Beyond every row."""


_UNREAD = [
    f"memo__{field.name}" for field in Memo._meta.concrete_fields if field.name not in ("id", "public_id")
]
"""What a list does not show of a memo. Most of it lies behind the memo's bytes, which SQLite would read through."""


@dataclass(frozen=True)
class _Walk:
    """From a row, or from the newest, on to older ones; or from a row on to newer ones. Only through these rows."""

    rows: DocketQuerySet
    start: int | None
    newer: bool = False

    def along(
        self, parts: list[Q], rest: Q, between: tuple[int, int], start: int | None, limit: int
    ) -> tuple[list[int], int | None]:
        """The next rows of several parts, each of which walks one index, as far as they fit the rest."""
        found: list[int] = []
        ends: list[int] = []
        for part in parts:
            ahead = self._ahead(part, between, start)
            fitting = self._fitting(ahead, rest, limit)
            found += fitting
            if rest and len(fitting) <= PAGE:
                ends += ahead.values_list("memo_id", flat=True)[limit - 1 : limit]
        found.sort(reverse=not self.newer)
        if not ends:
            return found, None
        end = min(ends) if self.newer else max(ends)
        return [memo for memo in found if (memo <= end if self.newer else memo >= end)], end

    def _fitting(self, ahead: DocketQuerySet, rest: Q, limit: int) -> list[int]:
        """Of so many of these rows those that fit the rest, as many as a page needs.

        The rest is asked of each row and is no condition: of several conditions a database may follow another. What
        is asked stands in the index, and the walk stops when the page is full.
        """
        asked = ahead.annotate(fits=ExpressionWrapper(rest, BooleanField())).values_list("memo_id", "fits")
        sql, params = asked[:limit].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT memo_id FROM ({sql}) AS asked WHERE fits LIMIT %s", [*params, PAGE + 1])  # noqa: S608
            return [row[0] for row in cursor.fetchall()]

    def worded(
        self, words: str, owner_id: int | None, rest: Q, start: int | None, limit: int
    ) -> tuple[list[int], int | None]:
        """The next rows with these words, as far as they fit the rest."""
        before, after = (None, start) if self.newer else (start, None)
        memos = search.newest(words, before=before, after=after, limit=limit, owner_id=owner_id)
        fitting = set(self.rows.filter(rest, memo_id__in=memos).values_list("memo_id", flat=True))
        return [memo for memo in memos if memo in fitting], memos[-1] if len(memos) == limit else None

    def reach(self, parts: list[Q], between: tuple[int, int]) -> int:
        """About where a page of these rows alone would end: the lower, the farther away, so the fewer there are."""
        ends: list[int] = []
        for part in parts:
            ahead = self._ahead(part, between, self.start)
            ends += ahead.values_list("memo_id", flat=True)[PAGE : PAGE + 1]
        return max((_NONE - end if self.newer else end for end in ends), default=-1)

    def _ahead(self, part: Q, between: tuple[int, int], start: int | None) -> DocketQuerySet:
        low, high = between
        if start is not None:
            low, high = (max(low, start + 1), high) if self.newer else (low, min(high, start))
        rows = self.rows.filter(part, memo_id__gte=low, memo_id__lt=high)
        return rows.order_by("memo_id" if self.newer else "-memo_id")

    def page(self, source: Source, stretches: tuple[int, ...]) -> Page:
        """Stretch after stretch of the source, as far as its rows fit, until the page is full."""
        found: list[int] = []
        start = self.start
        for limit in stretches:
            fitting, end = source(start, limit)
            found += fitting
            if len(found) > PAGE or end is None:
                return self._page(found)
            start = end
        beyond = Docket.objects.values_list("number", flat=True).filter(memo_id__gte=start or 0)
        return self._page(found, beyond.order_by("memo_id")[0])

    def _page(self, found: list[int], looked_to: str = "") -> Page:
        rows = Docket.objects.select_related("memo", "owner", "assignee").defer(*_UNREAD)
        shown = list(rows.filter(memo_id__in=found[:PAGE]).order_by("-memo_id"))
        newest, oldest = (shown[0].number, shown[-1].number) if shown else ("", "")
        more = len(found) > PAGE
        if self.newer:
            return Page(shown, older=oldest, newer=newest if more else looked_to)
        return Page(
            shown, oldest if more else "", newest if self.start is not None else "", looked_to=looked_to
        )
