"""Plain words for what the law and the record name by code: outcomes, review policies, statuses, postures.

Nothing here decides anything, and nothing here may read as clearance: an outcome says what this rule does,
and names what it leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Outcome:
    """How an outcome is shown: its shape, its heading, what it means, and what to do next."""

    shape: str
    heading: Words
    meaning: Words
    steps: tuple[Words, ...]


_OTHER_PARTS = _(
    "This is not clearance. Other parts of the EAR may still require a license: other entries, end-use and "
    "end-user rules, embargoes and sanctions."
)
_SCREEN = _("Have trade compliance check the rest of the EAR before anything leaves.")
_RECORD = _("Record this memo, so that legal can review the answers it rests on.")

OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "license_required": Outcome(
            "square",
            _("A license is required"),
            _(
                "The codified rule requires a license from the Bureau of Industry and Security (BIS), and no "
                "authorization of this rule covers the transaction on the answers given."
            ),
            (
                _("Do not ship, send, release or give access before legal has confirmed how to go on."),
                _("Record this memo and give it to legal. They decide whether to apply for a license."),
            ),
        ),
        "authorization_available": Outcome(
            "ring",
            _("A license is required, unless you use an authorization and meet all its conditions"),
            _(
                "The codified rule requires a license. On the answers given, at least one authorization "
                "named below can take its place, but only while every condition is met and shown on paper."
            ),
            (
                _(
                    "Choose one authorization below and complete what it asks for before, with and after "
                    "the transaction."
                ),
                _("Record this memo and have legal approve it before you rely on the authorization."),
            ),
        ),
        "no_license_required": Outcome(
            "rule",
            _("This rule requires no license for this transaction"),
            _(
                "The item is controlled, but the license requirements of this rule do not reach this "
                "transaction. This is not clearance: other parts of the EAR may still require a license."
            ),
            (_SCREEN, _RECORD),
        ),
        "not_controlled": Outcome(
            "rule",
            _("Not controlled under this rule"),
            _OTHER_PARTS,
            (
                _("Have the item classified under the rest of the Commerce Control List."),
                _SCREEN,
                _RECORD,
            ),
        ),
        "not_subject_to_ear": Outcome(
            "rule",
            _("Not subject to the EAR on these answers"),
            _(
                "On the answers about origin, foreign direct product and U.S. content, the item is outside "
                "the EAR. This is not clearance: U.S. sanctions and other countries’ controls may "
                "still apply, and U.S. persons have duties of their own."
            ),
            (_("Have trade compliance confirm the content and direct-product analysis in writing."), _RECORD),
        ),
        "out_of_scope": Outcome(
            "rule",
            _("Outside this rule: another control covers this item"),
            _(
                "This item falls under a control that this wizard does not decide. This is not clearance: that "
                "control may require a license."
            ),
            (_("Ask trade compliance to decide it under the control named in the analysis."), _RECORD),
        ),
        "no_export": Outcome(
            "rule",
            _("No export by you under this rule, but check the red flags"),
            _(
                "Providing a computing service is not itself an export of the item. This is not clearance: "
                "what your customer exports may need a license, and knowing about it brings duties of your "
                "own."
            ),
            (_("Resolve every red flag below before you provide the service."), _RECORD),
        ),
        "not_in_force": Outcome(
            "rule",
            _("This rule was not yet in force on that date"),
            _(
                "The AI Diffusion rule did not apply yet. This is not clearance: earlier controls on "
                "advanced computing items applied and are not part of this wizard."
            ),
            (
                _("Check the date. If it is right, ask trade compliance to apply the text of that day."),
                _RECORD,
            ),
        ),
        "refer_to_legal": Outcome(
            "diamond",
            _("Stop: legal must decide this"),
            _(
                "The answers raise something this rule’s text cannot settle, such as a party or end "
                "use of concern. A license may be required whatever the rest of the answers say."
            ),
            (
                _("Do not go on with the transaction."),
                _("Record this memo and bring it to legal now."),
            ),
        ),
        "undetermined": Outcome(
            "diamond",
            _("Cannot be determined yet"),
            _(
                "Something that nobody is sure of can still change the result. Until it is settled, treat "
                "the transaction as needing a license."
            ),
            (
                _("Ask the people named here, then change the answers marked “Not sure”."),
                _("Or record this memo as it is, so that legal sees what is open."),
            ),
        ),
    }
)

REVIEW_POLICIES: Mapping[str, Words] = MappingProxyType(
    {
        "presumption_of_denial": _("BIS presumes to deny such an application (presumption of denial)."),
        "presumption_of_approval": _(
            "BIS presumes to approve such an application (presumption of approval)."
        ),
        "presumption_of_approval_within_allocation": _(
            "BIS presumes to approve such an application while the destination’s allocation lasts."
        ),
        "policy_of_denial": _("BIS denies such an application (policy of denial)."),
        "case_by_case": _("BIS reviews such an application case by case."),
        "not_stated": _("The rule states no review policy for such an application."),
    }
)

AUTHORIZATIONS: Mapping[str, Words] = MappingProxyType(
    {
        "AIA": _("License Exception Artificial Intelligence Authorization"),
        "ACM": _("License Exception Advanced Compute Manufacturing"),
        "LPP": _("License Exception Low Processing Performance"),
        "NAC": _("License Exception Notified Advanced Computing"),
        "ACA": _("License Exception Advanced Computing Authorized"),
        "UVEU": _("Data center universal validated end user"),
        "NVEU": _("Data center national validated end user"),
    }
)

OWED_FOR: Mapping[str, Words] = MappingProxyType({"license": _("license"), "service": _("compute service")})
"""What an obligation belongs to, where that is no authorization; an authorization goes by its letters."""

CONFIDENCE: Mapping[str, Words] = MappingProxyType(
    {"high": _("high"), "medium": _("medium"), "low": _("low")}
)
"""How sure the catalog is of a product's figures."""

