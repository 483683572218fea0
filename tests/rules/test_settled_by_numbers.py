"""Decisions that known numbers settle although a test of several numbers looks open."""

from __future__ import annotations

import pytest

from rules import determine, next_question, read
from rules.conditions import at_least, at_most, not_
from rules.possibility import Possibilities

WEIGHTS = {
    "date": "2025-06-01", "item": "model_weights", "activity": "export", "origin": "us", "part_744_concern": False,
    "weights_status": "derived_from_published", "below_published_frontier": False, "destination": "BR",
    "headquarters": "BR", "ultimate_parent": "BR", "storage_compliant": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("training", "synthetic", "settled"),
    [
        ("2e25", "1e26", True),  # what was added cannot be more than all training, 2e25, so within note 1
        ("2.5e25", "1e26", True),
        ("25000000000000000000000001", "1e26", False),
        ("2.5e25", "7.4e25", True),
    ],
)
def test_training_added_is_bounded_by_all_training(training: str, synthetic: str, settled: bool) -> None:
    known = {"training_operations": training, "synthetic_data": True, "synthetic_data_operations": synthetic}
    facts = read({**WEIGHTS, **known})
    determination = determine(facts)
    assert (determination.outcome == "not_controlled") is settled
    assert determination.missing == (() if settled else ("additional_operations",))
    assert next_question(facts).next == (None if settled else "additional_operations")


@pytest.mark.parametrize(("added", "settled"), [("1e25", True), ("2.5e25", True), ("2.6e25", False)])
def test_all_training_is_at_least_what_was_added(added: str, settled: bool) -> None:
    facts = read({**WEIGHTS, "additional_operations": added, "synthetic_data": False})
    assert determine(facts).missing == (() if settled else ("training_operations",))
    determination = determine(read({**WEIGHTS, "additional_operations": "1e26", "synthetic_data": False}))
    assert determination.missing == ("training_operations",)
    assert determination.possible_outcomes == ("not_controlled", "license_required")


@pytest.mark.parametrize(
    ("training", "results"), [("2e25", {False}), ("2.5e25", {False}), ("2.6e25", {True, False})]
)
def test_a_limit_on_training_added_alone_is_settled_by_all_training(
    training: str, results: set[bool]
) -> None:
    past = not_(at_most("additional_operations", "2.5e25"))
    assert Possibilities(read({"training_operations": training})).results(past) == results


@pytest.mark.parametrize(("added", "results"), [("9e25", {True, False}), ("1e26", {True}), ("2e26", {True})])
def test_a_limit_on_all_training_alone_is_settled_by_training_added(added: str, results: set[bool]) -> None:
    controlled = at_least("training_operations", "1e26")
    assert Possibilities(read({"additional_operations": added})).results(controlled) == results
