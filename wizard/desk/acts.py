"""Acts of review: who may do what to a memo when, and what the docket says afterwards.

An act is added in one transaction with the docket's row, while the case is held, so that an act and a new memo of the
same case never pass each other. Nothing is ever taken back: a mistaken act is answered by another.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from wizard import accounts, record
from wizard.desk import letters, search
from wizard.desk.models import Docket, ReviewAct
from wizard.models import Case, Memo

FORMAT = 1
"""The number of this layout of an act's content; a change of keys or meanings takes the next."""

Kind, State = ReviewAct.Kind, Docket.State

BECOMES = {
    Kind.RETURNED: State.RETURNED,
    Kind.APPROVED: State.APPROVED,
    Kind.SUPERSEDED: State.SUPERSEDED,
}
"""The state in which an act leaves its memo, where it leaves it in another."""


class NotNowError(Exception):
    """The memo is no longer in a state in which this can be done, or somebody else acted since its page was shown."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class KeyReusedError(Exception):
    """A submission key came back with a different act."""


@dataclass(frozen=True)
class Sent:
    """What a page sends with an act: a key, with which it is done once however often it is sent, and the number of
    acts that the page showed, so that nobody decides past a decision that they have not seen."""

    key: uuid.UUID | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Anchor:
    """What a comment or a question is about: a fact of the contract, or a paragraph by its citation."""

    fact: str = ""
    paragraph: str = ""


@dataclass(frozen=True)
class Question:
    """A question that sends a memo back to its author, about one of its facts ("" for the whole)."""

    fact: str
    text: str


_PLAIN = Sent()


def assign(memo: Memo, by: User, to: User, sent: Sent = _PLAIN) -> ReviewAct:
    """Give the memo to a reviewer.

    Raises:
        PermissionDenied: `by` is not of the desk, or `to` may not review this memo.
        NotNowError: it has been superseded.
    """
    accounts.require_review(by)
    if not accounts.may_approve(to, memo):
        raise PermissionDenied
    return _add(
        memo,
        by,
        Kind.ASSIGNED,
        {"assignee": accounts.person(to)},
        {"assignee": to},
        sent,
        allowed=(State.WAITING, State.RETURNED, State.APPROVED),
    )


def comment(memo: Memo, by: User, text: str, anchor: Anchor, sent: Sent = _PLAIN) -> ReviewAct:
    """Say something about a memo, one of its facts or one of its paragraphs; its owner may too."""
    if not accounts.may_comment(by, memo):
        raise PermissionDenied
    return _add(
        memo,
        by,
        Kind.COMMENTED,
        {"text": text, "fact": anchor.fact, "paragraph": anchor.paragraph},
        {},
        Sent(sent.key),
        allowed=tuple(State),
    )


def send_back(
    memo: Memo, by: User, text: str, questions: Sequence[Question], sent: Sent = _PLAIN
) -> ReviewAct:
    """Return the memo to its author with questions. An approval, if there was one, no longer stands.

    Raises:
        ValueError: there is no question.
        PermissionDenied, NotNowError: as with `assign`.
    """
    accounts.require_review(by)
    if not questions:
        raise ValueError("A memo is returned with at least one question.")
    asked = [{"fact": one.fact, "text": one.text} for one in questions]
    return _add(
        memo,
        by,
        Kind.RETURNED,
        {"text": text, "questions": asked},
        {"state": State.RETURNED},
        sent,
        allowed=(State.WAITING, State.APPROVED),
    )


def approve(memo: Memo, by: User, name: str, text: str = "", sent: Sent = _PLAIN) -> ReviewAct:
    """Sign the memo, under the name typed with the declaration.

    Raises:
        PermissionDenied: `by` is not of the desk, or had a part in the memo: its author, its case's owner, or someone
            who gave one of its answers.
        NotNowError: it does not wait for a review.
    """
    return _add(
        memo,
        by,
        Kind.APPROVED,
        {"text": text, "name": name},
        {"state": State.APPROVED},
        sent,
        allowed=(State.WAITING,),
    )


def supersede(memo: Memo, by: User, successor: str) -> ReviewAct:
    """Note that the memo of number `successor` takes this one's place; only the sealing of that memo calls this."""
    return _add(
        memo,
        by,
        Kind.SUPERSEDED,
        {"successor": successor},
        {"state": State.SUPERSEDED},
        _PLAIN,
        allowed=tuple(State),
    )


def returned(case: Case) -> ReviewAct | None:
    """The act that returned the case's newest memo, if nobody has answered it with a new memo yet."""
    # From the case to its newest memo to that one's row: asked the other way round, a database may look through
    # everything that was ever returned, and every page of an interview asks.
    newest = case.memos.order_by("-id").values_list("pk", flat=True).first()
    if newest is None or not Docket.objects.filter(memo_id=newest, state=State.RETURNED).exists():
        return None
    acts = ReviewAct.objects.filter(memo_id=newest, kind=Kind.RETURNED).select_related("by", "memo")
    return acts.order_by("number").last()


