"""How long memos are kept: events and holds, both sides of every boundary, and that nothing is ever deleted."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from io import StringIO
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from tests.factories import CaseFactory, MemoFactory, UserFactory
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.append_only import AppendOnlyError
from wizard.desk import retention
from wizard.desk.custody import Retention, RetentionEvent
from wizard.desk.retention import RefusedError, years_after
from wizard.ledger.audit import audit
from wizard.models import AnswerEvent, Case, Memo

Kind = RetentionEvent.Kind
DAY = datetime.date(2026, 9, 1)


@pytest.fixture
def memo(sales: User) -> Memo:
    """A memo of a case without events."""
    return MemoFactory.create(case__owner=sales)


@pytest.fixture
def browser(legal: User, sign_in: SignIn) -> Client:
    """A browser of the legal desk."""
    return sign_in(legal)


@pytest.fixture
def later() -> Iterator[Callable[[datetime.datetime], None]]:
    """Sets the clock."""
    with patch("django.utils.timezone.now") as now:

        def set_to(moment: datetime.datetime) -> None:
            now.return_value = moment.astimezone(datetime.UTC)

        set_to(datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC))
        yield set_to


def test_nothing_is_guessed(memo: Memo) -> None:
    found = retention.of(memo.case)
    assert found.keep_until is None
    assert found.sanctions_until is None
    assert found.must_be_kept(datetime.date.max)


@pytest.mark.parametrize("kind", retention.STARTS)
def test_five_years_from_the_event(memo: Memo, legal: User, kind: Kind) -> None:
    retention.happen(memo.case, legal, kind, DAY, "Shipment 17")
    found = retention.of(memo.case)
    assert (found.keep_until, found.sanctions_until) == (datetime.date(2031, 9, 1), datetime.date(2036, 9, 1))
    assert found.citation == retention.STARTS[kind]
    assert found.must_be_kept(datetime.date(2031, 9, 1))
    assert not found.must_be_kept(datetime.date(2031, 9, 2))


def test_the_latest_counts_in_whatever_order_events_are_recorded(memo: Memo, legal: User) -> None:
    retention.happen(memo.case, legal, Kind.REEXPORTED, DAY, "")
    retention.happen(memo.case, legal, Kind.EXPORTED, DAY - datetime.timedelta(1), "")
    found = retention.of(memo.case)
    assert found.keep_until == datetime.date(2031, 9, 1)
    assert found.citation == "15 CFR 762.6(a)(2)"
    retention.happen(memo.case, legal, Kind.TERMINATED, DAY + datetime.timedelta(1), "")
    assert retention.of(memo.case).keep_until == datetime.date(2031, 9, 2)


@pytest.mark.parametrize(
    ("day", "years", "until"),
    [
        ("2024-02-28", 5, "2029-02-28"),
        ("2024-02-29", 5, "2029-03-01"),
        ("2024-03-01", 5, "2029-03-01"),
        ("2023-02-28", 5, "2028-02-28"),
        ("2023-03-01", 5, "2028-03-01"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-02-29", 10, "2034-03-01"),
        ("2096-02-29", 4, "2100-03-01"),  # 2100 has no leap day
        ("2025-12-31", 5, "2030-12-31"),
        ("9994-12-31", 5, "9999-12-31"),
        ("9995-01-01", 5, "9999-12-31"),
        ("9996-02-29", 5, "9999-12-31"),
        ("9999-12-31", 10, "9999-12-31"),
    ],
)
def test_leap_days_and_the_end_of_the_calendar(day: str, years: int, until: str) -> None:
    assert years_after(datetime.date.fromisoformat(day), years) == datetime.date.fromisoformat(until)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "midnight",
    [
        datetime.datetime(2027, 1, 1, 0, 0, 0, tzinfo=ZoneInfo("America/New_York")),
        datetime.datetime(2027, 3, 15, 0, 0, 0, tzinfo=ZoneInfo("America/New_York")),  # after DST began
        datetime.datetime(2027, 11, 8, 0, 0, 0, tzinfo=ZoneInfo("America/New_York")),  # after it ended
    ],
)
def test_the_day_is_that_of_washington_to_the_second(
    memo: Memo,
    legal: User,
    later: Callable[[datetime.datetime], None],
    midnight: datetime.datetime,
    zone: str,
) -> None:
    """Wherever the clock stands: an event of the new day is refused one second before midnight and taken at it."""
    in_zone = midnight.astimezone(ZoneInfo(zone))
    later(in_zone - datetime.timedelta(seconds=1))
    with pytest.raises(RefusedError, match="future"):
        retention.happen(memo.case, legal, Kind.EXPORTED, midnight.date(), "")
    held = retention.hold(memo.case, legal, "Audit")
    assert held.day == midnight.date() - datetime.timedelta(1)
    later(in_zone)
    assert retention.happen(memo.case, legal, Kind.EXPORTED, midnight.date(), "").day == midnight.date()


@pytest.mark.parametrize(
    ("day", "taken"),
    [("1999-12-31", False), ("2000-01-01", True), ("9999-12-31", False), ("0001-01-01", False)],
)
def test_days_that_nobody_can_mean_are_refused(memo: Memo, legal: User, day: str, taken: bool) -> None:
    kind, when = Kind.EXPORTED, datetime.date.fromisoformat(day)
    if taken:
        retention.happen(memo.case, legal, kind, when, "")
    else:
        with pytest.raises(RefusedError):
            retention.happen(memo.case, legal, kind, when, "")
    assert memo.case.retention_events.exists() == taken


def test_a_hold_stands_whatever_the_date_until_it_is_lifted(memo: Memo, legal: User) -> None:
    retention.happen(memo.case, legal, Kind.EXPORTED, datetime.date(2015, 1, 1), "")
    long_after = datetime.date(2026, 1, 1)
    assert not retention.of(memo.case).must_be_kept(long_after)
    first = retention.hold(memo.case, legal, "Letter of March 3", agency="Bureau of Industry and Security")
    second = retention.hold(memo.case, legal, "Own inquiry")
    with pytest.raises(RefusedError, match="authorization"):
        retention.lift(memo.case, legal, first.number, "Done")
    retention.lift(memo.case, legal, second.number, "Inquiry closed")
    assert [hold.number for hold in retention.of(memo.case).holds] == [first.number]
    assert retention.of(memo.case).must_be_kept(long_after)
    retention.lift(memo.case, legal, first.number, "Released", "BIS letter 12 of 2026-05-04")
    assert not retention.of(memo.case).must_be_kept(long_after)
    for number in (first.number, second.number, 1, 99):
        with pytest.raises(RefusedError, match="no_hold"):
            retention.lift(memo.case, legal, number, "Again", "x")


def test_a_mistake_stays_and_no_longer_counts(memo: Memo, legal: User) -> None:
    wrong = retention.happen(memo.case, legal, Kind.TERMINATED, DAY, "")
    retention.withdraw(memo.case, legal, wrong.number, "It was another customer's.")
    found = retention.of(memo.case)
    assert found.keep_until is None
    assert [event.number for event in found.events] == [1, 2]
    with pytest.raises(RefusedError, match="no_entry"):
        retention.withdraw(memo.case, legal, wrong.number, "Twice")
    held = retention.hold(memo.case, legal, "x")
    with pytest.raises(RefusedError, match="no_entry"):
        retention.withdraw(memo.case, legal, held.number, "Holds are lifted")


def test_events_are_sealed(memo: Memo, legal: User) -> None:
    retention.happen(memo.case, legal, Kind.EXPORTED, DAY, "Shipment 17")
    retention.hold(memo.case, legal, "Letter", agency="BIS")
    stored = RetentionEvent.objects.get(number=1)
    assert stored.content["day"] == "2026-09-01"
    assert stored.content["case"]["reference"] == memo.case.reference
    report = audit()
    assert report.kinds["retention"] == 2
    assert [str(fault) for fault in report.faults if "retention" in str(fault)] == []


def test_sales_record_nothing(memo: Memo, sales: User) -> None:
    refused: list[Callable[[], object]] = [
        lambda: retention.happen(memo.case, sales, Kind.EXPORTED, DAY, ""),
        lambda: retention.hold(memo.case, sales, "x"),
        lambda: retention.lift(memo.case, sales, 1, "x"),
        lambda: retention.withdraw(memo.case, sales, 1, "x"),
    ]
    for act in refused:
        with pytest.raises(PermissionDenied):
            act()


def test_the_row_of_a_case_can_be_made_anew(memo: Memo, legal: User) -> None:
    retention.happen(memo.case, legal, Kind.EXPORTED, DAY, "")
    retention.hold(memo.case, legal, "x")
    right = Retention.objects.values().get()
    assert (right["keep_until"], right["held"], right["events"]) == (datetime.date(2031, 9, 1), True, 2)
    Retention.objects.update(keep_until=None, held=False)
    call_command("rebuild_docket", stdout=StringIO())
    assert Retention.objects.values().get() == right
    Retention.objects.all().delete()
    call_command("rebuild_docket", stdout=StringIO())
    assert Retention.objects.values().get() == right


# ------------------------------------------------------------------------------------------------ nothing is deleted


def _routes(memo: Memo, event: RetentionEvent) -> list[Callable[[], object]]:
    """Every way to dispose of a memo, its events or its answers, by the application or past it."""

    def sql(statement: str) -> Callable[[], object]:
        def run() -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement)
            connection.check_constraints()  # as a commit would

        return run

    tables = (
        "wizard_memo",
        "wizard_retentionevent",
        "wizard_answerevent",
        "wizard_ledgerentry",
        "wizard_treehead",
        "wizard_case",
    )
    found: list[Callable[[], object]] = [
        memo.delete,
        Memo.objects.all().delete,
        Memo.objects.filter(pk=memo.pk).delete,
        event.delete,
        RetentionEvent.objects.all().delete,
        AnswerEvent.objects.all().delete,
        memo.case.delete,
        Case.objects.all().delete,
        lambda: Memo.objects.update(outcome="no_license_required"),
        lambda: RetentionEvent.objects.update(day=datetime.date(2001, 1, 1)),
        *(sql(f"DELETE FROM {table}") for table in tables),
        sql("UPDATE wizard_retentionevent SET day = '2001-01-01'"),
        sql("UPDATE wizard_memo SET canonical = ''"),
    ]
    if connection.vendor == "postgresql":
        found += [
            sql("TRUNCATE wizard_memo CASCADE"),
            sql("TRUNCATE wizard_retentionevent"),
            sql("SET LOCAL session_replication_role = replica; DELETE FROM wizard_retentionevent"),
        ]
    else:
        found += [
            sql(
                "INSERT OR REPLACE INTO wizard_retentionevent SELECT id, public_id, '', sha256, number, kind, "
                "day, at, by_id, case_id FROM wizard_retentionevent"
            ),
            sql("REPLACE INTO wizard_memo SELECT * FROM wizard_memo"),
        ]
    return found


def test_early_disposal_is_refused_a_hundred_times_of_a_hundred(memo: Memo, legal: User) -> None:
    """By model, queryset and SQL, on days long before the five years are over."""
    event = retention.happen(memo.case, legal, Kind.EXPORTED, DAY, "")
    routes = _routes(memo, event)
    before = [list(model.objects.order_by("pk").values()) for model in (Memo, RetentionEvent, AnswerEvent)]
    refused = 0
    for attempt in range(100):
        with (
            pytest.raises((AppendOnlyError, DatabaseError, ProtectedError)),
            transaction.atomic(),
        ):
            routes[attempt % len(routes)]()
        refused += 1
    assert refused == 100
    assert before == [
        list(model.objects.order_by("pk").values()) for model in (Memo, RetentionEvent, AnswerEvent)
    ]


def test_there_is_no_way_to_delete_over_the_web(memo: Memo, browser: Client) -> None:
    for name in ("memo", "memo_retention", "memo_json"):
        assert browser.delete(reverse(name, args=[memo.public_id])).status_code == 405
    for act in ("delete", "dispose", ""):
        assert browser.post(reverse("memo_retention", args=[memo.public_id]), {"act": act}).status_code == 404
    assert Memo.objects.filter(pk=memo.pk).exists()


# ------------------------------------------------------------------------------------------------ pages


def test_legal_records_an_event_and_reads_it_on_the_memo(memo: Memo, browser: Client) -> None:
    address = reverse("memo_retention", args=[memo.public_id])
    assert "Unknown until an event is recorded" in browser.get(address).content.decode()
    sent = {"act": "event", "kind": "exported", "day": "2026-09-01", "text": "Air waybill 020-1\nsecond line"}
    assert browser.post(address, sent)["Location"] == address
    for shown in (address, memo.get_absolute_url()):
        text = browser.get(shown).content.decode()
        assert "2031-09-01" in text
        assert "15 CFR 762.6(a)(1)" in text
        assert "2036-09-01" in text
    assert RetentionEvent.objects.get().said == {"text": "Air waybill 020-1\nsecond line"}


def test_a_hold_over_the_page_from_beginning_to_end(memo: Memo, browser: Client) -> None:
    address = reverse("memo_retention", args=[memo.public_id])
    browser.post(address, {"act": "hold", "agency": "BIS", "reason": "Letter of March 3"})
    assert "At the request of BIS" in browser.get(memo.get_absolute_url()).content.decode()
    refused = browser.post(address, {"act": "lift", "about": "1", "lifted_because": "Done"})
    assert refused.status_code == 422
    assert "Without it the hold stays" in refused.content.decode()
    sent = {"act": "lift", "about": "1", "lifted_because": "Done", "authorization": "Letter 12, 2026-05-04"}
    assert browser.post(address, sent).status_code == 302
    assert "At the request of BIS" not in browser.get(memo.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"act": "event"}, "#kind"),
        ({"act": "event", "kind": "held", "day": "2026-09-01"}, "#kind"),
        ({"act": "event", "kind": "exported", "day": "2026-02-30"}, "#day"),
        ({"act": "event", "kind": "exported", "day": "9999-12-31"}, "#day"),
        ({"act": "event", "kind": "exported", "day": "1026-09-01"}, "#day"),
        ({"act": "event", "kind": "exported", "day": "2026-09-01", "text": "x" * 1001}, "#text"),
        ({"act": "event", "kind": "exported", "day": "2026-09-01", "text": "a\u202eb"}, "#text"),
        ({"act": "hold"}, "#reason"),
        ({"act": "hold", "reason": "x", "agency": "\u200bBIS"}, "#agency"),
        ({"act": "lift", "about": "1"}, "#lifted_because"),
        ({"act": "lift", "about": "7", "lifted_because": "x"}, "does not stand any more"),
        ({"act": "lift", "about": "no", "lifted_because": "x"}, "does not count any more"),
        ({"act": "withdraw", "about": "7", "withdrawn_because": "x"}, "does not count any more"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_kept(
    memo: Memo, browser: Client, sent: dict[str, str], field: str
) -> None:
    refused = browser.post(reverse("memo_retention", args=[memo.public_id]), sent)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "There is a problem" in text
    assert field in text
    assert not RetentionEvent.objects.exists()


@pytest.mark.parametrize("role", [Role.LEGAL, Role.ADMINISTRATOR, Role.SALES])
def test_who_sees_it(memo: Memo, sales: User, sign_in: SignIn, role: Role) -> None:
    person = sales if role is Role.SALES else UserFactory.create(role=role)
    browser, allowed = sign_in(person), role is not Role.SALES
    for address in (reverse("memo_retention", args=[memo.public_id]), reverse("retention_report")):
        assert browser.get(address).status_code == (200 if allowed else 403)
    assert ("How long to keep it" in browser.get(memo.get_absolute_url()).content.decode()) == allowed


def test_the_report_lists_by_date_under_hold_and_without_events(
    memo: Memo, legal: User, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.views.retention.PAGE", 2)
    address = reverse("retention_report")
    assert "No event has been recorded yet." in browser.get(address).content.decode()
    dated = [MemoFactory.create(case__owner=legal).case for _ in range(3)]
    for number, case in enumerate(dated):
        retention.happen(case, legal, Kind.EXPORTED, DAY - datetime.timedelta(number // 2), "")
    retention.hold(dated[2], legal, "x")
    CaseFactory.create(owner=legal)  # without a memo, there is nothing to keep
    in_order = sorted(dated, key=lambda case: (retention.of(case).keep_until or datetime.date.max, case.pk))
    first = browser.get(address)
    second = browser.get(address, {"after": first.context["next"]})
    assert first.context["rows"] == in_order[:2]
    assert second.context["rows"] == in_order[2:]
    assert second.context["next"] == ""
    held = browser.get(address, {"show": "held"})
    assert held.context["rows"] == [dated[2]]
    unknown = browser.get(address, {"show": "unknown"})
    assert unknown.context["rows"] == [memo.case]
    for wrong in ({"show": "all"}, {"after": "x"}, {"after": "2026-13-01.1"}, {"after": "2026-01-01.x"}):
        assert browser.get(address, wrong).status_code == 404
