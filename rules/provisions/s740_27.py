"""15 CFR 740.27: License Exception Artificial Intelligence Authorization (AIA)."""

from __future__ import annotations

from rules.conditions import all_of, any_of, is_, not_, since, yes
from rules.law import Clause, Interpretation, Obligation, amended, provision
from rules.provisions.country_groups import (
    ALL_IN_5A,
    DESTINATION_IN_D5_OR_MACAU,
    RECIPIENT_IN_5A,
    RECIPIENT_WHOLLY_IN_5A,
    in_supplement_5a,
)
from rules.provisions.eccn_3a090 import BRANCH_A
from rules.provisions.items import COMMODITY, COMPUTING_ITEM, DEEMED, WEIGHTS
from rules.provisions.s740_2 import EMBARGO, RESTRICTED
from rules.wording import _

I2 = Interpretation(
    "I2",
    "15 CFR 740.27(a)(3)",
    _('"Headquartered, or whose ultimate parent is headquartered" in supplement no. 5(a): one or both?'),
    _("Both must be."),
    _("Either is enough."),
    adopted=RECIPIENT_WHOLLY_IN_5A,
    alternative=RECIPIENT_IN_5A,
)
I3 = Interpretation(
    "I3",
    "15 CFR 740.27(a)(3)(ii); 748.15(a)(2)(ii)(A); supplement no. 10 to part 748",
    _("From when does the storage condition for weights bind?"),
    _("From the start."),
    _("From 2026-01-15, when paragraphs 14, 15 and 18 must be met."),
    adopted=yes("storage_compliant"),
    alternative=any_of(not_(since("2026-01-15")), yes("storage_compliant")),
)

AIA_WEIGHTS = provision(
    "s740_27_a_3",
    "15 CFR 740.27(a)(2)(ii), (a)(3)",
    _("License Exception AIA for model weights"),
    _(
        "4E091 weights for entities of supplement no. 5(a), located anywhere but Macau or D:5, stored in a facility "
        "that meets paragraphs 14, 15 and 18 of supplement no. 10 to part 748."
    ),
    all_of(
        Clause("15 CFR 740.27(a)(2)(ii)", _("The item is model weights."), WEIGHTS),
        Clause("15 CFR 740.27(a)", _("It is not a deemed export or deemed reexport."), not_(DEEMED)),
        Clause("15 CFR 740.27(a)(3)", _("Headquarters and ultimate parent are in supplement no. 5(a)."), I2),
        Clause(
            "15 CFR 740.27(a)(3)(i)", _("Located outside Macau and D:5."), not_(DESTINATION_IN_D5_OR_MACAU)
        ),
        Clause("15 CFR 740.27(a)(3)(ii)", _("Stored in a facility that meets paragraphs 14, 15 and 18."), I3),
        Clause(
            "15 CFR 740.2(a)(9)(ii)",
            _("Where only named exceptions may be used, headquarters is in supplement no. 5(a)."),
            any_of(not_(RESTRICTED), in_supplement_5a("headquarters")),
        ),
        Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO)),
    ),
    open_points=(
        _("Read literally, (a)(3) lets a French headquarters with a Chinese parent qualify (I2)."),
        _("Data center validated end-user status is not used for weights."),
    ),
)

_DESIGNED = Clause(
    "15 CFR 740.27(a)(1), as amended by 90 FR 5298",
    _("For 3A090.a, 5A002.z and 5A992.z the designer is approved or authorized."),
    any_of(not_(is_("entry", "3A090", "5A002", "5A992")), yes("authorized_designer")),
)
_TRAINING = Clause(
    "15 CFR 740.27(a), (b)(2)(iii)",
    _("A commodity will not be used to train a 4E091 model for an entity outside supplement no. 5(a)."),
    any_of(not_(COMMODITY), not_(yes("trains_4e091_for_outsiders"))),
)
_FOR_5A = (
    Clause("15 CFR 740.27(a)(1), (a)(2)(i)", _("A branch a item, other than 3E001 technology."), BRANCH_A),
    Clause("15 CFR 740.27(a)(2)(i)", _("Not 3E001, which the list omits."), not_(is_("entry", "3E001"))),
    Clause(
        "15 CFR 740.27(a)",
        _("Destination, headquarters and ultimate parent are all in supplement no. 5(a)."),
        ALL_IN_5A,
    ),
)
_NO_EMBARGO = Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO))

