"""What people may send, field by field, and the words in which it is refused.

Forms only read and refuse; templates are written by hand, since rendering fields would cost more than
everything else a page does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from rules.chips import Chip
from rules.facts import FACTS, NOT_SURE, InvalidTransaction, InvalidValue, Kind, read_number, read_value
from rules.places import named
from rules.questions import BY_FACT, Option, Question, options
from wizard.answers import SAME_AS, ask, say
from wizard.estimates import Estimate, TooLongError
from wizard.interview import Interview
from wizard.models import Answer, AnswerEvent, Invitation

_MAX_VERSION = 2**31 - 1


class NameField(forms.CharField):
    """A name or title in one line: composed characters, none that cannot be seen or that turns the text's
    direction."""

    def to_python(self, value: object) -> str:
        name = unicodedata.normalize("NFC", str(super().to_python(value) or ""))
        if _has_unseen(name):
            raise ValidationError(
                gettext("Leave out invisible and control characters. Type the name instead of pasting it.")
            )
        return name


# Control, format (bidirectional overrides, zero-width), surrogate, private use, unassigned, line and paragraph
# breaks.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def _has_unseen(text: str) -> bool:
    return any(unicodedata.category(character) in _UNSEEN for character in text)


class TitleForm(forms.Form):
    """What a new case is called."""

    title = NameField(
        max_length=120,
        required=False,
        error_messages={"max_length": _("Use at most 120 characters.")},
    )


_EMPTY = {
    Kind.CHOICE: _("Select an answer."),
    Kind.FLAG: _("Select an answer."),
    Kind.NUMBER: _("Enter a number."),
    Kind.COUNT: _("Enter a whole number."),
    Kind.COUNTRY: _("Select a country."),
    Kind.DATE: _("Enter a date."),
}


class AnswerForm(forms.Form):
    """The answer to one question, given on the question's own page."""

    version = forms.IntegerField(min_value=0, max_value=_MAX_VERSION, widget=forms.HiddenInput)
    answer = forms.CharField(
        max_length=200, required=False, error_messages={"max_length": _("This is too long for an answer.")}
    )
    not_sure = forms.BooleanField(required=False)
    same_as = forms.CharField(max_length=40, required=False)

    def __init__(self, fact: str, interview: Interview, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fact = fact
        self.interview = interview
        self.kind = FACTS[fact].kind
        self.way: str = AnswerEvent.Way.TYPED
        self.basis = ""
        self.same_as_choices = [
            (name, ask(name, interview.facts), say(name, interview.answers[name]))
            for name in SAME_AS.get(fact, ())
            if interview.answers.get(name) not in (None, NOT_SURE)
        ]

    @property
    def question(self) -> Question:
        """The question asked."""
        return BY_FACT[self.fact]

    @property
    def options(self) -> tuple[Option, ...]:
        """The answers to choose from, under the answers before this one."""
        return options(self.question, self.interview.facts_before(self.fact))

    @property
    def shown(self) -> str:
        """What the field holds: what was just sent, else the stored answer."""
        if self.is_bound:
            return str(self.data.get("answer", ""))
        stored = self.interview.answers.get(self.fact)
        return "" if stored is None else str(stored).lower() if isinstance(stored, bool) else stored

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "answer" not in cleaned:
            return cleaned
        value = self._value(cleaned)
        if value is not None:
            self._check(value)
        cleaned["value"] = value
        return cleaned

    def _value(self, cleaned: Mapping[str, Any]) -> Answer:
        typed: str = cleaned["answer"]
        if self.question.not_sure and (cleaned.get("not_sure") or typed == NOT_SURE):
            self.way = AnswerEvent.Way.NOT_SURE
            return NOT_SURE
        if other := cleaned.get("same_as"):
            if other not in {name for name, _text, _country in self.same_as_choices}:
                self.add_error("answer", _("Select one of the answers on this page."))
                return None
            self.way = AnswerEvent.Way.SAME_AS
            self.basis = ask(other, self.interview.facts)
            return self.interview.answers[other]
        if not typed:
            self.add_error("answer", _EMPTY[self.kind])
            return None
        if self.kind in (Kind.CHOICE, Kind.FLAG):
            if typed not in {option.value for option in self.options}:
                self.add_error("answer", _("Select one of the answers on this page."))
                return None
            return typed == "true" if self.kind is Kind.FLAG else typed
        if self.kind is Kind.COUNTRY:
            # A list cannot show what it does not hold, so the message keeps what came instead.
            known = named(typed)
            if known is None:
                unknown = gettext("We know no country called “%(typed)s”.") % {"typed": typed}
                shown = "" if _has_unseen(typed) else f"{unknown} "
                self.add_error("answer", shown + gettext("Select a country from the list."))
                return None
            typed = known
        try:
            read_value(self.fact, typed)
        except InvalidValue as error:
            self.add_error("answer", error.say(gettext))
            return None
        return typed

    def _check(self, value: Answer) -> None:
        """Refuse an answer that cannot stand beside the answers before it."""
        try:
            self.interview.facts_with(self.fact, value)
        except InvalidTransaction as error:
            self.add_error("answer", " ".join(one.problem.say(gettext) for one in error.errors))


class AskForm(forms.Form):
    """To whom, and in which language, a link to one question is sent; without an address it is only made."""

    email = forms.EmailField(
        max_length=254,
        required=False,
        error_messages={
            "invalid": _("Enter an email address such as lee@example.com, or leave this empty."),
            "max_length": _("Use at most 254 characters."),
        },
    )
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        error_messages={
            "required": _("Select a language."),
            "invalid_choice": _("Select a language from the list."),
        },
    )


