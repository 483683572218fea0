"""Scenarios: the worked cases that lawyers keep, tried against the law of any day, changed, taken in and given out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules.facts import FACTS
from wizard.accounts import legal_required
from wizard.answers import say
from wizard.desk import scenarios as kept
from wizard.desk.scenarios import ChangedMeanwhileError, Draft, Failure, RefusedFileError
from wizard.desk.side_by_side import fact, outcome
from wizard.interview import walk
from wizard.law_forms import DaysForm, ScenarioForm, facts_as_lines
from wizard.models import Case, Scenario, ScenarioVersion
from wizard.views.access import signed_in, visible_case, visible_memo
from wizard.wording import NO, OUTCOMES, REVIEW_POLICIES, YES


@legal_required
@require_safe
def scenarios(request: HttpRequest) -> HttpResponse:
    """Every scenario, tried on its own date or, with a day in the address, as of that day."""
    day, errors = None, []
    if request.GET.get("day"):
        form = DaysForm({"one": request.GET["day"], "other": request.GET["day"]})
        if form.is_valid():
            day = form.cleaned_data["one"]
        else:
            errors = [("day", str(one)) for one in form.errors.get("one", ())]
    tried = [] if errors else [kept.attempt(version, day) for version in kept.newest()]
    tried.sort(key=lambda one: one.holds)  # what needs a lawyer first, each part by name
    context = {
        "tried": [
            (one, OUTCOMES.get(one.outcome), [_failure(failure) for failure in one.failures]) for one in tried
        ],
        "holding": sum(one.holds for one in tried),
        "day": day,
        "typed": request.GET.get("day", ""),
        "errors": errors,
    }
    return render(request, "wizard/scenarios/list.html", context, status=422 if errors else 200)


@legal_required
@require_http_methods(["GET", "HEAD", "POST"])
def scenario(request: HttpRequest, scenario_id: int) -> HttpResponse:
    """One scenario: whether it holds, its versions, and the form that makes the next."""
    found = get_object_or_404(Scenario, pk=scenario_id)
    versions = list(found.versions.select_related("by").order_by("-number"))
    if not versions:
        return redirect("scenarios")
    last = versions[0]
    if request.method == "POST" and "leave" in request.POST:
        return _leave(request, last)
    form = ScenarioForm(request.POST if request.method == "POST" else _fields(last))
    errors = [(name, str(one)) for name, listed in form.errors.items() for one in listed]
    if request.method == "POST" and form.is_valid():
        draft = form.draft(found.name, last.expect)
        try:
            # What is kept from here must be fit to be given out, so it is read as a line of a file is.
            kept.read_lines(json.dumps(_line(draft)))
            kept.keep(draft, signed_in(request), seen=form.cleaned_data["seen"])
        except RefusedFileError as error:
            errors = [
                ("facts" if line.field.startswith("facts") else line.field, f"{line.field}: {line.message}")
                for line in error.lines
            ]
        except ChangedMeanwhileError:
            errors = [
                ("", _("Somebody changed this scenario meanwhile. Nothing was saved; look at it below."))
            ]
        else:
            messages.success(request, _("Saved as a new version."))
            return redirect(found)
    tried = kept.attempt(last)
    context = {
        "scenario": found,
        "last": last,
        "versions": versions,
        "form": form,
        "errors": errors,
        "tried": tried,
        "given": OUTCOMES.get(tried.outcome),
        "failures": [_failure(failure) for failure in tried.failures],
        "facts": [
            (fact(name), say(name, value) if name in FACTS else value) for name, value in last.facts.items()
        ],
        "expected": [(kept.EXPECTATIONS[name], _words(name, value)) for name, value in last.expect.items()],
        "outcomes": [(code, shown.heading) for code, shown in OUTCOMES.items()],
        "policies": REVIEW_POLICIES.items(),
        "names": ", ".join(FACTS),
    }
    return render(request, "wizard/scenarios/scenario.html", context, status=422 if errors else 200)


@legal_required
@require_POST
def from_memo(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """Keep a memo as a scenario that expects what the memo says."""
    memo = visible_memo(request, memo_id)
    content = memo.content
    return _kept(
        request,
        content["case"]["title"] or content["number"],
        {name: value for name, value in content["answers"].items() if value is not None},
        content["determination"],
        content["number"],
    )


@legal_required
@require_POST
def from_case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Keep a case's answers as a scenario that expects what the law gives for them today."""
    case: Case = visible_case(request, case_id)
    interview = walk(case.answers)
    if not interview.facts:
        messages.info(request, _("No question has been answered yet."))
        return redirect("check", case.public_id)
    return _kept(
        request,
        case.title or case.reference,
        interview.facts.to_json(),
        interview.determination.to_json(),
        case.reference,
    )


