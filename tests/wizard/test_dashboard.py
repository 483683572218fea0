"""The desk in figures: what is counted, at which boundaries, and how it is drawn."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rules.facts import NOT_SURE
from tests.factories import (
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
    UserFactory,
)
from tests.wizard.conftest import SignIn, page
from wizard.accounts import Role
from wizard.answers import given
from wizard.desk import acts, charts, dashboard
from wizard.desk.acts import Question
from wizard.desk.dashboard import Figures, Turnaround, months
from wizard.interview import walk
from wizard.models import AnswerEvent, Case, Docket, Memo
from wizard.samples import record
from wizard.views.dashboard import say_time

NEW_YORK = ZoneInfo("America/New_York")
QUESTION = Question("destination", "Where?")


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    """No figures from another test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def browser(legal: User, sign_in: SignIn) -> Client:
    """A browser of the legal desk."""
    return sign_in(legal)


def now(monkeypatch: pytest.MonkeyPatch, moment: datetime.datetime) -> None:
    """Set the clock."""
    monkeypatch.setattr(timezone, "now", lambda: moment.astimezone(datetime.UTC))


def at(day: str, hour: int = 12) -> datetime.datetime:
    """A moment at the legal time."""
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(hour), tzinfo=NEW_YORK)


def counted(first: str, last: str) -> Figures:
    """The figures from one month to another."""
    return dashboard.count(
        months(datetime.date.fromisoformat(f"{first}-01"), datetime.date.fromisoformat(f"{last}-01"))
    )


def test_months_run_across_years() -> None:
    found = months(datetime.date(2025, 11, 1), datetime.date(2026, 2, 1))
    assert [str(month) for month in found] == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]


