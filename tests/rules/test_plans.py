"""Plans of questions, piece by piece, and beside a fact that nobody is sure of."""

from __future__ import annotations

import pytest

from rules import next_question, read
from rules.plans import END, Plan
from tests.rules.test_questions_left import asked

CHIP = {
    "date": "2025-06-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "16000", "performance_density": "19.4", "datacenter": True, "units": "200", "authorized_designer": True,
    "destination": "BR", "headquarters": "BR", "ultimate_parent": "BR", "private_sector": True,
    "purpose": "cloud_service", "final_customers_outside_d5": True, "trains_4e091_for_outsiders": False,
    "direct_to_consignee": True, "lpp_tpp_received_this_year": "0", "veu": "none",
    "exceeds_country_allocation": False, "part_744_concern": False,
}  # fmt: skip
LISTED = {
    "veu": "uveu", "headquarters": "US", "ultimate_parent": "US", "direct_to_consignee": False,
    "uveu_total_tpp": "1000", "uveu_outside_tpp": "1", "uveu_country_tpp": "1", "uveu_outside_us_tpp": "1",
}  # fmt: skip

WEIGHTS = {
    "date": "2025-06-01", "activity": "export", "item": "model_weights", "origin": "us", "weights_status": "closed",
    "synthetic_data": True, "storage_compliant": True, "destination": "BR",
    "headquarters": "BR", "ultimate_parent": "BR", "part_744_concern": False,
}  # fmt: skip


def test_the_plan_after_an_answer_is_that_of_the_range_it_lies_in() -> None:
    one, other = Plan(5, (END,), ()), Plan(6, (Plan(7, (END,), ()),), ())
    plan = Plan(3, (END, one, other), ((0, 0), (5, 0), (5, 1)))
    assert [plan.after(start) for start in ((0, 0), (4, 1), (5, 0), (5, 1), (9, 0))] == [
        END, END, one, other, other,
    ]  # fmt: skip
    assert [each.questions() for each in (END, one, other, plan)] == [(0, 0), (1, 1), (2, 2), (1, 3)]


@pytest.mark.parametrize("unsure", ["direct_to_consignee", "part_744_concern", "exceeds_country_allocation"])
@pytest.mark.parametrize(
    "opened",
    [
        ("lpp_tpp_received_this_year",),
        ("units",),
        ("units", "lpp_tpp_received_this_year"),
        ("tpp",),
        ("tpp", "units"),
    ],
)
def test_of_the_numbers_of_a_test_those_are_asked_for_that_are_open(
    unsure: str, opened: tuple[str, ...]
) -> None:
    facts = read({**CHIP, **dict.fromkeys(opened), unsure: "not_sure"})
    assert next_question(facts).next == opened[0]
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize("unsure", ["purpose", "part_744_concern", "exceeds_country_allocation"])
@pytest.mark.parametrize(
    "opened",
    [
        ("uveu_outside_tpp",),
        ("uveu_country_tpp", "uveu_outside_us_tpp"),
        ("uveu_total_tpp", "uveu_country_tpp"),
    ],
)
def test_of_several_tests_of_one_number_likewise(unsure: str, opened: tuple[str, ...]) -> None:
    facts = read({**CHIP, **LISTED, **dict.fromkeys(opened), unsure: "not_sure"})
    assert next_question(facts).next == opened[0]
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize(
    ("unsure", "opened"),
    [
        ("tpp", ("units", "lpp_tpp_received_this_year")),
        ("units", ("lpp_tpp_received_this_year", "private_sector")),
        ("lpp_tpp_received_this_year", ("units", "exceeds_country_allocation")),
        ("uveu_total_tpp", ("uveu_country_tpp", "uveu_outside_us_tpp", "exceeds_country_allocation")),
        ("uveu_country_tpp", ("uveu_total_tpp", "exceeds_country_allocation")),
    ],
)
def test_a_number_that_nobody_is_sure_of_leaves_the_others_to_be_asked(
    unsure: str, opened: tuple[str, ...]
) -> None:
    listed = LISTED if unsure.startswith("uveu") else {}
    facts = read({**CHIP, **listed, **dict.fromkeys(opened), unsure: "not_sure"})
    assert next_question(facts).next in opened
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize("earlier", ["origin", "headquarters", "ultimate_parent"])
@pytest.mark.parametrize("part", ["uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp"])
def test_a_total_counts_on_the_way_to_what_is_weighed_with_it(earlier: str, part: str) -> None:
    """It is asked for whatever was answered before, and no answer about it settles anything alone."""
    parts = dict.fromkeys(("uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp"), "0")
    facts = read({**CHIP, **LISTED, **parts, **dict.fromkeys(("uveu_total_tpp", part, earlier))})
    assert next_question(facts).next == earlier
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize(
    "told",
    [
        {"additional_operations": "not_sure"},
        {"additional_operations": "not_sure", "weights_status": "derived_from_published"},
        {
            "additional_operations": "not_sure",
            "weights_status": "derived_from_published",
            "training_operations": "99999999999999999999999999",
        },
        {"synthetic_data": "not_sure"},
        {"additional_operations": "26000000000000000000000000"},
        {"ultimate_parent": "not_sure"},
    ],
)
def test_what_was_trained_on_and_what_was_made_for_it_are_counted_together(told: dict[str, str]) -> None:
    facts = read({**WEIGHTS, **told})
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize("opened", [(), ("lpp_tpp_received_this_year",), ("exceeds_country_allocation",)])
def test_two_numbers_of_a_product_that_nobody_is_sure_of(opened: tuple[str, ...]) -> None:
    facts = read({**CHIP, **dict.fromkeys(opened), "tpp": "not_sure", "units": "not_sure"})
    assert next_question(facts).next == (opened[0] if opened else None)
    assert next_question(facts)[1:] == asked(facts)


@pytest.mark.parametrize(("units", "received"), [("10000", "0"), ("1", "26898000"), ("2", "26899999")])
def test_past_the_years_limit_lies_what_is_above_it(units: str, received: str) -> None:
    """Any chip of branch a is past it here, so that the allocation matters whatever the chip's performance is."""
    told = {
        "units": units,
        "lpp_tpp_received_this_year": received,
        "tpp": "not_sure",
        "performance_density": "0.5",
    }
    facts = read({**CHIP, **told, "exceeds_country_allocation": None})
    assert next_question(facts) == ("exceeds_country_allocation", 1, 1)
    within = read(
        {**CHIP, **told, "lpp_tpp_received_this_year": "0", "units": "1", "exceeds_country_allocation": None}
    )
    assert next_question(within)[1:] == asked(within)
