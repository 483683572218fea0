"""A memo's page and its review show acts only as the ledger has them, and call no memo approved but by such an act."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import MemoFactory, UserFactory
from tests.wizard.conftest import SignIn
from tests.wizard.ledger_copies import ON_POSTGRESQL
from wizard.accounts import Role
from wizard.desk import acts
from wizard.desk.acts import Anchor, Question
from wizard.desk.models import Docket, ReviewAct
from wizard.ledger.models import Sealed
from wizard.models import Memo

NOT_ENTERED = "This act is not in the ledger as it stands here. Do not rely on it; tell the administrator."
NOT_AGREEING = (
    "The state of this memo and the acts of its review do not agree. "
    "Do not rely on the state; tell the administrator."
)
STATES = {"memo": "<strong>{}</strong>", "review": "<dt>State</dt><dd>{}</dd>"}
PAGES = pytest.mark.parametrize("name", STATES)


@pytest.fixture
def memo(sales: User) -> Memo:
    """A memo that waits for review."""
    return MemoFactory.create(case__owner=sales)


@pytest.fixture
def desk(sign_in: SignIn) -> Client:
    """The browser of someone at the desk who did nothing yet."""
    return sign_in(UserFactory.create(role=Role.LEGAL))


def shown(browser: Client, name: str, memo: Memo) -> str:
    response = browser.get(reverse(name, args=[memo.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def state(text: str, name: str, words: str) -> bool:
    """Whether the page says that this is the memo's state."""
    return STATES[name].format(words) in text


def tamper(statement: str, *values: str | int | datetime.datetime) -> None:
    """Change a protected row, as somebody with every right in the database can."""
    table = statement.split()[2 if statement.startswith("DELETE") else 1]
    with connection.cursor() as cursor:
        if ON_POSTGRESQL:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_refuse_change")
        else:
            for what in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{what}")
        cursor.execute(statement, values)
        assert cursor.rowcount


def forge(memo: Memo, by: User) -> None:
    """Put an approval into the database that never went through the ledger, and the memo among the approved."""
    row = Docket.objects.get(memo=memo)
    act = ReviewAct(memo=memo, number=row.acts + 1, kind="approved", by=by, at=timezone.now())
    act.write(acts.content(act, {"text": "", "name": "Forged Name"}))
    super(Sealed, act).save()
    Docket.objects.filter(memo=memo).update(state="approved", acts=row.acts + 1)


