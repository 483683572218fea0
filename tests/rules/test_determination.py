"""What a determination says beside its decision: reasons, obligations with thresholds, both answers, trace, edition."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pytest

from rules import (
    Determination,
    determine,
    edition,
    missing_for,
    missing_for_authorizations,
    missing_for_reading,
    next_question,
    read,
)
from rules.conditions import Known
from rules.determination import EDITIONS
from rules.enforcement import ENFORCED
from rules.law import EFFECTIVE, SOURCES_CHECKED
from rules.possibility import Possibilities
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, REQUIRED, SUBJECT
from rules.provisions.part_744 import RED_FLAG_28
from rules.truth import UNKNOWN
from tests.rules import sampling

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


def test_what_is_said_beside_an_open_decision_is_said_exactly_when_it_is_settled() -> None:
    """Also where plain evaluation leaves it open, and only the facts together settle it."""
    rng = random.Random(28)
    statuses: dict[frozenset[Hashable], str] = {
        frozenset([True]): "available",
        frozenset([False]): "unavailable",
    }
    weighed = []
    for _number in range(150):
        facts = read(sampling.random_incomplete(rng, rng.choice((0.1, 0.2, 0.3))))
        said, possible = determine(facts), Possibilities(facts)
        for ordered, one in (
            (SUBJECT, said.subject_to_ear),
            (REQUIRED, said.license_required),
            (CLASSIFICATION, said.classification),
            (ENFORCED, said.enforcement.license_required),
        ):
            results = possible.results(ordered)
            assert one == (next(iter(results)) if len(results) == 1 else None), facts
        assert said.red_flags == (("28",) if possible.results(RED_FLAG_28) == {True} else ()), facts
        for name, authorization in said.authorizations.items():
            wanted = statuses.get(possible.results(AUTHORIZATIONS[name]), "undetermined")
            assert authorization.status == wanted, (name, facts)
            assert authorization.reasons, (name, facts)
            if wanted != "undetermined" and Known(facts)(AUTHORIZATIONS[name]) is UNKNOWN:
                weighed.append(name)
    assert weighed


def test_a_service_has_its_red_flag_its_obligation_and_its_step() -> None:
    service = {
        "item": "model_weights", "activity": "compute_service", "date": "2026-08-01", "part_744_concern": False,
        "headquarters": "BR", "training_operations": "2e26", "weights_status": "closed",
    }  # fmt: skip
    for below, flags, applies in ((False, ("28",), ["true"]), (None, (), ["unknown"]), (True, (), [])):
        said = determine(read({**service, "below_published_frontier": below}))
        assert said.red_flags == flags
        assert [one.applies for one in said.obligations] == applies
        assert (RED_FLAG_28.id in {step.provision for step in said.trace}) is bool(applies)
    exported = chip()
    assert RED_FLAG_28.id not in {step.provision for step in exported.trace}


def test_what_is_enforced_is_traced_where_a_license_is_required_or_not() -> None:
    def named(determination: Determination) -> bool:
        return any(step.provision.startswith("enforced_") for step in determination.trace)

    assert named(chip())
    assert not named(determine(read({})))


def test_survives_json_unchanged() -> None:
    asked = next_question(read({"item": "software"}))
    assert asked.to_json() == {"next": asked.next, "at_least": asked.at_least, "at_most": asked.at_most}
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


def test_reasons_are_the_clauses_that_settle_an_authorization_or_what_its_provisions_ask() -> None:
    china = {"destination": "CN", "headquarters": "CN", "ultimate_parent": "CN"}
    known = [one.citation for one in chip(**china).authorizations["AIA"].reasons]
    assert known == ["15 CFR 740.27(a)"]
    unsure = chip(**china, item="not_sure").authorizations["AIA"]
    assert unsure.status == "unavailable"
    assert [one.citation for one in unsure.reasons] == [
        "15 CFR 740.27(a)(2)(ii), (a)(3)", "15 CFR 740.27(a)(1), (a)(2)(i)",
    ]  # fmt: skip


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
    assert [(event.date, event.source) for event in to_brazil.events] == [
        ("2025-01-13", "90 FR 4544"), ("2025-05-13", "BIS press release of 2025-05-13"),
        ("2025-05-15", "90 FR 4544"), ("2026-05-12", "GAO B-337935"), ("2026-05-31", "BIS guidance of 2026-05-31"),
        ("2026-07-10", "91 FR 43034"),
    ]  # fmt: skip


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


GAMING = {
    "date": "2026-08-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "5285", "datacenter": False, "destination": "DE", "part_744_concern": False,
}  # fmt: skip


def test_the_decision_can_stand_before_it_is_known_which_authorization_is_available() -> None:
    """To Germany this chip has NAC or ACA, by whose headquarters and parent it is, and may have others."""
    facts = read(GAMING)
    said = determine(facts)
    assert (said.outcome, said.missing, said.obligations) == ("authorization_available", (), ())
    assert {one.status for one in said.authorizations.values()} == {"undetermined"}
    asked = missing_for_authorizations(facts)
    assert asked[:2] == ("headquarters", "ultimate_parent")
    for name, condition in AUTHORIZATIONS.items():
        assert set(missing_for(condition, facts)) <= set(asked), name
    chinese = read({**GAMING, "headquarters": "CN"})
    assert missing_for_authorizations(chinese) == ()
    assert due(determine(chinese)) == {"nac_notice": "true", "nac_conditions": "true", "nac_records": "true"}
    german = {**GAMING, "headquarters": "DE"}
    assert missing_for_authorizations(read(german))[0] == "ultimate_parent"
    assert missing_for_authorizations(read({**german, "ultimate_parent": "DE"})) == ()


def test_only_where_one_is_available_for_certain_is_it_asked_which() -> None:
    for told in ({**GAMING, "part_744_concern": True}, {**GAMING, "destination": "RU"}, {"item": "computer"}):
        assert missing_for_authorizations(read(told)) == ()


def test_what_the_other_reading_would_still_depend_on() -> None:
    """I2: with a Chinese parent AIA goes by headquarters alone under the other reading, and then by storage."""
    facts = read(
        {
            "date": "2025-06-01", "activity": "export", "item": "model_weights", "origin": "us",
            "weights_status": "closed", "training_operations": "1e27", "below_published_frontier": False,
            "destination": "DE", "headquarters": "FR", "ultimate_parent": "CN", "part_744_concern": False,
        }
    )  # fmt: skip
    (other,) = [one for one in determine(facts).interpretations if one.id == "I2"]
    assert other.outcome == "undetermined"
    assert missing_for_reading("I2", facts) == ("storage_compliant",)


def test_a_purchase_order_goes_with_branch_a_and_the_z_entries() -> None:
    """Supplement no. 2 to part 748, (c)(3), names 3A090.a, 4A090.a and the .z entries; (c)(4) every item."""
    to_an_affiliate = {
        "activity": "transfer_in_country", "destination": "DE", "headquarters": "DE", "ultimate_parent": "CN",
        "date": "2025-02-01", "performance_density": "2",
    }  # fmt: skip
    for entry, item, wanted in (
        ("3A090", "integrated_circuit", False),
        ("3A001", "integrated_circuit", True),
        ("4A090", "computer", False),
        ("4A003", "computer", True),
    ):
        said = chip(**to_an_affiliate, entry=entry, item=item, tpp="3000")
        assert said.classification in ("3A090.b", "4A090.b", f"{entry}.z")
        assert said.outcome == "license_required"
        assert ("license_purchase_order" in due(said), "license_aggregate_tpp" in due(said)) == (wanted, True)
    assert "license_purchase_order" in due(chip(destination="CN", headquarters="CN", ultimate_parent="CN"))
