"""The interview as a graph: every place it can be in, each with facts that lead there and a value for every branch.

Read from the interview written out (`expansion`); `questions.order` proves that people are asked the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from rules.diagram import LEAF, Start, decimal
from rules.facts import (
    DEEMED,
    ENTRIES,
    FACTS,
    HARDWARE,
    ITEMS,
    Facts,
    Kind,
    Value,
    can_stand_together,
    contradictions,
)
from rules.possibility import ASKING_ORDER, AT_MOST
from rules.provisions.conclusion import Decision
from rules.verification.expansion import Expanded, Fork

Known = Mapping[str, Value]


@dataclass(frozen=True)
class Branch:
    """One sort of answer: where its values start, one of them (none for an item without entry), where it leads."""

    start: Start | int
    value: Value | None
    place: int


@dataclass(frozen=True)
class Place:
    """What the interview knows on one way here, the fact it asks for and its branches; at the end, the decision."""

    known: Known
    fact: str | None
    branches: tuple[Branch, ...]
    decision: Decision | None
    results: frozenset[object]
    missing: frozenset[str]
    at_least: int
    at_most: int

    def with_branch(self, branch: Branch) -> dict[str, Value]:
        """The facts known here and the answer of a branch."""
        answer = {} if self.fact is None or branch.value is None else {self.fact: branch.value}
        return {**self.known, **answer}


class Graph:
    """Every place of the interview under the facts known at its start, which is place 0."""

    def __init__(self, facts: Facts | None = None) -> None:
        self.known: Known = dict(facts or {})
        self.places = _read(Expanded(facts or Facts({})), self.known)

    @cached_property
    def edges(self) -> int:
        """How many branches there are."""
        return sum(len(place.branches) for place in self.places)

    @cached_property
    def paths(self) -> int:
        """How many ways lead from the start to a decision."""
        counts: dict[int, int] = {}
        for number in sorted(range(len(self.places)), key=lambda one: self.places[one].at_most):
            branches = self.places[number].branches
            counts[number] = sum(counts[branch.place] for branch in branches) if branches else 1
        return counts[0]

    def branches(self) -> Iterator[tuple[Place, Branch]]:
        """Every branch of every place."""
        for place in self.places:
            for branch in place.branches:
                yield place, branch

    def end(self, place: int, known: dict[str, Value], turn: int) -> Decision:
        """Goes on from a place to a decision, adding each answer to what is known; `turn` varies the way taken."""
        while (here := self.places[place]).decision is None:
            branches = [one for one in here.branches if possible(known, here.fact, one.value)]
            branch = branches[turn % len(branches)]
            turn //= max(1, len(branches) - 1)
            known.update({} if here.fact is None or branch.value is None else {here.fact: branch.value})
            place = branch.place
        return here.decision


def possible(known: Known, fact: str | None, value: Value | None) -> bool:
    """Whether a value can go with what is known. No value: an item that has no entry."""
    if fact is None or value is None:
        return "item" in known and known["item"] not in ENTRIES
    facts = {**known, fact: value}
    return not contradictions(facts) and (
        "item" in facts or any(can_stand_together(one, facts) for one in ITEMS)
    )


def _read(expanded: Expanded, known: Known) -> list[Place]:
    walk, root = expanded.walk, expanded.root
    variables = walk.diagram.variables
    names: dict[int, frozenset[str]] = {}

    def missing(bits: int) -> frozenset[str]:
        if bits not in names:
            names[bits] = frozenset(fact for fact in ASKING_ORDER if bits & walk.diagram.bit[fact])
        return names[bits]

    numbers = {root: 0}
    waiting = [(root, dict(known))]
    places: list[Place] = []
    for point, facts in waiting:
        _results, support, least, most = walk.summary(point)
        fact, branches = None, []
        level = walk.level(point)
        if level != LEAF:
            fact = variables[level].facts[0]
            values = point.samples if isinstance(point, Fork) else variables[level].values
            for (start, kid), raw in zip(walk.cells(point), values, strict=True):
                value = decimal(raw) if isinstance(raw, Fraction) else raw
                if not possible(facts, fact, value):
                    continue
                if kid not in numbers:
                    numbers[kid] = len(numbers)
                    waiting.append((kid, {**facts, fact: value} if value is not None else facts))
                branches.append(Branch(start, value, numbers[kid]))
        found = expanded.results(point)
        decision = next(iter(found)) if level == LEAF else None
        assert decision is None or isinstance(decision, tuple)
        places.append(Place(facts, fact, tuple(branches), decision, found, missing(support), least, most))
    return places


def completed(known: Known, samples: Mapping[str, tuple[Value, ...]], last: bool) -> dict[str, Value]:
    """A whole valid transaction: every fact not known takes the first (or last) of its sample values that fits."""
    facts = dict(known)
    if "item" not in facts:
        items = [item for item in samples["item"] if not contradictions({**facts, "item": item})]
        facts["item"] = items[-1 if last else 0]
    item = str(facts["item"])
    activities = [one for one in samples["activity"] if item not in HARDWARE or one not in DEEMED]
    facts.setdefault("activity", activities[-1 if last else 0])
    if item in ENTRIES:
        facts.setdefault("entry", ENTRIES[item][-1 if last else 0])
    for fact in FACTS:
        if fact not in facts and fact != "entry":
            facts[fact] = samples[fact][-1 if last else 0]
    added, total = AT_MOST
    if contradictions(facts):
        facts[added if added not in known else total] = facts[total if added not in known else added]
    return facts


def sample_values(samples: Mapping[str, tuple[object, ...]]) -> dict[str, tuple[Value, ...]]:
    """The values of each fact's classes as facts are known: decimals for numbers, two at least of every number."""
    found: dict[str, tuple[Value, ...]] = {}
    for fact, values in samples.items():
        kept = [
            decimal(value) if isinstance(value, Fraction) else value for value in values if value is not None
        ]
        if FACTS[fact].kind in (Kind.NUMBER, Kind.COUNT) and len(kept) == 1:
            kept.append(decimal(Fraction(10**7)))
        found[fact] = tuple(kept)  # type: ignore[arg-type]
    return found
