"""Figures of the desk: outcomes, turnaround, what waits, where people are unsure or stop, countries, changed outcomes.

The database counts, on indexed columns; it hands out single rows only of decisions, for how long they took, and of
answers that changed an outcome. No figure is about a person.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, FloatField, Func, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from wizard.desk.models import Docket, ReviewAct
from wizard.models import AnswerEvent, Case, Memo

KEPT_SECONDS = 5 * 60
"""Figures are counted anew after so long; the page says when they were counted."""

MOST = 36
"""Months in one period."""

LISTED = 10
"""Rows of a list by frequency."""

IDLE = datetime.timedelta(days=14)
"""A case without a memo that nobody has touched for so long was left."""

AGES = (1, 3, 7, 14, 30)
"""The days at which one class of age ends and the next begins."""

_EVER = datetime.datetime.min.replace(tzinfo=datetime.UTC)

Months = Sequence[datetime.date]
Frequency = Sequence[tuple[str, int]]
Span = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class Turnaround:
    """How long memos took from being recorded to their first approval or return, in seconds; None without any."""

    memos: int
    median: float | None = None
    ninetieth: float | None = None


@dataclass(frozen=True)
class Waiting:
    """Memos of one state by age, in the classes that `AGES` bounds."""

    state: str
    by_age: Sequence[int]
    oldest: datetime.datetime | None


@dataclass(frozen=True)
class Figures:
    """Everything that the dashboard shows."""

    counted: datetime.datetime
    months: Months
    outcomes: dict[str, Sequence[int]]
    """For each outcome, the memos recorded in each month; the most frequent outcome first."""
    turnaround: Turnaround
    turnaround_by_month: Sequence[Turnaround]
    waiting: Sequence[Waiting]
    not_sure: Frequency
    """Questions, and the cases in which someone was not sure."""
    stopped: Frequency
    """Questions, and the cases left after them; "" for cases left before the first."""
    destinations: Frequency
    headquarters: Frequency
    changed: Sequence[tuple[str, str, int]]
    """Outcome before an answer was changed, outcome recorded afterwards, cases."""
    changed_by: Frequency
    """The questions whose answers were changed then."""


def months(first: datetime.date, last: datetime.date) -> Months:
    """The first days of the months from one to another, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        datetime.date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1)
        for n in range(count)
    ]


def figures(period: Months) -> Figures:
    """The figures of these months, counted now or a few minutes ago."""
    key = f"dashboard:{period[0]}:{period[-1]}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = count(period)
        cache.set(key, found, KEPT_SECONDS)
    return found


def count(period: Months) -> Figures:
    """The figures of these months, counted now."""
    spans = [_span(month) for month in period]
    whole = (spans[0][0], spans[-1][1])
    recorded = Docket.objects.order_by().filter(created__gte=whole[0], created__lt=whole[1])
    took = [_took(span) for span in spans]
    changed, changed_by = _changed(whole)
    return Figures(
        counted=timezone.now(),
        months=period,
        outcomes=_outcomes(spans),
        turnaround=_turnaround(sorted(itertools.chain.from_iterable(took))),
        turnaround_by_month=[_turnaround(month) for month in took],
        waiting=_waiting(),
        not_sure=_frequency(_not_sure(whole), "fact", Count("case", distinct=True)),
        stopped=_frequency(_stopped(whole), "last", Count("pk")),
        destinations=_frequency(recorded, "destination", Count("*")),
        headquarters=_frequency(recorded, "headquarters", Count("*")),
        changed=changed,
        changed_by=changed_by,
    )


def _span(month: datetime.date) -> Span:
    """The moments at which a month begins and ends at the legal time."""
    after = months(month, month + datetime.timedelta(31))[1]
    begin, end = (datetime.datetime.combine(day, datetime.time()) for day in (month, after))
    return timezone.make_aware(begin), timezone.make_aware(end)


def _frequency(
    rows: QuerySet[Docket] | QuerySet[AnswerEvent] | QuerySet[Case], name: str, counted: Count
) -> Frequency:
    """The most frequent values of a column."""
    found = rows.values_list(name).annotate(n=counted).order_by("-n", name)[:LISTED]
    return list(found)


def _outcomes(spans: Sequence[Span]) -> dict[str, Sequence[int]]:
    # Month by month: a range of the index each, where truncating dates would call a function for each memo.
    by_month = [
        dict(
            Docket.objects.order_by()
            .filter(created__gte=begin, created__lt=end)
            .values_list("outcome")
            .annotate(n=Count("*"))
        )
        for begin, end in spans
    ]
    total = Counter[str]()
    for month in by_month:
        total.update(month)
    ranked = sorted(total, key=lambda outcome: (-total[outcome], outcome))
    return {outcome: [month.get(outcome, 0) for month in by_month] for outcome in ranked}


