"""15 CFR 740.29: License Exception Low Processing Performance (LPP)."""

from __future__ import annotations

from rules.conditions import NEVER, all_of, any_of, is_, not_, weigh, yes
from rules.law import Clause, Interpretation, Obligation, provision
from rules.provisions.country_groups import ANY_IN_D5_OR_MACAU
from rules.provisions.eccn_3a090 import BRANCH_A
from rules.provisions.items import COMMODITY, EXPORT_OR_REEXPORT
from rules.provisions.s740_2 import EMBARGO, I6
from rules.wording import _

ANNUAL_LIMIT = 26_900_000
NOTICE_FROM = 3_200_000

I5 = Interpretation(
    "I5",
    "15 CFR 740.29(b); ECCN 5A002",
    _('740.29(b) omits 5A002.z although its entry says "LPP: Yes": is it eligible?'),
    _("Not eligible."),
    _("Eligible."),
    adopted=NEVER,
    alternative=is_("entry", "5A002"),
)

LPP = provision(
    "s740_29",
    "15 CFR 740.29",
    _("License Exception LPP"),
    _(
        "Exports and reexports of branch a commodities, directly to one ultimate consignee outside Macau and D:5, up "
        "to 26,900,000 TPP in a calendar year from all exporters together."
    ),
    all_of(
        Clause("15 CFR 740.29(b)", _("A commodity that meets branch a."), all_of(COMMODITY, BRANCH_A)),
        Clause(
            "15 CFR 740.29(b)",
            _("Not 5A002.z, which the list omits."),
            any_of(not_(is_("entry", "5A002")), I5),
        ),
        Clause("15 CFR 740.29(a)", _("It is an export or reexport."), EXPORT_OR_REEXPORT),
        Clause(
            "15 CFR 740.29(c)",
            _("Destination, headquarters and ultimate parent are outside Macau and D:5."),
            not_(ANY_IN_D5_OR_MACAU),
        ),
        Clause("15 CFR 740.2(a)(9)(ii)", _("Not where only the named exceptions may be used."), I6),
        Clause("15 CFR 740.29(a)", _("Directly to a single ultimate consignee."), yes("direct_to_consignee")),
        Clause(
            "15 CFR 740.29(a), (d), (h)(2)",
            _("With this shipment the year's total is not more than 26,900,000 TPP."),
            weigh(ANNUAL_LIMIT, (1, "lpp_tpp_received_this_year"), (1, "tpp * units")),
        ),
        Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO)),
    ),
    open_points=(
        _("740.29(f)(iii) counts 5A002.z toward the limit although (b) omits it (I5)."),
        _(
            "A consignee headquartered in supplement no. 5(a) may count items toward another operator's limit; enter "
            "the total that counts."
        ),
        _("(g)(3) says a shipment of 3,200,000 TPP; it is read as that or more."),
        _(
            "(h)(1) makes the ultimate parent the ultimate consignee, where 740.27(b)(1) has the entity that owns the "
            "items: the year's total is the parent's, whichever of its companies receives."
        ),
        _(
            "No operative text bars distributors as such: the shipment must go directly to one ultimate consignee."
        ),
    ),
)

OBLIGATIONS = (
    Obligation(
        "lpp_certification",
        "LPP",
        "before",
        _(
            "Obtain the ultimate consignee's certification: items move under LPP, part 744, and it has not received "
            "26,900,000 TPP under LPP this calendar year. The ultimate consignee is the ultimate parent that owns them."
        ),
        "15 CFR 740.29(f), (h)(1)",
        deadline=_("Before the export or reexport"),
    ),
    Obligation(
        "lpp_prior_notice",
        "LPP",
        "before",
        _("Notify BIS of the shipment at EARReports@bis.doc.gov, subject line: LPP Shipment."),
        "15 CFR 740.29(g)(3)",
        deadline=_("Before the export or reexport"),
        threshold=_("A shipment with an aggregate of 3,200,000 TPP or more"),
        applies=weigh(-NOTICE_FROM, (-1, "tpp * units")),
    ),
    Obligation(
        "lpp_copy_to_bis",
        "LPP",
        "after",
        _("Send BIS a copy of the certification at EARReports@bis.doc.gov, subject line: LPP Shipment."),
        "15 CFR 740.29(g)(1)",
        deadline=_("Within 30 days of the export or reexport"),
    ),
    Obligation(
        "lpp_limit_reached",
        "LPP",
        "after",
        _("The ultimate consignee tells BIS, subject line: LPP TPP Limit Reached."),
        "15 CFR 740.29(g)(2)",
        deadline=_("As soon as the shipment that exhausts the year's volume is received"),
        threshold=_("When the consignee has received 26,900,000 TPP in the calendar year"),
        applies=weigh(-ANNUAL_LIMIT, (-1, "lpp_tpp_received_this_year"), (-1, "tpp * units")),
    ),
    Obligation(
        "lpp_records",
        "LPP",
        "after",
        _("Keep the records of the use of LPP."),
        "15 CFR 762.2(b)(60), 762.6",
        deadline=_("Five years from the latest event"),
    ),
)
