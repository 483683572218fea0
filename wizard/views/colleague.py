"""The page of a colleague who was asked one question: public, for whoever has the link, and for that question only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_http_methods, require_safe

from rules.facts import NOT_SURE, Kind
from wizard import letters
from wizard.answers import ask, given, say, say_date, say_moment
from wizard.forms import ColleagueForm
from wizard.interview import Interview, walk
from wizard.invitations import State
from wizard.models import Case, Given, Invitation, StaleAnswerError
from wizard.views.access import signed_in
from wizard.views.interview import countries
from wizard.views.limits import rate_limited
from wizard.wording import CLOSED_LINKS

limited = rate_limited("colleague", "wizard/link_closed.html", counts=lambda _request: True)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def colleague(request: HttpRequest, link: str) -> HttpResponse:
    """The question that the link asks; the answer is saved under the name typed, once."""
    invitation = Invitation.objects.of_link(link)
    if invitation is None or invitation.state is not State.WAITING:
        if invitation is not None and _sent_again(request, invitation):
            return redirect("colleague_done", link)
        return _closed(request, invitation)
    interview = walk(invitation.case.answers)
    form = ColleagueForm(invitation, interview, request.POST if request.method == "POST" else None)
    if _overtaken(invitation):
        return _page(request, "overtaken", 409, form)
    if not form.is_valid():
        return _question(request, invitation, form, status=422 if form.is_bound else 200)
    name: str = form.cleaned_data["name"]
    basis = gettext("link %(mark)s, made on %(at)s") % {
        "mark": invitation.mark,
        "at": say_moment(invitation.asked),
    }
    answer = given(invitation.fact, form.cleaned_data["value"], interview.facts, basis)
    try:
        saved = _save(request, invitation, interview, answer, name)
    except StaleAnswerError:
        return _page(request, "overtaken", 409, form)
    if not saved:
        invitation.refresh_from_db()
        return _closed(request, invitation)
    _tell(request, invitation, answer, name)
    return redirect("colleague_done", link)


@login_not_required
@require_safe
@limited
def colleague_done(request: HttpRequest, link: str) -> HttpResponse:
    """Thanks, once the link has been answered."""
    invitation = Invitation.objects.of_link(link)
    if invitation is None or invitation.state is not State.ANSWERED:
        return redirect("colleague", link)
    return render(request, "wizard/colleague_done.html")


def _save(request: HttpRequest, invitation: Invitation, before: Interview, answer: Given, name: str) -> bool:
    """Save the answer, unless the link was used or withdrawn in this very moment.

    Whoever is signed in answers for it with that account, whatever name they type: they have a part in the case.

    Raises:
        StaleAnswerError: someone else has answered since the colleague was asked.
    """
    with transaction.atomic():
        held = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if held.state is not State.WAITING:
            return False
        case = Case.objects.get(pk=held.case_id)
        case.save_answers(
            {held.fact: answer},
            by=signed_in(request) if request.user.is_authenticated else held.asked_by,
            way="colleague",
            seen=case.version if _is_open(held.fact, case) else held.seen,
            language=get_language() or "en",
            outcome_before=before.determination.outcome if before.finished else "",
            colleague=name,
            invitation=held,
        )
    return True


def _is_open(fact: str, case: Case) -> bool:
    """Whether nobody has answered the question, or only as not sure: that is what a person does who goes on asking."""
    return case.answers.get(fact) in (None, NOT_SURE)


def _overtaken(invitation: Invitation) -> bool:
    """Whether somebody else has answered the question since the colleague was asked."""
    later = invitation.case.events.filter(fact=invitation.fact, version__gt=invitation.seen)
    return not _is_open(invitation.fact, invitation.case) and later.exists()


def _sent_again(request: HttpRequest, invitation: Invitation) -> bool:
    """Whether this is the form that has been saved, sent once more because its answer never came back."""
    event, sent = invitation.answer, request.POST
    if event is None or request.method != "POST" or event.colleague != sent.get("name", "").strip():
        return False
    value = str(event.new).lower() if isinstance(event.new, bool) else event.new
    return value == (NOT_SURE if sent.get("not_sure") else sent.get("answer", "").strip())


def _tell(request: HttpRequest, invitation: Invitation, answer: Given, name: str) -> None:
    """Write to the person who asked that the answer has come."""
    asker, language = invitation.asked_by, invitation.asked_in
    if not asker.email:
        return
    facts = walk(Case.objects.get(pk=invitation.case_id).answers).facts
    with override(language):
        words = {
            "colleague": name,
            "reference": invitation.case.reference,
            "question": ask(invitation.fact, facts),
            "answer": say(invitation.fact, answer.value),
            "address": request.build_absolute_uri(reverse("check", args=[invitation.case.public_id])),
        }
    letters.send("answered", asker.email, language, words)


def _question(
    request: HttpRequest, invitation: Invitation, form: ColleagueForm, *, status: int
) -> HttpResponse:
    answer_error = " ".join(map(str, form.errors.get("answer", ())))
    name_error = " ".join(map(str, form.errors.get("name", ())))
    asker = invitation.asked_by
    context = {
        "reference": invitation.case.reference,
        "asker": asker.get_full_name() or asker.get_username(),
        "account": "" if request.user in (asker, AnonymousUser()) else request.user.get_username(),
        "until": say_date(timezone.localdate(invitation.expires)),
        "form": form,
        "question": form.question,
        "wording": form.question.wording(form.interview.facts),
        "kind": form.kind.value,
        "countries": countries() if form.kind is Kind.COUNTRY else [],
        "errors": [(field, one) for field, one in (("answer", answer_error), ("name", name_error)) if one],
        "answer_error": answer_error,
        "name_error": name_error,
    }
    return render(request, "wizard/colleague.html", context, status=status)


def _closed(request: HttpRequest, invitation: Invitation | None) -> HttpResponse:
    """Why the link opens nothing. It says nothing of the case."""
    return (
        _page(request, "unknown", 404) if invitation is None else _page(request, invitation.state.value, 410)
    )


def _page(request: HttpRequest, why: str, status: int, form: ColleagueForm | None = None) -> HttpResponse:
    answer = form.cleaned_data.get("value") if form and form.is_valid() else None
    context = {
        "closed": CLOSED_LINKS[why],
        "answer": say(form.fact, answer) if form and answer is not None else "",
    }
    return render(request, "wizard/link_closed.html", context, status=status)
