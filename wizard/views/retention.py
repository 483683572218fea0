"""How long memos must be kept: one case's events and holds, and lists of all cases by them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from wizard.accounts import legal_required
from wizard.desk import retention
from wizard.desk.custody import RetentionEvent
from wizard.desk.retention import HOLD, SANCTIONS_CITATION, STARTS, RefusedError, Standing
from wizard.forms import NameField
from wizard.models import Case, Memo
from wizard.views.access import signed_in, visible_memo

PAGE = 50

_REFUSED = {
    "future": ("day", gettext_lazy("This day has not come yet. Record an event once it has happened.")),
    "early": ("day", gettext_lazy("Give the year in full; events before 2000 cannot be recorded.")),
    "kind": ("kind", gettext_lazy("Select what happened.")),
    "no_hold": ("", gettext_lazy("This hold does not stand any more. Nothing was recorded.")),
    "no_entry": ("", gettext_lazy("This entry does not count any more. Nothing was recorded.")),
    "authorization": (
        "authorization",
        gettext_lazy(
            "Enter the date and reference of the agency’s written authorization. Without it the hold stays."
        ),
    ),
}
"""The field to which a refusal belongs, and its words."""

_TEXT_LIMIT = 1000


class NoteField(forms.CharField):
    """A note of a few lines; each line is one that can be seen."""

    def to_python(self, value: object) -> str:
        lines = str(super().to_python(value) or "").splitlines()
        return "\n".join(NameField(required=False).to_python(line.replace("\t", " ")) for line in lines)


def _note(required: Any = None) -> NoteField:
    return NoteField(
        max_length=_TEXT_LIMIT,
        required=required is not None,
        error_messages={
            "required": required or "",
            "max_length": gettext_lazy("Use at most 1,000 characters."),
        },
    )


class EventForm(forms.Form):
    """Something that happened, from which the years may run."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in STARTS],
        error_messages={
            "required": gettext_lazy("Select what happened."),
            "invalid_choice": gettext_lazy("Select what happened."),
        },
    )
    day = forms.DateField(
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": gettext_lazy("Enter the day on which it happened."),
            "invalid": gettext_lazy("There is no such day. Give a date as 2025-06-01."),
        },
    )
    text = _note()

    def record(self, case: Case, by: Any) -> None:
        """Add the event."""
        sent = self.cleaned_data
        retention.happen(case, by, RetentionEvent.Kind(sent["kind"]), sent["day"], sent["text"])


class HoldForm(forms.Form):
    """A hold, and who asked for it."""

    reason = _note(gettext_lazy("Enter the reason for the hold."))
    agency = NameField(
        max_length=120,
        required=False,
        error_messages={"max_length": gettext_lazy("Use at most 120 characters.")},
    )

    def record(self, case: Case, by: Any) -> None:
        """Place the hold."""
        retention.hold(case, by, self.cleaned_data["reason"], self.cleaned_data["agency"])


