"""Lists of cases and memos, and the glossary."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rules.glossary import TERMS
from tests.factories import WEIGHTS_TO_GERMANY, CaseFactory, MemoFactory
from tests.wizard.conftest import SignIn


def test_sales_find_their_own_cases_and_memos_newest_first(
    sales: User, stranger: User, sign_in: SignIn
) -> None:
    first = CaseFactory.create(owner=sales, title="First", answers=WEIGHTS_TO_GERMANY)
    CaseFactory.create(owner=sales, title="Second")
    CaseFactory.create(owner=stranger, title="Of someone else")
    memo = MemoFactory.create(case=first)
    text = sign_in(sales).get(reverse("home")).content.decode()
    assert text.index("Second") < text.index("First")
    assert memo.number in text
    assert "Of someone else" not in text
    assert "My cases" in text


def test_legal_finds_everyone_s(sales: User, stranger: User, legal: User, sign_in: SignIn) -> None:
    memo = MemoFactory.create(case=CaseFactory.create(owner=sales, title="First", answers=WEIGHTS_TO_GERMANY))
    CaseFactory.create(owner=stranger, title="Of someone else")
    browser = sign_in(legal)
    queue = browser.get(reverse("home")).content.decode()
    assert memo.number in queue
    assert "Of someone else" not in queue  # nothing was recorded of it yet
    text = browser.get(reverse("cases")).content.decode()
    for words in ("First", "Of someone else", memo.number, sales.get_full_name(), stranger.get_full_name()):
        assert words in text


def test_a_title_is_shown_as_text_and_never_as_markup(sales: User, sign_in: SignIn) -> None:
    CaseFactory.create(owner=sales, title="<script>alert(1)</script>")
    text = sign_in(sales).get(reverse("home")).content.decode()
    assert "<script>alert(1)</script>" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_nothing_yet_is_said(sales: User, sign_in: SignIn) -> None:
    text = sign_in(sales).get(reverse("home")).content.decode()
    assert "There is no case yet." in text
    assert "There is no memo yet." in text


def test_the_number_of_queries_does_not_grow_with_the_list(
    sales: User, sign_in: SignIn, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for _number in range(3):
        MemoFactory.create(case=CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY))
    browser = sign_in(sales)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        browser.get(reverse("home"))


def test_the_glossary_has_every_term(sales: User, sign_in: SignIn) -> None:
    text = sign_in(sales).get(reverse("glossary")).content.decode()
    assert all(f'id="{term.slug}"' in text for term in TERMS)


@pytest.mark.django_db
def test_nobody_sees_anything_without_signing_in() -> None:
    case = CaseFactory.create(answers=WEIGHTS_TO_GERMANY)
    memo = MemoFactory.create(case=case)
    browser = Client()
    for address in (
        reverse("home"),
        reverse("start"),
        case.get_absolute_url(),
        reverse("question", args=[case.public_id, "item"]),
        reverse("said", args=[case.public_id, "item"]),
        reverse("estimate", args=[case.public_id, "tpp", "data-sheet"]),
        reverse("product", args=[case.public_id]),
        reverse("check", args=[case.public_id]),
        reverse("result", args=[case.public_id]),
        reverse("record", args=[case.public_id]),
        memo.get_absolute_url(),
        reverse("memo_json", args=[memo.public_id]),
        reverse("glossary"),
    ):
        response = browser.get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith(reverse("login")), address
