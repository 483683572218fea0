"""Every address, by every method, for everybody: one table. An address that is not in it fails.

What somebody may not see does not exist for them: 404, not 403. A page that is no business of a role is 403.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.regex_helper import normalize

from tests.factories import CaseFactory, MemoFactory, UserFactory
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.desk import audit_export, redetermination, scenarios
from wizard.desk.models import Docket, SavedView
from wizard.invitations import Invitation
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
LEGAL_ONLY = each(FORBIDDEN, legal=OK, administrator=OK)
LEGAL_NEVER = each(FORBIDDEN, legal=NOT_ALLOWED, administrator=NOT_ALLOWED)
LEGAL_SENT = each(FORBIDDEN, legal=SENT, administrator=SENT)
LEGAL_REFUSED = each(FORBIDDEN, legal=REFUSED, administrator=REFUSED)

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
    "record": seen(SENT),  # to the result: whoever comes back to a refused declaration
    "drawing": seen(OK),
    "what_if": seen(OK),
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
    "memo_drawing": seen(OK),
    # asking a colleague
    "ask": seen(OK),
    "withdraw": NEVER,
    "colleague": EVERYBODY,
    "colleague_done": dict.fromkeys(WHO, SENT),  # to the question: nobody has answered it
    # records and figures
    "memo_retention": LEGAL_ONLY,
    "retention_report": LEGAL_ONLY,
    "dashboard": LEGAL_ONLY,
    "export": LEGAL_ONLY,
    "export_taken": LEGAL_ONLY,
    "export_file": LEGAL_NEVER,
    # the law and its changes
    "law": LEGAL_ONLY,
    "provision": LEGAL_ONLY,
    "law_changes": LEGAL_ONLY,
    "compare_memos": SIGNED_IN,
    "compare_dates": LEGAL_ONLY,
    "redeterminations": LEGAL_ONLY,
    "redetermination": LEGAL_ONLY,
    "redetermination_progress": LEGAL_ONLY,
    "redetermined": LEGAL_ONLY,
    "carry_over": LEGAL_NEVER,
    # scenarios
    "scenarios": LEGAL_ONLY,
    "scenarios_in": LEGAL_ONLY,
    "scenarios_out": LEGAL_ONLY,
    "scenario": LEGAL_ONLY,
    "scenario_from_memo": LEGAL_NEVER,
    "scenario_from_case": LEGAL_NEVER,
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
    "ask": seen(REFUSED),
    "withdraw": seen(SENT),
    "colleague": dict.fromkeys(WHO, REFUSED),
    "memo_retention": each(FORBIDDEN, legal=NO_SUCH, administrator=NO_SUCH),  # no act is named
    "export": LEGAL_SENT,
    "export_file": each(FORBIDDEN, legal=NO_SUCH, administrator=NO_SUCH),  # no piece is named
    "redeterminations": LEGAL_REFUSED,
    "carry_over": LEGAL_SENT,
    "scenarios_in": LEGAL_REFUSED,
    "scenario": LEGAL_REFUSED,
    "scenario_from_memo": LEGAL_SENT,
    "scenario_from_case": LEGAL_SENT,
}
"""An address that is not here answers a POST with 405, or sends the anonymous to the sign-in first."""

PUBLIC = {"verify", "checkpoint", "consistency", "colleague_done"}

WITH_ARGUMENTS = {
    **dict.fromkeys(
        ("case", "check", "result", "record", "drawing", "what_if", "compare_dates", "scenario_from_case"), "case"
    ),
    "product": "chips",
    **dict.fromkeys(("question", "said", "ask"), "fact"),
    "withdraw": "asked",
    **dict.fromkeys(("colleague", "colleague_done"), "link"),
    "estimate": "estimate",
    "drop_view": "view",
    **dict.fromkeys(
        ("memo", "review", "comment", "assign", "send_back", "approve"), "memo"
    ),
    **dict.fromkeys(
        ("memo_json", "memo_pdf", "memo_word", "memo_proof"),
        "memo",
    ),
    **dict.fromkeys(("memo_drawing", "memo_retention", "scenario_from_memo"), "memo"),
    **dict.fromkeys(("export_taken", "export_file"), "export"),
    "provision": "provision",
    **dict.fromkeys(("redetermination", "redetermination_progress", "carry_over"), "run"),
    "redetermined": "found",
    "scenario": "scenario",
}  # fmt: skip


def addresses(patterns: list[Any], start: str = "") -> Iterator[tuple[str, str]]:
    """The pattern of every address, with `%(argument)s` where it takes one, and its name, if it has one."""
    for pattern in patterns:
        ((route, _arguments),) = normalize(pattern.pattern.regex.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, start + route)
        else:
            assert isinstance(pattern, URLPattern)
            yield start + route, pattern.name or ""


ADMINISTRATION = "administration/"
"""Where Django's administration lies; its addresses follow from the models that it keeps."""

EVERY_ADDRESS = list(addresses(get_resolver().url_patterns))


@pytest.fixture
def memo(sales: User) -> Memo:
    return MemoFactory.create(case__owner=sales)


def found_again(memo: Memo, by: User) -> list[object]:
    """A run over every memo, on a day on which this one comes out differently, and the memo."""
    run = redetermination.begin(by, datetime.date(2025, 1, 10))
    for _batch in redetermination.carry_on(run):
        pass
    return [run.public_id, memo.public_id]


