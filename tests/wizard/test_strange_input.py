"""What people paste, mistype and send too late: a message that helps, and the entry kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rules import places
from rules.questions import BY_FACT
from tests.factories import WEIGHTS_TO_GERMANY, CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.models import Case

LONG = "9" * 10_000


def address(case: Case, fact: str) -> str:
    return reverse("question", args=[case.public_id, fact])


def without(owner: User, fact: str) -> Case:
    """A case that stops at this question."""
    answers = {name: value for name, value in WEIGHTS_TO_GERMANY.items() if name != fact}
    return CaseFactory.create(owner=owner, answers=answers)


@pytest.mark.parametrize(
    "typed",
    [
        "1e26", "1E+26", "10^26", "10**26", "10²⁶", "1 × 10^26", "1.0x10²⁶", "1*10**26", "１e２６", "１０＾２６",
        "1\u00a0·\u00a010^26", "100000000000000000000000000", "100,000,000,000,000,000,000,000,000",
    ],
)  # fmt: skip
def test_ten_to_the_26_in_every_notation(sales: User, sign_in: SignIn, typed: str) -> None:
    case = without(sales, "training_operations")
    browser = sign_in(sales)
    sent = {"answer": typed, "version": str(case.version)}
    assert browser.post(address(case, "training_operations"), sent).status_code == 302
    text = browser.get(reverse("check", args=[case.public_id])).content.decode()
    assert "10²⁶ operations" in text
    assert "a 1 with 26 zeros" in text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1,5", "Use a point for decimals"),
        ("1.234,5", "Use a point for decimals"),
        ("1_000", "not a number we can read"),
        ("1026 FLOPs", "not a number we can read"),
        ("10\u202e26", "not a number we can read"),
        ("10\u200b26", "not a number we can read"),
        ("١٠", "not a number we can read"),
        ("十亿", "not a number we can read"),
        ("🚀", "not a number we can read"),
        ("∞", "not a number we can read"),
        ("nan", "not a number we can read"),
        ("1e9999", "not a number we can read"),
        ("−5", "A negative number"),
        ("<script>alert(1)</script>", "not a number we can read"),
        (LONG, "This is too long for an answer."),
    ],
)
def test_what_is_no_number_is_refused_with_a_hint_and_stays(
    sales: User, sign_in: SignIn, typed: str, message: str
) -> None:
    case = without(sales, "training_operations")
    sent = {"answer": typed, "version": str(case.version)}
    response = sign_in(sales).post(address(case, "training_operations"), sent)
    assert response.status_code == 422
    assert response.content.decode().count(message) == 2
    assert page(response).fields["answer"] == typed
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "code"),
    [("德国", "DE"), ("阿联酋", "AE"), (" germany ", "DE"), ("Viet Nam", "VN"), ("香港", "HK"), ("KR", "KR")],
)
def test_a_country_may_be_named_instead_of_chosen(
    sales: User, sign_in: SignIn, typed: str, code: str
) -> None:
    case = without(sales, "destination")
    sent = {"answer": typed, "version": str(case.version)}
    assert sign_in(sales).post(address(case, "destination"), sent).status_code == 302
    case.refresh_from_db()
    assert case.answers["destination"] == code


@pytest.mark.parametrize("typed", ["德意志", "Atlantis 🏝", "<b>x</b>", "Ger\u202emany", "x" * 10_000])
def test_a_country_that_is_none_is_named_in_the_message(sales: User, sign_in: SignIn, typed: str) -> None:
    case = without(sales, "destination")
    sent = {"answer": typed, "version": str(case.version)}
    response = sign_in(sales).post(address(case, "destination"), sent)
    text = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in text
    assert ("We know no country called" in text) == (len(typed) < 200 and "\u202e" not in typed)
    assert "<b>x</b>" not in text
    assert "\u202e" not in text


def test_every_country_is_found_by_each_of_its_names() -> None:
    for code, country in places.COUNTRIES.items():
        for name in (country.name, country.zh, *country.also, code):
            assert places.named(name) == places.named(f" {name.upper()} ") == code
    assert places.named("") is None


@pytest.mark.parametrize("title", ["Société 🚀 Générale", "北京智算", "x" * 120, "O’Brien & <Söhne>"])
def test_titles_of_every_script_are_kept(sales: User, sign_in: SignIn, title: str) -> None:
    browser = sign_in(sales)
    browser.post(reverse("start"), {"title": title})
    assert Case.objects.get().title == title
    assert browser.get(reverse("home")).status_code == 200


def test_ten_thousand_characters_of_title_are_refused_and_kept(sales: User, sign_in: SignIn) -> None:
    response = sign_in(sales).post(reverse("start"), {"title": LONG})
    assert response.status_code == 422
    assert page(response).fields["title"] == LONG
    assert response.content.decode().count("Use at most 120 characters.") == 2


# -------------------------------------------------------------------------------------------------- every question


def test_nothing_is_chosen_and_help_is_in_the_same_place_on_every_question(
    sales: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales)
    browser = sign_in(sales)
    for fact in BY_FACT:
        response = browser.get(address(case, fact))
        text = response.content.decode()
        assert page(response).checked == [], fact
        assert page(response).fields.get("answer", "") == "", fact
        places_ = [
            text.index(words)
            for words in (
                'role="note"', "<h1", 'id="answer-help"', "Continue</button>", "Why we ask", "How to find out",
                "Ask a colleague", "What we know so far",
            )
        ]  # fmt: skip
        assert places_ == sorted(places_), fact


def test_a_case_is_taken_up_on_another_device_where_it_was_left(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    desk, phone = sign_in(sales), sign_in(sales)
    desk.post(address(case, "item"), {"answer": "model_weights", "version": "0"})
    assert case.get_absolute_url() in phone.get(reverse("home")).content.decode()
    following = phone.get(case.get_absolute_url(), follow=True)
    assert following.redirect_chain[-1][0] == address(case, "activity")
    assert "AI model weights" in following.content.decode()


def test_outcomes_seen_before_a_change_are_shown_to_lawyers(
    sales: User, legal: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    sent = {"answer": "false", "version": str(case.version), "back": "check"}
    sign_in(sales).post(address(case, "storage_compliant"), sent)
    text = sign_in(legal).get(reverse("check", args=[case.public_id])).content.decode()
    assert "Answers that were changed" in text
    assert "From “Yes” to “No”" in text
    assert "The result before was: A license is required, unless you use an authorization" in text


def test_answers_that_were_set_aside_count_again_and_it_is_said(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser, before = sign_in(sales), dict(case.answers)
    for answer, words in (
        ("published", "are set aside."),
        ("closed", "answers that were set aside count again."),
    ):
        case.refresh_from_db()
        sent = {"answer": answer, "version": str(case.version)}
        assert words in browser.post(address(case, "weights_status"), sent, follow=True).content.decode()
    case.refresh_from_db()
    assert case.answers == before


@pytest.mark.parametrize("path", ["/no/such/page/", "/sign-in/", "/verify/", "/asked/x/"])
def test_the_banner_is_on_public_pages_and_on_errors(path: str, db: None) -> None:
    assert "Not a government site. Not legal advice." in Client().get(path).content.decode()
