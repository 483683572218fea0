"""Starting a case, and going on with one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.factories import WEIGHTS_TO_GERMANY, CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.models import Case


def test_page_asks_for_a_title(sales: User, sign_in: SignIn) -> None:
    response = sign_in(sales).get(reverse("start"))
    assert response.status_code == 200
    assert page(response).headings == ["What shall we call this case?"]


def test_starting_makes_a_case_of_the_user_and_asks_the_first_question(sales: User, sign_in: SignIn) -> None:
    response = sign_in(sales).post(reverse("start"), {"title": "  Caf\u0065\u0301 GmbH "})
    case = Case.objects.get()
    assert case.owner == sales
    assert case.title == "Caf\u00e9 GmbH"
    assert response["Location"] == reverse("case", args=[case.public_id])
    following = sign_in(sales).get(response["Location"])
    assert following["Location"] == reverse("question", args=[case.public_id, "item"])


def test_a_title_is_not_needed(sales: User, sign_in: SignIn) -> None:
    assert sign_in(sales).post(reverse("start")).status_code == 302


@pytest.mark.parametrize("title", ["a\u202eb", "a\u200bb", "a\u0007b", "a\u2028b", "a\ud800b", "x" * 121])
def test_a_title_with_unseen_characters_or_too_long_is_refused_and_kept(
    sales: User, sign_in: SignIn, title: str
) -> None:
    data = {"title": title.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
    response = sign_in(sales).post(reverse("start"), data)
    if "\ud800" in title:
        assert Case.objects.get().title == data["title"]
        return
    assert response.status_code == 422
    assert page(response).title.startswith("Error: ")
    assert "There is a problem" in response.content.decode()
    assert page(response).fields["title"] == title
    assert not Case.objects.exists()


def test_a_finished_case_goes_on_at_its_result(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    response = sign_in(sales).get(case.get_absolute_url())
    assert response["Location"] == reverse("result", args=[case.public_id])


def test_others_do_not_find_the_case_but_legal_does(
    sales: User, stranger: User, legal: User, sign_in: SignIn
) -> None:
    case = CaseFactory.create(owner=sales)
    assert sign_in(stranger).get(case.get_absolute_url()).status_code == 404
    assert sign_in(legal).get(case.get_absolute_url()).status_code == 302


def test_references_count_up_within_a_year(sales: User) -> None:
    first, second = CaseFactory.create(owner=sales), CaseFactory.create(owner=sales)
    assert first.reference.startswith("C-20")
    assert int(second.reference[-4:]) == int(first.reference[-4:]) + 1
