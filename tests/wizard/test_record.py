"""Memos and answer events are never changed, deleted, replaced or emptied: not by the models, not in the database."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import CaseFactory, MemoFactory
from wizard import record
from wizard.answers import given
from wizard.append_only import AppendOnlyError
from wizard.models import AnswerEvent, Memo

pytestmark = pytest.mark.django_db


def test_canonical_form_sorts_keys_and_keeps_every_character() -> None:
    assert record.canonical({"b": "é\u20ac", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"é€"}'


def test_sha256_is_of_utf8_bytes() -> None:
    assert record.sha256("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


def test_short_code_has_four_groups_of_four() -> None:
    assert record.short_code("00" * 32) == "AAAA-AAAA-AAAA-AAAA"


def test_timestamp_is_utc_to_the_microsecond() -> None:
    washington = datetime.timezone(datetime.timedelta(hours=-5))
    moment = datetime.datetime(2026, 1, 1, 23, 30, tzinfo=washington)
    assert record.timestamp(moment) == "2026-01-02T04:30:00.000000Z"


def test_models_refuse_to_change_or_delete() -> None:
    memo = MemoFactory.create()
    event = memo.case.events.first()
    assert event is not None
    for row in (memo, event):
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()
        with pytest.raises(AppendOnlyError):
            type(row).objects.all().delete()
    with pytest.raises(AppendOnlyError):
        Memo.objects.update(outcome="not_controlled")
    with pytest.raises(AppendOnlyError):
        AnswerEvent.objects.update(answer="No")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wizard_memo SET outcome = 'not_controlled'",
        "DELETE FROM wizard_memo",
        "UPDATE wizard_answerevent SET answer = 'No'",
        "DELETE FROM wizard_answerevent",
    ],
)
def test_database_refuses_to_change_or_delete(statement: str) -> None:
    memo = MemoFactory.create()
    with (
        pytest.raises(DatabaseError, match="only ever added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    again = Memo.objects.get(pk=memo.pk)
    assert again.intact


_COLLISIONS = {
    "wizard_memo": ("id", "public_id", "number", "submission_key", "supersedes_id"),
    "wizard_answerevent": ("id", "case_id, version"),
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in _COLLISIONS.items() for c in columns])
def test_database_refuses_to_replace(table: str, column: str) -> None:
    """SQLite's INSERT OR REPLACE, colliding on each unique column, even with recursive triggers switched off."""
    first = MemoFactory.create()
    MemoFactory.create(case=first.case)
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            statement = f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = 1"
            with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
                cursor.execute(statement)
            return
        columns = [row[1] for row in cursor.execute(f"PRAGMA table_info({table})").fetchall()]
        kept = set(column.split(", "))
        fresh = {
            "id": "id + 1000",
            "public_id": "hex(randomblob(16))",
            "number": "number || 'x'",
            "submission_key": "hex(randomblob(16))",
            "supersedes_id": "NULL",
            "version": "version + 1000",
        }
        chosen = ", ".join(name if name in kept else fresh.get(name, name) for name in columns)
        where = "WHERE supersedes_id IS NOT NULL" if table == "wizard_memo" else ""
        before = cursor.execute(f"SELECT * FROM {table}").fetchall()
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT {chosen} FROM {table} {where}")
        assert cursor.execute(f"SELECT * FROM {table}").fetchall() == before


def test_postgresql_refuses_truncate_and_replica_role() -> None:
    """The statements that pass ordinary row triggers by; on SQLite, DELETE without WHERE is the same operation."""
    MemoFactory.create()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
                cursor.execute("DELETE FROM wizard_answerevent")
            return
        # Foreign keys are checked at the end of a transaction; a pending check alone would refuse the TRUNCATE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
            cursor.execute("TRUNCATE wizard_memo CASCADE")
        cursor.execute("SET session_replication_role = replica")
        try:
            with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
                cursor.execute("UPDATE wizard_memo SET outcome = 'x'")
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def test_a_memo_whose_columns_or_bytes_differ_is_not_intact() -> None:
    memo = MemoFactory.create()
    assert memo.intact
    for column, value in (
        ("canonical", memo.canonical.replace("Germany", "Austria", 1)),
        ("sha256", "0" * 64),
        ("number", "M-1999-0001"),
        ("outcome", "not_controlled"),
        ("destination", "FR"),
        ("edition", datetime.date(2025, 1, 13)),
        ("revision", "other"),
    ):
        changed = Memo.objects.get(pk=memo.pk)
        setattr(changed, column, value)
        assert not changed.intact, column


def test_clearing_an_answer_keeps_what_it_was() -> None:
    case = CaseFactory.create(answers={"item": "computer"})
    cleared = {"item": given("item", None, {})}
    case.save_answers(cleared, by=case.owner, way="cleared", seen=case.version, language="en")
    case.refresh_from_db()
    assert case.answers == {}
    event = case.events.last()
    assert event is not None
    assert (event.old, event.new, event.answer) == ("computer", None, "Not answered")
