"""The page for what went wrong on our side."""

from __future__ import annotations

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

RETRY_AFTER = "5"
"""Seconds after which a database that is starting again mostly answers."""


def server_error(request: HttpRequest) -> HttpResponse:
    """500; or 503 where the database or the disk cannot be used just now, so that one tries again."""
    response = defaults.server_error(request)
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) or (
        isinstance(error, OSError) and error.errno == errno.ENOSPC
    ):
        response.status_code = 503
        response.headers["Retry-After"] = RETRY_AFTER
    return response
