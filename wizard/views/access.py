"""Who is asking, and what of the record they may see. What they may not see does not exist for them."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from wizard.models import Case, Memo


def signed_in(request: HttpRequest) -> User:
    """The signed-in user. Every page that calls this is behind the login."""
    return cast(User, request.user)


def visible_case(request: HttpRequest, case_id: uuid.UUID) -> Case:
    """The case with this public id.

    Raises:
        Http404: there is none, or this user may not see it.
    """
    return get_object_or_404(
        Case.objects.visible_to(signed_in(request)).select_related("owner"), public_id=case_id
    )


def visible_memo(request: HttpRequest, memo_id: uuid.UUID) -> Memo:
    """The memo with this public id.

    Raises:
        Http404: there is none, or this user may not see it.
    """
    memos = Memo.objects.visible_to(signed_in(request)).select_related(
        "case", "author", "supersedes", "superseded_by"
    )
    return get_object_or_404(memos, public_id=memo_id)
