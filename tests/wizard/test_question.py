"""One question: shown, answered, refused, answered by two pages at once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.factories import CHIPS_TO_POLAND, WEIGHTS_TO_GERMANY, CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.interview import walk
from wizard.models import AnswerEvent, Case
from wizard.samples import play

HTMX = {"HX-Request": "true", "HX-Boosted": "true"}


def address(case: Case, fact: str) -> str:
    return reverse("question", args=[case.public_id, fact])


def before(answers: dict[str, object], fact: str) -> dict[str, object]:
    """The answers without the one to `fact`, so that the interview stops there."""
    return {name: value for name, value in answers.items() if name != fact}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_page_has_one_heading_and_nothing_chosen(
    sales: User, sign_in: SignIn, headers: dict[str, str]
) -> None:
    case = CaseFactory.create(owner=sales)
    response = sign_in(sales).get(address(case, "item"), headers=headers)
    assert response.status_code == 200
    shown = page(response)
    assert shown.headings == ["What is this deal about?"]
    assert shown.title == "What is this deal about? – AI Diffusion Wizard"
    assert shown.checked == []
    text = response.content.decode()
    for words in ("Why we ask", "How to find out", "What we know so far", "Still possible", "At least"):
        assert words in text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_answer_is_saved_with_its_event_and_leads_to_the_next_question(
    sales: User, sign_in: SignIn, headers: dict[str, str]
) -> None:
    case = CaseFactory.create(owner=sales)
    response = sign_in(sales).post(
        address(case, "item"), {"answer": "model_weights", "version": "0"}, headers=headers
    )
    assert response.status_code == 302
    assert response["Location"] == address(case, "activity")
    case.refresh_from_db()
    assert case.answers == {"item": "model_weights"}
    event = case.events.get()
    assert (event.fact, event.old, event.new, event.by, event.way, event.version) == (
        "item", None, "model_weights", sales, "typed", 1,
    )  # fmt: skip
    assert event.question == "What is this deal about?"
    assert event.answer == "AI model weights"
    assert event.language == "en"


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("fact", "typed", "message"),
    [
        ("item", "", "Select an answer."),
        ("item", "spaceship", "Select one of the answers on this page."),
        ("item", "not_sure", "Select one of the answers on this page."),
        ("training_operations", "", "Enter a number."),
        ("training_operations", "1,5", "Use a point for decimals"),
        ("training_operations", "-1", "A negative number"),
        ("training_operations", "1" * 61, "longer than 60 characters"),
        ("training_operations", "1" * 100_000, "This is too long for an answer."),
        ("training_operations", "ten", "not a number we can read"),
        ("destination", "", "Select a country."),
        ("destination", "ZZ", "Select a country from the list."),
        ("destination", "US", "The United States cannot be the destination"),
        ("date", "2026-02-30", "There is no such day."),
        ("date", "tomorrow", "Give a date as year-month-day"),
        ("date", "", "Enter a date."),
        ("date", "not_sure", "Give a date as year-month-day"),
        ("storage_compliant", "maybe", "Select one of the answers on this page."),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_and_kept(
    sales: User, sign_in: SignIn, headers: dict[str, str], fact: str, typed: str, message: str
) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), fact))
    version = case.version
    response = sign_in(sales).post(
        address(case, fact), {"answer": typed, "version": str(version)}, headers=headers
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert text.count(message) == 2, "in the summary and beside the field"
    assert 'href="#answer"' in text
    assert page(response).title.startswith("Error: ")
    if fact == "training_operations" and len(typed) < 100:
        assert page(response).fields["answer"] == typed
    case.refresh_from_db()
    assert case.version == version


@pytest.mark.parametrize(
    "typed", ["1.2e26", "1.2 × 10^26", "1.2×10²⁶", "120,000,000,000,000,000,000,000,000", "１.２e２６"]
)
def test_a_number_is_stored_as_typed_and_read_back_in_words(sales: User, sign_in: SignIn, typed: str) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "training_operations"))
    browser = sign_in(sales)
    browser.post(address(case, "training_operations"), {"answer": typed, "version": str(case.version)})
    case.refresh_from_db()
    assert case.answers["training_operations"] == typed
    text = browser.get(address(case, "training_operations")).content.decode()
    assert "1.2 × 10²⁶ operations" in text
    assert "a 12 with 25 zeros" in text


def test_what_is_typed_is_read_back_as_a_fragment(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "destination"))
    browser = sign_in(sales)
    said = reverse("said", args=[case.public_id, "training_operations"])
    assert "a 1 with 26 zeros" in browser.get(said, {"answer": "10^26"}).content.decode()
    assert "not a number" in browser.get(said, {"answer": "abc"}).content.decode()
    assert browser.get(said).content.strip() == b""
    country = browser.get(reverse("said", args=[case.public_id, "destination"]), {"answer": "DE"})
    assert "AI Authorization country" in country.content.decode()
    assert b"<html" not in country.content
    assert browser.get(reverse("said", args=[case.public_id, "nonsense"])).status_code == 404


def test_not_sure_is_an_answer_of_its_own(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "ultimate_parent"))
    sent = {"answer": "", "not_sure": "1", "version": str(case.version)}
    response = sign_in(sales).post(address(case, "ultimate_parent"), sent)
    assert response.status_code == 302
    case.refresh_from_db()
    assert case.answers["ultimate_parent"] == "not_sure"
    event = case.events.last()
    assert event is not None
    assert event.way == AnswerEvent.Way.NOT_SURE


def test_same_as_takes_over_another_answer(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "headquarters"))
    browser = sign_in(sales)
    assert "Same as the destination: Germany" in browser.get(address(case, "headquarters")).content.decode()
    sent = {"answer": "", "same_as": "destination", "version": str(case.version)}
    browser.post(address(case, "headquarters"), sent)
    case.refresh_from_db()
    assert case.answers["headquarters"] == "DE"
    event = case.events.filter(fact="headquarters").get()
    assert (event.way, event.basis) == ("same_as", "Where are the weights going?")


def test_same_as_refuses_what_is_not_offered(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "headquarters"))
    sent = {"answer": "", "same_as": "title", "version": str(case.version)}
    assert sign_in(sales).post(address(case, "headquarters"), sent).status_code == 422


def test_a_change_keeps_later_answers_and_says_what_it_did(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    sent = {"answer": "false", "version": str(case.version), "back": "check"}
    response = browser.post(address(case, "storage_compliant"), sent, follow=True)
    assert response.redirect_chain[-1][0] == reverse("check", args=[case.public_id])
    text = response.content.decode()
    assert "The result was: A license is required, unless you use an authorization" in text
    assert "It is now: A license is required." in text
    event = case.events.last()
    assert event is not None
    assert (event.old, event.new, event.outcome_before) == (True, False, "authorization_available")


def test_a_change_that_settles_the_case_sets_answers_aside(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    sent = {"answer": "published", "version": str(case.version)}
    response = sign_in(sales).post(address(case, "weights_status"), sent, follow=True)
    text = response.content.decode()
    assert "answers no longer matter and are set aside" in text
    case.refresh_from_db()
    assert case.answers["destination"] == "DE"


def test_sending_the_same_answer_again_changes_nothing(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    browser = sign_in(sales)
    for _again in range(2):
        sent = {"answer": "computer", "version": "0"}
        assert browser.post(address(case, "item"), sent).status_code == 302
    assert case.events.count() == 1


def test_two_pages_that_answer_differently_are_both_shown(sales: User, legal: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(WEIGHTS_TO_GERMANY), "training_operations"))
    seen = str(case.version)
    sign_in(legal).post(address(case, "training_operations"), {"answer": "9e25", "version": seen})
    browser = sign_in(sales)
    response = browser.post(address(case, "training_operations"), {"answer": "2e26", "version": seen})
    assert response.status_code == 409
    text = response.content.decode()
    assert "9 × 10²⁵ operations" in text
    assert "2 × 10²⁶ operations" in text
    assert legal.get_full_name() in text
    case.refresh_from_db()
    assert case.answers["training_operations"] == "9e25"
    fields = page(response).fields
    again = browser.post(
        address(case, "training_operations"), {"answer": fields["answer"], "version": fields["version"]}
    )
    assert again.status_code == 302
    case.refresh_from_db()
    assert case.answers["training_operations"] == "2e26"


def test_two_pages_that_answer_different_questions_do_not_disturb_each_other(
    sales: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales)
    browser = sign_in(sales)
    browser.post(address(case, "item"), {"answer": "computer", "version": "0"})
    browser.post(address(case, "activity"), {"answer": "export", "version": "0"})
    case.refresh_from_db()
    assert case.answers == {"item": "computer", "activity": "export"}
    assert [event.version for event in case.events.all()] == [1, 2]


def test_an_answer_that_no_longer_fits_is_asked_again_with_the_reason(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=CHIPS_TO_POLAND)
    sent = {"answer": "computer", "version": str(case.version)}
    response = sign_in(sales).post(address(case, "item"), sent, follow=True)
    assert response.redirect_chain[-1][0] == address(case, "entry")
    text = response.content.decode()
    assert "no longer fits" in text
    assert "4A090" in text


def test_a_contradiction_with_earlier_answers_is_refused(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    play(case, sales, {"item": "integrated_circuit"})
    sent = {"answer": "deemed_export", "version": "1"}
    assert sign_in(sales).post(address(case, "activity"), sent).status_code == 422


@pytest.mark.parametrize("fact", ["nonsense", "check2", "owner"])
def test_there_is_no_page_for_what_is_no_fact(sales: User, sign_in: SignIn, fact: str) -> None:
    case = CaseFactory.create(owner=sales)
    assert sign_in(sales).get(address(case, fact)).status_code == 404


def test_strangers_can_neither_see_nor_answer(
    sales: User, stranger: User, legal: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales)
    assert sign_in(stranger).get(address(case, "item")).status_code == 404
    sent = {"answer": "computer", "version": "0"}
    assert sign_in(stranger).post(address(case, "item"), sent).status_code == 404
    assert sign_in(legal).get(address(case, "item")).status_code == 200
    case.refresh_from_db()
    assert case.answers == {}


def test_only_named_fields_are_taken(sales: User, stranger: User, sign_in: SignIn) -> None:
    """A post that names every column changes nothing but the answer."""
    case = CaseFactory.create(owner=sales)
    sent = {
        "answer": "computer", "version": "0", "owner": str(stranger.pk), "reference": "X", "title": "X",
        "answers": "{}", "public_id": "x", "way": "catalog", "by": str(stranger.pk), "created": "2020-01-01",
    }  # fmt: skip
    sign_in(sales).post(address(case, "item"), sent)
    changed = Case.objects.get(pk=case.pk)
    assert (changed.owner, changed.reference, changed.title) == (sales, case.reference, case.title)
    assert changed.events.get().way == "typed"


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30])
def test_a_page_without_its_version_is_refused(sales: User, sign_in: SignIn, version: str) -> None:
    case = CaseFactory.create(owner=sales)
    response = sign_in(sales).post(address(case, "item"), {"answer": "computer", "version": version})
    assert response.status_code == 422
    assert not case.events.exists()


def test_the_rest_may_be_left_once_something_is_not_sure(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=before(dict(CHIPS_TO_POLAND), "ultimate_parent"))
    client = sign_in(sales)
    assert 'name="rest"' not in client.get(address(case, "ultimate_parent")).content.decode()
    client.post(address(case, "ultimate_parent"), {"not_sure": "1", "version": case.version})
    case.refresh_from_db()
    step = walk(case.answers).next
    assert step is not None
    assert 'name="rest"' in client.get(address(case, step)).content.decode()
    left = client.post(address(case, step), {"rest": "1", "version": case.version})
    assert left.headers["Location"] == reverse("result", args=[case.public_id])
    case.refresh_from_db()
    assert walk(case.answers).finished
    assert case.answers[step] == "not_sure"
    assert case.answers["destination"] == "PL"
    assert case.events.filter(fact=step).get().way == AnswerEvent.Way.NOT_SURE
    # Once everything is answered, a question does not say how many are left, nor offers to leave them.
    again = client.get(address(case, step)).content.decode()
    assert "more question" not in again
    assert 'name="rest"' not in again


def test_the_rest_cannot_be_left_where_not_sure_is_no_answer(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    left = sign_in(sales).post(address(case, "item"), {"rest": "1", "version": "0"})
    assert left.headers["Location"] == address(case, "item")
    case.refresh_from_db()
    assert case.answers == {}
