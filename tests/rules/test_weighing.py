"""Numbers weighed together: planes in whole numbers, and what is spelled out for a number that nobody is sure of."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rules import Facts
from rules.diagram import Variable
from rules.left import Left
from rules.possibility import _law
from rules.provisions.conclusion import DECISION
from rules.weighing import Weighed, _Stages, plane, weighed

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
    ("known", "cut", "below"),
    [
        # With units open, at none of them: met as long as what was received alone is within the limit.
        ({RECEIVED: LIMIT}, (0, 0), 1),
        ({RECEIVED: LIMIT + 1}, (0, 0), 0),
        # With units known: met up to the number at which the limit is reached, that number included.
        ({RECEIVED: 0, "units": 10}, (LIMIT // 10, 1), 0),
    ],
)
def test_where_a_number_nobody_is_sure_of_settles_a_test(
    known: dict[str, int], cut: tuple[int, int], below: int
) -> None:
    group, test = annual_limit()
    stages = _Stages(group, group.diagram.test_bits, known, frozenset({"tpp"}))
    stages.own[test.level] = frozenset({"units"})
    assert stages._cut(test, known) == ("tpp", cut, below)
