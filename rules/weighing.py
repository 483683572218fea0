"""Numbers that the law weighs together: which of their values make a difference, exactly.

Some tests weigh several numbers at once (`tpp` × `units` plus what was received; a share of a total). While one of the
numbers is open, most of these tests are *free*: numbers that count nowhere else can still make them true or false,
whatever the others are. A free test is one open answer like any other, and nothing has to be weighed. Where a test is
not free, values are chosen for the numbers in asking order: one in each range that leads on differently. The ranges
follow from the tests' own limits (cylindrical algebraic decomposition; the limits are planes in exact fractions).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from math import ceil, floor, gcd, lcm
from types import MappingProxyType
from typing import NamedTuple

from rules.conditions import Weigh
from rules.diagram import LEAF, ZERO, Diagram, Number, Periods, Start, Variable, plain, samples
from rules.facts import FACTS, Kind

STILL_OPEN = -1
"""The branch of a test that has none yet."""
AT_MOST = ("additional_operations", "training_operations")
"""The first number can never be more than the second: the one relation between facts that a transaction must keep."""

Numbers = Mapping[str, Number]
Part = tuple[Start, Start | None]
"""A part of a number's range: where it starts and where it ends."""
WHOLE: Part = (ZERO, None)


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
        late: the number, as a bit, if it is one that nobody is sure of. It gets no value: a test is passed or failed in
            one part of its range each, so that what is asked for does not depend on a value of it.
        otherwise: the stage where such a test is not looked at.
    """

    level: int = LEAF
    cells: tuple[tuple[Start, int, Stage], ...] = ()
    waiting: int = 0
    settled: int = 0
    held: Mapping[int, int] = field(default_factory=dict)
    free: Mapping[int, int] = field(default_factory=dict)
    late: int = 0
    otherwise: Stage | None = None


NOTHING = Stage()
"""No value has to be chosen, and nothing is settled."""


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
        return _Stages(self, tests, numbers, spelled).stage({}) if numbers else self._open(tests, spelled)

    @cache  # noqa: B019 - there is one group of its kind, for good
    def _open(self, tests: int, spelled: frozenset[str]) -> Stage:
        """The first stage when none of the numbers is known."""
        return _Stages(self, tests, {}, spelled).stage({})

    def values(self, fact: str, known: Known) -> tuple[Fraction | datetime.date, ...]:
        numbers = {name: known.numbers[name] for name in self.facts if name in known.numbers}
        stages = _Stages(self, self.bits, numbers, frozenset(self.facts), late=False)
        others = [name for name in self.facts if name not in numbers and name != fact]
        return tuple(Fraction(value) for _start, value in stages.ranges(fact, others, numbers, {}))


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
        if not (spelled or (number is not None and known.day is None)):
            return NOTHING
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

    def _of_date(self, number: Number | None) -> Stage:
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
        return tuple(Fraction(value) for value in samples(sorted(limits)) if value is not None)


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
            or (test.weigh and any(fact in factors and number < 0 for number, factors in test.weigh.whole[0]))
        ):
            break
        own.add(fact)
    return frozenset(own)


def standing(diagram: Diagram, test: Variable, known: Known, own: frozenset[str]) -> tuple[int | None, int]:
    """Where a test stands under what is known: its branch if it is settled, and the facts that it looks at."""
    if test.periods is None:
        one = weighed(diagram, test, known.numbers, known.numbers, own)
        return one.branch, one.bits
    number = known.numbers.get(test.periods.fact)
    if known.day is None:
        return None, diagram.bit["date"]  # the number is known: something is
    if number is None:
        return None, test.bits & ~diagram.bit["date"]
    return 0 if test.periods.holds(known.day, number) else 1, 0


def weighed(
    diagram: Diagram, test: Variable, numbers: Numbers, known: Numbers, own: frozenset[str]
) -> Standing:
    """Where a test stands under numbers that are known or chosen. Facts chosen still count as looked at."""
    weigh, bits = _weigh(test), 0
    total: Number = 0
    terms, limit = weigh.whole
    rises = falls = shared = False
    for coefficient, factors in terms:
        product: Number = coefficient
        unknown = False
        for factor in factors:
            value = numbers.get(factor)
            if value is None:
                unknown = True
            else:
                product *= value
            if factor not in known and (
                len(factors) == 1 or all(numbers.get(other) != 0 for other in factors if other != factor)
            ):
                bits |= diagram.bit[factor]
        if not product:
            continue
        if not unknown:
            total += product
        else:
            rises, falls = rises or product > 0, falls or product < 0
            shared = shared or any(factor not in own and factor not in numbers for factor in factors)
    holds = total < limit if weigh.strict else total <= limit
    if (holds and not rises) or (not holds and not falls):
        return Standing(0 if holds else 1, False, bits)
    return Standing(None, not shared, bits)


def _weigh(test: Variable) -> Weigh:
    assert test.weigh is not None
    return test.weigh


class _Stages:
    """Builds the stages for some tests under some known numbers. Equal stages are one object."""

    def __init__(
        self, group: Weighed, below: int, known: Numbers, spelled: frozenset[str], *, late: bool = True
    ) -> None:
        """With `late`, `spelled` numbers come last; not where the numbers that bound each other are among them."""
        late = late and not group.relation
        self.diagram = group.diagram
        self.tests = tests = [test for test in group.tests if self.diagram.test_bit[test.level] & below]
        self.known = known
        unsure = {fact for fact in group.facts if fact in spelled and fact not in known}
        self.own: dict[int, frozenset[str]] = {}
        self.asked: dict[int, int] = {}
        for test in tests:
            own = own_facts(self.diagram, test, tests)
            if unsure & set(test.facts):  # its other numbers are chosen in their turn
                kept = own & unsure if late else frozenset[str]()
                self.asked[test.level] = sum(self.diagram.bit[fact] for fact in own - kept)
                own = kept
            self.own[test.level] = own
        alone = frozenset(fact for own in self.own.values() for fact in own)
        self.chosen = [fact for fact in group.facts if fact not in known and fact not in alone]
        self.late = unsure - alone if late else frozenset[str]()
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

    def stage(
        self,
        chosen: Numbers,
        before: Mapping[int, int] = MappingProxyType({}),
        parts: Mapping[str, Part] = MappingProxyType({}),
    ) -> Stage:
        """The stage when these values, and these parts of what comes late, have been chosen.

        `before` are the tests that are already settled then.
        """
        numbers = {**self.known, **chosen}
        held, free, waiting = dict(before), {}, 0
        undecided: list[Variable] = []
        for test in self.tests:
            if test.level in before:
                continue
            one = self._standing(test, numbers)
            branch = one.branch if one.branch is not None else self._in_parts(test, numbers, parts)
            open_own = self.own[test.level] - numbers.keys()
            if branch is not None and (one.branch is not None or branch or not open_own):
                held[test.level] = branch
            elif not (one.free or branch == 0):
                waiting |= self.diagram.test_bit[test.level]
                undecided.append(test)
            elif (bits := one.bits & ~self.asked.get(test.level, 0)) != self.plain[test.level]:
                free[test.level] = bits
        settled = sum(self.diagram.test_bit[level] for level in (*held, *free))
        others = [fact for fact in self.chosen if fact not in chosen]
        choice = self._next(others, undecided, numbers, parts)
        if choice is None:
            return self._one(Stage(settled=settled, held=held, free=free))
        if choice.facts[0] in AT_MOST:
            waiting |= self.diagram.bit[choice.facts[0]]
        cells, otherwise = list[tuple[Start, int, Stage]](), None
        if choice.weigh is not None:  # a test that something which comes late settles
            fact, cut, _below = self._cut(choice, numbers)
            low, high = parts.get(fact, WHOLE)
            for part in ((low, cut), (cut, high)):
                after = self.stage(chosen, held, {**parts, fact: part})
                cells.append((part[0], after.held.get(choice.level, STILL_OPEN), after))
            otherwise = self.stage(chosen, {**held, choice.level: 0}, parts)
            late = self.diagram.bit[fact]
            return self._one(Stage(choice.level, tuple(cells), waiting, settled, held, free, late, otherwise))
        fact = choice.facts[0]
        if fact in self.late:
            ends = (*choice.starts[1:], None)
            for branch, part in enumerate(zip(choice.starts, ends, strict=True)):
                cells.append((part[0], branch, self.stage(chosen, held, {**parts, fact: part})))
        else:
            for start, value in self.ranges(
                fact, [name for name in others if name != fact], numbers, held, parts
            ):
                branch, after = choice.branch(value), self.stage({**chosen, fact: value}, held, parts)
                if not cells or cells[-1][1:] != (branch, after):
                    cells.append((start, branch, after))
        if len(cells) == choice.arity and all(cell[2] is cells[0][2] for cell in cells):
            return cells[0][2]  # its class may count, its value does not
        return self._one(Stage(choice.level, tuple(cells), waiting, settled, held, free))

    def _next(
        self,
        others: Sequence[str],
        undecided: Sequence[Variable],
        numbers: Numbers,
        parts: Mapping[str, Part],
    ) -> Variable | None:
        """What is chosen next, in asking order: a number's value, or the class of one that comes late, or its part."""
        concerned = {fact for test in undecided for fact in test.facts}
        found = [
            self.diagram.of_fact[fact]
            for fact in others
            if (fact in concerned or fact in AT_MOST) and not (fact in self.late and fact in parts)
        ]
        found += [test for test in undecided if self._unknown(test, numbers) <= self.late]
        return min(found, key=lambda variable: variable.level, default=None)

    def _unknown(self, test: Variable, numbers: Numbers) -> set[str]:
        """The open numbers of a test that are not its own."""
        return set(test.facts) - numbers.keys() - self.own[test.level]

    def _in_parts(self, test: Variable, numbers: Numbers, parts: Mapping[str, Part]) -> int | None:
        """The branch of a test, its own numbers at zero, that the part of another settles, if no more is open."""
        unknown = self._unknown(test, numbers)
        if not unknown or not unknown <= parts.keys():
            return None
        fact, cut, below = self._cut(test, numbers)
        low, high = parts[fact]
        if high is not None and high <= cut:
            return below
        return 1 - below if cut <= low else None

    def _cut(self, test: Variable, numbers: Numbers) -> tuple[str, Start, int]:
        """Where a test, its own numbers at zero, turns on its one other open number, and its branch below."""
        (fact,) = self._unknown(test, numbers)
        strict, (terms, limit) = _weigh(test).strict, _weigh(test).whole
        slope: Number = 0
        rest: Number = -limit
        for coefficient, factors in terms:
            product: Number = coefficient
            for name in factors:
                if name != fact:
                    product *= numbers.get(name, 0)
            if fact in factors:
                slope += product
            else:
                rest += product
        if not slope:
            return fact, ZERO, int(rest < 0 if strict else rest <= 0)  # all lies above
        rises = slope > 0
        return fact, (plain(Fraction(-rest, slope)), int(rises is not strict)), 0 if rises else 1

    def _one(self, stage: Stage) -> Stage:
        held, free = sorted(stage.held.items()), sorted(stage.free.items())
        key = (stage.level, stage.cells, stage.waiting, tuple(held), tuple(free), stage.late, stage.otherwise)
        return self._same.setdefault(key, stage)

    def ranges(
        self,
        fact: str,
        others: Sequence[str],
        numbers: Numbers,
        held: Mapping[int, int],
        parts: Mapping[str, Part] = MappingProxyType({}),
    ) -> tuple[tuple[Start, Number], ...]:
        """The ranges of `fact` that can lead on differently whatever the others turn out to be; some tests are held."""
        planes = self._planes(fact, others, numbers, held, parts)
        for other in reversed(others):
            planes = without(planes, other)
        roots = {
            plain(Fraction(-form.constant, form.coefficients[0][1])) for form in planes if form.coefficients
        }
        found: set[Start] = set(self.diagram.of_fact[fact].starts)
        found.update((root, after) for root in {0, *roots} if root >= 0 for after in (0, 1))
        if FACTS[fact].kind is Kind.COUNT:
            found = {(floor(limit) + 1 if after else ceil(limit), 0) for limit, after in found}  # type: ignore[arg-type]
        starts = sorted(found)
        low: Number = 0
        high: Number | None = None
        if fact == AT_MOST[0]:
            high = numbers.get(AT_MOST[1])
        elif fact == AT_MOST[1]:
            low = numbers.get(AT_MOST[0], low)
        cells = [
            (start, value)
            for start, value in zip(starts, samples(starts), strict=True)
            if value is not None and value >= low and (high is None or value <= high)
        ]
        if fact in self.positive:
            cells[:2] = [(cells[0][0], cells[1][1])]
        return tuple(cells)

    def _planes(
        self,
        fact: str,
        others: Sequence[str],
        numbers: Numbers,
        held: Mapping[int, int],
        parts: Mapping[str, Part],
    ) -> set[Plane]:
        """The planes in `fact` and the others on which something changes."""
        planes: set[Plane] = set()
        for name in others:
            planes.update(plane({name: 1}, -limit) for limit in self._limits(name, parts))
        for test in self.tests:
            if test.level in held:
                continue
            (terms, limit), own = _weigh(test).whole, self.own[test.level]
            coefficients: dict[str, Number] = {}
            constant: Number = -limit
            for coefficient, factors in terms:
                product: Number = coefficient
                unknown = [name for name in factors if name not in numbers]
                for name in factors:
                    product *= numbers.get(name, 1)
                if not unknown:
                    constant += product
                elif len(unknown) == 1 and unknown[0] not in own:
                    coefficients[unknown[0]] = coefficients.get(unknown[0], 0) + product
                # A number of the test's own can be zero, and a product of two takes every value that is not; but not
                # with one that comes last, whose class is chosen before.
            if coefficients:
                planes.add(plane(coefficients, constant))
            planes.update(self._products(terms, fact, numbers, parts, coefficients, constant))
        added, total = AT_MOST
        if fact in AT_MOST and all(name in numbers or name in (fact, *others) for name in AT_MOST):
            coefficients = {name: sign for name, sign in ((added, 1), (total, -1)) if name not in numbers}
            planes.add(plane(coefficients, numbers.get(added, 0) - numbers.get(total, 0)))
        return planes

    def _limits(self, fact: str, parts: Mapping[str, Part]) -> set[Number]:
        """Where the classes of a number, and its part, start and end."""
        starts = (ZERO, *self.diagram.of_fact[fact].starts, *parts.get(fact, ()))
        return {start[0] for start in starts if start is not None}

    def _products(
        self,
        terms: Sequence[tuple[int, tuple[str, ...]]],
        fact: str,
        numbers: Numbers,
        parts: Mapping[str, Part],
        coefficients: Mapping[str, Number],
        constant: Number,
    ) -> Iterator[Plane]:
        """The planes of a test where a factor that comes late is at an end of its classes or of its part."""
        for coefficient, factors in terms:
            for late in self.late & set(factors) - numbers.keys() - {fact}:
                if fact in factors and len(factors) == 2:
                    for limit in self._limits(late, parts):
                        product = coefficients.get(fact, 0) + coefficient * limit
                        yield plane({**coefficients, fact: product}, constant)


