"""One memo at the desk: what it rests on, what was said about it, and the acts of review."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules.law import SOURCES_CHECKED
from rules.wholeness import PROVISIONS
from wizard import accounts
from wizard.accounts import Role
from wizard.answers import say_moment
from wizard.desk import acts
from wizard.desk.acts import Anchor, KeyReusedError, NotNowError, Question, Sent
from wizard.desk.models import Docket, ReviewAct
from wizard.desk.standing import standing
from wizard.forms import NameField
from wizard.ledger import audit
from wizard.models import Memo
from wizard.views.access import signed_in, visible_memo
from wizard.views.desk import age
from wizard.wording import APPROVAL, OUTCOMES

State = Docket.State
_TOO_LONG = {"max_length": _("Use at most 4,000 characters.")}


class SentForm(forms.Form):
    """What every act is sent with."""

    key = forms.UUIDField()
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1)

    @property
    def sent(self) -> Sent:
        return Sent(self.cleaned_data["key"], self.cleaned_data["seen"])


class CommentForm(SentForm):
    """A comment on the memo, or on one of its facts or paragraphs."""

    comment = forms.CharField(
        max_length=4_000, error_messages={"required": _("Write the comment."), **_TOO_LONG}
    )
    fact = forms.CharField(max_length=40, required=False)
    paragraph = forms.CharField(max_length=200, required=False)


class AssignForm(SentForm):
    """Who shall review the memo."""

    assignee = forms.CharField(
        max_length=150, error_messages={"required": _("Choose who shall review the memo.")}
    )


class ApproveForm(SentForm):
    """The declaration with which a memo is approved; with the password of whoever has one."""

    name = NameField(
        max_length=120,
        error_messages={
            "required": _("Enter your full name."),
            "max_length": _("Use at most 120 characters."),
        },
    )
    note = forms.CharField(max_length=4_000, required=False, error_messages=_TOO_LONG)
    declaration = forms.BooleanField(
        error_messages={"required": _("Confirm the declaration, or do not approve the memo.")}
    )
    password = forms.CharField(max_length=128, required=False, strip=False)

    def __init__(self, request: HttpRequest, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.request = request

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        user = signed_in(self.request)
        if has_password(user) and not authenticate(
            self.request, username=user.get_username(), password=cleaned.get("password", "")
        ):
            self.add_error("password", gettext("This is not your password."))
        return cleaned


class ReturnForm(SentForm):
    """The questions with which a memo goes back: those facts that are ticked, each with its words."""

    text = forms.CharField(max_length=4_000, required=False, error_messages=_TOO_LONG)

    def __init__(self, rows: list[dict[str, Any]], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.rows = rows
        for row in rows:
            self.fields[f"ask-{row['fact']}"] = forms.BooleanField(required=False)
            self.fields[f"words-{row['fact']}"] = forms.CharField(
                max_length=4_000, required=False, error_messages=_TOO_LONG
            )

    @property
    def questions(self) -> list[Question]:
        """The questions asked; only after the form was found valid."""
        said = self.cleaned_data
        return [
            Question(row["fact"], said[f"words-{row['fact']}"])
            for row in self.rows
            if said.get(f"ask-{row['fact']}")
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = [row for row in self.rows if cleaned.get(f"ask-{row['fact']}")]
        if not asked:
            self.add_error(
                None, gettext("Tick at least one question, so that the author knows what to answer.")
            )
        for row in asked:
            if not cleaned.get(f"words-{row['fact']}") and f"words-{row['fact']}" not in self.errors:
                self.add_error(f"words-{row['fact']}", gettext("Write what you ask."))
        return cleaned


def has_password(user: User) -> bool:
    """Whether this person signs in with a password here, so that it can be asked for again."""
    return bool(user.password) and user.has_usable_password()


@require_safe
def review(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """What the memo rests on, beside it what was said about it, and what can be done."""
    return _page(request, visible_memo(request, memo_id))


@require_POST
def comment(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """Say something about a memo, one of its facts or one of its paragraphs."""
    memo = visible_memo(request, memo_id)
    if not accounts.may_comment(signed_in(request), memo):
        raise PermissionDenied
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, memo, form=form, status=422)
    said = form.cleaned_data
    about = Anchor(
        said["fact"] if said["fact"] in _facts(memo) else "",
        said["paragraph"] if said["paragraph"] in _citations(memo) else "",
    )
    try:
        act = acts.comment(memo, signed_in(request), said["comment"], about, form.sent)
    except (NotNowError, KeyReusedError) as error:
        return _too_late(request, memo, error, said["comment"])
    return redirect(f"{reverse('review', args=[memo.public_id])}#act-{act.number}")


@require_POST
def assign(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """Give the memo to a reviewer, or take it."""
    memo = visible_memo(request, memo_id)
    accounts.require_review(signed_in(request))
    form = AssignForm(request.POST)
    to = User.objects.filter(username=form.data.get("assignee", ""), is_active=True).first()
    if form.is_valid() and (to is None or not accounts.may_approve(to, memo)):
        form.add_error("assignee", gettext("Choose somebody of the desk who had no part in this memo."))
    if not form.is_valid() or to is None:
        return _page(request, memo, form=form, status=422)
    try:
        acts.assign(memo, signed_in(request), to, form.sent)
    except (NotNowError, KeyReusedError) as error:
        return _too_late(request, memo, error, "")
    name = to.get_full_name() or to.get_username()
    messages.info(request, gettext("Assigned to %(name)s.") % {"name": name})
    return redirect("review", memo.public_id)


@require_POST
def approve(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """Sign the memo."""
    memo = visible_memo(request, memo_id)
    user = signed_in(request)
    if not accounts.may_approve(user, memo):
        raise PermissionDenied
    form = ApproveForm(request, request.POST)
    if not form.is_valid():
        return _page(request, memo, form=form, status=422)
    said = form.cleaned_data
    try:
        acts.approve(memo, user, said["name"], said["note"], form.sent)
    except (NotNowError, KeyReusedError) as error:
        return _too_late(request, memo, error, said["note"])
    messages.info(request, gettext("Memo %(number)s is approved.") % {"number": memo.number})
    return redirect("review", memo.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, memo_id: uuid.UUID) -> HttpResponse:
    """Return the memo to its author with questions, each about one of its facts."""
    memo = visible_memo(request, memo_id)
    user = signed_in(request)
    accounts.require_review(user)
    row = Docket.objects.get(memo=memo)
    facts = [*_text(memo)["facts"], *_text(memo)["set_aside"], {"fact": "", "question": "", "answer": ""}]
    form = ReturnForm(facts, request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            acts.send_back(memo, user, form.cleaned_data["text"], form.questions, form.sent)
        except (NotNowError, KeyReusedError) as error:
            typed = [form.cleaned_data["text"], *(one.text for one in form.questions)]
            return _too_late(request, memo, error, "\n\n".join(filter(None, typed)))
        messages.info(
            request,
            gettext(
                "Memo %(number)s is back with its author, who sees the questions on the pages of these answers."
            )
            % {"number": memo.number},
        )
        return redirect("review", memo.public_id)
    if row.state not in (State.WAITING, State.APPROVED):
        return redirect("review", memo.public_id)
    about = request.GET.get("fact", "")
    context = {
        "memo": memo,
        "docket": row,
        "rows": [
            {
                **fact,
                "ticked": bool(form.data.get(f"ask-{fact['fact']}"))
                if form
                else bool(about) and fact["fact"] == about,
                "words": form.data.get(f"words-{fact['fact']}", "") if form else fact["question"],
                "error": " ".join(map(str, form.errors.get(f"words-{fact['fact']}", ()))) if form else "",
            }
            for fact in facts
        ],
        "text": form.data.get("text", "") if form else "",
        "errors": _errors(form),
        **_to_send(row, form),
    }
    return render(request, "wizard/desk/return.html", context, status=422 if form else 200)


def _too_late(request: HttpRequest, memo: Memo, error: Exception, typed: str) -> HttpResponse:
    """Somebody else was quicker: the memo as it now stands, what they did, and what was typed here, not saved."""
    last = ReviewAct.objects.filter(memo=memo).exclude(kind=ReviewAct.Kind.COMMENTED).last()
    if isinstance(error, KeyReusedError) or last is None:
        happened = gettext("This page had already been sent with something else.")
    else:
        happened = gettext("%(by)s was quicker: %(act)s, %(at)s.") % {
            "by": last.by.get_full_name() or last.by.get_username(),
            "act": ReviewAct.Kind(last.kind).label,
            "at": say_moment(last.at),
        }
    return _page(request, memo, happened=happened, typed=typed, status=409)


def _page(
    request: HttpRequest,
    memo: Memo,
    *,
    form: SentForm | None = None,
    happened: str = "",
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    user = signed_in(request)
    stands = standing(memo)
    row = stands.row or acts.derived(memo)
    text = _text(memo)
    told = [_told(act) if str(act.public_id) in stands.entered else not_entered(act) for act in stands.done]
    reviews = accounts.reviews(user)
    may_approve = accounts.may_approve(user, memo)
    sent = form.data if form else {}
    context = {
        "memo": memo,
        "intact": memo.intact,
        "content": memo.content,
        "text": text,
        "findings": text["findings"],
        "outcome": OUTCOMES[memo.outcome],
        "docket": row,
        "agree": stands.agree,
        "age": age(row),
        "moved_on": moved_on(memo),
        "facts": [_with_comments(fact, "fact", fact["fact"], told) for fact in text["facts"]],
        "set_aside": [_with_comments(fact, "fact", fact["fact"], told) for fact in text["set_aside"]],
        "before": _questions_before(memo),
        "issues": _issues(memo, told),
        "days_of_law": _days_of_law(memo),
        "general": [one for one in told if one["is_comment"] and not one["fact"] and not one["paragraph"]],
        "acts": told,
        "may_comment": accounts.may_comment(user, memo),
        "reviews": reviews,
        "may_approve": may_approve and row.state == State.WAITING,
        "may_return": reviews and row.state in (State.WAITING, State.APPROVED),
        "may_assign": reviews and row.state != State.SUPERSEDED,
        "had_a_part": reviews and not may_approve,
        "waits": row.state == State.WAITING,
        "reviewers": [
            one
            for one in User.objects.filter(groups__name=Role.LEGAL.value, is_active=True).order_by(
                "first_name", "last_name"
            )
            if accounts.may_approve(one, memo)
        ]
        if reviews
        else [],
        "about_fact": sent.get("fact", "") or request.GET.get("fact", ""),
        "about_paragraph": sent.get("paragraph", "") or request.GET.get("paragraph", ""),
        "comment": typed or sent.get("comment", ""),
        "note": sent.get("note", ""),
        "name": sent.get("name") or user.get_full_name(),
        "asks_password": has_password(user),
        "declaration": APPROVAL,
        "happened": happened,
        "errors": _errors(form),
        "wrong": {name: " ".join(map(str, said)) for name, said in form.errors.items()} if form else {},
        **_to_send(row, form),
    }
    return render(request, "wizard/desk/review.html", context, status=status)


def _to_send(row: Docket, form: SentForm | None) -> dict[str, Any]:
    """The key of this very page, the same again after a refusal, and how many acts it shows."""
    again = form is not None and not {"key", "seen"} & form.errors.keys()
    return {
        "key": form.data["key"] if form is not None and again else uuid.uuid4(),
        "seen": form.data["seen"] if form is not None and again else row.acts,
    }


def _errors(form: SentForm | None) -> list[tuple[str, str]]:
    found = form.errors.items() if form else ()
    incomplete = gettext("This page was sent incomplete. Nothing was saved. Try again.")
    return [
        ("", incomplete) if name in ("key", "seen") else ("" if name == "__all__" else name, str(message))
        for name, said in found
        for message in said
    ]


def moved_on(memo: Memo) -> bool:
    """Whether the case's answers are no longer those that the memo records."""
    now = {name: value for name, value in memo.case.answers.items() if value is not None}
    return now != {name: value for name, value in memo.content["answers"].items() if value is not None}


