"""Numbers as people type them: every notation the contract names, both sides of what it refuses, and exactness."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from rules.numbers import MAX_CHARACTERS, InvalidValue, plain, read_number, say_number

TEN_26 = Decimal("1e26")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1e26", TEN_26),
        ("1E26", TEN_26),
        ("1e+26", TEN_26),
        ("10^26", TEN_26),
        ("10**26", TEN_26),
        ("10²⁶", TEN_26),
        ("1 × 10²⁶", TEN_26),
        ("1.2 × 10^26", Decimal("1.2e26")),
        ("1.2×10^26", Decimal("1.2e26")),
        ("1.2 x 10^26", Decimal("1.2e26")),
        ("1.2 * 10^26", Decimal("1.2e26")),
        ("1.2·10²⁶", Decimal("1.2e26")),
        ("2.5e-3", Decimal("0.0025")),
        ("10⁻³", Decimal("0.001")),
        ("26,900,000", Decimal(26900000)),
        ("26,900,000.5", Decimal("26900000.5")),
        ("1,234", Decimal(1234)),
        ("0", Decimal(0)),
        ("0.0", Decimal(0)),
        ("5.92", Decimal("5.92")),
        ("1.000", Decimal(1)),
        ("00012", Decimal(12)),
        ("１２３", Decimal(123)),
        ("１．５ｅ２６", Decimal("1.5e26")),
        ("１０＾２６", TEN_26),
        ("２６，９００，０００", Decimal(26900000)),
        ("  4800\t", Decimal(4800)),
        ("1.2\u00a0×\u202f10^26", Decimal("1.2e26")),
        ("1e999", Decimal("1e999")),
        ("99999999999999999999999999", Decimal(99999999999999999999999999)),
        ("4799.9999999999999999", Decimal("4799.9999999999999999")),
    ],
)
def test_reads_what_people_type(typed: str, value: Decimal) -> None:
    assert read_number(typed) == value


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "-1", "−1", "-0", "nan", "inf", "Infinity", "1e1000", "1e-1000", "10^1000", "1,5", "1.234,5",
        "12,34", "1,2345", ",123", "1_000", "0x10", "1 000", "26 900 000", "١٢٣", "१२", "Ⅻ", "½", "²", "10²⁶e3",
        "2^87", "1e", "e26", "1e2.5", "1.2.3", "1..2", ".", "1.", ".5", "10^", "10^^3", "× 10^3", "1.2 ×", "1e26 FLOP",
        "+5", "1e26\u202e", "\u200b1", "1\u0000", "9" * (MAX_CHARACTERS + 1), "１２３４５６７８９０" * 7, "10²⁶²⁶",
        "10⁻⁻³", "1e--3", "a lot",
    ],
)  # fmt: skip
def test_refuses_everything_else_and_says_what_is_allowed(typed: str) -> None:
    with pytest.raises(InvalidValue, match="10\\^26"):
        read_number(typed)


def test_a_decimal_comma_is_answered_with_a_hint() -> None:
    with pytest.raises(InvalidValue, match=r"1\.5, not 1,5"):
        read_number("1,5")


def test_sixty_characters_are_taken_and_one_more_is_not() -> None:
    assert read_number("9" * 60) == 10**60 - 1
    with pytest.raises(InvalidValue, match="longer than 60 characters"):
        read_number("0" * 61)


def test_one_operation_short_of_ten_to_the_26_stays_short() -> None:
    assert read_number("99999999999999999999999999") < TEN_26
    assert read_number("100000000000000000000000000") == TEN_26
    assert not read_number("99999999999999999999999999.999999999") >= TEN_26


@pytest.mark.parametrize(
    ("value", "said"),
    [("1e26", "10²⁶"), ("1.2e26", "1.2 × 10²⁶"), ("26900000", "26,900,000"), ("5.920", "5.92"), ("0", "0"),
     ("0.0025", "0.0025"), ("15824", "15,824"), ("1e-9", "10⁻⁹"), ("1234567.5", "1,234,567.5")],
)  # fmt: skip
def test_says_a_number_exactly(value: str, said: str) -> None:
    assert say_number(Decimal(value)) == said


@pytest.mark.parametrize(
    ("value", "spelled"),
    [("1e20", "1" + 20 * "0"), ("1e21", "1e21"), ("1e-6", "0.000001"), ("1e-7", "1e-7"),
     ("1." + 19 * "0" + "1", "1." + 19 * "0" + "1"), ("1." + 20 * "0" + "1", "1." + 20 * "0" + "1e0")],
)  # fmt: skip
def test_very_large_small_and_long_numbers_are_spelled_with_an_exponent(value: str, spelled: str) -> None:
    assert plain(Decimal(value)) == spelled


numbers = st.builds(
    lambda digits, exponent: Decimal((0, tuple(map(int, str(digits))), exponent)),
    st.integers(0, 10**30),
    st.integers(-25, 40),
)


@given(numbers)
def test_the_canonical_spelling_reads_back_and_is_one(number: Decimal) -> None:
    written = plain(number)
    if len(written) <= MAX_CHARACTERS:
        assert read_number(written) == number
    assert plain(Decimal(written)) == written
    tripled = Decimal((0, (*number.as_tuple().digits, 0, 0), int(number.as_tuple().exponent) - 2))
    assert plain(tripled) == written


@given(numbers)
def test_what_is_said_reads_back(number: Decimal) -> None:
    said = say_number(number)
    if len(said) <= MAX_CHARACTERS:
        assert read_number(said) == number


@given(st.text(max_size=70))
def test_any_text_is_read_exactly_or_refused(text: str) -> None:
    number = None
    with contextlib.suppress(InvalidValue):
        number = read_number(text)
    if number is not None:
        assert number.is_finite()
        assert number >= 0
