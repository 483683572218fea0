"""Backing an installation up, restoring it elsewhere, and the drill that shows that both work.

A backup is a directory that only its owner may read: the database, the keys and the file of heads. The database is
copied first, while the application works, and the heads after it, so that they reach at least as far.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connections

from wizard.ledger.files import owner_only, sync_directory

SQLITE, DUMP, KEYS, HEADS = "wizard.sqlite3", "wizard.dump", "keys", "heads"


@dataclass(frozen=True)
class Drill:
    """What a drill found: whether the restored copy passes `verify_ledger`, and what that said."""

    passed: bool
    said: str
    memos: int
    size: int
    newer: int
    """Heads that were written after the database was copied. What they cover is not in this backup."""


def back_up(target: Path) -> None:
    """Copy the database, the keys and the file of heads into a new directory.

    Raises:
        FileExistsError: the directory is there already.
        subprocess.CalledProcessError, sqlite3.Error, OSError: the copy is not whole; do not keep it.
    """
    target.mkdir(mode=0o700, parents=True)
    if connections["default"].vendor == "sqlite":
        _copy_sqlite(target / SQLITE)
    else:
        with open(target / DUMP, "wb", opener=owner_only) as file:
            _postgresql("pg_dump", "--format=custom", into=file)
            os.fsync(file.fileno())
    shutil.copytree(settings.WIZARD_KEY_DIR, target / KEYS)
    shutil.copy2(settings.WIZARD_HEADS_FILE, target / HEADS)
    sync_directory(target)


def drill(directory: Path) -> Drill:
    """Back up into `directory`/backup, restore that into `directory`/restored, and verify every hash there.

    The installation itself is only read. With PostgreSQL the copy is a database of its own, dropped at the end.

    Raises:
        as `back_up`.
    """
    backup, restored = directory / "backup", directory / "restored"
    back_up(backup)
    restored.mkdir(mode=0o700)
    shutil.copytree(backup / KEYS, restored / KEYS)
    with _restored_database(backup, restored) as (database, address):
        size, memos = _reached(database)
        lines = (backup / HEADS).read_bytes().splitlines(keepends=True)
        with open(restored / HEADS, "wb", opener=owner_only) as file:
            file.writelines(lines[:size])
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_ledger"],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings",
                "DATABASE_URL": address,
                "WIZARD_DATA": str(restored),
                "WIZARD_KEY_DIR": str(restored / KEYS),
                "WIZARD_HEADS_FILE": str(restored / HEADS),
                "WIZARD_SECRET_KEY": settings.SECRET_KEY,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    return Drill(done.returncode == 0, done.stdout + done.stderr, memos, size, max(len(lines) - size, 0))


def _copy_sqlite(target: Path) -> None:
    """SQLite's online backup: one consistent moment of the database, whatever is being written meanwhile."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(str(settings.DATABASES["default"]["NAME"]))) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
    with open(target, "rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _restored_database(backup: Path, restored: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Django's settings for the restored database, and its address."""
    live = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        path = restored / SQLITE
        shutil.copy2(backup / SQLITE, path)
        yield {**live, "NAME": str(path), "CONN_MAX_AGE": 0}, f"sqlite:///{quote(str(path.resolve()))}"
        return
    name = f"wizard_drill_{uuid.uuid4().hex}"
    _postgresql("createdb", name)
    try:
        _postgresql("pg_restore", "--exit-on-error", f"--dbname={name}", str(backup / DUMP))
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        yield {**live, "NAME": name, "CONN_MAX_AGE": 0}, address
    finally:
        _postgresql("dropdb", "--force", name)


def _reached(database: dict[str, Any]) -> tuple[int, int]:
    """The size of the restored ledger and the number of its memos."""
    alias = "drill"
    connections.databases[alias] = database
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT coalesce(max(size), 0) FROM wizard_treehead")
            (size,) = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM wizard_memo")
            (memos,) = cursor.fetchone()
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]
    return size, memos


def _postgresql(program: str, *arguments: str, into: Any = None) -> None:
    """Run a program of PostgreSQL on the server of this installation. Nothing secret stands in its arguments."""
    live = connections["default"].settings_dict
    named = {
        "PGHOST": live["HOST"] or live["OPTIONS"].get("host"),
        "PGPORT": live["PORT"],
        "PGUSER": live["USER"],
        "PGPASSWORD": live["PASSWORD"],
        "PGDATABASE": live["NAME"],
        "PGSSLMODE": live["OPTIONS"].get("sslmode"),
    }
    environment = {**os.environ, **{name: str(value) for name, value in named.items() if value}}
    subprocess.run([program, *arguments], env=environment, stdout=into, check=True)
