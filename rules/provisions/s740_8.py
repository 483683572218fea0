"""15 CFR 740.8: license exceptions NAC (Notified Advanced Computing) and ACA (Advanced Computing Authorized)."""

from __future__ import annotations

from rules.conditions import all_of, any_of, not_, yes
from rules.law import Clause, Obligation, provision
from rules.provisions.country_groups import ANY_IN_D5_OR_MACAU, DESTINATION_IN_D5_OR_MACAU
from rules.provisions.eccn_3a090 import BRANCH_A
from rules.provisions.items import COMMODITY_OR_5D002_5D992, EXPORT_OR_REEXPORT, TRANSFER
from rules.provisions.s740_2 import EMBARGO
from rules.wording import _

_ELIGIBLE = (
    Clause(
        "15 CFR 740.8(a)",
        _("A 3A090, 4A090 or .z commodity, or 5D002.z or 5D992.z software."),
        COMMODITY_OR_5D002_5D992,
    ),
    Clause(
        "15 CFR 740.8(a)",
        _("Not both designed or marketed for datacenters and meeting 3A090.a."),
        not_(all_of(yes("datacenter"), BRANCH_A)),
    ),
)
_NO_EMBARGO = Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO))

NAC = provision(
    "s740_8_nac",
    "15 CFR 740.8",
    _("License Exception NAC"),
    _(
        "Exports and reexports of eligible items to Macau or D:5, or to an entity with headquarters or ultimate "
        "parent there, after 25 days' notice to BIS."
    ),
    all_of(
        *_ELIGIBLE,
        Clause("15 CFR 740.8(a)", _("It is an export or reexport."), EXPORT_OR_REEXPORT),
        Clause(
            "15 CFR 740.8(a)",
            _("Destination, headquarters or ultimate parent is in Macau or D:5."),
            ANY_IN_D5_OR_MACAU,
        ),
        _NO_EMBARGO,
    ),
    open_points=(
        _(
            "The current text of 740.8(a)(1) to (a)(2) and (b) was not found in full: written purchase order; part 744."
        ),
    ),
)

ACA = provision(
    "s740_8_aca",
    "15 CFR 740.8",
    _("License Exception ACA"),
    _(
        "Exports, reexports and transfers of eligible items where neither destination, headquarters nor ultimate "
        "parent is in Macau or D:5; and transfers (in-country) within Macau or D:5. No notice."
    ),
    all_of(
        *_ELIGIBLE,
        Clause(
            "15 CFR 740.8(a)",
            _("None of the three is in Macau or D:5, or it is a transfer (in-country) within Macau or D:5."),
            any_of(not_(ANY_IN_D5_OR_MACAU), all_of(TRANSFER, DESTINATION_IN_D5_OR_MACAU)),
        ),
        _NO_EMBARGO,
    ),
)

OBLIGATIONS = (
    Obligation(
        "nac_notice",
        "NAC",
        "before",
        _(
            "File the NAC notice in SNAP-R: box 9 says NAC, with total processing performance, performance density, "
            "data sheet, NAC and license approvals to the end user of the last 12 months, memory bandwidth, and "
            "whether and how the items join a computing cluster."
        ),
        "15 CFR 740.8(c)(1)",
        deadline=_("At least 25 calendar days before the export or reexport"),
    ),
    *(
        Obligation(
            f"{name.lower()}_conditions",
            name,
            "before",
            _(
                "Check 740.8(a)(1), (a)(2) and (b), whose current text was not found in full: a written purchase "
                "order unless these are samples, and no use or user that part 744 prohibits."
            ),
            "15 CFR 740.8(a), (b)",
            deadline=_("Before the shipment"),
        )
        for name in ("NAC", "ACA")
    ),
    *(
        Obligation(
            f"{name.lower()}_records",
            name,
            "after",
            _("Keep the records of the transaction."),
            "15 CFR 762.2, 762.6",
            deadline=_("Five years from the latest event"),
        )
        for name in ("NAC", "ACA")
    ),
)
