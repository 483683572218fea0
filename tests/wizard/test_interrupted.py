"""A form sent while nobody was signed in: nothing of it is lost, nothing of it is saved unseen, no password is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import CaseFactory
from tests.wizard.conftest import SignIn, page
from wizard.models import Case

pytestmark = pytest.mark.django_db

SIGNED_OUT = "You had been signed out, so what you sent is not saved yet."
HERE_AGAIN = "You were signed out before this was saved."


def address(case: Case, fact: str) -> str:
    return reverse("question", args=[case.public_id, fact])


def back_in(client: Client, user: User) -> None:
    """Signs in as the sign-in page does, which keeps an anonymous session's content."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_an_answer_waits_for_its_person(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client()
    sent = client.post(
        address(case, "training_operations"),
        {"answer": "1.2 × 10^26", "version": "0"},
        headers={"Referer": f"http://testserver{address(case, 'training_operations')}?back=check"},
    )
    assert sent.headers["Location"].startswith("/sign-in/?next=/cases/")
    assert "back%3Dcheck" in sent.headers["Location"]
    assert SIGNED_OUT in client.get(sent.headers["Location"]).content.decode()
    back_in(client, sales)
    shown = client.get(address(case, "training_operations"))
    assert HERE_AGAIN in shown.content.decode()
    assert page(shown).fields["answer"] == "1.2 × 10^26"
    case.refresh_from_db()
    assert case.answers == {}
    again = client.get(address(case, "training_operations"))
    assert HERE_AGAIN not in again.content.decode()
    assert page(again).fields["answer"] == ""


def test_a_choice_and_a_title_wait_too(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client()
    client.post(address(case, "item"), {"answer": "computer", "version": "0"})
    back_in(client, sales)
    assert page(client.get(address(case, "item"))).checked == [("answer", "computer")]
    client = Client()
    client.post("/cases/new/", {"title": "Warta Data"})
    back_in(client, sales)
    assert page(client.get("/cases/new/")).fields["title"] == "Warta Data"
    assert not Case.objects.filter(title="Warta Data").exists()


def test_nobody_sees_what_was_sent_to_a_case_of_another(sales: User, stranger: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client()
    client.post(address(case, "item"), {"answer": "computer", "version": "0"})
    back_in(client, stranger)
    assert client.get(address(case, "item")).status_code == 404


@pytest.mark.parametrize("path", ["/password/", "/sign-out/"])
def test_no_other_form_is_kept(path: str) -> None:
    client = Client()
    client.post(path, {"old_password": "s", "new_password1": "s"})
    assert "interrupted" not in client.session


def test_a_long_form_is_not_kept(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client()
    client.post(address(case, "tpp"), {"answer": "9" * 3_000, "version": "0"})
    assert "interrupted" not in client.session


def test_the_way_back_is_on_this_site(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    for referer in ("https://elsewhere.example/x", ""):
        sent = Client().post(address(case, "item"), {"answer": "computer"}, headers={"Referer": referer})
        assert sent.headers["Location"] == f"/sign-in/?next={address(case, 'item')}"


def test_a_form_of_an_earlier_sign_in_comes_back_filled(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client(enforce_csrf_checks=True)
    back_in(client, sales)
    sent = client.post(address(case, "item"), {"answer": "computer", "csrfmiddlewaretoken": "x" * 64})
    assert sent.headers["Location"] == address(case, "item")
    assert page(client.get(address(case, "item"))).checked == [("answer", "computer")]


def test_a_form_of_another_site_is_refused_and_forgotten(sales: User) -> None:
    case = CaseFactory.create(owner=sales)
    client = Client(enforce_csrf_checks=True)
    back_in(client, sales)
    sent = client.post(
        address(case, "item"), {"answer": "computer"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert sent.status_code == 403
    assert "interrupted" not in client.session


def test_coming_back_to_the_address_of_a_refused_declaration(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales)
    gone = sign_in(sales).get(reverse("record", args=[case.public_id]))
    assert gone.headers["Location"] == reverse("result", args=[case.public_id])
