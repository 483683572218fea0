"""Letters at each hand-over: plain text, English then Chinese, sent after the act is committed.

A subject names the memo and never the customer. A letter that cannot be sent is logged and forgotten; what was done
stands without it, and the queue shows it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rules.questions import BY_FACT
from wizard.accounts import Role
from wizard.desk.models import Docket, ReviewAct

if TYPE_CHECKING:
    from wizard.models import Memo

LOGGER = logging.getLogger(__name__)

What = TypeVar("What")
Words = Callable[[], tuple[str, list[str]]]
"""A letter's subject and paragraphs in the active language."""


def after_commit(write: Callable[[What], None], what: What) -> None:
    """Write a letter once the transaction has been committed. Nothing that goes wrong with it reaches the caller."""
    transaction.on_commit(partial(_safely, write, what))


def recorded(memo: Memo) -> None:
    """A memo waits for review: to everybody at the desk, unless somebody was assigned the memo whose place it takes.
    That person hears of it as its predecessor is superseded."""
    before = memo.supersedes_id
    if before and Docket.objects.filter(memo_id=before, assignee__isnull=False).exists():
        return
    to = User.objects.filter(groups__name=Role.LEGAL.value, is_active=True).order_by("pk")

    def words() -> tuple[str, list[str]]:
        said = [_("%(by)s recorded memo %(number)s. It waits for review.") % _names(memo, memo.author)]
        return _("Memo %(number)s waits for review") % {"number": memo.number}, [*said, _review(memo)]

    _send(to, memo.author, words)


def acted(act: ReviewAct) -> None:
    """What was done to a memo, to whoever's turn it is now."""
    memo = act.memo
    row = Docket.objects.select_related("assignee", "author", "owner").get(memo=memo)
    desk = [row.assignee] if row.assignee else []
    author = [row.author, row.owner]
    to = {
        ReviewAct.Kind.ASSIGNED: desk,
        ReviewAct.Kind.COMMENTED: desk if act.by in author else author,
        ReviewAct.Kind.RETURNED: author,
        ReviewAct.Kind.APPROVED: author,
        ReviewAct.Kind.SUPERSEDED: desk,
    }[ReviewAct.Kind(act.kind)]
    _send(to, act.by, partial(_said, act))


def _said(act: ReviewAct) -> tuple[str, list[str]]:
    memo, said = act.memo, act.said
    names = _names(memo, act.by)
    number = {"number": memo.number}
    if act.kind == ReviewAct.Kind.ASSIGNED:
        return _("Memo %(number)s was assigned to you") % number, [
            _("%(by)s assigned memo %(number)s to you for review.") % names,
            _review(memo),
        ]
    if act.kind == ReviewAct.Kind.COMMENTED:
        return _("A comment on memo %(number)s") % number, [
            _("%(by)s wrote about memo %(number)s:") % names,
            said["text"],
            _review(memo),
        ]
    if act.kind == ReviewAct.Kind.RETURNED:
        asked = [
            f"{place}. {_about(one['fact'])}{one['text']}" for place, one in enumerate(said["questions"], 1)
        ]
        check = address(reverse("check", args=[memo.case.public_id]))
        return _("Memo %(number)s came back with questions") % number, [
            _("%(by)s returned memo %(number)s with questions. The memo is not approved.") % names,
            *([said["text"]] if said["text"] else []),
            *asked,
            _("Put the answers right here, then record a new memo: %(address)s") % {"address": check},
        ]
    if act.kind == ReviewAct.Kind.APPROVED:
        return _("Memo %(number)s was approved") % number, [
            _(
                "%(by)s approved memo %(number)s. Approval confirms the review of this memo. It is not a license, "
                "and what the memo leaves open stays open."
            )
            % names,
            *([said["text"]] if said["text"] else []),
            _review(memo),
        ]
    return _("Memo %(number)s was superseded") % number, [
        _(
            "%(by)s recorded memo %(successor)s, which takes the place of memo %(number)s and waits for review."
        )
        % {**names, "successor": said["successor"]},
        _review(memo),
    ]


def address(path: str) -> str:
    """A page of this site as a letter names it."""
    return settings.WIZARD_ADDRESS.rstrip("/") + path


def _names(memo: Memo, by: User) -> dict[str, str]:
    return {"number": memo.number, "by": by.get_full_name() or by.get_username()}


def _review(memo: Memo) -> str:
    return address(reverse("review", args=[memo.public_id]))


def _about(fact: str) -> str:
    return f"{_(BY_FACT[fact].text)}\n   " if fact in BY_FACT else ""


def _send(to: Iterable[User], by: User, words: Words) -> None:
    """One message to each who has an address and did not do it themselves; nobody sees the others'."""
    addresses = dict.fromkeys(user.email for user in to if user.email and user.is_active and user.pk != by.pk)
    subjects, bodies = [], []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            subject, paragraphs = words()
        subjects.append(subject)
        bodies.append("\n\n".join(paragraphs))
    subject, body = " / ".join(subjects), "\n\n----\n\n".join(bodies) + "\n"
    for one in addresses:
        EmailMessage(subject, body, to=[one]).send()


def _safely(write: Callable[[Any], None], what: Any) -> None:
    try:
        write(what)
    except Exception:
        LOGGER.exception("A letter about %s could not be sent.", what)
