"""What would have to be different for another decision: exactly, the fewest facts first.

Sets of known facts are set free, first of one fact, then of two, and so on. `Possibilities` then says, exactly, which
decisions become possible. For a set that brings a new one, each of its facts takes one value of every class that the
law tells apart, and the values that bring it are told as these classes: answers, countries, ranges with their limits.
Facts that nobody has given stay open throughout. The day counts as a fact like any other: the law changes with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import comb, floor

from rules import phrases, places
from rules.conditions import InGroup, IsCountry, Since, Weigh
from rules.facts import FACTS, Facts, Kind, Value, contradictions
from rules.law import Provision, walk
from rules.phrases import Say, english
from rules.possibility import ASKING_ORDER, Possibilities
from rules.provisions.conclusion import DECISION, Decision
from rules.wording import _

__all__ = ["Different", "Span", "Start", "Way", "WhatIf", "what_if"]

EFFORT = 5_000
"""How often the law is asked at most: about a second. Sets of one size are looked at wholly or not at all."""

Start = tuple[Fraction | datetime.date, int]
"""Where a range of values starts: at the value (0) or just after it (1)."""

Known = Mapping[str, Value]

_ZERO: Start = (Fraction(0), 0)


@dataclass(frozen=True)
class Span:
    """A range of numbers or days: from one start up to where another begins. None: no limit on that side."""

    start: Start | None
    end: Start | None


@dataclass(frozen=True)
class Different:
    """A fact, and what it would have to be: one of these values, or in one of these ranges."""

    fact: str
    values: tuple[Value, ...] = ()
    spans: tuple[Span, ...] = ()

    def says(self, day: Value | None, say: Say = english) -> tuple[str, ...]:
        """The values in words, a line for each sort; of countries, what they are in the law on that day."""
        if FACTS[self.fact].kind is Kind.COUNTRY:
            return _say_countries(self, day, say)
        mark = "“{}”" if FACTS[self.fact].kind is Kind.CHOICE else "{}"
        words = [mark.format(phrases.answer(self.fact, value, say)) for value in self.values]
        words += [phrases.between(self.fact, span.start, span.end, say) for span in self.spans]
        return (say(_(" or ")).join(words),)


@dataclass(frozen=True)
class Way:
    """Facts that would have to be different together.

    `settles`: the decision would then be given, whatever is open; else it would be one of several. `example`: the
    values stand for others, because the limit of one number depends on another.
    """

    changes: tuple[Different, ...]
    settles: bool
    example: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(change.fact for change in self.changes)


@dataclass(frozen=True)
class WhatIf:
    """The other decisions with the ways to each: those of the fewest facts that settle it, and those of as few or fewer
    that leave it one of several.

    All sets of up to `searched` facts were looked at. `beyond` are the decisions that none of them brings.
    """

    ways: Mapping[Decision, tuple[Way, ...]]
    searched: int
    beyond: tuple[Decision, ...]


def what_if(facts: Facts, up_to: int = 3, effort: int = EFFORT) -> WhatIf:
    """The other decisions that the law could give if some of the known facts were different, up to so many of them."""
    return _Search(facts, effort).run(up_to)


@dataclass(frozen=True)
class _Class:
    """Values of a fact that the law does not tell apart here: one of them, and all of them."""

    sample: Value
    values: tuple[Value, ...] = ()
    span: Span | None = None


class _TooMuchError(Exception):
    """The law was asked as often as it may be."""


class _Search:
    """One transaction and what may be different in it."""

    def __init__(self, facts: Facts, effort: int) -> None:
        self.facts = facts
        self.names = tuple(name for name in ASKING_ORDER if name in facts)
        self.left = effort
        self._asked: dict[frozenset[tuple[str, Value]], frozenset[Hashable]] = {}

    def run(self, up_to: int) -> WhatIf:
        now = self.results(self.facts)
        others = {decision for decision in decisions() if decision not in now}
        possible: dict[Decision, list[Way]] = {}
        settled: dict[Decision, list[Way]] = {}
        searched = 0
        for size in range(1, min(up_to, len(self.names)) + 1):
            if 4 * comb(len(self.names), size) > self.left:
                break
            wanted = {True: others - settled.keys(), False: others - possible.keys()}
            found: dict[bool, dict[Decision, list[Way]]] = {True: {}, False: {}}
            try:
                for free in combinations(self.names, size):
                    self.of_set(free, wanted, found)
            except _TooMuchError:
                break
            settled.update(found[True])
            possible.update(found[False])
            searched = size
            if len(settled) == len(others):
                break
        ways = {}
        for decision in decisions():
            sure, open_ = settled.get(decision, []), possible.get(decision, [])
            fewer = [way for way in open_ if not sure or len(way.changes) <= len(sure[0].changes)]
            if sure or fewer:
                ways[decision] = (*sure, *fewer)
        return WhatIf(ways, searched, tuple(one for one in decisions() if one in others and one not in ways))

    def of_set(
        self,
        free: tuple[str, ...],
        wanted: Mapping[bool, set[Decision]],
        found: Mapping[bool, dict[Decision, list[Way]]],
    ) -> None:
        """The ways in which these facts together bring a decision that is wanted."""
        base = {name: value for name, value in self.facts.items() if name not in free}
        within = self.results(base) & (wanted[True] | wanted[False])
        if not within:
            return
        leaves = dict(self.leaves(free, base, within))
        for decision in within:
            assert isinstance(decision, tuple)
            for settles in (True, False):
                if decision not in wanted[settles]:
                    continue
                brings = {
                    chosen: decision in results and (len(results) == 1) is settles
                    for chosen, results in leaves.items()
                }
                for way in self.told(free, brings, settles):
                    found[settles].setdefault(decision, []).append(way)

    def leaves(
        self,
        free: tuple[str, ...],
        known: Known,
        wanted: frozenset[Hashable],
        chosen: tuple[_Class, ...] = (),
    ) -> Iterator[tuple[tuple[_Class, ...], frozenset[Hashable]]]:
        """The results for a value of each class of each of these facts, where they can be among those wanted."""
        if not free:
            yield chosen, self.results(known)
            return
        for one in self.classes(free[0], known):
            after = {**known, free[0]: one.sample}
            if not contradictions(after) and self.results(after) & wanted:
                yield from self.leaves(free[1:], after, wanted, (*chosen, one))

    def told(
        self, free: tuple[str, ...], brings: Mapping[tuple[_Class, ...], bool], settles: bool
    ) -> list[Way]:
        """The choices of classes that bring it, told as few ways as they can be."""
        chosen = [classes for classes, does in brings.items() if does]
        if not chosen:
            return []
        if _weighed_together(free) or any(not one.values and one.span is None for one in chosen[0]):
            one_each = zip(free, chosen[0], strict=True)
            changes = tuple(Different(name, one.values or (one.sample,)) for name, one in one_each)
            return [Way(changes, settles, example=True)]
        return [Way(changes, settles) for changes in _boxes(free, chosen)]

    def results(self, known: Known) -> frozenset[Hashable]:
        """Every decision that is possible under these facts."""
        key = frozenset(known.items())
        found = self._asked.get(key)
        if found is None:
            if self.left <= 0:
                raise _TooMuchError
            self.left -= 1
            facts = Facts(dict(known), self.facts.not_sure)
            found = self._asked[key] = Possibilities(facts).results(DECISION)
        return found

    # ---- classes of values

    def classes(self, fact: str, known: Known) -> list[_Class]:
        """The classes of a fact's values under the facts known and chosen."""
        kind = FACTS[fact].kind
        if kind is Kind.FLAG:
            return [_Class(value, (value,)) for value in (True, False)]
        if kind is Kind.CHOICE:
            return [_Class(value, (value,)) for value in FACTS[fact].values]
        if kind is Kind.COUNTRY:
            return _countries(fact, known.get("date"))
        if kind is Kind.DATE:
            return _days()
        return self.numbers(fact, known)

    def numbers(self, fact: str, known: Known) -> list[_Class]:
        """The ranges of a number that the law tells apart."""
        missing = set(Possibilities(Facts(dict(known), self.facts.not_sure)).missing())
        if fact not in missing:
            return []
        starts: set[Start] = {(Fraction(0), 0), (Fraction(0), 1)}
        partners: list[str] = []
        for test in _weighing(fact):
            open_ = {name for name in test.facts if name not in known}
            if open_ <= missing:  # else it makes no difference here
                starts |= set(_starts(fact, test, known))
                partners += open_ - {fact}
        starts |= set(_related(fact, known))
        if len(partners) > len(
            set(partners)
        ):  # tests that share an open number: a limit may lie where they cross
            return [_Class(value) for value in self.samples(fact, known)]
        return _ranges(starts, whole=FACTS[fact].kind is Kind.COUNT)

    def samples(self, fact: str, known: Known) -> list[Value]:
        """A value in each range of a number, whatever is asked before it."""
        first, branches = Possibilities(Facts(dict(known), self.facts.not_sure)).branches()
        if first is None or ASKING_ORDER.index(first) > ASKING_ORDER.index(fact):
            return []
        if first == fact:
            return [value for value, _results in branches]
        found: dict[Value, None] = {}
        for value, _results in branches:
            found.update(dict.fromkeys(self.samples(fact, {**known, first: value})))
        return list(found)