def test_outcomes_by_month_at_the_legal_time(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second before midnight in Washington belongs to the month before, whatever the day in UTC."""
    midnight = at("2026-10-01", 0)
    for moment in (midnight - datetime.timedelta(seconds=1), midnight, at("2026-10-31", 23)):
        now(monkeypatch, moment)
        memo = MemoFactory.create(case__owner=sales)
    now(monkeypatch, at("2026-11-05"))
    india = MemoFactory.create(case=CaseFactory.create(owner=sales, answers=WEIGHTS_TO_INDIA))
    found = counted("2026-09", "2026-11")
    assert found.outcomes == {memo.outcome: [1, 2, 0], india.outcome: [0, 0, 1]}
    assert list(found.outcomes) == [memo.outcome, india.outcome]
    assert found.destinations == found.headquarters == [("DE", 3), ("IN", 1)]
    assert counted("2026-11", "2026-11").destinations == [("IN", 1)]


def test_turnaround_is_to_the_first_approval_or_return(
    sales: User, legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in range(1, 11):
        now(monkeypatch, at("2026-10-05", 0))
        memo = MemoFactory.create(case__owner=sales)
        now(monkeypatch, at("2026-10-05", 0) + datetime.timedelta(hours=hours))
        acts.comment(memo, legal, "Not a decision.", acts.Anchor())
        if hours % 2:
            acts.approve(memo, legal, "Daniel Okafor")
        else:
            acts.send_back(memo, legal, "", [QUESTION])
    now(monkeypatch, at("2026-11-20"))
    first = Memo.objects.earliest("pk")
    acts.send_back(first, legal, "", [QUESTION])  # not its first decision
    found = counted("2026-10", "2026-11")
    assert found.turnaround.memos == 10
    assert found.turnaround.median == pytest.approx(5 * 3600, abs=0.1)
    assert found.turnaround.ninetieth == pytest.approx(9 * 3600, abs=0.1)
    assert found.turnaround_by_month[1] == Turnaround(0)


def test_what_waits_by_age(sales: User, legal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    today = at("2026-11-20")
    day = datetime.timedelta(days=1)
    second = datetime.timedelta(seconds=1)
    ages = [0 * day, day - second, day, 3 * day - second, 3 * day, 7 * day, 14 * day, 30 * day, 90 * day]
    for age in ages:
        now(monkeypatch, today - age)
        memo = MemoFactory.create(case__owner=sales)
    now(monkeypatch, today)
    acts.send_back(memo, legal, "", [QUESTION])
    waiting, returned = counted("2026-11", "2026-11").waiting
    assert (waiting.state, waiting.by_age) == ("waiting", [2, 2, 1, 1, 1, 1])
    assert waiting.oldest == today - 30 * day
    assert (returned.by_age, returned.oldest) == ([0, 0, 0, 0, 0, 1], today - 90 * day)
    acts.approve(Memo.objects.earliest("pk"), legal, "Daniel Okafor")
    assert counted("2026-11", "2026-11").waiting[0].by_age == [1, 2, 1, 1, 1, 1]


def test_questions_where_people_are_not_sure(sales: User) -> None:
    today = timezone.localdate().isoformat()[:7]
    for _ in range(2):
        case = CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS)
    # The same person, not sure twice of the same thing, counts as one case.
    for value in ("NO", NOT_SURE):
        facts = walk(case.answers).facts
        case.save_answers(
            {"ultimate_parent": given("ultimate_parent", value, facts)},
            by=sales,
            way=AnswerEvent.Way.NOT_SURE if value == NOT_SURE else AnswerEvent.Way.TYPED,
            seen=case.version,
            language="en",
        )
    assert counted(today, today).not_sure == [("storage_compliant", 2), ("ultimate_parent", 2)]
    assert counted("2020-01", "2020-01").not_sure == []


def test_where_people_stop(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left for fourteen days to the second, and without a memo."""
    today, week = at("2026-11-20"), datetime.timedelta(days=7)
    second = datetime.timedelta(seconds=1)
    for moment, answers in (
        (today - 2 * week - second, {"item": "integrated_circuit", "activity": "export"}),
        (today - 2 * week - second, {}),
        (today - 2 * week, {"item": "integrated_circuit"}),
        (today - week, {"item": "integrated_circuit"}),
    ):
        case = CaseFactory.create(owner=sales, answers=answers)
        Case.objects.filter(pk=case.pk).update(updated=moment)
    memo = MemoFactory.create(case__owner=sales)
    Case.objects.filter(pk=memo.case_id).update(updated=today - 2 * week - second)
    now(monkeypatch, today)
    left = Case.objects.order_by("pk").first()
    assert left is not None
    last = left.events.latest("version").fact
    assert counted("2026-11", "2026-11").stopped == [("", 1), (last, 1)]


def test_changed_answers_that_changed_the_result(sales: User) -> None:
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    before = walk(case.answers).determination.outcome

    def change(value: bool) -> None:
        interview = walk(case.answers)
        case.save_answers(
            {"storage_compliant": given("storage_compliant", value, interview.facts)},
            by=sales,
            way="typed",
            seen=case.version,
            language="en",
            outcome_before=interview.determination.outcome,
        )

    today = timezone.localdate().isoformat()[:7]
    change(False)
    assert counted(today, today).changed == []  # nothing was recorded
    memo = record(case, sales)
    assert memo.outcome != before
    found = counted(today, today)
    assert found.changed == [(before, memo.outcome, 1)]
    assert found.changed_by == [("storage_compliant", 1)]
    other = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
    facts = walk(other.answers)
    other.save_answers(
        {"date": given("date", "2026-09-02", facts.facts)},
        by=sales, way="typed", seen=other.version, language="en",
        outcome_before=facts.determination.outcome,
    )  # fmt: skip
    record(other, sales)
    assert counted(today, today).changed == [(before, memo.outcome, 1)]


def test_the_database_counts_on_its_indexes(sales: User) -> None:
    """What may be large is read through an index; on SQLite, which says how it would."""
    if connection.vendor != "sqlite":
        return
    MemoFactory.create(case__owner=sales)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        counted("2026-01", "2026-03")
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans += [row[3] for row in cursor.fetchall()]
    assert not [plan for plan in plans if plan.startswith("SCAN wizard_")]
    for index in (
        "COVERING INDEX wizard_docket_figures",
        "INDEX wizard_event_not_sure",
        "INDEX wizard_event_outcome",
        "INDEX wizard_case_updated",
        "INDEX wizard_act_kind",
    ):
        assert any(index in plan for plan in plans), index


# ------------------------------------------------------------------------------------------------ drawing


def test_bars_are_in_proportion() -> None:
    assert [(bar.label, bar.length) for bar in charts.bars([("a", 8), ("b", 4), ("c", 0)])] == [
        ("a", 100),
        ("b", 50),
        ("c", 0),
    ]
    assert charts.bars([]) == []
    assert [bar.length for bar in charts.bars([("a", 0)])] == [0]


def test_columns_stand_on_the_ground_and_stay_in_the_drawing() -> None:
    drawn = charts.columns([4, 0, 2], 4, [4, None, 3])
    assert drawn.width == 30
    assert [(column.x, column.y, column.height, column.tick) for column in drawn.columns] == [
        (1, 0, 100, 0),
        (11, 100, 0, None),
        (21, 50, 50, 22),
    ]
    assert [column.height for column in charts.columns([0, 0], 0).columns] == [0, 0]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 minutes"),
        (60, "1 minute"),
        (89 * 60, "89 minutes"),
        (90 * 60, "2 hours"),
        (47 * 3600, "47 hours"),
        (48 * 3600, "2 days"),
        (40 * 86400, "40 days"),
    ],
)
def test_time_in_words(seconds: float, words: str) -> None:
    assert say_time(seconds) == words