def open_questions(case: Case) -> list[Question]:
    """What the desk asks in that act."""
    act = returned(case)
    return [Question(**one) for one in act.said["questions"]] if act else []


def left_in(acts: Sequence[ReviewAct]) -> Docket.State:
    """The state in which acts, in their order, leave their memo."""
    state = State.WAITING
    for act in acts:
        state = BECOMES.get(Kind(act.kind), state)
    return state


def superseded_by_another(memo: Memo) -> bool:
    """Whether a memo was recorded that supersedes this one, whatever the acts say of it."""
    return type(memo).objects.filter(supersedes_id=memo.pk).exists()


def agree(row: Docket, memo: Memo, done: Sequence[ReviewAct], entered: Collection[str]) -> bool:
    """Whether the docket's row says what the memo's acts say, each of them `entered` in the ledger as it stands and
    about the memo's very bytes.

    An act that was added after the row was read says nothing about it.
    """
    known = [act for act in done if act.number <= row.acts]
    return (
        [act.number for act in known] == list(range(1, row.acts + 1))
        and all(
            str(act.public_id) in entered and act.content["memo"]["sha256"] == memo.sha256 for act in known
        )
        and left_in(known) == row.state
        and (row.state == State.SUPERSEDED) == superseded_by_another(memo)
    )


def replayed(acts: Sequence[ReviewAct], using: str = "default") -> dict[str, Any]:
    """What the docket's row says of a memo's acts, in their order."""
    row: dict[str, Any] = {"state": left_in(acts), "assignee_id": None, "acts": len(acts)}
    for act in acts:
        if act.kind == Kind.ASSIGNED:
            row["assignee_id"] = User.objects.using(using).get(username=act.said["assignee"]["username"]).pk
        row["touched"] = act.at
    return row


def derived(memo: Memo, using: str = "default") -> Docket:
    """The docket's row as the sealed memo and its acts say it must be."""
    right = Docket(memo=memo, **Docket.objects.derived(memo))
    done = ReviewAct.objects.using(using).filter(memo_id=memo.pk).order_by("number")
    for name, value in replayed(list(done), using).items():
        setattr(right, name, value)
    right.clean_fields()  # dates as dates, so that it can be compared with a stored row
    return right


def _add(
    memo: Memo,
    by: User,
    kind: ReviewAct.Kind,
    words: dict[str, Any],
    change: dict[str, Any],
    sent: Sent,
    *,
    allowed: Sequence[str],
) -> ReviewAct:
    with transaction.atomic():
        # The case before the docket, as `memo.seal` takes them, so that two transactions never wait for each other.
        Case.objects.select_for_update().get(pk=memo.case_id)
        row = Docket.objects.select_for_update().get(memo=memo)
        if sent.key is not None and (done := ReviewAct.objects.filter(submission_key=sent.key).first()):
            if (done.memo_id, done.kind, done.by_id, done.said) != (memo.pk, kind, by.pk, words):
                raise KeyReusedError
            return done
        # With the case held, no answer of theirs can come between this and the act.
        if kind is Kind.APPROVED and not accounts.may_approve(by, memo):
            raise PermissionDenied
        if row.state not in allowed or _decided_since(memo, sent.seen):
            raise NotNowError(row.state)
        at = timezone.now()
        row.acts += 1
        row.touched = at
        for name, value in change.items():
            setattr(row, name, value)
        row.save(update_fields=["acts", "touched", *change])
        act = ReviewAct(memo=memo, number=row.acts, kind=kind, by=by, at=at, submission_key=sent.key)
        act.write(content(act, words))
        act.save()
        if kind in _WORDED:
            search.index(memo)
        letters.after_commit(letters.acted, act)
        return act


_WORDED = (Kind.COMMENTED, Kind.RETURNED, Kind.APPROVED)
"""The acts with words of their own, by which the memo is found."""


def _decided_since(memo: Memo, seen: int | None) -> bool:
    """Whether anything but a comment was done after the page that showed `seen` acts."""
    if seen is None:
        return False
    return ReviewAct.objects.filter(memo=memo, number__gt=seen).exclude(kind=Kind.COMMENTED).exists()


def content(act: ReviewAct, words: dict[str, Any]) -> dict[str, Any]:
    """Everything an act says. It names the very bytes of the memo that it is about."""
    memo, by = {"number": act.memo.number, "sha256": act.memo.sha256}, accounts.person(act.by)
    return layout(str(act.public_id), memo, act.number, str(act.kind), by, record.timestamp(act.at), words)


def layout(
    public_id: str,
    memo: dict[str, str],
    number: int,
    kind: str,
    by: dict[str, str],
    at: str,
    words: dict[str, Any],
) -> dict[str, Any]:
    """How an act's content is laid out."""
    return {
        "format": FORMAT,
        "public_id": public_id,
        "memo": memo,
        "number": number,
        "act": kind,
        "by": by,
        "at": at,
        "said": words,
    }
