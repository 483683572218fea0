"""Asking a colleague: a signed link to one question of one case, good for one answer."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from wizard.models import AnswerEvent

LASTS = datetime.timedelta(days=14)
"""How long a link is good for."""

AT_ONCE = 10
"""Links of one case that may wait for an answer at the same time: whoever asks sends no mass mail."""

_SALT, _SEPARATOR = "wizard.invitations", "."


class State(models.TextChoices):
    """What has become of an invitation."""

    WAITING = "waiting", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


def _new_key() -> str:
    """192 bits that nobody can guess."""
    return secrets.token_urlsafe(24)


def _end() -> datetime.datetime:
    return timezone.now() + LASTS


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, by their links and by what has become of them."""

    def waiting(self) -> InvitationQuerySet:
        """Those that can still be answered."""
        return self.filter(event=None, withdrawn=None, expires__gt=timezone.now(), asked_by__is_active=True)

    def of_link(self, link: str) -> Invitation | None:
        """The invitation of a link; None for one that this site did not sign."""
        try:
            key = signing.Signer(salt=_SALT, sep=_SEPARATOR).unsign(link)
        except signing.BadSignature:
            return None
        return self.select_related("case", "asked_by", "event").filter(key=key).first()


class Invitation(models.Model):
    """Someone was asked for one fact of a case.

    `seen` is the version that the case had then, `asked_in` the language of the person who asks and `language` that of
    the colleague. What was answered, and by whom, is an answer event, which names the invitation.
    """

    key = models.CharField(max_length=43, unique=True, default=_new_key, editable=False)
    case = models.ForeignKey("wizard.Case", on_delete=models.PROTECT, related_name="invitations")
    fact = models.CharField(max_length=40)
    seen = models.PositiveIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_in = models.CharField(max_length=10)
    asked = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(default=_end)
    withdrawn = models.DateTimeField(null=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10)

    event: AnswerEvent  # the answer that came by this link; none has come yet if asking for it fails

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["case", "fact"], name="wizard_invitation_fact")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.fact}: {self.mark}"

    @property
    def link(self) -> str:
        """What the address of the question's page ends in."""
        return signing.Signer(salt=_SALT, sep=_SEPARATOR).sign(self.key)

    @property
    def mark(self) -> str:
        """What the record calls this link by. It does not tell the link."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]

    @property
    def answer(self) -> AnswerEvent | None:
        """The answer that came by this link."""
        try:
            return self.event
        except ObjectDoesNotExist:
            return None

    @property
    def state(self) -> State:
        """What has become of it. Whoever asked and has lost the account asks no more."""
        if self.answer is not None:
            return State.ANSWERED
        if self.withdrawn is not None or not self.asked_by.is_active:
            return State.WITHDRAWN
        return State.WAITING if timezone.now() < self.expires else State.EXPIRED
