"""15 CFR 742.6, regional stability: the license requirements of the rule, and how an application is reviewed.

Paragraph (a) says when a license is required, paragraph (b) how BIS reviews the application.
"""

from __future__ import annotations

import datetime

from rules.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    all_of,
    any_of,
    below,
    is_,
    is_country,
    not_,
    since,
    yes,
)
from rules.law import Clause, Interpretation, amended, provision
from rules.provisions.country_groups import (
    ALL_IN_5A,
    ANTI_TERRORISM,
    ANY_IN_5A,
    ANY_IN_D5_OR_MACAU,
    DESTINATION_IN_D_GROUP,
    RECIPIENT_IN_5A,
    RECIPIENT_WHOLLY_IN_5A,
)
from rules.provisions.eccn_3a090 import BRANCH_A, BRANCH_B
from rules.provisions.eccn_4e091 import CONTROLLED_WEIGHTS
from rules.provisions.items import COMMODITY, DEEMED, WEIGHTS
from rules.provisions.part_744 import D5_HEADQUARTERED_ELSEWHERE
from rules.wording import _

UAE = is_country("destination", "AE")
TO_D_GROUP = Clause(
    "15 CFR 742.6(a)(6)(iii)(B)",
    _("To or within D:1, D:4 or D:5, excluding any destination also in A:5 or A:6."),
    DESTINATION_IN_D_GROUP,
)
TO_D_GROUP_OR_UAE = any_of(
    TO_D_GROUP,
    Clause(
        "15 CFR 742.6(a)(6)(iii)(B), as amended by 91 FR 43034",
        _("To or within the United Arab Emirates, by name, from 2026-07-10."),
        all_of(since("2026-07-10"), UAE),
    ),
)

I10 = Interpretation(
    "I10",
    "15 CFR 742.6(a)(6)(iii)(A); ECCN 3E001",
    _("3E001 technology for branch a: everywhere, or only to the D groups?"),
    _("Everywhere, as 742.6(a)(6)(iii)(A) says."),
    _("Only to D:1, D:4 and D:5 destinations and the UAE by name, as the 3E001 entry still says."),
    adopted=ALWAYS,
    alternative=any_of(not_(is_("entry", "3E001")), TO_D_GROUP_OR_UAE),
)

WORLDWIDE = provision(
    "s742_6_a_6_iii_A",
    "15 CFR 742.6(a)(6)(iii)(A)",
    _("Branch a items: license required to every destination"),
    _(
        "A license is required to export, reexport or transfer branch a chips, computers, software and technology to "
        "or within any destination worldwide, Canada and allies included."
    ),
    all_of(BRANCH_A, I10),
    open_points=(
        _("The 3E001 entry of 2026-07-23 still names only D:1, D:4 and D:5; 742.6 is followed (I10)."),
    ),
)

D_GROUPS = provision(
    "s742_6_a_6_iii_B",
    "15 CFR 742.6(a)(6)(iii)(B)",
    _("Branch b items: license required to D:1, D:4 and D:5"),
    _(
        "A license is required for branch b items to or within D:1, D:4 or D:5, excluding destinations also in A:5 or "
        "A:6; from 2026-07-10 also to or within the United Arab Emirates by name."
    ),
    all_of(BRANCH_B, TO_D_GROUP),
    later=(amended("2026-07-10", "91 FR 43034", all_of(BRANCH_B, TO_D_GROUP_OR_UAE)),),
    open_points=(
        _(
            "The UAE joined A:5 on 2026-07-10; the exclusion of A:5 is read not to undo the control that names it."
        ),
        _(
            "Cambodia stays in D:5 until the EAR's own amendment of 2026-02-03, although the State Department acted "
            "in 2025-11."
        ),
        _(
            "Macau is not in D:5, and the text names it beside D:5 wherever both are meant: it is read so. Hong Kong "
            "is read as China."
        ),
    ),
)

