"""Signing in and out, the three roles, and the one-click accounts of a demonstration."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import UserFactory
from tests.wizard.conftest import SignIn
from wizard import accounts
from wizard.accounts import Role

pytestmark = pytest.mark.django_db

OPEN_TO_STRANGERS = {"login", "demo_sign_in", "set_language", "verify", "checkpoint", "consistency"} | {
    "colleague",
    "colleague_done",
}
"""Names of the pages that nobody has to sign in for."""


@pytest.fixture
def demo_accounts() -> None:
    """The three accounts of a demonstration."""
    accounts.make_demo_accounts()


class TestRoles:
    """Groups, made by the migration, give a person a role."""

    def test_migrations_make_the_groups(self) -> None:
        assert set(Group.objects.values_list("name", flat=True)) >= {role.value for role in Role}

    def test_administrators_keep_accounts_and_nothing_else(self) -> None:
        held = Group.objects.get(name="administrator").permissions.values_list(
            "content_type__model", flat=True
        )
        assert set(held) == {"user", "accessattempt"}
        assert not Group.objects.get(name="legal").permissions.exists()

    @pytest.mark.parametrize("role", Role)
    def test_role_of_a_person(self, role: Role) -> None:
        assert accounts.role_of(UserFactory.create(role=role)) is role

    def test_the_last_role_counts_for_someone_who_holds_several(self) -> None:
        user = UserFactory.create(role=Role.LEGAL)
        user.groups.add(Group.objects.get(name="sales"))
        assert accounts.role_of(user) is Role.LEGAL

    def test_strangers_former_staff_and_people_without_a_group_have_none(self) -> None:
        assert accounts.role_of(AnonymousUser()) is None
        assert accounts.role_of(User.objects.create(username="nobody")) is None
        assert accounts.role_of(UserFactory.create(is_active=False)) is None

    def test_a_superuser_without_a_role_sees_no_case(self) -> None:
        assert accounts.role_of(User.objects.create(username="root", is_superuser=True)) is None

    @pytest.mark.parametrize(
        ("role", "works", "reviews"),
        [
            (Role.SALES, True, False),
            (Role.LEGAL, True, True),
            (Role.ADMINISTRATOR, True, True),
            (None, False, False),
        ],
    )
    def test_who_passes_which_door(
        self, rf: RequestFactory, role: Role | None, works: bool, reviews: bool
    ) -> None:
        user = UserFactory.create(role=role) if role else User.objects.create(username="nobody")

        def page(request: HttpRequest) -> HttpResponse:
            return HttpResponse("inside")

        for door, opens in ((accounts.sales_or_legal, works), (accounts.legal_required, reviews)):
            request = rf.get("/")
            request.user = user
            if opens:
                assert door(page)(request).content == b"inside"
            else:
                with pytest.raises(PermissionDenied):
                    door(page)(request)
        assert accounts.sees_every_case(user) is reviews


class TestDemoSignIn:
    """One click opens a demo account, in a demonstration only."""

    @pytest.mark.parametrize("role", Role)
    def test_one_click_signs_in(self, client: Client, demo_accounts: None, role: Role) -> None:
        response = client.post("/sign-in/demo/", {"role": role.value})
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        user = User.objects.get(pk=client.session["_auth_user_id"])
        assert accounts.role_of(user) is role
        assert user.is_staff is (role is Role.ADMINISTRATOR)
        assert not user.is_superuser

    def test_the_session_is_a_new_one(self, client: Client, demo_accounts: None) -> None:
        client.get("/sign-in/")
        client.session.save()
        before = client.session.session_key
        client.post("/sign-in/demo/", {"role": "sales"})
        assert client.session.session_key != before

    def test_it_goes_on_to_the_page_that_was_asked_for(self, client: Client, demo_accounts: None) -> None:
        response = client.post("/sign-in/demo/", {"role": "sales", "next": "/cases/new/"})
        assert response.headers["Location"] == "/cases/new/"

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_it_goes_nowhere_else(self, client: Client, demo_accounts: None, target: str) -> None:
        response = client.post("/sign-in/demo/", {"role": "sales", "next": target})
        assert response.headers["Location"] == "/"

    def test_outside_a_demonstration_there_is_no_such_page(self, client: Client, demo_accounts: None) -> None:
        with override_settings(DEMO=False):
            assert client.post("/sign-in/demo/", {"role": "sales"}).status_code == 404
            assert b"/sign-in/demo/" not in client.get("/sign-in/").content
        assert "_auth_user_id" not in client.session
        assert b"/sign-in/demo/" in client.get("/sign-in/").content

    def test_it_takes_no_get_and_no_other_role(self, client: Client, demo_accounts: None) -> None:
        assert client.get("/sign-in/demo/?role=sales").status_code == 405
        for role in ("", "root", "demo-sales"):
            assert client.post("/sign-in/demo/", {"role": role}).status_code == 404

    def test_a_closed_demo_account_stays_closed(self, client: Client, demo_accounts: None) -> None:
        User.objects.filter(username="demo-legal").update(is_active=False)
        assert client.post("/sign-in/demo/", {"role": "legal"}).status_code == 404

    def test_demo_accounts_have_no_password(self, demo_accounts: None) -> None:
        assert not any(
            user.has_usable_password() for user in User.objects.filter(username__startswith="demo-")
        )

    def test_setting_up_twice_adds_nothing(self) -> None:
        from wizard.models import Memo

        call_command("setup_demo")
        before = (User.objects.count(), Memo.objects.count())
        call_command("setup_demo")
        assert (User.objects.count(), Memo.objects.count()) == before
        assert before[0] >= 3
        assert before[1] > 0


class TestSignIn:
    """Names and passwords."""

    @pytest.fixture
    def person(self) -> User:
        user = UserFactory.create(username="pat")
        user.set_password("correct horse battery")
        user.save()
        return user

    def test_the_right_password_signs_in(self, client: Client, person: User) -> None:
        response = client.post(
            "/sign-in/?next=/cases/new/", {"username": "pat", "password": "correct horse battery"}
        )
        assert (response.status_code, response.headers["Location"]) == (302, "/cases/new/")

    def test_a_wrong_one_says_the_same_as_a_wrong_name(self, client: Client, person: User) -> None:
        wrong = [
            client.post("/sign-in/", {"username": name, "password": "wrong"}).content.decode()
            for name in ("pat", "tap")
        ]
        for page in wrong:
            assert "There is a problem" in page
            assert "The user name and the password do not match an account." in page
            assert "<title>Error: " in page
        assert 'value="pat"' in wrong[0]

    def test_guessing_is_closed_for_a_while_and_not_for_others(self, client: Client, person: User) -> None:
        statuses = [
            client.post("/sign-in/", {"username": "pat", "password": f"guess {n}"}).status_code
            for n in range(12)
        ]
        assert statuses[:9] == [200] * 9
        assert statuses[-1] == 429
        locked = client.post("/sign-in/", {"username": "pat", "password": "correct horse battery"})
        assert locked.status_code == 429
        assert b"Too many attempts" in locked.content
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert (
            elsewhere.post("/sign-in/", {"username": "pat", "password": "correct horse battery"}).status_code
            == 302
        )

    def test_signing_out_takes_a_post(self, sign_in: SignIn, person: User) -> None:
        client = sign_in(person)
        assert client.get("/sign-out/").status_code == 405
        assert client.post("/sign-out/").status_code == 302
        assert client.get("/").headers["Location"].startswith("/sign-in/")

    def test_a_person_can_change_their_password(self, sign_in: SignIn, person: User) -> None:
        client = sign_in(person)
        page = client.post(
            "/password/", {"old_password": "wrong", "new_password1": "abc", "new_password2": "abd"}
        ).content.decode()
        assert "There is a problem" in page
        new = "another long pass phrase"
        response = client.post(
            "/password/",
            {"old_password": "correct horse battery", "new_password1": new, "new_password2": new},
        )
        assert response.headers["Location"] == "/password/changed/"
        assert b"Your password is changed" in client.get("/password/changed/").content


def named_pages(resolver: URLResolver) -> list[tuple[str, URLPattern]]:
    """Every page of the site with its name, those of the accounts' administration apart."""
    found: list[tuple[str, URLPattern]] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":
                found += named_pages(entry)
        else:
            found.append((str(entry.name), entry))
    return found


def test_a_page_asks_for_a_sign_in_unless_it_is_listed_as_open() -> None:
    pages = named_pages(get_resolver())
    assert len(pages) > 10
    open_pages = {name for name, page in pages if not getattr(page.callback, "login_required", True)}
    assert open_pages == OPEN_TO_STRANGERS


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_language_can_be_switched_by_anyone(client: Client, language: str) -> None:
    response = client.post("/language/", {"language": language, "next": "/sign-in/"})
    assert response.headers["Location"] == "/sign-in/"
    expected = "zh-Hans" if language == "zh-hans" else "en"
    assert f'<html lang="{expected}">' in client.get("/sign-in/").content.decode()
