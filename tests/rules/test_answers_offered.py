"""The answers offered to a question: each can be entered, and together they bring every decision that is possible."""

from __future__ import annotations

import random

import pytest

from rules import Facts, read
from rules.facts import as_json
from rules.possibility import Possibilities
from rules.provisions.conclusion import DECISION


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"entry": "3A090"},
        {"activity": "deemed_export"},
        {
            "additional_operations": "3e25",
            "item": "model_weights",
            "activity": "export",
            "date": "2025-06-01",
        },
        {"tpp": "15824", "item": "computer", "entry": "4A090", "activity": "export", "date": "2025-06-01"},
    ],
)
def test_what_is_offered_can_be_entered_and_brings_every_decision(told: dict[str, object]) -> None:
    """At each step until nothing is missing, whichever answer is taken."""
    rng = random.Random(3)
    known = dict(read(told))
    while True:
        possible = Possibilities(Facts(known))
        missing = possible.missing()
        fact, branches = possible.branches()
        assert fact == (missing[0] if missing else None)
        if fact is None:
            assert not branches
            assert len(possible.results(DECISION)) == 1
            return
        written = {name: as_json(value) for name, value in known.items()}
        for value, decisions in branches:
            assert read({**written, fact: as_json(value)})[fact] == value
            assert decisions
            assert decisions == Possibilities(Facts({**known, fact: value})).results(DECISION)
        assert frozenset[object]().union(*(one for _value, one in branches)) == possible.results(DECISION)
        known[fact] = rng.choice(branches)[0]


CHIPS = {
    "date": "2025-06-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "8000", "performance_density": "19.4", "datacenter": True, "authorized_designer": True,
    "destination": "BR", "headquarters": "BR", "ultimate_parent": "BR", "private_sector": True,
    "purpose": "own_use", "direct_to_consignee": True, "veu": "none", "exceeds_country_allocation": False,
    "part_744_concern": False, "lpp_tpp_received_this_year": "0",
}  # fmt: skip


def test_a_count_is_offered_in_whole_numbers() -> None:
    """26,900,000 TPP a year are 3,362.5 chips of 8,000."""
    fact, branches = Possibilities(read(CHIPS)).branches()
    assert fact == "units"
    offered = dict(branches)
    assert all(value == int(str(value)) for value in offered)
    assert {0, 1, 3362, 3363} & offered.keys() >= {3363}
    assert {len(decisions) for decisions in offered.values()} == {1}


def test_numbers_on_both_sides_of_the_quarters_figure_are_offered() -> None:
    listed = {**CHIPS, "units": "5000", "veu": "nveu", "date": "2025-06-01"}
    fact, branches = Possibilities(read(listed)).branches()
    assert fact == "nveu_installed_tpp"
    assert {decisions for _value, decisions in branches} == {
        frozenset([("authorization_available", None)]),
        frozenset([("license_required", "presumption_of_approval_within_allocation")]),
    }


def test_none_is_offered_where_one_is_too_many() -> None:
    """The year's total of 740.29(a) has been reached: no chip more is within it, a single one is not."""
    fact, branches = Possibilities(read({**CHIPS, "lpp_tpp_received_this_year": "26900000"})).branches()
    assert fact == "units"
    assert branches[0] == (0, frozenset([("authorization_available", None)]))
    assert branches[1][0] == 1
    assert ("authorization_available", None) not in branches[1][1]
