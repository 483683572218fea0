"""How questions and answers are put to people, in the language of the page."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext as _, ngettext

from rules import places
from rules.facts import FACTS, NOT_SURE, InvalidValue, Kind, read_number, read_value, say_number
from rules.questions import BY_FACT
from wizard.models import Answer, AnswerEvent, Given
from wizard.wording import NO, NOT_ANSWERED as NOT_ANSWERED_WORDS, NOT_SURE as NOT_SURE_WORDS, YES

SAME_AS: Mapping[str, tuple[str, ...]] = {
    "headquarters": ("destination",),
    "ultimate_parent": ("headquarters", "destination"),
}
"""The country questions whose answer is often that of an earlier one."""


def ask(fact: str, facts: Mapping[str, object]) -> str:
    """The question about this fact, as a case with these facts puts it."""
    return _(BY_FACT[fact].wording(facts).text)


def say(fact: str, answer: Answer) -> str:
    """An answer as people read it: the option's label, a number with its unit, a country's name, a date in
    words."""
    if answer is None:
        return str(NOT_ANSWERED_WORDS)
    if answer == NOT_SURE:
        return str(NOT_SURE_WORDS)
    kind = FACTS[fact].kind
    if kind is Kind.COUNTRY:
        return country_name(str(answer))
    if kind in (Kind.CHOICE, Kind.FLAG):
        value = str(answer).lower() if kind is Kind.FLAG else answer
        labels = {option.value: option.label for option in BY_FACT[fact].options}
        if value in labels:
            return _(labels[value])
        return str({"true": YES, "false": NO}.get(str(value), answer))
    try:
        read = read_value(fact, answer)
    except InvalidValue:
        return str(answer)
    if isinstance(read, datetime.date):
        return say_date(read)
    if isinstance(read, Decimal):
        unit = FACTS[fact].unit
        return f"{say_number(read)} {_(unit)}" if unit else say_number(read)
    return str(read)


def say_date(day: datetime.date) -> str:
    """A day in words: "September 1, 2026"."""
    return date_format(day, "F j, Y" if _english() else "DATE_FORMAT")


def say_moment(moment: datetime.datetime) -> str:
    """A moment at the legal time of the site, with the name of its zone: 2026-09-01 14:05 EDT."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %Z}"


def given_by(event: AnswerEvent) -> str:
    """Who gave an answer: a colleague who was asked, together with the account that asked and the colleague's own if
    they were signed in, or the account alone."""
    account = event.by.get_full_name() or event.by.get_username()
    if not event.colleague:
        return account
    if event.invitation is not None and event.invitation.asked_by != event.by:
        asker = event.invitation.asked_by.get_full_name() or event.invitation.asked_by.get_username()
        return _("%(colleague)s (signed in as %(account)s, asked by %(asker)s)") % {
            "colleague": event.colleague,
            "account": account,
            "asker": asker,
        }
    return _("%(colleague)s (asked by %(account)s)") % {"colleague": event.colleague, "account": account}


def _english() -> bool:
    return (get_language() or "en").startswith("en")


def country_name(code: str) -> str:
    """A country's name: as the EAR has it in English, with its Chinese name where the page is in Chinese."""
    country = places.COUNTRIES.get(code)
    if country is None:
        return code
    return country.name if _english() else country.zh


def in_words(message: str) -> str:
    """A sentence of the law, or a country's name, in the language of the page."""
    country = _COUNTRY_OF_NAME.get(message)
    return _(message) if country is None else country_name(country)


_COUNTRY_OF_NAME = {country.name: code for code, country in places.COUNTRIES.items()}


def spell_out(number: Decimal) -> str:
    """A large number read back so that a slip of a zero is seen: "a 1 with 26 zeros"; empty for small
    ones."""
    _sign, digits, exponent = number.as_tuple()
    written = "".join(map(str, digits))
    significant = written.rstrip("0")
    zeros = int(exponent) + len(written) - len(significant)
    if zeros < 4 or not significant:
        return ""
    return ngettext("a %(digits)s with %(zeros)d zero", "a %(digits)s with %(zeros)d zeros", zeros) % {
        "digits": significant.lstrip("0"),
        "zeros": zeros,
    }


def amounts_to(fact: str, answer: Answer, facts: Mapping[str, object]) -> str:
    """What an answer comes to: a large number's zeros, a country's group on the case's date; empty for
    others."""
    if not isinstance(answer, str) or answer == NOT_SURE:
        return ""
    kind, day = FACTS[fact].kind, facts.get("date")
    if kind is Kind.COUNTRY and isinstance(day, datetime.date):
        return _(places.describe(answer, day))
    if kind in (Kind.NUMBER, Kind.COUNT):
        return spell_out(read_number(answer))
    return ""


def given(fact: str, value: Answer, facts: Mapping[str, object], basis: str = "") -> Given:
    """An answer together with the words in which it was asked and given."""
    return Given(value=value, question=ask(fact, facts), answer=say(fact, value), basis=basis)
