"""When the law changes: every live memo decided again, what flips and why, and new cases from it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.urls import reverse

from rules.conditions import NEVER
from rules.law import amended
from rules.wholeness import PROVISIONS
from tests.factories import OPEN_QUESTIONS, CaseFactory, MemoFactory
from tests.wizard import ledger_copies
from tests.wizard.conftest import SignIn
from wizard.answers import given
from wizard.desk import rederivation, redetermination
from wizard.desk.carrying_over import carry_over
from wizard.interview import walk
from wizard.models import AnswerEvent, CarriedOver, Case, Memo, Redetermination, Redetermined
from wizard.samples import record

WORKED: Mapping[str, Any] = {
    one["id"]: one
    for one in map(
        json.loads,
        (Path(__file__).parents[1] / "rules" / "worked_cases.jsonl").read_text("utf-8").splitlines(),
    )
}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing decided under the law of another test, and no process of its own: tests carry runs on themselves."""
    monkeypatch.setattr(redetermination, "start_worker", lambda: True)
    redetermination.forget()
    rederivation.forget()
    yield
    redetermination.forget()
    rederivation.forget()


def amend(monkeypatch: pytest.MonkeyPatch, provision: str, day: str) -> None:
    """Give a provision a new version from `day` on, by which nothing meets it."""
    found = PROVISIONS[provision]
    version = amended(day, "92 FR 100", NEVER)
    kept = tuple(one for one in found.versions if one.start != version.start)
    monkeypatch.setitem(found.__dict__, "versions", (*kept, version))  # a frozen dataclass
    redetermination.forget()
    rederivation.forget()


def sealed(owner: User, facts: Mapping[str, Any], day: str | None = None) -> Memo:
    """A memo of a case in which every one of these facts was answered, asked for or not."""
    case = CaseFactory.create(owner=owner)
    answers = {**facts, "date": day} if day else facts
    case.save_answers(
        {name: given(name, value, {}) for name, value in answers.items() if value is not None},
        by=owner,
        way=AnswerEvent.Way.TYPED,
        seen=0,
        language="en",
    )
    return record(case, owner)


def run(day: str | None) -> Redetermination:
    """A run carried through in this process."""
    found = redetermination.begin(None, datetime.date.fromisoformat(day) if day else None)
    for after in redetermination.carry_on(found):
        found = after
    assert found.finished
    return found


def flips(found: Redetermination) -> dict[int, tuple[str, str]]:
    """The memos whose decision changes, with the results before and after."""
    rows = found.found.filter(result=Redetermined.Result.FLIPPED)
    return {row.memo_id: (row.outcome_before, row.outcome_after) for row in rows}


class TestTheRealHistory:
    """The rule came, was corrected three days later, and was amended twice; memos of the day before flip."""

    def test_the_rule_becomes_effective(self, sales: User) -> None:
        memo = sealed(sales, WORKED["W001"]["facts"], "2025-01-12")
        assert flips(run("2025-01-12")) == {}
        assert flips(run("2025-01-13")) == {memo.pk: ("not_in_force", "authorization_available")}

    def test_90_fr_5298_asks_for_an_approved_designer(self, sales: User) -> None:
        memo = sealed(sales, WORKED["W099"]["facts"], "2025-01-15")
        stays = sealed(sales, WORKED["W001"]["facts"], "2025-01-15")
        found = run("2025-01-16")
        assert flips(found) == {memo.pk: ("authorization_available", "license_required")}
        row = found.found.get(memo=memo)
        assert row.differences["authorizations"][0]["AIA"] == "available"
        assert row.differences["authorizations"][1]["AIA"] == "unavailable"
        assert row.differences["review_policy"] == [None, "presumption_of_approval"]
        assert "s740_27_a_1" in row.because
        assert stays.pk not in flips(found)

    def test_91_fr_1684_reviews_some_chips_to_china_case_by_case(self, sales: User) -> None:
        memo = sealed(sales, WORKED["W129"]["facts"], "2026-01-14")
        row = run("2026-01-15").found.get(memo=memo)
        assert row.result == "flipped"
        assert row.differences["review_policy"] == ["presumption_of_denial", "case_by_case"]
        assert "s742_6_b_10_iii_A_1_case_by_case" in row.because

    def test_91_fr_43034_takes_the_uae_out_of_the_d_groups(self, sales: User) -> None:
        memo = sealed(sales, WORKED["W122"]["facts"], "2026-07-09")
        assert flips(run("2026-07-10")) == {memo.pk: ("license_required", "authorization_available")}

    def test_what_nobody_asked_then_is_open_now(self, sales: User) -> None:
        """A memo from before an amendment has no answer to the question that it brings."""
        memo = sealed(sales, WORKED["W010"]["facts"], "2026-01-14")
        row = run("2026-01-15").found.get(memo=memo)
        assert (row.outcome_before, row.outcome_after) == ("license_required", "undetermined")
        assert row.differences["missing"][0] == []
        assert "china_certifications" in row.differences["missing"][1]


