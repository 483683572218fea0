"""Numbers that the law weighs together: which of their values make a difference, exactly.

Some tests weigh several numbers at once (`tpp` × `units` plus what was received; a share of a total). While one of the
numbers is open, most of these tests are *free*: numbers that count nowhere else can still make them true or false,
whatever the others are. A free test is one open answer like any other, and nothing has to be weighed. Where a test is
not free, values are chosen for the numbers in asking order: one in each range that leads on differently. The ranges
follow from the tests' own limits (cylindrical algebraic decomposition; the limits are planes in exact fractions).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from math import ceil, floor
from typing import NamedTuple

from rules.conditions import Weigh
from rules.diagram import LEAF, ZERO, Diagram, Periods, Start, Variable, samples
from rules.facts import FACTS, Kind

AT_MOST = ("additional_operations", "training_operations")
"""The first number can never be more than the second: the one relation between facts that a transaction must keep."""

Numbers = Mapping[str, Fraction]


class Known(NamedTuple):
    """The numbers and the date that are known, of those that tests of several facts look at."""

    numbers: Numbers
    day: datetime.date | None


class Standing(NamedTuple):
    """Where a test stands under some numbers: its branch if settled; whether it is free; the facts it looks at."""

    branch: int | None
    free: bool
    bits: int


@dataclass(frozen=True, eq=False)
class Stage:
    """Some values have been chosen. What is settled by them, and the number to choose next, with its ranges.

    Attributes:
        level: the variable of the next number; LEAF if no other has to be chosen.
        cells: the ranges of that number: where each starts, the class it lies in, the stage after it.
        waiting: what lies below a node that has to wait for that number (bits of `Diagram.below`).
        settled: the tests that are no longer as the known facts alone leave them, as bits too.
        held: the branch of each settled test, by level.
        free: the facts that a free test among these looks at, by level.
    """

    level: int = LEAF
    cells: tuple[tuple[Start, int, Stage], ...] = ()
    waiting: int = 0
    settled: int = 0
    held: Mapping[int, int] = field(default_factory=dict)
    free: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Group:
    """Tests that share facts, and these facts in asking order."""

    diagram: Diagram
    facts: tuple[str, ...]
    tests: tuple[Variable, ...]

    @cached_property
    def bits(self) -> int:
        """What lies below a node that this group concerns."""
        return sum(self.diagram.test_bit[test.level] for test in self.tests)

    def stage(self, below: int, known: Known, spelled: frozenset[str]) -> Stage:
        """The first stage for the tests in `below`; in tests of `spelled` facts every value is chosen."""
        raise NotImplementedError

    def values(self, fact: str, known: Known) -> tuple[Fraction | datetime.date, ...]:
        """A value in each range of a fact that can lead on differently under the known ones."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Weighed(Group):
    """Tests that weigh numbers, and these numbers in asking order."""

    @property
    def relation(self) -> bool:
        """Whether the numbers that bound each other are among them."""
        return AT_MOST[0] in self.facts

    @cached_property
    def bits(self) -> int:
        bits = super().bits
        return bits | sum(self.diagram.bit[fact] for fact in AT_MOST) if self.relation else bits

    def stage(self, below: int, known: Known, spelled: frozenset[str]) -> Stage:
        tests = below & self.diagram.test_bits
        numbers = {fact: known.numbers[fact] for fact in self.facts if fact in known.numbers}
        spelled &= frozenset(self.facts)
        return _Stages(self, tests, numbers, spelled).stage({}) if numbers or spelled else self._open(tests)

    @cache  # noqa: B019 - there is one group of its kind, for good
    def _open(self, tests: int) -> Stage:
        """The first stage when none of the numbers is known."""
        return _Stages(self, tests, {}, frozenset()).stage({})

    def values(self, fact: str, known: Known) -> tuple[Fraction | datetime.date, ...]:
        numbers = {name: known.numbers[name] for name in self.facts if name in known.numbers}
        stages = _Stages(self, self.bits, numbers, frozenset(self.facts))
        others = [name for name in self.facts if name not in numbers and name != fact]
        return tuple(value for _start, value in stages.ranges(fact, others, numbers))


