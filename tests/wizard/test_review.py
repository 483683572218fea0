"""One memo at the desk: comments where they belong, returning, approving, and two people at once."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from tests.factories import WEIGHTS_TO_GERMANY, WEIGHTS_TO_INDIA, CaseFactory, MemoFactory, UserFactory
from tests.wizard.conftest import Answered, SignIn
from wizard.accounts import Role
from wizard.answers import given, say_date
from wizard.desk import acts
from wizard.desk.models import Docket, ReviewAct
from wizard.interview import walk
from wizard.models import Memo
from wizard.samples import record


@pytest.fixture
def memo(sales: User) -> Memo:
    """A memo that waits for review."""
    return MemoFactory.create(case__owner=sales)


@pytest.fixture
def desk(sign_in: SignIn, legal: User) -> Client:
    """The browser of someone at the desk."""
    return sign_in(legal)


def send(browser: Client, name: str, memo: Memo, /, **data: Any) -> Any:
    """Send one of the forms of a memo's review, as a page just opened would."""
    number = Docket.objects.get(memo=memo).acts
    return browser.post(
        reverse(name, args=[memo.public_id]), {"key": str(uuid.uuid4()), "seen": number, **data}
    )


def text_of(response: Answered) -> str:
    return response.content.decode()


APPROVAL = {"name": "Daniel Okafor", "declaration": "yes", "note": "Read with the order."}


def test_the_review_shows_facts_paragraphs_and_what_they_say(memo: Memo, desk: Client) -> None:
    text = text_of(desk.get(reverse("review", args=[memo.public_id])))
    content = memo.content["text"]["en"]
    issue = content["findings"]["issues"]["true"][0]
    for words in (
        content["facts"][0]["question"],
        content["facts"][0]["answer"],
        issue["citation"],
        issue["title"],
    ):
        assert words.replace("'", "&#x27;") in text
    assert memo.verification_code in text


def test_a_comment_stands_beside_its_fact_and_its_paragraph(
    memo: Memo, desk: Client, sales: User, sign_in: SignIn
) -> None:
    response = send(desk, "comment", memo, comment="Which site?", fact="destination")
    assert response["Location"].endswith("#act-1")
    citation = memo.content["determination"]["trace"][0]["citation"]
    send(desk, "comment", memo, comment="Read <b>twice</b>.", paragraph=citation)
    send(sign_in(sales), "comment", memo, comment="The one in Bonn.", fact="destination")
    text = text_of(desk.get(reverse("review", args=[memo.public_id])))
    fact = text[text.index('id="fact-destination"') :]
    assert fact.index("Which site?") < fact.index("The one in Bonn.") < fact.index('id="fact-headquarters"')
    assert "Read &lt;b&gt;twice&lt;/b&gt;." in text
    assert "<b>twice</b>" not in text


def test_an_empty_comment_is_refused(memo: Memo, desk: Client) -> None:
    response = send(desk, "comment", memo, comment="  ")
    assert response.status_code == 422
    assert "Write the comment." in text_of(response)
    assert not memo.acts.exists()


def test_a_comment_on_nothing_of_the_memo_is_about_the_whole(memo: Memo, desk: Client) -> None:
    send(desk, "comment", memo, comment="Hm", fact="nonsense", paragraph="740.99")
    assert memo.acts.get().said == {"text": "Hm", "fact": "", "paragraph": ""}


def test_sending_a_page_twice_acts_once(memo: Memo, desk: Client) -> None:
    sent = {"key": str(uuid.uuid4()), "seen": 0, **APPROVAL}
    address = reverse("approve", args=[memo.public_id])
    assert [desk.post(address, sent).status_code for _time in range(2)] == [302, 302]
    assert memo.acts.count() == 1
    other = desk.post(address, {**sent, "note": "Another"})
    assert other.status_code == 409
    assert "already been sent with something else" in text_of(other)


def test_approving_takes_a_name_and_the_declaration(memo: Memo, desk: Client) -> None:
    response = send(desk, "approve", memo, name="", note="Kept as typed.")
    assert response.status_code == 422
    text = text_of(response)
    assert "Enter your full name." in text
    assert "Confirm the declaration, or do not approve the memo." in text
    assert "Kept as typed." in text
    assert send(desk, "approve", memo, **APPROVAL).status_code == 302
    assert memo.acts.get().said == {"name": "Daniel Okafor", "text": "Read with the order."}
    assert "Daniel Okafor" in text_of(desk.get(memo.get_absolute_url()))


def test_the_page_of_an_approved_memo_says_by_whom_and_when(memo: Memo, desk: Client, legal: User) -> None:
    sealed = memo.canonical
    signed = "Approved by</dt><dd><bdi>Daniel Okafor</bdi>"
    page = text_of(desk.get(memo.get_absolute_url()))
    assert "Reviewed by" in page
    assert signed not in page
    act = acts.approve(memo, legal, "Daniel Okafor")
    page = text_of(desk.get(memo.get_absolute_url()))
    assert signed in page
    assert say_date(timezone.localdate(act.at)) in page.split(signed)[1].split("</dd>")[0]
    assert "Reviewed by" not in page
    memo.refresh_from_db()
    assert memo.canonical == sealed
    acts.send_back(memo, legal, "", [acts.Question("destination", "Sure?")])
    page = text_of(desk.get(memo.get_absolute_url()))
    assert "Reviewed by" in page, "The approval no longer stands."
    assert signed not in page


