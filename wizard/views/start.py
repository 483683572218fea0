"""Starting a case, and coming back to one."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from wizard import interrupted
from wizard.forms import TitleForm
from wizard.interview import walk
from wizard.models import Case
from wizard.views.access import signed_in, visible_case


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask what the case is called, and start it."""
    form = TitleForm(request.POST if request.method == "POST" else interrupted.put_back(request))
    if request.method == "POST" and form.is_valid():
        case = Case.objects.start(signed_in(request), form.cleaned_data["title"])
        return redirect(case)
    errors = [("title", message) for message in form.errors.get("title", ())]
    return render(
        request,
        "wizard/start.html",
        {"title": form.data.get("title", ""), "errors": errors},
        status=422 if request.method == "POST" else 200,
    )


@require_safe
def case(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Go on where the case stands: at the next question, or at the result."""
    found = visible_case(request, case_id)
    return go_on(found)


def go_on(case: Case) -> HttpResponse:
    """The way to the case's next question, or to its result when nothing is left to ask."""
    step = walk(case.answers).next
    return redirect("result", case.public_id) if step is None else redirect("question", case.public_id, step)
