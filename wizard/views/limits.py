"""How often one address may ask something of the pages that need no sign-in."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

LOGGER = logging.getLogger(__name__)

A_MINUTE = 30
"""Questions that one address may ask in a minute."""


def rate_limited(
    pages: str, template: str, counts: Callable[[HttpRequest], object]
) -> Callable[[View[P]], View[P]]:
    """Answers 429 to an address that has asked too often in this minute, with `template` and the `problem`.

    `pages` names the pages that are counted together; a request for which `counts` is false is free.
    """

    def limit(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def limited(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            minute, second = divmod(int(time.time()), 60)
            counter = f"{pages}:{_address(request)}:{minute}"
            cache.add(counter, 0, timeout=120)
            if counts(request) and cache.incr(counter) > A_MINUTE:
                LOGGER.warning("Too many questions to %s from %s.", pages, _address(request))
                page = {"problem": gettext("Too many questions from your address. Try again in a minute.")}
                response = render(request, template, page, status=429)
                response["Retry-After"] = str(60 - second)
                return response
            return view(request, *args, **kwargs)

        return limited

    return limit


def _address(request: HttpRequest) -> str:
    """Where a request comes from: behind a proxy, the address that the proxy itself added last."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rpartition(",")[2].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))
