"""The result of an interview, and recording it as a memo."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wizard.answers import ask
from wizard.forms import RecordForm
from wizard.interview import Interview, walk
from wizard.memo import KeyReusedError, ResultChangedError, findings, seal, state
from wizard.models import Case
from wizard.views.access import signed_in, visible_case
from wizard.views.interview import answer_row, latest_events
from wizard.wording import DECLARATION


@require_safe
def result(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What the law says of the case, why, what to do next, and what is open."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    if interview.next is not None:
        messages.info(request, _("There is no result yet: this question is still open."))
        return redirect("question", case.public_id, interview.next)
    return _result_page(request, case, interview, None)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Record the result as a memo. Sending the same form twice gives the same memo.

    Its errors stand at this address: whoever comes back to it, by another language or by reloading, sees the result.
    """
    case = visible_case(request, case_id)
    if request.method != "POST":
        return redirect("result", case.public_id)
    form = RecordForm(request.POST)
    if form.is_valid():
        sent = form.cleaned_data
        try:
            memo = seal(case, signed_in(request), name=sent["name"], key=sent["key"], seen=sent["seen"])
        except KeyReusedError:
            form.add_error(
                None, _("This page has already recorded a different memo. Look at the result again.")
            )
        except ResultChangedError:
            messages.warning(
                request,
                _(
                    "The answers or the law changed after this page was shown. Nothing was recorded. Look "
                    "at the result."
                ),
            )
            return _again(request, case)
        else:
            return redirect(memo)
    interview = walk(case.answers)
    if not interview.finished:
        return redirect(case)
    return _result_page(request, case, interview, form, status=422)


def _again(request: HttpRequest, case: Case) -> HttpResponse:
    """The result as it is now, with what was typed still there."""
    case.refresh_from_db()
    interview = walk(case.answers)
    if not interview.finished:
        return redirect(case)
    return _result_page(request, case, interview, None, name=request.POST.get("name", ""), status=409)


def _result_page(
    request: HttpRequest,
    case: Case,
    interview: Interview,
    form: RecordForm | None,
    *,
    name: str = "",
    status: int = 200,
) -> HttpResponse:
    latest = latest_events(case)
    errors = (
        [(field, str(message)) for field, found in form.errors.items() for message in found] if form else []
    )
    context = {
        "case": case,
        "findings": findings(interview),
        "red_flag": _asking(interview.open_in_red_flag, interview),
        "open_in_authorizations": _asking(interview.open_in_authorizations, interview),
        "not_sure": interview.not_sure,
        "answered": [answer_row(fact, interview, latest) for fact in interview.asked],
        "form": form,
        "errors": [("" if field == "__all__" else field, message) for field, message in errors],
        "name_error": " ".join(message for field, message in errors if field == "name"),
        "declaration_error": " ".join(message for field, message in errors if field == "declaration"),
        "declaration": DECLARATION,
        "name": form.data.get("name", "") if form else name or signed_in(request).get_full_name(),
        # A fresh key for every page made: only sending this very page twice is a repetition.
        "key": form.data.get("key")
        if form and "key" not in form.errors and not form.non_field_errors()
        else uuid.uuid4(),
        "seen": state(interview),
        "memos": case.memos.order_by("-id")[:5],
    }
    return render(request, "wizard/result.html", context, status=status)


def _asking(open_: Iterable[str], interview: Interview) -> list[tuple[str, str]]:
    """Facts that may still be answered, each with its question."""
    return [(fact, ask(fact, interview.facts)) for fact in open_]
