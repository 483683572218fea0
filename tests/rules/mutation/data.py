"""Faults in the law's data: every node of every tree, every order of results, every date and every country group.

A mutant changes one thing in place, in memory, and is undone afterwards.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from rules import enforcement, places
from rules.conditions import AllOf, AnyOf, Condition, InGroup, Is, IsCountry, Not, Since, Term, Weigh
from rules.law import Clause, Interpretation, Ordered, Provision
from rules.provisions.country_groups import EMBARGOED
from rules.verification.subject import Law

DAY = datetime.timedelta(days=1)
GROUPS = ("A:5", "A:6", "D:1", "D:4", "D:5", "5(a)")
NEIGHBOR = {"A:5": "A:6", "A:6": "A:5", "D:1": "D:4", "D:4": "D:1", "D:5": "D:1", "5(a)": "A:5"}
Undo = Callable[[], None]


@dataclass(frozen=True)
class Mutant:
    """One fault: its kind and name, how to plant it (which gives how to undo it), and what it touches."""

    kind: str
    name: str
    plant: Callable[[], Undo]
    node: Condition | None = None
    country: str | None = None
    proven_by_diagram: bool = True

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The fault is in place within the block."""
        undo = self.plant()
        try:
            yield
        finally:
            undo()


def _become(node: Any, cls: type | None = None, **fields: Any) -> Callable[[], Undo]:
    """Plants other fields, or another class, in a frozen node; what it has worked out of itself is forgotten."""

    def plant() -> Undo:
        before_class, before = type(node), dict(vars(node))
        kept = {name: value for name, value in before.items() if name in before_class.__dataclass_fields__}
        object.__setattr__(node, "__class__", cls or before_class)
        vars(node).clear()
        vars(node).update(fields if cls else {**kept, **fields})

        def undo() -> None:
            object.__setattr__(node, "__class__", before_class)
            vars(node).clear()
            vars(node).update(before)

        return undo

    return plant


def mutants(law: Law) -> Iterator[Mutant]:
    """Every mutant of the law's data, each with a name of its own."""
    seen: dict[str, int] = {}
    for mutant in (*_of_trees(law), *_of_orders(law), *_of_countries(), *_of_posture()):
        seen[mutant.name] = seen.get(mutant.name, 0) + 1
        number = seen[mutant.name]
        yield mutant if number == 1 else replace(mutant, name=f"{mutant.name} ({number})")


# ---- trees


def _of_trees(law: Law) -> Iterator[Mutant]:
    done: set[int] = set()
    for owner, root in _roots(law):
        for node, label in _labeled(root, owner):
            if id(node) not in done:
                done.add(id(node))
                yield from _of_node(node, label)


def _roots(law: Law) -> Iterator[tuple[str, Condition]]:
    for name, provision in law.provisions.items():
        yield name, provision
    for name, ordered in {"decision": law.decision, **law.beside}.items():
        for position, (condition, _result) in enumerate(ordered.steps, 1):
            yield f"{name} step {position}", condition
    for name, condition in law.conditions.items():
        yield name, condition
    yield "embargo warning", EMBARGOED


def _labeled(root: Condition, owner: str) -> Iterator[tuple[Condition, str]]:
    """Every condition below a root, called after the provision, interpretation and paragraph it stands in."""
    waiting, seen = [(root, owner)], set()
    while waiting:
        node, label = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Provision():
                label = node.id
            case Interpretation():
                label = node.id
            case Clause():
                label = f"{label.partition(' / ')[0]} / {node.citation}: {node.says}"
        yield node, label
        if isinstance(node, Interpretation):
            waiting += [(node.alternative, f"{node.id} alternative"), (node.adopted, f"{node.id} adopted")]
        else:
            waiting += [(part, label) for part in reversed(node.parts)]


def _of_node(node: Condition, label: str) -> Iterator[Mutant]:
    def mutant(kind: str, what: str, plant: Callable[[], Undo]) -> Mutant:
        return Mutant(kind, f"{label}: {what}", plant, node)

    match node:
        case AllOf(children) | AnyOf(children):
            word = "all" if isinstance(node, AllOf) else "any"
            for position in range(len(children)):
                kept = children[:position] + children[position + 1 :]
                what = f"part {position + 1} of {word} of {len(children)} dropped"
                yield mutant("clause dropped", what, _become(node, children=kept))
            if len(children) > 1:
                other = AnyOf if isinstance(node, AllOf) else AllOf
                what = f"{word} of {len(children)} turned around"
                yield mutant("all for any", what, _become(node, other, children=children))
        case Not(child):
            yield mutant("not removed", "not removed", _become(node, AllOf, children=(child,)))
        case Is(fact, values):
            if values == frozenset({True}):
                yield mutant("value changed", f"{fact} is no", _become(node, values=frozenset({False})))
            else:
                for value in sorted(map(str, values)):
                    left = frozenset(one for one in values if one != value)
                    yield mutant("value dropped", f"{fact} is not {value}", _become(node, values=left))
        case IsCountry(fact, codes):
            for code in sorted(codes):
                yield mutant("country dropped", f"{fact} is not {code}", _become(node, codes=codes - {code}))
        case InGroup(fact, group):
            other_group = NEIGHBOR[group]
            yield mutant(
                "group changed", f"{fact} in {other_group} for {group}", _become(node, group=other_group)
            )
        case Since(day):
            for step in (-DAY, DAY):
                yield mutant("date by a day", f"{day} to {day + step}", _become(node, day=day + step))
        case Weigh():
            yield from _of_weigh(node, mutant)
        case Interpretation():
            swapped = _become(node, adopted=node.alternative, alternative=node.adopted)
            yield mutant("readings swapped", "adopted for alternative", swapped)
        case Provision():
            for position, version in enumerate(node.versions):
                for step in (-DAY, DAY):
                    moved = replace(version, start=version.start + step)
                    versions = (*node.versions[:position], moved, *node.versions[position + 1 :])
                    what = f"version of {version.start} from {moved.start}"
                    yield mutant("date by a day", what, _become(node, versions=versions))


