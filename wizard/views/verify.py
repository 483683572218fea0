"""Public pages that show whether a memo is in the ledger, and let anybody hold the ledger to its word.

They answer without a sign-in, change nothing and show nothing of a memo but its number, its place and whether it was
approved or superseded: whoever asks has the memo's code already.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import logging
import re
import uuid
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from wizard import record
from wizard.desk.acts import superseded_by_another
from wizard.ledger import keys, log, merkle, proofs
from wizard.ledger.models import LedgerEntry
from wizard.models import Memo, ReviewAct
from wizard.views import limits
from wizard.views.access import visible_memo

LOGGER = logging.getLogger(__name__)

VERIFIER = "verify/verify_memo.py"
"""The stand-alone verifier among the static files."""


rate_limited = limits.rate_limited("verify", "wizard/verify.html", counts=lambda request: request.GET)
"""A page without a question is free."""


@dataclass(frozen=True)
class Found:
    """A memo's place in the ledger, once everything about it has been checked."""

    number: str
    position: int
    entered: str
    sha256: str
    checkpoint: str
    size: int
    standing: str


@login_not_required
@require_safe
@rate_limited
def verify(request: HttpRequest) -> HttpResponse:
    """Whether the memo with this verification code or SHA-256, and this number if one is given, is in the ledger."""
    code = request.GET.get("code", "").strip()[:100]
    number = request.GET.get("number", "").strip()[:40]
    page: dict[str, object] = {
        "code": code,
        "number": number,
        "asked": bool(code),
        "keys": LedgerEntry.objects.filter(kind=log.KEY).order_by("sequence"),
        "verifier": VERIFIER,
        "verifier_sha256": _verifier_sha256(),
    }
    if not code:
        if number:
            page["problem"] = gettext("Enter the verification code or the SHA-256 of the memo as well.")
        return render(request, "wizard/verify.html", page, status=422 if number else 200)
    span = _digests(code)
    if span is None:
        page["problem"] = gettext(
            "Enter the verification code, four groups of four such as 7Q4D-2K5A-XM3C-ABCD, or the SHA-256, "
            "64 digits and letters from a to f."
        )
        return render(request, "wizard/verify.html", page, status=422)
    # By the digest alone and in its order: asked for the kind as well, a database may look through every memo's entry.
    named = LedgerEntry.objects.filter(digest__gte=span[0], digest__lte=span[1]).order_by("digest")[:4]
    entries = [entry for entry in named if entry.kind == Memo.KIND]
    if len(entries) == 1:
        memo = Memo.objects.filter(public_id=entries[0].object_id).first()
        if memo is None or number in ("", memo.number):
            page["found"] = _vouched(entries[0], memo)
            page["broken"] = page["found"] is None
    return render(request, "wizard/verify.html", page)


@login_not_required
@require_safe
@rate_limited
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The signed head of the whole ledger, for anybody who keeps heads to compare later."""
    head = log.latest()
    if head is None:
        raise Http404
    return HttpResponse(log.note(head), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@rate_limited
def consistency(request: HttpRequest) -> HttpResponse:
    """The proof that the ledger of `first` entries begins that of `second`."""
    sizes = [request.GET.get(name, "") for name in ("first", "second")]
    if not all(re.fullmatch(r"[1-9][0-9]{0,15}", size) for size in sizes):
        return HttpResponseBadRequest("first and second are sizes of the ledger.", content_type="text/plain")
    try:
        path = log.consistency_proof(int(sizes[0]), int(sizes[1]))
    except ValueError as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return JsonResponse({"first": sizes[0], "second": sizes[1], "path": [step.hex() for step in path]})


@require_safe
def memo_proof(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """A memo with everything that proves it offline, for those who may see it."""
    memo = visible_memo(request, memo_id)
    entry = get_object_or_404(LedgerEntry, kind=Memo.KIND, object_id=str(memo.public_id))
    bundle = log.bundle(entry, memo.canonical, acts=entered_acts(memo))
    response = HttpResponse(record.canonical(bundle), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{memo.number}-proof.json"'
    return response


def entered_acts(memo: Memo) -> list[tuple[LedgerEntry, str]]:
    """The acts of review on a memo in their order, each with its entry."""
    acts = list(ReviewAct.objects.filter(memo=memo).order_by("number"))
    ids = [str(act.public_id) for act in acts]
    entries = {
        entry.object_id: entry for entry in LedgerEntry.objects.filter(kind=ReviewAct.KIND, object_id__in=ids)
    }
    return [(entries[str(act.public_id)], act.canonical) for act in acts]


def _standing(memo: Memo) -> str:
    """Whether the memo was approved or superseded, read from its sealed acts and not from the docket.

    Raises:
        LookupError: an act is not as its entry says, or that another memo supersedes this one has no act.
    """
    standing = ""
    for entry, canonical in entered_acts(memo):
        if record.sha256(canonical) != entry.content["sha256"]:
            raise LookupError(f"{entry} does not record the act that is stored.")
        kind = str(json.loads(canonical)["act"])
        if kind not in (ReviewAct.Kind.COMMENTED, ReviewAct.Kind.ASSIGNED):
            standing = kind
    if (standing == ReviewAct.Kind.SUPERSEDED) != superseded_by_another(memo):
        raise LookupError(f"The acts of {memo.number} do not say whether another memo supersedes it.")
    # That a memo came back is between the desk and its author; to anybody else it is not approved.
    return standing if standing in (ReviewAct.Kind.APPROVED, ReviewAct.Kind.SUPERSEDED) else ""


def _digests(code: str) -> tuple[str, str] | None:
    """The first and last SHA-256 that a verification code, or a SHA-256 itself, can mean; None if it is neither."""
    plain = re.sub(r"[\s-]", "", code)
    if re.fullmatch(r"[0-9A-Fa-f]{64}", plain):
        return plain.lower(), plain.lower()
    if re.fullmatch(r"[A-Za-z2-7]{16}", plain):
        beginning = base64.b32decode(plain.upper()).hex()
        return beginning.ljust(64, "0"), beginning.ljust(64, "f")
    return None


def _vouched(entry: LedgerEntry, memo: Memo | None) -> Found | None:
    """The memo's place, if its bytes, its entry, the tree and a signature by a known key all agree."""
    head = log.latest()
    if head is None or memo is None:
        return None
    try:
        content = entry.content
        signed = head.signed(log.origin())
        public = keys.public_keys()[head.key_id]
        agrees = (
            record.sha256(memo.canonical) == content["sha256"] == entry.digest
            and content["object"] == str(memo.public_id)
            and content["columns_sha256"] == memo.columns_digest(content["columns"])
            and signed.signed_by(public)
            and proofs.included(
                merkle.leaf_hash(entry.leaf.encode()),
                entry.sequence,
                head.size,
                log.inclusion_proof(entry.sequence, head.size),
                signed.head.root,
            )
        )
        note = signed.note(public)
        standing = _standing(memo)
    except (ValueError, LookupError, TypeError, AttributeError, keys.KeyFault):
        LOGGER.exception("The ledger cannot vouch for %s.", entry)
        return None
    if not agrees:
        return None
    return Found(memo.number, entry.sequence, content["created"], entry.digest, note, head.size, standing)


@functools.cache
def _verifier_sha256() -> str:
    """The SHA-256 of the stand-alone verifier, so that a copy of it can be compared."""
    path = finders.find(VERIFIER)
    assert path is not None, "The verifier is among the static files."
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
