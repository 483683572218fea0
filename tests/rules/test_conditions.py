"""Conditions one by one: what each is worth under facts that are known, and under facts that are not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rules.conditions import (
    Condition,
    Known,
    Term,
    Weigh,
    at_least,
    at_most,
    below,
    in_group,
    is_,
    sum_at_least,
    weigh,
    yes,
)
from rules.facts import read
from rules.truth import FALSE, TRUE, UNKNOWN, Truth


def worth(condition: Condition, **facts: object) -> Truth:
    return Known(read(facts))(condition)


@pytest.mark.parametrize(
    ("country", "group", "before", "after", "undated"),
    [
        ("CN", "D:5", TRUE, TRUE, TRUE),
        ("DE", "D:5", FALSE, FALSE, FALSE),
        ("KH", "D:5", TRUE, FALSE, UNKNOWN),  # left the group on 2026-02-03
        ("AE", "A:5", FALSE, TRUE, UNKNOWN),  # came to it on 2026-07-10
    ],
)
def test_without_a_date_a_country_is_in_a_group_if_it_is_on_every_day(
    country: str, group: str, before: Truth, after: Truth, undated: Truth
) -> None:
    test = in_group("destination", group)
    assert worth(test, destination=country, date="2025-02-01") is before
    assert worth(test, destination=country, date="2026-08-01") is after
    assert worth(test, destination=country) is undated
    assert worth(test, date="2025-02-01") is UNKNOWN


SHIPMENT = weigh(100, (1, "tpp * units"), (1, "lpp_tpp_received_this_year"))
SHARE = weigh(0, (1, "uveu_outside_tpp"), ("-0.25", "uveu_total_tpp"))


@pytest.mark.parametrize(
    ("test", "facts", "value"),
    [
        (SHIPMENT, {}, UNKNOWN),
        (SHIPMENT, {"tpp": 10, "units": 9, "lpp_tpp_received_this_year": 10}, TRUE),
        (SHIPMENT, {"tpp": 10, "units": 9, "lpp_tpp_received_this_year": "10.01"}, FALSE),
        (SHIPMENT, {"tpp": 10, "units": 11}, FALSE),  # no number is negative
        (SHIPMENT, {"tpp": 10, "units": 10}, UNKNOWN),
        (SHIPMENT, {"lpp_tpp_received_this_year": 101}, FALSE),
        (SHIPMENT, {"lpp_tpp_received_this_year": 100}, UNKNOWN),
        (SHIPMENT, {"units": 0, "lpp_tpp_received_this_year": 100}, TRUE),  # times whatever it is
        (SHIPMENT, {"units": 0, "lpp_tpp_received_this_year": 101}, FALSE),
        (SHARE, {"uveu_outside_tpp": 0}, TRUE),
        (SHARE, {"uveu_outside_tpp": 1}, UNKNOWN),
        (SHARE, {"uveu_total_tpp": 4}, UNKNOWN),
        (SHARE, {"uveu_total_tpp": 4, "uveu_outside_tpp": 1}, TRUE),
        (SHARE, {"uveu_total_tpp": 4, "uveu_outside_tpp": "1.01"}, FALSE),
        (sum_at_least(5, "tpp", "units"), {"tpp": 5}, TRUE),
        (sum_at_least(5, "tpp", "units"), {"tpp": 4}, UNKNOWN),
        (sum_at_least(5, "tpp", "units"), {"tpp": 4, "units": 1}, TRUE),
        (sum_at_least(5, "tpp", "units"), {"tpp": "4.9", "units": 0}, FALSE),
    ],
)
def test_a_sum_is_settled_as_soon_as_the_open_numbers_cannot_change_it(
    test: Condition, facts: dict[str, object], value: Truth
) -> None:
    assert worth(test, **facts) is value


@pytest.mark.parametrize(
    ("number", "within", "under"), [("4.9", TRUE, TRUE), (5, TRUE, FALSE), ("5.1", FALSE, FALSE)]
)
def test_a_limit_of_one_number(number: object, within: Truth, under: Truth) -> None:
    assert worth(at_most("tpp", 5), tpp=number) is within
    assert worth(below("tpp", 5), tpp=number) is under
    assert worth(at_least("tpp", 5), tpp=number) is ~under
    assert worth(at_most("tpp", 5)) is UNKNOWN


def test_a_limit_of_ten_decimals_or_of_a_product_is_none_of_one_number() -> None:
    assert worth(at_most("tpp", "0.0009765625"), tpp="0.0009765625") is TRUE
    assert worth(at_most("tpp", "0.0009765625"), tpp="0.0009765626") is FALSE
    assert worth(weigh(100, (1, "tpp * units")), tpp=10, units=10) is TRUE
    assert worth(weigh(100, (1, "tpp * units")), tpp=10, units=11) is FALSE


@pytest.mark.parametrize(
    ("number", "within"),
    [("0.333", TRUE), ("0.33333333333333333333", TRUE), ("0.33333333333333333334", FALSE)],
)
def test_a_limit_that_no_decimal_writes_is_exact(number: str, within: Truth) -> None:
    third = Weigh((Term(Fraction(1), ("tpp",)),), Fraction(1, 3))
    assert worth(third, tpp=number) is within
    assert worth(weigh(1, (3, "tpp")), tpp=number) is within
    assert worth(weigh("0.5", ("1.5", "tpp")), tpp=number) is within


def test_twice_a_number_has_half_the_limit() -> None:
    assert worth(weigh(10, (2, "tpp")), tpp=5) is TRUE
    assert worth(weigh(10, (2, "tpp")), tpp=6) is FALSE


def test_an_entry_is_none_of_those_of_items_that_have_one() -> None:
    test = is_("entry", "3A090")
    assert worth(test, entry="3A090") is TRUE
    assert worth(test, entry="3A001") is FALSE
    assert worth(test) is UNKNOWN
    assert worth(test, item="integrated_circuit") is UNKNOWN
    assert worth(test, item="model_weights") is FALSE
    assert worth(yes("datacenter"), item="model_weights") is UNKNOWN


def test_a_sum_in_whole_numbers_says_the_same() -> None:
    terms, limit = Weigh(
        (Term(Fraction(1, 4), ("tpp", "units")), Term(Fraction(-3, 2), ("units",))), Fraction(5, 6)
    ).whole
    assert terms == ((3, ("tpp", "units")), (-18, ("units",)))
    assert limit == 10
