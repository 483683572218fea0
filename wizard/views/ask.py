"""Asking a colleague for one answer: making links, sending them, withdrawing them, and seeing what became of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_http_methods, require_POST

from rules.questions import BY_FACT
from wizard import letters
from wizard.answers import ask as question_of, say, say_date
from wizard.forms import AskForm
from wizard.interview import Interview, walk
from wizard.invitations import AT_ONCE, State
from wizard.models import Case, Invitation
from wizard.views.access import signed_in, visible_case


@dataclass(frozen=True)
class InvitationRow:
    """One invitation as the person who asked sees it."""

    invitation: Invitation
    question: str
    address: str
    answer: str

    @property
    def state(self) -> State:
        return self.invitation.state


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, case_id: uuid.UUID, fact: str) -> HttpResponse:
    """Make a link to one question, and send it if an address is given; below, the links made before."""
    case = visible_case(request, case_id)
    interview = walk(case.answers)
    if fact not in BY_FACT:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and case.invitations.waiting().count() >= AT_ONCE:
        form.add_error(
            None,
            gettext("Too many links of this case wait for an answer. Withdraw one before you make another."),
        )
    if form.is_valid():
        _invite(request, case, fact, form.cleaned_data["email"], form.cleaned_data["language"])
        return redirect("ask", case.public_id, fact)
    errors = [
        ("" if field == "__all__" else field, str(one)) for field, all_ in form.errors.items() for one in all_
    ]
    context = {
        "case": case,
        "fact": fact,
        "question": question_of(fact, interview.facts),
        "email": form.data.get("email", ""),
        "language": form.data.get("language", get_language()),
        "languages": settings.LANGUAGES,
        "errors": errors,
        "email_error": " ".join(message for field, message in errors if field == "email"),
        "stands": say(fact, interview.answers[fact]) if interview.answers.get(fact) is not None else "",
        "invitations": invitation_rows(request, case, interview, fact),
    }
    return render(request, "wizard/ask.html", context, status=422 if errors else 200)


@require_POST
def withdraw(request: HttpRequest, case_id: uuid.UUID, fact: str, number: int) -> HttpResponse:
    """Make a link that waits for an answer useless."""
    case = visible_case(request, case_id)
    found = get_object_or_404(case.invitations, pk=number, fact=fact)
    withdrawn = case.invitations.waiting().filter(pk=found.pk).update(withdrawn=timezone.now())
    messages.info(
        request,
        gettext("The link is withdrawn. Nobody can answer by it any more.")
        if withdrawn
        else gettext("Nothing was withdrawn: this link no longer waits for an answer."),
    )
    return redirect("ask", case.public_id, fact)


def invitation_rows(
    request: HttpRequest, case: Case, interview: Interview, fact: str | None = None
) -> list[InvitationRow]:
    """The invitations of a case, or of one of its questions, newest first."""
    found = case.invitations.select_related("asked_by", "event")
    return [
        InvitationRow(
            one,
            question_of(one.fact, interview.facts),
            request.build_absolute_uri(reverse("colleague", args=[one.link])),
            say(one.fact, one.answer.new) if one.answer else "",
        )
        for one in (found.filter(fact=fact) if fact else found)
    ]


def _invite(request: HttpRequest, case: Case, fact: str, email: str, language: str) -> None:
    if email and case.invitations.waiting().filter(fact=fact, email__iexact=email).exists():
        messages.info(
            request, gettext("A link to this question was sent to this address before. It still works.")
        )
        return
    asker = signed_in(request)
    made = Invitation.objects.create(
        case=case,
        fact=fact,
        seen=case.version,
        asked_by=asker,
        asked_in=get_language() or "en",
        email=email,
        language=language,
    )
    if not email:
        messages.info(request, gettext("The link is made. Copy it from below and give it to your colleague."))
        return
    with override(language):
        words = {
            "asker": asker.get_full_name() or asker.get_username(),
            "reference": case.reference,
            "question": question_of(fact, walk(case.answers).facts),
            "address": request.build_absolute_uri(reverse("colleague", args=[made.link])),
            "until": say_date(timezone.localdate(made.expires)),
        }
    if letters.send("asked", email, language, words):
        messages.info(request, gettext("The link was sent to %(email)s.") % {"email": email})
    else:
        messages.warning(
            request,
            gettext("The message to %(email)s could not be sent. Copy the link from below instead.")
            % {"email": email},
        )
