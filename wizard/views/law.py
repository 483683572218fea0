"""The law as encoded: every provision beside its tree, its versions, and what changed between two days."""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rules import changes, drawing
from rules.determination import EDITIONS
from rules.law import SOURCES_CHECKED, Interpretation, Provision
from rules.outline import outline, text
from rules.provisions.conclusion import DECISION
from rules.wholeness import PROVISIONS, own
from wizard.accounts import legal_required
from wizard.answers import in_words, say_date
from wizard.desk.comparison import Between
from wizard.law_forms import DaysForm
from wizard.wording import OUTCOMES

_EVER = (datetime.date(2000, 1, 1), datetime.date(2100, 1, 1))


@legal_required
@require_safe
def law(request: HttpRequest) -> HttpResponse:
    """Every provision by its citation, with its versions, open points and interpretations."""
    context = {
        "provisions": [
            {
                "provision": found,
                "versions": [(version.start, version.source) for version in found.versions],
                "interpretations": _interpretations(found),
            }
            for found in PROVISIONS.values()
        ],
        "editions": EDITIONS,
        "sources_checked": SOURCES_CHECKED,
    }
    return render(request, "wizard/law/provisions.html", context)


@legal_required
@require_safe
def provision(request: HttpRequest, provision_id: str) -> HttpResponse:
    """One provision: its text in our words beside its tree, and what it asked on two days."""
    found = PROVISIONS.get(provision_id)
    if found is None:
        raise Http404
    dated = _changes_of(found.id)
    latest = dated[-1].date if dated else found.versions[-1].start
    before = latest - datetime.timedelta(days=1)
    form = DaysForm(
        request.GET if "one" in request.GET else {"one": before.isoformat(), "other": latest.isoformat()}
    )
    errors = [(name, str(one)) for name, listed in form.errors.items() for one in listed]
    context: dict[str, Any] = {
        "provision": found,
        "interpretations": _interpretations(found),
        "relies_on": _relies_on(found),
        "relied_on_by": [other for other in PROVISIONS.values() if found in _relies_on(other)],
        "decides": [
            (number, OUTCOMES[outcome])
            for number, (condition, (outcome, _policy)) in enumerate(DECISION.steps, 1)
            if found in own(condition)
        ],
        "drawing": drawing.svg(None, found.id, in_words),
        "tree": text(outline(None, found.id, in_words)),
        "changes": dated,
        "form": form,
        "errors": errors,
    }
    if not errors:
        days = (form.cleaned_data["one"], form.cleaned_data["other"])
        context["sides"] = _editions(found, *days)
    return render(request, "wizard/law/provision.html", context, status=422 if errors else 200)


@legal_required
@require_safe
def law_changes(request: HttpRequest) -> HttpResponse:
    """What changed in the whole law between two days."""
    asked_for = "one" in request.GET
    form = DaysForm(
        request.GET
        if asked_for
        else {
            "one": (EDITIONS[0] - datetime.timedelta(days=1)).isoformat(),
            "other": SOURCES_CHECKED.isoformat(),
        }
    )
    errors = [(name, str(one)) for name, listed in form.errors.items() for one in listed]
    context: dict[str, Any] = {"form": form, "errors": errors, "editions": EDITIONS}
    if not errors:
        context["found"] = changes.between(form.cleaned_data["one"], form.cleaned_data["other"])
        context["found_changes"] = [marked(one) for one in context["found"].provisions]
    return render(request, "wizard/law/changes.html", context, status=422 if errors else 200)


@dataclass(frozen=True)
class Marked:
    """A change of a provision, its lines each with a mark ("-" went, "+" came, " " stands), depth and words."""

    change: changes.ProvisionChange
    lines: tuple[tuple[str, int, str], ...]


def marked(change: changes.ProvisionChange) -> Marked:
    """A change with its lines for the page."""
    days = (change.date - datetime.timedelta(days=1), change.date)
    lines = changes.difference(*(changes.lines(PROVISIONS[change.provision], day, in_words) for day in days))
    return Marked(change, tuple((line[0], *_line(line[2:])) for line in lines))


def _line(line: str) -> tuple[int, str]:
    """How deep a line of an outline stands, and its words."""
    words = line.lstrip(" ")
    return (len(line) - len(words)) // 2, words.removeprefix("- ")


def between(found: Between | None) -> dict[str, Any]:
    """What the part of a page needs that shows the changes of the law between two days; nothing without them."""
    if found is None:
        return {}
    return {"between": found, "found_changes": [marked(one) for one in found.provisions]}


@dataclass(frozen=True)
class Edition:
    """A provision on a day: of each line, whether the other edition does not have it, its depth and its words."""

    day: str
    start: datetime.date | None
    source: str
    lines: tuple[tuple[bool, int, str], ...]


def _editions(found: Provision, *days: datetime.date) -> tuple[Edition, Edition]:
    trees = [changes.lines(found, day, in_words) for day in days]
    alone: tuple[set[int], set[int]] = (set(), set())
    matcher = difflib.SequenceMatcher(None, trees[0], trees[1], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            alone[0].update(range(i1, i2))
            alone[1].update(range(j1, j2))
    one, other = (
        Edition(
            say_date(day),
            version.start if (version := found.version(day)) else None,
            version.source if version else "",
            tuple((number in marks, *_line(line)) for number, line in enumerate(tree)),
        )
        for day, tree, marks in zip(days, trees, alone, strict=True)
    )
    return one, other


@lru_cache(maxsize=1)
def _all_changes() -> changes.Changes:
    return changes.between(*_EVER)


def _changes_of(provision_id: str) -> list[changes.ProvisionChange]:
    return [change for change in _all_changes().provisions if change.provision == provision_id]


def _interpretations(found: Provision) -> list[Interpretation]:
    return [node for node in own(found) if isinstance(node, Interpretation)]


def _relies_on(found: Provision) -> list[Provision]:
    return [node for node in own(found) if isinstance(node, Provision) and node is not found]
