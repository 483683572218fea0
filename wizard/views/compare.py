"""Side by side: two memos, and one case on two dates."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from rules.facts import NOT_SURE
from wizard.accounts import legal_required, sales_or_legal
from wizard.answers import say_date
from wizard.desk.comparison import Between, apart, law_between, steps
from wizard.desk.side_by_side import Row, row, rows
from wizard.interview import walk
from wizard.law_forms import DaysForm, MemosForm
from wizard.models import Memo
from wizard.views.access import signed_in, visible_case
from wizard.views.law import between


@sales_or_legal
@require_safe
def memos(request: HttpRequest) -> HttpResponse:
    """Two memos, named by their numbers: what was asked and answered, and what was determined."""
    form = MemosForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    errors: list[tuple[str, str]] = []
    if form.is_bound and form.is_valid():
        seen = Memo.objects.visible_to(signed_in(request)).select_related("case")
        found = {name: seen.filter(number=form.cleaned_data[name]).first() for name in ("one", "other")}
        errors = [
            (name, _("There is no memo of this number that you may see."))
            for name in found
            if not found[name]
        ]
        if not errors:
            one, other = found["one"], found["other"]
            assert one is not None
            assert other is not None
            context |= _memos(one, other)
    elif form.is_bound:
        errors = [(name, str(message)) for name, found in form.errors.items() for message in found]
    context["errors"] = errors
    return render(request, "wizard/law/memos.html", context, status=422 if errors else 200)


def _memos(one: Memo, other: Memo) -> dict[str, Any]:
    before, after = one.content["determination"], other.content["determination"]
    sides = rows(before, after)
    answers = _answers(one, other)
    return {
        "one": one,
        "other": other,
        "answers": answers,
        "rows": sides,
        "differing": sum(found.differs for found in (*answers, *sides)),
        "steps": apart(steps(before, after)),
        **between(_law_between(one.settled, other.settled, before, after)),
        "intact": one.intact and other.intact,
    }


def _answers(one: Memo, other: Memo) -> list[Row]:
    """Every question of either memo, in the words in which the later one has it, with both answers."""
    language = get_language() or "en"
    sides = [_facts(memo, language) for memo in (one, other)]
    found = []
    for name in [*sides[1], *(name for name in sides[0] if name not in sides[1])]:
        both = [side.get(name) for side in sides]
        question = (both[1] or both[0] or {})["question"]
        found.append(row(question, *([(_answer(fact), "", "")] if fact else [] for fact in both)))
    return found


def _facts(memo: Memo, language: str) -> dict[str, Mapping[str, Any]]:
    texts = memo.content["text"]
    text = texts.get(language, texts["en"])
    aside = {fact["fact"]: {**fact, "aside": True} for fact in text["set_aside"]}
    return {**{fact["fact"]: fact for fact in text["facts"]}, **aside}


def _answer(fact: Mapping[str, Any]) -> str:
    answer = str(fact["answer"])
    return _("{answer} (set aside)").format(answer=answer) if fact.get("aside") else answer


def _law_between(
    one: Mapping[str, Any], other: Mapping[str, Any], *determinations: Mapping[str, Any]
) -> Between | None:
    """What changed in the law between the dates of two transactions; nothing if one is not known."""
    try:
        days = [datetime.date.fromisoformat(str(answers["date"])) for answers in (one, other)]
    except (KeyError, ValueError):
        return None
    return law_between(days[0], days[1], {**one, **other}, *determinations)


@legal_required
@require_safe
def dates(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """One case as its answers stand, decided on two dates."""
    case = visible_case(request, case_id)
    own = case.answers.get("date")
    today = timezone.localdate().isoformat()
    start = {"one": own if own and own != NOT_SURE else today, "other": today}
    form = DaysForm(request.GET if "one" in request.GET else start)
    context: dict[str, Any] = {"case": case, "form": form, "errors": []}
    if form.is_valid():
        days = (form.cleaned_data["one"], form.cleaned_data["other"])
        before, after = (
            walk({**case.answers, "date": day.isoformat()}).determination.to_json() for day in days
        )
        context |= {
            "heads": [say_date(day) for day in days],
            "rows": rows(before, after),
            "steps": apart(steps(before, after)),
            **between(law_between(*days, case.answers, before, after)),
        }
    else:
        context["errors"] = [(name, str(one)) for name, found in form.errors.items() for one in found]
    return render(request, "wizard/law/dates.html", context, status=422 if context["errors"] else 200)
