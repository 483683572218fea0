"""TPP added up from chips, and what a TPP figure comes to against the law's limits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from rules import facts
from rules.provisions.s740_29 import ANNUAL_LIMIT
from rules.provisions.s742_6 import COUNTRY_ALLOCATION
from rules.provisions.s748_15 import NVEU_ALLOCATIONS, UVEU_SHARES
from tests.factories import CHIPS_TO_POLAND, CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.allocations import against_the_limit
from wizard.estimates import ESTIMATES, TooLongError
from wizard.forms import EstimateForm
from wizard.models import Case
from wizard.samples import play, record

LPP = "lpp_tpp_received_this_year"
(CHIPS,) = ESTIMATES[LPP]


def against(fact: str, answer: str, **known: object) -> str:
    return against_the_limit(fact, answer, facts.read(known))


def lpp_case(owner: User) -> Case:
    answers = {name: value for name, value in CHIPS_TO_POLAND.items() if name != LPP}
    return CaseFactory.create(owner=owner, answers={**answers, "destination": "IN"})


@pytest.mark.parametrize("fact", [LPP, "uveu_total_tpp", *UVEU_SHARES, "nveu_installed_tpp"])
def test_every_total_of_tpp_can_be_added_up_from_chips(fact: str) -> None:
    assert ESTIMATES[fact] == (CHIPS,)


@pytest.mark.parametrize(
    ("sent", "result", "basis"),
    [
        ({"tpp1": "15,824", "count1": "100"}, "1582400", "15,824 TPP × 100 chips"),
        ({"tpp3": "4800.5", "count3": "3"}, "14401.5", "4,800.5 TPP × 3 chips"),
        ({"tpp1": "0", "count1": "0"}, "0", "0 TPP × 0 chips"),
        (
            {"tpp1": "0.1", "count1": "3", "tpp2": "1e15", "count2": "7", "tpp3": "0.2", "count3": "1"},
            "7000000000000000.5",
            "0.1 TPP × 3 chips + 1,000,000,000,000,000 TPP × 7 chips + 0.2 TPP × 1 chip",
        ),
    ],
)
def test_rows_are_added_up_exactly_and_blank_ones_count_nothing(
    sent: dict[str, str], result: str, basis: str
) -> None:
    form = EstimateForm(CHIPS, sent)
    assert form.is_valid()
    assert form.cleaned_data["result"] == result
    assert CHIPS.basis(form.figures) == basis


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"tpp1": "Fill in “TPP of one chip”.", "count1": "Fill in “Number of chips”."}),
        (
            {"tpp1": " ", "count1": ""},
            {"tpp1": "Fill in “TPP of one chip”.", "count1": "Fill in “Number of chips”."},
        ),
        ({"tpp1": "15824"}, {"count1": "Fill in “Number of chips”."}),
        (
            {"tpp1": "15824", "count1": "1", "count3": "2"},
            {"tpp3": "Fill in “Third kind: TPP of one chip”."},
        ),
        ({"tpp2": "15824", "count2": "1.5"}, {"count2": "Enter a whole number."}),
    ],
)
def test_a_row_filled_in_part_or_none_is_refused_at_its_field(
    sent: dict[str, str], errors: dict[str, str]
) -> None:
    form = EstimateForm(CHIPS, sent)
    assert {name: " ".join(map(str, messages)) for name, messages in form.errors.items()} == errors


def test_a_sum_too_wide_to_be_exact_is_refused() -> None:
    figures = {
        "tpp1": Decimal("1e999"),
        "count1": Decimal(1),
        "tpp2": Decimal("1e-999"),
        "count2": Decimal(1),
    }
    with pytest.raises(TooLongError):
        CHIPS.result(figures)
    form = EstimateForm(CHIPS, {"tpp1": "1e999", "count1": "1", "tpp2": "1e-999", "count2": "1"})
    assert "Round the figures" in str(form.errors["tpp1"])


def test_the_sum_and_how_it_was_made_are_kept_in_the_record(sales: User, sign_in: SignIn) -> None:
    case = lpp_case(sales)
    address = reverse("estimate", args=[case.public_id, LPP, "chips"])
    sent = {"tpp1": "15,824", "count1": "500", "tpp2": "", "count2": "", "tpp3": "4000", "count3": "2"}
    browser = sign_in(sales)
    shown = browser.get(address, sent).content.decode()
    assert "= 7,920,000 TPP" in shown
    assert "Before this shipment: 18,980,000 TPP is left of 26,900,000 TPP." in shown
    assert browser.post(address, {**sent, "version": str(case.version)}).status_code == 302
    case.refresh_from_db()
    assert case.answers[LPP] == "7920000"
    event = case.events.filter(fact=LPP).get()
    assert (event.way, event.basis) == ("estimator", "15,824 TPP × 500 chips + 4,000 TPP × 2 chips")


def test_a_refused_row_names_its_field(sales: User, sign_in: SignIn) -> None:
    case = lpp_case(sales)
    response = sign_in(sales).get(
        reverse("estimate", args=[case.public_id, LPP, "chips"]), {"tpp2": "15824", "count2": ""}
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert 'href="#chips-count2"' in text
    assert 'href="#chips-tpp1"' not in text


@pytest.mark.parametrize(
    ("received", "standing"),
    [
        (ANNUAL_LIMIT - 1, "1 TPP is left of 26,900,000 TPP."),
        (ANNUAL_LIMIT, "at the limit of 26,900,000 TPP, nothing is left."),
        (ANNUAL_LIMIT + 1, "1 TPP past the limit of 26,900,000 TPP."),
    ],
)
def test_what_is_left_of_the_year(received: int, standing: str) -> None:
    assert against(LPP, str(received)) == f"Before this shipment: {standing}"
    assert against(LPP, str(received), tpp="4000") == f"Before this shipment: {standing}"
    before = received - 4_000_000
    assert against(LPP, str(before), tpp="4000", units="1,000").endswith(
        f"TPP. With this shipment of 4,000,000 TPP (4,000 TPP × 1,000 chips): {standing}"
    )


@pytest.mark.parametrize(("fact", "limit"), UVEU_SHARES.items())
def test_the_share_of_the_total(fact: str, limit: str) -> None:
    total, percent = 10**12, int(100 * Decimal(limit))
    at = percent * 10**10
    for part, said in (
        (at - 1, f"about {percent}.00 percent of the total: below the limit of {percent} percent."),
        (at, f"{percent}.00 percent of the total: at the limit of {percent} percent."),
        (at + 1, f"about {percent}.00 percent of the total: past the limit of {percent} percent."),
    ):
        assert against(fact, str(part), uveu_total_tpp=str(total)) == f"That is {said}"
    assert against(fact, str(at)) == ""
    assert against(fact, "0", uveu_total_tpp="0") == ""
    assert "That is about 33.33 percent" in against(fact, "1", uveu_total_tpp="3")


@pytest.mark.parametrize(
    ("day", "figure"),
    [
        ("2025-03-31", NVEU_ALLOCATIONS[0][1]),
        ("2025-04-01", NVEU_ALLOCATIONS[1][1]),
        ("2026-09-30", NVEU_ALLOCATIONS[6][1]),
        ("2027-12-31", NVEU_ALLOCATIONS[-1][1]),
    ],
)
def test_what_is_left_of_the_quarter(day: str, figure: int) -> None:
    def said(installed: int) -> str:
        return against("nveu_installed_tpp", str(installed), date=day).partition("with this shipment: ")[2]

    assert said(figure - 1) == f"1 TPP is left of {figure:,} TPP."
    assert said(figure) == f"at the limit of {figure:,} TPP, nothing is left."
    assert said(figure + 1) == f"1 TPP past the limit of {figure:,} TPP."


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (COUNTRY_ALLOCATION - 1, "No: 1 TPP is left of 790,000,000 TPP."),
        (COUNTRY_ALLOCATION, "No: at the limit of 790,000,000 TPP, nothing is left."),
        (COUNTRY_ALLOCATION + 1, "Yes: 1 TPP past the limit of 790,000,000 TPP."),
    ],
)
def test_what_counts_against_a_country_is_weighed_and_the_answer_left_open(
    sales: User, sign_in: SignIn, counted: int, said: str
) -> None:
    fact = "exceeds_country_allocation"
    answers = {name: value for name, value in CHIPS_TO_POLAND.items() if name != fact}
    india = dict.fromkeys(("destination", "headquarters", "ultimate_parent"), "IN")
    case = CaseFactory.create(owner=sales, answers={**answers, **india, LPP: str(ANNUAL_LIMIT)})
    browser = sign_in(sales)
    shown = page(browser.get(reverse("question", args=[case.public_id, fact]))).fields
    assert (shown["tpp"], shown["units"]) == ("15832", "1,024"), "as this case has them"
    address = reverse("estimate", args=[case.public_id, fact, "allocation"])
    sent = {"counted": str(counted - 16_211_968), "tpp": "15832", "units": "1,024"}
    text = browser.get(address, sent).content.decode()
    assert f"By these figures the answer is {said}" in text
    assert "15,832 TPP × 1,024 chips" in text
    assert "Use this number" not in text
    assert browser.post(address, {**sent, "version": str(case.version)}).status_code == 422
    assert browser.get(address, {**sent, "counted": ""}).status_code == 422
    case.refresh_from_db()
    assert fact not in case.answers


def test_without_a_figure_or_a_fact_nothing_is_weighed() -> None:
    assert against("nveu_installed_tpp", "1") == ""
    assert against("nveu_installed_tpp", "1", date="2028-01-01") == (
        "The rule has no figure for January 1, 2028."
    )
    assert against("tpp", "4800", date="2026-09-01") == ""
    assert against(LPP, "not_sure") == ""
    assert against(LPP, "1e999") == ""
    assert against("uveu_outside_tpp", "1e999", uveu_total_tpp="1e-999") == "That is more than the total."


def test_the_page_says_it_and_the_memo_does_not(sales: User, sign_in: SignIn) -> None:
    case = lpp_case(sales)
    browser = sign_in(sales)
    said = "With this shipment of 16,211,968 TPP (15,832 TPP × 1,024 chips): 10,688,032 TPP is left"
    fragment = browser.get(reverse("said", args=[case.public_id, LPP]), {"answer": "0"})
    assert said in fragment.content.decode()
    sent = {"answer": "0", "version": str(case.version)}
    browser.post(reverse("question", args=[case.public_id, LPP]), sent)
    assert said in browser.get(reverse("question", args=[case.public_id, LPP])).content.decode()
    case.refresh_from_db()
    assert play(case, sales, {**CHIPS_TO_POLAND, "destination": "IN"}).finished
    sealed = record(case, sales).canonical
    assert "15832" in sealed
    assert "is left" not in sealed
