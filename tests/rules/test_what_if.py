"""What would have to be different: every single change tried by brute force, and many pairs."""

from __future__ import annotations

import datetime
import itertools
import json
import random
from collections.abc import Hashable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import rules
from rules import places
from rules.facts import FACTS, Facts, Kind, Value, contradictions
from rules.possibility import Possibilities
from rules.provisions.conclusion import DECISION
from rules.what_if import Different, Span, Way, WhatIf, decisions, what_if

CASES = {
    one["id"]: one["facts"]
    for one in map(json.loads, (Path(__file__).parent / "worked_cases.jsonl").read_text().splitlines())
}
SAMPLE = random.Random(10).sample(sorted(CASES), 12)
PAIRS = random.Random(4).sample(sorted(CASES), 4)
INCOMPLETE = [(case, drop) for case, drop in zip(SAMPLE[:4], (2, 3, 5, 7), strict=True)]

SAID_TWICE = (
    "CN",
    "HK",
    "MO",
    "TW",
    "AE",
    "IR",
    "CU",
    "RU",
    "DE",
    "US",
    "IN",
    "PL",
    "SG",
    "MY",
    "KZ",
    "IL",
    "CY",
    "GL",
)
"""Countries of every sort that the law knows, and some of the same sort."""


def possible(known: dict[str, Value], not_sure: frozenset[str] = frozenset()) -> frozenset[Hashable]:
    return Possibilities(Facts(known, not_sure)).results(DECISION)


def values(fact: str, now: Value, few: bool = False) -> Iterator[Value]:
    """Values to try: every answer, every country, days and numbers on both sides of every limit."""
    kind = FACTS[fact].kind
    if kind is Kind.FLAG:
        yield from (True, False)
    elif kind is Kind.CHOICE:
        yield from FACTS[fact].values
    elif kind is Kind.COUNTRY:
        for code in SAID_TWICE if few else places.COUNTRIES:
            if (fact, code) != ("destination", "US"):
                yield code
    elif kind is Kind.DATE:
        days = [
            datetime.date.fromisoformat(day)
            for day in ("2025-01-13", "2025-01-16", "2026-01-15", "2026-07-10")
        ]
        days += [
            datetime.date(year, month, 1) for year in (2025, 2026, 2027, 2028) for month in (1, 4, 7, 10)
        ]
        for day in days[:4] if few else days:
            yield from (day - datetime.timedelta(days=1), day)
    else:
        assert isinstance(now, Decimal)
        for limit in (
            "0",
            "1600",
            "2400",
            "4800",
            "5.92",
            "3.2",
            "1.6",
            "790000",
            "26900000",
            "100",
            "1e26",
            "4100",
            "6500",
        ):
            yield from (Decimal(limit), *(() if few else (Decimal(limit) + 1,)))
        yield from (now, 2 * now, now * 100)


def holds(change: Different, value: Value) -> bool:
    return value in change.values or any(within(span, value) for span in change.spans)


def within(span: Span, value: Value) -> bool:
    assert isinstance(value, (Decimal, datetime.date))
    at = (Fraction(value) if isinstance(value, Decimal) else value, 0)
    return (span.start is None or span.start <= at) and (span.end is None or at < span.end)


def size(ways: tuple[Way, ...], settles: bool) -> int | None:
    return min((len(way.changes) for way in ways if way.settles is settles), default=None)


def agree(
    found: WhatIf, known: dict[str, Value], changed: dict[str, Value], not_sure: frozenset[str]
) -> None:
    """What a change brings is said, by the smallest ways or one as small; and a way never says more than is so."""
    after = {**known, **changed}
    if contradictions(after):
        return
    results = possible(after, not_sure)
    now = possible(known, not_sure)
    for decision in decisions():
        ways = found.ways.get(decision, ())
        told = [
            way
            for way in ways
            if not way.example
            and way.facts == tuple(changed)
            and all(holds(change, changed[change.fact]) for change in way.changes)
        ]
        brings = decision in results and decision not in now
        for way in told:
            assert brings, (decision, changed)
            assert way.settles is (len(results) == 1), (decision, changed)
        if brings:
            settles = len(results) == 1
            smallest = size(ways, settles) if settles else min(len(way.changes) for way in ways)
            assert smallest is not None, (decision, changed)
            assert smallest <= len(changed)
            examples = [way for way in ways if way.example and way.facts == tuple(changed)]
            if settles and smallest == len(changed):
                assert told or examples, (decision, changed)


def read(case: str, drop: int = 0) -> tuple[Facts, dict[str, Value]]:
    """A worked case, without every `drop`th of its facts."""
    given = {name: value for at, (name, value) in enumerate(CASES[case].items()) if not drop or at % drop}
    facts = rules.read(given)
    return facts, dict(facts)


@pytest.mark.parametrize(("case", "drop"), [*((case, 0) for case in SAMPLE), *INCOMPLETE])
def test_every_single_change_brings_what_is_said(case: str, drop: int) -> None:
    facts, known = read(case, drop)
    found = what_if(facts, up_to=1)
    assert found.searched == 1
    for fact, now in known.items():
        for value in values(fact, now):
            agree(found, known, {fact: value}, facts.not_sure)