@cache
def decisions() -> tuple[Decision, ...]:
    """Every decision of the law, in the order in which it comes to them."""
    return tuple(dict.fromkeys((*(decision for _condition, decision in DECISION.steps), DECISION.otherwise)))


@cache
def _tests() -> tuple[InGroup | IsCountry | Since | Weigh | Provision, ...]:
    """Every test that the decision rests on."""
    found = {
        id(node): node
        for condition, _decision in DECISION.steps
        for node in walk(condition)
        if isinstance(node, (InGroup, IsCountry, Since, Weigh, Provision))
    }
    return tuple(found.values())


@cache
def _days() -> list[_Class]:
    """The stretches of days on which the law reads alike."""
    days = set(places.CHANGES)
    for test in _tests():
        if isinstance(test, Since):
            days.add(test.day)
        elif isinstance(test, Provision):
            days.update(version.start for version in test.versions)
    first, *rest = sorted(days)
    spans = [_Class(first - datetime.timedelta(days=1), span=Span(None, (first, 0)))]
    for day, following in zip((first, *rest), (*rest, None), strict=True):
        spans.append(_Class(day, span=Span((day, 0), (following, 0) if following else None)))
    return spans


@cache
def _countries(fact: str, day: Value | None) -> list[_Class]:
    """The countries that every test treats alike: on the day, or on every day if it is not known."""
    tests = [test for test in _tests() if isinstance(test, (InGroup, IsCountry)) and test.fact == fact]
    days = [day] if isinstance(day, datetime.date) else [datetime.date.min, *places.CHANGES]
    alike: dict[tuple[bool, ...], list[Value]] = {}
    for code in places.COUNTRIES:
        if fact == "destination" and code == "US":
            continue
        signature = tuple(
            test.holds(code) if isinstance(test, IsCountry) else test.holds(code, one)
            for test in tests
            for one in (days if isinstance(test, InGroup) else days[:1])
        )
        alike.setdefault(signature, []).append(code)
    return [_Class(codes[0], tuple(codes)) for codes in alike.values()]


