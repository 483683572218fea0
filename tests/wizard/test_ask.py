"""Asking a colleague by a link: made, sent, answered once, withdrawn, expired; and what it must not tell."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.factories import CHIPS_TO_POLAND, OPEN_QUESTIONS, WEIGHTS_TO_GERMANY, CaseFactory, UserFactory
from tests.wizard.conftest import SignIn, page
from wizard import accounts
from wizard.accounts import Role
from wizard.desk import acts
from wizard.invitations import AT_ONCE, LASTS, State
from wizard.models import AnswerEvent, Case, Invitation, Memo
from wizard.samples import play, record

OPEN = "storage_compliant"
QUESTION = "Will the weights be kept in a facility that meets the security rules?"


@pytest.fixture(autouse=True)
def asked_seldom() -> None:
    """No address has asked anything yet."""
    cache.clear()


@pytest.fixture
def open_case(sales: User) -> Case:
    """A case in which nobody is sure of two facts."""
    sales.email = "pat@example.com"
    sales.save()
    return CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS)


def invite(case: Case, fact: str = OPEN, **more: object) -> Invitation:
    return Invitation.objects.create(
        **{
            "case": case, "fact": fact, "seen": case.version, "asked_by": case.owner, "asked_in": "en",
            "language": "en", **more,
        }
    )  # fmt: skip


def address(invitation: Invitation) -> str:
    return reverse("colleague", args=[invitation.link])


def asking(case: Case, fact: str = OPEN) -> str:
    return reverse("ask", args=[case.public_id, fact])


# ------------------------------------------------------------------------------------------------ making a link


def test_a_link_is_made_without_an_address_and_can_be_copied(
    open_case: Case, sales: User, sign_in: SignIn
) -> None:
    browser = sign_in(sales)
    response = browser.post(asking(open_case), {"email": "", "language": "en"}, follow=True)
    made = open_case.invitations.get()
    assert response.redirect_chain == [(asking(open_case), 302)]
    text = response.content.decode()
    assert f'value="http://testserver{address(made)}"' in text
    assert "Withdraw this link" in text
    assert page(response).headings == ["Ask a colleague"]
    assert not mail.outbox
    assert made.expires - made.asked == pytest.approx(LASTS, abs=datetime.timedelta(seconds=5))


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "asks you one question, case"), ("zh-hans", "")],
)
def test_a_link_is_sent_in_the_language_chosen(
    open_case: Case, sales: User, sign_in: SignIn, language: str, subject: str
) -> None:
    sign_in(sales).post(asking(open_case), {"email": "lee@example.com", "language": language})
    (letter,) = mail.outbox
    made = open_case.invitations.get()
    assert letter.to == ["lee@example.com"]
    assert f"http://testserver{address(made)}" in letter.body
    assert subject in letter.subject
    assert open_case.reference in letter.subject
    assert ("storage" in letter.body.lower() or "facility" in letter.body.lower()) == (language == "en")
    assert "Germany" not in letter.body
    assert not letter.alternatives if hasattr(letter, "alternatives") else True


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"email": "lee at example", "language": "en"}, "Enter an email address such as"),
        ({"email": "x" * 250 + "@example.com", "language": "en"}, "Use at most 254 characters."),
        ({"email": "", "language": "xx"}, "Select a language from the list."),
        (
            {"email": "lee@example.com\nBcc: all@example.com", "language": "en"},
            "Enter an email address such as",
        ),
    ],
)
def test_a_link_is_refused_and_what_was_typed_stays(
    open_case: Case, sales: User, sign_in: SignIn, sent: dict[str, str], message: str
) -> None:
    response = sign_in(sales).post(asking(open_case), sent)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert page(response).title.startswith("Error: ")
    assert not open_case.invitations.exists()
    assert not mail.outbox


def test_a_second_letter_to_the_same_address_is_not_sent(
    open_case: Case, sales: User, sign_in: SignIn
) -> None:
    browser = sign_in(sales)
    for email in ("lee@example.com", "Lee@Example.com"):
        browser.post(asking(open_case), {"email": email, "language": "en"})
    assert len(mail.outbox) == open_case.invitations.count() == 1


def test_a_case_has_only_so_many_links_waiting(open_case: Case, sales: User, sign_in: SignIn) -> None:
    for _number in range(AT_ONCE):
        invite(open_case)
    response = sign_in(sales).post(asking(open_case), {"email": "lee@example.com", "language": "en"})
    assert response.status_code == 422
    assert "Too many links" in response.content.decode()
    assert page(response).fields["email"] == "lee@example.com"
    invitation = open_case.invitations.first()
    assert invitation is not None
    sign_in(sales).post(reverse("withdraw", args=[open_case.public_id, OPEN, invitation.pk]))
    assert sign_in(sales).post(asking(open_case), {"email": "", "language": "en"}).status_code == 302


def test_a_letter_that_cannot_be_sent_leaves_the_link(
    open_case: Case, sales: User, sign_in: SignIn, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    response = sign_in(sales).post(
        asking(open_case), {"email": "lee@example.com", "language": "en"}, follow=True
    )
    text = response.content.decode()
    assert "could not be sent" in text
    assert address(open_case.invitations.get()) in text


def test_strangers_can_neither_ask_nor_withdraw(
    open_case: Case, stranger: User, sign_in: SignIn, sales: User
) -> None:
    made = invite(open_case)
    browser = sign_in(stranger)
    assert browser.get(asking(open_case)).status_code == 404
    assert browser.post(asking(open_case), {"email": "", "language": "en"}).status_code == 404
    withdrawing = reverse("withdraw", args=[open_case.public_id, OPEN, made.pk])
    assert browser.post(withdrawing).status_code == 404
    assert sign_in(sales).get(withdrawing).status_code == 405
    other = CaseFactory.create(owner=stranger)
    crossing = reverse("withdraw", args=[other.public_id, OPEN, made.pk])
    assert browser.post(crossing).status_code == 404
    assert Invitation.objects.get().state is State.WAITING
    assert sign_in(sales).get(asking(open_case, "nonsense")).status_code == 404


# -------------------------------------------------------------------------------------------------- the question


@pytest.mark.parametrize("fact", ["item", "training_operations", "destination", "date", OPEN])
def test_the_page_shows_that_question_and_nothing_else_of_the_case(open_case: Case, fact: str) -> None:
    response = Client().get(address(invite(open_case, fact)))
    assert response.status_code == 200
    text = response.content.decode()
    for words in (
        open_case.reference,
        "Why we ask",
        "How to find out",
        "Your full name",
        "Not a government site",
    ):
        assert words in text
    assert page(response).checked == [], "Nothing is chosen, and the stored answer is not told."
    assert page(response).fields.get("answer", "") == ""
    assert len(page(response).headings) == 1
    told = text.split('class="page"')[1].replace(open_case.reference, "")
    for secret in (open_case.title, "1.2e26", "1.2 × 10²⁶", str(open_case.public_id), "What we know so far"):
        assert secret not in told
    day = str(open_case.answers["date"])
    assert day not in told


def test_an_answer_is_saved_under_the_name_typed(open_case: Case, sales: User, sign_in: SignIn) -> None:
    made = invite(open_case, "ultimate_parent")
    browser = Client()
    response = browser.post(address(made), {"answer": "DE", "name": "  Lee Chén "}, follow=True)
    assert response.redirect_chain == [(reverse("colleague_done", args=[made.link]), 302)]
    assert page(response).headings == ["Thank you. Your answer is saved"]
    open_case.refresh_from_db()
    assert open_case.answers["ultimate_parent"] == "DE"
    event = AnswerEvent.objects.get(invitation=made)
    assert (event.by, event.colleague, event.way, event.old, event.new) == (
        sales, "Lee Chén", "colleague", "not_sure", "DE",
    )  # fmt: skip
    assert event.outcome_before == "undetermined"
    assert made.mark in event.basis
    assert made.key not in event.basis
    for where in ("check", "question"):
        args = [open_case.public_id] if where == "check" else [open_case.public_id, "ultimate_parent"]
        text = sign_in(sales).get(reverse(where, args=args)).content.decode()
        assert "Answered" in text
        assert "Lee Chén" in text


def test_the_asker_is_told_by_mail_in_their_language(open_case: Case, sales: User) -> None:
    made = invite(open_case, "ultimate_parent")
    Client().post(address(made), {"answer": "DE", "name": "Lee Chen"}, headers={"Accept-Language": "zh-hans"})
    (letter,) = mail.outbox
    assert letter.to == [sales.email]
    assert letter.subject == f"Lee Chen has answered, case {open_case.reference}"
    assert "Lee Chen answered: Germany" in letter.body
    assert reverse("check", args=[open_case.public_id]) in letter.body


@pytest.mark.parametrize(
    ("fact", "sent"),
    [
        (OPEN, {"answer": "not_sure", "name": "Lee"}),
        ("ultimate_parent", {"answer": "", "not_sure": "1", "name": "Lee"}),
    ],
)
def test_not_sure_is_recorded_even_where_nobody_was_sure(
    open_case: Case, fact: str, sent: dict[str, str]
) -> None:
    made = invite(open_case, fact)
    assert Client().post(address(made), sent).status_code == 302
    event = AnswerEvent.objects.get(invitation=made)
    assert (event.old, event.new, event.way, event.colleague) == ("not_sure", "not_sure", "colleague", "Lee")


def test_the_memo_says_who_gave_the_answer(open_case: Case, sales: User, sign_in: SignIn) -> None:
    for fact, answer in (("ultimate_parent", "DE"), (OPEN, "true")):
        Client().post(address(invite(open_case, fact)), {"answer": answer, "name": "Lee Chen"})
        open_case.refresh_from_db()
    memo = record(open_case, sales)
    facts = {one["fact"]: one for one in memo.content["text"]["en"]["facts"]}
    assert facts["ultimate_parent"]["by"] == f"Lee Chen (asked by {sales.get_full_name()})"
    assert facts["ultimate_parent"]["way"] == "answered by a colleague"
    assert facts["item"]["by"] == sales.get_full_name()
    changes = memo.content["text"]["en"]["changes"]
    assert {one["by"] for one in changes} == {facts["ultimate_parent"]["by"]}
    shown = sign_in(sales).get(memo.get_absolute_url()).content.decode()
    assert f"Lee Chen (asked by {sales.get_full_name()})" in shown
    assert memo.intact


def test_whoever_answers_while_signed_in_has_a_part_and_approves_nothing(
    open_case: Case, sales: User, legal: User, sign_in: SignIn
) -> None:
    colleague, made = sign_in(legal), invite(open_case)
    told = f"You are signed in as {legal.get_username()}."
    assert told in colleague.get(address(made)).content.decode()
    assert "You are signed in as" not in sign_in(sales).get(address(made)).content.decode()
    colleague.post(address(made), {"answer": "true", "name": "Lee Chen"})
    assert AnswerEvent.objects.get(invitation=made).by == legal
    open_case.refresh_from_db()
    memo = record(open_case, sales)
    assert (
        f"Lee Chen (signed in as {legal.get_full_name()}, asked by {sales.get_full_name()})"
        in sign_in(sales).get(memo.get_absolute_url()).content.decode()
    )
    for name in ("approve", "assign"):
        sent = {
            "key": str(uuid.uuid4()), "seen": 0, "assignee": legal.get_username(), "name": "Lee Chen",
            "declaration": "yes",
        }  # fmt: skip
        response = colleague.post(reverse(name, args=[memo.public_id]), sent)
        assert response.status_code == {"approve": 403, "assign": 422}[name]
    with pytest.raises(PermissionDenied):
        acts.approve(memo, legal, "Lee Chen")
    assert not memo.acts.exists()
    assert acts.approve(memo, UserFactory.create(role=Role.LEGAL), "Somebody Else")


def test_whoever_asks_has_a_part_although_somebody_else_signed_in_answers(
    open_case: Case, sales: User, legal: User, stranger: User, sign_in: SignIn
) -> None:
    sign_in(stranger).post(address(invite(open_case, asked_by=legal)), {"answer": "true", "name": "Lee Chen"})
    open_case.refresh_from_db()
    with pytest.raises(PermissionDenied):
        acts.approve(record(open_case, sales), legal, "Name")


def test_an_answer_in_the_very_moment_of_approving_is_a_part(
    open_case: Case, sales: User, legal: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page let the person approve; what counts is what they have done once the case is held."""
    memo, made, may_approve = record(open_case, sales), invite(open_case), accounts.may_approve

    def late(user: User, about: Memo) -> bool:
        asked = may_approve(user, about)
        if made.answer is None:
            sign_in(legal).post(address(made), {"answer": "true", "name": "Lee Chen"})
            made.refresh_from_db()
        return asked

    monkeypatch.setattr(accounts, "may_approve", late)
    sent = {"key": str(uuid.uuid4()), "seen": 0, "name": "Daniel Okafor", "declaration": "yes"}
    assert sign_in(legal).post(reverse("approve", args=[memo.public_id]), sent).status_code == 403
    assert not memo.acts.exists()


