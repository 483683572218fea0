"""What finds a fault in the data: worked cases, the oracle on a fixed sample, and both sides of every limit."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules import places
from rules.conditions import Condition, Known, Since, Test, not_
from rules.diagram import Diagram
from rules.facts import Facts, read
from rules.law import Ordered, Provision, walk
from rules.places import COUNTRIES
from rules.possibility import ASKING_ORDER
from rules.provisions.applications import LICENSE
from rules.provisions.conclusion import AUTHORIZATIONS, LICENSE as LICENSE_REQUIRED
from rules.provisions.country_groups import EMBARGOED
from rules.verification.subject import Law
from tests.rules import boundaries, expected, sampling
from tests.rules.mutation.data import Mutant

SAMPLE = 3_000
WORKED = Path(__file__).parents[1] / "worked_cases.jsonl"
COUNTRY_FACTS = ("destination", "headquarters", "ultimate_parent")


@dataclass(frozen=True)
class Case:
    """One transaction and what must be said of it."""

    facts: Facts
    wanted: list[tuple[str, object]]

    def holds(self) -> bool:
        """Whether the law says so, one thing after another; a fault that stops it counts as one."""
        try:
            return all(
                one == other for one, other in zip(expected.given(self.facts), self.wanted, strict=True)
            )
        except (TypeError, KeyError, ValueError, AttributeError):
            return False


def transactions() -> Iterator[dict[str, object]]:
    """Worked cases filled in, both sides of every limit, and the sample."""
    rng = random.Random(boundaries.SEED)
    yield from boundaries.both_sides()
    for line in WORKED.read_text("utf-8").splitlines():
        yield next(sampling.fill_ins(json.loads(line)["facts"], rng, 1))
    for _number in range(SAMPLE):
        yield sampling.random_complete(rng)


class Cases:
    """All cases, and which of them a fault can show in: those that evaluate the condition, or that name the country."""

    def __init__(self) -> None:
        self.all: list[Case] = []
        self.by_node: dict[int, list[Case]] = {}
        self.by_country: dict[str, list[Case]] = {}
        mixed = list(transactions())
        random.Random(boundaries.SEED).shuffle(mixed)  # the first few of them say something of everything
        for transaction in mixed:
            self._add(transaction)
        for code in COUNTRIES:
            for transaction in boundaries.of_country(code):
                if sampling.is_valid(transaction):
                    self.by_country.setdefault(code, []).append(
                        Case(read(transaction), expected.wanted(transaction))
                    )

    def _add(self, transaction: dict[str, object]) -> None:
        case = Case(read(transaction), expected.wanted(transaction))
        used: list[Known] = []
        said = list(expected.given(case.facts, used))
        assert said == case.wanted, [
            pair for pair in zip(said, case.wanted, strict=True) if pair[0] != pair[1]
        ]
        self.all.append(case)
        nodes: set[Condition] = set()
        for known in used:
            nodes.update(known._values)
        for node in nodes:
            self.by_node.setdefault(id(node), []).append(case)
        for code in {str(case.facts[fact]) for fact in COUNTRY_FACTS if fact in case.facts}:
            self.by_country.setdefault(code, []).append(case)

    def of(self, mutant: Mutant) -> list[Case]:
        """The cases in which a mutant can show."""
        if mutant.node is not None:
            return self.by_node.get(id(mutant.node), [])
        if mutant.country is not None:
            alike = ("CN", "HK") if mutant.country in ("CN", "HK") else (mutant.country,)
            return [case for code in alike for case in self.by_country.get(code, [])]
        return self.all

    def kill(self, mutant: Mutant, first: int = 0, last: int | None = None) -> bool:
        """Whether some case finds the mutant."""
        cases = self.of(mutant)[first:last]
        with mutant.planted():
            return not all(case.holds() for case in cases)


class Conclusions:
    """Proves that a mutant says what the law says: for every combination of answers, or for a country on every day."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._places = {fact: tuple(_place_tests(law, fact)) for fact in COUNTRY_FACTS}

    def _said(self) -> list[Ordered[Any]]:
        """Everything said, each where it is reached: authorizations once a license is required, and so on."""
        law = self._law
        before = [(condition, None) for condition, _result in law.beside["requirement"].steps[:-1]]
        needed, _true = law.beside["requirement"].steps[-1]
        reached: list[tuple[Condition, Any]] = [*before, (not_(needed), None)]
        said: list[Ordered[Any]] = [law.decision, *law.beside.values()]
        for name, condition in law.conditions.items():
            steps = reached if name in AUTHORIZATIONS else []
            owner = next((one.authorization for one in law.obligations if one.id == name), "")
            if owner in AUTHORIZATIONS:
                steps = [*reached, (not_(AUTHORIZATIONS[owner]), None)]
            elif owner == LICENSE:
                steps = [(one, None) for one, result in law.decision.steps if result[0] != LICENSE_REQUIRED]
            said.append(Ordered((*steps, (condition, True)), otherwise=False))
        return said

    def _compiled(self, diagram: Diagram) -> list[int]:
        diagram._compiled.clear()
        diagram._readings.clear()
        readings = [diagram.ordered(self._law.decision, name) for name in self._law.interpretations]
        return [*(diagram.ordered(one) for one in self._said()), *readings]

    def same(self, mutant: Mutant) -> bool:
        """Whether nothing tells the mutant from the law."""
        if mutant.country is not None:
            return self._same_place(mutant, mutant.country)
        if not mutant.proven_by_diagram:
            return False
        with mutant.planted():
            own = [copy.copy(mutant.node)] if isinstance(mutant.node, Test) else []
            if isinstance(mutant.node, Provision):
                own = [Since(version.start) for version in mutant.node.versions]
        roots = [condition for one in self._said() for condition, _result in one.steps]
        diagram = Diagram(
            ASKING_ORDER, [*roots, *own]
        )  # its classes tell the mutant's thresholds and dates apart too
        law = self._compiled(diagram)
        with mutant.planted():
            return self._compiled(diagram) == law

    def _same_place(self, mutant: Mutant, code: str) -> bool:
        def said() -> list[object]:
            return [
                test.value(Known({fact: one, "date": day}))
                for fact, tests in self._places.items()
                for one in dict.fromkeys((code, "HK" if code == "CN" else code))
                if (fact, one) != ("destination", "US")  # never a destination
                for test in tests
                for day in days
            ]

        changes = [row.start for row in places.ROWS[code]]
        with mutant.planted():
            changes += [row.start for row in places.ROWS[code]]
        days = sorted({*self._law.diagram.days, *changes})
        law = said()
        with mutant.planted():
            return said() == law


def _place_tests(law: Law, fact: str) -> Iterator[Condition]:
    """The largest conditions that look at one country and the date alone: all that the law asks of the country."""
    waiting: list[Condition] = [*law.provisions.values(), *law.conditions.values(), EMBARGOED]
    for ordered in (law.decision, *law.beside.values()):
        waiting += [condition for condition, _result in ordered.steps]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        facts = {name for one in walk(node) if isinstance(one, Test) for name in one.facts}
        if fact in facts and facts <= {fact, "date"}:
            yield node
        elif fact in facts:
            waiting.extend(node.parts)