# ------------------------------------------------------------------------------------------------ page


def test_an_empty_desk_says_so(browser: Client) -> None:
    text = browser.get(reverse("dashboard")).content.decode()
    assert "0 memos were recorded" in text
    assert "No memo was approved or returned in these months." in text
    assert '<svg class="columns-drawing"' not in text


def test_every_drawing_has_its_table_and_its_words(sales: User, legal: User, browser: Client) -> None:
    memo = MemoFactory.create(case__owner=sales)
    acts.approve(memo, legal, "Daniel Okafor")
    MemoFactory.create(case=CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS))
    answer = browser.get(reverse("dashboard"))
    text = answer.content.decode()
    figures = text.split("<figure")[1:]
    assert len(figures) == 8
    for figure in figures:
        drawn = figure.split("</figure>")[0]
        assert "<figcaption>" in drawn
        if 'class="bars"' in drawn or 'class="columns"' in drawn:
            assert "<table" in drawn
    assert "2 memos were recorded" in text
    assert "Germany" in text
    assert "Counted on" in text
    assert "style=" not in text
    assert page(answer).headings == ["The desk in figures"]


def test_figures_are_kept_for_some_minutes(sales: User, browser: Client) -> None:
    assert "0 memos were recorded" in browser.get(reverse("dashboard")).content.decode()
    MemoFactory.create(case__owner=sales)
    assert "0 memos were recorded" in browser.get(reverse("dashboard")).content.decode()
    cache.clear()
    assert "1 memo was recorded" in browser.get(reverse("dashboard")).content.decode()


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"from": "2026-13"}, "Give months as 2026-09."),
        ({"from": "yesterday"}, "Give months as 2026-09."),
        ({"to": "0001-01"}, "Give months as 2026-09."),
        ({"from": "2026-02", "to": "2026-01"}, "The first month comes after the last."),
        ({"to": "9999-12"}, "This month has not come yet."),
        ({"from": "2020-01", "to": "2023-01"}, "Choose at most 36 months."),
    ],
)
def test_a_period_that_cannot_be_is_said(browser: Client, asked: dict[str, str], says: str) -> None:
    refused: Any = browser.get(reverse("dashboard"), asked)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert says in text
    assert f'value="{asked.get("from", asked.get("to"))}"' in text


def test_the_period_is_in_the_address(browser: Client) -> None:
    found = browser.get(reverse("dashboard"), {"from": "2020-01", "to": "2022-12"})
    assert len(found.context["months"]) == 36
    assert len(browser.get(reverse("dashboard")).context["months"]) == 12
    assert len(browser.get(reverse("dashboard"), {"to": "2024-02"}).context["months"]) == 12


def test_only_the_desk_sees_it(sales: User, sign_in: SignIn) -> None:
    assert sign_in(sales).get(reverse("dashboard")).status_code == 403
    assert sign_in(UserFactory.create(role=Role.ADMINISTRATOR)).get(reverse("dashboard")).status_code == 200


def test_no_figure_names_a_person(sales: User, legal: User, browser: Client) -> None:
    memo = MemoFactory.create(case__owner=sales)
    acts.approve(memo, legal, "Daniel Okafor")
    main = browser.get(reverse("dashboard")).content.decode().split("<main")[1]
    for person in (sales, legal):
        assert person.get_full_name() not in main
        assert person.username not in main
    assert Docket.objects.get().owner == sales