@pytest.mark.parametrize(
    ("fact", "sent", "messages"),
    [
        (OPEN, {"answer": "true", "name": ""}, ["Enter your full name."]),
        (OPEN, {"answer": "", "name": "Lee"}, ["Select an answer."]),
        (OPEN, {"answer": "", "name": ""}, ["Select an answer.", "Enter your full name."]),
        (OPEN, {"answer": "spaceship", "name": "Lee"}, ["Select one of the answers on this page."]),
        (OPEN, {"answer": "true", "name": "x" * 10_000}, ["Use at most 120 characters."]),
        (OPEN, {"answer": "true", "name": "Lee\u202eeel"}, ["Leave out invisible and control characters."]),
        ("training_operations", {"answer": "1,5", "name": "Lee"}, ["Use a point for decimals"]),
        ("training_operations", {"answer": "ten", "name": "Lee"}, ["not a number we can read"]),
        ("destination", {"answer": "德意志", "name": "Lee"}, ["Select a country from the list."]),
        ("headquarters", {"answer": "", "same_as": "destination", "name": "Lee"}, ["Select a country."]),
    ],
)
def test_an_answer_is_refused_with_what_was_typed(
    open_case: Case, fact: str, sent: dict[str, str], messages: list[str]
) -> None:
    made = invite(open_case, fact)
    response = Client().post(address(made), sent)
    assert response.status_code == 422
    text = response.content.decode()
    for message in messages:
        assert text.count(message) == 2, "in the summary and beside the field"
    assert page(response).fields["name"] == sent["name"]
    assert page(response).title.startswith("Error: ")
    assert Invitation.objects.get().state is State.WAITING