def _of_weigh(node: Weigh, mutant: Callable[[str, str, Callable[[], Undo]], Mutant]) -> Iterator[Mutant]:
    shown = " + ".join(f"{float(term.coefficient):g} {'·'.join(term.factors)}" for term in node.terms)
    shown += f" {'<' if node.strict else '≤'} {node.limit}"
    yield mutant("strictness", f"{shown}, strict or not", _become(node, strict=not node.strict))
    unit = Fraction(1, node.limit.denominator)
    for step in (-unit, unit):
        yield mutant("threshold by one", f"{shown}, limit by {step}", _become(node, limit=node.limit + step))
    for position, term in enumerate(node.terms):
        if term.coefficient.denominator == 1 and len(node.terms) == 1:
            continue
        unit = Fraction(1, 100)
        for step in (-unit, unit):
            changed = Term(term.coefficient + step, term.factors)
            terms = (*node.terms[:position], changed, *node.terms[position + 1 :])
            what = f"{shown}, coefficient {position + 1} by {step}"
            yield mutant("threshold by one", what, _become(node, terms=terms))


# ---- orders of results


def _of_orders(law: Law) -> Iterator[Mutant]:
    for name, ordered in {"decision": law.decision, **law.beside}.items():
        steps = ordered.steps
        for position, (condition, result) in enumerate(steps):
            here = f"{name} step {position + 1}, {_named(result)}"
            dropped = steps[:position] + steps[position + 1 :]
            yield Mutant("step dropped", f"{here}: dropped", _become(ordered, steps=dropped))
            following = steps[position + 1] if position + 1 < len(steps) else None
            other = following[1] if following else ordered.otherwise
            if other != result:
                swapped: Ordered[Any] = Ordered(
                    (*steps[:position], (condition, other), *(((following[0], result),) if following else ()),
                     *steps[position + 2 :]),
                    otherwise=ordered.otherwise if following else result,
                )  # fmt: skip
                yield Mutant(
                    "outcome swapped", f"{here}: swapped with {_named(other)}",
                    _become(ordered, steps=swapped.steps, otherwise=swapped.otherwise),
                )  # fmt: skip
            if following:
                moved = (*steps[:position], following, steps[position], *steps[position + 2 :])
                yield Mutant("order swapped", f"{here}: after {_named(other)}", _become(ordered, steps=moved))


def _named(result: object) -> str:
    return " ".join(str(one) for one in result if one) if isinstance(result, tuple) else str(result)


# ---- countries and dates


def _of_countries() -> Iterator[Mutant]:
    for code, rows in places.ROWS.items():
        for group in GROUPS:
            inside = any(group in row.groups for row in rows)
            changed = tuple(
                row._replace(groups=row.groups - {group} if inside else row.groups | {group}) for row in rows
            )
            what = "taken out of" if inside else "put into"
            if rows:
                yield Mutant("country's group", f"{code} {what} {group}", _rows(code, changed), country=code)
        for position, row in enumerate(rows[1:], 1):
            for step in (-DAY, DAY):
                moved = (*rows[:position], row._replace(start=row.start + step), *rows[position + 1 :])
                name = f"{code}: row of {row.start} from {row.start + step}"
                yield Mutant("date by a day", name, _rows(code, moved), country=code)
    for code, other in places._TREATED_AS.items():
        yield Mutant("country's group", f"{code} no longer counts as {other}", _alone(code), country=code)


def _rows(code: str, rows: tuple[places.Row, ...]) -> Callable[[], Undo]:
    def plant() -> Undo:
        before = places.ROWS
        places.ROWS = MappingProxyType({**before, code: rows})

        def undo() -> None:
            places.ROWS = before

        return undo

    return plant


def _alone(code: str) -> Callable[[], Undo]:
    def plant() -> Undo:
        before = places._TREATED_AS
        places._TREATED_AS = {one: other for one, other in before.items() if one != code}

        def undo() -> None:
            places._TREATED_AS = before

        return undo

    return plant


def _of_posture() -> Iterator[Mutant]:
    before = enforcement.NOT_ENFORCED_FROM
    for step in (-DAY, DAY):

        def plant(day: datetime.date = before + step) -> Undo:
            enforcement.NOT_ENFORCED_FROM = day

            def undo() -> None:
                enforcement.NOT_ENFORCED_FROM = before

            return undo

        yield Mutant("date by a day", f"posture: {before} to {before + step}", plant, proven_by_diagram=False)
