"""15 CFR 740.2: restrictions on all license exceptions."""

from __future__ import annotations

from rules.conditions import ALWAYS, any_of, not_
from rules.law import Clause, Interpretation, provision
from rules.provisions.country_groups import DESTINATION_IN_D_GROUP, EMBARGOED, RECIPIENT_IN_D5_OR_MACAU
from rules.wording import _

EMBARGO = provision(
    "s740_2_a_6",
    "15 CFR 740.2(a)(6); part 746",
    _("Embargoed destinations"),
    _(
        "No authorization of this rule may be used for Cuba, Iran, North Korea, Syria, Russia or Belarus; part 746 "
        "reaches nearly every item there."
    ),
    EMBARGOED,
)

RESTRICTED = provision(
    "s740_2_a_9_ii",
    "15 CFR 740.2(a)(9)(ii)",
    _("Only the named license exceptions"),
    _(
        "To D:1, D:4 or D:5 less A:5 and A:6, or for an entity with headquarters or ultimate parent in Macau or D:5, "
        "only the license exceptions it names may be used: of this rule's, NAC, ACA, ACM, and AIA for 4E091 to "
        "entities headquartered in supplement no. 5(a)."
    ),
    any_of(
        Clause("15 CFR 740.2(a)(9)(ii)", _("The destination is in the D groups."), DESTINATION_IN_D_GROUP),
        Clause(
            "15 CFR 740.2(a)(9)(ii)",
            _("Headquarters or ultimate parent is in Macau or D:5."),
            RECIPIENT_IN_D5_OR_MACAU,
        ),
    ),
    open_points=(_("LPP is not named, although 740.29(c) would allow D:1 and D:4 destinations (I6)."),),
)

I6 = Interpretation(
    "I6",
    "15 CFR 740.2(a)(9)(ii); 740.29(c)",
    _("740.2(a)(9)(ii) does not name LPP, 740.29(c) would allow it: is LPP barred there?"),
    _("Barred."),
    _("Allowed."),
    adopted=not_(RESTRICTED),
    alternative=ALWAYS,
)