def test_an_answer_that_does_not_fit_the_others_is_refused_without_telling_them(sales: User) -> None:
    case = CaseFactory.create(
        owner=sales, answers={**WEIGHTS_TO_GERMANY, "weights_status": "derived_from_published"}
    )
    made = invite(case, "additional_operations")
    response = Client().post(address(made), {"answer": "9e27", "name": "Lee"})
    assert response.status_code == 422
    text = response.content.decode()
    assert text.count("This does not fit other answers of the case.") == 2
    assert "1.2" not in text.split('class="page"')[1]
    assert page(response).fields["answer"] == "9e27"


def test_an_answer_that_no_longer_fits_the_changed_case_is_refused(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=CHIPS_TO_POLAND)
    made = invite(case, "entry")
    sign_in(sales).post(
        reverse("question", args=[case.public_id, "item"]),
        {"answer": "computer", "version": str(case.version)},
    )
    response = Client().post(address(made), {"answer": "3A090", "name": "Lee"})
    assert response.status_code == 422
    assert "Select one of the answers on this page." in response.content.decode()
    assert page(response).fields["name"] == "Lee"
    assert Client().post(address(made), {"answer": "4A090", "name": "Lee"}).status_code == 302


def test_the_answer_of_someone_else_meanwhile_is_not_overwritten(
    open_case: Case, sales: User, sign_in: SignIn
) -> None:
    made = invite(open_case, "ultimate_parent")
    browser = Client()
    assert browser.get(address(made)).status_code == 200
    question = reverse("question", args=[open_case.public_id, "ultimate_parent"])
    sign_in(sales).post(question, {"answer": "CN", "version": str(open_case.version)})
    response = browser.post(address(made), {"answer": "DE", "name": "Lee"})
    assert response.status_code == 409
    text = response.content.decode()
    assert "Somebody else has answered meanwhile" in text
    assert "What you answered: Germany" in text
    assert "China" not in text
    open_case.refresh_from_db()
    assert open_case.answers["ultimate_parent"] == "CN"
    assert Client().get(address(made)).status_code == 409