AIA_COMPUTING = provision(
    "s740_27_a_1",
    "15 CFR 740.27(a)(1), (a)(2)(i)",
    _("License Exception AIA for chips, computers, software and technology"),
    _(
        "Branch a items other than 3E001 to entities located, headquartered and ultimately parented in supplement "
        "no. 5(a); from 2025-01-16, for 3A090.a, 5A002.z and 5A992.z, by an approved or authorized designer."
    ),
    all_of(COMPUTING_ITEM, *_FOR_5A, _TRAINING, _NO_EMBARGO),
    later=(
        amended(
            "2025-01-16", "90 FR 5298", all_of(COMPUTING_ITEM, *_FOR_5A, _DESIGNED, _TRAINING, _NO_EMBARGO)
        ),
    ),
    open_points=(
        _("(a)(2)(i) omits 3E001, which 742.6(a)(6)(iii)(A) controls: no AIA for it."),
        _(
            "(a) asks that the certification be submitted always, (c) only at 253,000,000 TPP: (c) is followed."
        ),
        _("(c) says a cumulative 253,000,000 TPP; it is read as that or more."),
        _(
            "AIA and LPP mean different ultimate consignees: (b)(1) here the entity that owns the items, 740.29(h)(1) "
            "its ultimate parent. What is asked of the consignee is asked of that entity."
        ),
        _("(c) refers to a notice of (b)(4); the notice is in (b)(3). (a)(1) names some entries twice."),
    ),
)

# Each kind of item has its own authorization within AIA, so only that one's conditions are reasons.
AIA = all_of(any_of(not_(WEIGHTS), AIA_WEIGHTS), any_of(WEIGHTS, AIA_COMPUTING))

OBLIGATIONS = (
    Obligation(
        "aia_eccn",
        "AIA",
        "before",
        _(
            "Furnish the ultimate consignee (the owner of the items) the ECCN of each item, once while it stays right."
        ),
        "15 CFR 740.27(b)(1)",
        deadline=_("Before first use of AIA for that consignee"),
        applies=COMPUTING_ITEM,
    ),
    Obligation(
        "aia_certification",
        "AIA",
        "before",
        _(
            "Obtain the ultimate consignee's one-time certification: part 744, no training of 4E091 models as a "
            "service for entities outside supplement no. 5(a), no onward supply to them without authorization."
        ),
        "15 CFR 740.27(b)(2)",
        deadline=_("Before the first shipment"),
        applies=COMMODITY,
    ),
    Obligation(
        "aia_certification_to_bis",
        "AIA",
        "before",
        _("Send the certification to EARReports@bis.doc.gov, subject line: AIA Certification."),
        "15 CFR 740.27(c)",
        deadline=_("Before the first shipment that reaches the threshold"),
        threshold=_("Once the consignee's cumulative total processing performance is 253,000,000 TPP"),
        applies=COMMODITY,
    ),
    Obligation(
        "aia_notice",
        "AIA",
        "with",
        _("Tell the ultimate consignee in writing that the shipment, or which items of it, move under AIA."),
        "15 CFR 740.27(b)(3)",
        deadline=_("With each shipment"),
        applies=COMPUTING_ITEM,
    ),
    Obligation(
        "aia_storage",
        "AIA",
        "after",
        _(
            "Keep the weights in a facility that meets paragraphs 14, 15 and 18 of supplement no. 10 to part 748."
        ),
        "15 CFR 740.27(a)(3)(ii)",
        deadline=_("As long as the weights are held"),
        applies=WEIGHTS,
    ),
    Obligation(
        "aia_records",
        "AIA",
        "after",
        _("Keep the records of the use of AIA."),
        "15 CFR 762.2(b)(58), 762.6",
        deadline=_("Five years from the latest event"),
    ),
)
