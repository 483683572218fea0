"""Acts of review: who may do what when, and what the docket says afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from tests.factories import CaseFactory, MemoFactory, UserFactory
from wizard.accounts import Role
from wizard.answers import given
from wizard.desk import acts
from wizard.desk.acts import Anchor, NotNowError, Question
from wizard.desk.models import Docket, ReviewAct
from wizard.interview import walk
from wizard.models import Memo
from wizard.record import sha256
from wizard.samples import record

State = Docket.State
QUESTION = Question("destination", "Is it the site in Bonn?")


@pytest.fixture
def memo(sales: User) -> Memo:
    """A memo that waits for review."""
    return MemoFactory.create(case__owner=sales)


def state(memo: Memo) -> str:
    """Where the docket says the memo stands."""
    return Docket.objects.get(memo=memo).state


def test_a_recorded_memo_waits(memo: Memo, legal: User) -> None:
    row = Docket.objects.get(memo=memo)
    assert (row.state, row.outcome, row.destination, row.number) == (
        "waiting",
        memo.outcome,
        "DE",
        memo.number,
    )
    assert Docket.objects.waiting_for(legal).get() == row


def test_approval_is_sealed_and_names_the_bytes_it_approves(memo: Memo, legal: User) -> None:
    act = acts.approve(memo, legal, "Daniel Okafor", "Read against the order.")
    assert state(memo) == State.APPROVED
    stored = ReviewAct.objects.get(pk=act.pk)
    assert stored.content["memo"] == {"number": memo.number, "sha256": memo.sha256}
    assert stored.said == {"name": "Daniel Okafor", "text": "Read against the order."}
    assert stored.sha256 == sha256(stored.canonical)
    assert not Docket.objects.waiting_for(legal).exists()


def test_a_memo_returned_with_questions_waits_for_its_author(memo: Memo, sales: User, legal: User) -> None:
    acts.send_back(memo, legal, "One thing.", [QUESTION])
    assert state(memo) == State.RETURNED
    assert Docket.objects.waiting_for(sales).get().memo_id == memo.pk
    assert acts.open_questions(memo.case) == [QUESTION]
    with pytest.raises(NotNowError):
        acts.approve(memo, legal, "Daniel Okafor")


def test_a_new_memo_supersedes_and_settles_the_questions(memo: Memo, sales: User, legal: User) -> None:
    acts.send_back(memo, legal, "", [QUESTION])
    case = memo.case
    answer = given("storage_compliant", False, walk(case.answers).facts)
    case.save_answers({"storage_compliant": answer}, by=sales, way="typed", seen=case.version, language="en")
    successor = record(case, sales)
    assert state(memo) == State.SUPERSEDED
    assert memo.acts.get(kind="superseded").said == {"successor": successor.number}
    assert acts.open_questions(case) == []
    assert state(successor) == State.WAITING
    attempts: list[Callable[[], Any]] = [
        lambda: acts.approve(memo, legal, "D"),
        lambda: acts.send_back(memo, legal, "", [QUESTION]),
    ]
    for again in attempts:
        with pytest.raises(NotNowError):
            again()


def test_returning_takes_questions(memo: Memo, legal: User) -> None:
    with pytest.raises(ValueError, match="at least one question"):
        acts.send_back(memo, legal, "", [])


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMINISTRATOR])
@pytest.mark.parametrize(
    "act",
    [
        lambda memo, by: acts.approve(memo, by, "Name"),
        lambda memo, by: acts.send_back(memo, by, "", [QUESTION]),
        lambda memo, by: acts.assign(memo, by, by),
        lambda memo, by: acts.comment(memo, by, "Hm", Anchor()),
    ],
)
def test_only_legal_reviews(memo: Memo, role: Role, act: Callable[[Memo, User], Any]) -> None:
    with pytest.raises(PermissionDenied):
        act(memo, UserFactory.create(role=role))
    assert not memo.acts.exists()


def test_nobody_approves_what_they_had_a_part_in(legal: User) -> None:
    own = MemoFactory.create(case__owner=legal)
    with pytest.raises(PermissionDenied):
        acts.approve(own, legal, "Name")
    other = MemoFactory.create(case=CaseFactory.create(answers=own.case.answers))
    case = other.case
    facts = walk(case.answers).facts
    case.save_answers(
        {"storage_compliant": given("storage_compliant", False, facts)},
        by=legal, way="typed", seen=case.version, language="en",
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        acts.approve(other, legal, "Name")
    with pytest.raises(PermissionDenied):
        acts.assign(other, UserFactory.create(role=Role.LEGAL), legal)


def test_the_docket_can_be_made_anew(memo: Memo, legal: User, capsys: pytest.CaptureFixture[str]) -> None:
    acts.assign(memo, legal, legal)
    acts.comment(memo, legal, "Where is the order?", Anchor(fact="destination"))
    acts.send_back(memo, legal, "", [QUESTION])
    right = Docket.objects.filter(memo=memo).values().get()
    call_command("rebuild_docket")
    Docket.objects.filter(memo=memo).update(state="approved", assignee=None, destination="FR", acts=0)
    call_command("rebuild_docket")
    assert Docket.objects.filter(memo=memo).values().get() == right
    Docket.objects.all().delete()
    call_command("rebuild_docket")
    assert Docket.objects.filter(memo=memo).values().get() == right
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["0", "1", "1"]
