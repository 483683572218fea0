"""The result, and recording it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from rules.provisions.conclusion import OUTCOMES as OUTCOMES_OF_THE_LAW
from tests.factories import (
    CHIPS_TO_POLAND,
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
)
from tests.wizard.conftest import SignIn, page
from wizard.models import Answer, Case, Memo
from wizard.wording import OUTCOMES


def show(case: Case) -> str:
    return reverse("result", args=[case.public_id])


def sealing(case: Case) -> str:
    return reverse("record", args=[case.public_id])


@pytest.mark.parametrize(
    ("answers", "heading", "also"),
    [
        (WEIGHTS_TO_INDIA, "A license is required", "presumption of denial"),
        (WEIGHTS_TO_GERMANY, "A license is required, unless you use an authorization", "740.27"),
        (CHIPS_TO_POLAND, "A license is required, unless you use an authorization", "LPP"),
        (OPEN_QUESTIONS, "Cannot be determined yet", "the security team of the facility"),
        (
            {**WEIGHTS_TO_GERMANY, "training_operations": "1e20"},
            "Not controlled under this rule",
            "not clearance",
        ),
        ({**WEIGHTS_TO_GERMANY, "destination": "IR"}, "A license is required", "Embargo."),
        (
            {**WEIGHTS_TO_GERMANY, "training_operations": "1e20", "destination": "IR"},
            "Not controlled under this rule",
            "not clearance",
        ),
        ({**WEIGHTS_TO_GERMANY, "part_744_concern": True}, "Stop: legal must decide this", "Do not go on"),
    ],
)
def test_result_says_outcome_reasons_and_both_answers(
    sales: User, sign_in: SignIn, answers: Mapping[str, Answer], heading: str, also: str
) -> None:
    case = CaseFactory.create(owner=sales, answers=answers)
    response = sign_in(sales).get(show(case))
    assert response.status_code == 200
    assert len(page(response).headings) == 1
    assert page(response).headings[0].startswith(heading)
    text = response.content.decode()
    for words in (also, "As codified", "As BIS says it enforces", "What to do next", "Record this memo"):
        assert words in text


GAMING: dict[str, Answer] = {
    "item": "integrated_circuit", "activity": "export", "date": "2026-08-01", "origin": "us", "entry": "3A090",
    "tpp": "5285", "datacenter": False, "destination": "DE", "part_744_concern": False,
}  # fmt: skip


def test_which_authorization_is_available_can_be_asked_after_the_decision(
    sales: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales, answers=GAMING)
    browser = sign_in(sales)
    text = browser.get(show(case)).content.decode()
    assert "Answer these to see which authorization can be used" in text
    assert "Rely on none of them before." in text
    question = reverse("question", args=[case.public_id, "headquarters"])
    assert f'href="{question}"' in text
    open_memo = MemoFactory.create(case=case)
    read = browser.get(open_memo.get_absolute_url()).content.decode()
    assert "Which authorization is available is not known" in read
    assert "None follow from this rule" not in read
    assert open_memo.content["text"]["en"]["findings"]["open_in_authorizations"]
    case.refresh_from_db()
    sent = {"answer": "CN", "version": str(case.version)}
    response = browser.post(question, sent, follow=True)
    assert response.redirect_chain[-1][0] == show(case)
    text = response.content.decode()
    assert "Answer these to see" not in text
    assert "At least 25 calendar days before the export" in text
    assert "Set aside" not in browser.get(reverse("check", args=[case.public_id])).content.decode()
    case.refresh_from_db()
    settled = MemoFactory.create(case=case)
    assert settled.settled["headquarters"] == "CN"
    assert "open_in_authorizations" not in settled.content["text"]["en"]["findings"]


@pytest.mark.parametrize(("day", "warned"), [("2026-11-09", False), ("2026-11-10", True)])
def test_after_its_stay_the_affiliates_rule_is_warned_of(
    sales: User, sign_in: SignIn, day: str, warned: bool
) -> None:
    case = CaseFactory.create(owner=sales, answers={**GAMING, "date": day})
    assert ("Check the owners again." in sign_in(sales).get(show(case)).content.decode()) is warned
    memo = MemoFactory.create(case=case)
    assert (
        "Check the owners again." in sign_in(sales).get(memo.get_absolute_url()).content.decode()
    ) is warned


def test_another_reading_that_depends_on_more_says_on_what(sales: User, sign_in: SignIn) -> None:
    answers = {**WEIGHTS_TO_GERMANY, "headquarters": "FR", "ultimate_parent": "CN"}
    del answers["storage_compliant"]
    case = CaseFactory.create(owner=sales, answers=answers)
    text = sign_in(sales).get(show(case)).content.decode()
    assert "the result would or could differ" in text
    assert "It depends on what is not known: " in text


def test_every_outcome_of_the_law_has_words_and_none_reads_as_clearance() -> None:
    assert set(OUTCOMES) == {*OUTCOMES_OF_THE_LAW, "undetermined"}
    for code, outcome in OUTCOMES.items():
        words = f"{outcome.heading} {outcome.meaning}".lower()
        assert outcome.shape in {"square", "ring", "diamond", "rule"}
        assert outcome.steps
        if outcome.shape == "rule":
            assert "not clearance" in words, code
        assert not any(
            word in words for word in ("you may ship", "free to", "no license is needed", "cleared")
        )


def test_an_unfinished_case_has_no_result(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers={"item": "computer"})
    response = sign_in(sales).get(show(case), follow=True)
    assert response.redirect_chain[-1][0] == reverse("question", args=[case.public_id, "activity"])
    assert "There is no result yet" in response.content.decode()


def declaration(browser_page: Mapping[str, str], **other: str) -> dict[str, str]:
    """The result page's form, filled in."""
    sent = {"key": browser_page["key"], "seen": browser_page["seen"]}
    return {**sent, "name": "Pat Example", "declaration": "yes", **other}