@cache
def _weighing(fact: str) -> tuple[Weigh, ...]:
    return tuple(test for test in _tests() if isinstance(test, Weigh) and fact in test.facts)


def _weighed_together(free: Iterable[str]) -> bool:
    """Whether the limits of one of these numbers depend on another."""
    return any(other in test.facts for fact, other in combinations(free, 2) for test in _weighing(fact)) or {
        "training_operations",
        "additional_operations",
    } <= set(free)


def _starts(fact: str, test: Weigh, known: Known) -> Iterator[Start]:
    """Where a test of this number changes, with every open number of it as small as can be."""
    coefficient, rest = Fraction(0), Fraction(0)
    for term in test.terms:
        product = term.coefficient
        for factor in term.factors:
            if factor != fact:
                number = known.get(factor, Decimal(0))
                assert isinstance(number, Decimal)
                product *= Fraction(number)
        if fact in term.factors:
            coefficient += product
        else:
            rest += product
    if coefficient:
        limit = (test.limit - rest) / coefficient
        if limit >= 0:
            yield limit, int((coefficient > 0) is not test.strict)


def _related(fact: str, known: Known) -> Iterator[Start]:
    """The limit that the one relation between two numbers sets: training added is part of all training."""
    total, added = known.get("training_operations"), known.get("additional_operations")
    if fact == "additional_operations" and isinstance(total, Decimal):
        yield Fraction(total), 1
    if fact == "training_operations" and isinstance(added, Decimal):
        yield Fraction(added), 0