def test_an_answer_that_stood_when_it_was_asked_is_replaced(sales: User) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    made = invite(case, "headquarters")
    assert Client().post(address(made), {"answer": "FR", "name": "Lee"}).status_code == 302
    case.refresh_from_db()
    assert case.answers["headquarters"] == "FR"


def test_going_on_as_not_sure_leaves_the_link_good(sales: User) -> None:
    answers = {name: value for name, value in OPEN_QUESTIONS.items() if name != "ultimate_parent"}
    case = CaseFactory.create(owner=sales, answers=answers)
    made = invite(case, "ultimate_parent")
    play(case, sales, OPEN_QUESTIONS)
    assert Client().post(address(made), {"answer": "DE", "name": "Lee"}).status_code == 302


# -------------------------------------------------------------------------------------------------- closed links


def close(invitation: Invitation, how: State) -> None:
    if how is State.ANSWERED:
        Client().post(address(invitation), {"answer": "true", "name": "Lee Chen"})
    elif how is State.WITHDRAWN:
        Invitation.objects.filter(pk=invitation.pk).update(withdrawn=timezone.now())
    else:
        Invitation.objects.filter(pk=invitation.pk).update(expires=timezone.now())


@pytest.mark.parametrize("how", [State.ANSWERED, State.WITHDRAWN, State.EXPIRED])
def test_a_closed_link_says_why_and_nothing_of_the_case(open_case: Case, how: State) -> None:
    made = invite(open_case)
    close(made, how)
    heading = {
        State.ANSWERED: "This question has been answered",
        State.WITHDRAWN: "This link was withdrawn",
        State.EXPIRED: "This link has expired",
    }[how]
    version = Case.objects.get(pk=open_case.pk).version
    for response in (
        Client().get(address(made)),
        Client().post(address(made), {"answer": "false", "name": "Eve"}),
    ):
        assert response.status_code == 410
        assert page(response).headings == [heading]
        text = response.content.decode()
        for secret in (open_case.reference, open_case.title, "facility", "Lee Chen", "Why we ask"):
            assert secret not in text
    assert Case.objects.get(pk=open_case.pk).version == version


