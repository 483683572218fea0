"""The legal terms the pages use, in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rules.glossary import TERMS


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term with its meaning and where the law says so."""
    return render(request, "wizard/glossary.html", {"terms": TERMS})
