"""15 CFR 740.28: License Exception Advanced Compute Manufacturing (ACM)."""

from __future__ import annotations

from rules.conditions import ALWAYS, all_of, any_of, is_, not_, yes
from rules.law import Clause, Interpretation, Obligation, amended, provision
from rules.provisions.country_groups import ANY_IN_D5_OR_MACAU
from rules.provisions.eccn_3a090 import BRANCH_A
from rules.provisions.items import COMPUTING_ITEM
from rules.provisions.s740_2 import EMBARGO
from rules.wording import _

I4 = Interpretation(
    "I4",
    "15 CFR 740.28(b); 90 FR 5298",
    _("Since 90 FR 5298, does ACM ask for an approved or authorized designer?"),
    _("It does, for branch a of 3A090, 5A002 and 5A992."),
    _("It does not."),
    adopted=any_of(not_(BRANCH_A), not_(is_("entry", "3A090", "5A002", "5A992")), yes("authorized_designer")),
    alternative=ALWAYS,
)

_CONDITIONS = (
    Clause(
        "15 CFR 740.28(b)",
        _("Chips, computers, their software or technology; not model weights."),
        COMPUTING_ITEM,
    ),
    Clause(
        "15 CFR 740.28(a)",
        _("For development, production, or storage before onward supply."),
        is_("purpose", "manufacturing"),
    ),
    Clause("15 CFR 740.28(a), (d)", _("The recipient is a private sector end user."), yes("private_sector")),
    Clause(
        "15 CFR 740.28(a)",
        _("Ultimately destined to customers outside Macau and D:5."),
        yes("final_customers_outside_d5"),
    ),
    Clause(
        "15 CFR 740.28(c)",
        _("Destination, headquarters and ultimate parent are outside Macau and D:5."),
        not_(ANY_IN_D5_OR_MACAU),
    ),
    Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO)),
)
_DESIGNER = Clause(
    "15 CFR 740.28(b), as amended by 90 FR 5298",
    _("For branch a of 3A090, 5A002 and 5A992 the designer is approved or authorized."),
    I4,
)

ACM = provision(
    "s740_28",
    "15 CFR 740.28",
    _("License Exception ACM"),
    _(
        "Chips, computers, software and technology for a private company outside Macau and D:5 that develops, "
        "produces or stores them for customers outside Macau and D:5."
    ),
    all_of(*_CONDITIONS),
    later=(amended("2025-01-16", "90 FR 5298", all_of(*_CONDITIONS, _DESIGNER)),),
    open_points=(
        _("740.28(b) as amended by 90 FR 5298 was not read; the designer condition is adopted as I4."),
        _("740.28(b) names 4A004.z, whose entry has no ACM flag: the section is followed."),
        _("ACM has no clause against training; its closed list of purposes is what limits it."),
    ),
)

OBLIGATIONS = (
    Obligation(
        "acm_accounting",
        "ACM",
        "after",
        _("Account for the controlled items sent to and out of each facility, facility by facility."),
        "15 CFR 740.28(e)",
        deadline=_("Update the records at least every six months"),
    ),
    Obligation(
        "acm_records",
        "ACM",
        "after",
        _("Keep the records of the use of ACM."),
        "15 CFR 762.2(b)(59), 762.6",
        deadline=_("Five years from the latest event"),
    ),
)
