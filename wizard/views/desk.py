"""The first page of each role: the queue for the legal desk, their own cases for sales; and views of the queue that
people keep."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from rules.places import COUNTRIES
from wizard import accounts
from wizard.accounts import Role
from wizard.answers import country_name
from wizard.desk import acts, queue
from wizard.desk.models import Docket, SavedView
from wizard.models import Case, CaseQuerySet
from wizard.views.access import signed_in, visible_memo
from wizard.wording import BRIEF, OUTCOMES, REVIEW_POLICIES

PAGE = 50
"""Cases a page; older ones follow on the next."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The queue for those who see every case; for the others, their own cases."""
    return _queue(request) if accounts.sees_every_case(request.user) else cases(request)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Cases that this user may see, newest first; above them, for their author, what the desk sent back."""
    user = signed_in(request)
    shown, older, newer = _page_of_cases(
        Case.objects.visible_to(user).select_related("owner"),
        *(request.GET.get(name, "")[:20] for name in ("before", "after")),
    )
    dockets = Docket.objects.visible_to(user).select_related("memo__case", "owner").defer("memo__canonical")
    context = {
        "cases": shown,
        "older": older,
        "newer": newer,
        "returned": [] if newer else list(_returned(user)),
        "memos": [] if newer else [_row(row) for row in dockets.order_by("-memo_id")[:PAGE]],
    }
    return render(request, "wizard/home.html", context)


def _page_of_cases(visible: CaseQuerySet, before: str, after: str) -> tuple[list[Case], str, str]:
    """Cases older than the one of a reference, or those next newer; with the references to go on from either way."""
    start = visible.filter(reference=after or before).first()
    if after and start is not None:
        found = list(visible.filter(pk__gt=start.pk).order_by("pk")[: PAGE + 1])
        if len(found) > PAGE:
            return found[PAGE - 1 :: -1], found[0].reference, found[PAGE - 1].reference
        start = None  # so few are newer that the first page has them all
    found = list((visible.filter(pk__lt=start.pk) if start else visible)[: PAGE + 1])
    shown = found[:PAGE]
    older = shown[-1].reference if len(found) > PAGE else ""
    return shown, older, shown[0].reference if start and shown else ""


def _returned(user: User) -> Iterable[Docket]:
    """Memos that wait for this person's answers."""
    mine = Docket.objects.filter(Q(author_id=user.pk, state=Docket.State.RETURNED))
    return mine.select_related("memo__case").defer("memo__canonical").order_by("-memo_id")[:PAGE]


