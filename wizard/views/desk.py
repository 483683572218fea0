"""Lists: what is mine, and for legal what everyone has."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wizard.models import Case, Memo
from wizard.views.access import signed_in
from wizard.wording import OUTCOMES

PAGE = 50
"""Rows a page; older ones follow on the next."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Newest cases and memos that this user may see, and the way to start a new case."""
    user = signed_in(request)
    cases = list(Case.objects.visible_to(user).select_related("owner")[:PAGE])
    memos = list(Memo.objects.visible_to(user).select_related("case", "author")[:PAGE])
    context = {
        "cases": cases,
        "memos": [(memo, OUTCOMES[memo.outcome]) for memo in memos],
    }
    return render(request, "wizard/home.html", context)
