"""Applying for a license: supplement no. 2 to part 748, 750.7(g), and what stays open when the rule is silent."""

from __future__ import annotations

from rules.conditions import all_of, any_of, is_, not_
from rules.law import Obligation
from rules.provisions.country_groups import ANY_IN_5A, ANY_IN_D5_OR_MACAU
from rules.provisions.eccn_3a090 import BRANCH_A
from rules.provisions.items import COMMODITY
from rules.provisions.part_744 import RED_FLAG_28
from rules.provisions.s742_6 import ALLOCATION_PERIOD, CASE_BY_CASE
from rules.wording import _

LICENSE, SERVICE = "license", "service"

OBLIGATIONS = (
    Obligation(
        "license_application",
        LICENSE,
        "before",
        _("Apply to BIS for a license in SNAP-R and wait for it; ship nothing before."),
        "15 CFR 748.1, 748.4",
        deadline=_("Before the export, reexport or transfer"),
    ),
    Obligation(
        "license_purchase_order",
        LICENSE,
        "before",
        _(
            "Submit a purchase order or equivalent contract with the application; it may depend on the license."
        ),
        "Supplement no. 2 to part 748, paragraph (c)(3)",
        deadline=_("With the application"),
        applies=all_of(COMMODITY, any_of(BRANCH_A, not_(is_("entry", "3A090", "4A090")))),
    ),
    Obligation(
        "license_aggregate_tpp",
        LICENSE,
        "before",
        _("State the total aggregated TPP of each item in block 22(j), with how it was calculated."),
        "Supplement no. 2 to part 748, paragraph (c)(4)",
        deadline=_("With the application"),
        applies=COMMODITY,
    ),
    Obligation(
        "license_one_per_country",
        LICENSE,
        "before",
        _("File one application for each country that has a TPP allocation."),
        "Supplement no. 2 to part 748, paragraph (c)(4)",
        deadline=_("With the application"),
        threshold=_("Where the country allocation of 790,000,000 TPP applies"),
        applies=all_of(COMMODITY, BRANCH_A, ALLOCATION_PERIOD, not_(ANY_IN_5A), not_(ANY_IN_D5_OR_MACAU)),
    ),
    Obligation(
        "license_china_certifications",
        LICENSE,
        "before",
        _("Give every certification of paragraph (dd), with the independent test before each export."),
        "Supplement no. 2 to part 748, paragraph (dd); 91 FR 1684",
        deadline=_("With the application"),
        applies=all_of(BRANCH_A, CASE_BY_CASE),
    ),
    Obligation(
        "license_validity",
        LICENSE,
        "after",
        _("Ship within the license's validity, which for branch a items is generally one year."),
        "15 CFR 750.7(g)",
        deadline=_("One year from issue, as the license states"),
        applies=BRANCH_A,
    ),
    Obligation(
        "license_records",
        LICENSE,
        "after",
        _("Keep the records of the transaction."),
        "15 CFR 762.2, 762.6",
        deadline=_("Five years from the latest event"),
    ),
    Obligation(
        "red_flag_28_inquiry",
        SERVICE,
        "before",
        _(
            "Ask the customer whether it will export the model; apply for a license, or tell the customer that it must."
        ),
        "Supplement no. 3 to part 732, red flag 28",
        deadline=_("Before the service"),
        applies=RED_FLAG_28,
    ),
)