class AnswerForm(forms.Form):
    """What is common to an entry that answers an earlier one."""

    about = forms.IntegerField(min_value=1, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "about" in self.errors:
            raise ValidationError(_REFUSED["no_entry"][1])
        return cleaned


class LiftForm(AnswerForm):
    """The end of a hold."""

    lifted_because = _note(gettext_lazy("Enter why the hold is lifted."))
    authorization = NameField(
        max_length=200,
        required=False,
        error_messages={"max_length": gettext_lazy("Use at most 200 characters.")},
    )

    def record(self, case: Case, by: Any) -> None:
        """Lift the hold."""
        sent = self.cleaned_data
        retention.lift(case, by, sent["about"], sent["lifted_because"], sent["authorization"])


class WithdrawForm(AnswerForm):
    """An entry that was a mistake."""

    withdrawn_because = _note(gettext_lazy("Enter what was wrong with the entry."))

    def record(self, case: Case, by: Any) -> None:
        """Withdraw the entry."""
        retention.withdraw(case, by, self.cleaned_data["about"], self.cleaned_data["withdrawn_because"])


Acting = EventForm | HoldForm | LiftForm | WithdrawForm

_FORMS: Mapping[str, Callable[[Any], Acting]] = {
    "event": EventForm,
    "hold": HoldForm,
    "lift": LiftForm,
    "withdraw": WithdrawForm,
}


@legal_required
@require_http_methods(["GET", "HEAD", "POST"])
def memo_retention(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """How long a memo must be kept and why, every event of its case, and the forms that add one."""
    memo = visible_memo(request, memo_id)
    if request.method != "POST":
        return _page(request, memo)
    act = request.POST.get("act", "")
    if act not in _FORMS:
        raise Http404
    form = _FORMS[act](request.POST)
    if form.is_valid():
        try:
            form.record(memo.case, signed_in(request))
        except RefusedError as refused:
            field, words = _REFUSED[refused.code]
            form.add_error(field or None, str(words))
        else:
            messages.success(request, _("Recorded and sealed. How long the memo is kept follows from it."))
            return redirect("memo_retention", memo.public_id)
    return _page(request, memo, act, form)


def _page(request: HttpRequest, memo: Memo, act: str = "", form: Acting | None = None) -> HttpResponse:
    errors = (
        [(field, str(message)) for field, found in form.errors.items() for message in found] if form else []
    )
    context = {
        "memo": memo,
        "case": memo.case,
        "memos": memo.case.memos.order_by("-id"),
        **shown(retention.of(memo.case)),
        "kinds": [(kind.value, kind.label, citation) for kind, citation in STARTS.items()],
        "today": timezone.localdate(),
        "act": act,
        "sent": form.data if form else {},
        "sent_about": form.data.get("about") if form else None,
        "errors": [("" if field in ("__all__", "about") else field, message) for field, message in errors],
        "problems": dict(errors),
    }
    return render(request, "wizard/retention.html", context, status=422 if errors else 200)


def shown(standing: Standing) -> dict[str, Any]:
    """What the partial `_retention.html` needs: on this page, and on the memo's."""
    return {
        "standing": standing,
        "over": not standing.must_be_kept(timezone.localdate()),
        "hold_citation": HOLD,
        "sanctions_citation": SANCTIONS_CITATION,
        "withdrawable": {
            event.number
            for event in standing.events
            if event.kind in STARTS and event.number not in standing.withdrawn
        },
    }


# ---------------------------------------------------------------------------------------------------- lists


@legal_required
@require_safe
def retention_report(request: HttpRequest) -> HttpResponse:
    """Cases with memos: by the day until which they must be kept, under a hold, or without an event."""
    lists = {
        "date": (gettext_lazy("By date"), _by_date),
        "held": (gettext_lazy("Under a hold"), _held),
        "unknown": (gettext_lazy("Without an event"), _unknown),
    }
    show = request.GET.get("show", "date")
    if show not in lists:
        raise Http404
    cases = Case.objects.filter(Exists(Memo.objects.filter(case=OuterRef("pk"))))
    rows = list(
        lists[show][1](cases, request.GET.get("after", ""))
        .select_related("retention")
        .prefetch_related(Prefetch("memos", Memo.objects.order_by("-id").defer("canonical")))[: PAGE + 1]
    )
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    context = {
        "show": show,
        "lists": [(name, words) for name, (words, _list) in lists.items()],
        "rows": rows[:PAGE],
        "today": timezone.localdate(),
        "next": _place(more) if more else "",
    }
    return render(request, "wizard/retention_report.html", context)


def _by_date(cases: QuerySet[Case], after: str) -> QuerySet[Case]:
    day, _dot, number = after.rpartition(".")
    known = cases.filter(retention__keep_until__isnull=False).order_by("retention__keep_until", "pk")
    if not after:
        return known
    last = _date(day)
    return known.filter(
        Q(retention__keep_until__gt=last) | Q(retention__keep_until=last, pk__gt=_whole(number))
    )


def _held(cases: QuerySet[Case], after: str) -> QuerySet[Case]:
    held = cases.filter(retention__held=True).order_by("pk")
    return held.filter(pk__gt=_whole(after.rpartition(".")[2])) if after else held


def _unknown(cases: QuerySet[Case], after: str) -> QuerySet[Case]:
    unknown = cases.filter(retention__keep_until__isnull=True).order_by("pk")
    return unknown.filter(pk__gt=_whole(after.rpartition(".")[2])) if after else unknown


def _place(case: Case) -> str:
    """Where the next page goes on: after this case."""
    known = getattr(case, "retention", None)
    return f"{known.keep_until.isoformat() if known and known.keep_until else ''}.{case.pk}"


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)
