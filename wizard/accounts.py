"""Who may do what: three roles, kept as groups, and the one-click accounts of a demonstration."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from wizard import interrupted

if TYPE_CHECKING:
    from wizard.models import Memo

P = ParamSpec("P")
Response = TypeVar("Response", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], Response]


class Role(StrEnum):
    """What a person may do; whoever is in several groups has the last of them here."""

    SALES = "sales"
    """Starts cases and sees their own."""
    LEGAL = "legal"
    """Sees every case and reviews memos."""
    ADMINISTRATOR = "administrator"
    """Keeps accounts; sees what legal sees."""

    @property
    def label(self) -> str:
        """The role's name as shown to people."""
        return str(ROLE_NAMES[self])


ROLE_NAMES = {
    Role.SALES: _("Sales"),
    Role.LEGAL: _("Legal"),
    Role.ADMINISTRATOR: _("Administrator"),
}

REVIEWERS = frozenset({Role.LEGAL, Role.ADMINISTRATOR})

DEMO_ACCOUNTS = {
    Role.SALES: ("demo-sales", "Maya", "Torres"),
    Role.LEGAL: ("demo-legal", "Daniel", "Okafor"),
    Role.ADMINISTRATOR: ("demo-administrator", "Ruth", "Lindqvist"),
}
"""User name, given name and family name of the invented person who holds each role in a demonstration."""


def make_roles(sender: AppConfig, using: str = "default", **_kwargs: Any) -> None:
    """Makes the three groups; administrators may keep accounts and lift lockouts. Runs after every
    migration."""
    for role in Role:
        group, _made = Group.objects.using(using).get_or_create(name=role.value)
        if role is Role.ADMINISTRATOR:
            group.permissions.set(
                Permission.objects.using(using)
                .filter(content_type__app_label__in=["auth", "axes"])
                .filter(content_type__model__in=["user", "accessattempt"])
            )


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """The role of ``user``; None for a person who is not signed in or has been given none.

    Asked once a request: the answer stays on the user object, which lives as long as the request.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    known: dict[str, Any] = user.__dict__
    if "wizard_role" not in known:
        held = set(Group.objects.filter(user=user.pk).values_list("name", flat=True))
        known["wizard_role"] = next((role for role in reversed(Role) if role.value in held), None)
    role: Role | None = known["wizard_role"]
    return role


def sees_every_case(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` sees everyone's cases and memos, as legal and administrators do."""
    return role_of(user) in REVIEWERS


def _require(roles: frozenset[Role], view: View[P, Response]) -> View[P, Response]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        if role_of(request.user) not in roles:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def sales_or_legal(view: View[P, Response]) -> View[P, Response]:
    """Lets people with any of the three roles through; others get 403."""
    return _require(frozenset(Role), view)


def legal_required(view: View[P, Response]) -> View[P, Response]:
    """Lets legal and administrators through; others get 403."""
    return _require(REVIEWERS, view)


def person(user: User) -> dict[str, str]:
    """How a sealed record names somebody."""
    return {"username": user.get_username(), "name": user.get_full_name()}


def reviews(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` reviews memos: legal does; administrators see what legal sees and keep accounts."""
    return role_of(user) is Role.LEGAL


def require_review(user: AbstractBaseUser | AnonymousUser) -> None:
    """Raises PermissionDenied for anybody who does not review memos."""
    if not reviews(user):
        raise PermissionDenied


def require_custody(user: AbstractBaseUser | AnonymousUser) -> None:
    """Raises PermissionDenied for anybody who may not record how long memos are kept, or hand them out: legal and
    administrators may."""
    if role_of(user) not in REVIEWERS:
        raise PermissionDenied


def may_comment(user: User, memo: Memo) -> bool:
    """Whether ``user`` may comment on a memo: those who review, and the owner of its case."""
    return reviews(user) or memo.case.owner_id == user.pk


def may_approve(user: User, memo: Memo) -> bool:
    """Whether ``user`` may sign a memo: someone who reviews and had no part in it, neither as its author or its case's
    owner nor by giving one of its answers, as themselves or by a link, or asking a colleague for it."""
    return (
        reviews(user)
        and user.pk not in {memo.author_id, memo.case.owner_id}
        and not memo.case.events.filter(Q(by=user.pk) | Q(invitation__asked_by=user.pk)).exists()
    )


def make_demo_accounts() -> None:
    """Makes, or puts right, the accounts of a demonstration. They have no password: the sign-in page's
    buttons open them."""
    for role, (username, given_name, family_name) in DEMO_ACCOUNTS.items():
        user, _made = get_user_model().objects.get_or_create(username=username)
        user.first_name, user.last_name = given_name, family_name
        user.email = f"{username}@example.invalid"  # letters to them are files of the demonstration
        user.is_active = True
        user.is_staff = role is Role.ADMINISTRATOR
        user.set_unusable_password()
        user.save()
        user.groups.set([Group.objects.get(name=role.value)])


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Signs the visitor in as the demo account of the posted ``role``; 404 where this is not a
    demonstration."""
    if not settings.DEMO:
        raise Http404
    try:
        username, _given_name, _family_name = DEMO_ACCOUNTS[Role(request.POST.get("role", ""))]
    except ValueError as error:
        raise Http404 from error
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = settings.LOGIN_REDIRECT_URL
    return redirect(target)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says plainly that a form was too old or came from elsewhere; nothing was saved.

    A form of this site whose token is of an earlier sign-in goes back to its page, with what was entered.
    """
    own = not reason.startswith(("Origin checking", "Referer checking"))
    if own and (back := interrupted.send_again(request)):
        return back
    return render(request, "403_csrf.html", status=403)
