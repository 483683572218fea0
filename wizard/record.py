"""The bytes of a record: one canonical spelling (RFC 8785), its SHA-256, and the triggers that keep rows
from changing."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import rfc8785


def canonical(value: Any) -> str:
    """`value` in the canonical form of RFC 8785.

    Raises:
        rfc8785.CanonicalizationError: a value JSON cannot hold exactly, such as an integer beyond 2^53.
    """
    return rfc8785.dumps(value).decode()


def sha256(text: str) -> str:
    """The SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest(value: Any) -> str:
    """The SHA-256 of the canonical form of `value`."""
    return sha256(canonical(value))


def short_code(hexadecimal: str) -> str:
    """The first 80 bits of a SHA-256 as four groups of four letters and digits, to compare by eye."""
    letters = base64.b32encode(bytes.fromhex(hexadecimal)[:10]).decode()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def timestamp(moment: datetime.datetime) -> str:
    """A moment in UTC to the microsecond, as records write it: 2026-10-05T14:03:11.000042Z."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def triggers(vendor: str, table: str, unique: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The statements that make a database refuse to change, replace, delete or empty a table.

    `unique` names the table's unique columns, alone or together: SQLite's INSERT OR REPLACE deletes
    without firing delete triggers, so a row that would collide on them is refused before it is inserted.
    PostgreSQL's TRUNCATE passes row triggers by and `session_replication_role` switches ordinary triggers
    off, so there a statement trigger stands beside the row trigger and both fire always.
    """
    if vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION wizard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% rows are only ever added', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for name, events, level in (
            ("change", "UPDATE OR DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        ):
            yield (
                f"CREATE TRIGGER {table}_refuse_{name} BEFORE {events} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION wizard_refuse()"
            )
            yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_{name}"
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"
    collides = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in together) + ")" for together in unique
    )
    yield f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {refuse}"
    yield f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refuse}"
    colliding = f"SELECT 1 FROM {table} WHERE {collides}"  # noqa: S608 - the names come from a migration
    yield f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN EXISTS ({colliding}) {refuse}"
