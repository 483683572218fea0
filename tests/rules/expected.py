"""What a determination of a complete transaction must say, from the oracle; and the same as the law says it.

`wanted` is the oracle's, with the obligations stated here once more. `given` asks the law's own trees, in the order of
a determination; `determined` reads a whole determination.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from rules.conditions import Known
from rules.determination import Determination, edition
from rules.enforcement import ENFORCED, posture
from rules.facts import Facts
from rules.law import Ordered
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import (
    AUTHORIZATIONS,
    DECISION,
    INTERPRETATIONS,
    OBLIGATIONS,
    REQUIRED,
    SUBJECT,
)
from rules.provisions.country_groups import EMBARGOED
from rules.provisions.part_744 import RED_FLAG_28
from rules.truth import FALSE, TRUE
from tests.rules import oracle

Said = Iterator[tuple[str, object]]

# The obligations that depend on more than the authorization they belong to.
CONDITIONAL = frozenset(
    [
        "aia_eccn",
        "aia_certification",
        "aia_certification_to_bis",
        "aia_notice",
        "aia_storage",
        "lpp_prior_notice",
        "lpp_limit_reached",
        "license_purchase_order",
        "license_aggregate_tpp",
        "license_one_per_country",
        "license_china_certifications",
        "license_validity",
        "red_flag_28_inquiry",
    ]
)


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
    """Which of the conditional obligations apply: 740.27(b), (c); 740.29(g); supplement no. 2 to 748; 750.7(g)."""
    found = {"red_flag_28_inquiry"} if answer.red_flags else set()
    weights = t["item"] == "model_weights"
    commodity = t["item"] in ("integrated_circuit", "computer")
    if answer.outcome == "authorization_available":
        if answer.authorizations["AIA"]:
            found |= {"aia_storage"} if weights else {"aia_eccn", "aia_notice"}
            found |= {"aia_certification", "aia_certification_to_bis"} if commodity else set()
        if answer.authorizations["LPP"]:
            shipment = t["tpp"] * t["units"]
            found |= {"lpp_prior_notice"} if shipment >= 3_200_000 else set()
            found |= (
                {"lpp_limit_reached"}
                if shipment + t["lpp_tpp_received_this_year"] >= oracle.LPP_YEAR
                else set()
            )
    if answer.outcome == "license_required":
        if commodity:
            # Paragraph (c)(4) speaks of every commodity, (c)(3) of 3A090.a, 4A090.a and seven .z entries.
            found |= {"license_aggregate_tpp"}
            if t["entry"] not in ("3A090", "4A090") or oracle.branch(t) == "a":
                found |= {"license_purchase_order"}
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
    by = (
        {name for name, available in reached.items() if available}
        if outcome == "authorization_available"
        else set()
    )
    by |= ({"license"} if outcome == "license_required" else set()) | ({"service"} if red_flag else set())
    due = [one for one in OBLIGATIONS if one.authorization in by and one.id in CONDITIONAL]
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
        ("edition", None if one.edition is None else datetime.date.fromisoformat(one.edition)),
        ("obligations", {due.id for due in one.obligations} & CONDITIONAL),
        ("interpretations", [(it.id, it.outcome, it.review_policy) for it in one.interpretations]),
    ]