WEIGHTS_WORLDWIDE = provision(
    "s742_6_a_13",
    "15 CFR 742.6(a)(13)",
    _("Model weights: license required to every destination"),
    _(
        "A license is required to export, reexport or transfer 4E091 weights to any destination, except a deemed "
        "export or reexport to a permanent regular employee of an entity with headquarters or ultimate parent in "
        "supplement no. 5(a). The exception lifts only this control: it does not help for Cuba, Iran, North Korea or "
        "Syria, where the anti-terrorism control and part 746 remain."
    ),
    all_of(
        WEIGHTS,
        CONTROLLED_WEIGHTS,
        not_(
            all_of(
                Clause("15 CFR 742.6(a)(13)", _("It is a deemed export or deemed reexport."), DEEMED),
                Clause(
                    "15 CFR 742.6(a)(13); 734.20(d)(2)",
                    _("The person is a permanent regular employee of the recipient."),
                    yes("permanent_regular_employee"),
                ),
                Clause(
                    "15 CFR 742.6(a)(13)",
                    _("Headquarters or ultimate parent of the employer is in supplement no. 5(a)."),
                    RECIPIENT_IN_5A,
                ),
                Clause(
                    "ECCN 4E091, AT column 1; part 746",
                    _("The person's country is not Cuba, Iran, North Korea or Syria."),
                    not_(ANTI_TERRORISM),
                ),
            )
        ),
    ),
    open_points=(
        _('"Headquartered" and "ultimate parent" are not defined in part 772: a fact for the user.'),
    ),
)

LICENSE_REQUIREMENT = provision(
    "license_requirement",
    "15 CFR 742.6(a)(6)(iii), (a)(13); 744.23(a)(3)(i)(A)",
    _("License requirement"),
    _("One of the rule's license requirements applies."),
    any_of(WEIGHTS_WORLDWIDE, WORLDWIDE, D_GROUPS, D5_HEADQUARTERED_ELSEWHERE),
)

# ---- (b): how an application is reviewed

WEIGHTS_DENIAL = provision(
    "s742_6_b_14",
    "15 CFR 742.6(b)(14)",
    _("Review of model weights"),
    _("Denial is presumed for end users with headquarters or ultimate parent outside supplement no. 5(a)."),
    all_of(WEIGHTS, not_(RECIPIENT_WHOLLY_IN_5A)),
    open_points=(_("For end users inside supplement no. 5(a) the paragraph states no policy."),),
)

_CERTIFIED_EXPORT_TO_CHINA = all_of(
    Clause("91 FR 1684", _("It is an export, not a reexport or transfer."), is_("activity", "export")),
    Clause("91 FR 1684", _("It is a commodity, not software or technology."), COMMODITY),
    Clause("91 FR 1684", _("To an end user in China or Macau."), is_country("destination", "CN", "MO")),
    Clause("91 FR 1684", _("Total processing performance below 21,000."), below("tpp", 21000)),
    Clause("91 FR 1684", _("Total DRAM bandwidth below 6,500 GB/s."), below("dram_bandwidth", 6500)),
    Clause(
        "Supplement no. 2 to part 748, paragraph (dd); 91 FR 1684",
        _("Every certification can be given."),
        yes("china_certifications"),
    ),
)

CASE_BY_CASE = provision(
    "s742_6_b_10_iii_A_1_case_by_case",
    "15 CFR 742.6(b)(10)(iii)(A)(1), as amended by 91 FR 1684",
    _("Certified exports to China and Macau"),
    _(
        "From 2026-01-15 exports from the United States of commodities below 21,000 TPP and 6,500 GB/s to China or "
        "Macau, with every certification, are reviewed case by case."
    ),
    _CERTIFIED_EXPORT_TO_CHINA,
    source="91 FR 1684",
    start=datetime.date(2026, 1, 15),
    open_points=(
        _(
            "The part 744 change of 91 FR 1684 was not read. The item must also be commercially available in the US."
        ),
    ),
)


def _policy(
    id: str, citation: str, title: str, says: str, condition: Condition, *open_points: str
) -> Condition:
    return provision(id, citation, title, says, condition, open_points=open_points)


