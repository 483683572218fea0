"""Exports for an audit: choosing memos, sealing the statement of what matched, and taking the files away."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules.places import COUNTRIES
from wizard.accounts import legal_required
from wizard.answers import country_name
from wizard.desk import audit_export, queue, search
from wizard.desk.audit_export import Export, NothingError, TooManyError
from wizard.desk.custody import ExportAct
from wizard.desk.models import Docket, DocketQuerySet
from wizard.models import Memo
from wizard.views.access import signed_in
from wizard.views.documents import verify_address
from wizard.wording import OUTCOMES, REVIEW_POLICIES

RECENT = 20
"""Exports that the page lists; every one is in the ledger."""

_NUMBER = re.compile(r"[MC]-[0-9]{4}-[0-9]{1,9}")


class ChoiceForm(queue.FilterForm):
    """Which memos are meant: every field that is filled in must match. They are those of the queue, so that its address
    can be taken over, and numbers; what waits for somebody is no choice, since it depends on who asks."""

    state = forms.ChoiceField(
        choices=[*Docket.State.choices, (queue.EVERYTHING, gettext_lazy("Every state"))], required=False
    )
    numbers = forms.CharField(max_length=20_000, required=False)

    def clean_state(self) -> str:
        """No state in particular is every state."""
        state: str = self.cleaned_data["state"]
        return "" if state == queue.EVERYTHING else state

    def clean_numbers(self) -> list[str]:
        """Numbers of memos and references of cases, apart by blanks or commas."""
        found = re.split(r"[\s,;，；、]+", self.cleaned_data["numbers"].strip().upper())
        numbers = list(dict.fromkeys(number for number in found if number))
        if strange := [number for number in numbers if not _NUMBER.fullmatch(number)]:
            raise ValidationError(
                _("Give numbers such as M-2026-0007 or C-2026-0003. Not understood: %(number)s")
                % {"number": strange[0][:40]}
            )
        return numbers

    def rows(self) -> DocketQuerySet:
        """The memos meant; only after the form was found valid."""
        sent = self.cleaned_data
        rows = Docket.objects.filter(queue.together(dict(queue.conditions(sent))))
        if sent["state"]:
            rows = rows.filter(state=sent["state"])
        if sent["q"]:
            rows = rows.filter(memo_id__in=search.newest(sent["q"], limit=audit_export.LIMIT + 1))
        if sent["numbers"]:
            rows = rows.filter(Q(number__in=sent["numbers"]) | Q(reference__in=sent["numbers"]))
        return rows

    def asked(self) -> dict[str, str]:
        """What was asked, as the statement repeats it."""
        return {
            name: ", ".join(value) if isinstance(value, list) else str(value)
            for name, value in self.cleaned_data.items()
            if value
        }


@legal_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """How many memos match a choice; and, once posted, the sealed statement of an export of them."""
    form = ChoiceForm(request.POST if request.method == "POST" else request.GET)
    valid, problem, matched = form.is_valid(), "", 0
    if valid and request.method == "POST":
        try:
            statement = audit_export.begin(form.rows(), signed_in(request), form.asked())
        except TooManyError as error:
            problem, matched = _too_many(error.matched), error.matched
        except NothingError:
            problem = _("No memo matches. Nothing was exported.")
        else:
            return redirect("export_taken", statement.public_id)
    elif valid:
        matched = form.rows().count()
    errors = [(field, str(message)) for field, found in form.errors.items() for message in found]
    if problem:
        errors.append(("", problem))
    context = {
        "form": form,
        "sent": form.data,
        "chosen": [(name, form.data[name]) for name in form.fields if form.data.get(name)],
        "errors": errors,
        "problems": dict(errors),
        "matched": matched,
        "too_many": _too_many(matched) if matched > audit_export.LIMIT and not problem else "",
        "pieces": -(-matched // audit_export.PIECE),
        "piece_size": audit_export.PIECE,
        "states": Docket.State.choices,
        "policies": list(REVIEW_POLICIES.items()),
        "flags": queue.FLAGS,
        "outcomes": [(code, shown.heading) for code, shown in OUTCOMES.items()],
        "countries": sorted(((code, country_name(code)) for code in COUNTRIES), key=lambda one: one[1]),
        "recent": ExportAct.objects.filter(step=0).select_related("by").order_by("-id")[:RECENT],
    }
    return render(request, "wizard/export.html", context, status=422 if errors else 200)


def _too_many(matched: int) -> str:
    return _(
        "%(matched)s memos match; one export takes at most %(limit)s. Narrow the choice, for example by the days on "
        "which they were recorded, and make several."
    ) % {"matched": f"{matched:,}", "limit": f"{audit_export.LIMIT:,}"}


@legal_required
@require_safe
def export_taken(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """One export: its statement, who has taken what, and the files to take."""
    statement = _statement(export_id)
    content = statement.content
    context = {
        "statement": statement,
        "content": content,
        "asked": [(_FIELDS[name], value) for name, value in sorted(content["asked"].items())],
        "pieces": [
            (number, piece["memos"][0], piece["memos"][-1], len(piece["memos"]))
            for number, piece in enumerate(content["pieces"], 1)
        ],
        "deliveries": ExportAct.objects.filter(number=statement.number, step__gt=0)
        .select_related("by")
        .order_by("step"),
    }
    return render(request, "wizard/export_taken.html", context)


_FIELDS = {
    "q": gettext_lazy("Words"),
    "state": gettext_lazy("State"),
    "outcome": gettext_lazy("Result"),
    "policy": gettext_lazy("Review policy"),
    "country": gettext_lazy("Destination"),
    "flag": gettext_lazy("Flag"),
    "owner": gettext_lazy("Owner’s user name"),
    "assignee": gettext_lazy("Reviewer’s user name"),
    "recorded_from": gettext_lazy("Recorded from"),
    "recorded_to": gettext_lazy("Recorded to"),
    "date_from": gettext_lazy("Date of the transaction from"),
    "date_to": gettext_lazy("Date of the transaction to"),
    "numbers": gettext_lazy("Numbers of memos or cases"),
}

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@legal_required
@require_POST
def export_file(request: HttpRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """A file of the export, made while it is sent. That it was taken is sealed before its last bytes leave.

    A download instead of a redirect: the page stays where it is, so there is nothing to send twice.
    """
    statement = _statement(export_id)

    def address(memo: Memo) -> str:
        return verify_address(request, memo)

    made, what = Export(statement, address), request.POST.get("file", "")
    parts: Iterable[bytes]
    if what == "csv":
        parts, kind, name = made.list_csv(), "text/csv; charset=utf-8", f"{statement.number}.csv"
    elif what == "xlsx":
        parts, kind, name = [made.list_xlsx()], XLSX, f"{statement.number}.xlsx"
    else:
        piece, documents = _piece(request, made), "documents" in request.POST
        parts, kind = made.archive(piece, documents=documents), "application/zip"
        name = f"{statement.number}-{piece:02d}{'' if documents else '-without-pdf'}.zip"
    response = StreamingHttpResponse(_recorded(parts, statement, request, name), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _piece(request: HttpRequest, made: Export) -> int:
    piece = request.POST.get("piece", "")
    if not (piece.isascii() and piece.isdigit() and len(piece) < 6 and 1 <= int(piece) <= len(made.pieces)):
        raise Http404
    return int(piece)


def _recorded(
    parts: Iterable[bytes], statement: ExportAct, request: HttpRequest, name: str
) -> Iterator[bytes]:
    """The parts of a file, one behind, so that the last leaves only once the whole is on record."""
    digest, size, held = hashlib.sha256(), 0, b""
    for part in parts:
        if not part:
            continue
        digest.update(part)
        size += len(part)
        if held:
            yield held
        held = part
    audit_export.deliver(statement, signed_in(request), name, digest.hexdigest(), size)
    yield held


def _statement(export_id: uuid.UUID) -> Any:
    statement = audit_export.statement_of(export_id)
    if statement is None:
        raise Http404
    return statement