def _text(memo: Memo) -> dict[str, Any]:
    """The memo's words in the language of the page."""
    texts: dict[str, dict[str, Any]] = memo.content["text"]
    return texts.get(get_language() or "en", texts["en"])


def _facts(memo: Memo) -> set[str]:
    return {*memo.content["asked"], *memo.content["set_aside"]}


def _citations(memo: Memo) -> set[str]:
    return {step["citation"] for step in memo.content["determination"]["trace"]}


def _told(act: ReviewAct) -> dict[str, Any]:
    """An act as the page tells it."""
    said, by = act.said, act.content["by"]
    return {
        "number": act.number,
        "kind": act.kind,
        "label": ReviewAct.Kind(act.kind).label,
        "by": account(act) if act.kind == ReviewAct.Kind.APPROVED else by["name"] or by["username"],
        "at": say_moment(act.at),
        "code": act.verification_code,
        "is_comment": act.kind == ReviewAct.Kind.COMMENTED,
        "text": said.get("text", ""),
        "fact": said.get("fact", ""),
        "paragraph": said.get("paragraph", ""),
        "questions": said.get("questions", []),
        "to": said["assignee"]["name"] or said["assignee"]["username"] if "assignee" in said else "",
        "name": said.get("name", ""),
        "successor": said.get("successor", ""),
    }


