"""Planes of numbers weighed together: in whole numbers, none of them rounded."""

from __future__ import annotations

from fractions import Fraction

from rules.weighing import plane


def test_a_plane_keeps_its_constant_where_that_has_no_divisor_in_common_with_the_rest() -> None:
    assert plane({"x": Fraction(2, 3)}, Fraction(1, 3)) == ((("x", 2),), 1)
    assert plane({"x": Fraction(2, 3)}, Fraction(4, 3)) == ((("x", 1),), 2)
    assert plane({"x": 4, "y": -6}, 3) == ((("x", 4), ("y", -6)), 3)