@dataclass(frozen=True, eq=False)
class ByDate(Group):
    """The test of a number whose limit goes by the date. While the number is open it is free."""

    @property
    def _periods(self) -> Periods:
        (test,) = self.tests
        assert test.periods is not None
        return test.periods

    def stage(self, below: int, known: Known, spelled: frozenset[str]) -> Stage:
        number, spelled = known.numbers.get(self._periods.fact), spelled & frozenset(self.facts)
        if not below & self.bits or not (spelled or (number is not None and known.day is None)):
            return Stage()
        return self._of_date(number) if known.day is None else self._of_number(self._periods.limit(known.day))

    @cache  # noqa: B019 - there is one group of its kind, for good
    def _held(self, holds: bool) -> Stage:
        (test,) = self.tests
        return Stage(settled=self.bits, held={test.level: 0 if holds else 1})

    @cache  # noqa: B019
    def _of_number(self, limit: Start | None) -> Stage:
        """The number is chosen: within the limit, or past it."""
        if limit in (None, ZERO):
            return self._held(limit is None)
        variable = self.diagram.of_fact[self._periods.fact]
        within, past = self._held(True), self._held(False)
        assert limit is not None
        return Stage(variable.level, ((ZERO, 0, within), (limit, 0, past)), waiting=self.bits)

    def _of_date(self, number: Fraction | None) -> Stage:
        """The date is chosen; the number after it, unless it is known."""
        variable, cells = self.diagram.of_fact["date"], list[tuple[Start, int, Stage]]()
        for day in self._days():
            branch = variable.branch(day)
            after = (
                self._of_number(self._periods.limit(day))
                if number is None
                else self._held(self._periods.holds(day, number))
            )
            if not cells or cells[-1][1:] != (branch, after):
                cells.append(((day, 0), branch, after))
        return Stage(variable.level, tuple(cells), waiting=self.bits)

    def _days(self) -> list[datetime.date]:
        return sorted({*self.diagram.days, *self._periods.days})

    def values(self, fact: str, known: Known) -> tuple[Fraction | datetime.date, ...]:
        if fact == "date":
            return tuple(self._days())
        limits = {ZERO, *(limit for _day, limit in self._periods.rows if limit is not None)}
        return tuple(value for value in samples(sorted(limits)) if value is not None)


def groups(diagram: Diagram) -> tuple[Group, ...]:
    """The tests of several facts in a diagram, by the facts that they share."""
    weighed = [set(test.facts) for test in diagram.joint if test.weigh]
    sets: list[set[str]] = []
    for one in [*weighed, set(AT_MOST)]:
        joined = one.union(*(other for other in sets if other & one))
        sets = [other for other in sets if not other & joined] + [joined]
    dated = [test for test in diagram.joint if test.periods]
    if len({fact for test in dated for fact in test.facts} - set[str]().union(*sets)) != len(dated) + bool(
        dated
    ):
        raise NotImplementedError("a number whose limit goes by the date is weighed with others")
    return (
        *(
            Weighed(
                diagram,
                tuple(fact for fact in diagram.order if fact in facts),
                tuple(test for test in diagram.joint if facts & set(test.facts)),
            )
            for facts in sets
        ),
        *(ByDate(diagram, test.facts, (test,)) for test in dated),
    )


def own_facts(diagram: Diagram, test: Variable, tests: Iterable[Variable]) -> frozenset[str]:
    """The numbers that make no difference but in this test, stand right before it, and can only count against it."""
    own: set[str] = set()
    for variable in reversed(diagram.variables[: test.level]):
        fact = variable.facts[0]
        if variable.joint:
            continue
        if (
            fact not in test.facts
            or variable.arity > 1
            or fact in AT_MOST
            or any(fact in other.facts for other in tests if other is not test)
            or (test.weigh and any(fact in one.factors and one.coefficient < 0 for one in test.weigh.terms))
        ):
            break
        own.add(fact)
    return frozenset(own)


def standing(diagram: Diagram, test: Variable, known: Known, own: frozenset[str]) -> Standing:
    """Where a test stands under what is known."""
    if test.periods is None:
        return weighed(diagram, test, known.numbers, known.numbers, own)
    number, bits = known.numbers.get(test.periods.fact), test.bits
    if known.day is not None:
        if number is not None:
            return Standing(0 if test.periods.holds(known.day, number) else 1, False, 0)
        return Standing(None, True, bits & ~diagram.bit["date"])
    return Standing(None, number is None, bits if number is None else diagram.bit["date"])


