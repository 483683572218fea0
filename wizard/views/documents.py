"""A memo to take away: as a PDF and as a Word file."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wizard.documents.pdf import PAPERS, pdf
from wizard.documents.typesetter import TypesettingError
from wizard.documents.word import word
from wizard.models import Memo
from wizard.views.access import visible_memo

LOGGER = logging.getLogger(__name__)

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
@never_cache
def memo_pdf(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """The memo as a PDF, in `language` on `paper`."""
    return _document(request, memo_id, "pdf", "application/pdf", pdf)


@require_safe
@never_cache
def memo_word(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """The memo as a Word file, in `language` on `paper`."""
    return _document(request, memo_id, "docx", WORD_TYPE, word)


def _document(
    request: HttpRequest, memo_id: uuid.UUID, ending: str, media_type: str, make: Callable[..., bytes]
) -> HttpResponse:
    memo = visible_memo(request, memo_id)
    language = _choice(request, "language", memo.content["text"], get_language() or "en")
    paper = _choice(request, "paper", PAPERS, "letter")
    if not memo.intact:
        # Its page says what is wrong; a document would carry the tampered words away without that.
        return redirect(memo)
    try:
        made = make(memo, language=language, paper=paper, address=verify_address(request, memo))
    except TypesettingError:
        LOGGER.exception("Memo %s could not be made into a PDF.", memo.number)
        return HttpResponse(
            gettext(
                "This memo could not be made into a PDF. Print its page instead; the administrator can see why."
            ),
            content_type="text/plain; charset=utf-8",
            status=500,
        )
    response = HttpResponse(made, content_type=media_type)
    name = get_valid_filename(f"{memo.number}-{language}.{ending}")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def verify_address(request: HttpRequest, memo: Memo) -> str:
    """The address at which anybody can verify the memo."""
    asked = urlencode({"code": memo.verification_code, "number": memo.number})
    return request.build_absolute_uri(f"{reverse('verify')}?{asked}")


def _choice(request: HttpRequest, name: str, allowed: Collection[str], default: str) -> str:
    """One of the allowed values of a parameter.

    Raises:
        Http404: the parameter has another value.
    """
    chosen = request.GET.get(name, default if default in allowed else next(iter(allowed)))
    if chosen not in allowed:
        raise Http404
    return chosen
