"""What a determination says beside its decision: reasons, obligations with thresholds, both answers, trace, edition."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from rules import Determination, determine, edition, read
from rules.determination import EDITIONS
from rules.law import EFFECTIVE, SOURCES_CHECKED

CHECKED, EDGES = (
    [json.loads(line) for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()]
    for name in ("checked_by_hand.jsonl", "at_the_edges.jsonl")
)
CHIP = {
    "date": "2025-06-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "16000", "performance_density": "19.4", "datacenter": True, "units": "200", "authorized_designer": True,
    "destination": "BR", "headquarters": "BR", "ultimate_parent": "BR", "private_sector": True,
    "purpose": "own_use", "trains_4e091_for_outsiders": False, "direct_to_consignee": True,
    "lpp_tpp_received_this_year": "0", "veu": "none", "exceeds_country_allocation": False, "part_744_concern": False,
}  # fmt: skip


def chip(**changes: object) -> Determination:
    return determine(read({**CHIP, **changes}))


def due(determination: Determination) -> dict[str, str]:
    return {one.id: one.applies for one in determination.obligations}


@pytest.mark.parametrize("case", CHECKED, ids=range(1, len(CHECKED) + 1))
def test_agrees_with_a_reading_of_the_text_paragraph_by_paragraph(case: dict[str, Any]) -> None:
    """Ten complete and ten incomplete transactions drawn at random and read against the text by hand; the
    file gives the reasons."""
    assert case["reasons"]
    agrees(case)


@pytest.mark.parametrize("case", EDGES, ids=[case["title"] for case in EDGES])
def test_agrees_at_the_edges_of_the_text(case: dict[str, Any]) -> None:
    """Transactions invented to lie on a limit, a date or an exception, decided by hand before they were run."""
    assert case["reasons"]
    agrees(case)


def agrees(case: dict[str, Any]) -> None:
    answer = determine(read(case["facts"])).to_json()
    answer["available"] = [
        name for name, one in answer["authorizations"].items() if one["status"] == "available"
    ]
    answer["enforced_license_required"] = answer["enforcement"]["license_required"]
    answer["alternatives"] = [
        [one["id"], one["outcome"], one["review_policy"]] for one in answer["interpretations"]
    ]
    assert {key: answer[key] for key in case["expect"]} == case["expect"]


def test_survives_json_unchanged() -> None:
    for changes in (
        {},
        {"destination": None},
        {"destination": "CN", "headquarters": "US"},
        {"veu": "not_sure"},
    ):
        determination = chip(**changes)
        assert Determination.from_json(json.loads(json.dumps(determination.to_json()))) == determination


def test_lpp_prior_notice_is_due_from_3_200_000_tpp_in_a_shipment() -> None:
    assert due(chip(units="200"))["lpp_prior_notice"] == "true"
    assert "lpp_prior_notice" not in due(chip(units="199"))
    assert "lpp_limit_reached" not in due(chip())
    assert due(chip(lpp_tpp_received_this_year="23700000"))["lpp_limit_reached"] == "true"
    assert chip(lpp_tpp_received_this_year="23700001").outcome == "license_required"


def test_aia_obligations_follow_the_kind_of_item() -> None:
    abroad: dict[str, object] = {"destination": "DE", "headquarters": "DE", "ultimate_parent": "DE"}
    hardware = chip(**abroad)
    software = chip(**abroad, item="software", entry="3D001")
    assert {"aia_eccn", "aia_certification", "aia_certification_to_bis", "aia_notice"} <= due(hardware).keys()
    assert "aia_certification" not in due(software)
    assert (
        "253,000,000"
        in next(one for one in hardware.obligations if one.id == "aia_certification_to_bis").threshold
    )


def test_a_license_application_names_the_allocation_only_where_it_applies() -> None:
    within = chip(direct_to_consignee=False)
    assert within.review_policy == "presumption_of_approval_within_allocation"
    assert "license_one_per_country" in due(within)
    assert {"license_purchase_order", "license_aggregate_tpp", "license_validity", "license_records"} <= due(
        within
    ).keys()
    denied = chip(destination="CN")
    assert denied.review_policy == "presumption_of_denial"
    assert "license_one_per_country" not in due(denied)


def test_nac_asks_for_25_days_notice() -> None:
    gaming = chip(destination="CN", headquarters="CN", ultimate_parent="CN", datacenter=False)
    assert gaming.outcome == "authorization_available"
    assert "25 calendar days" in next(one for one in gaming.obligations if one.id == "nac_notice").deadline


def test_every_authorization_gives_its_reasons_with_paragraphs() -> None:
    for determination in (chip(), chip(destination="CN"), chip(veu="uveu"), chip(purpose="not_sure")):
        for authorization in determination.authorizations.values():
            assert authorization.reasons
            assert all(reason.text and reason.citation for reason in authorization.reasons)


def test_the_trace_names_paragraph_version_facts_and_value() -> None:
    steps = {(step.provision, step.citation): step for step in chip().trace}
    step = steps["s740_29", "15 CFR 740.29(a), (d), (h)(2)"]
    assert step.value == "true"
    assert step.facts == {"lpp_tpp_received_this_year": "0", "tpp": "16000", "units": "200"}
    assert step.version == "2025-01-13"
    assert step.source == "90 FR 4544"
    assert {step.value for step in determine(read({})).trace} >= {"unknown"}


def test_both_answers_are_given_and_dated() -> None:
    to_brazil, to_china = chip().enforcement, chip(destination="CN").enforcement
    assert (to_brazil.license_required, to_china.license_required) == (False, True)
    assert to_brazil.posture == "not_enforced"
    assert chip(date="2025-05-12").enforcement.posture == "compliance_not_yet_required"
    assert {event.date for event in to_brazil.events} >= {"2025-05-13", "2026-05-12", "2026-05-31"}


@pytest.mark.parametrize("code", ["CU", "IR", "KP", "SY", "RU", "BY"])
def test_an_embargoed_destination_is_warned_of_whatever_the_outcome(code: str) -> None:
    assert chip(destination=code).warnings == ("embargo",)
    assert chip(destination=code, tpp="1", datacenter=False).warnings == ("embargo",)
    assert chip(destination=code, date="2024-01-01").warnings == ("embargo",)
    assert not chip().warnings


def test_an_edition_starts_on_each_day_the_text_changes() -> None:
    assert [day.isoformat() for day in EDITIONS] == [
        "2025-01-13", "2025-01-16", "2026-01-15", "2026-02-03", "2026-07-10",
    ]  # fmt: skip
    for day in EDITIONS:
        assert edition(day) == day
        eve = edition(day - datetime.timedelta(days=1))
        assert eve != day
    assert chip(date="2025-01-12").edition is None
    assert chip(date="2026-12-31").edition == "2026-07-10"


def test_an_undetermined_alternative_is_reported_as_such() -> None:
    """Two readings that give different answers on an open fact: the decision stands, the alternative is open."""
    case = chip(destination="VN", headquarters="VN", ultimate_parent="VN", units="not_sure")
    assert case.outcome == "license_required"
    lpp = next(one for one in case.interpretations if one.id == "I6")
    assert (lpp.outcome, lpp.review_policy) == ("undetermined", None)


def test_the_guide_for_lawyers_compares_the_law_up_to_the_day_on_which_the_sources_were_checked() -> None:
    page = (Path(__file__).parents[2] / "docs" / "legal-review.md").read_text("utf-8")
    assert f"python -m rules diff {EFFECTIVE} {SOURCES_CHECKED}" in page
    assert EDITIONS[-1] <= SOURCES_CHECKED
