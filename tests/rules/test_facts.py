"""Reading a transaction: what is taken, what is refused, and that a refusal names the field and what is allowed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.facts import ENTRIES, FACTS, ITEMS, InvalidTransaction, Kind, read


def refused(transaction: dict[str, object]) -> dict[str, str]:
    with pytest.raises(InvalidTransaction) as caught:
        read(transaction)
    return {error.field: error.message for error in caught.value.errors}


def test_there_is_a_fact_for_every_name_of_the_contract() -> None:
    assert len(FACTS) == 40
    assert all(fact.meaning and fact.source for fact in FACTS.values())
    assert all(bool(fact.values) == (fact.kind is Kind.CHOICE) for fact in FACTS.values())


def test_absent_null_and_not_sure_are_unknown() -> None:
    facts = read({"item": "software", "entry": None, "destination": "not_sure"})
    assert dict(facts) == {"item": "software"}
    assert facts.not_sure == {"destination"}
    assert facts.to_json() == {"item": "software", "destination": "not_sure"}


def test_reading_what_was_written_gives_the_same_facts() -> None:
    first = read(
        {"date": "2025-06-01", "tpp": "15,824", "datacenter": True, "units": "1e3", "headquarters": "HK"}
    )
    again = read(first.to_json())
    assert dict(again) == dict(first)
    assert first.to_json()["units"] == "1000"


@pytest.mark.parametrize("raw", [15824, "15824", "15,824", "1.5824e4", Decimal("15824.0")])
def test_a_number_is_the_same_however_it_is_written(raw: object) -> None:
    assert read({"tpp": raw})["tpp"] == 15824


@pytest.mark.parametrize(
    ("transaction", "field", "says"),
    [
        ({"colour": "red"}, "colour", "Known facts: date"),
        ({"item": "chip"}, "item", "model_weights"),
        ({"item": 5}, "item", "model_weights"),
        ({"item": ["software"]}, "item", "model_weights"),
        ({"datacenter": "yes"}, "datacenter", "true or false"),
        ({"datacenter": 1}, "datacenter", "true or false"),
        ({"tpp": -1}, "tpp", "negative"),
        ({"tpp": "-1"}, "tpp", "negative"),
        ({"tpp": "NaN"}, "tpp", "1e26"),
        ({"tpp": True}, "tpp", "TPP"),
        ({"tpp": 4800.5}, "tpp", "exactly"),
        ({"tpp": {}}, "tpp", "TPP"),
        ({"tpp": 10**400}, "tpp", "60"),
        ({"tpp": -(10**5000)}, "tpp", "60"),
        ({"units": "1.5"}, "units", "whole number"),
        ({"units": "1e-1"}, "units", "whole number"),
        ({"date": "2025-02-30"}, "date", "no such day"),
        ({"date": "1 June 2025"}, "date", "2025-06-01"),
        ({"date": "20250601"}, "date", "2025-06-01"),
        ({"date": "２０２５-06-01"}, "date", "2025-06-01"),
        ({"date": 20250601}, "date", "2025-06-01"),
        ({"destination": "US"}, "destination", "United States"),
        ({"destination": "XX"}, "destination", "ISO 3166"),
        ({"destination": "de"}, "destination", "ISO 3166"),
        ({"headquarters": "Germany"}, "headquarters", "ISO 3166"),
        ({"item": "integrated_circuit", "activity": "deemed_export"}, "activity", "transfer_in_country"),
        ({"item": "computer", "activity": "deemed_reexport"}, "activity", "never hardware"),
        ({"item": "high_bandwidth_memory", "activity": "deemed_export"}, "activity", "never hardware"),
        ({"entry": "3A090", "activity": "deemed_export"}, "activity", "never hardware"),
        ({"item": "integrated_circuit", "entry": "4A090"}, "entry", "3A090, 3A001"),
        ({"item": "model_weights", "entry": "3A090"}, "entry", "none for this item"),
        ({"item": "other", "entry": "5A992"}, "entry", "none for this item"),
        ({"training_operations": "1e26", "additional_operations": "1.1e26"}, "additional_operations", "10²⁶"),
    ],
)
def test_refusals_name_the_field_and_say_what_is_allowed(
    transaction: dict[str, object], field: str, says: str
) -> None:
    messages = refused(transaction)
    assert list(messages) == [field]
    assert says in messages[field]


def test_an_integer_of_sixty_digits_is_taken_and_a_longer_one_is_not() -> None:
    assert read({"tpp": 10**60 - 1})["tpp"] == Decimal("9" * 60)
    assert refused({"tpp": 10**60}) == {"tpp": "This is longer than 60 characters."}


def test_a_count_is_whole_however_it_is_written() -> None:
    assert read({"units": "2.500e3"})["units"] == 2500
    assert read({"units": "3.000"})["units"] == 3
    assert refused({"units": "0.0001"}).keys() == refused({"units": "12e-4"}).keys() == {"units"}


def test_every_field_at_fault_is_named_at_once() -> None:
    assert refused({"item": "chip", "tpp": "many", "date": "soon"}).keys() == {"item", "tpp", "date"}


def test_us_is_a_headquarters_and_a_parent() -> None:
    assert read({"headquarters": "US", "ultimate_parent": "US"})["headquarters"] == "US"


@pytest.mark.parametrize("item", ITEMS)
def test_an_entry_is_taken_exactly_with_items_of_its_kind(item: str) -> None:
    for entry in FACTS["entry"].values:
        if entry in ENTRIES.get(item, ()):
            assert read({"item": item, "entry": entry})["entry"] == entry
        else:
            assert refused({"item": item, "entry": entry}).keys() == {"entry"}


def test_equal_additional_and_training_operations_are_fine() -> None:
    assert read({"training_operations": "1e26", "additional_operations": "10^26"})