def test_recording_seals_a_memo_once_however_often_the_form_is_sent(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    sent = declaration(page(browser.get(show(case))).fields)
    first, second = browser.post(sealing(case), sent), browser.post(sealing(case), sent)
    memo = Memo.objects.get()
    assert first["Location"] == second["Location"] == memo.get_absolute_url()
    assert memo.author == sales
    assert memo.intact
    assert memo.content["author"]["name"] == "Pat Example"


def test_a_key_with_another_submission_is_refused(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    sent = declaration(page(browser.get(show(case))).fields)
    browser.post(sealing(case), sent)
    response = browser.post(sealing(case), {**sent, "name": "Someone Else"})
    assert response.status_code == 422
    assert "already recorded a different memo" in response.content.decode()
    assert page(response).fields["key"] != sent["key"]
    assert Memo.objects.count() == 1


def test_a_key_of_someone_else_is_refused(sales: User, legal: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    sent = declaration(page(sign_in(sales).get(show(case))).fields)
    sign_in(sales).post(sealing(case), sent)
    assert sign_in(legal).post(sealing(case), sent).status_code == 422


def test_a_second_memo_supersedes_the_first(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    for _time in range(2):
        browser.post(sealing(case), declaration(page(browser.get(show(case))).fields))
    second, first = Memo.objects.all()
    assert second.supersedes == first
    assert second.content["supersedes"] == first.number
    assert first.number in browser.get(second.get_absolute_url()).content.decode()
    assert second.number in browser.get(first.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Enter your full name."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"name": "Pat\u202e"}, "invisible and control characters"),
        ({"declaration": ""}, "Confirm the declaration"),
    ],
)
def test_recording_refuses_and_keeps_what_was_typed(
    sales: User, sign_in: SignIn, wrong: dict[str, str], message: str
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    fields = page(browser.get(show(case))).fields
    response = browser.post(sealing(case), declaration(fields, **wrong))
    assert response.status_code == 422
    text = response.content.decode()
    assert text.count(message) == 2
    assert page(response).title.startswith("Error: ")
    assert page(response).fields["name"] == wrong.get("name", "Pat Example")
    assert page(response).fields["key"] == fields["key"]
    assert not Memo.objects.exists()


@pytest.mark.parametrize("wrong", [{"key": "x"}, {"key": ""}, {"seen": ""}, {"seen": "0" * 63}])
def test_recording_refuses_a_form_that_is_not_the_page_s(
    sales: User, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    response = browser.post(sealing(case), declaration(page(browser.get(show(case))).fields, **wrong))
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert not Memo.objects.exists()


def test_a_result_that_changed_meanwhile_is_not_recorded(sales: User, legal: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    browser = sign_in(sales)
    sent = declaration(page(browser.get(show(case))).fields)
    change = {"answer": "false", "version": str(case.version)}
    sign_in(legal).post(reverse("question", args=[case.public_id, "storage_compliant"]), change)
    response = browser.post(sealing(case), sent)
    assert response.status_code == 409
    text = response.content.decode()
    assert "Nothing was recorded" in text
    assert page(response).headings == ["A license is required"]
    assert page(response).fields["name"] == "Pat Example"
    assert not Memo.objects.exists()


def test_recording_a_case_that_became_unfinished_goes_on_with_it(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers={"item": "computer"})
    sent = {"key": str(uuid.uuid4()), "seen": "0" * 64, "name": "Pat", "declaration": "yes"}
    assert sign_in(sales).post(sealing(case), sent)["Location"] == case.get_absolute_url()
    assert sign_in(sales).post(sealing(case), {})["Location"] == case.get_absolute_url()


def test_strangers_neither_see_nor_record(sales: User, stranger: User, legal: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    sent = declaration(page(sign_in(sales).get(show(case))).fields)
    assert sign_in(stranger).get(show(case)).status_code == 404
    assert sign_in(stranger).post(sealing(case), sent).status_code == 404
    assert sign_in(legal).get(show(case)).status_code == 200
    assert sign_in(sales).get(sealing(case)).headers["Location"] == show(case)
