"""What finds a fault in the data: worked cases, the oracle on a fixed sample, and both sides of every limit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.conditions import Condition, Known
from rules.facts import Facts, read
from rules.places import COUNTRIES
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
        for transaction in transactions():
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
    """The canonical diagram of everything that the law concludes, to prove that a mutant says the same everywhere."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._adopted = self._compiled()

    def _compiled(self) -> list[int]:
        diagram = self._law.diagram
        diagram._compiled.clear()
        diagram._readings.clear()
        return [
            *(diagram.ordered(one) for one in self._law.conclusions.values()),
            *(diagram.ordered(self._law.decision, name) for name in self._law.interpretations),
        ]

    def same(self, mutant: Mutant) -> bool:
        """Whether no combination of answers tells the mutant from the law. Only for changes of structure."""
        with mutant.planted():
            try:
                return self._compiled() == self._adopted
            except (KeyError, TypeError, IndexError):
                return False  # a test that the diagram has no variable for
