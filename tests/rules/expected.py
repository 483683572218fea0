"""All that a determination of a complete transaction must say, from the oracle; and the same as the law says it.

`wanted` is the oracle's, obligations included, which are stated here once more by themselves. `given` asks the law's own
trees, in the order of a determination; `determined` reads a whole determination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.conditions import Known
from rules.determination import Determination, edition
from rules.enforcement import ENFORCED, posture
from rules.facts import Facts
from rules.law import Ordered
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, INTERPRETATIONS, OBLIGATIONS, REQUIRED, SUBJECT
from rules.provisions.country_groups import EMBARGOED
from rules.provisions.part_744 import RED_FLAG_28
from rules.truth import FALSE, TRUE
from tests.rules import oracle

Said = Iterator[tuple[str, object]]

_LISTED = ("authorization_letter", "semiannual_reports", "chip_accounting", "losses", "training_limits", "records")


def wanted(transaction: Mapping[str, object]) -> list[tuple[str, object]]:
    """What the oracle says of a transaction in JSON notation, in the order of `given`."""
    t = oracle.read(transaction)
    answer = oracle.answer(t)
    return [
        ("decision", answer.decision),
        ("classification", answer.classification),
        ("subject_to_ear", answer.subject_to_ear),
        ("license_required", answer.license_required),
        ("authorizations", answer.authorizations),
        ("enforced", answer.enforced_license_required),
        ("red_flags", answer.red_flags),
        ("warnings", answer.warnings),
        ("posture", answer.posture),
        ("edition", answer.edition),
        ("obligations", obligations(t, answer)),
        ("interpretations", oracle.interpretations(t)),
    ]


def obligations(t: oracle.Transaction, answer: oracle.Answer) -> set[str]:
    """The obligations that apply: 740.8(a) to (c), 740.27(b), (c), 740.28(e), 740.29(f), (g), 748.15(f), supp. 2 to 748."""
    found = {"red_flag_28_inquiry"} if answer.red_flags else set()
    weights = t["item"] == "model_weights"
    commodity = t["item"] in ("integrated_circuit", "computer")
    if answer.outcome == "authorization_available":
        available = {name for name, open_to_use in answer.authorizations.items() if open_to_use}
        for name in available & {"UVEU", "NVEU"}:
            found |= {f"{name.lower()}_{duty}" for duty in _LISTED}
        found |= {"uveu_new_site", "uveu_intra_company"} if "UVEU" in available else set()
        found |= {"nac_notice", "nac_conditions"} if "NAC" in available else set()
        found |= {"aca_conditions"} if "ACA" in available else set()
        found |= {"acm_accounting", "acm_records"} if "ACM" in available else set()
        if "AIA" in available:
            found |= {"aia_records"} | ({"aia_storage"} if weights else {"aia_eccn", "aia_notice"})
            found |= {"aia_certification", "aia_certification_to_bis"} if commodity else set()
        if "LPP" in available:
            shipment = t["tpp"] * t["units"]
            found |= {"lpp_certification", "lpp_copy_to_bis", "lpp_records"}
            found |= {"lpp_prior_notice"} if shipment >= 3_200_000 else set()
            found |= {"lpp_limit_reached"} if shipment + t["lpp_tpp_received_this_year"] >= oracle.LPP_YEAR else set()
    if answer.outcome == "license_required":
        found |= {"license_application", "license_records"}
        found |= {"license_purchase_order", "license_aggregate_tpp"} if commodity else set()
        if not weights and oracle.branch(t) == "a":
            found |= {"license_validity"}
            found |= {"license_china_certifications"} if oracle.china_case_by_case(t) else set()
            allocated = t["date"] < oracle.ALLOCATIONS_END and not oracle.how_many_in_5a(t)
            if commodity and allocated and not oracle.touches_d5_or_macau(t):
                found |= {"license_one_per_country"}
    return found


def _only(ordered: Ordered[Any], known: Known) -> object:
    found = ordered.results(known)
    return found[0] if len(found) == 1 else found


def given(facts: Facts, used: list[Known] | None = None) -> Said:
    """What the law's trees say, one after another; `used` collects what was evaluated on the way."""
    known = Known(facts)
    if used is not None:
        used.append(known)
    decision = _only(DECISION, known)
    yield "decision", decision
    yield "classification", _only(CLASSIFICATION, known)
    yield "subject_to_ear", _only(SUBJECT, known)
    required = _only(REQUIRED, known)
    yield "license_required", required
    reached = {name: known(one) is TRUE for name, one in AUTHORIZATIONS.items()} if required is True else {}
    yield "authorizations", reached
    yield "enforced", _only(ENFORCED, known)
    red_flag = known(RED_FLAG_28) is TRUE
    yield "red_flags", ["28"] if red_flag else []
    yield "warnings", ["embargo"] if known(EMBARGOED) is TRUE else []
    day: Any = facts["date"]
    yield "posture", posture(day)
    yield "edition", edition(day)
    outcome = decision[0] if isinstance(decision, tuple) else None
    by = {name for name, available in reached.items() if available} if outcome == "authorization_available" else set()
    by |= ({"license"} if outcome == "license_required" else set()) | ({"service"} if red_flag else set())
    due = [one for one in OBLIGATIONS if one.authorization in by]
    yield "obligations", {one.id for one in due if one.applies is None or known(one.applies) is not FALSE}
    others: list[object] = []
    for name in INTERPRETATIONS:
        other = known.reading(name)
        if used is not None:
            used.append(other)
        found = _only(DECISION, other)
        if found != decision:
            others.append((name, *found) if isinstance(found, tuple) else (name, found))
    yield "interpretations", others


def determined(determination: Determination) -> list[tuple[str, object]]:
    """What a determination says, in the same order."""
    one = determination
    return [
        ("decision", (one.outcome, one.review_policy)),
        ("classification", one.classification),
        ("subject_to_ear", one.subject_to_ear),
        ("license_required", one.license_required),
        ("authorizations", {name: it.status == "available" for name, it in one.authorizations.items()}),
        ("enforced", one.enforcement.license_required),
        ("red_flags", list(one.red_flags)),
        ("warnings", list(one.warnings)),
        ("posture", one.enforcement.posture),
        ("edition", None if one.edition is None else oracle.date.fromisoformat(one.edition)),
        ("obligations", {due.id for due in one.obligations}),
        ("interpretations", [(it.id, it.outcome, it.review_policy) for it in one.interpretations]),
    ]