def weighed(
    diagram: Diagram, test: Variable, numbers: Numbers, known: Numbers, own: frozenset[str]
) -> Standing:
    """Where a test stands under numbers that are known or chosen. Facts chosen still count as looked at."""
    weigh, total, bits = _weigh(test), Fraction(0), 0
    rises = falls = shared = False
    for term in weigh.terms:
        product, unknown = term.coefficient, False
        for factor in term.factors:
            value = numbers.get(factor)
            if value is None:
                unknown = True
            else:
                product *= value
        for factor in term.factors:
            if factor not in known and all(
                numbers.get(other) != 0 for other in term.factors if other != factor
            ):
                bits |= diagram.bit[factor]
        if not product:
            continue
        if not unknown:
            total += product
        else:
            rises, falls = rises or product > 0, falls or product < 0
            shared = shared or any(factor not in own and factor not in numbers for factor in term.factors)
    holds = weigh.holds(total)
    if (holds and not rises) or (not holds and not falls):
        return Standing(0 if holds else 1, False, bits)
    return Standing(None, not shared, bits)


def _weigh(test: Variable) -> Weigh:
    assert test.weigh is not None
    return test.weigh


class _Stages:
    """Builds the stages for some tests under some known numbers. Equal stages are one object."""

    def __init__(self, group: Weighed, below: int, known: Numbers, spelled: frozenset[str]) -> None:
        self.diagram = group.diagram
        self.tests = tests = [test for test in group.tests if self.diagram.test_bit[test.level] & below]
        self.known = known
        self.own = {
            test.level: frozenset() if spelled & set(test.facts) else own_facts(self.diagram, test, tests)
            for test in tests
        }
        alone = frozenset(fact for own in self.own.values() for fact in own)
        self.chosen = [fact for fact in group.facts if fact not in known and fact not in alone]
        self.plain = {test.level: self._standing(test, known).bits for test in tests}
        # A number that multiplies an open one of a test's own: no weighing is reached where it is zero.
        self.positive = {
            factor
            for test in tests
            for term in _weigh(test).terms
            for factor in term.factors
            if set(term.factors) & self.own[test.level] - known.keys() and factor not in self.own[test.level]
        }
        self._same: dict[tuple[object, ...], Stage] = {}

    def _standing(self, test: Variable, numbers: Numbers) -> Standing:
        return weighed(self.diagram, test, numbers, self.known, self.own[test.level])

    def stage(self, chosen: Numbers) -> Stage:
        """The stage when these values have been chosen."""
        numbers = {**self.known, **chosen}
        held, free, waiting, undecided = {}, {}, 0, set[str]()
        for test in self.tests:
            one = self._standing(test, numbers)
            if one.branch is not None:
                held[test.level] = one.branch
            elif not one.free:
                waiting |= self.diagram.test_bit[test.level]
                undecided.update(test.facts)
            elif one.bits != self.plain[test.level]:
                free[test.level] = one.bits
        settled = sum(self.diagram.test_bit[level] for level in (*held, *free))
        others = [fact for fact in self.chosen if fact not in chosen]
        fact = next((fact for fact in others if fact in undecided or fact in AT_MOST), None)
        if fact is None:
            return self._one(Stage(settled=settled, held=held, free=free))
        if fact in AT_MOST:
            waiting |= self.diagram.bit[fact]
        variable = self.diagram.of_fact[fact]
        cells: list[tuple[Start, int, Stage]] = []
        for start, value in self.ranges(fact, [name for name in others if name != fact], numbers):
            branch, after = variable.branch(value), self.stage({**chosen, fact: value})
            if not cells or cells[-1][1:] != (branch, after):
                cells.append((start, branch, after))
        if len(cells) == variable.arity and all(cell[2] is cells[0][2] for cell in cells):
            return cells[0][2]  # its class may count, its value does not
        return self._one(Stage(variable.level, tuple(cells), waiting, settled, held, free))

    def _one(self, stage: Stage) -> Stage:
        key = (stage.level, stage.cells, stage.waiting, tuple(stage.held.items()), tuple(stage.free.items()))
        return self._same.setdefault(key, stage)

    def ranges(
        self, fact: str, others: Sequence[str], numbers: Numbers
    ) -> tuple[tuple[Start, Fraction], ...]:
        """The ranges of `fact` that can lead on differently whatever the others turn out to be."""
        planes = self._planes(fact, others, numbers)
        for other in reversed(others):
            planes = without(planes, other)
        roots = {-form.constant / form.coefficients[0][1] for form in planes if form.coefficients}
        found: set[Start] = {(Fraction(0), 0), *self.diagram.of_fact[fact].starts}
        found.update((root, after) for root in {Fraction(0), *roots} if root >= 0 for after in (0, 1))
        starts = sorted(found)
        if FACTS[fact].kind is Kind.COUNT:
            limits = [
                (Fraction(limit), after) for limit, after in starts if not isinstance(limit, datetime.date)
            ]
            whole = {Fraction(floor(limit) + 1 if after else ceil(limit)) for limit, after in limits}
            starts = [(one, 0) for one in sorted(whole)]
        low, high = Fraction(0), None
        if fact == AT_MOST[0]:
            high = numbers.get(AT_MOST[1])
        elif fact == AT_MOST[1]:
            low = numbers.get(AT_MOST[0], low)
        cells = [
            (start, value)
            for start, value in zip(starts, samples(starts), strict=True)
            if value is not None and value >= low and (high is None or value <= high)
        ]
        if fact in self.positive and len(cells) > 1:
            cells[:2] = [(cells[0][0], cells[1][1])]
        return tuple(cells)

    def _planes(self, fact: str, others: Sequence[str], numbers: Numbers) -> set[Plane]:
        """The planes in `fact` and the others on which something changes."""
        planes: set[Plane] = set()
        for name in others:
            limits = {Fraction(0), *(start for start, _after in self.diagram.of_fact[name].starts)}
            planes.update(Plane(((name, Fraction(1)),), -limit) for limit in limits)  # type: ignore[operator]
        for test in self.tests:
            weigh, own = _weigh(test), self.own[test.level]
            coefficients: dict[str, Fraction] = {}
            constant = -weigh.limit
            for term in weigh.terms:
                product, unknown = term.coefficient, [name for name in term.factors if name not in numbers]
                for name in term.factors:
                    product *= numbers.get(name, 1)
                if not unknown:
                    constant += product
                elif len(unknown) == 1 and unknown[0] not in own:
                    coefficients[unknown[0]] = coefficients.get(unknown[0], Fraction(0)) + product
                # A number of the test's own can be zero, and a product of two takes every value that is not.
            if coefficients:
                planes.add(plane(coefficients, constant))
        added, total = AT_MOST
        if fact in AT_MOST and all(name in numbers or name in (fact, *others) for name in AT_MOST):
            coefficients = {
                name: sign
                for name, sign in ((added, Fraction(1)), (total, Fraction(-1)))
                if name not in numbers
            }
            planes.add(plane(coefficients, numbers.get(added, Fraction(0)) - numbers.get(total, Fraction(0))))
        return planes


