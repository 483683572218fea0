"""The law's trees as one reduced decision diagram: canonical, shared, built once.

Variables stand in asking order. A fact is one variable whose branches are the classes of values that the law tells
apart (every choice; every class of countries that all tests on all dates treat alike; the ranges between thresholds).
A test that weighs several numbers at once is a variable of its own, placed after the last of its facts. Two conditions
that always agree become the same node, so equality is identity.

Nothing here is written by hand for a provision: classes, thresholds and dates are read off the trees.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from threading import RLock
from typing import Any, TypeVar

from rules import places
from rules.conditions import (
    AllOf,
    AnyOf,
    ByPeriod,
    Condition,
    InGroup,
    Is,
    IsCountry,
    Known,
    Not,
    Since,
    Test,
    Weigh,
)
from rules.facts import ALL_ENTRIES, ENTRIES, FACTS, HARDWARE, ITEMS, Kind, Value
from rules.law import Clause, Interpretation, Ordered, Provision, walk
from rules.truth import TRUE

Number = Fraction | int
"""A number, exactly: whole ones as integers where many are worked with."""

Start = tuple[Number | datetime.date, int]
"""Where a range of values starts: at the value (0) or just after it (1). A whole number is an integer: see `plain`."""

Result = TypeVar("Result")
LEAF = 1_000_000
ZERO: Start = (0, 0)
FALSE_NODE, TRUE_NODE = 0, 1


@dataclass(frozen=True)
class Periods:
    """How far a number may go by date, read off a condition.

    Attributes:
        fact: the number.
        rows: where each period starts, and the first number past its limit; None where any will do.
    """

    fact: str
    rows: tuple[tuple[datetime.date, Start | None], ...]

    @cached_property
    def days(self) -> tuple[datetime.date, ...]:
        """Where the periods start."""
        return tuple(day for day, _limit in self.rows)

    @cached_property
    def opens(self) -> tuple[datetime.date, ...]:
        """The days from which there is a limit, or none any more."""
        pairs = pairwise(self.days)
        return tuple(day for before, day in pairs if not (self.open(before) and self.open(day)))

    def limit(self, day: datetime.date) -> Start | None:
        """The first number past the limit on a day."""
        return self.rows[bisect_right(self.days, day) - 1][1]

    def open(self, day: datetime.date) -> bool:
        """Whether some numbers are within the limit on a day and others not."""
        return self.limit(day) not in (None, ZERO)

    def holds(self, day: datetime.date, number: Number) -> bool:
        """Whether a number is within the limit on a day."""
        limit = self.limit(day)
        return limit is None or (number, 0) < limit


def periods(condition: ByPeriod) -> Periods:
    """The periods that a condition of the date and one number makes.

    Raises:
        ValueError: it looks at something else, or allows a number and forbids a smaller one.
    """
    tests = [node for node in walk(condition) if isinstance(node, Test)]
    days = sorted({datetime.date.min, *(test.day for test in tests if isinstance(test, Since))})
    numbers = [test for test in tests if isinstance(test, Weigh)]
    facts = {fact for test in tests for fact in test.facts} - {"date"}
    if len(facts) != 1 or len(tests) != len(numbers) + sum(isinstance(test, Since) for test in tests):
        raise ValueError(f"no test of the date and one number: {sorted(facts)}")
    (fact,) = facts
    starts = sorted({ZERO, *(boundary(test) for test in numbers)})
    rows: list[tuple[datetime.date, Start | None]] = []
    for day in days:
        holds = []
        for value in samples(starts):
            assert value is not None, "a limit is a decimal"
            holds.append(condition.value(Known({"date": day, fact: decimal(value)})) is TRUE)
        if holds != sorted(holds, reverse=True):
            raise ValueError(f"{fact}: not every number below one that will do will do on {day}")
        limit = starts[holds.index(False)] if False in holds else None
        if not rows or rows[-1][1] != limit:
            rows.append((day, limit))
    return Periods(fact, tuple(rows))


@dataclass(frozen=True)
class Variable:
    """One variable: a fact with its classes, or a test of several facts."""

    level: int
    facts: tuple[str, ...]
    arity: int
    bits: int
    starts: tuple[Start, ...] = ()
    classes: Mapping[Value, int] | None = None
    samples: tuple[Value, ...] = ()
    weigh: Weigh | None = None
    periods: Periods | None = None

    @property
    def joint(self) -> bool:
        """Whether it is a test of several facts."""
        return len(self.facts) > 1

    @cached_property
    def _limits(self) -> list[tuple[Any, int]]:
        """The starts of a number as decimals, which compare exactly too, and much faster than fractions."""
        return [(decimal(one), after) for one, after in self.starts]  # type: ignore[arg-type] # no dates

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """A value of each class; None for the branch of items that have no entry."""
        if self.samples:
            return self.samples + (None,) * (self.arity - len(self.samples))
        return tuple([None if one is None else Fraction(one) for one in samples(self.starts)])

    def branch(self, value: Value | Number) -> int:
        """The class that a known value of the fact falls in."""
        if self.classes is not None:
            return self.classes[value]  # type: ignore[index] # a choice or a country
        starts: Sequence[tuple[Any, int]] = self._limits if isinstance(value, Decimal) else self.starts
        return bisect_right(starts, (value, 0)) - 1


def boundary(test: Weigh) -> Start:
    """For a test of one fact: the first value past it."""
    limit = plain(test.limit / test.terms[0].coefficient)
    return (limit, 0) if test.strict else (limit, 1)


class Diagram:
    """A store of shared nodes. A node is an integer; `level` and `kids` say what it is, `below` what lies below it.

    `below` is a set of bits: the facts that the node's function looks at, in asking order (`fact_bits`), then the
    tests of several facts (`test_bits`), then, from `first_result` on, the results it can give.

    With `joined` a limit that goes by period is one test of date and number; else the date is divided into the periods.
    """

    def __init__(self, order: Sequence[str], roots: Iterable[Condition], *, joined: bool = False) -> None:
        self.joined = joined
        whole = ByPeriod if joined else ()
        tests = {
            id(node): node
            for root in roots
            for node in walk(root, whole)
            if isinstance(node, (Test, Provision, *([ByPeriod] if joined else [])))
        }
        self.order = tuple(order)
        self.bit = {fact: 1 << position for position, fact in enumerate(order)}
        self.fact_bits = (1 << len(order)) - 1
        self.variables: list[Variable] = []
        self.of_fact: dict[str, Variable] = {}
        self.joint: list[Variable] = []
        self.test_bit: list[int] = []  # by level, 0 for a fact
        self._joint_variable: dict[tuple[object, ...], Variable] = {}
        self._make_variables(tests.values())
        self.first_result = len(order) + len(self.joint)
        self.test_bits = sum(self.test_bit)
        self.level: list[int] = [LEAF, LEAF]
        self.kids: list[tuple[int, ...]] = [(), ()]
        self.others: list[tuple[int, ...]] = [(), ()]  # the kids, each once
        self.below: list[int] = [1 << self.first_result, 2 << self.first_result]
        self.leaf: list[Hashable] = [False, True]
        self.leaf_nodes = [FALSE_NODE, TRUE_NODE]
        self.starts: dict[
            int, tuple[Start, ...]
        ] = {}  # of nodes that divide a number otherwise than by class
        self.lock = RLock()
        self.unique: dict[tuple[object, ...], int] = {}
        self._leaves: dict[tuple[str, Hashable], int] = {}
        self._chosen: dict[tuple[int, int, int], int] = {}
        self._compiled: dict[tuple[int, str | None], int] = {}
        self._readings: dict[int, frozenset[str]] = {}
        self._keep: list[object] = []

    # ---- variables

    def _make_variables(self, tests: Iterable[Condition]) -> None:
        tests = list(tests)
        joint: dict[str, list[Weigh | Periods]] = {}
        starts: dict[str, set[Start]] = {}
        country_tests: dict[str, list[InGroup | IsCountry]] = {}
        days = set(places.CHANGES)
        for test in tests:
            if isinstance(test, Weigh):
                if len(test.facts) > 1:
                    last = max(test.facts, key=self.order.index)
                    joint.setdefault(last, []).append(test)
                else:
                    starts.setdefault(test.facts[0], set()).add(boundary(test))
            elif isinstance(test, (InGroup, IsCountry)):
                country_tests.setdefault(test.fact, []).append(test)
            elif isinstance(test, Since):
                days.add(test.day)
            elif isinstance(test, Provision):
                days.update(version.start for version in test.versions)
            elif isinstance(test, ByPeriod):
                by_period = periods(test)
                days.update(by_period.opens)
                joint.setdefault(by_period.fact, []).append(by_period)
        self.days = (datetime.date.min, *sorted(days))
        for fact in self.order:
            kind = FACTS[fact].kind
            if kind is Kind.DATE:
                self._add(fact, starts=tuple((day, 0) for day in self.days), samples=self.days)
            elif kind is Kind.COUNTRY:
                self._add_country(fact, country_tests.get(fact, []))
            elif kind in (Kind.NUMBER, Kind.COUNT):
                found = tuple(sorted({ZERO, *starts.get(fact, set())}))
                self._add(fact, starts=found)
            else:
                values: tuple[Value, ...] = (True, False) if kind is Kind.FLAG else FACTS[fact].values
                self._add(fact, classes={value: index for index, value in enumerate(values)}, samples=values)
            for together in joint.get(fact, []):
                self._add_joint(together)

    def _add(
        self, fact: str, *, starts: tuple[Start, ...] = (), classes: Mapping[Value, int] | None = None,
        samples: tuple[Value, ...] = (),
    ) -> None:  # fmt: skip
        arity = len(starts) or len(samples)
        if fact == "entry":
            arity += 1  # the last branch: an item that has no entry
        variable = Variable(len(self.variables), (fact,), arity, self.bit[fact], starts, classes, samples)
        self.variables.append(variable)
        self.test_bit.append(0)
        self.of_fact[fact] = variable

    def _add_country(self, fact: str, tests: list[InGroup | IsCountry]) -> None:
        classes: dict[Value, int] = {}
        samples: dict[tuple[object, ...], Value] = {}
        numbers: dict[tuple[object, ...], int] = {}
        for code in places.COUNTRIES:
            if fact == "destination" and code == "US":
                continue
            signature = tuple(
                test.holds(code)
                if isinstance(test, IsCountry)
                else tuple([test.holds(code, day) for day in self.days])
                for test in tests
            )
            samples.setdefault(signature, code)
            classes[code] = numbers.setdefault(signature, len(numbers))
        self._add(fact, classes=classes, samples=tuple(samples.values()))

    def _joint_key(self, test: Weigh | Periods) -> tuple[object, ...]:
        if isinstance(test, Periods):
            return test.fact, test.rows
        return (
            tuple(sorted((term.factors, term.coefficient) for term in test.terms)),
            test.limit,
            test.strict,
        )

    def _add_joint(self, test: Weigh | Periods) -> None:
        key = self._joint_key(test)
        if key not in self._joint_variable:
            level = len(self.variables)
            if isinstance(test, Periods):
                facts: tuple[str, ...] = ("date", test.fact)
                variable = Variable(level, facts, 2, self._bits(facts), periods=test)
            else:
                variable = Variable(level, test.facts, 2, self._bits(test.facts), weigh=test)
            self.test_bit.append(1 << len(self.order) + len(self.joint))
            self.joint.append(variable)
            self.variables.append(variable)
            self._joint_variable[key] = variable

    def _bits(self, facts: Iterable[str]) -> int:
        return sum(self.bit[fact] for fact in facts)

    # ---- nodes

    def make(self, variable: Variable, kids: tuple[int, ...], starts: tuple[Start, ...] = ()) -> int:
        """The node that branches on `variable` to `kids`; the one kid itself if all are alike.

        With `starts` the branches are the ranges of a number that start there, not its classes.
        """
        if kids.count(kids[0]) == len(kids):
            return kids[0]
        key = (variable.level, kids, starts) if starts else (variable.level, kids)
        node = self.unique.get(key)
        if node is None:
            node = len(self.level)
            self.kids.append(kids)
            self.others.append(tuple(dict.fromkeys(kids)))
            below = variable.bits | self.test_bit[variable.level]
            for kid in self.others[node]:
                below |= self.below[kid]
            self.below.append(below)
            self.leaf.append(None)
            if starts:
                self.starts[node] = starts
            self.level.append(variable.level)
            self.unique[key] = node  # last: other threads read without the lock
        return node

    def make_leaf(self, result: Hashable) -> int:
        """The leaf that carries `result`."""
        if isinstance(result, bool):
            return TRUE_NODE if result else FALSE_NODE
        key = (type(result).__name__, result)
        node = self._leaves.get(key)
        if node is None:
            node = len(self.level)
            self._leaves[key] = node
            self.kids.append(())
            self.others.append(())
            self.below.append(1 << self.first_result + len(self.leaf_nodes))
            self.leaf.append(result)
            self.leaf_nodes.append(node)
            self.level.append(LEAF)
        return node

    @property
    def result_bits(self) -> int:
        """The bits of all results so far."""
        return (1 << len(self.leaf_nodes)) - 1 << self.first_result

    def results(self, below: int) -> frozenset[Hashable]:
        """The results among what lies below."""
        bits = below >> self.first_result
        return frozenset(self.leaf[node] for one, node in enumerate(self.leaf_nodes) if bits >> one & 1)

    def choose(self, test: int, then: int, otherwise: int) -> int:
        """`then` where `test` holds, `otherwise` where it does not."""
        if test == TRUE_NODE or then == otherwise:
            return then
        if test == FALSE_NODE:
            return otherwise
        if then == TRUE_NODE and otherwise == FALSE_NODE:
            return test
        key = (test, then, otherwise)
        node = self._chosen.get(key)
        if node is None:
            level = self.level
            top = min(level[test], level[then], level[otherwise])
            variable = self.variables[top]
            columns = [
                self.kids[one] if level[one] == top else (one,) * variable.arity
                for one in (test, then, otherwise)
            ]
            node = self.make(variable, tuple(self.choose(*row) for row in zip(*columns, strict=True)))
            self._chosen[key] = node
        return node

    # ---- from trees

    def ordered(self, ordered: Ordered[Result], alternative: str | None = None) -> int:
        """The diagram of results in order, with invalid combinations of item, activity and entry taken out."""
        key = (
            id(ordered),
            self._relevant(alternative, [condition for condition, _result in ordered.steps], ordered),
        )
        node = self._compiled.get(key)
        if node is not None:
            return node
        with self.lock:
            node = self.make_leaf(ordered.otherwise)
            for condition, result in reversed(ordered.steps):
                leaf = self.make_leaf(result)
                node = self.choose(self._tree(condition, alternative), leaf, node)
            self._compiled[key] = node = self._valid(node)
        return node

    def condition(self, condition: Condition, alternative: str | None = None) -> int:
        """The diagram of one condition, over valid transactions."""
        key = (-id(condition), self._relevant(alternative, [condition], condition))
        node = self._compiled.get(key)
        if node is None:
            with self.lock:
                node = self._compiled[key] = self._valid(self._tree(condition, alternative))
        return node

    def _relevant(self, alternative: str | None, conditions: Iterable[Condition], key: object) -> str | None:
        """The alternative's id if any of the conditions reads it, else None: others share one diagram."""
        if alternative is None:
            return None
        readings = self._readings.get(id(key))
        if readings is None:
            readings = frozenset(
                node.id
                for condition in conditions
                for node in walk(condition)
                if isinstance(node, Interpretation)
            )
            self._readings[id(key)] = readings
            self._keep.append(key)
        return alternative if alternative in readings else None

    def _tree(self, condition: Condition, alternative: str | None) -> int:
        key = (id(condition), self._relevant(alternative, [condition], condition))
        node = self._compiled.get(key)
        if node is None:
            node = self._compiled[key] = self._compile(condition, key[1])
            self._keep.append(condition)
        return node

    def _compile(self, condition: Condition, alternative: str | None) -> int:
        match condition:
            case AllOf(children):
                node = TRUE_NODE
                for child in children:
                    node = self.choose(self._tree(child, alternative), node, FALSE_NODE)
                return node
            case ByPeriod() if self.joined:
                return self._by_period(periods(condition))
            case AnyOf(children):
                node = FALSE_NODE
                for child in children:
                    node = self.choose(self._tree(child, alternative), TRUE_NODE, node)
                return node
            case Not(child):
                return self.choose(self._tree(child, alternative), FALSE_NODE, TRUE_NODE)
            case Clause():
                return self._tree(condition.condition, alternative)
            case Interpretation():
                return self._tree(condition.reading(alternative), alternative)
            case Provision():
                node = FALSE_NODE
                for version in condition.versions:
                    node = self.choose(
                        self._since(version.start), self._tree(version.condition, alternative), node
                    )
                return node
            case Test():
                return self._test(condition)
        raise TypeError(f"no diagram for {type(condition).__name__}")

    def _branches(self, variable: Variable, holds: Iterable[bool]) -> int:
        return self.make(variable, tuple(TRUE_NODE if one else FALSE_NODE for one in holds))

    def _since(self, day: datetime.date) -> int:
        return self._branches(self.of_fact["date"], (start >= day for start in self.days))

    def _by_period(self, by_period: Periods) -> int:
        """The joint test on the days on which there is a limit; before and after all numbers will do, or none."""
        test = self._branches(self._joint_variable[self._joint_key(by_period)], (True, False))
        constant = {None: TRUE_NODE, ZERO: FALSE_NODE}
        days = tuple([constant.get(by_period.limit(day), test) for day in self.days])
        return self.make(self.of_fact["date"], days)

    def _test(self, test: Test) -> int:
        variable = self.of_fact[test.facts[0]]
        match test:
            case Is(_fact, values):
                held = [sample in values for sample in variable.samples]
                return self._branches(variable, held + [False] * (variable.arity - len(held)))
            case Since(day):
                return self._since(day)
            case IsCountry():
                return self._branches(variable, (test.holds(str(code)) for code in variable.samples))
            case InGroup():
                by_day = (
                    self._branches(variable, (test.holds(str(code), day) for code in variable.samples))
                    for day in self.days
                )
                return self.make(self.of_fact["date"], tuple(by_day))
            case Weigh():
                if len(test.facts) > 1:
                    return self._branches(self._joint_variable[self._joint_key(test)], (True, False))
                return self._branches(variable, (start < boundary(test) for start in variable.starts))
        raise TypeError(f"no diagram for {type(test).__name__}")

    def _valid(self, node: int) -> int:
        """The same function where combinations that are refused behave like one that is not, so they add nothing."""
        item = self.of_fact["item"]
        kids = self.kids[node] if self.level[node] == item.level else (node,) * item.arity
        return self.make(
            item, tuple(self._valid_for(kind, kid) for kind, kid in zip(ITEMS, kids, strict=True))
        )

    def _valid_for(self, kind: str, node: int) -> int:
        activity, entry = self.of_fact["activity"], self.of_fact["entry"]
        allowed = ENTRIES.get(kind)
        done: dict[int, int] = {}

        def rewrite(one: int) -> int:
            if self.level[one] > entry.level:
                return one
            if one not in done:
                kids = self.kids[one]
                if self.level[one] == entry.level:
                    fill = kids[-1] if allowed is None else kids[ALL_ENTRIES.index(allowed[0])]
                    kept = [
                        kid if allowed and value in allowed else fill
                        for value, kid in zip((*ALL_ENTRIES, None), kids, strict=True)
                    ]
                    done[one] = self.make(entry, tuple(kept))
                else:
                    if self.level[one] == activity.level and kind in HARDWARE:
                        values = FACTS["activity"].values
                        kids = tuple(
                            kids[0] if value.startswith("deemed") else kid
                            for value, kid in zip(values, kids, strict=True)
                        )
                    variable = self.variables[self.level[one]]
                    done[one] = self.make(variable, tuple(rewrite(kid) for kid in kids))
            return done[one]

        return rewrite(node)


