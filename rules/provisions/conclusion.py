"""The order in which the provisions give an outcome and a review policy. First that holds, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rules.conditions import Condition, all_of, any_of, not_
from rules.law import Interpretation, Obligation, Ordered, Provision, walk
from rules.provisions import applications, s740_8, s740_27, s740_28, s740_29, s748_15
from rules.provisions.classification import CONTROLLED_MODEL
from rules.provisions.country_groups import EMBARGOED
from rules.provisions.eccn_3a090 import BRANCH_A, BRANCH_B, HIGH_BANDWIDTH_MEMORY
from rules.provisions.effective_date import IN_FORCE
from rules.provisions.items import COMPUTING_ITEM, WEIGHTS
from rules.provisions.part_744 import CONCERN, RED_FLAG_28, UAE_EXEMPT
from rules.provisions.s734 import RELEASE, SERVICE, SUBJECT_TO_THE_EAR
from rules.provisions.s742_6 import (
    APPROVAL_DESPITE_D5,
    APPROVAL_FOR_5A,
    BEYOND_ALLOCATION,
    BRANCH_B_APPROVAL,
    BRANCH_B_CASE_BY_CASE,
    BRANCH_B_DENIAL,
    CASE_BY_CASE,
    DENIAL_FOR_D5,
    LICENSE_REQUIREMENT,
    WEIGHTS_DENIAL,
    WITHIN_ALLOCATION,
)

NOT_IN_FORCE, REFER, NO_EXPORT = "not_in_force", "refer_to_legal", "no_export"
NOT_SUBJECT, NOT_CONTROLLED, OUT_OF_SCOPE = "not_subject_to_ear", "not_controlled", "out_of_scope"
NO_LICENSE, AUTHORIZED, LICENSE = "no_license_required", "authorization_available", "license_required"
UNDETERMINED = "undetermined"
OUTCOMES = (
    NOT_IN_FORCE, NO_EXPORT, REFER, NOT_SUBJECT, NOT_CONTROLLED, OUT_OF_SCOPE, NO_LICENSE, AUTHORIZED, LICENSE,
)  # fmt: skip
DENIAL, APPROVAL = "presumption_of_denial", "presumption_of_approval"
APPROVAL_WITHIN, POLICY_OF_DENIAL = "presumption_of_approval_within_allocation", "policy_of_denial"
REVIEW_CASE_BY_CASE, NOT_STATED = "case_by_case", "not_stated"
REVIEW_POLICIES = (DENIAL, APPROVAL, APPROVAL_WITHIN, POLICY_OF_DENIAL, REVIEW_CASE_BY_CASE, NOT_STATED)

Decision = tuple[str, str | None]

AUTHORIZATIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "AIA": s740_27.AIA,
        "ACM": s740_28.ACM,
        "LPP": s740_29.LPP,
        "NAC": s740_8.NAC,
        "ACA": s740_8.ACA,
        "UVEU": s748_15.UVEU,
        "NVEU": s748_15.NVEU,
    }
)
OBLIGATIONS: tuple[Obligation, ...] = (
    *s740_27.OBLIGATIONS, *s740_28.OBLIGATIONS, *s740_29.OBLIGATIONS, *s740_8.OBLIGATIONS, *s748_15.OBLIGATIONS,
    *applications.OBLIGATIONS,
)  # fmt: skip

CONTROLLED = any_of(CONTROLLED_MODEL, BRANCH_A, BRANCH_B)
REFERRED = any_of(all_of(COMPUTING_ITEM, RELEASE), UAE_EXEMPT)
ANY_AUTHORIZATION = any_of(*AUTHORIZATIONS.values())

_REVIEW: tuple[tuple[Condition, Decision], ...] = (
    (WEIGHTS_DENIAL, (LICENSE, DENIAL)),
    (WEIGHTS, (LICENSE, NOT_STATED)),
    (BRANCH_B_CASE_BY_CASE, (LICENSE, REVIEW_CASE_BY_CASE)),
    (BRANCH_B_DENIAL, (LICENSE, DENIAL)),
    (BRANCH_B_APPROVAL, (LICENSE, APPROVAL)),
    (APPROVAL_DESPITE_D5, (LICENSE, APPROVAL)),
    (CASE_BY_CASE, (LICENSE, REVIEW_CASE_BY_CASE)),
    (DENIAL_FOR_D5, (LICENSE, DENIAL)),
    (APPROVAL_FOR_5A, (LICENSE, APPROVAL)),
    (BEYOND_ALLOCATION, (LICENSE, POLICY_OF_DENIAL)),
    (WITHIN_ALLOCATION, (LICENSE, APPROVAL_WITHIN)),
)

DECISION: Ordered[Decision] = Ordered(
    (
        (not_(IN_FORCE), (NOT_IN_FORCE, None)),
        (all_of(SERVICE, not_(CONCERN)), (NO_EXPORT, None)),
        (CONCERN, (REFER, None)),
        (not_(SUBJECT_TO_THE_EAR), (NOT_SUBJECT, None)),
        (HIGH_BANDWIDTH_MEMORY, (OUT_OF_SCOPE, None)),
        (not_(CONTROLLED), (NOT_CONTROLLED, None)),
        (REFERRED, (REFER, None)),
        (not_(LICENSE_REQUIREMENT), (NO_LICENSE, None)),
        (ANY_AUTHORIZATION, (AUTHORIZED, None)),
        *_REVIEW,
    ),
    otherwise=(LICENSE, NOT_STATED),
)

# The same order, for what it says of one point: None where it is never reached.
_NOT_REACHED: tuple[tuple[Condition, bool | None], ...] = (
    (not_(IN_FORCE), None),
    (SERVICE, None),
    (CONCERN, None),
)
SUBJECT: Ordered[bool | None] = Ordered((*_NOT_REACHED, (SUBJECT_TO_THE_EAR, True)), otherwise=False)
BEFORE_REQUIREMENT: tuple[tuple[Condition, bool | None], ...] = (
    *_NOT_REACHED,
    (not_(SUBJECT_TO_THE_EAR), None),
    (not_(CONTROLLED), None),
    (REFERRED, None),
)
REQUIRED: Ordered[bool | None] = Ordered((*BEFORE_REQUIREMENT, (LICENSE_REQUIREMENT, True)), otherwise=False)

PROVISIONS: Mapping[str, Provision]
INTERPRETATIONS: Mapping[str, Interpretation]


def _collect() -> tuple[Mapping[str, Provision], Mapping[str, Interpretation]]:
    roots = [condition for condition, _decision in DECISION.steps]
    roots += [RED_FLAG_28, EMBARGOED, *(ob.applies for ob in OBLIGATIONS if ob.applies is not None)]
    provisions: dict[str, Provision] = {}
    interpretations: dict[str, Interpretation] = {}
    for root in roots:
        for node in walk(root):
            if isinstance(node, Provision):
                provisions[node.id] = node
            elif isinstance(node, Interpretation):
                interpretations[node.id] = node
    by_number = sorted(interpretations.values(), key=lambda interpretation: int(interpretation.id[1:]))
    return MappingProxyType(provisions), MappingProxyType({one.id: one for one in by_number})


PROVISIONS, INTERPRETATIONS = _collect()