@dataclass(frozen=True)
class Plane:
    """A plane: the sum of coefficient × number, plus a constant, is 0."""

    coefficients: tuple[tuple[str, Fraction], ...]
    constant: Fraction


def plane(coefficients: Mapping[str, Fraction], constant: Fraction) -> Plane:
    """One plane, scaled so that equal planes are equal."""
    kept = sorted((name, value) for name, value in coefficients.items() if value)
    scale = kept[0][1] if kept else Fraction(1)
    return Plane(tuple((name, value / scale) for name, value in kept), constant / scale)


def without(planes: set[Plane], fact: str) -> set[Plane]:
    """The planes on which the order of the limits on `fact` can change."""
    limits = []
    rest = set()
    for form in planes:
        coefficients = dict(form.coefficients)
        own = coefficients.pop(fact, None)
        if own is None:
            rest.add(form)
        else:
            limits.append(({name: value / own for name, value in coefficients.items()}, form.constant / own))
    for number, (left, left_constant) in enumerate(limits):
        for right, right_constant in limits[number + 1 :]:
            names = left.keys() | right.keys()
            rest.add(
                plane(
                    {name: left.get(name, Fraction(0)) - right.get(name, Fraction(0)) for name in names},
                    left_constant - right_constant,
                )
            )
    return rest