@PAGES
def test_who_approved_is_told_by_account_beside_what_was_typed(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    acts.approve(memo, legal, "The Chief Counsel")
    text = shown(desk, name, memo)
    assert state(text, name, "approved")
    assert f"{legal.get_full_name()} ({legal.get_username()})" in text
    assert "signed “The Chief Counsel”" in text
    assert NOT_ENTERED not in text
    assert NOT_AGREEING not in text


@PAGES
def test_an_account_without_a_name_is_told_by_its_user_name(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    legal.first_name = legal.last_name = ""
    acts.approve(memo, legal, "The Chief Counsel")
    text = shown(desk, name, memo)
    assert legal.get_username() in text
    assert f"({legal.get_username()})" not in text


@PAGES
@pytest.mark.parametrize("claimed", ["approved", "returned", "superseded"])
def test_a_state_without_its_act_is_not_believed(memo: Memo, desk: Client, name: str, claimed: str) -> None:
    Docket.objects.filter(memo=memo).update(state=claimed)
    text = shown(desk, name, memo)
    assert NOT_AGREEING in text
    assert state(text, name, "not known")
    assert not state(text, name, str(Docket.State(claimed).label))


@pytest.mark.parametrize("page", ["check", "case"])
def test_a_return_that_nobody_made_asks_nothing(memo: Memo, sales: User, sign_in: SignIn, page: str) -> None:
    Docket.objects.filter(memo=memo).update(state="returned")
    response = sign_in(sales).get(reverse(page, args=[memo.case.public_id]), follow=True)
    assert response.status_code == 200


@PAGES
def test_an_approval_taken_back_stays_so_whatever_the_state_says(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    acts.approve(memo, legal, "Daniel Okafor")
    acts.send_back(memo, legal, "", [Question("destination", "Is it Bonn?")])
    tamper("DELETE FROM wizard_reviewact WHERE memo_id = %s AND number = 2", memo.pk)
    Docket.objects.filter(memo=memo).update(state="approved")
    text = shown(desk, name, memo)
    assert NOT_AGREEING in text
    assert not state(text, name, "approved")


@PAGES
def test_a_forged_approval_approves_nothing(memo: Memo, legal: User, desk: Client, name: str) -> None:
    acts.comment(memo, legal, "A word that was said.", Anchor())
    forge(memo, legal)
    text = shown(desk, name, memo)
    assert text.count(NOT_ENTERED) == 1
    assert f"What stands here: approved, {legal.get_full_name()}, " in text
    assert NOT_AGREEING in text
    assert state(text, name, "not known")
    assert "Forged Name" not in text
    assert name == "memo" or "A word that was said." in text


CHANGES: dict[str, Callable[[ReviewAct], None]] = {
    "its words": lambda act: tamper(
        "UPDATE wizard_reviewact SET canonical = replace(canonical, 'Okafor', 'Forged') WHERE id = %s", act.pk
    ),
    "no words": lambda act: tamper("UPDATE wizard_reviewact SET canonical = 'x' WHERE id = %s", act.pk),
    "its words and their hash": lambda act: tamper(
        "UPDATE wizard_reviewact SET canonical = %s, sha256 = %s WHERE id = %s", "{}",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", act.pk,
    ),
    "its hash": lambda act: tamper("UPDATE wizard_reviewact SET sha256 = 'x' WHERE id = %s", act.pk),
    "its kind": lambda act: tamper("UPDATE wizard_reviewact SET kind = 'blessed' WHERE id = %s", act.pk),
    "its moment": lambda act: tamper(
        "UPDATE wizard_reviewact SET at = %s WHERE id = %s", act.at - datetime.timedelta(days=1), act.pk
    ),
    "no entry": lambda act: tamper(
        "DELETE FROM wizard_ledgerentry WHERE object_id = %s", str(act.public_id)
    ),
    "a leaf that is none": lambda act: tamper(
        "UPDATE wizard_ledgerentry SET leaf = 'x' WHERE object_id = %s", str(act.public_id)
    ),
    "another leaf": lambda act: tamper(
        "UPDATE wizard_ledgerentry SET leaf_hash = %s WHERE object_id = %s", "0" * 64, str(act.public_id)
    ),
}  # fmt: skip


@PAGES
@pytest.mark.parametrize("change", CHANGES)
def test_an_approval_that_was_changed_is_not_relied_on(
    memo: Memo, legal: User, desk: Client, name: str, change: str
) -> None:
    CHANGES[change](acts.approve(memo, legal, "Daniel Okafor"))
    text = shown(desk, name, memo)
    assert text.count(NOT_ENTERED) == 1
    assert NOT_AGREEING in text
    assert state(text, name, "not known")
    assert "signed “" not in text


@PAGES
def test_an_approval_of_other_bytes_approves_nothing(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    """Whoever changes a memo with its hash has no act about these bytes."""
    acts.approve(memo, legal, "Daniel Okafor")
    tamper("UPDATE wizard_memo SET sha256 = %s WHERE id = %s", "0" * 64, memo.pk)
    text = shown(desk, name, memo)
    assert NOT_AGREEING in text
    assert not state(text, name, "approved")


@PAGES
def test_a_comment_that_was_changed_is_not_shown_as_one(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    act = acts.comment(memo, legal, "Which site?", Anchor(fact="destination"))
    tamper(
        "UPDATE wizard_reviewact SET canonical = replace(canonical, 'Which', 'Fine') WHERE id = %s", act.pk
    )
    text = shown(desk, name, memo)
    assert text.count(NOT_ENTERED) == 1
    assert "Fine site?" not in text


def test_all_acts_of_a_memo_are_looked_up_at_once(memo: Memo, legal: User, desk: Client) -> None:
    asked = []
    for number in range(3):
        acts.comment(memo, legal, f"Word {number}.", Anchor())
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        shown(desk, "memo", memo)
        connection.force_debug_cursor = False
        asked.append(sum("wizard_ledgerentry" in query["sql"] for query in connection.queries_log))
    assert asked == [1, 1, 1]


@PAGES
def test_a_superseded_memo_whose_last_act_was_taken_out_is_not_believed_to_be_approved(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    acts.approve(memo, legal, "The Chief Counsel")
    MemoFactory.create(case=memo.case)
    last = ReviewAct.objects.get(memo=memo, kind="superseded")
    tamper("DELETE FROM wizard_reviewact WHERE id = %s", last.pk)
    Docket.objects.filter(memo=memo).update(state="approved", acts=1)
    text = shown(desk, name, memo)
    assert NOT_AGREEING in text
    assert state(text, name, "not known")
    verified = desk.get(reverse("verify"), {"code": memo.sha256}).content.decode()
    assert "approved by the legal desk" not in verified
    assert "Do not rely on it; tell the administrator." in verified


@PAGES
def test_a_memo_without_its_row_in_the_docket_is_shown_and_no_state_believed(
    memo: Memo, legal: User, desk: Client, name: str
) -> None:
    acts.approve(memo, legal, "The Chief Counsel")
    Docket.objects.filter(memo=memo).delete()
    text = shown(desk, name, memo)
    assert not state(text, name, "approved")


def test_a_changed_return_of_the_memo_before_is_not_told(memo: Memo, legal: User, desk: Client) -> None:
    acts.send_back(memo, legal, "", [Question("destination", "Who runs it?")])
    after = MemoFactory.create(case=memo.case)
    assert "Who runs it?" in shown(desk, "review", after)
    act = ReviewAct.objects.get(memo=memo, kind="returned")
    tamper(
        "UPDATE wizard_reviewact SET canonical = %s WHERE id = %s",
        act.canonical.replace("Who runs it?", "Who owns it?"),
        act.pk,
    )
    text = shown(desk, "review", after)
    assert "Who owns it?" not in text
    assert "Who runs it?" not in text