@legal_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a file of JSON Lines: every scenario in it, or none."""
    errors: list[tuple[str, str]] = []
    text = request.POST.get("lines", "")
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is not None:
                if (sent.size or 0) > kept.MAX_CHARACTERS:
                    raise RefusedFileError(
                        [kept.BadLine(0, "", _("The file is larger than one megabyte. Split it."))]
                    )
                text = sent.read().decode("utf-8-sig")
            changed, count = kept.take_in(text, signed_in(request))
        except UnicodeDecodeError:
            errors = [("file", _("The file is not UTF-8 text."))]
        except RefusedFileError as error:
            errors = [("lines", _bad_line(line)) for line in error.lines[:50]]
        else:
            words = ngettext(
                "%(count)d scenario was read, %(changed)d of them new or changed.",
                "%(count)d scenarios were read, %(changed)d of them new or changed.",
                count,
            )
            messages.success(request, words % {"count": count, "changed": changed})
            return redirect("scenarios")
    context = {"errors": errors, "lines": text if len(text) <= 200_000 else ""}
    return render(request, "wizard/scenarios/take_in.html", context, status=422 if errors else 200)


@legal_required
@require_safe
def give_out(request: HttpRequest) -> HttpResponse:
    """Every scenario as JSON Lines."""
    response = HttpResponse(kept.written(kept.newest()), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="scenarios.jsonl"'
    return response


def _bad_line(line: kept.BadLine) -> str:
    if not line.number:
        return line.message
    if not line.field:
        return _("Line {line}: {message}").format(line=line.number, message=line.message)
    return _("Line {line}, field {field}: {message}").format(
        line=line.number, field=line.field, message=line.message
    )


def _kept(
    request: HttpRequest, title: str, answers: Mapping[str, Any], found: Mapping[str, Any], origin: str
) -> HttpResponse:
    draft = Draft(
        kept.next_name(),
        title,
        {name: answers[name] for name in FACTS if name in answers},
        kept.expected_of(found),
        basis=_("Made from {origin}.").format(origin=origin),
    )
    version = kept.keep(draft, signed_in(request))
    messages.success(
        request, _("Kept as a scenario. Say below why it must come out so, and give the citation.")
    )
    return redirect(version.scenario)


def _leave(request: HttpRequest, last: ScenarioVersion) -> HttpResponse:
    """Keep the scenario no longer; its versions stay."""
    draft = Draft(
        last.scenario.name, last.title, last.facts, last.expect, last.source, last.basis, kept=not last.kept
    )
    kept.keep(draft, signed_in(request))
    messages.success(
        request, _("The scenario is kept again.") if draft.kept else _("The scenario is no longer run.")
    )
    return redirect(last.scenario)


def _fields(last: ScenarioVersion) -> dict[str, Any]:
    return {
        "seen": last.number,
        "title": last.title,
        "facts": facts_as_lines(last.facts),
        "outcome": last.expect["outcome"],
        "review_policy": last.expect.get("review_policy") or "",
        "missing": ", ".join(last.expect.get("missing", ())),
        "basis": last.basis,
        "source": last.source,
    }


def _line(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.name,
        "title": draft.title,
        "facts": draft.facts,
        "expect": draft.expect,
        "source": draft.source,
        "basis": draft.basis,
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "label": kept.EXPECTATIONS[failure.name],
        "expected": _words(failure.name, failure.expected),
        "given": _words(failure.name, failure.given),
    }


def _words(name: str, value: Any) -> str:
    """An expectation's value as people read it."""
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return str(YES if value else NO)
    match name:
        case "outcome":
            return outcome(value)[0]
        case "review_policy":
            return str(REVIEW_POLICIES[value])
        case "possible_outcomes":
            return " · ".join(outcome(one)[0] for one in value)
        case "missing":
            return " · ".join(fact(one) for one in value)
        case "interpretations":
            return ", ".join(str(one["id"]) for one in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
