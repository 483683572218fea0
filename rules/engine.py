"""Walks a tree: which provisions and clauses bear on its value, so that a conclusion can be read back to the text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.conditions import AllOf, AnyOf, Condition, Known, Not, Test
from rules.facts import as_json
from rules.law import Clause, Interpretation, Ordered, Provision, Version
from rules.truth import TRUE, Truth


@dataclass(frozen=True)
class Step:
    """One test of the trace: the paragraph, its version, what it asks, the facts it used and its value."""

    provision: str
    citation: str
    version: str
    title: str
    says: str
    value: str
    facts: Mapping[str, str | bool]
    source: str
    interpretation: str = ""

    def to_json(self) -> dict[str, object]:
        return {**self.__dict__, "facts": dict(self.facts)}


def deciding(condition: Condition, known: Known) -> tuple[Condition, ...]:
    """The parts that give a condition its value: every false one where one must not be, every unknown one, etc."""
    match condition:
        case AllOf(children) | AnyOf(children):
            value = known(condition)
            return tuple([child for child in children if known(child) is value])
        case Not(child) | Clause(condition=child):
            return (child,)
        case Interpretation():
            return (condition.adopted,)
        case Provision():
            day = known.facts.get("date")
            if not isinstance(day, datetime.date):
                return condition.parts
            version = condition.version(day)
            return (version.condition,) if version else ()
    return ()


class Trace:
    """The steps of a determination, each paragraph once, in the order the law reaches them."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._steps: dict[tuple[str, str, str], Step] = {}
        self._used: dict[Condition, dict[str, str | bool]] = {}
        self._deciding: dict[Condition, tuple[Condition, ...]] = {}
        self._versions: dict[Provision, Version | None] = {}
        self._added: set[tuple[Condition, Provision | None]] = set()

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps.values())

    def follow(self, ordered: Ordered[Any]) -> None:
        """Add what bears on an ordered result: every step up to the one that gives it."""
        for condition, _result in ordered.steps:
            self.add(condition)
            if self._known(condition) is TRUE:
                return

    def add(self, condition: Condition, within: Provision | None = None) -> None:
        """Add the provisions and clauses that give `condition` its value."""
        if isinstance(condition, Provision):
            within = condition
        if (condition, within) in self._added:
            return
        self._added.add((condition, within))
        if isinstance(condition, Provision):
            self._record(condition, condition, condition.citation, condition.says)
        elif isinstance(condition, Clause) and within:
            self._record(condition, within, condition.citation, condition.says)
        elif isinstance(condition, Interpretation) and within:
            self._record(condition, within, condition.citation, condition.adopted_says, condition.id)
        for part in self._parts(condition):
            self.add(part, within)

    def _parts(self, condition: Condition) -> tuple[Condition, ...]:
        parts = self._deciding.get(condition)
        if parts is None:
            parts = self._deciding[condition] = deciding(condition, self._known)
        return parts

    def _version(self, provision: Provision) -> Version | None:
        if provision not in self._versions:
            day = self._known.facts.get("date")
            self._versions[provision] = provision.version(day) if isinstance(day, datetime.date) else None
        return self._versions[provision]

    def _record(
        self, node: Condition, within: Provision, citation: str, says: str, reading: str = ""
    ) -> None:
        key = (within.id, citation, says)
        if key in self._steps:
            return
        version = self._version(within)
        self._steps[key] = Step(
            within.id,
            citation,
            version.start.isoformat() if version else "",
            within.title,
            says,
            self._known(node).value,
            dict(sorted(self._facts_used(node).items())),
            version.source if version else "",
            reading,
        )

    def _facts_used(self, condition: Condition) -> dict[str, str | bool]:
        """The known facts that give a condition its value."""
        used = self._used.get(condition)
        if used is None:
            facts = self._known.facts
            used = {}
            if isinstance(condition, Test):
                used = {name: as_json(facts[name]) for name in condition.facts if name in facts}
            elif isinstance(condition, Provision) and "date" in facts and not self._parts(condition):
                used = {"date": as_json(facts["date"])}  # before its first version the day alone decides
            for part in self._parts(condition):
                used.update(self._facts_used(part))
            self._used[condition] = used
        return used


def clauses(condition: Condition, known: Known, value: Truth) -> Iterator[Clause]:
    """The clauses, outermost only, for which `condition` has `value`."""
    waiting = [condition]
    while waiting:
        node = waiting.pop(0)
        if known(node) is not value:
            continue  # what has another value is no reason for this one
        if isinstance(node, Clause):
            yield node
        elif isinstance(node, (AllOf, AnyOf)):
            waiting[:0] = node.children
        elif isinstance(node, Provision):
            waiting[:0] = deciding(node, known)