def _ranges(starts: Iterable[Start], *, whole: bool) -> list[_Class]:
    """The ranges between these starts, as far as a finite decimal, or a whole number, lies in them."""
    within = sorted({_whole(start) for start in starts} if whole else starts)
    found = []
    for start, end in zip(within, (*within[1:], None), strict=True):
        sample = start[0] if whole else _decimal_within(start, end)
        if isinstance(sample, Fraction):
            found.append(_Class(_decimal(sample), span=Span(start if start != _ZERO else None, end)))
    return found


def _whole(start: Start) -> Start:
    """The same start among whole numbers: at the first of them."""
    low, after = start
    assert isinstance(low, Fraction)
    return Fraction(floor(low) + (1 if after or low.denominator != 1 else 0)), 0


def _decimal_within(start: Start, end: Start | None) -> Fraction | None:
    """A finite decimal in a range; None if there is none."""
    low, after = start
    assert isinstance(low, Fraction)
    if not after and _is_decimal(low):
        return low
    if end is None:
        return Fraction(floor(2 * low) + 1)
    high = end[0]
    assert isinstance(high, Fraction)
    middle, scale = (low + high) / 2, 1
    while low < high:
        near = Fraction(round(middle * scale), scale)
        if low < near < high:
            return near
        scale *= 10
    return None


def _is_decimal(number: Fraction) -> bool:
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _decimal(number: Fraction) -> Decimal:
    scale = 0
    while number.denominator != 1:
        number, scale = number * 10, scale + 1
    return Decimal((0, tuple(map(int, str(number.numerator))), -scale))


def _boxes(free: tuple[str, ...], chosen: list[tuple[_Class, ...]]) -> list[tuple[Different, ...]]:
    """The choices put together: classes of one fact that go with the same choices of the others are one line."""
    if not free:
        return [()]
    after: dict[_Class, list[tuple[_Class, ...]]] = {}
    for first, *rest in chosen:
        after.setdefault(first, []).append(tuple(rest))
    alike: dict[tuple[tuple[_Class, ...], ...], list[_Class]] = {}
    for one, rests in after.items():
        alike.setdefault(tuple(rests), []).append(one)
    return [
        (_different(free[0], classes), *others)
        for rests, classes in alike.items()
        for others in _boxes(free[1:], list(rests))
    ]


def _different(fact: str, classes: list[_Class]) -> Different:
    spans: list[Span] = []
    for one in classes:
        if one.span is None:
            continue
        if spans and spans[-1].end == one.span.start and spans[-1].end is not None:
            spans[-1] = Span(spans[-1].start, one.span.end)
        else:
            spans.append(one.span)
    return Different(fact, tuple(value for one in classes for value in one.values), tuple(spans))


NAMED = 6
"""Countries that are named one by one where the law's own words say which they are."""


def _say_countries(change: Different, day: Value | None, say: Say) -> tuple[str, ...]:
    """Countries by what they are in the law on a day, or all but these, whichever is shorter; else by their names."""
    every = [code for code in places.COUNTRIES if (change.fact, code) != ("destination", "US")]
    words = _groups(frozenset(change.values), every, day, say)
    others = _groups(frozenset(every).difference(change.values), every, day, say)
    if len("".join(others)) < len("".join(words)):
        return (say(_("any country but these:")) if others else say(_("any country")), *others)
    return words


def _groups(codes: frozenset[Value], every: list[str], day: Value | None, say: Say) -> tuple[str, ...]:
    """The countries by the phrase that says what they are; all are named where the phrase fits others too."""
    of_phrase: dict[str, list[str]] = {}
    for code in every:
        phrase = places.describe(code, day) if isinstance(day, datetime.date) else ""
        of_phrase.setdefault(phrase, []).append(code)
    words = []
    for phrase, members in of_phrase.items():
        names = [say(places.COUNTRIES[code].name) for code in members if code in codes]
        if not names:
            continue
        whole = bool(phrase) and len(names) == len(members) > 1
        shown = names[:3] if whole and len(names) > NAMED else names
        listed = ("; " if any("," in name for name in shown) else ", ").join(shown)
        if len(shown) < len(names):
            listed = say(_("{names} and {count} more")).format(names=listed, count=len(names) - len(shown))
        words.append(f"{say(phrase)}: {listed}" if whole else listed)
    return tuple(words)