@pytest.mark.parametrize(
    "spoil", [lambda link: link[:-1], lambda link: "A" + link, lambda _link: "x", str.swapcase]
)
def test_a_link_that_was_not_signed_opens_nothing(open_case: Case, spoil: object) -> None:
    made = invite(open_case)
    assert callable(spoil)
    response = Client().get(reverse("colleague", args=[spoil(made.link)]))
    assert response.status_code == 404
    assert page(response).headings == ["This link does not open anything"]
    assert open_case.reference not in response.content.decode()
    done = Client().get(reverse("colleague_done", args=[spoil(made.link)]), follow=True)
    assert done.status_code == 404


def test_the_key_alone_is_no_link(open_case: Case) -> None:
    made = invite(open_case)
    assert len(made.key) == 32, "24 random bytes"
    assert Client().get(reverse("colleague", args=[made.key])).status_code == 404
    assert Client().get(reverse("colleague_done", args=[made.link]))["Location"] == address(made)


def test_the_same_form_sent_twice_is_thanked_twice(open_case: Case) -> None:
    made = invite(open_case)
    sent = {"answer": "true", "name": "Lee Chen"}
    for _again in range(2):
        assert Client().post(address(made), sent)["Location"] == reverse("colleague_done", args=[made.link])
    assert AnswerEvent.objects.filter(invitation=made).count() == 1


