"""The US AI Diffusion rule, 90 FR 4544, as data and exact reasoning: facts in, determination out.

Plain Python; knows nothing of the web application that uses it. The few names others may use:
"""

from rules.determination import (
    Determination,
    determine,
    edition,
    missing_for,
    missing_for_authorizations,
    missing_for_reading,
    next_question,
)
from rules.facts import FACTS, Facts, InvalidTransaction, InvalidValue, read, read_value
from rules.possibility import Next
from rules.provisions.conclusion import INTERPRETATIONS, PROVISIONS
from rules.provisions.part_744 import RED_FLAG_28
from rules.what_if import WhatIf, what_if

__all__ = [
    "FACTS",
    "INTERPRETATIONS",
    "PROVISIONS",
    "RED_FLAG_28",
    "Determination",
    "Facts",
    "InvalidTransaction",
    "InvalidValue",
    "Next",
    "WhatIf",
    "determine",
    "edition",
    "missing_for",
    "missing_for_authorizations",
    "missing_for_reading",
    "next_question",
    "read",
    "read_value",
    "what_if",
]
