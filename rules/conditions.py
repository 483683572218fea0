"""The tests that the law makes, as one tree of frozen nodes.

A provision is written once with these nodes. The engine evaluates the tree, the trace explains it, `possibility`
compiles it into a diagram, `drawing` draws it. A node knows which facts it looks at and its value under the facts
known so far; it knows nothing of outcomes.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

from rules import places
from rules.facts import CIRCUIT, ENTRIES, Value
from rules.truth import FALSE, TRUE, UNKNOWN, Truth, every, some


@dataclass(frozen=True, eq=False)
class Condition:
    """A test that is true, false or unknown under the known facts. Compared by identity: each node is one place."""

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions this one is made of."""
        return ()

    @cached_property
    def readings(self) -> frozenset[str]:
        """The ids of the interpretations it depends on."""
        return frozenset().union(*(part.readings for part in self.parts))

    def value(self, known: Known) -> Truth:
        """Its value under what is known. Ask `known(condition)`, which keeps what it has worked out."""
        raise NotImplementedError


class Known:
    """The facts known so far, and what conditions are worth under them.

    Calling it with a condition gives the condition's value; each is worked out once. With `alternative`, the id of an
    interpretation, that one is read the other way.
    """

    __slots__ = ("_adopted", "_values", "alternative", "facts")

    def __init__(
        self, facts: Mapping[str, Value], alternative: str | None = None, adopted: Known | None = None
    ) -> None:
        self.facts = dict(facts)
        self.alternative = alternative
        self._adopted = adopted
        self._values: dict[Condition, Truth] = {}

    def __call__(self, condition: Condition) -> Truth:
        value = self._values.get(condition)
        if value is None:
            if self._adopted is not None and self.alternative not in condition.readings:
                value = self._adopted(condition)
            else:
                value = condition.value(self)
            self._values[condition] = value
        return value

    def reading(self, alternative: str) -> Known:
        """The same facts with the alternative reading of one interpretation."""
        return Known(self.facts, alternative, self)


@dataclass(frozen=True, eq=False)
class AllOf(Condition):
    """True when every part is."""

    children: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        return self.children

    def value(self, known: Known) -> Truth:
        return every(map(known, self.children))


@dataclass(frozen=True, eq=False)
class AnyOf(Condition):
    """True when some part is."""

    children: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Condition, ...]:
        return self.children

    def value(self, known: Known) -> Truth:
        return some(map(known, self.children))


@dataclass(frozen=True, eq=False)
class ByPeriod(AnyOf):
    """Some part is: each allows one number up to the figure of its period. Date and number can be taken as one test."""


@dataclass(frozen=True, eq=False)
class Not(Condition):
    """True when its part is false."""

    child: Condition

    @property
    def parts(self) -> tuple[Condition, ...]:
        return (self.child,)

    def value(self, known: Known) -> Truth:
        return ~known(self.child)


@dataclass(frozen=True, eq=False)
class Test(Condition):
    """A test of facts themselves: the leaves of the tree."""

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it looks at."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Is(Test):
    """A choice or yes-no fact has one of the given values."""

    fact: str
    values: frozenset[str | bool]

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.fact,)

    def value(self, known: Known) -> Truth:
        if (value := known.facts.get(self.fact)) is not None:
            return Truth.of(value in self.values)
        if self.fact == "entry" and known.facts.get("item", CIRCUIT) not in ENTRIES:
            return FALSE  # weights, memory and other items have no such entry
        return UNKNOWN


@dataclass(frozen=True, eq=False)
class Since(Test):
    """The transaction is on `day` or later."""

    day: datetime.date

    @property
    def facts(self) -> tuple[str, ...]:
        return ("date",)

    def value(self, known: Known) -> Truth:
        day = known.facts.get("date")
        return Truth.of(day >= self.day) if isinstance(day, datetime.date) else UNKNOWN


@dataclass(frozen=True, eq=False)
class InGroup(Test):
    """A country fact is in a Country Group, or in supplement no. 5 to part 740, on the transaction's date."""

    fact: str
    group: str

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.fact, "date")

    def value(self, known: Known) -> Truth:
        country = known.facts.get(self.fact)
        if not isinstance(country, str):
            return UNKNOWN
        day = known.facts.get("date")
        if isinstance(day, datetime.date):
            return Truth.of(self.holds(country, day))
        holds = {self.holds(country, change) for change in (datetime.date.min, *places.CHANGES)}
        return Truth.of(holds.pop()) if len(holds) == 1 else UNKNOWN

    def holds(self, country: str, day: datetime.date) -> bool:
        """Whether `country` is in the group on `day`."""
        return self.group in places.groups(country, day)


