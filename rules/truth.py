"""Three-valued truth: a test of the law is true, false, or not known from the facts given so far."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """TRUE, FALSE or UNKNOWN. It has no truthiness: `if truth:` raises, so that unknown never passes as no."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Truth is true, false or unknown: compare it with `is`")

    def __invert__(self) -> Truth:
        return _INVERSE[self]

    @staticmethod
    def of(known: bool) -> Truth:
        """TRUE or FALSE for something that is known."""
        return Truth.TRUE if known else Truth.FALSE


TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
_INVERSE = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}


def every(values: Iterable[Truth]) -> Truth:
    """TRUE if all are, FALSE as soon as one is false, whatever is unknown; else UNKNOWN."""
    result = TRUE
    for value in values:
        if value is FALSE:
            return FALSE
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def some(values: Iterable[Truth]) -> Truth:
    """TRUE as soon as one is true, whatever is unknown; FALSE if all are false; else UNKNOWN."""
    result = FALSE
    for value in values:
        if value is TRUE:
            return TRUE
        if value is UNKNOWN:
            result = UNKNOWN
    return result
