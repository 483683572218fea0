"""Check your answers: every answer, those set aside, those that nobody is sure of."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.urls import reverse

from tests.factories import OPEN_QUESTIONS, WEIGHTS_TO_GERMANY, CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.answers import given


def test_every_answer_has_a_way_to_change_it(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    response = sign_in(sales).get(reverse("check", args=[case.public_id]))
    assert page(response).headings == ["Check your answers"]
    text = response.content.decode()
    for fact in case.answers:
        assert f'href="{reverse("question", args=[case.public_id, fact])}?back=check"' in text
    assert "1.2 × 10²⁶ operations" in text
    assert "AI Authorization country" in text
    assert "See the result" in text


def test_answers_set_aside_stand_apart(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    published = {"weights_status": given("weights_status", "published", {})}
    case.save_answers(published, by=sales, way="typed", seen=case.version, language="en")
    text = sign_in(sales).get(reverse("check", args=[case.public_id])).content.decode()
    before, after = text.split("Set aside", 1)
    assert "Germany" not in before
    assert "Germany" in after


def test_what_nobody_is_sure_of_names_who_could_know(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS)
    text = sign_in(sales).get(reverse("check", args=[case.public_id])).content.decode()
    assert "What nobody is sure of yet" in text
    assert "Who could know: the security team of the facility" in text


def test_an_unfinished_case_goes_on(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers={"item": "computer"})
    text = sign_in(sales).get(reverse("check", args=[case.public_id])).content.decode()
    assert "Next question:" in text
    assert "What will happen to it?" in text
    assert "more questions" in text


def test_a_new_case_has_nothing_to_check(sales: User, stranger: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    address = reverse("check", args=[case.public_id])
    assert "No question has been answered yet." in sign_in(sales).get(address).content.decode()
    assert sign_in(stranger).get(address).status_code == 404