class Plane(NamedTuple):
    """A plane: the sum of coefficient × number, plus a constant, is 0. In whole numbers, with no common divisor."""

    coefficients: tuple[tuple[str, int], ...]
    constant: int


def plane(coefficients: Mapping[str, Number], constant: Number) -> Plane:
    """One plane, scaled so that equal planes are equal: the first coefficient is positive."""
    kept = sorted((name, value) for name, value in coefficients.items() if value)
    scale = lcm(constant.denominator, *[value.denominator for _name, value in kept])
    whole = [(name, int(value * scale)) for name, value in kept]
    divisor = gcd(int(constant * scale), *[value for _name, value in whole]) or 1
    if whole and whole[0][1] < 0:
        divisor = -divisor
    return Plane(tuple([(name, value // divisor) for name, value in whole]), int(constant * scale) // divisor)


def without(planes: set[Plane], fact: str) -> set[Plane]:
    """The planes on which the order of the limits on `fact` can change."""
    limits = list[tuple[int, dict[str, int], int]]()
    rest = set()
    for form in planes:
        coefficients = dict(form.coefficients)
        own = coefficients.pop(fact, None)
        if own is None:
            rest.add(form)
        else:
            limits.append((own, coefficients, form.constant))
    for number, (own, left, left_constant) in enumerate(limits):
        for other, right, right_constant in limits[number + 1 :]:
            between = {name: other * value for name, value in left.items()}
            for name, value in right.items():
                between[name] = between.get(name, 0) - own * value
            rest.add(plane(between, other * left_constant - own * right_constant))
    return rest
