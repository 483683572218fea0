"""The pieces of which diagrams are made: ranges of numbers, a value in each, and the classes that values fall in."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from rules import places
from rules.conditions import InGroup, IsCountry, Known, Term, Weigh, at_most, below, is_
from rules.diagram import (
    FALSE_NODE,
    TRUE_NODE,
    ZERO,
    Diagram,
    Start,
    boundary,
    decimal,
    fraction,
    plain,
    samples,
)
from rules.facts import ALL_ENTRIES, ENTRIES, HARDWARE, ITEMS, read
from rules.law import EFFECTIVE, walk
from rules.possibility import ASKING_ORDER, Possibilities
from rules.provisions.conclusion import DECISION
from rules.truth import Truth
from rules.verification.subject import the_law

DIAGRAM = the_law().diagram
THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    "starts",
    [
        [ZERO],
        [ZERO, (0, 1)],
        [ZERO, (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (4, 0), (4, 1)],
        [ZERO, (0, 1), (THIRD, 0), (THIRD, 1), (Fraction(1, 2), 0), (Fraction(1, 2), 1), (5, 0)],
        [ZERO, (THIRD, 1), (THIRD + Fraction(1, 10**20), 0)],
        [ZERO, (Fraction(7, 10), 1), (Fraction(3, 4), 1), (10**26, 1)],
    ],
)
def test_each_range_has_a_decimal_of_its_own_unless_it_is_a_value_that_none_writes(
    starts: list[Start],
) -> None:
    found = samples(starts)
    assert len(found) == len(starts)
    for value, (low, after), end in zip(found, starts, [*starts[1:], None], strict=True):
        if value is None:
            assert not after
            assert isinstance(low, Fraction)
            assert low.denominator % 3 == 0
            continue
        assert (low, after) <= (value, 0)
        assert end is None or (value, 0) < end
        assert Fraction(decimal(Fraction(value))) == value
        assert after or value == low, "the start itself, where it lies in its range"


def test_between_whole_numbers_that_leave_room_stands_a_whole_number() -> None:
    for low, high, between in ((0, 4, 2), (0, 2, 1), (5, None, 11)):
        found = samples([(low, 1), *([(high, 0)] if high else [])])[0]
        assert (found, type(found)) == (between, int)
    assert samples([(Fraction(1, 2), 1), (Fraction(5, 2), 0)])[0] in (1, 2)


@pytest.mark.parametrize(
    ("value", "written"), [("0", "0"), ("7", "7"), ("1/8", "0.125"), ("148/25", "5.92"), ("31/10", "3.1")]
)
def test_a_finite_decimal_is_written_exactly(value: str, written: str) -> None:
    assert decimal(Fraction(value)) == Decimal(written)
    assert fraction(Decimal(written)) == Fraction(value)
    assert decimal(Fraction(value)).as_tuple() == Decimal(written).as_tuple()


def test_whole_numbers_are_integers_and_what_is_no_number_is_refused() -> None:
    assert type(plain(Fraction(6, 2))) is int
    assert plain(Fraction(6, 2)) == 3
    assert plain(THIRD) == THIRD
    with pytest.raises(TypeError, match="no number"):
        fraction("5")


def test_past_a_limit_is_the_limit_itself_only_where_it_is_strict() -> None:
    terms = (Term(Fraction(2), ("tpp",)),)
    assert boundary(Weigh(terms, Fraction(10))) == (5, 1)
    assert boundary(Weigh(terms, Fraction(10), strict=True)) == (5, 0)


def test_a_value_falls_in_the_class_that_starts_at_or_before_it() -> None:
    density = DIAGRAM.of_fact["performance_density"]
    classes = [
        density.branch(Decimal(one)) for one in ("0", "1.59", "1.6", "3.19", "3.2", "5.91", "5.92", "9")
    ]
    assert classes == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [density.branch(fraction(Decimal(one))) for one in ("1.59", "1.6")] == [0, 1]
    assert [density.branch(value) for value in density.values] == [0, 1, 2, 3]
    date = DIAGRAM.of_fact["date"]
    eve, day = (date.branch(datetime.date(2025, 1, number)) for number in (12, 13))
    assert eve == day - 1
    assert [date.branch(value) for value in date.values] == list(range(date.arity))
    entry = DIAGRAM.of_fact["entry"]
    assert entry.values[-1] is None
    assert [entry.branch(value) for value in entry.values[:-1]] == list(range(entry.arity - 1))


def test_equal_nodes_are_one_and_those_that_divide_a_number_otherwise_are_others() -> None:
    diagram = Diagram(ASKING_ORDER, [at_most("tpp", 5), below("tpp", 7)])
    tpp, kids = diagram.of_fact["tpp"], (FALSE_NODE, TRUE_NODE)
    ranges: tuple[tuple[Start, ...], ...] = ((), (ZERO, (5, 0)), (ZERO, (6, 0)))
    nodes = [diagram.make(tpp, kids, starts) for starts in ranges]
    assert len({*nodes, FALSE_NODE, TRUE_NODE}) == 5
    assert [diagram.make(tpp, kids, starts) for starts in ranges] == nodes
    assert [diagram.unique[key] for key in ((tpp.level, kids), (tpp.level, kids, ranges[1]))] == nodes[:2]
    assert [diagram.starts.get(node, ()) for node in nodes] == list(ranges)
    assert diagram.make(tpp, (TRUE_NODE, TRUE_NODE)) == TRUE_NODE
    assert diagram.others[diagram.make(tpp, (*kids, FALSE_NODE))] == kids


def test_leaves_are_told_apart_by_what_they_carry() -> None:
    diagram = Diagram(ASKING_ORDER, [])
    leaves = [
        diagram.make_leaf(result) for result in (False, True, None, "one", ("one", None), ("one", "two"), 1)
    ]
    assert leaves[:2] == [FALSE_NODE, TRUE_NODE]
    assert len(set(leaves)) == 7
    assert [diagram.leaf[leaf] for leaf in leaves] == [
        False,
        True,
        None,
        "one",
        ("one", None),
        ("one", "two"),
        1,
    ]
    assert [diagram.make_leaf(result) for result in (None, "one")] == leaves[2:4]
    assert diagram.results(diagram.below[leaves[3]] | diagram.below[leaves[4]]) == {"one", ("one", None)}
    assert diagram.results(diagram.result_bits) == {False, True, None, "one", ("one", None), ("one", "two")}
    assert diagram.results(diagram.fact_bits) == frozenset()


@pytest.mark.parametrize("fact", ["destination", "headquarters", "ultimate_parent"])
def test_countries_of_a_class_are_in_the_same_groups_on_every_day(fact: str) -> None:
    conditions = [node for condition, _result in DECISION.steps for node in walk(condition)]
    tests = [node for node in conditions if isinstance(node, (InGroup, IsCountry)) and node.fact == fact]
    said: dict[int, set[tuple[Truth, ...]]] = {}
    for code, number in (DIAGRAM.of_fact[fact].classes or {}).items():
        known = [Known({fact: code, "date": day}) for day in (EFFECTIVE, *places.CHANGES)]
        said.setdefault(number, set()).add(tuple(one(test) for one in known for test in tests))
    assert len(said) > 5
    assert all(len(alike) == 1 for alike in said.values())


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_has_an_entry_of_its_kind_or_none(item: str) -> None:
    for entry in ALL_ENTRIES:
        found = Possibilities(read({"item": item})).results(is_("entry", entry))
        assert found == ({True, False} if entry in ENTRIES.get(item, ()) else {False}), entry
    hardware = item in HARDWARE
    deemed = Possibilities(read({"item": item})).results(is_("activity", "deemed_export"))
    assert deemed == ({False} if hardware else {True, False})
