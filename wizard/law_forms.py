"""What people may send on the pages of the law: days, numbers of memos, runs and their filters, scenarios."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from rules.facts import FACTS
from rules.provisions.conclusion import UNDETERMINED
from wizard.desk.comparison import ASPECTS
from wizard.desk.scenarios import Draft
from wizard.forms import NameField
from wizard.models import Redetermined
from wizard.wording import OUTCOMES, REVIEW_POLICIES

_DAY = {"required": _("Enter a date."), "invalid": _("Enter a date as year-month-day, such as 2026-07-10.")}


def day_field(*, required: bool = True) -> forms.DateField:
    """A day as browsers send it: 2026-07-10."""
    return forms.DateField(input_formats=["%Y-%m-%d"], required=required, error_messages=_DAY)


class DaysForm(forms.Form):
    """Two days to hold against each other."""

    one = day_field()
    other = day_field()


class MemosForm(forms.Form):
    """Two memos by their numbers."""

    one = forms.CharField(max_length=20, error_messages={"required": _("Enter the number of a memo.")})
    other = forms.CharField(max_length=20, error_messages={"required": _("Enter the number of a memo.")})


class RunForm(forms.Form):
    """Which question a run asks."""

    question = forms.ChoiceField(
        choices=[("day", ""), ("own", "")], error_messages={"required": _("Select an answer.")}
    )
    day = day_field(required=False)

    def clean(self) -> dict[str, Any]:
        """Asks for a day where one is needed."""
        cleaned = super().clean() or {}
        if cleaned.get("question") == "day" and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _DAY["required"])
        return cleaned


class FoundForm(forms.Form):
    """What of a run's findings is listed. Anything else in the address is left out of account."""

    result = forms.ChoiceField(choices=Redetermined.Result.choices, required=False)
    part = forms.ChoiceField(choices=[(name, name) for name in ASPECTS], required=False)
    before = forms.ChoiceField(choices=[(name, name) for name in OUTCOMES], required=False)
    to = forms.ChoiceField(choices=[(name, name) for name in OUTCOMES], required=False)
    after = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class ScenarioForm(forms.Form):
    """A scenario as a lawyer changes it."""

    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    title = NameField(
        max_length=300,
        error_messages={
            "required": _("Enter a title."),
            "max_length": _("Use at most 300 characters."),
        },
    )
    facts = forms.CharField(max_length=20_000, error_messages={"required": _("Enter the facts.")})
    outcome = forms.ChoiceField(
        choices=[(name, name) for name in OUTCOMES], error_messages={"required": _("Select an answer.")}
    )
    review_policy = forms.ChoiceField(choices=[(name, name) for name in REVIEW_POLICIES], required=False)
    missing = forms.CharField(max_length=2_000, required=False)
    basis = forms.CharField(max_length=5_000, required=False)
    source = forms.CharField(max_length=2_000, required=False)

    def clean_facts(self) -> dict[str, Any]:
        """The facts, one a line as `name: value`."""
        found: dict[str, Any] = {}
        for number, line in enumerate(self.cleaned_data["facts"].splitlines(), 1):
            name, mark, value = (part.strip() for part in line.partition(":"))
            if not (name or mark):
                continue
            if not mark or name not in FACTS or name in found:
                raise ValidationError(
                    gettext("Line {line}: write each fact once, as name: value.").format(line=number)
                )
            found[name] = {"true": True, "false": False}.get(value, value)
        return found

    def clean_missing(self) -> list[str]:
        """Names of facts, with commas or spaces between them."""
        names: list[str] = self.cleaned_data["missing"].replace(",", " ").split()
        for name in names:
            if name not in FACTS:
                raise ValidationError(gettext("There is no fact named {name}.").format(name=name))
        return names

    def draft(self, name: str, other_expectations: dict[str, Any]) -> Draft:
        """The scenario; what a file expected beyond the fields of this page stays."""
        sent = self.cleaned_data
        expect = {
            key: value
            for key, value in other_expectations.items()
            if key not in ("outcome", "review_policy", "missing")
        }
        expect = {"outcome": sent["outcome"], "review_policy": sent["review_policy"] or None, **expect}
        if sent["outcome"] == UNDETERMINED or sent["missing"]:
            expect["missing"] = sent["missing"]
        return Draft(name, sent["title"], sent["facts"], expect, sent["source"], sent["basis"])


def facts_as_lines(found: dict[str, Any]) -> str:
    """Facts as the page of a scenario has them, one a line."""
    return "".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value)}\n" for name, value in found.items()
    )
