"""The legal terms that the questions and results use, each in plain words with its paragraph."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rules.wording import _


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: the term, its name in addresses, what it means, and where the law says so.

    ``forms`` are other ways in which our sentences write the term.
    """

    term: str
    slug: str
    definition: str
    citation: str
    forms: tuple[str, ...] = ()


TERMS: tuple[Term, ...] = (
    Term(
        _("3A090"),
        "3a090",
        _(
            "The control list entry for powerful chips (3A090.a and 3A090.b) and for high bandwidth "
            "memory (3A090.c)."
        ),
        "ECCN 3A090",
    ),
    Term(
        _("4A090"),
        "4a090",
        _(
            "The control list entry for computers, boards and parts that contain a chip within 3A090.a or "
            "3A090.b."
        ),
        "ECCN 4A090",
    ),
    Term(
        _("4E091"),
        "4e091",
        _(
            "The control list entry for the weights of an AI model that took 10^26 or more operations to "
            "train. Published weights are out. So are some models built on published ones, and models "
            "that are less able than the best published one."
        ),
        "ECCN 4E091",
        ("4E091 model",),
    ),
    Term(
        _("ACA (Advanced Computing Authorized)"),
        "aca",
        _(
            "A license exception for chips and computers that are not both built for data centers and in "
            "branch a. It covers most of the world outside Country Group D:5 and Macau. No notice to BIS "
            "is needed."
        ),
        "15 CFR 740.8",
        ("License Exception ACA", "ACA"),
    ),
    Term(
        _("ACM (Advanced Compute Manufacturing)"),
        "acm",
        _(
            "A license exception for private firms that develop, make or store chips and computers. In "
            "the end those must go to customers outside Country Group D:5 and Macau."
        ),
        "15 CFR 740.28",
        ("License Exception ACM", "ACM"),
    ),
    Term(
        _("AI Authorization country"),
        "ai-authorization-country",
        _(
            "One of the 19 destinations on list (a) of supplement no. 5 to part 740. The United States "
            "and Taiwan are on it."
        ),
        "supplement no. 5(a) to 15 CFR part 740",
        ("AI Authorization countries", "supplement no. 5(a)", "supplement no. 5"),
    ),
    Term(
        _("AIA (Artificial Intelligence Authorization)"),
        "aia",
        _(
            "A license exception for AI Authorization countries and the companies based there. It covers "
            "chips, computers, software, technology and model weights, each with its own conditions."
        ),
        "15 CFR 740.27",
        ("License Exception AIA", "AIA"),
    ),
    Term(
        _("approved or authorized designer"),
        "authorized-designer",
        _(
            "A chip designer that BIS lists in supplement no. 6 to part 740, or one that meets the tests "
            "of note 1 to 3A090.a. Those tests look at where the designer is based and what it agrees to "
            "report. They get stricter after December 31, 2026."
        ),
        "note 1 to ECCN 3A090.a; supplement no. 6 to 15 CFR part 740; 90 FR 5298",
        (
            "approved or authorized chip designer",
            "authorized designer",
            "approved designers",
            "chip designer",
        ),
    ),
    Term(
        _("BIS"),
        "bis",
        _(
            "The Bureau of Industry and Security. It is the part of the U.S. Department of Commerce that "
            "runs the EAR."
        ),
        "15 CFR 730.1",
        ("Bureau of Industry and Security",),
    ),
    Term(
        _("branch a, branch b"),
        "branches",
        _(
            "Our short names for the two classes of powerful chips and what goes with them. Branch a is "
            "what meets 3A090.a or 4A090.a. Branch b is weaker: it meets 3A090.b or 4A090.b."
        ),
        "ECCNs 3A090 and 4A090",
        ("branch a", "branch b", "branch"),
    ),
    Term(
        _("case by case"),
        "case-by-case",
        _("A review policy that leans neither way. BIS looks at each license request on its own facts."),
        "15 CFR 742.6(b)(10); 91 FR 1684",
    ),
    Term(
        _("codified"),
        "codified",
        _("What the text of the regulations says on a date, whether or not BIS says that it enforces it."),
        "15 CFR parts 730 to 774",
    ),
    Term(
        _("Commerce Control List"),
        "commerce-control-list",
        _("The list of items that the EAR controls by name. Each entry has a code, its ECCN."),
        "supplement no. 1 to 15 CFR part 774",
        ("control list", "CCL"),
    ),
    Term(
        _("compute service"),
        "compute-service",
        _(
            "Cloud or other computing that helps a customer train a model. Nothing is sent, so it is no "
            "export by itself. But the weights that come out may be one."
        ),
        "supplement no. 3 to 15 CFR part 732, red flag 28",
        ("Infrastructure-as-a-Service", "IaaS"),
    ),
    Term(
        _("country allocation"),
        "country-allocation",
        _(
            "How much TPP BIS will license to one country by a presumption of approval: 790,000,000 in "
            "all for the years 2025 to 2027. Beyond it, the policy is denial."
        ),
        "15 CFR 742.6(b)(10)(iii)(B)",
        ("allocation",),
    ),
    Term(
        _("Country Group"),
        "country-group",
        _(
            "A set of countries that the EAR treats alike for some purpose. A country can be in several "
            "groups."
        ),
        "supplement no. 1 to 15 CFR part 740",
        ("Country Groups",),
    ),
    Term(
        _("Country Group D:5"),
        "country-group-d5",
        _(
            "Countries under a U.S. arms embargo, such as China and Russia. This rule nearly always adds "
            "Macau, which is not in the group. Hong Kong counts as China."
        ),
        "supplement no. 1 to 15 CFR part 740",
        ("D:5", "Country Group D:5 and Macau", "Country Group D:5 or Macau"),
    ),
    Term(
        _("Country Groups A:5 and A:6"),
        "country-groups-a5-a6",
        _(
            "Close partners of the United States. A country in one of them does not count as D:1, D:4 or "
            "D:5 here, even if it is also on one of those lists."
        ),
        "supplement no. 1 to 15 CFR part 740",
        ("Country Group A:5", "Country Group A:6", "A:5", "A:6"),
    ),
    Term(
        _("Country Groups D:1 and D:4"),
        "country-groups-d1-d4",
        _(
            "Countries of concern for national security (D:1) or missile technology (D:4). Branch b items "
            "need a license to go there, unless the country is also in A:5 or A:6."
        ),
        "supplement no. 1 to 15 CFR part 740; 742.6(a)(6)(iii)(B)",
        ("Country Group D:1", "Country Group D:4", "D:1", "D:4"),
    ),
    Term(
        _("Country Groups E:1 and E:2"),
        "country-groups-e1-e2",
        _(
            "Countries that support terrorism (E:1), and Cuba (E:2). Other parts of the EAR control "
            "nearly all that goes there."
        ),
        "supplement no. 1 to 15 CFR part 740; part 746",
        ("Country Group E:1", "Country Group E:2", "E:1", "E:2"),
    ),
    Term(
        _("data center item"),
        "data-center-item",
        _("An item that is designed for data centers, or marketed for them. Either one is enough."),
        "note 2 to ECCN 3A090",
        ("designed or marketed for data centers", "datacenter"),
    ),
    Term(
        _("de minimis"),
        "de-minimis",
        _(
            "The share of controlled U.S. content below which a foreign-made item stays outside the EAR. "
            "It is 25 percent for most countries and 10 percent for Country Groups E:1 and E:2."
        ),
        "15 CFR 734.4",
        ("de minimis share",),
    ),
    Term(
        _("deemed export"),
        "deemed-export",
        _(
            "Giving a foreign person in the United States access to controlled technology or source code. "
            "It counts as an export to that person's country."
        ),
        "15 CFR 734.13(a)(2), (b)",
        ("deemed exports",),
    ),
    Term(
        _("deemed reexport"),
        "deemed-reexport",
        _(
            "Giving a person access to controlled technology or source code in a foreign country that is "
            "not the person's own. It counts as a reexport to the person's country."
        ),
        "15 CFR 734.14(a)(2), (b)",
        ("deemed reexports",),
    ),
    Term(
        _("EAR"),
        "ear",
        _(
            "The Export Administration Regulations. They control exports of goods, software and "
            "technology that have civil uses or both civil and military ones."
        ),
        "15 CFR parts 730 to 774",
        ("Export Administration Regulations",),
    ),
    Term(
        _("ECCN"),
        "eccn",
        _(
            "Export Control Classification Number: the code of an entry on the Commerce Control List, "
            "such as 3A090."
        ),
        "15 CFR 738.2(d)",
        ("ECCNs", "Export Control Classification Number", "control list entry"),
    ),
    Term(
        _("end user"),
        "end-user",
        _(
            "The person or company abroad that gets the item and puts it to use. A forwarder or an agent "
            "is not one."
        ),
        "15 CFR 748.5(f); 772.1",
        ("end users",),
    ),
    Term(
        _("enforcement posture"),
        "enforcement-posture",
        _(
            "What BIS has said, up to a date, about which parts of the rule it enforces. The text itself "
            "may ask for more."
        ),
        "BIS statements of 2025-05-13 and 2026-05-31",
    ),
    Term(
        _("export"),
        "export",
        _("Sending or taking an item out of the United States, in any way. Sending a file abroad counts."),
        "15 CFR 734.13",
        ("exports",),
    ),
    Term(
        _("foreign direct product"),
        "foreign-direct-product",
        _(
            "A foreign-made item that is under the EAR because of what it was made with: listed U.S. "
            "technology or software, or a plant built on them. Weights trained abroad on controlled chips "
            "can be one, too."
        ),
        "15 CFR 734.9(h), (l)",
        ("direct product", "direct products"),
    ),
    Term(
        _("headquartered"),
        "headquartered",
        _(
            "Based in a country as a company's main office is. The EAR does not define it. Record how you "
            "know, such as a company register or an annual report."
        ),
        "no definition in 15 CFR 772.1",
        ("headquarters",),
    ),
    Term(
        _("high bandwidth memory"),
        "high-bandwidth-memory",
        _(
            "Stacked memory chips (HBM) that move more than 2 gigabytes per second per square millimeter. "
            "Another rule covers it."
        ),
        "ECCN 3A090.c",
        ("HBM",),
    ),
    Term(
        _("license"),
        "license",
        _("Written permission from BIS for a given deal. You ask for it through SNAP-R."),
        "15 CFR parts 748 and 750",
        ("licenses",),
    ),
    Term(
        _("license exception"),
        "license-exception",
        _(
            "A rule that lets you go ahead without a license if you meet all of its conditions. You must "
            "keep proof that you met them."
        ),
        "15 CFR part 740",
        ("license exceptions",),
    ),
    Term(
        _("LPP (Low Processing Performance)"),
        "lpp",
        _(
            "A license exception for small amounts: at most 26,900,000 TPP for one ultimate consignee in "
            "a calendar year, from all sellers together."
        ),
        "15 CFR 740.29",
        ("License Exception LPP", "LPP"),
    ),
    Term(
        _("model weights"),
        "model-weights",
        _("The values that an AI model learned in training. The EAR also calls them its parameters."),
        "ECCN 4E091, technical note 1; 15 CFR 772.1",
        ("weights", "parameters"),
    ),
    Term(
        _("NAC (Notified Advanced Computing)"),
        "nac",
        _(
            "A license exception for Country Group D:5, Macau and companies based there. It covers chips "
            "and computers that are not both built for data centers and in branch a. You must give BIS "
            "notice 25 days before."
        ),
        "15 CFR 740.8",
        ("License Exception NAC", "NAC"),
    ),
    Term(
        _("NVEU (National Validated End User)"),
        "nveu",
        _(
            "A data center operator that BIS has approved for one country. What it may have there in all "
            "grows each quarter to the end of 2027."
        ),
        "15 CFR 748.15(a)(2)(iii)",
        ("NVEU", "national validated end user"),
    ),
    Term(
        _("part 744"),
        "part-744",
        _(
            "The part of the EAR on bad end uses and end users, such as weapons work and firms on the "
            "Entity List. It can call for a license when no other part does."
        ),
        "15 CFR part 744",
        ("prohibited end use", "prohibited end user", "prohibited end uses", "listed party"),
    ),
    Term(
        _("performance density"),
        "performance-density",
        _(
            "TPP divided by the chip area in square millimeters. Only logic dies made with non-planar "
            "transistors count."
        ),
        "ECCN 3A090, technical note 4",
    ),
    Term(
        _("permanent and regular employee"),
        "permanent-and-regular-employee",
        _(
            "Someone employed for a year or more. A long-term contract worker can be one, too. Such a "
            "person must work full time, on site and only for the company, take its orders, and have "
            "signed not to disclose. A staffing firm must have no part in the work."
        ),
        "15 CFR 734.20(d)(2)",
        ("permanent regular employee",),
    ),
    Term(
        _("policy of denial"),
        "policy-of-denial",
        _("BIS will turn the license request down."),
        "15 CFR 742.6(b)(10)(iii)(B)(2)",
    ),
    Term(
        _("presumption of approval"),
        "presumption-of-approval",
        _("BIS starts from yes. It grants the license unless something speaks against it."),
        "15 CFR 742.6(b)(10)",
    ),
    Term(
        _("presumption of denial"),
        "presumption-of-denial",
        _("BIS starts from no. It turns the request down unless there are strong grounds to grant it."),
        "15 CFR 742.6(b)(10), (b)(14)",
    ),
    Term(
        _("private sector end user"),
        "private-sector-end-user",
        _(
            "A person who does not act for a government, or a firm that no government owns or controls. "
            "The firm's parents and sister firms count. The U.S. Government is left aside."
        ),
        "15 CFR 740.28(d)",
        ("private sector",),
    ),
    Term(
        _("published"),
        "published",
        _(
            "Open to the public with no limits on passing it on. Posting weights freely on the Internet "
            "is one way."
        ),
        "15 CFR 734.7(a)",
        ("unpublished",),
    ),
    Term(
        _("red flag"),
        "red-flag",
        _(
            "A sign that a deal may not be what it seems, such as a buyer with no use for the goods. You "
            "must clear it up before you go ahead."
        ),
        "supplement no. 3 to 15 CFR part 732",
        ("red flags",),
    ),
    Term(
        _("reexport"),
        "reexport",
        _("Sending an item that is under the EAR from one foreign country to another."),
        "15 CFR 734.14",
        ("reexports",),
    ),
    Term(
        _("SNAP-R"),
        "snap-r",
        _("The BIS website for license requests, for notices, and for requests to classify an item."),
        "15 CFR 748.1",
    ),
    Term(
        _("subject to the EAR"),
        "subject-to-the-ear",
        _(
            "Under these rules at all. Items of U.S. origin are, wherever they are. So are items in the "
            "United States and some made abroad."
        ),
        "15 CFR 734.3",
    ),
    Term(
        _("supplement no. 10"),
        "supplement-no-10",
        _(
            "BIS's guidelines for data centers. Paragraphs 14, 15 and 18 set the security of a site that "
            "stores controlled weights."
        ),
        "supplement no. 10 to 15 CFR part 748",
    ),
    Term(
        _("synthetic data"),
        "synthetic-data",
        _(
            "Training data that an AI model made. If much of it is unpublished, work on the other model "
            "may count as well."
        ),
        "ECCN 4E091, technical note 3",
    ),
    Term(
        _("TPP (total processing performance)"),
        "tpp",
        _(
            "A measure of a chip's speed. Multiply 2 by its MacTOPS (its peak rate of multiply-and-add "
            "steps, in trillions per second) and by the bit length. Take the highest result, for dense "
            "data."
        ),
        "ECCN 3A090, technical notes 1 to 3",
        ("total processing performance (TPP)", "total processing performance", "TPP", "MacTOPS"),
    ),
    Term(
        _("training operations"),
        "operations",
        _(
            "The math steps it takes to train a model, in all rounds of training. As a rule of thumb, "
            "multiply 6 by the number of weights and by the number of training tokens."
        ),
        "ECCN 4E091, technical note 2",
        ("operations", "operation"),
    ),
    Term(
        _("transfer (in-country)"),
        "transfer-in-country",
        _("A change of end user or end use within one foreign country."),
        "15 CFR 734.16",
        ("transfer in-country", "transfers (in-country)"),
    ),
    Term(
        _("ultimate consignee"),
        "ultimate-consignee",
        _(
            "The party abroad that the goods are meant for in the end. For AIA it is the owner of the "
            "items. For LPP it is the ultimate parent that owns them."
        ),
        "15 CFR 748.5(e); 740.27(b)(1); 740.29(h)(1)",
    ),
    Term(
        _("ultimate parent"),
        "ultimate-parent",
        _("The company at the top of a group, which no other company owns. The EAR does not define it."),
        "no definition in 15 CFR 772.1",
    ),
    Term(
        _("UVEU (Universal Validated End User)"),
        "uveu",
        _(
            "A data center operator, based in an AI Authorization country, that BIS has approved for "
            "sites in many countries. Limits apply to how much of its computing power may be where."
        ),
        "15 CFR 748.15(a)(2)(ii); supplement no. 10 to part 748, paragraph 6",
        ("UVEU", "universal validated end user"),
    ),
    Term(
        _("validated end user"),
        "validated-end-user",
        _(
            "A company that BIS has checked and lists in supplement no. 7 to part 748. It may get some "
            "items without a license."
        ),
        "15 CFR 748.15",
        ("Data Center Validated End User", "VEU"),
    ),
    Term(
        _(".z paragraph"),
        "z-paragraph",
        _(
            "The last paragraph of some control list entries. It holds items that also reach the limits "
            "of 3A090 or 4A090. They keep their own entry, but the chip rules apply to them."
        ),
        "supplement no. 1 to 15 CFR part 774",
        (".z paragraphs", "paragraph .z", ".z"),
    ),
)
"""Every entry, in the order of the terms."""

BY_SLUG: Mapping[str, Term] = MappingProxyType({term.slug: term for term in TERMS})
"""The entries by their names in addresses."""

_SLUG_OF_FORM: Mapping[str, str] = {
    form.casefold(): term.slug for term in TERMS for form in (term.term, *term.forms)
}
# Longest first, so that "ultimate parent" is never read as a shorter term inside it.
_ANY_FORM = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(re.escape(form) for form in sorted(_SLUG_OF_FORM, key=len, reverse=True))
    + r")(?!\w)",
    re.IGNORECASE,
)


def terms_in(text: str) -> tuple[Term, ...]:
    """The terms that an English sentence uses, in the order in which they first appear."""
    return tuple(
        BY_SLUG[slug]
        for slug in dict.fromkeys(_SLUG_OF_FORM[found.casefold()] for found in _ANY_FORM.findall(text))
    )
