"""A proof: what it covered, how many, and every fault that it found."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from rules.facts import Value, as_json
from rules.verification.graph import completed
from rules.verification.subject import Law

SEED = 4544
TINY = Fraction(1, 10**12)


@dataclass
class Proof:
    """What one proof covered, in words and figures, and the faults it found."""

    covered: str
    count: int = 0
    faults: list[str] = field(default_factory=list)

    def check(self, holds: bool, fault: object) -> None:
        """Count one thing looked at, and note the fault if it does not hold."""
        self.count += 1
        if not holds:
            self.faults.append(str(fault))


def shown(known: Mapping[str, Value]) -> str:
    return json.dumps({name: as_json(value) for name, value in known.items()}, ensure_ascii=False)


def sampled(law: Law, number: int) -> Iterator[dict[str, Value]]:
    """Incomplete facts: parts of whole transactions that reach far into the law."""
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sample, no secret
    graph = law.graph
    deep = [place for place in graph.places if place.branches and len(place.known) > 12]
    for turn in range(number):
        place = rng.choice(deep)
        branch = rng.choice(place.branches)
        known = place.with_branch(branch)
        graph.end(branch.place, known, rng.randrange(10**6))
        whole = completed(known, law.samples, bool(turn % 2))
        kept = [fact for fact in whole if rng.random() < rng.choice((0.3, 0.6, 0.8))]
        yield {fact: whole[fact] for fact in kept}