class ColleagueForm(AnswerForm):
    """The answer of a colleague who was asked for this one fact and may see no other."""

    name = NameField(
        max_length=120,
        error_messages={
            "required": _("Enter your full name."),
            "max_length": _("Use at most 120 characters."),
        },
    )

    def __init__(self, invitation: Invitation, interview: Interview, data: QueryDict | None = None) -> None:
        sent = None if data is None else {**data.dict(), "same_as": "", "version": str(invitation.seen)}
        super().__init__(invitation.fact, interview, sent)
        self.same_as_choices = []
        self.way = AnswerEvent.Way.COLLEAGUE

    @property
    def shown(self) -> str:
        """What was just sent. The stored answer is not the colleague's."""
        return str(self.data.get("answer", "")) if self.is_bound else ""

    def _value(self, cleaned: Mapping[str, Any]) -> Answer:
        value = super()._value(cleaned)
        self.way = AnswerEvent.Way.COLLEAGUE  # also for "not sure": who is not sure counts
        return value

    def _check(self, value: Answer) -> None:
        """Refuse what cannot stand beside the other answers, without telling them."""
        try:
            self.interview.facts_with(self.fact, value)
        except InvalidTransaction:
            self.add_error(
                "answer",
                _(
                    "This does not fit other answers of the case. Look at it again, or tell the person who asked you."
                ),
            )


class ProductForm(forms.Form):
    """A product picked from the catalog."""

    version = forms.IntegerField(min_value=0, max_value=_MAX_VERSION)
    product = forms.CharField(
        max_length=80,
        error_messages={
            "required": _("Select a product."),
            "max_length": _("Select a product from the list."),
        },
    )

    def __init__(self, chips: Iterable[Chip], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.chips = {chip.key: chip for chip in chips}

    def clean_product(self) -> str:
        key: str = self.cleaned_data["product"]
        if key not in self.chips:
            raise ValidationError(gettext("Select a product from the list."))
        return key

    @property
    def chip(self) -> Chip:
        """The product picked; only after the form was found valid."""
        return self.chips[self.cleaned_data["product"]]


class NumberField(forms.CharField):
    """A number in the spellings that answers take, read exactly; None where it may be left blank and is."""

    def __init__(self, *, whole: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.whole = whole

    def clean(self, value: object) -> Any:
        written = super().clean(value)
        if not written:
            return None
        try:
            number = read_number(written)
        except InvalidValue as error:
            raise ValidationError(error.say(gettext)) from error
        if self.whole and Fraction(number).denominator != 1:
            raise ValidationError(gettext("Enter a whole number."))
        return number


class EstimateForm(forms.Form):
    """The figures of one calculator."""

    def __init__(self, estimate: Estimate, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.estimate = estimate
        for item in estimate.inputs:
            self.fields[item.name] = NumberField(
                whole=item.whole,
                required=not estimate.blank_rows,
                max_length=24,
                error_messages={
                    "required": _("Enter a number."),
                    "max_length": _("Use at most 24 characters; round the figure if need be."),
                },
            )

    @property
    def figures(self) -> dict[str, Decimal]:
        """The figures read; only after the form was found valid."""
        given = ((item.name, self.cleaned_data[item.name]) for item in self.estimate.inputs)
        return {name: figure for name, figure in given if figure is not None}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self._check_rows(cleaned)
        if not self.errors:
            try:
                cleaned["result"] = self.estimate.result(self.figures)
            except TooLongError:
                self.add_error(
                    self.estimate.inputs[0].name, _("The result has too many digits. Round the figures.")
                )
        return cleaned

    def _check_rows(self, cleaned: Mapping[str, Any]) -> None:
        """Refuse a row filled in part, and no row at all."""
        rows = self.estimate.rows
        filled = [row for row in rows if any(cleaned[item.name] is not None for item in row)]
        for item in (item for row in filled or rows[:1] for item in row if cleaned[item.name] is None):
            self.add_error(item.name, gettext("Fill in “%(field)s”.") % {"field": item.label})


class RecordForm(forms.Form):
    """The declaration with which a memo is recorded."""

    key = forms.UUIDField()
    seen = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    name = NameField(
        max_length=120,
        error_messages={
            "required": _("Enter your full name."),
            "max_length": _("Use at most 120 characters."),
        },
    )
    declaration = forms.BooleanField(
        error_messages={"required": _("Confirm the declaration, or do not record the memo.")}
    )
