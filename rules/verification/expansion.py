"""The interview written out: every question a place of its own, every number divided into each of its ranges.

`possibility` reads what is left of the law without weighing numbers where a test is free. Here nothing is left out: in
asking order, each open number that is weighed with others takes a value in every range that leads on differently, and a
fork stands for it. That is slow, and does not rest on what makes the other fast: so it is what the verifier walks, and
what the answers of `possibility` are compared with.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any

from rules.conditions import Condition, Weigh
from rules.diagram import LEAF, Diagram, Start, Variable, fraction, samples
from rules.facts import FACTS, ITEMS, Facts, Kind, Value, can_stand_together
from rules.possibility import ASKING_ORDER, AT_MOST
from rules.provisions.conclusion import DECISION
from rules.weighing import Plane, plane, without


class Chosen:
    """One value tried for a number that is weighed together with others. Equal by identity, so cheap to look up."""

    __slots__ = ("fact", "value")

    def __init__(self, fact: str, value: Fraction) -> None:
        self.fact = fact
        self.value = value


Numbers = tuple[Chosen, ...]


class Fork:
    """One unknown number that is weighed with others, or a fact above such a number. Equal forks are one object.

    Where nothing is weighed together a node of the diagram serves as it is; a fork is needed only where the branches
    of a number start at values that the known facts fix.
    """

    __slots__ = ("at_least", "at_most", "cells", "level", "results", "samples", "support")

    def __init__(
        self, level: int, cells: tuple[tuple[Start | int, Point], ...], samples: tuple[Any, ...]
    ) -> None:
        self.level = level
        self.cells = cells
        self.samples = samples
        self.results = 0
        self.support = 0
        self.at_least = 0
        self.at_most = 0


Point = int | Fork
"""A place in the diagram under some known facts: a node, or a fork."""


class Compiled:
    """The diagram of the whole law and what is shared by all readings of it."""

    def __init__(self) -> None:
        roots: list[Condition] = [condition for condition, _result in DECISION.steps]
        self.diagram = Diagram(ASKING_ORDER, roots)
        self.weighed: dict[str, tuple[Weigh, ...]] = {}
        self.group: dict[str, frozenset[str]] = {}
        tests = [variable.weigh for variable in self.diagram.variables if variable.weigh]
        sets = [set(test.facts) for test in tests] + [set(AT_MOST)]
        for fact in {fact for one in sets for fact in one}:
            group = {fact}
            while grown := {other for one in sets if one & group for other in one} - group:
                group |= grown
            self.group[fact] = frozenset(group)
            self.weighed[fact] = tuple(test for test in tests if set(test.facts) & group)
        self.group_bits = {
            fact: sum(self.diagram.bit[name] for name in group) for fact, group in self.group.items()
        }
        self._lengths: list[tuple[int, int]] = []
        self.whole = Walk(self, {})

    def lengths(self, node: int) -> tuple[int, int]:
        """The shortest and longest path from a node below which nothing is weighed."""
        diagram = self.diagram
        for one in range(len(self._lengths), len(diagram.level)):
            kids = [self._lengths[kid] for kid in diagram.kids[one]]
            least = 1 + min(kid[0] for kid in kids) if kids else 0
            self._lengths.append((least, 1 + max(kid[1] for kid in kids) if kids else 0))
        return self._lengths[node]

    def weighed_below(self, node: int) -> int:
        """The facts that are weighed together below a node, as bits."""
        below, bits = self.diagram.below[node], 0
        for test in self.diagram.joint:
            if below & self.diagram.test_bit[test.level]:
                bits |= test.bits
        return bits

    def static(self, node: int) -> Point:
        """What `node` is when nothing is known of the facts it looks at; the same for every transaction."""
        found = self.whole.points.get((node, ()))
        if found is None:
            with self.diagram.lock:
                found = self.whole.point(node)
        return found


class Walk:
    """The diagram under some known facts: nodes restricted to them, and forks where numbers are weighed together."""

    def __init__(self, law: Compiled, known: Mapping[str, Value]) -> None:
        self.law = law
        self.diagram = diagram = law.diagram
        self.numbers = {
            fact: fraction(value)
            for fact, value in known.items()
            if fact in law.group and isinstance(value, Decimal)
        }
        self.branches = {
            diagram.of_fact[fact].level: diagram.of_fact[fact].branch(value) for fact, value in known.items()
        }
        for variable in diagram.variables:
            if variable.weigh and all(fact in self.numbers for fact in variable.facts):
                self.branches[variable.level] = (
                    0 if variable.weigh.holds(self._total(variable.weigh, {})) else 1
                )
        # An unknown item is one that a known entry and activity can go with; the others count as the first of these.
        possible = [position for position, item in enumerate(ITEMS) if can_stand_together(item, known)]
        self._items = [position if position in possible else possible[0] for position in range(len(ITEMS))]
        self.known = 0
        for fact in known:
            self.known |= diagram.bit[fact]
        self.both = diagram.bit[AT_MOST[0]] | diagram.bit[AT_MOST[1]]
        # A known number also bounds its partner, so what is the same for every transaction is neither's.
        self.touched = self.known | (self.both if self.known & self.both else 0)
        self.points: dict[tuple[int, Numbers], Point] = {}
        self._new: dict[tuple[int, tuple[int, ...]], int] = {}
        self._forks: dict[tuple[object, ...], Fork] = {}
        self._cells: dict[tuple[object, ...], tuple[tuple[Start, Chosen], ...]] = {}
        self._held: dict[tuple[int, Numbers], int | None] = {}
        self._restricted: dict[int, int] = {}
        # Nodes that exist only under these known facts have negative numbers: -1 is the first of these lists.
        self._level: list[int] = []
        self._kids: list[tuple[int, ...]] = []
        self._joint: list[int] = []
        self._summary: list[tuple[int, int, int, int]] = []

    # ---- what a point is

    def level(self, point: Point) -> int:
        """The variable it branches on, LEAF for a result."""
        if isinstance(point, Fork):
            return point.level
        return self.diagram.level[point] if point >= 0 else self._level[~point]

    def cells(self, point: Point) -> tuple[tuple[Start | int, Point], ...]:
        """Its branches, each with where its values start."""
        if isinstance(point, Fork):
            return point.cells
        kids = self.diagram.kids[point] if point >= 0 else self._kids[~point]
        starts = self.diagram.variables[self.level(point)].starts or range(len(kids))
        return tuple(zip(starts, kids, strict=True))

    def summary(self, point: Point) -> tuple[int, int, int, int]:
        """The results below it and the facts it looks at, as bits; its shortest and longest path."""
        if isinstance(point, Fork):
            return point.results, point.support, point.at_least, point.at_most
        if point < 0:
            return self._summary[~point]
        below = self.diagram.below[point]
        return below >> self.diagram.first_result, below & self.diagram.fact_bits, *self.law.lengths(point)

    def kids(self, node: int) -> tuple[int, ...]:
        """The nodes it branches to."""
        return self.diagram.kids[node] if node >= 0 else self._kids[~node]

    def support(self, node: int) -> int:
        """The facts its function looks at, as bits."""
        return self.diagram.below[node] & self.diagram.fact_bits if node >= 0 else self._summary[~node][1]

    def joint(self, node: int) -> int:
        """Those of them that are weighed together with others, as bits."""
        return self.law.weighed_below(node) if node >= 0 else self._joint[~node]

    # ---- from the whole diagram to what is left of it

    def left(self, node: int) -> Point:
        """What is left of a node of the shared diagram under the known facts."""
        return self.point(self._restrict(node))

    def _restrict(self, node: int) -> int:
        """The node with every known branch taken."""
        diagram, branches, done = self.diagram, self.branches, self._restricted
        levels, all_kids, support, known = diagram.level, diagram.kids, diagram.below, self.known
        item, items = diagram.of_fact["item"].level, self._items

        def restrict(node: int) -> int:
            level = levels[node]
            if level != item and not support[node] & known:
                return node
            found = done.get(node)
            if found is None:
                kids = all_kids[node]
                branch = branches.get(level)
                if branch is not None:
                    found = restrict(kids[branch])
                else:
                    if level == item:
                        kids = tuple([kids[position] for position in items])
                    left = tuple([restrict(kid) for kid in kids])
                    found = node if left == kids else self._node(diagram.variables[level], left)
                done[node] = found
            return found

        return restrict(node)

    def point(self, node: int, chosen: Numbers = ()) -> Point:
        """What is left of a restricted node, with values chosen for numbers that later tests weigh."""
        if self.level(node) == LEAF:
            return node
        if not chosen:
            if not self._weighs(node):
                return node
            if node >= 0 and not self.support(node) & self.touched and self is not self.law.whole:
                return self.law.static(node)
        key = (node, chosen)
        found = self.points.get(key)
        if found is None:
            found = self.points[key] = self._point(node, chosen)
        return found

    def _point(self, node: int, chosen: Numbers) -> Point:
        variable, kids = self.diagram.variables[self.level(node)], self.kids(node)
        branch = self._branch(variable, chosen) if chosen or variable.weigh is not None else None
        if branch is not None:
            return self.point(kids[branch], self._needed(kids[branch], chosen))
        fact = self._first_open(node, chosen)
        if fact is not None and self._weighed_later(fact, node, chosen):
            return self._fork(
                self.diagram.of_fact[fact],
                [
                    (start, self.point(node, self._needed(node, (*chosen, one))), one.value)
                    for start, one in self._ranges(fact, node, chosen)
                ],
            )
        return self._make(variable, tuple([self.point(kid, self._needed(kid, chosen)) for kid in kids]))

    def _branch(self, variable: Variable, chosen: Numbers) -> int | None:
        """Where a variable leads if every fact it looks at has a value; else None."""
        key = (variable.level, chosen)
        if key not in self._held:
            picked = {one.fact: one.value for one in chosen}
            branch = None
            if variable.weigh is None:
                if variable.facts[0] in picked:
                    branch = variable.branch(picked[variable.facts[0]])
            elif all(fact in picked or fact in self.numbers for fact in variable.facts):
                branch = 0 if variable.weigh.holds(self._total(variable.weigh, picked)) else 1
            self._held[key] = branch
        return self._held[key]

    def _weighs(self, node: int) -> bool:
        """Whether numbers are weighed together at or below `node`."""
        related = self.support(node) & self.both
        return bool(self.joint(node)) or bool(related and related | (self.known & self.both) == self.both)

    def _first_open(self, node: int, chosen: Numbers) -> str | None:
        """The first fact in asking order that the node's function looks at and that has no value yet."""
        diagram = self.diagram
        open_facts = self.support(node) & ~self.known
        for one in chosen:
            open_facts &= ~diagram.bit[one.fact]
        return diagram.order[(open_facts & -open_facts).bit_length() - 1] if open_facts else None

    def _weighed_later(self, fact: str, node: int, chosen: Numbers) -> bool:
        """Whether the value of `fact`, not only its class, counts further down."""
        bit = self.diagram.bit
        if self.joint(node) & bit[fact]:
            return True
        if fact not in AT_MOST:
            return False
        partner = AT_MOST[1 - AT_MOST.index(fact)]
        return (
            partner in self.numbers
            or any(one.fact == partner for one in chosen)
            or bool(self.support(node) & bit[partner])
        )

    def _needed(self, node: int, chosen: Numbers) -> Numbers:
        """The chosen values that still count below `node`."""
        if not chosen:
            return chosen
        support, bit = self.support(node), self.diagram.bit
        return tuple(
            [one for one in chosen if support & (self.both if one.fact in AT_MOST else bit[one.fact])]
        )

    def _total(self, test: Weigh, picked: Mapping[str, Fraction]) -> Fraction:
        total = Fraction(0)
        for term in test.terms:
            product = term.coefficient
            for factor in term.factors:
                product *= picked[factor] if factor in picked else self.numbers[factor]
            total += product
        return total

    # ---- sharing: equal points are one

    def _make(self, variable: Variable, kids: tuple[Point, ...]) -> Point:
        first = kids[0]
        for kid in kids:
            if kid is not first and kid != first:
                break
        else:
            return first
        nodes = tuple([kid for kid in kids if isinstance(kid, int)])
        if len(nodes) < len(kids):
            starts: Iterable[Start | int] = variable.starts or range(len(kids))
            return self._fork(variable, list(zip(starts, kids, variable.values, strict=True)))
        return self._node(variable, nodes)

    def _node(self, variable: Variable, nodes: tuple[int, ...]) -> int:
        """The node that branches on `variable` to `nodes`, the shared one if there is one."""
        if self is self.law.whole:
            return self.diagram.make(variable, nodes)
        first = nodes[0]
        if all(node == first for node in nodes):
            return first
        key = (variable.level, nodes)
        node = self.diagram.unique.get(key) or self._new.get(key)
        if node is None:
            node = self._new[key] = ~len(self._level)
            self._level.append(variable.level)
            self._kids.append(nodes)
            joint = 0
            for kid in nodes:
                joint |= self.joint(kid)
            if variable.weigh is not None:
                for fact in variable.facts:
                    joint |= self.diagram.bit[fact]
            self._joint.append(joint)
            self._summary.append(self._summed(variable, nodes))
        return node

    def _fork(self, variable: Variable, cells: list[tuple[Start | int, Point, Any]]) -> Point:
        if variable.starts:
            merged = cells[:1]
            for cell in cells[1:]:
                if cell[1] != merged[-1][1]:
                    merged.append(cell)
            if len(merged) == 1:
                return merged[0][1]
            if all(isinstance(point, int) and start in variable.starts for start, point, _value in merged):
                return self._make(variable, self._by_class(variable, merged))
            cells = merged
        elif all(point == cells[0][1] for _start, point, _value in cells):
            return cells[0][1]
        key = (
            variable.level,
            tuple(
                [(start, point if isinstance(point, int) else (id(point),)) for start, point, _value in cells]
            ),
        )
        fork = self.law.whole._forks.get(key) or self._forks.get(key)
        if fork is None:
            fork = self._forks[key] = Fork(
                variable.level,
                tuple([(start, point) for start, point, _value in cells]),
                tuple([value for _start, _point, value in cells]),
            )
            fork.results, fork.support, fork.at_least, fork.at_most = self._summed(
                variable, tuple([point for _start, point, _value in cells])
            )
        return fork

    def _by_class(self, variable: Variable, cells: list[tuple[Start | int, Point, Any]]) -> tuple[Point, ...]:
        """The points of each class of a number, from cells that start where classes start."""
        begins = {start: point for start, point, _value in cells}
        points, point = [], cells[0][1]
        for start in variable.starts:
            point = begins.get(start, point)
            points.append(point)
        return tuple(points)

    def _summed(self, variable: Variable, points: tuple[Point, ...]) -> tuple[int, int, int, int]:
        results, support, least, most = 0, 0, LEAF, 0
        for fact in variable.facts:
            support |= self.diagram.bit[fact]
        for point in points:
            one_results, one_support, one_least, one_most = self.summary(point)
            results |= one_results
            support |= one_support
            least = min(least, one_least)
            most = max(most, one_most)
        return results, support, least + 1, most + 1

    # ---- ranges of a number that is weighed together with others

    def _ranges(self, fact: str, node: int, chosen: Numbers) -> tuple[tuple[Start, Chosen], ...]:
        """The ranges of `fact` that can lead on differently, each with its start and a value in it."""
        support = self.support(node)
        group = self.law.group[fact]
        near = tuple([one for one in chosen if one.fact in group])
        key = (fact, support & self.law.group_bits[fact], near)
        if key in self._cells:
            return self._cells[key]
        picked = {name: value for name, value in self.numbers.items() if name in group}
        picked.update({one.fact: one.value for one in near})
        open_facts = [
            name
            for name in ASKING_ORDER
            if name in group and name not in picked and (name == fact or support & self.diagram.bit[name])
        ]
        cells = tuple((start, Chosen(fact, value)) for start, value in self._split(fact, open_facts, picked))
        self._cells[key] = cells
        return cells

    def _split(
        self, fact: str, open_facts: list[str], picked: Mapping[str, Fraction]
    ) -> tuple[tuple[Start, Fraction], ...]:
        forms = self._forms(fact, open_facts, picked)
        for other in reversed(open_facts):
            if other != fact:
                forms = without(forms, other)
        roots = {Fraction(-form.constant, form.coefficients[0][1]) for form in forms if form.coefficients}
        found: set[Start] = {(Fraction(0), 0), *self.diagram.of_fact[fact].starts}
        found.update((root, after) for root in {Fraction(0), *roots} if root >= 0 for after in (0, 1))
        starts = sorted(found)
        if FACTS[fact].kind is Kind.COUNT:
            whole = {Fraction(floor(limit) + 1 if after else ceil(limit)) for limit, after in starts}  # type: ignore[arg-type]
            starts = [(number, 0) for number in sorted(whole)]
        values = list(zip(starts, samples(starts), strict=True))
        low, high = Fraction(0), None
        if fact == AT_MOST[0]:
            high = picked.get(AT_MOST[1])
        elif fact == AT_MOST[1]:
            low = picked.get(AT_MOST[0], low)
        return tuple(
            (start, Fraction(value))
            for start, value in values
            if value is not None and value >= low and (high is None or value <= high)
        )

    def _forms(self, fact: str, open_facts: list[str], picked: Mapping[str, Fraction]) -> set[Plane]:
        forms: set[Plane] = set()
        for name in open_facts:
            if name != fact:
                limits = {Fraction(0), *(start for start, _after in self.diagram.of_fact[name].starts)}
                forms.update(plane({name: 1}, -limit) for limit in limits)  # type: ignore[operator]
        for test in self.law.weighed[fact]:
            coefficients: dict[str, Fraction] = {}
            constant = -test.limit
            for term in test.terms:
                product, unknown = term.coefficient, [name for name in term.factors if name not in picked]
                for name in term.factors:
                    product *= picked.get(name, 1)
                if not unknown:
                    constant += product
                elif len(unknown) == 1:
                    coefficients[unknown[0]] = coefficients.get(unknown[0], Fraction(0)) + product
                # A product of two unknown numbers takes every positive value; only zero bounds it.
            if coefficients and set(coefficients) <= set(open_facts):
                forms.add(plane(coefficients, constant))
        added, total = AT_MOST
        if fact in AT_MOST:
            coefficients = {
                name: sign
                for name, sign in ((added, Fraction(1)), (total, Fraction(-1)))
                if name in open_facts
            }
            constant = picked.get(added, Fraction(0)) - picked.get(total, Fraction(0))
            if (added in picked or added in open_facts) and (total in picked or total in open_facts):
                forms.add(plane(coefficients, constant))
        return forms


@cache
def _law() -> Compiled:
    return Compiled()


class Expanded:
    """The interview under some known facts, written out."""

    def __init__(self, facts: Facts) -> None:
        self._law = law = _law()
        law.static(law.diagram.ordered(DECISION))  # before any walk, so that equal points are one
        self.walk = Walk(law, facts)
        self.root = self.walk.left(law.diagram.ordered(DECISION))

    def results(self, point: Point) -> frozenset[Hashable]:
        """The decisions possible at a point."""
        return self._law.diagram.results(self.walk.summary(point)[0] << self._law.diagram.first_result)

    def missing(self, point: Point) -> tuple[str, ...]:
        """The facts that can still change the decision there, in asking order."""
        support = self.walk.summary(point)[1]
        return tuple(fact for fact in ASKING_ORDER if support & self._law.diagram.bit[fact])
