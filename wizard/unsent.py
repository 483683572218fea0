"""What was typed into a form after its session had ended: kept until the person has signed in again."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

MOST = 2_000
"""Characters that are kept of one form. Nobody is signed in yet, so more is let go."""

_KEY = "unsent"
_NOT_KEPT = frozenset({"csrfmiddlewaretoken", "version", "key", "seen"})


def keep(request: HttpRequest) -> None:
    """Keep the form that this request sends, for the page that it came from."""
    typed = {name: value for name, value in request.POST.items() if name not in _NOT_KEPT}
    if sum(map(len, (*typed, *typed.values()))) <= MOST:
        request.session[_KEY] = {"path": request.path, "typed": typed}


def take(request: HttpRequest) -> dict[str, str] | None:
    """What was kept for this page, once."""
    kept = request.session.get(_KEY)
    if not kept or kept["path"] != request.path:
        return None
    del request.session[_KEY]
    typed: dict[str, str] = kept["typed"]
    return typed


def page_of(request: HttpRequest) -> str:
    """The address of the page that holds the form, as far as the browser tells it."""
    came_from = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.get_full_path()
