"""Part 744: end uses and end users, and red flags (supplement no. 3 to part 732)."""

from __future__ import annotations

import datetime

from rules.conditions import all_of, any_of, is_country, not_, yes
from rules.law import Clause, provision
from rules.provisions.country_groups import DESTINATION_IN_D_GROUP, RECIPIENT_IN_D5_OR_MACAU, in_supplement_5a
from rules.provisions.eccn_3a090 import BRANCH_B
from rules.provisions.eccn_4e091 import CONTROLLED_WEIGHTS
from rules.provisions.items import COMMODITY_OR_5D002_5D992, COMPUTE_SERVICE, COMPUTING_ITEM, WEIGHTS
from rules.wording import _

AFFILIATES_RULE_STAYED_UNTIL = datetime.date(2026, 11, 9)
"""The last day of the stay of 90 FR 47201 (90 FR 50857); whether it was extended, the sources do not say."""
AFTER_THE_STAY = _(
    "Check the owners again. The stay of the Affiliates Rule (90 FR 47201) ended on November 9, 2026 unless it was "
    "extended, which is not known here. Without it a company counts as listed if listed parties own half of it or more."
)
"""What to warn of from the day after."""

CONCERN = provision(
    "part_744",
    "15 CFR part 744; supplement no. 3 to part 732; 15 CFR 740.29(e), 748.15(d)(2)",
    _("Prohibited end use or end user, listed party or red flag"),
    _("A prohibited end use or end user, a listed party, or an unresolved red flag is known or suspected."),
    yes("part_744_concern"),
    open_points=(
        _(
            "The Affiliates Rule (90 FR 47201, red flag 29) was stayed from 2025-11-10 to 2026-11-09; whether it "
            "applies again is not known from the sources. Check before relying on ownership below listing."
        ),
        _('"Is informed" letters (2025-04, 2026-06) override the lists; they must be entered as a concern.'),
    ),
)

D5_HEADQUARTERED_ELSEWHERE = provision(
    "s744_23_a_3_i_A",
    "15 CFR 744.23(a)(3)(i)(A)",
    _("Branch b items for recipients headquartered in D:5 or Macau, wherever they are"),
    _(
        "Branch b chips, computers and 5D002 or 5D992 software need a license outside the D groups too when the "
        "recipient is headquartered, or has its ultimate parent, in Macau or Country Group D:5."
    ),
    all_of(
        BRANCH_B,
        Clause(
            "15 CFR 744.23(a)(3)(i)(A)",
            _("A listed commodity, or 5D002.z or 5D992.z."),
            COMMODITY_OR_5D002_5D992,
        ),
        Clause(
            "15 CFR 744.23(a)(3)(i)(A)",
            _("Destined outside D:1, D:4 and D:5 less A:5 and A:6."),
            not_(DESTINATION_IN_D_GROUP),
        ),
        Clause(
            "15 CFR 744.23(a)(3)(i)(A)",
            _("Headquarters or ultimate parent in Macau or Country Group D:5."),
            RECIPIENT_IN_D5_OR_MACAU,
        ),
    ),
    open_points=(
        _("Whether NAC overcomes 744.23 for these recipients: 740.8(a) names them, so it is taken to."),
    ),
)

RED_FLAG_28 = provision(
    "red_flag_28",
    "Supplement no. 3 to part 732, red flag 28",
    _("Computing service that trains a controlled model for an outside customer"),
    _(
        "Helping to train a 4E091 model for a customer with headquarters or ultimate parent outside supplement no. "
        "5(a): ask whether the customer will export the weights; apply for a license, or tell it that it must."
    ),
    all_of(
        COMPUTE_SERVICE,
        WEIGHTS,
        CONTROLLED_WEIGHTS,
        any_of(not_(in_supplement_5a("headquarters")), not_(in_supplement_5a("ultimate_parent"))),
    ),
)

UAE_EXEMPT = provision(
    "uae_exempt_recipient",
    "91 FR 43034; 15 CFR 740.2(a)(26); supplement no. 8 to part 740",
    _("Recipients that the UAE rule exempts"),
    _(
        "From 2026-07-10 chips, computers, software and technology for the UAE Government or a recipient named in "
        "the UAE rule follow terms whose full text is not among the sources: refer to counsel."
    ),
    all_of(
        COMPUTING_ITEM,
        is_country("destination", "AE"),
        yes("uae_exempt_recipient"),
    ),
    source="91 FR 43034",
    start=datetime.date(2026, 7, 10),
)