def test_who_has_a_password_types_it_once_more(memo: Memo, desk: Client, legal: User) -> None:
    legal.set_password("correct horse battery")
    legal.save()
    desk.force_login(legal, backend="django.contrib.auth.backends.ModelBackend")
    response = send(desk, "approve", memo, **APPROVAL, password="wrong")
    assert response.status_code == 422
    assert "This is not your password." in text_of(response)
    assert send(desk, "approve", memo, **APPROVAL, password="correct horse battery").status_code == 302


def test_nobody_approves_their_own_and_the_button_says_why(sign_in: SignIn, legal: User) -> None:
    own = MemoFactory.create(case=CaseFactory.create(owner=legal, answers=MemoFactory.create().case.answers))
    browser = sign_in(legal)
    text = text_of(browser.get(reverse("review", args=[own.public_id])))
    assert "You cannot approve this memo, because you had a part in it" in text
    assert reverse("approve", args=[own.public_id]) not in text
    assert send(browser, "approve", own, **APPROVAL).status_code == 403
    assert send(browser, "assign", own, assignee=legal.username).status_code == 422
    assert not own.acts.exists()


def test_returning_ties_questions_to_facts_and_leads_the_author_there(
    memo: Memo, desk: Client, sales: User, sign_in: SignIn
) -> None:
    address = reverse("send_back", args=[memo.public_id])
    page = text_of(desk.get(f"{address}?fact=storage_compliant"))
    assert 'id="ask-storage_compliant" value="yes" checked' in page
    nothing = send(desk, "send_back", memo, text="A word.")
    assert nothing.status_code == 422
    assert "Tick at least one question" in text_of(nothing)
    assert "A word." in text_of(nothing)
    empty = send(desk, "send_back", memo, **{"ask-destination": "yes", "words-destination": ""})
    assert empty.status_code == 422
    assert "Write what you ask." in text_of(empty)
    asked = {"ask-destination": "yes", "words-destination": "Is it Bonn?", "words-item": "Not asked"}
    assert send(desk, "send_back", memo, text="Two things.", **asked).status_code == 302
    assert memo.acts.get().said == {
        "text": "Two things.", "questions": [{"fact": "destination", "text": "Is it Bonn?"}]
    }  # fmt: skip
    case = memo.case
    browser = sign_in(sales)
    home = text_of(browser.get(reverse("home")))
    assert "Came back with questions" in home
    assert reverse("check", args=[case.public_id]) in home
    check = text_of(browser.get(reverse("check", args=[case.public_id])))
    assert "Is it Bonn?" in check
    assert "Two things." in check
    assert "Is it Bonn?" in text_of(browser.get(reverse("question", args=[case.public_id, "destination"])))
    assert "Is it Bonn?" not in text_of(browser.get(reverse("question", args=[case.public_id, "item"])))
    record(case, sales)
    assert "Is it Bonn?" not in text_of(browser.get(reverse("check", args=[case.public_id])))


def test_a_superseding_memo_shows_what_was_asked_and_is_answered_now(
    memo: Memo, desk: Client, legal: User, sales: User
) -> None:
    review = reverse("review", args=[memo.public_id])
    assert "Supersedes" not in text_of(desk.get(review))
    asked = {"storage_compliant": "Really?", "destination": "Is it Bonn?", "": "Anything else?"}
    questions = [acts.Question(fact, words) for fact, words in asked.items()]
    acts.send_back(memo, legal, "Three things.", questions)
    case = memo.case
    answer = given("storage_compliant", False, walk(case.answers).facts)
    case.save_answers({"storage_compliant": answer}, by=sales, way="typed", seen=case.version, language="en")
    successor = record(case, sales)
    text = text_of(desk.get(reverse("review", args=[successor.public_id])))
    assert f'<a href="{review}">{memo.number}</a>' in text
    compared = f"{reverse('compare_memos')}?one={memo.number}&amp;other={successor.number}"
    assert f'<a href="{compared}">Show differences</a>' in text
    assert desk.get(compared.replace("&amp;", "&")).status_code == 200
    before = text.split(f'What the desk asked about <span class="nowrap">{memo.number}</span>')[1].split(
        "</section>"
    )[0]
    assert "Three things." in before
    really, bonn, anything = before.split('<div class="summary-row">')[1:]
    assert "Really?" in really
    assert '<a href="#fact-storage_compliant">No</a>' in really
    assert "before: Yes" in really
    assert "Is it Bonn?" in bonn
    assert "the same as before" in bonn
    assert "Anything else?" in anything
    assert "About the memo as a whole" in anything


