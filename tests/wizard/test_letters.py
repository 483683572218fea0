"""A letter at each hand-over, in both languages, to whoever's turn it is; and none that stops anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.factories import MemoFactory
from wizard.desk import acts
from wizard.desk.models import Docket
from wizard.models import Memo
from wizard.samples import record

Capture = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def addresses(sales: User, legal: User, tmp_path: Path, settings: Settings) -> None:
    """Both can be written to; the heads of what is committed only as far as a test goes are of that test alone."""
    settings.WIZARD_HEADS_FILE = tmp_path / "heads"
    for user, address in ((sales, "sales@example.com"), (legal, "legal@example.com")):
        user.email = address
        user.save()


@pytest.fixture
def memo(sales: User) -> Memo:
    return MemoFactory.create(case__owner=sales)


def sent() -> list[tuple[str, list[str]]]:
    """The beginnings of the subjects with whom they went to; takes them away."""
    found = [(one.subject.split(" / ")[0], list(one.to)) for one in mail.outbox]
    mail.outbox.clear()
    return found


def test_each_hand_over_writes_to_whose_turn_it_is(
    sales: User, legal: User, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        memo = MemoFactory.create(case__owner=sales)
    number = memo.number
    assert sent() == [(f"Memo {number} waits for review", ["legal@example.com"])]
    with django_capture_on_commit_callbacks(execute=True):
        acts.assign(memo, legal, legal)
    assert sent() == [], "Nobody is written to about what they did themselves."
    with django_capture_on_commit_callbacks(execute=True):
        acts.comment(memo, legal, "Where is the order?", acts.Anchor())
    assert sent() == [(f"A comment on memo {number}", ["sales@example.com"])]
    with django_capture_on_commit_callbacks(execute=True):
        acts.comment(memo, sales, "In the file.", acts.Anchor())
    assert sent() == [(f"A comment on memo {number}", ["legal@example.com"])]
    with django_capture_on_commit_callbacks(execute=True):
        acts.approve(memo, legal, "Daniel Okafor")
    assert sent() == [(f"Memo {number} was approved", ["sales@example.com"])]
    with django_capture_on_commit_callbacks(execute=True):
        acts.send_back(memo, legal, "", [acts.Question("destination", "Is it Bonn?")])
    [letter] = mail.outbox
    assert "Is it Bonn?" in letter.body
    assert f"/cases/{memo.case.public_id}/check/" in letter.body
    assert sent() == [(f"Memo {number} came back with questions", ["sales@example.com"])]
    with django_capture_on_commit_callbacks(execute=True):
        record(memo.case, sales)
    assert sent() == [(f"Memo {number} was superseded", ["legal@example.com"])]


def test_a_letter_is_plain_bilingual_and_names_no_customer_in_its_subject(
    memo: Memo, legal: User, django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        acts.approve(memo, legal, "Daniel Okafor", "Well documented.")
    [letter] = mail.outbox
    assert memo.case.title not in letter.subject
    assert letter.subject.count(memo.number) == 2
    assert letter.body.count("Well documented.") == 2
    assert letter.content_subtype == "plain"
    assert "It is not a license" in letter.body


def test_a_mail_server_that_fails_fails_nothing(
    memo: Memo,
    legal: User,
    django_capture_on_commit_callbacks: Capture,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(self: EmailMessage, fail_silently: bool = False) -> int:
        raise OSError("no route to the mail server")

    monkeypatch.setattr(EmailMessage, "send", fails)
    with django_capture_on_commit_callbacks(execute=True):
        acts.approve(memo, legal, "Daniel Okafor")
    assert Docket.objects.get(memo=memo).state == Docket.State.APPROVED
    assert "could not be sent" in caplog.text


def test_nothing_is_written_of_what_was_not_done(
    memo: Memo, legal: User, django_capture_on_commit_callbacks: Capture
) -> None:
    acts.approve(memo, legal, "Daniel Okafor")
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(acts.NotNowError):
        acts.approve(memo, legal, "Daniel Okafor")
    assert mail.outbox == []
