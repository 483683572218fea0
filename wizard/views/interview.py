"""The interview: one question a page, what helps to answer it, and every answer to look over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from rules import places
from rules.chips import CATALOG
from rules.facts import FACTS, NOT_SURE, InvalidValue, Kind, read_number, read_value, say_number
from rules.glossary import terms_in
from rules.questions import BY_FACT
from wizard import interrupted
from wizard.allocations import against_the_limit
from wizard.answers import amounts_to, ask, country_name, given, given_by, say, say_moment, spell_out
from wizard.estimates import ESTIMATES, Estimate
from wizard.forms import AnswerForm, EstimateForm
from wizard.interview import Interview, walk
from wizard.models import AnswerEvent, Case, Given, StaleAnswerError
from wizard.views.access import signed_in, visible_case
from wizard.views.ask import invitation_rows
from wizard.views.start import go_on
from wizard.wording import OUTCOMES, REVIEW_POLICIES

PRODUCT_FACTS = frozenset({"entry", "tpp", "performance_density", "datacenter", "dram_bandwidth"})
"""The questions whose page offers the product catalog."""


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, case_id: uuid.UUID, fact: str) -> HttpResponse:
    """One question; its answer is saved on Continue."""
    case = visible_case(request, case_id)
    _known_or_404(fact)
    interview = walk(case.answers)
    if request.method == "POST" and "rest" in request.POST:
        return _leave_the_rest(request, case, interview)
    kept = interrupted.put_back(request)
    form = AnswerForm(fact, interview, request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        answer = given(fact, form.cleaned_data["value"], interview.facts, form.basis)
        return save(request, case, interview, {fact: answer}, way=form.way, seen=form.cleaned_data["version"])
    return question_page(request, case, form, status=422 if request.method == "POST" else 200)


def _leave_the_rest(request: HttpRequest, case: Case, interview: Interview) -> HttpResponse:
    """Every question that is left is answered "not sure", so that there is a result of what is known."""
    while interview.next is not None and BY_FACT[interview.next].not_sure:
        fact = interview.next
        case.save_answers(
            {fact: given(fact, NOT_SURE, interview.facts)},
            by=signed_in(request),
            way=AnswerEvent.Way.NOT_SURE,
            seen=case.version,
            language=get_language() or "en",
        )
        interview = walk(case.answers)
    return go_on(case)


@require_safe
def said(request: HttpRequest, case_id: uuid.UUID, fact: str) -> HttpResponse:
    """A fragment: what is being typed or chosen, read back. Nothing is saved."""
    case = visible_case(request, case_id)
    _known_or_404(fact)
    typed = request.GET.get("answer", "")[:200]
    return render(
        request, "wizard/_said.html", {"said": read_back(fact, typed, walk(case.answers)) if typed else None}
    )


@require_safe
def check(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Every answer, those set aside, and those that nobody is sure of."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    events = list(case.events.select_related("by", "invitation__asked_by").order_by("version"))
    latest = {event.fact: event for event in events}
    context = {
        "case": case,
        "answered": [answer_row(name, interview, latest) for name in interview.asked],
        "set_aside": [answer_row(name, interview, latest) for name in interview.set_aside],
        "not_sure": [(ask(name, interview.facts), BY_FACT[name]) for name in interview.not_sure],
        "invitations": invitation_rows(request, case, interview),
        "changes": [
            {
                "question": ask(event.fact, interview.facts),
                "old": say(event.fact, event.old),
                "new": say(event.fact, event.new),
                "by": given_by(event),
                "at": say_moment(event.at),
                "outcome_before": OUTCOMES[event.outcome_before].heading if event.outcome_before else "",
            }
            for event in events
            if event.old is not None and event.old != event.new
        ],
        "remaining": "" if interview.finished else _remaining(interview),
        "next_question": ask(interview.next, interview.facts) if interview.next else "",
    }
    return render(request, "wizard/check.html", context)


@dataclass(frozen=True)
class ReadBack:
    """An answer read back as the law reads it, and against the law's limit, or why it cannot be read."""

    words: str = ""
    more: str = ""
    against: str = ""
    error: str = ""


def read_back(fact: str, typed: str, interview: Interview) -> ReadBack:
    """What is being typed or chosen, in words, and what it amounts to."""
    if typed == NOT_SURE:
        return ReadBack()
    try:
        read_value(fact, typed)
    except InvalidValue as error:
        return ReadBack(error=error.say(gettext))
    known = interview.facts
    return ReadBack(say(fact, typed), amounts_to(fact, typed, known), against_the_limit(fact, typed, known))