class TestARun:
    """Over every live memo, once."""

    def test_on_their_own_dates_memos_come_out_as_they_were(self, sales: User) -> None:
        for name in ("W001", "W003", "W099", "W129"):
            sealed(sales, WORKED[name]["facts"])
        MemoFactory.create(case=CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS))
        found = run(None)
        assert (found.total, found.done, found.alike, found.found.count()) == (5, 5, 5, 0)

    def test_a_new_version_of_a_provision_flips_those_it_reaches(
        self, sales: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        weights = MemoFactory.create(case__owner=sales)
        other = sealed(sales, WORKED["W003"]["facts"])
        amend(monkeypatch, "s740_27_a_3", "2027-03-01")
        assert run(None).found.count() == 0
        assert weights.pk not in flips(run("2027-02-28"))
        found = run("2027-03-01")
        assert flips(found)[weights.pk] == ("authorization_available", "license_required")
        assert other.pk not in flips(found)
        assert "s740_27_a_3" in found.found.get(memo=weights).because

    def test_a_correction_shows_on_own_dates(self, sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
        memo = MemoFactory.create(case__owner=sales)
        amend(monkeypatch, "s740_27_a_3", "2025-01-13")
        assert flips(run(None)) == {memo.pk: ("authorization_available", "license_required")}

    def test_superseded_memos_are_left_out(self, sales: User) -> None:
        first = MemoFactory.create(case__owner=sales)
        second = MemoFactory.create(case=first.case)
        found = run("2025-01-12")
        assert (found.total, found.done) == (1, 1)
        assert set(flips(found)) == {second.pk}

    def test_memos_that_the_law_no_longer_reads_are_listed_with_the_reason(
        self, sales: User, legal: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from rules import facts

        memo = MemoFactory.create(case__owner=sales)
        narrower = dataclasses.replace(facts.FACTS["weights_status"], values=("published",))
        monkeypatch.setattr(facts, "FACTS", {**facts.FACTS, "weights_status": narrower})
        found = run("2026-09-01")
        row = found.found.get()
        assert (row.result, row.because, found.refused) == ("refused", ["weights_status"], 1)
        browser = sign_in(legal)
        page = browser.get(reverse("redetermination", args=[found.public_id])).content.decode()
        assert "could not be decided again" in page
        page = browser.get(reverse("redetermined", args=[found.public_id, memo.public_id])).content.decode()
        assert "Choose one of: published." in page

    def test_a_memo_whose_bytes_were_altered_is_refused(self, sales: User) -> None:
        memo = MemoFactory.create(case__owner=sales)
        found = redetermination.examine(memo.canonical + " ", memo.sha256, None)
        assert found.result == "refused"

    def test_the_same_facts_are_decided_once(self, sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
        for _number in range(4):
            MemoFactory.create(case__owner=sales)
        decided: list[object] = []
        decide = redetermination.decide

        def counted(*given: Any) -> dict[str, Any]:
            decided.append(given)
            return decide(*given)

        monkeypatch.setattr(redetermination, "decide", counted)
        assert run("2026-08-01").done == 4
        assert len(decided) == 1

    def test_only_one_worker_carries_a_run_on(self, sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redetermination, "BATCH", 1)
        for _number in range(3):
            MemoFactory.create(case__owner=sales)
        found = redetermination.begin(None, datetime.date(2025, 1, 12))
        first = redetermination.carry_on(found)
        assert next(first).done == 1
        assert list(redetermination.carry_on(found)) == []
        # The first is not heard of for a while; another takes over, and the first finds that out.
        Redetermination.objects.update(heard=None)
        done = [one.done for one in redetermination.carry_on(found)]
        assert done == [2, 3, 3]
        assert list(first) == []
        assert found.found.count() == 3

    def test_the_command_says_what_it_found(self, sales: User) -> None:
        MemoFactory.create(case__owner=sales)
        said = StringIO()
        call_command("redetermine", "--day", "2025-01-12", stdout=said)
        assert said.getvalue() == (
            "1 memos decided again, as of 2025-01-12: 1 decisions flip, 0 differ otherwise, 0 could not be decided, "
            "0 come out as they were.\n"
        )
        redetermination.begin(None, None)
        said = StringIO()
        call_command("redetermine", "--pending", stdout=said)
        assert "1 memos decided again, each on its own date: 0 decisions flip" in said.getvalue()
        assert not redetermination.waiting().exists()


MAKE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import WEIGHTS_TO_GERMANY, CHIPS_TO_POLAND, CaseFactory, MemoFactory
for number in range(12):
    MemoFactory.create(case=CaseFactory.create(answers=CHIPS_TO_POLAND if number % 3 else WEIGHTS_TO_GERMANY))
"""
SLOWLY = """
import django, datetime, time
django.setup()
from wizard.desk import redetermination
redetermination.BATCH = 2
run = redetermination.begin(None, datetime.date(2025, 1, 12))
for after in redetermination.carry_on(run):
    print(after.done, flush=True)
    time.sleep(0.2)
"""
LEFT = """
import django, json
django.setup()
from wizard.models import Redetermination
print(json.dumps([
    [run.done, run.flipped, run.differing, run.refused, bool(run.finished), list(run.found.order_by("memo").values_list(
        "memo__number", "result", "outcome_before", "outcome_after", "differences", "because"))]
    for run in Redetermination.objects.order_by("pk")
]))
"""


def test_a_run_that_is_killed_goes_on_and_finds_the_same(tmp_path: Path) -> None:
    made = ledger_copies.make(tmp_path / "data", f"killed_{uuid.uuid4().hex}", MAKE)
    try:
        worker = made.start(SLOWLY)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "2\n"
        assert worker.stdout.readline() == "4\n"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(20)
        (left,) = json.loads(made.run(LEFT).stdout)
        assert left[4] is False
        assert 4 <= left[0] < 12
        assert len(left[5]) == left[0]
        # Nobody takes it over while the worker may still live; then the next one does.
        assert made.manage("redetermine", "--pending").stdout == ""
        made.run(
            "import django\ndjango.setup()\nfrom wizard.models import Redetermination\n"
            "Redetermination.objects.update(heard=None)"
        )
        assert "12 memos decided again" in made.manage("redetermine", "--pending").stdout
        assert "12 memos decided again" in made.manage("redetermine", "--day", "2025-01-12").stdout
        killed, whole = json.loads(made.run(LEFT).stdout)
        assert killed == whole
        assert killed[:5] == [12, 12, 0, 0, True]
    finally:
        made.drop()


class TestPages:
    """Beginning a run, watching it, and what it found."""

    def test_a_run_is_begun_watched_and_read(self, sales: User, legal: User, sign_in: SignIn) -> None:
        memo = sealed(sales, WORKED["W099"]["facts"], "2025-01-15")
        browser = sign_in(legal)
        sent = browser.post(reverse("redeterminations"), {"question": "day", "day": "2025-01-16"})
        found = Redetermination.objects.get()
        assert sent.headers["Location"] == found.get_absolute_url()
        again = browser.post(reverse("redeterminations"), {"question": "day", "day": "2025-01-16"})
        assert again.headers["Location"] == found.get_absolute_url()
        page = browser.get(found.get_absolute_url()).content.decode()
        assert "Under way" in page
        assert 'hx-trigger="every 2s"' in page
        assert "HX-Refresh" not in browser.get(f"{found.get_absolute_url()}progress/").headers
        list(redetermination.carry_on(found))
        fragment = browser.get(f"{found.get_absolute_url()}progress/")
        assert fragment.headers["HX-Refresh"] == "true"
        page = browser.get(found.get_absolute_url()).content.decode()
        for words in ("As of January 16, 2025", "Finished", memo.number, "A license is required", "740.27"):
            assert words in page
        assert "every 2s" not in page
        page = browser.get(reverse("redetermined", args=[found.public_id, memo.public_id])).content.decode()
        for words in ("amended", "90 FR 5298", "What changed in the law between the two days", "Not met"):
            assert words in page

    def test_the_list_is_filtered(self, sales: User, legal: User, sign_in: SignIn) -> None:
        flipping = sealed(sales, WORKED["W099"]["facts"], "2025-01-15")
        early = sealed(sales, WORKED["W001"]["facts"], "2025-01-12")
        found = run("2025-01-16")
        browser, address = sign_in(legal), found.get_absolute_url()
        for query, listed in (
            ("", {flipping, early}),
            ("?before=not_in_force", {early}),
            ("?to=license_required", {flipping}),
            ("?part=authorizations", {flipping, early}),
            ("?part=review_policy&to=license_required&result=flipped", {flipping}),
            ("?result=refused", set()),
            ("?result=nonsense&after=-5", {flipping, early}),
            (f"?after={flipping.pk}", {early}),
        ):
            text = browser.get(address + query).content.decode()
            assert {memo for memo in (flipping, early) if memo.number in text} == listed, query

    def test_a_worker_is_started_for_a_run_that_stopped(
        self, legal: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[bool] = []

        def start() -> bool:
            started.append(True)
            return True

        monkeypatch.setattr(redetermination, "start_worker", start)
        found = redetermination.begin(legal, None)
        sign_in(legal).get(found.get_absolute_url())
        assert started == [True]
        list(redetermination.carry_on(found))
        sign_in(legal).get(found.get_absolute_url())
        assert started == [True]

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({}, "Select an answer."),
            ({"question": "day"}, "Enter a date."),
            ({"question": "day", "day": "tomorrow"}, "Enter a date as year-month-day"),
        ],
    )
    def test_what_cannot_be_run_is_refused(
        self, legal: User, sign_in: SignIn, sent: dict[str, str], words: str
    ) -> None:
        answer = sign_in(legal).post(reverse("redeterminations"), sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not Redetermination.objects.exists()

    def test_a_worker_is_a_process_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        asked_for: list[list[str]] = []

        class Process:
            def __init__(self, command: list[str], **options: object) -> None:
                asked_for.append(command)
                assert options["start_new_session"] is True

            def poll(self) -> int:
                return 0

        monkeypatch.setattr(subprocess, "Popen", Process)
        assert redetermination.start_worker()
        assert redetermination.start_worker()
        assert asked_for[0][-2:] == ["redetermine", "--pending"]
        assert len(redetermination._started) == 1
        redetermination._started.clear()


class TestNewCases:
    """From what flips, in one click; the memos stay as they are."""

    def test_a_case_takes_over_the_answers_and_the_new_day(self, sales: User, legal: User) -> None:
        memo = MemoFactory.create(case__owner=sales)
        before = (memo.canonical, memo.sha256, memo.case.version)
        row = run("2025-01-12").found.select_related("run", "memo__case").get()
        case = carry_over(row, legal, "Once more")
        assert (case.owner, case.title) == (sales, "Once more")
        assert case.answers == {**memo.content["answers"], "date": "2025-01-12"}
        events = {event.fact: event for event in case.events.all()}
        assert {event.by for event in events.values()} == {legal}
        carried = events["destination"]
        assert (carried.way, carried.basis) == ("carried_over", memo.number)
        assert carried.answer == "Germany"
        assert (events["date"].way, events["date"].new) == ("typed", "2025-01-12")
        assert walk(case.answers).determination.outcome == "not_in_force"
        assert case.carried_over.memo == memo
        again = Memo.objects.get(pk=memo.pk)
        assert (again.canonical, again.sha256, again.case.version) == before
        assert carry_over(row, legal, "Twice") == case

    def test_not_sure_stays_not_sure(self, sales: User, legal: User) -> None:
        MemoFactory.create(case=CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS))
        row = run("2025-01-12").found.select_related("run", "memo__case").get()
        assert carry_over(row, legal, "").answers["ultimate_parent"] == "not_sure"

    def test_one_or_many_are_begun_from_the_page(self, sales: User, legal: User, sign_in: SignIn) -> None:
        memos = [MemoFactory.create(case__owner=sales) for _number in range(3)]
        found = run("2025-01-12")
        browser, address = sign_in(legal), reverse("carry_over", args=[found.public_id])
        sent = browser.post(address, {"memo": [memos[0].pk]})
        case = CarriedOver.objects.get().case
        assert sent.headers["Location"] == case.get_absolute_url()
        assert browser.post(address, {"memo": [memos[0].pk]}).headers["Location"] == case.get_absolute_url()
        sent = browser.post(address, {"all": "1", "to": "license_required"})
        assert CarriedOver.objects.count() == 1
        sent = browser.post(address, {"all": "1", "to": "not_in_force"}, follow=True)
        assert "2 new cases were begun." in sent.content.decode()
        assert CarriedOver.objects.count() == 3
        assert browser.post(address, {"memo": "x"}).status_code == 302
        page = browser.get(reverse("check", args=[case.public_id])).content.decode()
        assert f"carried over from memo: {memos[0].number}" in page
        assert "Begun from memo" in page


def test_these_pages_are_for_legal(sales: User, sign_in: SignIn) -> None:
    memo = MemoFactory.create(case__owner=sales)
    found = run("2025-01-12")
    browser = sign_in(sales)
    for address in (
        reverse("redeterminations"),
        found.get_absolute_url(),
        reverse("redetermination_progress", args=[found.public_id]),
        reverse("redetermined", args=[found.public_id, memo.public_id]),
    ):
        assert browser.get(address).status_code == 403, address
    assert browser.post(reverse("carry_over", args=[found.public_id])).status_code == 403
    assert Case.objects.count() == 1
