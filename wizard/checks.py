"""What must hold before the application serves anybody: a database that keeps what it acknowledges."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

WAL_SAFE_SQLITE = (3, 51, 3)
"""The first SQLite without the WAL-reset corruption bug."""

FULL, EXTRA = 2, 3  # the values of PRAGMA synchronous

POSTGRESQL_WANTED = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write"},
    "session_replication_role": {"origin"},
}
"""Settings without which PostgreSQL may lose an acknowledged commit or skip the triggers that protect
memos."""


def sqlite_faults(
    journal_mode: str, synchronous: int, foreign_keys: int, recursive_triggers: int, version: tuple[int, ...]
) -> list[str]:
    """What is unsafe about an SQLite connection with these pragmas; empty if nothing is."""
    faults = []
    if journal_mode == "wal":
        if version < WAL_SAFE_SQLITE:
            faults.append("journal_mode=WAL needs SQLite 3.51.3 or later; use DELETE")
        if synchronous < FULL:
            faults.append("journal_mode=WAL needs synchronous=FULL or EXTRA")
    elif journal_mode in {"delete", "truncate", "persist"}:
        if synchronous < EXTRA and not (journal_mode == "truncate" and synchronous == FULL):
            faults.append(f"journal_mode={journal_mode.upper()} needs synchronous=EXTRA")
    else:
        faults.append(f"journal_mode={journal_mode.upper()} loses commits; use DELETE")
    if not foreign_keys:
        faults.append("foreign_keys must be ON")
    if not recursive_triggers:
        faults.append(
            "recursive_triggers must be ON, or INSERT OR REPLACE passes the triggers that protect memos"
        )
    return faults


def postgresql_faults(values: dict[str, str]) -> list[str]:
    """What is unsafe about a PostgreSQL session with these settings; empty if nothing is."""
    return [
        f"{name} is {values.get(name)}; it must be {' or '.join(sorted(wanted))}"
        for name, wanted in POSTGRESQL_WANTED.items()
        if values.get(name) not in wanted
    ]


def database_faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What is unsafe about the open ``connection``, read back from the database itself."""
    with connection.cursor() as cursor:

        def value(statement: str) -> Any:
            cursor.execute(statement)
            return cursor.fetchone()[0]

        if connection.vendor == "postgresql":
            return postgresql_faults({name: value(f"SHOW {name}") for name in POSTGRESQL_WANTED})
        journal_mode = value("PRAGMA journal_mode")
        if journal_mode == "memory" and connection.is_in_memory_db():  # type: ignore[attr-defined]
            return ["a database in memory keeps nothing"]
        return sqlite_faults(
            journal_mode,
            value("PRAGMA synchronous"),
            value("PRAGMA foreign_keys"),
            value("PRAGMA recursive_triggers"),
            sqlite3.sqlite_version_info,
        )


@register(Tags.database)
def check_databases(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Django's system check form of `database_faults`; `migrate` and `check --database` run it."""
    return [
        Error(fault, obj=alias, id="wizard.E001")
        for alias in databases or []
        for fault in database_faults(connections[alias])
    ]


def refuse_unsafe_database() -> None:
    """Raises ImproperlyConfigured if any database is unsafe; the web application calls it before it
    serves."""
    for alias in connections:
        connection = connections[alias]
        faults = database_faults(connection)
        connection.close()
        if faults:
            raise ImproperlyConfigured(
                f"Database {alias!r} is not safe to keep memos in: {'; '.join(faults)}."
            )
