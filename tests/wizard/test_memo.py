"""The memo: what it keeps, and that it is shown from its stored bytes alone."""

from __future__ import annotations

import json

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation

import rules
from rules.provisions.conclusion import AUTHORIZATIONS, OBLIGATIONS
from tests.factories import OPEN_QUESTIONS, WEIGHTS_TO_GERMANY, CaseFactory, MemoFactory
from tests.wizard.conftest import SignIn
from wizard import record, wording
from wizard.answers import given
from wizard.models import Case, Memo


def recorded(owner: User, answers: object = WEIGHTS_TO_GERMANY) -> Memo:
    return MemoFactory.create(case=CaseFactory.create(owner=owner, answers=answers))


def test_memo_keeps_answers_questions_and_determination(sales: User) -> None:
    memo = recorded(sales)
    content = memo.content
    assert content["answers"] == memo.case.answers
    assert content["determination"] == json.loads(
        json.dumps(rules.determine(rules.read(memo.case.answers)).to_json())
    )
    assert rules.Determination.from_json(content["determination"]).outcome == memo.outcome
    facts = content["text"]["en"]["facts"]
    assert [fact["fact"] for fact in facts] == content["asked"]
    assert facts[0]["question"] == "What is this deal about?"
    assert {fact["by"] for fact in facts} == {sales.get_full_name()}
    assert set(content["text"]) == {"en", "zh-hans"}


def test_bytes_are_canonical_and_hashed(sales: User) -> None:
    memo = recorded(sales)
    assert record.canonical(json.loads(memo.canonical)) == memo.canonical
    assert memo.sha256 == record.sha256(memo.canonical)
    assert memo.verification_code == record.short_code(memo.sha256)


def test_page_has_every_part_in_order(sales: User, sign_in: SignIn) -> None:
    memo = recorded(sales)
    response = sign_in(sales).get(memo.get_absolute_url())
    assert response.status_code == 200
    text = response.content.decode()
    parts = (
        memo.number, memo.verification_code, "Question presented", "Brief answer", ">Facts</h2>", ">Rule</h2>",
        ">Analysis</h2>", "Two answers", ">Interpretations</h2>", ">Obligations</h2>",
        "Unknowns and assumptions", "Sign-off", memo.sha256,
    )  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert 'aria-label="QR code: the page that verifies this memo"' in text


def test_page_does_not_change_when_the_case_does(sales: User, sign_in: SignIn) -> None:
    memo = recorded(sales)
    browser = sign_in(sales)
    before = _article(browser.get(memo.get_absolute_url()).content.decode())
    change = {"destination": given("destination", "CN", {})}
    memo.case.save_answers(change, by=sales, way="typed", seen=memo.case.version, language="en")
    Case.objects.filter(pk=memo.case.pk).update(title="Another title")
    assert _article(browser.get(memo.get_absolute_url()).content.decode()) == before


def _article(text: str) -> str:
    return text[text.index('<article class="memo"') : text.index("</article>")]


def test_changed_and_set_aside_answers_are_kept(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    change = {"training_operations": given("training_operations", "1e20", {})}
    case.save_answers(
        change, by=sales, way="typed", seen=case.version, language="en",
        outcome_before="authorization_available",
    )  # fmt: skip
    aside = {"synthetic_data": given("synthetic_data", False, {})}
    case.save_answers(aside, by=sales, way="typed", seen=case.version, language="en")
    memo = MemoFactory.create(case=case)
    text = sign_in(sales).get(memo.get_absolute_url()).content.decode()
    assert "Set aside: answered, but without weight" in text
    assert "From “1.2 × 10²⁶ operations” to “10²⁰ operations”" in text.replace(
        "100,000,000,000,000,000,000", "10²⁰"
    )
    assert "The result before was: A license is required, unless" in text


def test_open_questions_are_named(sales: User, sign_in: SignIn) -> None:
    memo = recorded(sales, OPEN_QUESTIONS)
    text = sign_in(sales).get(memo.get_absolute_url()).content.decode()
    assert "Cannot be determined yet" in text
    assert "Who could settle it: the security team of the facility" in text


def test_json_is_the_stored_bytes(sales: User, sign_in: SignIn) -> None:
    memo = recorded(sales)
    response = sign_in(sales).get(reverse("memo_json", args=[memo.public_id]))
    assert response.content == memo.canonical.encode()
    assert response["Content-Type"] == "application/json"
    assert memo.number in response["Content-Disposition"]


def test_only_those_who_may_see_the_case_see_the_memo(
    sales: User, stranger: User, legal: User, sign_in: SignIn
) -> None:
    memo = recorded(sales)
    for address in (memo.get_absolute_url(), reverse("memo_json", args=[memo.public_id])):
        assert sign_in(stranger).get(address).status_code == 404
        assert sign_in(legal).get(address).status_code == 200
        assert sign_in(sales).post(address).status_code == 405


def test_the_language_of_the_page_chooses_the_stored_text(sales: User, sign_in: SignIn) -> None:
    with translation.override("zh-hans"):
        memo = recorded(sales)
    assert memo.content["text"]["zh-hans"]["facts"][7]["answer"] == "德国"
    assert memo.content["text"]["en"]["facts"][7]["answer"] == "Germany"
    browser = sign_in(sales)
    assert (
        "德国"
        in browser.get(memo.get_absolute_url(), headers={"accept-language": "zh-hans"}).content.decode()
    )
    assert (
        "Germany" in browser.get(memo.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    )


def test_every_code_of_the_law_has_words() -> None:
    assert {one.when for one in OBLIGATIONS} <= set(wording.WHEN)
    assert set(AUTHORIZATIONS) == set(wording.AUTHORIZATIONS)