@pytest.mark.parametrize("case", PAIRS)
def test_pairs_of_changes_bring_what_is_said(case: str) -> None:
    facts, known = read(case)
    found = what_if(facts, up_to=2)
    assert found.searched == 2
    names = [name for name in rules.possibility.ASKING_ORDER if name in known]
    pairs = list(itertools.combinations(names, 2))
    for first, second in random.Random(7).sample(pairs, 40):
        tried = itertools.product(
            values(first, known[first], few=True), values(second, known[second], few=True)
        )
        for one, other in list(tried)[::3]:
            agree(found, known, {first: one, second: other}, facts.not_sure)


@pytest.mark.parametrize("case", SAMPLE)
def test_every_way_does_what_it_says(case: str) -> None:
    """A value of each sort in every way, also where it is an example, gives that decision."""
    facts, known = read(case)
    found = what_if(facts, up_to=2)
    now = possible(known)
    for decision, ways in found.ways.items():
        assert decision not in now
        for way in ways:
            one_each = {
                change.fact: change.values[0] if change.values else sample(change.spans[0], change.fact)
                for change in way.changes
            }
            results = possible({**known, **one_each})
            assert decision in results, way
            assert way.settles is (len(results) == 1), way
    assert {*found.ways, *found.beyond} == {one for one in decisions() if one not in now}


def sample(span: Span, fact: str) -> Value:
    """A value in a range."""
    if FACTS[fact].kind is Kind.DATE:
        if span.start is not None:
            assert isinstance(span.start[0], datetime.date)
            return span.start[0]
        assert span.end is not None
        assert isinstance(span.end[0], datetime.date)
        return span.end[0] - datetime.timedelta(days=1)
    if span.start is None:
        return Decimal(0)
    low, after = span.start
    assert isinstance(low, Fraction)
    end = span.end[0] if span.end else None
    step = Fraction(after if end is None else 0)
    middle = (low + end) / 2 if isinstance(end, Fraction) and after else low + step
    return Decimal(middle.numerator) / Decimal(middle.denominator)


def test_two_facts_are_told_only_where_one_does_not_settle_it() -> None:
    facts, _known = read(SAMPLE[0])
    one, two = what_if(facts, up_to=1), what_if(facts, up_to=2)
    settled = {decision for decision, ways in one.ways.items() if size(ways, True) == 1}
    assert settled
    for decision, ways in two.ways.items():
        if decision in settled:
            assert all(len(way.changes) == 1 for way in ways)
    assert any(len(way.changes) == 2 for ways in two.ways.values() for way in ways)


def test_what_is_not_searched_is_said() -> None:
    facts, _known = read(SAMPLE[0])
    assert what_if(facts, up_to=2, effort=50).searched == 0
    one = what_if(facts, up_to=3, effort=400)
    assert one.searched == 1
    assert one.ways == what_if(facts, up_to=1).ways


def test_nothing_known_has_nothing_to_differ() -> None:
    found = what_if(rules.read({}))
    assert (found.ways, found.searched, found.beyond) == ({}, 0, ())


def test_a_fact_that_nobody_is_sure_of_stays_open() -> None:
    facts, _known = read(SAMPLE[0])
    names = [name for name in facts if name not in ("item", "date")][:3]
    unsure = rules.read({**facts.to_json(), **dict.fromkeys(names, "not_sure")})
    found = what_if(unsure, up_to=1)
    assert not {fact for ways in found.ways.values() for way in ways for fact in way.facts} & set(names)


def test_words() -> None:
    day = datetime.date(2026, 9, 1)
    assert Different("item", ("model_weights", "other")).says(day) == (
        "“AI model weights” or “Something else”",
    )
    assert Different("datacenter", (False,)).says(day) == ("no",)
    below = Span(None, (Fraction(1600), 0))
    middle = Span((Fraction(4800), 1), (Fraction(7000), 1))
    assert Different("tpp", (), (below, middle)).says(day) == (
        "less than 1,600 TPP or more than 4,800 TPP, and 7,000 TPP or less",
    )
    third = Span((Fraction(10, 3), 0), None)
    assert Different("performance_density", (), (third,)).says(day) == ("about 3.33333 TPP/mm² or more",)
    assert Different("date", (), (Span(None, (datetime.date(2025, 1, 13), 0)),)).says(day) == (
        "before 2025-01-13",
    )
    listed = tuple(code for code in places.COUNTRIES if "5(a)" in places.groups(code, day))
    assert Different("headquarters", listed).says(day) == (
        "AI Authorization country (supplement no. 5(a)): Australia, Belgium, Canada and 16 more",
    )
    others = tuple(code for code in places.COUNTRIES if code not in listed)
    assert Different("headquarters", others).says(day)[0] == "any country but these:"
    assert Different("headquarters", tuple(places.COUNTRIES)).says(day) == ("any country",)
    assert Different("headquarters", ("KP", "IR")).says(None) == ("Iran; Korea, North",)
    assert Different("headquarters", ("KZ",)).says(day) == ("Kazakhstan",)