def _queue(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = queue.FilterForm(request.GET)
    valid = form.is_valid()
    before, after = (request.GET.get(name, "")[:20] for name in ("before", "after"))
    found = queue.page(user, form.cleaned_data, before, after) if valid else queue.Page([])
    errors = [(name, str(message)) for name, said in form.errors.items() for message in said]
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    state = kept.get("state") or (queue.EVERYTHING if kept.get("q") else queue.standing(user))
    waiting = queue.waiting(user)
    context: dict[str, Any] = {
        "rows": [_row(row) for row in found.rows],
        "page": found,
        "chosen": {**kept, "state": state},
        "filtered": bool(kept.keys() - {"q", "state"}),
        "kept": kept,
        "kept_query": urlencode(kept),
        "deep": bool(found.newer or before),
        "errors": errors,
        "states": [
            ("", queue.STANDING if accounts.reviews(user) else queue.STANDING_FOR_ANYBODY),
            *queue.STATES,
        ],
        "in_every_state": urlencode({**kept, "state": queue.EVERYTHING}),
        "flags": queue.FLAGS,
        "outcomes": [(code, BRIEF[code]) for code in OUTCOMES],
        "policies": list(REVIEW_POLICIES.items()),
        "countries": sorted(((code, country_name(code)) for code in COUNTRIES), key=lambda one: one[1]),
        "people": list(User.objects.order_by("first_name", "last_name", "username")),
        "reviewers": list(_reviewers()),
        "may_assign": accounts.reviews(user),
        "key": uuid.uuid4(),
        "waiting": waiting,
        "counted": queue.COUNTED,
        "views": list(SavedView.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")),
    }
    return render(request, "wizard/desk/queue.html", context, status=422 if errors else 200)


def _reviewers() -> Iterable[User]:
    return User.objects.filter(groups__name=Role.LEGAL.value, is_active=True).order_by(
        "first_name", "last_name", "username"
    )


def _row(row: Docket) -> dict[str, Any]:
    """What a list shows of a memo."""
    return {
        "docket": row,
        "outcome": OUTCOMES[row.outcome],
        "brief": BRIEF[row.outcome],
        "destination": country_name(row.destination) if row.destination else "",
        "headquarters": (
            country_name(row.headquarters) if row.headquarters and row.headquarters != row.destination else ""
        ),
        "age": age(row),
    }


def age(row: Docket) -> str:
    """How long ago the memo was recorded, in days."""
    days = (timezone.localdate() - timezone.localdate(row.created)).days
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days} if days > 0 else _("today")


@require_POST
@accounts.legal_required
def assign_many(request: HttpRequest) -> HttpResponse:
    """Give the chosen memos to one reviewer; those that can no longer be given are named."""
    user = signed_in(request)
    accounts.require_review(user)
    back = _back(request.POST.get("back", ""))
    to = User.objects.filter(username=request.POST.get("assignee", ""), is_active=True).first()
    try:
        key = uuid.UUID(request.POST.get("key", ""))
        chosen = [uuid.UUID(one) for one in request.POST.getlist("memo")[: queue.PAGE]]
    except ValueError as error:
        raise Http404 from error
    if to is None or not chosen:
        messages.warning(
            request, _("Choose at least one memo, and who shall review it. Nothing was assigned.")
        )
        return redirect(back)
    done, left = 0, []
    for memo_id in chosen:
        memo = visible_memo(request, memo_id)
        try:
            # A key for each memo that follows from the page's, so that sending the page again does nothing twice.
            acts.assign(memo, user, to, acts.Sent(key=uuid.uuid5(key, str(memo_id))))
        except (PermissionDenied, acts.NotNowError, acts.KeyReusedError):
            left.append(memo.number)
        else:
            done += 1
    if done:
        said = ngettext("%(count)d memo assigned to %(name)s.", "%(count)d memos assigned to %(name)s.", done)
        messages.info(request, said % {"count": done, "name": to.get_full_name() or to.get_username()})
    if left:
        messages.warning(
            request,
            _("Not assigned, because they were superseded or this person had a part in them: %(numbers)s.")
            % {"numbers": ", ".join(left)},
        )
    return redirect(back)


def _back(query: str) -> str:
    """The queue with the filters that a page of it was shown under."""
    return reverse("home") + (f"?{_filters_in(query)}" if _filters_in(query) else "")


def _filters_in(query: str) -> str:
    """The filters of an address, and nothing else that may stand there."""
    known = QueryDict(query[:500]).items()
    return urlencode({name: value for name, value in known if name in queue.FilterForm.base_fields and value})


class ViewForm(forms.Form):
    """A name for the filters that the queue now shows."""

    name = forms.CharField(max_length=60)
    shared = forms.BooleanField(required=False)


@require_POST
@accounts.legal_required
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters under a name; a name used before gets the new filters."""
    query = _filters_in(request.POST.get("query", ""))
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give the view a name of at most 60 characters. Nothing was kept."))
    else:
        SavedView.objects.update_or_create(
            owner=signed_in(request),
            name=form.cleaned_data["name"],
            defaults={"query": query, "shared": form.cleaned_data["shared"]},
        )
        messages.info(request, _("View kept: %(name)s") % {"name": form.cleaned_data["name"]})
    return redirect(_back(query))


@require_POST
@accounts.legal_required
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Remove a view of one's own."""
    view = get_object_or_404(SavedView, pk=view_id, owner=signed_in(request))
    view.delete()
    messages.info(request, _("View removed: %(name)s") % {"name": view.name})
    return redirect("home")
