"""Every live memo decided again: beginning a run, its progress, what flips and why, and new cases from it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules.wholeness import PROVISIONS
from wizard.accounts import legal_required
from wizard.answers import say_date
from wizard.desk import redetermination
from wizard.desk.carrying_over import carry_over
from wizard.desk.comparison import apart, law_between, steps
from wizard.desk.redetermination import RefusedError
from wizard.desk.side_by_side import PARTS, fact, rows
from wizard.law_forms import FoundForm, RunForm
from wizard.models import CarriedOver, Redetermination, Redetermined
from wizard.views.access import signed_in
from wizard.views.law import between
from wizard.wording import OUTCOMES

PAGE = 50
AT_ONCE = 200
"""Cases begun by one click; the next click begins the rest."""


@legal_required
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """The newest runs, and the two questions that a new one can ask."""
    form = RunForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        day = form.cleaned_data["day"] if form.cleaned_data["question"] == "day" else None
        user = signed_in(request)
        run = Redetermination.objects.filter(by=user, day=day, finished=None).first()
        run = run or redetermination.begin(user, day)
        if not redetermination.start_worker():
            messages.warning(
                request, _("The work could not be started now. It starts when this page is opened again.")
            )
        return redirect(run)
    errors = [(name, str(one)) for name, listed in form.errors.items() for one in listed]
    context = {
        "form": form,
        "errors": errors,
        "today": timezone.localdate(),
        "live": redetermination.live().count(),
        "runs": Redetermination.objects.select_related("by")[:PAGE],
    }
    return render(request, "wizard/law/redeterminations.html", context, status=422 if errors else 200)


@legal_required
@require_safe
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """How far a run has come, and what it has found, as far as the filter lets it through."""
    found_run = _run(run_id)
    form = FoundForm(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value and name != "after"}
    matching = _matching(found_run, chosen)
    after = form.cleaned_data.get("after") or 0
    listed = list(
        matching.filter(memo_id__gt=after).order_by("memo_id").select_related("memo__docket")[: PAGE + 1]
    )
    begun = {
        one.memo_id: one.case
        for one in CarriedOver.objects.filter(
            run=found_run, memo__in=[one.memo_id for one in listed]
        ).select_related("case")
    }
    more = listed[PAGE - 1].memo_id if len(listed) > PAGE else None
    context = {
        **_progress(found_run),
        "form": form,
        "parts": PARTS,
        "outcomes": [(code, shown.heading) for code, shown in OUTCOMES.items()],
        "results": Redetermined.Result.choices,
        "chosen": chosen,
        "rows": [_row(one, begun.get(one.memo_id)) for one in listed[:PAGE]],
        "count": matching.count(),
        "more": urlencode({**chosen, "after": more}) if more else "",
        "first": urlencode(chosen) if after else "",
    }
    return render(request, "wizard/law/redetermination.html", context)


@legal_required
@require_safe
def progress(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A fragment: how far a run has come. When it has just ended, the page around it is loaded anew."""
    found = _run(run_id)
    response = render(request, "wizard/law/_progress.html", _progress(found))
    if found.finished:
        response["HX-Refresh"] = "true"
    return response


@legal_required
@require_safe
def redetermined(request: HttpRequest, run_id: uuid.UUID, memo_id: uuid.UUID) -> HttpResponse:
    """One memo of a run: what it says beside what the law gives, and what makes the difference."""
    found_run = _run(run_id)
    found = get_object_or_404(
        found_run.found.select_related("memo__case", "memo__docket"), memo__public_id=memo_id
    )
    content = found.memo.content
    context: dict[str, Any] = {
        "run": found_run,
        "found": found,
        "memo": found.memo,
        "title": content["case"]["title"],
        "intact": found.memo.intact,
        "other_code": found_run.revision != settings.REVISION,
        "begun": CarriedOver.objects.filter(run=found_run, memo=found.memo).select_related("case").first(),
    }
    before = content["determination"]
    try:
        after = redetermination.decide(content, found_run.day)
    except RefusedError as error:
        context["refused"] = [
            (fact(name), " ".join(problem.say(gettext) for problem in problems))
            for name, problems in error.problems.items()
        ]
    else:
        context |= {
            "rows": rows(before, after),
            "steps": apart(steps(before, after)),
            "heads": [found.memo.number, _when(found_run)],
        }
        own = found.memo.settled.get("date")
        if found_run.day and isinstance(own, str):
            context |= between(
                law_between(
                    datetime.date.fromisoformat(own), found_run.day, content["answers"], before, after
                )
            )
    return render(request, "wizard/law/redetermined.html", context)


@legal_required
@require_POST
def cases(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Begin new cases from the memos that were chosen, or from all that the filter lets through."""
    found_run = _run(run_id)
    form = FoundForm(request.POST)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value and name != "after"}
    matching = _matching(found_run, chosen)
    if "all" not in request.POST:
        picked = [value for value in request.POST.getlist("memo") if value.isdecimal() and len(value) < 19]
        matching = matching.filter(memo_id__in=picked)
    back = reverse("redetermination", args=[found_run.public_id])
    back += f"?{urlencode(chosen)}" if chosen else ""
    carried = found_run.carried_over.values("memo")
    waiting = matching.exclude(memo__in=carried).order_by("memo_id").select_related("memo__case", "run")
    begun = [
        carry_over(one, signed_in(request), one.memo.content["case"]["title"]) for one in waiting[:AT_ONCE]
    ]
    if not begun:
        already = found_run.carried_over.filter(memo__in=matching.values("memo")).select_related("case")
        only = already.first() if already.count() == 1 else None
        if only is not None:
            return redirect(only.case)
        messages.info(request, _("No case was begun: choose memos that have none from this run yet."))
        return redirect(back)
    if len(begun) == 1 and "all" not in request.POST:
        return redirect(begun[0])
    messages.success(
        request,
        ngettext("%(count)d new case was begun.", "%(count)d new cases were begun.", len(begun))
        % {"count": len(begun)},
    )
    return redirect(back)


def _run(run_id: uuid.UUID) -> Redetermination:
    """The run with this public id; if nobody works on it, a worker is started."""
    found = get_object_or_404(Redetermination.objects.select_related("by"), public_id=run_id)
    if not found.finished and redetermination.waiting().filter(pk=found.pk).exists():
        redetermination.start_worker()
    return found


def _progress(found: Redetermination) -> dict[str, Any]:
    return {"run": found, "when": _when(found)}


def _when(found: Redetermination) -> str:
    if found.day is None:
        return _("Each memo on its own date")
    return _("As of {day}").format(day=say_date(found.day))


def _matching(found: Redetermination, chosen: dict[str, Any]) -> QuerySet[Redetermined]:
    rows = found.found.all()
    for name, lookup in (("result", "result"), ("before", "outcome_before"), ("to", "outcome_after")):
        if name in chosen:
            rows = rows.filter(**{lookup: chosen[name]})
    return rows.filter(differences__has_key=chosen["part"]) if "part" in chosen else rows


def _row(found: Redetermined, case: Any) -> dict[str, Any]:
    provisions = [PROVISIONS[one] for one in found.because if one in PROVISIONS]
    return {
        "found": found,
        "memo": found.memo,
        "title": found.memo.docket.title,
        "before": OUTCOMES[found.outcome_before],
        "after": OUTCOMES.get(found.outcome_after),
        "parts": [PARTS[name] for name in PARTS if name in found.differences],
        "provisions": provisions[:3],
        "further": max(len(provisions) - 3, 0),
        "facts": [fact(name) for name in found.because]
        if found.result == Redetermined.Result.REFUSED and found.because != [""]
        else [],
        "case": case,
    }
