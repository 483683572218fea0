"""What a provision is: a citation, what it says in our words, and its dated versions, each beside its condition.

A provision, a clause and an interpretation are conditions themselves, so one provision relies on another by naming it,
and everything that reads the tree (engine, trace, diagram, drawing, docs) sees the law's own structure.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from rules.conditions import Condition, Known
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

EFFECTIVE = datetime.date(2025, 1, 13)
SOURCES_CHECKED = datetime.date(2026, 10, 4)


@dataclass(frozen=True, eq=False)
class Clause(Condition):
    """One paragraph's test: its citation, what it asks in our words, and the condition that carries it."""

    citation: str
    says: str
    condition: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def value(self, known: Known) -> Truth:
        return known(self.condition)


@dataclass(frozen=True, eq=False)
class Interpretation(Condition):
    """A choice the text leaves: the adopted reading decides; the alternative can be tried by its id."""

    id: str
    citation: str
    question: str
    adopted_says: str
    alternative_says: str
    adopted: Condition
    alternative: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        return (self.adopted, self.alternative)

    @cached_property
    def readings(self) -> frozenset[str]:
        return super().readings | {self.id}

    def reading(self, alternative: str | None) -> Condition:
        """The condition under the adopted reading, or under the alternative if this one's id is given."""
        return self.alternative if alternative == self.id else self.adopted

    def value(self, known: Known) -> Truth:
        return known(self.reading(known.alternative))


@dataclass(frozen=True)
class Version:
    """A provision's state from `start` on: its source and the condition that reads it."""

    start: datetime.date
    source: str
    condition: Condition


@dataclass(frozen=True, eq=False)
class Provision(Condition):
    """A provision of the regulation: beside its text in our words, its versions, oldest first.

    `says` is what it says, in our words; `open_points` is what the text leaves open or contradicts, and what was
    adopted. The version that counts is the last that starts on the transaction's date or before.
    """

    id: str
    citation: str
    title: str
    says: str
    versions: tuple[Version, ...]
    open_points: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        starts = [version.start for version in self.versions]
        if starts != sorted(set(starts)):
            raise ValueError(f"{self.id}: versions must start on different days, oldest first")

    @property
    def parts(self) -> tuple[Condition, ...]:
        return tuple(version.condition for version in self.versions)

    def version(self, day: datetime.date) -> Version | None:
        """The version in force on `day`; None before the first."""
        return next((version for version in reversed(self.versions) if version.start <= day), None)

    def value(self, known: Known) -> Truth:
        day = known.facts.get("date")
        if isinstance(day, datetime.date):
            version = self.version(day)
            return known(version.condition) if version else FALSE
        values = {known(version.condition) for version in self.versions}
        # Before the first version it does not apply; that day is as possible as any while the date is unknown.
        return FALSE if values == {FALSE} else UNKNOWN


def provision(
    id: str, citation: str, title: str, says: str, condition: Condition, *, source: str = "90 FR 4544",
    start: datetime.date = EFFECTIVE, later: tuple[Version, ...] = (), open_points: tuple[str, ...] = (),
) -> Provision:  # fmt: skip
    """A provision whose first version starts on `start`, by default with the rule itself; `later` appends others."""
    return Provision(id, citation, title, says, (Version(start, source, condition), *later), open_points)


def amended(start: str, source: str, condition: Condition) -> Version:
    """A later version: from `start` (year-month-day) on the condition reads so, by `source`."""
    return Version(datetime.date.fromisoformat(start), source, condition)


@dataclass(frozen=True)
class Obligation:
    """Something to do before, with or after a transaction; `applies` is its own condition, if it has one."""

    id: str
    authorization: str
    when: str
    says: str
    citation: str
    deadline: str = ""
    threshold: str = ""
    applies: Condition | None = None


def walk(condition: Condition, whole: type[Condition] | tuple[()] = ()) -> Iterator[Condition]:
    """Every condition of a tree once, parents first; without the parts of those that are taken as a whole."""
    seen: set[int] = set()
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if not isinstance(node, whole):
            waiting.extend(reversed(node.parts))


Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Ordered(Generic[Result]):
    """Results in the order the law reaches them: the first whose condition holds, else `otherwise`."""

    steps: tuple[tuple[Condition, Result], ...]
    otherwise: Result

    def results(self, known: Known) -> list[Result]:
        """The results not yet ruled out step by step: one when settled; else every one that a walk leaves open.

        One result is always right. Several may be more than can really happen, since each step is weighed alone;
        `possibility` settles that exactly.
        """
        found: list[Result] = []
        for condition, result in self.steps:
            value = known(condition)
            if value is not FALSE and result not in found:
                found.append(result)
            if value is TRUE:
                return found
        return found if self.otherwise in found else [*found, self.otherwise]