@dataclass(frozen=True)
class AnswerRow:
    """One line of Check your answers."""

    fact: str
    question: str
    answer: str
    more: str
    way: str
    basis: str
    not_sure: bool


def answer_row(fact: str, interview: Interview, latest: Mapping[str, AnswerEvent]) -> AnswerRow:
    """The line for an answered fact: the answer read back, and how it came about."""
    answer = interview.answers[fact]
    event = latest.get(fact)
    return AnswerRow(
        fact=fact,
        question=ask(fact, interview.facts),
        answer=say(fact, answer),
        more=amounts_to(fact, answer, interview.facts),
        way=str(AnswerEvent.Way(event.way).label) if event and event.way not in _PLAIN_WAYS else "",
        basis=f"{event.colleague}; {event.basis}"
        if event and event.colleague
        else event.basis
        if event
        else "",
        not_sure=answer == NOT_SURE,
    )


def latest_events(case: Case) -> dict[str, AnswerEvent]:
    """The event behind each of the case's answers."""
    return {event.fact: event for event in case.events.select_related("by").order_by("version")}


def _known_or_404(fact: str) -> None:
    if fact not in BY_FACT:
        raise Http404


def question_page(
    request: HttpRequest,
    case: Case,
    form: AnswerForm,
    *,
    estimate_form: EstimateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one question, with what was typed, refused or worked out."""
    interview = form.interview
    wording = form.question.wording(interview.facts)
    panels = [
        _estimate_panel(
            item,
            estimate_form if estimate_form and estimate_form.estimate is item else None,
            form.fact,
            interview,
        )
        for item in ESTIMATES.get(form.fact, ())
    ]
    answer_error = " ".join(map(str, form.errors.get("answer", ())))
    errors = [("answer", answer_error)] if answer_error else []
    if "version" in form.errors:
        errors.append(("", gettext("This page was sent incomplete. Nothing was saved. Try again.")))
    inputs = [item for panel in panels for row in panel["rows"] for item in row]
    errors += [(item["id"], item["error"]) for item in inputs if item["error"]]
    reads_back = form.kind in _READ_BACK and form.shown and not answer_error
    context = {
        "case": case,
        "form": form,
        "question": form.question,
        "wording": wording,
        "terms": terms_in(f"{wording.text} {wording.help} {form.question.why}"),
        "kind": form.kind.value,
        "countries": countries() if form.kind is Kind.COUNTRY else [],
        "errors": errors,
        "answer_error": answer_error,
        "refused": " ".join(problem.say(gettext) for problem in interview.refused.get(form.fact, ())),
        "said": read_back(form.fact, form.shown, interview) if reads_back else None,
        "estimates": panels,
        "offers_catalog": form.fact in PRODUCT_FACTS and interview.answers.get("item") in _CATALOG_ITEMS,
        "known": [
            (name, ask(name, interview.facts), say(name, interview.answers[name])) for name in interview.asked
        ],
        "possible": [OUTCOMES[code] for code in interview.determination.possible_outcomes],
        "remaining": "" if interview.finished else _remaining(interview),
        "offers_rest": form.fact == interview.next and bool(interview.not_sure),
        "invitations": invitation_rows(request, case, interview, form.fact),
        "back": request.POST.get("back", request.GET.get("back", "")),
    }
    return render(request, "wizard/question.html", context, status=status)


def _estimate_panel(
    item: Estimate, form: EstimateForm | None, fact: str, interview: Interview
) -> dict[str, Any]:
    """A calculator as the page shows it; with `form`, open, and with what was typed, refused or worked
    out."""
    panel: dict[str, Any] = {
        "estimate": item,
        "open": form is not None,
        "unit": BY_FACT[fact].unit or "TPP",
        "gives_answer": FACTS[fact].kind is Kind.NUMBER,
        "rows": [
            [
                {
                    "id": f"{item.key}-{entry.name}",
                    "name": entry.name,
                    "label": entry.label,
                    "help": entry.help,
                    "typed": form.data.get(entry.name, "") if form else _known(entry.fact, interview),
                    "error": " ".join(map(str, form.errors.get(entry.name, ()))) if form else "",
                }
                for entry in row
            ]
            for row in item.rows
        ],
    }
    if form and form.is_valid():
        figure: str = form.cleaned_data["result"]
        result = read_number(figure)
        panel["basis"] = item.basis(form.figures)
        panel["result"] = ReadBack(
            say_number(result), spell_out(result), against_the_limit(fact, figure, interview.facts)
        )
    return panel


def _known(fact: str, interview: Interview) -> str:
    """A number that the case already holds, as typed; empty if it holds none."""
    answer = interview.answers.get(fact)
    return answer if isinstance(answer, str) and answer != NOT_SURE else ""


# The ways that the answer itself already shows.
_PLAIN_WAYS = frozenset({AnswerEvent.Way.TYPED, AnswerEvent.Way.NOT_SURE})
_READ_BACK = frozenset({Kind.NUMBER, Kind.COUNT, Kind.COUNTRY})
_CATALOG_ITEMS = frozenset(chip.item for chip in CATALOG)


def countries() -> list[dict[str, str]]:
    """Every country by its name in the language of the page, with other names to find it by."""
    named = [
        {
            "code": country.code,
            "name": country_name(country.code),
            "search": " ".join((country.name, country.zh, country.code, *country.also)),
        }
        for country in places.COUNTRIES.values()
    ]
    return sorted(named, key=lambda one: one["name"].casefold()) if get_language() == "en" else named


def _remaining(interview: Interview) -> str:
    least, most = interview.at_least, interview.at_most
    if least == most:
        return ngettext("%(count)d more question", "%(count)d more questions", most) % {"count": most}
    return gettext("At least %(least)d, at most %(most)d more questions") % {"least": least, "most": most}


def save(
    request: HttpRequest,
    case: Case,
    before: Interview,
    answers: Mapping[str, Given],
    *,
    way: str,
    seen: int,
) -> HttpResponse:
    """Save answers given on a page, say what a change did, and go on.

    `before` is the interview that the page was made from, `seen` the case's version that it showed. If
    another page changed one of these answers meanwhile, nothing is saved and the person is asked which
    answer stands.
    """
    try:
        events = case.save_answers(
            answers,
            by=signed_in(request),
            way=way,
            seen=seen,
            language=get_language() or "en",
            outcome_before=before.determination.outcome if before.finished else "",
        )
    except StaleAnswerError as stale:
        return _stale_page(request, case, stale.event, answers[stale.event.fact])
    after = walk(case.answers)
    if any(event.old is not None for event in events):
        messages.info(request, what_changed(before, after))
    if "check" in (request.POST.get("back"), request.GET.get("back")) and after.finished:
        return redirect("check", case.public_id)
    return go_on(case)


def _stale_page(request: HttpRequest, case: Case, event: AnswerEvent, yours: Given) -> HttpResponse:
    """Two pages gave different answers: show both and let the person choose."""
    case.refresh_from_db()
    context = {
        "case": case,
        "event": event,
        "by": given_by(event),
        "at": say_moment(event.at),
        "question": event.question,
        "yours": yours.answer,
        "theirs": say(event.fact, case.answers.get(event.fact)),
        # What the page sent, to send again with the version it has now been shown.
        "sent": [(name, value) for name, value in request.POST.items() if name not in _NOT_SENT_AGAIN],
    }
    return render(request, "wizard/stale.html", context, status=409)


_NOT_SENT_AGAIN = frozenset({"csrfmiddlewaretoken", "version"})


def what_changed(before: Interview, after: Interview) -> str:
    """What changing an answer did to the result, in a sentence or two."""
    was, now = _decision(before), _decision(after)
    if was and now:
        text = (
            gettext("Answer changed. The result stays: %(now)s")
            if was == now
            else gettext("Answer changed. The result was: %(was)s It is now: %(now)s")
        )
    elif was:
        text = gettext(
            "Answer changed. The result was: %(was)s More has to be asked before there is a result again."
        )
    elif now:
        text = gettext("Answer changed. There is now a result: %(now)s")
    else:
        text = gettext("Answer changed. There was no result yet, and more has to be asked.")
    said = [text % {"was": was, "now": now}]
    aside = set(after.set_aside) - set(before.set_aside)
    if aside:
        said.append(
            ngettext(
                "%(count)d answer no longer matters and is set aside.",
                "%(count)d answers no longer matter and are set aside.",
                len(aside),
            )
            % {"count": len(aside)}
        )
    if again := set(before.set_aside) & set(after.asked):
        said.append(
            ngettext(
                "%(count)d answer that was set aside counts again.",
                "%(count)d answers that were set aside count again.",
                len(again),
            )
            % {"count": len(again)}
        )
    return " ".join(said)


def _decision(interview: Interview) -> str:
    """The outcome and review policy as sentences; empty while something is left to ask."""
    if not interview.finished:
        return ""
    found = interview.determination
    outcome = gettext("%(words)s.") % {"words": OUTCOMES[found.outcome].heading}
    policy = found.review_policy
    return f"{outcome} {REVIEW_POLICIES[policy]}" if policy else outcome