I7 = Interpretation(
    "I7",
    "15 CFR 742.6(b)(10)(iii)(A)(1), (A)(2)",
    _("When both D:5 or Macau and supplement no. 5(a) countries are involved, which policy prevails?"),
    _("The presumption of denial."),
    _("The presumption of approval, where (A)(2) fits."),
    adopted=NEVER,
    alternative=all_of(ANY_IN_D5_OR_MACAU, ANY_IN_5A),
)
APPROVAL_DESPITE_D5 = _policy(
    "s742_6_b_10_iii_A_2_over_A_1",
    "15 CFR 742.6(b)(10)(iii)(A)(2)",
    _("(A)(2) over (A)(1)"),
    _("Approval is presumed although D:5 or Macau is involved: only under the alternative reading of I7."),
    I7,
    _(
        "The text breaks no tie; BIS's guidance of 2026-05-31 supports denial for recipients headquartered in D:5."
    ),
)
DENIAL_FOR_D5 = _policy(
    "s742_6_b_10_iii_A_1",
    "15 CFR 742.6(b)(10)(iii)(A)(1)",
    _("Review for D:5 and Macau"),
    _(
        "Denial is presumed to or within Macau or D:5, or for an entity with headquarters or ultimate parent there, "
        "wherever it is."
    ),
    ANY_IN_D5_OR_MACAU,
)
I8 = Interpretation(
    "I8",
    "15 CFR 742.6(b)(10)(iii)(A)(2), (B)",
    _("When some but not all of destination, headquarters and ultimate parent are in supplement no. 5(a)?"),
    _("(A)(2): approval presumed, without a country allocation."),
    _("(B): approval presumed within the country allocation, policy of denial beyond it."),
    adopted=ANY_IN_5A,
    alternative=ALL_IN_5A,
)
APPROVAL_FOR_5A = _policy(
    "s742_6_b_10_iii_A_2",
    "15 CFR 742.6(b)(10)(iii)(A)(2)",
    _("Review for supplement no. 5(a) countries"),
    _(
        "Approval is presumed to or within supplement no. 5(a) countries, or for entities with headquarters or "
        "ultimate parent there."
    ),
    I8,
)
COUNTRY_ALLOCATION = 790_000_000
ALLOCATION_PERIOD = _policy(
    "s742_6_b_10_iii_B",
    "15 CFR 742.6(b)(10)(iii)(B), (C)",
    _("Country allocations, 2025 to 2027"),
    _("For other destinations each country has an allocation of 790,000,000 TPP for the years 2025 to 2027."),
    not_(since("2028-01-01")),
    _(
        "Supplement no. 5(b), which may double an allocation, was published empty; later entries are not known."
    ),
    _("The text states no allocation and no policy for 2028 and later."),
    _(
        "Supplement no. 2 to part 748, (c)(4), asks for one application for each country with an allocation; it is "
        "read to mean applications that an allocation can decide, not those for supplement no. 5(a) entities."
    ),
)
BEYOND_ALLOCATION = _policy(
    "s742_6_b_10_iii_B_2",
    "15 CFR 742.6(b)(10)(iii)(B)(2)",
    _("Beyond the country allocation"),
    _("Once the allocation is met, applications are reviewed under a policy of denial."),
    all_of(ALLOCATION_PERIOD, yes("exceeds_country_allocation")),
)
WITHIN_ALLOCATION = _policy(
    "s742_6_b_10_iii_B_1",
    "15 CFR 742.6(b)(10)(iii)(B)(1)",
    _("Within the country allocation"),
    _("Approval is presumed up to the country's allocation."),
    all_of(ALLOCATION_PERIOD, not_(yes("exceeds_country_allocation"))),
)

I9 = Interpretation(
    "I9",
    "15 CFR 742.6(b)(10)(iv); 91 FR 1684",
    _("Does the case-by-case review of 91 FR 1684 reach branch b?"),
    _("No: it amends only the policy for branch a."),
    _("Yes: certified exports of branch b commodities are reviewed case by case too."),
    adopted=NEVER,
    alternative=CASE_BY_CASE,
)
BRANCH_B_CASE_BY_CASE = _policy(
    "s742_6_b_10_iv_case_by_case",
    "15 CFR 742.6(b)(10)(iv); 91 FR 1684",
    _("Certified exports of branch b commodities to China and Macau"),
    _("Reviewed case by case: only under the alternative reading of I9."),
    all_of(BRANCH_B, I9),
)
BRANCH_B_DENIAL = _policy(
    "s742_6_b_10_iv_B",
    "15 CFR 742.6(b)(10)(iv)(B)",
    _("Review of branch b for D:5 and Macau"),
    _("Denial is presumed to Macau or D:5, or for an entity with headquarters or ultimate parent there."),
    all_of(BRANCH_B, ANY_IN_D5_OR_MACAU),
    _("(A) and (B) can both fit, since (A) says 'or'; denial prevails."),
)
BRANCH_B_APPROVAL = _policy(
    "s742_6_b_10_iv_A",
    "15 CFR 742.6(b)(10)(iv)(A)",
    _("Review of branch b elsewhere"),
    _("Approval is presumed where neither destination nor entity is in Macau or D:5."),
    BRANCH_B,
)