def account(act: ReviewAct) -> str:
    """The account that did it, by the name it then had and its user name, whatever name was typed."""
    by = act.content["by"]
    return f"{by['name']} ({by['username']})" if by["name"] else by["username"]


def not_entered(act: ReviewAct) -> dict[str, Any]:
    """An act that the ledger does not have as it stands: nothing of its words is shown, and none of them counts."""
    return {
        "number": act.number,
        "not_entered": True,
        "label": act.get_kind_display(),
        "by": act.by.get_full_name() or act.by.get_username(),
        "at": say_moment(act.at),
        "is_comment": False,
        "questions": [],
    }


def _with_comments(thing: dict[str, Any], kind: str, key: str, told: list[dict[str, Any]]) -> dict[str, Any]:
    """A fact or a paragraph with what was said about it: comments, and for a fact the questions of returns."""
    asked = [
        {**one, "text": question["text"]}
        for one in told
        for question in one["questions"]
        if kind == "fact" and question["fact"] == key
    ]
    said = [one for one in told if one["is_comment"] and one[kind] == key]
    return {**thing, "comments": sorted(said + asked, key=lambda one: one["number"])}


def _questions_before(memo: Memo) -> dict[str, Any] | None:
    """The return of the memo that this one supersedes, each question with its answer then and now."""
    if memo.supersedes is None:
        return None
    act = ReviewAct.objects.filter(memo=memo.supersedes, kind=ReviewAct.Kind.RETURNED).last()
    if act is None or not audit.entered([act]):
        return None  # the earlier memo's own pages say that such an act is not to be relied on
    earlier, now = _answered(memo.supersedes), _answered(memo)
    told = _told(act)
    asked = [
        {**one, "now": now.get(one["fact"]), "earlier": earlier.get(one["fact"])} for one in told["questions"]
    ]
    return {**told, "questions": asked}


