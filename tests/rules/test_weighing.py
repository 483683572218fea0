"""Numbers weighed together: planes in whole numbers, and what is spelled out for a number that nobody is sure of."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rules import Facts
from rules.left import Left
from rules.possibility import _law
from rules.provisions.conclusion import DECISION
from rules.weighing import plane


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
