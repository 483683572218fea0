"""What a form said when nobody was signed in to receive it: kept in the session, then put back into the form.

Never in the browser, and never saved by itself: whoever signs in sees it on the form's own page, and sends it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

_KEY = "interrupted"
_FORMS = frozenset({"question", "start", "product"})
_LONGEST = 2_000
"""Characters of a form that are kept."""


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends whoever is not signed in to sign in, and from there back to the page where they were."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        """To the sign-in page; a form sent meanwhile is kept."""
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        keep(request)
        messages.warning(
            request,
            _("You had been signed out, so what you sent is not saved yet. Sign in to go on where you were."),
        )
        return redirect_to_login(page_of(request))


def keep(request: HttpRequest) -> bool:
    """Keep what the form says until its page is shown again; whether it is a form whose page can show it."""
    match = request.resolver_match
    if match is None or match.url_name not in _FORMS:
        return False
    sent = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    if sum(len(str(value)) for value in sent.values()) <= _LONGEST:
        request.session[_KEY] = {"path": request.path, "sent": sent}
    return True


def put_back(request: HttpRequest) -> dict[str, Any] | None:
    """What was kept of this page's form, once; None if nothing was."""
    kept = request.session.get(_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    messages.warning(
        request,
        _(
            "You were signed out before this was saved. What you entered is here again: check it, and send it "
            "again."
        ),
    )
    sent: dict[str, Any] = kept["sent"]
    return sent


def page_of(request: HttpRequest) -> str:
    """The address of the page that a form was sent from."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure()):
        return request.path
    page = urlsplit(referer)
    return f"{page.path}?{page.query}" if page.query else page.path


def send_again(request: HttpRequest) -> HttpResponse | None:
    """Back to the page of a form whose token is of an earlier sign-in, to show it again; None for any other form."""
    return redirect(page_of(request)) if keep(request) else None
