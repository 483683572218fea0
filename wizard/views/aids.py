"""What helps with a question: calculators beside number questions, and the product catalog."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from rules.chips import CATALOG, Chip, facts_of
from rules.facts import COMPUTER, FACTS, NOT_SURE, Kind
from wizard import interrupted
from wizard.answers import given, say
from wizard.estimates import ESTIMATES
from wizard.forms import AnswerForm, EstimateForm, ProductForm
from wizard.interview import walk
from wizard.models import Answer, AnswerEvent
from wizard.views.access import visible_case
from wizard.views.interview import question_page, save
from wizard.wording import CONFIDENCE


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest, case_id: uuid.UUID, fact: str, key: str) -> HttpResponse:
    """A calculator beside a number question: GET computes and shows, POST uses the figure as the answer."""
    case = visible_case(request, case_id)
    chosen = next((item for item in ESTIMATES.get(fact, ()) if item.key == key), None)
    if chosen is None:
        raise Http404
    interview = walk(case.answers)
    form = EstimateForm(chosen, request.POST if request.method == "POST" else request.GET)
    answer_form = AnswerForm(fact, interview)
    if form.is_valid() and request.method == "POST":
        figure: str = form.cleaned_data["result"]
        answer_form = AnswerForm(
            fact, interview, {"answer": figure, "version": request.POST.get("version", "")}
        )
        if answer_form.is_valid():
            answer = given(fact, figure, interview.facts, chosen.basis(form.figures))
            seen = answer_form.cleaned_data["version"]
            return save(request, case, interview, {fact: answer}, way=AnswerEvent.Way.ESTIMATOR, seen=seen)
    status = 422 if form.errors or answer_form.errors else 200
    return question_page(request, case, answer_form, estimate_form=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The product catalog: picking a product answers every question that its data sheet answers."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    item = interview.answers.get("item")
    chips = [chip for chip in CATALOG if item in (None, NOT_SURE, chip.item)]
    if item == COMPUTER:  # a board or a computer is known by the chip that decides its class
        chips += [chip for chip in CATALOG if chip not in chips]
    if not chips:
        raise Http404
    form = ProductForm(chips, request.POST if request.method == "POST" else interrupted.put_back(request))
    if request.method == "POST" and form.is_valid():
        chip = form.chip
        filled = {
            name: given(name, value, interview.facts, _catalog_basis(chip))
            for name, value in _filled(chip, item).items()
        }
        seen = form.cleaned_data["version"]
        return save(request, case, interview, filled, way=AnswerEvent.Way.CATALOG, seen=seen)
    context = {
        "case": case,
        "form": form,
        "vendors": _by_vendor([chip for chip in chips if item != COMPUTER or chip.item == item]),
        "inside": _by_vendor([chip for chip in chips if item == COMPUTER and chip.item != item]),
        "errors": [(chips[0].key, message) for message in form.errors.get("product", ())],
    }
    return render(request, "wizard/product.html", context, status=422 if request.method == "POST" else 200)


def _filled(chip: Chip, item: Answer = None) -> dict[str, Answer]:
    """The answers that picking it gives: of a computer with such a chip inside, only the chip's own figures."""
    inside = item == COMPUTER and chip.item != item
    return {
        name: value
        for name, value in facts_of(chip).items()
        if isinstance(value, (str, bool)) and not (inside and name not in _OF_THE_CHIP)
    }


_OF_THE_CHIP = frozenset({"tpp", "performance_density", "dram_bandwidth"})


def _catalog_basis(chip: Chip) -> str:
    return gettext("%(vendor)s %(model)s in the product catalog; confidence: %(confidence)s; %(source)s") % {
        "vendor": chip.vendor,
        "model": chip.model,
        "confidence": CONFIDENCE[chip.confidence],
        "source": chip.source,
    }


def _by_vendor(chips: Iterable[Chip]) -> list[tuple[str, list[tuple[Chip, str]]]]:
    """The products of each vendor, each with its figures in a line."""
    vendors: dict[str, list[tuple[Chip, str]]] = {}
    for chip in chips:
        vendors.setdefault(chip.vendor, []).append((chip, _figures(chip)))
    return list(vendors.items())


def _figures(chip: Chip) -> str:
    return "; ".join(
        say(name, value) for name, value in _filled(chip).items() if FACTS[name].kind is Kind.NUMBER
    )
