"""What would have to be different for another result: on a page of its own, and as a part of the result page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from rules.what_if import Different, Way
from wizard.answers import ask, in_words, say
from wizard.interview import Interview, walk
from wizard.views.access import visible_case
from wizard.wording import OUTCOMES, REVIEW_POLICIES


@require_safe
def what_if(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The other results, those first that differ in the fewest facts; asked for by the result page, only the part."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    if not interview.finished:
        return redirect(case)
    found = interview.what_if
    # Review policies that the same changes bring are told together.
    alike: dict[tuple[str, tuple[Way, ...]], list[str | None]] = {}
    for (outcome, policy), ways in found.ways.items():
        alike.setdefault((outcome, ways), []).append(policy)
    others = sorted(alike.items(), key=lambda item: (len(item[0][1][0].changes), not item[0][1][0].settles))
    context = {
        "case": case,
        "now": OUTCOMES[interview.determination.outcome],
        "others": [
            {
                **_decision(outcome, *policies),
                "settled": [_way(way, interview) for way in ways if way.settles],
                "possible": [_way(way, interview) for way in ways if not way.settles],
            }
            for (outcome, ways), policies in others
        ],
        "searched": found.searched,
        "beyond": [_decision(*decision) for decision in found.beyond],
    }
    part = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    response = render(request, "wizard/_what_if.html" if part else "wizard/what_if.html", context)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted"])
    return response


def _decision(outcome: str, *policies: str | None) -> dict[str, Any]:
    return {"outcome": OUTCOMES[outcome], "policies": [REVIEW_POLICIES[one] for one in policies if one]}


def _way(way: Way, interview: Interview) -> dict[str, Any]:
    return {"example": way.example, "changes": [_change(change, interview) for change in way.changes]}


def _change(change: Different, interview: Interview) -> dict[str, Any]:
    """One fact that would have to be different: its question, its answer now, and the answers it would take."""
    return {
        "fact": change.fact,
        "question": ask(change.fact, interview.facts),
        "now": say(change.fact, interview.answers[change.fact]),
        "words": change.says(interview.facts.get("date"), in_words),
    }
