"""Point 6: both sides of every threshold and of every date."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from fractions import Fraction

from rules.conditions import Known
from rules.diagram import LEAF, Start, Variable, decimal
from rules.facts import FACTS, Kind, Value, contradictions
from rules.truth import TRUE
from rules.verification.graph import completed
from rules.verification.proof import TINY, Proof, shown
from rules.verification.subject import Law

BEFORE_THE_RULE = "a quarter of table 1 that starts before the rule: no answer can turn on it"
NO_DIFFERENCE = {"date 2025-01-01": BEFORE_THE_RULE}


def both_sides(law: Law) -> Iterator[Proof]:
    """Every threshold and date divides something; values below, at and above it are decided as the trees say."""
    yield _divides(law)
    sides = Proof(
        "whole transactions below, at and above a threshold or a limit that other numbers set, in every place"
    )
    roots = [(ordered, law.diagram.ordered(ordered)) for ordered in (law.decision,)]
    for turn, place in enumerate(law.graph.places):
        if place.fact is None or FACTS[place.fact].kind not in (Kind.NUMBER, Kind.COUNT, Kind.DATE):
            continue
        for position, branch in enumerate(place.branches):
            known = place.with_branch(branch)
            law.graph.end(branch.place, known, turn + position)
            whole = completed(known, law.samples, last=bool(turn % 2))
            for value in _around(place.fact, branch.start):
                facts = {**whole, place.fact: value}
                if contradictions(facts):
                    continue
                for ordered, node in roots:
                    found = ordered.results(Known(facts))
                    sides.check(found == [reading(law, node, facts)], f"{found}: {shown(facts)}")
    yield sides


def _divides(law: Law) -> Proof:
    excused = ", ".join(NO_DIFFERENCE)
    proof = Proof(
        f"thresholds, limits of sums and dates of change, each with answers that differ across it; not: {excused}"
    )
    apart: set[tuple[int, int]] = set()
    roots = [law.diagram.ordered(one) for one in law.conclusions.values()]
    roots += [law.diagram.ordered(law.decision, one) for one in law.interpretations]
    seen: set[int] = set()
    while roots:
        node = roots.pop()
        if node in seen:
            continue
        seen.add(node)
        kids = law.diagram.kids[node]
        apart |= {(law.diagram.level[node], one) for one in range(1, len(kids)) if kids[one - 1] != kids[one]}
        roots.extend(kids)
    for variable in law.diagram.variables:
        for branch in range(1, variable.arity if variable.starts or variable.weigh else 0):
            name = f"{' and '.join(variable.facts)} {_named(variable, branch)}"
            divides = (variable.level, branch) in apart
            proof.check(divides is (name not in NO_DIFFERENCE), f"nothing turns on {name}")
    return proof


def _named(variable: Variable, branch: int) -> str:
    if variable.weigh is not None:
        return f"≤ {variable.weigh.limit}"
    start, after = variable.starts[branch]
    return f"{'above ' if after else ''}{start}"


def _around(fact: str, start: Start | int) -> Iterator[Value]:
    """The values on both sides of where a branch starts, and the start itself."""
    limit = start[0] if isinstance(start, tuple) else start
    if isinstance(limit, datetime.date):
        yield limit
        if limit > datetime.date.min:
            yield limit - datetime.timedelta(days=1)
        return
    middle, step = Fraction(limit), Fraction(1) if FACTS[fact].kind is Kind.COUNT else TINY
    if FACTS[fact].kind is Kind.COUNT or decimal_places(middle) is None:
        middle = (
            Fraction(int(middle))
            if FACTS[fact].kind is Kind.COUNT
            else Fraction(int(middle * 10**12), 10**12)
        )
    for value in (middle - step, middle, middle + step):
        if value >= 0:
            yield decimal(value)


def decimal_places(value: Fraction) -> int | None:
    """How many decimal places write a number; None if no finite number of them does."""
    rest, found = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        found = max(found, count)
    return found if rest == 1 else None


def reading(law: Law, node: int, facts: Mapping[str, Value]) -> object:
    """What the diagram says of a whole transaction."""
    diagram = law.diagram
    while diagram.level[node] != LEAF:
        variable = diagram.variables[diagram.level[node]]
        if variable.weigh is not None:
            branch = 0 if variable.weigh.value(Known(facts)) is TRUE else 1
        elif variable.facts[0] in facts:
            branch = variable.branch(facts[variable.facts[0]])
        else:
            branch = variable.arity - 1
        node = diagram.kids[node][branch]
    return diagram.leaf[node]
