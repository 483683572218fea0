"""The path of a case or a memo through the law: a drawing, and the same in text."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from rules.drawing import Line, outline, pieces
from rules.facts import Facts
from wizard.answers import in_words
from wizard.interview import walk
from wizard.views.access import visible_case, visible_memo
from wizard.wording import OUTCOMES, Outcome


@dataclass
class Branch:
    """A line of the text with those that hang from it."""

    line: Line
    branches: list[Branch] = field(default_factory=list)


@require_safe
def case_drawing(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The path of a case that has a result."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    if not interview.finished:
        return redirect(case)
    words = {"case": case, "back": "result"}
    return _drawing(request, interview.facts, OUTCOMES[interview.determination.outcome], words)


@require_safe
def memo_drawing(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """The path of a memo, drawn from the facts stored in it, if the law as encoded now still gives its result."""
    memo = visible_memo(request, memo_id)
    stored = memo.content["determination"]
    interview = walk(memo.content["answers"])
    found = interview.determination
    same = (found.outcome, found.review_policy) == (stored["outcome"], stored["review_policy"])
    words = {"memo": memo, "back": "memo", "changed": not same}
    return _drawing(request, interview.facts, OUTCOMES[stored["outcome"]], words)


def _drawing(request: HttpRequest, facts: Facts, outcome: Outcome, words: dict[str, object]) -> HttpResponse:
    context = {
        **words,
        "outcome": outcome,
        "pieces": pieces(facts, None, in_words),
        "branches": _branches(outline(facts, None, in_words)),
    }
    return render(request, "wizard/drawing.html", context)


def _branches(lines: Iterable[Line]) -> list[Branch]:
    """The lines as the tree they are."""
    made: list[Branch] = []
    roots: list[Branch] = []
    for line in lines:
        branch = Branch(line)
        (roots if line.parent is None else made[line.parent].branches).append(branch)
        made.append(branch)
    return roots