STATUSES: Mapping[str, Words] = MappingProxyType(
    {
        "available": _("Available on these answers"),
        "undetermined": _("Open"),
        "unavailable": _("Not available"),
    }
)
"""In the order in which authorizations are listed."""

POSTURES: Mapping[str, Words] = MappingProxyType(
    {
        "compliance_not_yet_required": _("Compliance with the rule was not yet required."),
        "not_enforced": _(
            "BIS has said that it does not enforce the rule, which still stands in the regulations."
        ),
        "not_in_force": _("The rule was not in force."),
    }
)

WARNINGS: Mapping[str, Words] = MappingProxyType(
    {
        "embargo": _(
            "Embargo. The destination is one for which part 746 of the EAR requires a license for nearly "
            "every item. No result on this page clears this transaction. Stop and bring it to legal."
        ),
    }
)

RED_FLAGS: Mapping[str, Words] = MappingProxyType(
    {
        "28": _(
            "Red flag 28: your customer may be about to export a controlled model that your service helps "
            "to train. Ask whether it will, and resolve this with legal before you go on."
        ),
    }
)

TRUTHS: Mapping[str, Words] = MappingProxyType(
    {"true": _("Met"), "false": _("Not met"), "unknown": _("Open: not known")}
)

CODIFIED: Mapping[str, Words] = MappingProxyType(
    {
        "true": _("The codified text requires a license, unless an authorization covers the transaction."),
        "false": _("The codified text of this rule requires no license here. Other parts of the EAR may."),
        "unknown": _("Whether the codified text requires a license was not reached or is open."),
    }
)

ENFORCED: Mapping[str, Words] = MappingProxyType(
    {
        "true": _("As BIS says it enforces the rule, a license is required."),
        "false": _(
            "As BIS says it enforces the rule, this rule’s license requirement is not enforced here. "
            "The text still stands, and BIS can change its posture at any time."
        ),
        "unknown": _("Whether BIS would enforce a license requirement was not reached or is open."),
    }
)

WHEN: Mapping[str, Words] = MappingProxyType(
    {"before": _("Before"), "with": _("With each shipment"), "after": _("After")}
)

APPLIES: Mapping[str, Words] = MappingProxyType(
    {"true": _("Applies"), "false": _("Does not apply"), "unknown": _("May apply")}
)

_TELL_THEM = _("Tell the person who asked you. They can send you a new link.")

CLOSED_LINKS: Mapping[str, tuple[Words, Words]] = MappingProxyType(
    {
        "unknown": (
            _("This link does not open anything"),
            _(
                "It may have been cut off on its way to you. Copy the whole link from the message, or ask for a "
                "new one."
            ),
        ),
        "answered": (
            _("This question has been answered"),
            _("The link takes one answer, and it has been given. It cannot be read or changed here."),
        ),
        "withdrawn": (
            _("This link was withdrawn"),
            _("The person who asked you no longer needs an answer by this link. You need not do anything."),
        ),
        "expired": (_("This link has expired"), _TELL_THEM),
        "overtaken": (
            _("Somebody else has answered meanwhile"),
            _(
                "Your answer was not saved, and nothing was overwritten. If you know better, tell the person who "
                "asked you."
            ),
        ),
    }
)
"""Why a link to one question opens nothing: a heading, and what to do."""

YES, NO, NOT_SURE, NOT_ANSWERED = _("Yes"), _("No"), _("Not sure"), _("Not answered")
DECLARATION = _(
    "I have answered truthfully and to the best of my knowledge. I understand that this memo is not a "
    "license and not legal advice."
)

BRIEF: Mapping[str, Words] = MappingProxyType(
    {
        "license_required": _("License required"),
        "authorization_available": _("License, unless an authorization is met"),
        "no_license_required": _("No license under this rule"),
        "not_controlled": _("Not controlled under this rule"),
        "not_subject_to_ear": _("Not subject to the EAR"),
        "out_of_scope": _("Another control"),
        "no_export": _("No export by us, red flags"),
        "not_in_force": _("Not yet in force"),
        "refer_to_legal": _("Legal must decide"),
        "undetermined": _("Cannot be determined"),
    }
)
"""Outcomes in the dense lists of the legal desk, where the shape stands beside them; memos say them in full."""

APPROVAL = _(
    "I have reviewed the questions, the answers and the analysis of this memo, and I had no part in making it. I "
    "approve it as the record of this decision. My approval is not a license and settles nothing that the memo "
    "leaves open."
)
"""What a reviewer declares in approving a memo."""