@dataclass(frozen=True, eq=False)
class IsCountry(Test):
    """A country fact is one of the countries named; Hong Kong counts as China."""

    fact: str
    codes: frozenset[str]

    @property
    def facts(self) -> tuple[str, ...]:
        return (self.fact,)

    def value(self, known: Known) -> Truth:
        country = known.facts.get(self.fact)
        return Truth.of(self.holds(country)) if isinstance(country, str) else UNKNOWN

    def holds(self, country: str) -> bool:
        """Whether `country` is one of those named."""
        return places.treated_as(country) in self.codes


@dataclass(frozen=True)
class Term:
    """A coefficient times the product of the named number facts, none of them negative."""

    coefficient: Fraction
    factors: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Weigh(Test):
    """The sum of the terms is at most `limit` (below it, if strict). Exact: fractions, never binary floating point."""

    terms: tuple[Term, ...]
    limit: Fraction
    strict: bool = False

    @cached_property
    def _facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(factor for term in self.terms for factor in term.factors))

    @cached_property
    def whole(self) -> tuple[tuple[tuple[int, tuple[str, ...]], ...], int]:
        """The same test in whole numbers: each term's coefficient and factors, and the limit."""
        scale = lcm(self.limit.denominator, *(term.coefficient.denominator for term in self.terms))
        terms = tuple((int(term.coefficient * scale), term.factors) for term in self.terms)
        return terms, int(self.limit * scale)

    @cached_property
    def _plain_limit(self) -> Decimal | None:
        """The limit of a test of one number as it is, for which a decimal comparison is exact too."""
        scaled = self.limit * 10**9
        if self.terms != (Term(Fraction(1), self.facts[:1]),) or scaled.denominator > 1:
            return None
        return Decimal(f"{scaled.numerator}e-9")

    @property
    def facts(self) -> tuple[str, ...]:
        return self._facts

    def holds(self, total: Fraction) -> bool:
        """Whether a known sum passes the test."""
        return total < self.limit if self.strict else total <= self.limit

    def value(self, known: Known) -> Truth:
        if self._plain_limit is not None:
            (fact,) = self.facts
            number = known.facts.get(fact)
            if not isinstance(number, Decimal):
                return UNKNOWN
            return Truth.of(number < self._plain_limit if self.strict else number <= self._plain_limit)
        low, high = Fraction(0), Fraction(0)
        bounded_below = bounded_above = True
        for term in self.terms:
            product, unknown = term.coefficient, False
            for factor in term.factors:
                number = known.facts.get(factor)
                if isinstance(number, Decimal):
                    product *= Fraction(number)
                else:
                    unknown = True
            if not unknown:
                low += product
                high += product
            elif product > 0:
                bounded_above = False
            elif product < 0:
                bounded_below = False
        if bounded_above and self.holds(high):
            return TRUE
        if bounded_below and not self.holds(low):
            return FALSE
        return UNKNOWN


def all_of(*conditions: Condition) -> Condition:
    """Every one of them."""
    return AllOf(conditions)


def any_of(*conditions: Condition) -> Condition:
    """At least one of them."""
    return AnyOf(conditions)


def not_(condition: Condition) -> Condition:
    """The condition does not hold."""
    return Not(condition)


NEVER: Condition = AnyOf(())
ALWAYS: Condition = AllOf(())


def is_(fact: str, *values: str) -> Condition:
    """A choice fact has one of `values`."""
    return Is(fact, frozenset(values))


def yes(fact: str) -> Condition:
    """A yes-no fact is yes."""
    return Is(fact, frozenset({True}))


def since(day: str) -> Condition:
    """On `day` (year-month-day) or later."""
    return Since(datetime.date.fromisoformat(day))


def in_group(fact: str, group: str) -> Condition:
    """A country fact is in `group` on the transaction's date."""
    return InGroup(fact, group)


def is_country(fact: str, *codes: str) -> Condition:
    """A country fact is one of `codes`."""
    return IsCountry(fact, frozenset(codes))


def weigh(limit: str | int, *terms: tuple[str | int, str]) -> Condition:
    """The sum of coefficient × fact (facts joined by `*`) is at most `limit`."""
    return Weigh(
        tuple(Term(Fraction(coefficient), tuple(product.split(" * "))) for coefficient, product in terms),
        Fraction(Decimal(str(limit))),
    )


def at_most(fact: str, limit: str | int) -> Condition:
    """A number fact is `limit` or less."""
    return weigh(limit, (1, fact))


def below(fact: str, limit: str | int) -> Condition:
    """A number fact is less than `limit`."""
    return Weigh((Term(Fraction(1), (fact,)),), Fraction(Decimal(str(limit))), strict=True)


def at_least(fact: str, limit: str | int) -> Condition:
    """A number fact is `limit` or more."""
    return not_(below(fact, limit))


def sum_at_least(limit: str | int, *facts: str) -> Condition:
    """Number facts add up to `limit` or more."""
    return not_(
        Weigh(tuple(Term(Fraction(1), (fact,)) for fact in facts), Fraction(Decimal(str(limit))), strict=True)
    )
