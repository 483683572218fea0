"""Every address, by every method, for everybody: one table. An address that is not in it fails.

What somebody may not see does not exist for them: 404, not 403. A page that is no business of a role is 403.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import CaseFactory, MemoFactory, UserFactory
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.desk.models import SavedView
from wizard.models import Memo

WHO = ("anonymous", "owner", "stranger", "legal", "administrator")
NOT_SIGNED_IN, NO_SUCH, FORBIDDEN, NOT_ALLOWED = "sign in", "404", "403", "405"
OK, SENT, REFUSED = "200", "302", "422"

EVERYBODY = dict.fromkeys(WHO, OK)
SIGNED_IN = {**EVERYBODY, "anonymous": NOT_SIGNED_IN}
NEVER = {**dict.fromkeys(WHO, NOT_ALLOWED), "anonymous": NOT_SIGNED_IN}
NEVER_PUBLIC = dict.fromkeys(WHO, NOT_ALLOWED)


def each(answer: str, **others: str) -> dict[str, str]:
    """The same answer for everybody who is signed in, but for those named."""
    return {**dict.fromkeys(WHO, answer), "anonymous": NOT_SIGNED_IN, **others}


def seen(answer: str) -> dict[str, str]:
    """For whoever may see the case or memo; a stranger learns nothing."""
    return each(answer, stranger=NO_SUCH)


DESK = each(FORBIDDEN, legal=SENT, administrator=SENT)
LEGAL_ON_MEMO = each(FORBIDDEN, stranger=NO_SUCH)

GET: dict[str, dict[str, str]] = {
    # accounts and languages
    "login": {**dict.fromkeys(WHO, SENT), "anonymous": OK},
    "logout": NEVER,
    "demo_sign_in": NEVER_PUBLIC,
    "password_change": SIGNED_IN,
    "password_change_done": SIGNED_IN,
    "set_language": dict.fromkeys(WHO, SENT),
    # lists
    "home": SIGNED_IN,
    "cases": SIGNED_IN,
    "start": SIGNED_IN,
    "glossary": SIGNED_IN,
    "assign_many": NEVER,
    "keep_view": NEVER,
    "drop_view": NEVER,
    # one case
    "case": seen(SENT),
    "product": seen(OK),
    "check": seen(OK),
    "result": seen(OK),
    "record": NEVER,
    "question": seen(OK),
    "said": seen(OK),
    "estimate": seen(REFUSED),
    # one memo
    "memo": seen(OK),
    "review": seen(OK),
    "comment": NEVER,
    "assign": NEVER,
    "send_back": each(FORBIDDEN, stranger=NO_SUCH, legal=OK),
    "approve": NEVER,
    "memo_json": seen(OK),
    "memo_pdf": seen(OK),
    "memo_word": seen(OK),
    "memo_proof": seen(OK),
    # public
    "verify": EVERYBODY,
    "checkpoint": EVERYBODY,
    "consistency": dict.fromkeys(WHO, "400"),
}

POST: dict[str, dict[str, str]] = {
    "login": {**dict.fromkeys(WHO, SENT), "anonymous": OK},
    "logout": each(SENT),
    "demo_sign_in": dict.fromkeys(WHO, NO_SUCH),  # no role is named
    "password_change": SIGNED_IN,
    "set_language": dict.fromkeys(WHO, SENT),
    "start": each(SENT),
    "assign_many": each(FORBIDDEN, legal=SENT),
    "keep_view": DESK,
    "drop_view": each(FORBIDDEN, legal=SENT, administrator=NO_SUCH),  # it is legal's own view
    "product": seen(REFUSED),
    "record": seen(REFUSED),
    "question": seen(REFUSED),
    "estimate": seen(REFUSED),
    "comment": each(REFUSED, stranger=NO_SUCH, administrator=FORBIDDEN),
    "assign": each(FORBIDDEN, stranger=NO_SUCH, legal=REFUSED),
    "send_back": each(FORBIDDEN, stranger=NO_SUCH, legal=REFUSED),
    "approve": each(FORBIDDEN, stranger=NO_SUCH, legal=REFUSED),
}
"""An address that is not here answers a POST with 405, or sends the anonymous to the sign-in first."""

PUBLIC = {"verify", "checkpoint", "consistency"}

WITH_ARGUMENTS = {
    **dict.fromkeys(("case", "check", "result", "record"), "case"),
    "product": "chips",
    **dict.fromkeys(("question", "said"), "fact"),
    "estimate": "estimate",
    "drop_view": "view",
    **dict.fromkeys(
        ("memo", "review", "comment", "assign", "send_back", "approve"), "memo"
    ),
    **dict.fromkeys(
        ("memo_json", "memo_pdf", "memo_word", "memo_proof"),
        "memo",
    ),
}  # fmt: skip


def names(patterns: Any = None) -> Iterator[str]:
    """The name of every address but for those of Django's administration, which has its own rules."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from names(pattern.url_patterns)
        else:
            assert isinstance(pattern, URLPattern)
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


