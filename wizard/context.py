"""What every page shows: who is signed in, and the banner's facts about the law."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from rules import edition, enforcement, law
from wizard import accounts
from wizard.wording import POSTURES


def account(request: HttpRequest) -> dict[str, Any]:
    """``role`` of the signed-in person (None without one), and the demo accounts where this is a
    demonstration."""
    user = getattr(request, "user", None)  # an error page may be shown before anybody is looked up
    return {
        "role": accounts.role_of(user) if user else None,
        "sees_every_case": accounts.sees_every_case(user) if user else False,
        "demo_roles": list(accounts.Role) if settings.DEMO else [],
    }


def banner(request: HttpRequest) -> dict[str, Any]:
    """``banner``: the edition of the text that applies today, BIS's posture, and when the sources were last checked."""
    today = timezone.localdate()
    return {
        "banner": {
            "edition": edition(today),
            "posture": POSTURES[enforcement.posture(today)],
            "sources_checked": law.SOURCES_CHECKED,
        }
    }
