"""One memo, read from its stored bytes."""

from __future__ import annotations

import datetime
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from wizard.accounts import sees_every_case
from wizard.desk import retention
from wizard.desk.models import ReviewAct
from wizard.desk.standing import standing
from wizard.documents.code import code
from wizard.documents.outline import outline
from wizard.views.access import visible_memo
from wizard.views.documents import verify_address
from wizard.views.retention import shown


@require_safe
def memo(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """A memo as a page that also prints."""
    found = visible_memo(request, memo_id)
    language = get_language() or "en"
    address = verify_address(request, found)
    stands = standing(found)
    context = {
        "memo": found,
        "document": outline(
            found,
            language if language in found.content["text"] else "en",
            address,
            _approved(stands.approval),
        ),
        "code": code(address),
        "superseded_by": getattr(found, "superseded_by", None),
        "intact": found.intact,
        "at_the_desk": stands,
    }
    if sees_every_case(request.user):
        # An agency's request is not for everybody's eyes.
        context |= shown(retention.of(found.case))
    return render(request, "wizard/memo.html", context)


def _approved(act: ReviewAct | None) -> tuple[str, datetime.date] | None:
    """The name under which the memo was approved, and the day, if the approval stands."""
    return None if act is None else (act.said["name"], timezone.localdate(act.at))


@require_safe
def memo_json(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """The stored bytes themselves."""
    found = visible_memo(request, memo_id)
    response = HttpResponse(found.canonical, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.json"'
    return response
