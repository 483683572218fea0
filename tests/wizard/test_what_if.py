"""The pages beside the result: what would have to be different, the path through the law, and red flag 28."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import (
    CHIPS_TO_POLAND,
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
)
from tests.wizard.conftest import SignIn, page
from wizard.answers import given
from wizard.models import Answer, Case, Memo
from wizard.samples import record

PART = {"HX-Request": "true"}
SERVICE: dict[str, Answer] = {
    "item": "model_weights", "activity": "compute_service", "date": "2026-09-01", "part_744_concern": False,
}  # fmt: skip


def address(case: Case, name: str = "what_if") -> str:
    return reverse(name, args=[case.public_id])


@pytest.mark.parametrize("answers", [WEIGHTS_TO_GERMANY, WEIGHTS_TO_INDIA, CHIPS_TO_POLAND, OPEN_QUESTIONS])
def test_other_results_are_told_with_the_facts_that_would_bring_them(
    sales: User, sign_in: SignIn, answers: dict[str, Answer]
) -> None:
    case = CaseFactory.create(owner=sales, answers=answers)
    response = sign_in(sales).get(address(case))
    assert response.status_code == 200
    assert page(response).headings == ["What would have to be different"]
    text = response.content.decode()
    for words in (
        "The facts are what they are.", "Stop: legal must decide this", "before 2025-01-13", "Not searched beyond",
        "This would be the result, had the case been:", "The day counts as a fact",
    ):  # fmt: skip
        assert words in text
    assert f'href="{reverse("question", args=[case.public_id, "part_744_concern"])}?back=check"' in text


def test_a_way_names_countries_by_what_they_are_in_the_law(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    text = sign_in(sales).get(address(case)).content.decode()
    assert "any country but these:" in text
    assert "AI Authorization country (supplement no. 5(a)): Australia, Belgium, Canada and 16 more" in text
    assert "instead of Germany" in text
    chinese = sign_in(sales).get(address(case), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "澳大利亚" in chinese


@pytest.mark.parametrize("headers", [{}, PART, {**PART, "HX-Boosted": "true"}])
def test_the_result_page_asks_for_the_part_alone(
    sales: User, sign_in: SignIn, headers: dict[str, str]
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    response = sign_in(sales).get(address(case), headers=headers)
    assert ("<html" in response.content.decode()) == (headers != PART)
    assert "HX-Request" in response["Vary"]
    assert "HX-Boosted" in response["Vary"]
    result = sign_in(sales).get(address(case, "result")).content.decode()
    assert result.count(address(case)) == 2, "once for htmx and once as a link"
    assert "had the case been" not in result, "It is worked out only when somebody asks."


@pytest.mark.parametrize("name", ["what_if", "drawing"])
def test_there_is_none_without_a_result_or_for_strangers(
    sales: User, stranger: User, legal: User, sign_in: SignIn, name: str
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    assert sign_in(stranger).get(address(case, name)).status_code == 404
    assert sign_in(legal).get(address(case, name)).status_code == 200
    assert Client().get(address(case, name)).status_code == 302
    open_case = CaseFactory.create(owner=sales, answers={"item": "computer"})
    assert sign_in(sales).get(address(open_case, name))["Location"] == open_case.get_absolute_url()


# ---------------------------------------------------------------------------------------------------- the path


def check_drawing(text: str) -> None:
    """Picture and text have the same words; nothing in it is refused by the content security policy."""
    picture = "".join(re.findall(r"<svg[^>]*law-drawing.*?</svg>", text, re.DOTALL))
    assert picture
    assert not re.search(r"\sstyle=|<style|<script|\son\w+=", picture)
    written = re.sub(r"\s+", "", html.unescape("".join(re.findall(r"<text[^>]*>(.*?)</text>", picture))))
    listed = re.findall(r'<span class="branch-text">(.*?)</span>', text, re.DOTALL)
    assert len(listed) > 20
    for words in listed:
        assert re.sub(r"\s+", "", html.unescape(words)) in written
    assert 'class="decides"' in text
    assert 'tabindex="0" role="region"' in text


@pytest.mark.parametrize("answers", [WEIGHTS_TO_GERMANY, CHIPS_TO_POLAND, OPEN_QUESTIONS])
def test_a_case_s_path_is_drawn_and_told(sales: User, sign_in: SignIn, answers: dict[str, Answer]) -> None:
    case = CaseFactory.create(owner=sales, answers=answers)
    response = sign_in(sales).get(address(case, "drawing"))
    assert page(response).headings == ["The path through the law"]
    check_drawing(response.content.decode())
    assert address(case, "drawing") in sign_in(sales).get(address(case, "result")).content.decode()


def test_a_memo_s_path_is_drawn_from_what_is_stored_in_it(
    sales: User, stranger: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    memo = record(case, sales)
    change = {"answer": "IN", "version": str(case.version)}
    sign_in(sales).post(reverse("question", args=[case.public_id, "destination"]), change)
    drawing = reverse("memo_drawing", args=[memo.public_id])
    response = sign_in(sales).get(drawing)
    text = response.content.decode()
    check_drawing(text)
    assert "Germany" in text
    assert "India" not in text
    assert drawing in sign_in(sales).get(memo.get_absolute_url()).content.decode()
    assert sign_in(stranger).get(drawing).status_code == 404
    assert Client().get(drawing).status_code == 302


def test_a_memo_that_the_law_would_now_decide_otherwise_is_not_drawn(sales: User, sign_in: SignIn) -> None:
    memo = MemoFactory.create(case=CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY))
    content = {
        **memo.content,
        "determination": {**memo.content["determination"], "outcome": "license_required"},
    }
    altered = Memo(**{field.attname: getattr(memo, field.attname) for field in Memo._meta.concrete_fields})
    altered.canonical = json.dumps(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wizard.views.drawing.visible_memo", lambda _request, _memo_id: altered)
        text = sign_in(sales).get(reverse("memo_drawing", args=[memo.public_id])).content.decode()
    assert "so their path is not drawn" in text
    assert "law-drawing" not in text


# ------------------------------------------------------------------------------------------------ red flag 28


def test_open_facts_of_red_flag_28_are_offered_and_settle_it(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=SERVICE)
    browser = sign_in(sales)
    text = browser.get(address(case, "result")).content.decode()
    assert "Answer these to settle red flag 28" in text
    answers = {
        "weights_status": "closed", "training_operations": "2e26", "below_published_frontier": "false",
        "headquarters": "IN",
    }  # fmt: skip
    for fact, answer in answers.items():
        question = reverse("question", args=[case.public_id, fact])
        assert f'href="{question}"' in text
        case.refresh_from_db()
        response = browser.post(question, {"answer": answer, "version": str(case.version)}, follow=True)
        assert response.redirect_chain[-1][0] == address(case, "result")
        text = response.content.decode()
    assert "Answer these" not in text
    assert "Red flag 28: your customer may be about to export" in text
    check = browser.get(reverse("check", args=[case.public_id])).content.decode()
    assert "Set aside" not in check, "They count, for the red flag."


def test_not_sure_in_red_flag_28_stays_offered_with_a_colleague_to_ask(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=SERVICE)
    browser = sign_in(sales)
    sent = {"answer": "not_sure", "version": str(case.version)}
    text = browser.post(
        reverse("question", args=[case.public_id, "weights_status"]), sent, follow=True
    ).content.decode()
    assert "Answer these to settle red flag 28" in text
    assert reverse("ask", args=[case.public_id, "weights_status"]) in text


def test_red_flag_28_settled_the_other_way_leaves_no_duty(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=SERVICE)
    sent = {"answer": "published", "version": str(case.version)}
    text = (
        sign_in(sales)
        .post(reverse("question", args=[case.public_id, "weights_status"]), sent, follow=True)
        .content.decode()
    )
    assert "Answer these" not in text
    assert "Red flag 28:" not in text
    assert "May apply" not in text


def test_memo_of_a_service_counts_the_facts_of_the_red_flag(sales: User) -> None:
    case = CaseFactory.create(owner=sales, answers=SERVICE)
    version = case.version
    for fact, answer in {"weights_status": "closed", "headquarters": "DE"}.items():
        case.save_answers({fact: given(fact, answer, {})}, by=sales, way="typed", seen=version, language="en")
    memo = record(case, sales)
    assert "headquarters" in memo.content["asked"]
    assert memo.content["set_aside"] == []
