"""What changed in the law between two dates: provisions, country groups, enforcement.

A provision is compared by what it asks on each day: its outline with the tests of the date settled. So a new version, a
date written into a condition and a period of a table (the quarters of a national validated end user) all show as the
lines that went and the lines that came, from one source: the tree itself.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rules.conditions import Since
from rules.enforcement import EVENTS, posture
from rules.law import Provision
from rules.outline import asked, text
from rules.phrases import Say, english
from rules.places import COUNTRIES, ROWS
from rules.wholeness import PROVISIONS, own

BEGINS, AMENDED, PERIOD = "begins", "amended", "period"


@dataclass(frozen=True)
class ProvisionChange:
    """A provision that asks something else from `date` on. `before` is empty where it begins.

    `kind`: `begins`, `amended` by a new version, or `period`, where a date that the text itself names is reached.
    """

    date: datetime.date
    provision: str
    citation: str
    title: str
    kind: str
    source: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class CountryChange:
    """A country that is in other groups from `date` on."""

    date: datetime.date
    country: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class EnforcementEvent:
    """An act that bears on enforcement."""

    date: datetime.date
    says: str
    source: str


@dataclass(frozen=True)
class Changes:
    """Everything that starts after `since` and on `until` or before, each list in the order of the dates."""

    since: datetime.date
    until: datetime.date
    provisions: tuple[ProvisionChange, ...]
    countries: tuple[CountryChange, ...]
    events: tuple[EnforcementEvent, ...]
    posture_before: str | None
    posture_after: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain values; dates as year-month-day."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def to_text(self) -> str:
        """The changes for people, the lines of a provision that went marked `-`, those that came `+`."""
        return "\n".join(_written(self)) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def between(one: datetime.date, other: datetime.date) -> Changes:
    """What changed from the earlier of two dates to the later, in whichever order they are given."""
    since, until = sorted((one, other))
    return Changes(
        since,
        until,
        tuple(
            sorted(
                (change for found in PROVISIONS.values() for change in _of_provision(found, since, until)),
                key=lambda change: change.date,
            )
        ),
        tuple(sorted(_of_countries(since, until), key=lambda change: (change.date, change.name))),
        tuple(
            EnforcementEvent(event.date, event.says, event.source)
            for event in sorted(EVENTS, key=lambda event: event.date)
            if since < event.date <= until
        ),
        posture(since),
        posture(until),
    )


def _of_provision(found: Provision, since: datetime.date, until: datetime.date) -> Iterator[ProvisionChange]:
    starts = {version.start for version in found.versions}
    named = {node.day for node in own(found) if isinstance(node, Since)}
    for day in sorted(one for one in starts | named if since < one <= until):
        version = found.version(day)
        before = lines(found, day - datetime.timedelta(days=1))
        after = lines(found, day)
        if version is None or before == after:
            continue
        kind = PERIOD if day not in starts else AMENDED if before else BEGINS
        yield ProvisionChange(day, found.id, found.citation, found.title, kind, version.source, before, after)


def lines(found: Provision, day: datetime.date, say: Say = english) -> tuple[str, ...]:
    """What a provision asks on a day, as the lines of its outline, in the language of `say`."""
    return tuple(text(asked(found, day, say)).splitlines())


def _of_countries(since: datetime.date, until: datetime.date) -> Iterator[CountryChange]:
    for code, rows in ROWS.items():
        for i, row in enumerate(rows[1:]):
            if since < row.start <= until:
                before = tuple(sorted(rows[i].groups))
                yield CountryChange(
                    row.start, code, COUNTRIES[code].name, before, tuple(sorted(row.groups)), row.source
                )


def _written(changes: Changes) -> Iterator[str]:
    yield f"Changes after {changes.since} and up to {changes.until}"
    if not (changes.provisions or changes.countries or changes.events):
        yield ""
        yield "Nothing changed."
    for change in changes.provisions:
        yield ""
        yield f"{change.date}  {change.title} ({change.citation}) — {change.kind}; source: {change.source}"
        yield from (f"  {line}" for line in difference(change.before, change.after))
    for country in changes.countries:
        yield ""
        before, after = ", ".join(country.before) or "none", ", ".join(country.after) or "none"
        yield f"{country.date}  {country.name} ({country.country}): {before} → {after}; source: {country.source}"
    for event in changes.events:
        yield ""
        yield f"{event.date}  Enforcement: {event.says} ({event.source})"
    if changes.posture_before != changes.posture_after:
        yield ""
        yield f"Posture: {changes.posture_before or 'none'} → {changes.posture_after or 'none'}"


def difference(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    """The lines that went and came, each below the lines it hangs from."""
    above: list[str] = []  # the line itself last; empty where it is already given
    for line in difflib.ndiff(before, after):
        mark, words = line[0], line[2:]
        if mark == "?":
            continue
        depth = (len(words) - len(words.lstrip())) // 2
        above[depth:] = [line]
        if mark != " ":
            yield from filter(None, above)
            above = [""] * len(above)