def samples(starts: Sequence[Start]) -> list[Number | None]:
    """A finite decimal in each range of numbers; None for a single value that no finite decimal writes."""
    found: list[Number | None] = []
    low: Any
    for position, (low, after) in enumerate(starts):
        if after:
            high: Any = starts[position + 1][0] if position + 1 < len(starts) else 3 * low + 2
            found.append(_decimal_between(low, high))
        else:
            found.append(low if _is_decimal(low) else None)
    return found


def _is_decimal(value: Number) -> bool:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _decimal_between(low: Number, high: Number) -> Number:
    """A finite decimal strictly between two numbers."""
    if low.denominator == high.denominator == 1 and high - low > 1:
        return (low.numerator + high.numerator) // 2
    middle, scale = Fraction(low + high, 2), 1
    while not low < (near := Fraction(round(middle * scale), scale)) < high:
        scale *= 10
    return near


def decimal(value: Number) -> Decimal:
    """A finite decimal as the number fact it is, exactly."""
    scale = 0
    while value.denominator != 1:
        value, scale = value * 10, scale + 1
    return Decimal((0, tuple(map(int, str(value.numerator))), -scale))


def plain(value: Fraction) -> Number:
    """The number, as an integer if it is whole."""
    return value.numerator if value.denominator == 1 else value


def fraction(value: Value) -> Fraction:
    """A number fact's value, exactly."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} is no number")
    return Fraction(value)
