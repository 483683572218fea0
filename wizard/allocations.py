"""What a TPP figure comes to against the limit that the law measures it by.

An aid of the page alone: it is no part of an answer and of no memo. It counts exactly, rounds only what it
shows, and says nothing where a fact that it needs is not known.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal, Inexact
from fractions import Fraction

from django.utils.translation import gettext

from rules.facts import NOT_SURE, read_number, say_number
from rules.provisions.s740_29 import ANNUAL_LIMIT
from rules.provisions.s742_6 import COUNTRY_ALLOCATION
from rules.provisions.s748_15 import NVEU_ALLOCATIONS, NVEU_TABLE_ENDS, UVEU_SHARES
from wizard.answers import say_date
from wizard.estimates import EXACT, TooLongError, say_chips, written
from wizard.models import Answer


def against_the_limit(fact: str, answer: Answer, facts: Mapping[str, object]) -> str:
    """What is left of the limit, or how far past it this figure is; empty for facts without a limit.

    Of a country's allocation the figure is all that counts against it, of which the answer is a yes or no.
    """
    if not isinstance(answer, str) or answer == NOT_SURE:
        return ""
    try:
        if fact == "lpp_tpp_received_this_year":
            return _of_the_year(read_number(answer), facts)
        if fact == "nveu_installed_tpp":
            return _of_the_quarter(read_number(answer), facts.get("date"))
        if fact == "exceeds_country_allocation":
            return _of_the_country(read_number(answer))
        if fact in UVEU_SHARES:
            total = facts.get("uveu_total_tpp")
            return _share(read_number(answer), total, UVEU_SHARES[fact]) if isinstance(total, Decimal) else ""
    except (Inexact, TooLongError):
        return ""  # a figure that no page could show
    return ""


def _standing(limit: int, used: Decimal) -> str:
    left = EXACT.subtract(Decimal(limit), used)
    written(left.copy_abs())  # raises where the page could not show it
    said = {"limit": f"{limit:,}", "tpp": say_number(left.copy_abs())}
    if left > 0:
        return gettext("%(tpp)s TPP is left of %(limit)s TPP.") % said
    if left == 0:
        return gettext("at the limit of %(limit)s TPP, nothing is left.") % said
    return gettext("%(tpp)s TPP past the limit of %(limit)s TPP.") % said


def _of_the_year(received: Decimal, facts: Mapping[str, object]) -> str:
    before = gettext("Before this shipment: %(standing)s") % {"standing": _standing(ANNUAL_LIMIT, received)}
    tpp, units = facts.get("tpp"), facts.get("units")
    if not isinstance(tpp, Decimal) or not isinstance(units, Decimal):
        return before
    shipment = EXACT.multiply(tpp, units)
    after = gettext("With this shipment of %(shipment)s TPP (%(chips)s): %(standing)s") % {
        "shipment": say_number(shipment),
        "chips": say_chips(say_number(tpp), say_number(units)),
        "standing": _standing(ANNUAL_LIMIT, EXACT.add(received, shipment)),
    }
    return f"{before} {after}"


def _of_the_quarter(installed: Decimal, day: object) -> str:
    if not isinstance(day, datetime.date):
        return ""
    figures = [figure for start, figure in NVEU_ALLOCATIONS if start <= day.isoformat()]
    if not figures or day > NVEU_TABLE_ENDS:
        return gettext("The rule has no figure for %(day)s.") % {"day": say_date(day)}
    return gettext("In the quarter of %(day)s, with this shipment: %(standing)s") % {
        "day": say_date(day),
        "standing": _standing(figures[-1], installed),
    }


def _of_the_country(counted: Decimal) -> str:
    said = {"standing": _standing(COUNTRY_ALLOCATION, counted)}
    if counted > COUNTRY_ALLOCATION:
        return gettext("By these figures the answer is Yes: %(standing)s") % said
    return gettext("By these figures the answer is No: %(standing)s") % said


def _share(part: Decimal, total: Decimal, limit: str) -> str:
    if part > total:
        return gettext("That is more than the total.")
    if not total:
        return ""
    share, most = 100 * Fraction(part) / Fraction(total), 100 * Fraction(limit)
    hundredths = round(100 * share)
    shown = f"{hundredths // 100}.{hundredths % 100:02}"
    said = {
        "share": shown if 100 * share == hundredths else gettext("about %(share)s") % {"share": shown},
        "limit": str(most),
    }
    if share < most:
        return gettext("That is %(share)s percent of the total: below the limit of %(limit)s percent.") % said
    if share == most:
        return gettext("That is %(share)s percent of the total: at the limit of %(limit)s percent.") % said
    return gettext("That is %(share)s percent of the total: past the limit of %(limit)s percent.") % said