def _answered(memo: Memo) -> dict[str, dict[str, Any]]:
    """What the memo says of each fact, by its name."""
    text = _text(memo)
    return {fact["fact"]: fact for fact in (*text["facts"], *text["set_aside"])}


def _days_of_law(memo: Memo) -> str:
    """The part of the address of a provision's page that shows it on the day of the transaction, by whose edition the
    memo was decided, beside the day on which the sources were last checked."""
    day = memo.settled.get("date")
    return f"?{urlencode({'one': day, 'other': SOURCES_CHECKED.isoformat()})}" if day else ""


def _issues(memo: Memo, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The provisions of the trace in the order of the law, each with its steps, its open points and the comments."""
    provisions: dict[str, str] = {}
    for step in memo.content["determination"]["trace"]:
        provisions.setdefault(step["provision"], step["value"])
    shown = []
    for value in ("true", "unknown", "false"):
        # Two provisions may have one citation, so that only the order tells which is which.
        ids = (name for name, found in provisions.items() if found == value)
        for issue in _text(memo)["findings"]["issues"][value]:
            known = PROVISIONS.get(next(ids, ""))
            steps = [_with_comments(step, "paragraph", step["citation"], told) for step in issue["steps"]]
            first = _with_comments(issue, "paragraph", issue["citation"], told)
            for step in steps:  # a clause of the same citation is commented on with its provision
                if step["citation"] == issue["citation"]:
                    step["comments"] = []
            shown.append(
                {
                    **first,
                    "steps": steps,
                    "open_points": known.open_points if known else (),
                    "provision": known.id if known else "",
                }
            )
    return shown