class _Seconds(Func):
    """The seconds from the second moment to the first."""

    output_field = FloatField()
    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="((julianday(%(expressions)s)) * 86400.0)",
            arg_joiner=") - julianday(",
        )


def _took(span: Span) -> list[float]:
    """The seconds from record to decision of the memos first approved or returned in this time, shortest first."""
    decisions = (ReviewAct.Kind.APPROVED, ReviewAct.Kind.RETURNED)
    earlier = ReviewAct.objects.filter(
        memo=OuterRef("memo"), kind__in=decisions, number__lt=OuterRef("number")
    )
    # Of each memo the docket's row alone: a join through the memo would read past its bytes.
    recorded = Docket.objects.order_by().filter(memo_id=OuterRef("memo_id")).values("created")
    return sorted(
        ReviewAct.objects.order_by()
        .filter(~Exists(earlier), kind__in=decisions, at__gte=span[0], at__lt=span[1])
        .annotate(took=_Seconds(F("at"), Subquery(recorded)))
        .values_list("took", flat=True)
    )


def _turnaround(took: Sequence[float]) -> Turnaround:
    if not took:
        return Turnaround(0)
    median, ninetieth = (took[math.ceil(share * len(took)) - 1] for share in (0.5, 0.9))
    return Turnaround(len(took), median, ninetieth)


def _waiting() -> Sequence[Waiting]:
    now = timezone.now()
    edges = [now - datetime.timedelta(days) for days in AGES]
    classes = {
        f"age_{number}": Count("pk", filter=Q(created__lte=begin, created__gt=end))
        for number, (begin, end) in enumerate(itertools.pairwise([now, *edges, _EVER]))
    }
    states = (Docket.State.WAITING, Docket.State.RETURNED)
    found: dict[str, Any] = {
        row["state"]: row
        for row in Docket.objects.order_by()
        .filter(state__in=states)
        .values("state")
        .annotate(oldest=Min("created"), **classes)
    }
    return [
        Waiting(
            state,
            [found[state][name] if state in found else 0 for name in classes],
            found[state]["oldest"] if state in found else None,
        )
        for state in states
    ]


def _not_sure(span: Span) -> QuerySet[AnswerEvent]:
    # Word for word the condition of the partial index, which SQLite uses only if no parameter stands in it.
    events = AnswerEvent.objects.order_by().filter(at__gte=span[0], at__lt=span[1])
    return events.extra(where=["wizard_answerevent.way = 'not_sure'"])


def _stopped(span: Span) -> QuerySet[Case]:
    """Cases left in this time, each with the last question that was answered."""
    last = AnswerEvent.objects.filter(case=OuterRef("pk"), version=OuterRef("version")).values("fact")
    until = min(span[1], timezone.now() - IDLE)
    return (
        Case.objects.order_by()
        .filter(~Exists(Memo.objects.filter(case=OuterRef("pk"))), updated__gte=span[0], updated__lt=until)
        .annotate(last=Coalesce(Subquery(last[:1]), Value("")))
    )


def _changed(span: Span) -> tuple[Sequence[tuple[str, str, int]], Frequency]:
    """Changed answers before which one outcome stood and after which a memo with another was recorded: the outcomes,
    and the questions, each with its cases."""
    recorded = Docket.objects.filter(memo__case=OuterRef("case"), created__gte=OuterRef("at"))
    changes = (
        AnswerEvent.objects.order_by()
        .filter(at__gte=span[0], at__lt=span[1])
        .extra(where=["NOT (wizard_answerevent.outcome_before = '')"])
        .annotate(after=Subquery(recorded.order_by("memo_id").values("outcome")[:1]))
        .values_list("outcome_before", "after", "fact", "case_id")
    )
    outcomes, facts = set[tuple[str, str, int]](), set[tuple[str, int]]()
    # What is left out is left out here, because each condition would have the database look up the outcome again.
    for before, after, fact, case in changes.iterator():
        if after not in (None, before):
            outcomes.add((before, after, case))
            facts.add((fact, case))
    by_outcomes = Counter((before, after) for before, after, _case in outcomes)
    by_fact = Counter(fact for fact, _case in facts)
    return (
        [
            (before, after, cases)
            for (before, after), cases in sorted(by_outcomes.items(), key=lambda one: (-one[1], one[0]))
        ][:LISTED],
        sorted(by_fact.items(), key=lambda one: (-one[1], one[0]))[:LISTED],
    )
