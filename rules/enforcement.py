"""The second answer: what BIS says it enforces on a date, apart from what the codified text requires."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from rules.conditions import all_of, any_of, is_country, not_, since
from rules.law import Ordered, provision
from rules.provisions.conclusion import BEFORE_REQUIREMENT
from rules.provisions.country_groups import ANTI_TERRORISM, DESTINATION_IN_D_GROUP, RECIPIENT_IN_D5_OR_MACAU
from rules.provisions.eccn_3a090 import BRANCH_A, BRANCH_B
from rules.provisions.items import DEEMED, WEIGHTS
from rules.provisions.s742_6 import LICENSE_REQUIREMENT, UAE
from rules.wording import _

NOT_ENFORCED_FROM = datetime.date(2025, 5, 13)
NOT_YET_REQUIRED, NOT_ENFORCED = "compliance_not_yet_required", "not_enforced"
POSTURES = (NOT_YET_REQUIRED, NOT_ENFORCED)


@dataclass(frozen=True)
class Event:
    """A dated act that bears on enforcement, in our words, with its source."""

    date: datetime.date
    says: str
    source: str


EVENTS = (
    Event(
        datetime.date(2025, 1, 13),
        _("The rule takes effect; compliance with most of it is asked from 2025-05-15."),
        "90 FR 4544",
    ),
    Event(
        datetime.date(2025, 5, 13),
        _(
            "BIS announces that it will rescind the rule and tells its officials not to enforce it. It does not "
            "name weights."
        ),
        "BIS press release of 2025-05-13",
    ),
    Event(
        datetime.date(2025, 5, 15),
        _("The rule's compliance date. The text stays in the Code of Federal Regulations."),
        "90 FR 4544",
    ),
    Event(
        datetime.date(2026, 5, 12),
        _(
            "GAO finds that the announcement not to enforce is itself a rule that was not submitted to Congress."
        ),
        "GAO B-337935",
    ),
    Event(
        datetime.date(2026, 5, 31),
        _(
            "BIS guidance: the requirement for recipients headquartered in D:5 or Macau never lapsed and applies to "
            "all destinations; only the destination-based part is not enforced."
        ),
        "BIS guidance of 2026-05-31",
    ),
    Event(
        datetime.date(2026, 7, 10),
        _(
            "The UAE rule keeps a license requirement to or within the United Arab Emirates, with named exemptions."
        ),
        "91 FR 43034",
    ),
)

ENFORCED_WEIGHTS = provision(
    "enforced_weights",
    "15 CFR part 746; ECCN 4E091, AT column 1; BIS press release of 2025-05-13",
    _("Model weights, as enforced"),
    _(
        "As BIS says it enforces, weights need no license, except to Cuba, Iran, North Korea and Syria and, unless "
        "deemed, Russia and Belarus, where other parts of the EAR require one anyway. The announcement does not name "
        "weights."
    ),
    all_of(WEIGHTS, any_of(ANTI_TERRORISM, all_of(not_(DEEMED), is_country("destination", "RU", "BY")))),
    source="BIS press release of 2025-05-13",
)
ENFORCED_BRANCH_A = provision(
    "enforced_branch_a",
    "BIS press release of 2025-05-13; BIS guidance of 2026-05-31; 91 FR 43034",
    _("Branch a, as enforced"),
    _(
        "As BIS says it enforces, branch a items need a license where they did before the rule: to the D groups, for "
        "recipients headquartered in D:5 or Macau, and from 2026-07-10 to the UAE by name."
    ),
    all_of(
        BRANCH_A,
        LICENSE_REQUIREMENT,
        any_of(DESTINATION_IN_D_GROUP, RECIPIENT_IN_D5_OR_MACAU, all_of(since("2026-07-10"), UAE)),
    ),
    source="BIS press release of 2025-05-13",
)
ENFORCED_BRANCH_B = provision(
    "enforced_branch_b",
    "15 CFR 742.6(a)(6)(iii)(B), 744.23(a)(3)(i)(A)",
    _("Branch b, as enforced"),
    _("Branch b items are enforced as codified: they were controlled so before the rule."),
    all_of(BRANCH_B, LICENSE_REQUIREMENT),
    source="BIS press release of 2025-05-13",
)

ENFORCED: Ordered[bool | None] = Ordered(
    (*BEFORE_REQUIREMENT, (any_of(ENFORCED_WEIGHTS, ENFORCED_BRANCH_A, ENFORCED_BRANCH_B), True)),
    otherwise=False,
)


def posture(day: datetime.date) -> str:
    """BIS's posture on `day`."""
    return NOT_YET_REQUIRED if day < NOT_ENFORCED_FROM else NOT_ENFORCED