def test_a_link_of_someone_whose_account_was_closed_is_withdrawn(open_case: Case, sales: User) -> None:
    made = invite(open_case)
    sales.is_active = False
    sales.save()
    assert Client().get(address(made)).status_code == 410


def test_an_address_that_asks_too_often_has_to_wait(open_case: Case) -> None:
    made = invite(open_case)
    client = Client()
    statuses = [client.get(address(made), REMOTE_ADDR="192.0.2.55").status_code for _ in range(61)]
    assert set(statuses) == {200, 429}
    refused = client.get(address(made), REMOTE_ADDR="192.0.2.55")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert open_case.reference not in refused.content.decode()
    assert client.get(address(made), REMOTE_ADDR="192.0.2.56").status_code == 200


@pytest.mark.parametrize("code", [code for code, _name in django_settings.LANGUAGES])
def test_the_pages_speak_both_languages_and_are_not_stored(open_case: Case, code: str) -> None:
    response = Client().get(address(invite(open_case)), headers={"Accept-Language": code})
    assert response.status_code == 200
    assert ('lang="zh-Hans"' in response.content.decode().split("<body")[0]) == (code == "zh-hans")
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert "script-src 'self'" in response["Content-Security-Policy"]


# ------------------------------------------------------------------------------------------------------ the record


def test_the_database_takes_one_answer_for_a_link(open_case: Case) -> None:
    made = invite(open_case)
    close(made, State.ANSWERED)
    names = [str(field.column) for field in AnswerEvent._meta.concrete_fields]
    chosen = ", ".join({"id": "id + 1000", "version": "version + 1000"}.get(name, name) for name in names)
    insert = (
        f"INSERT {'OR REPLACE ' if connection.vendor == 'sqlite' else ''}INTO wizard_answerevent "
        f"({', '.join(names)}) SELECT {chosen} FROM wizard_answerevent WHERE invitation_id = %s"
    )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [made.pk])
    assert AnswerEvent.objects.filter(invitation=made).count() == 1


def test_check_lists_what_became_of_every_link(open_case: Case, sales: User, sign_in: SignIn) -> None:
    for how in State:
        made = invite(open_case)
        if how is not State.WAITING:
            close(made, how)
            open_case.refresh_from_db()
    text = sign_in(sales).get(reverse("check", args=[open_case.public_id])).content.decode()
    for how in State:
        assert f"<strong>{how.label}</strong>" in text
    assert address(made) not in text, "A link is shown only where it is made."


def test_recording_with_a_link_open_does_not_close_it(open_case: Case, sales: User) -> None:
    made = invite(open_case)
    memo = record(open_case, sales)
    assert Client().post(address(made), {"answer": "true", "name": "Lee"}).status_code == 302
    assert memo.intact
    assert memo.content["answers"][OPEN] == "not_sure"