def test_a_superseding_memo_that_was_not_asked_for_shows_no_questions(
    memo: Memo, desk: Client, sales: User
) -> None:
    successor = record(memo.case, sales)
    text = text_of(desk.get(reverse("review", args=[successor.public_id])))
    assert "Supersedes" in text
    assert "What the desk asked" not in text


@pytest.mark.parametrize(
    "answers", [WEIGHTS_TO_GERMANY, WEIGHTS_TO_INDIA], ids=["plain", "one citation of two"]
)
def test_each_paragraph_leads_the_desk_to_its_provision_on_the_day_applied(
    answers: Any, desk: Client, sales: User, sign_in: SignIn
) -> None:
    memo = MemoFactory.create(case=CaseFactory.create(owner=sales, answers=answers))
    review = reverse("review", args=[memo.public_id])
    text = text_of(desk.get(review))
    trace = memo.content["determination"]["trace"]
    for step in trace:
        page = reverse("provision", args=[step["provision"]])
        leads = re.findall(
            rf'<a lang="en" href="({page}[^"]*)">([^<]+)</a>.*?<strong>(.*?)\.</strong>', text, re.DOTALL
        )
        assert len(leads) == 1, step["provision"]
        first = next(one for one in trace if one["provision"] == step["provision"])
        assert leads[0][1:] == (first["citation"], escape(first["title"]))
    shown = text_of(desk.get(leads[0][0].replace("&amp;", "&")))
    assert say_date(datetime.date.fromisoformat(memo.content["answers"]["date"])) in shown
    assert reverse("law") not in text_of(sign_in(sales).get(review)), "Only the desk may open these pages."


def test_two_reviewers_at_once(memo: Memo, desk: Client, sign_in: SignIn) -> None:
    """The one who is late is told who was quicker, and what they typed is kept."""
    quick = UserFactory.create(role=Role.LEGAL, first_name="Quick")
    late = {"key": str(uuid.uuid4()), "seen": 0}
    send(sign_in(quick), "approve", memo, **APPROVAL)
    response = desk.post(
        reverse("send_back", args=[memo.public_id]),
        {**late, "ask-destination": "yes", "words-destination": "Is it Bonn?", "text": "Please."},
    )
    assert response.status_code == 409
    text = text_of(response)
    assert "This was not done" in text
    assert f"{quick.get_full_name()} was quicker: approved" in text
    assert "Please.\n\nIs it Bonn?</textarea>" in text
    approving = desk.post(
        reverse("approve", args=[memo.public_id]), {**late, "key": uuid.uuid4(), **APPROVAL}
    )
    assert approving.status_code == 409
    assert memo.acts.count() == 1
    assert Docket.objects.get(memo=memo).state == Docket.State.APPROVED


def test_a_comment_meanwhile_hinders_nobody(memo: Memo, desk: Client, legal: User) -> None:
    acts.comment(memo, legal, "Hm", acts.Anchor())
    sent = {"key": str(uuid.uuid4()), "seen": 0, **APPROVAL}
    assert desk.post(reverse("approve", args=[memo.public_id]), sent).status_code == 302


def test_assigning(memo: Memo, desk: Client, legal: User, stranger: User) -> None:
    assert send(desk, "assign", memo, assignee=stranger.username).status_code == 422
    assert send(desk, "assign", memo, assignee="").status_code == 422
    assert send(desk, "assign", memo, assignee=legal.username).status_code == 302
    assert Docket.objects.get(memo=memo).assignee == legal
    assert legal.get_full_name() in text_of(desk.get(reverse("review", args=[memo.public_id])))


def test_a_case_that_moved_on_is_said(memo: Memo, desk: Client, sales: User) -> None:
    words = "The case has moved on"
    review, sheet = reverse("review", args=[memo.public_id]), memo.get_absolute_url()
    assert words not in text_of(desk.get(review)) + text_of(desk.get(sheet))
    case = memo.case
    answer = given("storage_compliant", False, walk(case.answers).facts)
    case.save_answers({"storage_compliant": answer}, by=sales, way="typed", seen=case.version, language="en")
    assert words in text_of(desk.get(review))
    assert words in text_of(desk.get(sheet))
    successor = record(case, sales)
    assert words not in text_of(desk.get(review))
    assert reverse("review", args=[successor.public_id]) in text_of(desk.get(review))


def test_the_author_sees_no_decisions(memo: Memo, sales: User, sign_in: SignIn) -> None:
    browser = sign_in(sales)
    text = text_of(browser.get(reverse("review", args=[memo.public_id])))
    for name in ("approve", "assign", "send_back"):
        assert reverse(name, args=[memo.public_id]) not in text
        assert send(browser, name, memo, **APPROVAL).status_code == 403
    assert not ReviewAct.objects.exists()


def test_a_page_sent_incomplete_does_nothing(memo: Memo, desk: Client) -> None:
    response = desk.post(reverse("comment", args=[memo.public_id]), {"comment": "Kept"})
    assert response.status_code == 422
    assert "This page was sent incomplete" in text_of(response)
    assert "Kept</textarea>" in text_of(response)