def scenario(memo: Memo, by: User) -> list[object]:
    draft = scenarios.Draft("S001", memo.number, dict(memo.settled), {"outcome": memo.outcome})
    return [scenarios.keep(draft, by).scenario_id]


def invitation(memo: Memo) -> Invitation:
    case = memo.case
    return Invitation.objects.create(
        case=case, fact="destination", seen=case.version, asked_by=case.owner, asked_in="en", language="en"
    )


@pytest.fixture
def address(memo: Memo, legal: User) -> Any:
    """Finds the address of a name, and makes what it shows."""
    case = memo.case
    arguments: dict[str, Callable[[], list[object]]] = {
        "": list,
        "case": lambda: [case.public_id],
        "chips": lambda: [
            CaseFactory.create(owner=case.owner, answers={"item": "integrated_circuit"}).public_id
        ],
        "fact": lambda: [case.public_id, "destination"],
        "estimate": lambda: [case.public_id, "tpp", "data-sheet"],
        "asked": lambda: [case.public_id, "destination", invitation(memo).pk],
        "link": lambda: [invitation(memo).link],
        "view": lambda: [SavedView.objects.create(owner=legal, name="Kept", query="state=all").pk],
        "memo": lambda: [memo.public_id],
        "export": lambda: [audit_export.begin(Docket.objects.all(), legal, {}).public_id],
        "provision": lambda: ["s740_27_a_3"],
        "run": lambda: found_again(memo, legal)[:1],
        "found": lambda: found_again(memo, legal),
        "scenario": lambda: scenario(memo, legal),
    }
    made: dict[str, str] = {}

    def find(name: str) -> str:
        if name not in made:
            made[name] = reverse(name, args=arguments[WITH_ARGUMENTS.get(name, "")]())
        return made[name]

    return find


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
    """And each has a name that no other has, so that the row is about this very address."""
    own = [address for address in EVERY_ADDRESS if not address[0].startswith(ADMINISTRATION)]
    named = Counter(name for _pattern, name in own)
    assert [address for address in own if address[1] not in GET or named[address[1]] > 1] == []
    assert set(POST) <= set(GET) == set(named)


@pytest.mark.parametrize("who", ["anonymous", "owner", "stranger", "legal"])
def test_the_administration_is_for_administrators(
    who: str, legal: User, browsers: Any, sign_in: SignIn
) -> None:
    made = {
        "object_id": legal.pk,
        "id": legal.pk,
        "content_type_id": ContentType.objects.get_for_model(User).pk,
        "app_label": "auth",
        "url": "no/such/page",
    }
    paths = [f"/{pattern}" % made for pattern, _name in EVERY_ADDRESS if pattern.startswith(ADMINISTRATION)]
    door = reverse("admin:login")
    doors = {door, reverse("login")} if who == "anonymous" else {door}
    assert set(paths) > {door, reverse("admin:index"), reverse("admin:auth_user_change", args=[legal.pk])}
    browser = browsers(who)
    for path in paths:
        for response in (browser.get(path), browser.post(path)):
            if path == door:
                assert response.status_code == 200
                assert "auth/user" not in response.content.decode()
            else:
                assert response.status_code == 302, path
                sent = response["Location"].split("?")[0]
                assert sent in doors or (
                    path == reverse("admin:logout") and sent == reverse("admin:index")
                ), path
    administrator = sign_in(UserFactory.create(role=Role.ADMINISTRATOR, is_staff=True))
    assert "auth/user" in administrator.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("name", sorted(GET))
def test_get(name: str, address: Any, browsers: Any) -> None:
    assert resolve(address(name)).url_name == name, "Another address is in its way."
    found = {who: answer(browsers(who).get(address(name))) for who in WHO}
    assert found == GET[name]


@pytest.mark.parametrize("name", sorted(GET))
def test_post(name: str, address: Any, browsers: Any) -> None:
    nobody = NEVER_PUBLIC if name in PUBLIC else LEGAL_NEVER if GET[name] is LEGAL_ONLY else NEVER
    expected = POST.get(name, nobody)
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
    assert SavedView.objects.count() == (name == "drop_view")


NOTHING: dict[str, list[object]] = {
    "fact": [uuid.uuid4(), "destination"],
    "estimate": [uuid.uuid4(), "tpp", "data-sheet"],
    "asked": [uuid.uuid4(), "destination", 1],
    "link": ["made-up"],
    "view": [1],
    "provision": ["s740_99"],
    "found": [uuid.uuid4(), uuid.uuid4()],
    "scenario": [1],
}
"""What is not there, where it is not one id."""


@pytest.mark.parametrize(
    "name", sorted(set(WITH_ARGUMENTS) - {"colleague_done"})
)  # it leads to the link itself
def test_what_is_not_there_is_not_there_for_anybody(name: str, db: None, browsers: Any) -> None:
    path = reverse(name, args=NOTHING.get(WITH_ARGUMENTS[name], [uuid.uuid4()]))
    for who in ("owner", "legal"):
        forbidden = FORBIDDEN in (GET[name][who], POST.get(name, NEVER)[who])
        browser = browsers(who)
        answers = {browser.get(path).status_code, browser.post(path).status_code}
        assert answers <= ({403, 404, 405} if forbidden else {404, 405})
