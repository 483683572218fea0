"""Numbers weighed together: planes in whole numbers, and what is spelled out for a number that nobody is sure of."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from dataclasses import replace
from fractions import Fraction

import pytest

from rules import Facts
from rules.diagram import FALSE_NODE, TRUE_NODE, ZERO, Variable
from rules.left import Left
from rules.possibility import _law
from rules.provisions.conclusion import DECISION
from rules.weighing import ByDate, Known, Weighed, _Stages, plane, weighed

RECEIVED, LIMIT = "lpp_tpp_received_this_year", 26_900_000


def test_a_plane_keeps_its_constant_where_that_has_no_divisor_in_common_with_the_rest() -> None:
    assert plane({"x": Fraction(2, 3)}, Fraction(1, 3)) == ((("x", 2),), 1)
    assert plane({"x": Fraction(2, 3)}, Fraction(4, 3)) == ((("x", 1),), 2)
    assert plane({"x": 4, "y": -6}, 3) == ((("x", 4), ("y", -6)), 3)


@pytest.mark.parametrize("number", ["tpp", "uveu_total_tpp", "training_operations"])
def test_a_number_nobody_is_sure_of_is_spelled_out_also_when_nothing_is_known(number: str) -> None:
    whole, _plans = _law()
    root = whole.diagram.ordered(DECISION)
    as_it_is = whole.left(root)
    assert Left(whole, Facts()).node(root) == as_it_is
    assert Left(whole, Facts(), spelled=frozenset([number])).node(root) != as_it_is


def test_a_number_nobody_is_sure_of_is_spelled_out_also_where_no_item_is_looked_at() -> None:
    whole, _plans = _law()
    _group, test = annual_limit()
    root = whole.diagram.make(test, (TRUE_NODE, FALSE_NODE))
    assert Left(whole, Facts()).node(root) == root
    assert Left(whole, Facts(), spelled=frozenset(["tpp"])).node(root) != root


def test_a_number_is_divided_by_its_classes_if_these_are_enough() -> None:
    whole, _plans = _law()
    tpp = whole.diagram.of_fact["tpp"]
    by_class = whole.diagram.make(tpp, (FALSE_NODE, *[TRUE_NODE] * (tpp.arity - 1)))
    cells = [(ZERO, FALSE_NODE), ((0, 1), FALSE_NODE), (tpp.starts[1], TRUE_NODE)]
    left = Left(whole, Facts())
    assert left._ranges(tpp.level, cells, 0) == by_class
    within = left._ranges(tpp.level, [*cells, ((5000, 0), FALSE_NODE)], 0)
    assert left.starts(within) == (ZERO, tpp.starts[1], (5000, 0))
    late = left._ranges(tpp.level, cells, whole.diagram.bit["tpp"])
    assert late != by_class
    assert left.looks(late) == whole.diagram.bit["tpp"]


def annual_limit() -> tuple[Weighed, Variable]:
    """The test of 740.29(a): what was received and this shipment, tpp * units, against the year's limit."""
    group = _law()[0].group[RECEIVED]
    assert isinstance(group, Weighed)
    return group, next(test for test in group.tests if set(test.facts) == {"tpp", "units", RECEIVED})


def test_a_number_beside_one_that_is_zero_is_not_looked_at() -> None:
    group, test = annual_limit()
    bit, none = group.diagram.bit, frozenset[str]()
    assert weighed(group.diagram, test, {"units": 0}, {"units": 0}, none).bits == bit[RECEIVED]
    assert weighed(group.diagram, test, {"units": 1}, {"units": 1}, none).bits == bit[RECEIVED] | bit["tpp"]


@pytest.mark.parametrize(
    ("known", "strict", "cut", "below"),
    [
        # With units open, at none of them: met as long as what was received alone is within the limit.
        ({RECEIVED: LIMIT}, False, (0, 0), 1),
        ({RECEIVED: LIMIT + 1}, False, (0, 0), 0),
        ({RECEIVED: LIMIT - 1}, True, (0, 0), 1),
        ({RECEIVED: LIMIT}, True, (0, 0), 0),
        # With units known: met up to the number at which the limit is reached; that number included, if not strict.
        ({RECEIVED: 0, "units": 10}, False, (LIMIT // 10, 1), 0),
        ({RECEIVED: 0, "units": 10}, True, (LIMIT // 10, 0), 0),
    ],
)
def test_where_a_number_nobody_is_sure_of_settles_a_test(
    known: dict[str, int], strict: bool, cut: tuple[int, int], below: int
) -> None:
    group, test = annual_limit()
    stages = _Stages(group, group.diagram.test_bits, known, frozenset({"tpp"}))
    stages.own[test.level] = frozenset({"units"})
    assert test.weigh is not None
    assert stages._cut(replace(test, weigh=replace(test.weigh, strict=strict)), known) == ("tpp", cut, below)


def test_zero_and_each_limit_is_a_range_of_its_own() -> None:
    """What is used outside may be a quarter of the total: 100 are, from a total of 400 on."""
    group = _law()[0].group["uveu_total_tpp"]
    assert isinstance(group, Weighed)
    known = {"uveu_outside_tpp": 100}
    stages = _Stages(group, group.diagram.test_bits, known, frozenset())
    ranges = stages.ranges("uveu_total_tpp", [], known, {})
    assert [start for start, _value in ranges] == [(0, 0), (0, 1), (400, 0), (400, 1)]
    values = [value for _start, value in ranges]
    assert values[::2] == [0, 400]
    assert 0 < values[1] < 400 < values[3]


def test_no_weighing_is_reached_where_a_number_that_multiplies_an_open_one_is_zero() -> None:
    group, _test = annual_limit()
    known = {RECEIVED: 0}
    ranges = _Stages(group, group.diagram.test_bits, known, frozenset()).ranges("tpp", [], known, {})
    assert [start for start, _value in ranges] == list(group.diagram.of_fact["tpp"].starts)
    assert ranges[0][1] > 0


def test_a_factor_that_comes_late_is_weighed_at_the_ends_of_its_classes() -> None:
    """So many units of 21000, 4800, 2400 and 1600 each reach the year's limit."""
    group, _test = annual_limit()
    known = {RECEIVED: 0}
    ranges = _Stages(group, group.diagram.test_bits, known, frozenset({"tpp"})).ranges(
        "units", ["tpp"], known, {}
    )
    past = [LIMIT // each + 1 for each in (21_000, 4_800, 2_400, 1_600)]
    assert [start for start, _value in ranges] == [(0, 0), (1, 0), *((units, 0) for units in past)]


def test_a_day_on_which_a_limit_changes_belongs_to_the_new_one() -> None:
    (group,) = [one for one in _law()[0].groups if isinstance(one, ByDate)]
    periods, installed = group._periods, 700_000_000
    stage = group.stage(group.bits, Known({periods.fact: installed}, None), frozenset())
    starts = [start for start, _branch, _after in stage.cells]
    assert starts == sorted(starts)
    for day in (*periods.days, *group.diagram.days):
        for one in (day, day - datetime.timedelta(1)) if day != datetime.date.min else (day,):
            _start, branch, after = stage.cells[bisect_right(starts, (one, 0)) - 1]
            assert branch == group.diagram.of_fact["date"].branch(one)
            assert list(after.held.values()) == [0 if periods.holds(one, installed) else 1]