@pytest.fixture
def memo(sales: User) -> Memo:
    return MemoFactory.create(case__owner=sales)


@pytest.fixture
def address(memo: Memo, legal: User) -> Any:
    """Finds the address of a name."""
    view = SavedView.objects.create(owner=legal, name="Kept", query="state=all")
    arguments: dict[str, list[object]] = {
        "case": [memo.case.public_id],
        "chips": [
            CaseFactory.create(owner=memo.case.owner, answers={"item": "integrated_circuit"}).public_id
        ],
        "fact": [memo.case.public_id, "destination"],
        "estimate": [memo.case.public_id, "tpp", "data-sheet"],
        "view": [view.pk],
        "memo": [memo.public_id],
    }
    return lambda name: reverse(name, args=arguments.get(WITH_ARGUMENTS.get(name, ""), []))


@pytest.fixture
def browsers(sales: User, stranger: User, legal: User, sign_in: SignIn) -> Any:
    """Opens a fresh browser of somebody."""
    people = {
        "owner": sales,
        "stranger": stranger,
        "legal": legal,
        "administrator": UserFactory.create(role=Role.ADMINISTRATOR),
    }
    return lambda who: Client() if who == "anonymous" else sign_in(people[who])


def answer(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse("login") + "?"):
        return NOT_SIGNED_IN
    return str(response.status_code)


def test_every_address_has_its_rows() -> None:
    assert set(names()) == set(GET)
    assert set(POST) <= set(GET)


@pytest.mark.parametrize("name", sorted(GET))
def test_get(name: str, address: Any, browsers: Any) -> None:
    found = {who: answer(browsers(who).get(address(name))) for who in WHO}
    assert found == GET[name]


@pytest.mark.parametrize("name", sorted(GET))
def test_post(name: str, address: Any, browsers: Any) -> None:
    expected = POST.get(name) or (NEVER_PUBLIC if name in PUBLIC else NEVER)
    found = {who: answer(browsers(who).post(address(name))) for who in WHO if name != "assign_many"}
    if name == "assign_many":
        sent = {"key": str(uuid.uuid4())}
        found = {who: answer(browsers(who).post(address(name), sent)) for who in WHO}
    if name == "keep_view":
        assert found["anonymous"] == NOT_SIGNED_IN
    assert found == expected


@pytest.mark.parametrize("name", sorted(GET))
def test_other_methods_change_nothing(name: str, address: Any, browsers: Any) -> None:
    for method in ("put", "patch", "delete"):
        response = getattr(browsers("legal"), method)(address(name))
        assert response.status_code in (200, 302, 403, 404, 405, 422), (name, method)
    assert Memo.objects.count() == 1
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("name", sorted(set(WITH_ARGUMENTS) - {"drop_view"}))
def test_what_is_not_there_is_not_there_for_anybody(name: str, db: None, browsers: Any) -> None:
    nothing = {"fact": [uuid.uuid4(), "destination"], "estimate": [uuid.uuid4(), "tpp", "data-sheet"]}
    path = reverse(name, args=nothing.get(WITH_ARGUMENTS[name], [uuid.uuid4()]))
    for who in ("owner", "legal"):
        browser = browsers(who)
        assert {browser.get(path).status_code, browser.post(path).status_code} <= {404, 405}
