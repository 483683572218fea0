"""Supplements no. 1 and no. 5 to part 740: the groups of countries that the other provisions speak of.

Membership by date is in `rules/data/countries.json`. "D:5 or Macau" is how the text always pairs them: Macau is in D:1
and D:4 and not in D:5. Hong Kong counts as China.
"""

from __future__ import annotations

from rules.conditions import Condition, all_of, any_of, in_group, is_country, not_

COUNTRIES = ("destination", "headquarters", "ultimate_parent")


def in_supplement_5a(fact: str) -> Condition:
    """An AI Authorization country: supplement no. 5 to part 740, paragraph (a)."""
    return in_group(fact, "5(a)")


def in_d5_or_macau(fact: str) -> Condition:
    """Country Group D:5, or Macau."""
    return any_of(in_group(fact, "D:5"), is_country(fact, "MO"))


def in_d_group(fact: str) -> Condition:
    """D:1, D:4 or D:5, excluding any country also in A:5 or A:6, as 742.6(a)(6)(iii)(B) and 740.2(a)(9)(ii) say."""
    return all_of(
        any_of(in_group(fact, "D:1"), in_group(fact, "D:4"), in_group(fact, "D:5")),
        not_(any_of(in_group(fact, "A:5"), in_group(fact, "A:6"))),
    )


RECIPIENT_IN_5A = any_of(in_supplement_5a("headquarters"), in_supplement_5a("ultimate_parent"))
RECIPIENT_WHOLLY_IN_5A = all_of(in_supplement_5a("headquarters"), in_supplement_5a("ultimate_parent"))
RECIPIENT_IN_D5_OR_MACAU = any_of(in_d5_or_macau("headquarters"), in_d5_or_macau("ultimate_parent"))
DESTINATION_IN_D5_OR_MACAU = in_d5_or_macau("destination")
ANY_IN_D5_OR_MACAU = any_of(DESTINATION_IN_D5_OR_MACAU, RECIPIENT_IN_D5_OR_MACAU)
ANY_IN_5A = any_of(*(in_supplement_5a(fact) for fact in COUNTRIES))
ALL_IN_5A = all_of(*(in_supplement_5a(fact) for fact in COUNTRIES))
DESTINATION_IN_D_GROUP = in_d_group("destination")
EMBARGOED = is_country("destination", "CU", "IR", "KP", "SY", "RU", "BY")
ANTI_TERRORISM = is_country("destination", "CU", "IR", "KP", "SY")
