"""How long a case's memos must be kept: 15 CFR 762.6, worked out from recorded events and never guessed.

Nothing here deletes anything, and nothing else does: a date that has passed says only that this rule no longer asks for
the record. A wrong entry is not taken back but answered by another.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from wizard import accounts, record
from wizard.desk.custody import Retention, RetentionEvent
from wizard.models import Case

FORMAT = 1
"""The number of this layout of an event's content; a change of keys or meanings takes the next."""

Kind = RetentionEvent.Kind

YEARS, SANCTIONS_YEARS = 5, 10
"""15 CFR 762.6(a); and 31 CFR 501.601, for transactions that are subject to the sanctions regulations as well."""

SANCTIONS_CITATION = "31 CFR 501.601"

STARTS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.EXPORTED: "15 CFR 762.6(a)(1)",
        Kind.REEXPORTED: "15 CFR 762.6(a)(2)",
        Kind.TERMINATED: "15 CFR 762.6(a)(3)",
        Kind.BOYCOTT: "15 CFR 762.6(a)(4)",
    }
)
"""The events from the latest of which the five years run, and where each is named."""

HOLD = "15 CFR 762.6(b)"

EARLIEST = datetime.date(2000, 1, 1)
"""No event of these transactions is older; a year mistyped is refused."""


class RefusedError(ValueError):
    """The event cannot be recorded, and why: `code` is for the page, which has the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Standing:
    """What the events of a case come to."""

    events: Sequence[RetentionEvent]
    latest: RetentionEvent | None
    """The event from which the years run."""
    holds: Sequence[RetentionEvent]
    """The holds that stand."""
    withdrawn: frozenset[int]
    """The numbers of entries that were mistakes."""

    @property
    def keep_until(self) -> datetime.date | None:
        """The last day on which the record must be kept, as far as events are recorded; None: unknown."""
        return years_after(self.latest.day, YEARS) if self.latest else None

    @property
    def sanctions_until(self) -> datetime.date | None:
        """The same, where the transaction is subject to the sanctions regulations as well."""
        return years_after(self.latest.day, SANCTIONS_YEARS) if self.latest else None

    @property
    def citation(self) -> str:
        """The paragraph by which the years run."""
        return STARTS[Kind(self.latest.kind)] if self.latest else "15 CFR 762.6(a)"

    def must_be_kept(self, day: datetime.date) -> bool:
        """Whether the record may not be disposed of on this day: under a hold, while nothing is known, and up to the
        last day."""
        return bool(self.holds) or self.keep_until is None or day <= self.keep_until


def years_after(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later. From February 29 it is March 1 where there is none, the later of the two days
    that it might be; beyond the calendar it is the calendar's last day."""
    if day.year + years > datetime.MAXYEAR:
        return datetime.date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def standing(events: Sequence[RetentionEvent]) -> Standing:
    """What these events of one case, in their order, come to."""
    answered = {event.said["about"] for event in events if event.kind in (Kind.LIFTED, Kind.WITHDRAWN)}
    counting = [event for event in events if event.kind in STARTS and event.number not in answered]
    return Standing(
        events=events,
        # Of two on one day, the first recorded; the date is the same.
        latest=max(counting, key=lambda event: event.day, default=None),
        holds=[event for event in events if event.kind == Kind.HELD and event.number not in answered],
        withdrawn=frozenset(event.said["about"] for event in events if event.kind == Kind.WITHDRAWN),
    )


def of(case: Case) -> Standing:
    """What the recorded events of a case come to."""
    return standing(list(case.retention_events.select_related("by").order_by("number")))


def happen(case: Case, by: User, kind: Kind, day: datetime.date, text: str) -> RetentionEvent:
    """Record that something happened from which the years may run.

    Raises:
        RefusedError: the day has not come yet at the legal time, or lies too far back.
    """
    if kind not in STARTS:
        raise RefusedError("kind")
    if day > timezone.localdate():
        raise RefusedError("future")
    if day < EARLIEST:
        raise RefusedError("early")
    return _add(case, by, kind, day, {"text": text})


def hold(case: Case, by: User, text: str, agency: str = "") -> RetentionEvent:
    """Forbid disposal, whatever the date: at the request of `agency`, or for the company's own reason if empty."""
    return _add(case, by, Kind.HELD, timezone.localdate(), {"text": text, "agency": agency})


def lift(case: Case, by: User, number: int, text: str, authorization: str = "") -> RetentionEvent:
    """Lift a hold. What an agency asked for takes the agency's written `authorization`, by its date and reference.

    Raises:
        RefusedError: there is no such hold, it no longer stands, or the authorization is missing.
    """
    return _add(
        case,
        by,
        Kind.LIFTED,
        timezone.localdate(),
        {"about": number, "text": text, "authorization": authorization},
    )


def withdraw(case: Case, by: User, number: int, text: str) -> RetentionEvent:
    """Say that an entry was a mistake. It stays, and no longer counts.

    Raises:
        RefusedError: there is no such entry, or it does not count any more.
    """
    return _add(case, by, Kind.WITHDRAWN, timezone.localdate(), {"about": number, "text": text})


def derived(found: Standing) -> dict[str, Any]:
    """What the row of a case must say whose events come to this."""
    return {"keep_until": found.keep_until, "held": bool(found.holds), "events": len(found.events)}


def _add(case: Case, by: User, kind: Kind, day: datetime.date, words: dict[str, Any]) -> RetentionEvent:
    accounts.require_custody(by)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        before = of(case)
        _answers_something(before, kind, words)
        event = RetentionEvent(
            case=case, number=len(before.events) + 1, kind=kind, day=day, by=by, at=timezone.now()
        )
        event.write(_content(event, words))
        event.save()
        Retention.objects.update_or_create(case=case, defaults=derived(of(case)))
        return event


def _answers_something(before: Standing, kind: Kind, words: dict[str, Any]) -> None:
    """Refuse to lift a hold that does not stand, or without what it takes, and to withdraw what does not count."""
    if kind == Kind.LIFTED:
        held = next((event for event in before.holds if event.number == words["about"]), None)
        if held is None:
            raise RefusedError("no_hold")
        if held.said["agency"] and not words["authorization"]:
            raise RefusedError("authorization")
    if kind == Kind.WITHDRAWN and not any(
        event.number == words["about"] and event.kind in STARTS and event.number not in before.withdrawn
        for event in before.events
    ):
        raise RefusedError("no_entry")


def _content(event: RetentionEvent, words: dict[str, Any]) -> dict[str, Any]:
    """Everything an event says."""
    return {
        "format": FORMAT,
        "public_id": str(event.public_id),
        "case": {"public_id": str(event.case.public_id), "reference": event.case.reference},
        "number": event.number,
        "event": str(event.kind),
        "day": event.day.isoformat(),
        "by": accounts.person(event.by),
        "at": record.timestamp(event.at),
        "said": words,
    }
