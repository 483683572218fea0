"""Whole installations for the tests of the ledger: a database, its keys and its file of heads, to be tampered with.

One is made by the application itself, in a process of its own; each test gets a copy. Those who tamper have every right
in the database: they take its protection away, change what they like, and put the protection back as it was.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connections

from wizard import append_only
from wizard.ledger.audit import Report, audit

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")

MAKE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import MemoFactory
from wizard.ledger import log
first = MemoFactory.create()
MemoFactory.create(case=first.case)
MemoFactory.create()
log.rotate()
MemoFactory.create()
for _ in range(3):
    MemoFactory.create(case=first.case)
"""
"""Seven memos, five of them of one case, so four superseded, and two keys: entries 0 to 12."""

MEMOS, ACTS, ENTRIES = 7, 4, 13


@dataclass
class Installation:
    """A directory with keys and heads, and a database: the SQLite file in it, or a PostgreSQL database of that name."""

    directory: Path
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to work on this installation."""
        found = {
            **os.environ,
            "WIZARD_DEMO": "1",
            "WIZARD_DATA": str(self.directory),
            "WIZARD_REVISION": "tests",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(BASE_DIR),
        }
        if ON_POSTGRESQL:
            found["DATABASE_URL"] = _address(self.name)
        return found

    def run(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run Python code in a process of its own, on this installation."""
        return subprocess.run(
            [sys.executable, "-c", code],
            env=self.environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )

    def start(self, code: str) -> subprocess.Popen[str]:
        """Start Python code in a process of its own, on this installation."""
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env=self.environment,
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` on this installation."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment,
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.directory / "wizard.sqlite3"

    @property
    def heads_file(self) -> Path:
        """The file of heads."""
        return self.directory / "heads"

    @property
    def key_dir(self) -> Path:
        """The directory of keys."""
        return self.directory / "keys"

    @contextlib.contextmanager
    def raw(self) -> Iterator[Any]:
        """A plain connection to the database, past the application."""
        connection: Any
        if ON_POSTGRESQL:
            connection = psycopg.connect(_address(self.name), autocommit=True)
        else:
            connection = sqlite3.connect(self.database, isolation_level=None)
        try:
            yield connection
        finally:
            connection.close()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement past the application, under the protection of the tables."""
        with self.raw() as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def unprotected(self) -> Iterator[Any]:
        """A plain connection while no table is protected; afterwards the protection is as it was."""
        tables = [model._meta.db_table for model in append_only.protected()]
        with self.raw() as connection:
            if ON_POSTGRESQL:
                for table in tables:
                    connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
                yield connection
                for table in tables:
                    connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
                    for name in ("change", "truncate"):
                        connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuse_{name}")
                return
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _statement in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            yield connection
            for _name, statement in triggers:
                connection.execute(statement)

    def audit(self) -> Report:
        """Check this installation in this process; its files are chosen by the settings of the test."""
        with self.opened() as alias:
            return audit(alias)

    @contextlib.contextmanager
    def opened(self) -> Iterator[str]:
        """The alias under which Django knows this database."""
        alias = f"copy-{self.name}"
        name = self.name if ON_POSTGRESQL else str(self.database)
        connections.databases[alias] = {**connections.databases["default"], "NAME": name, "CONN_MAX_AGE": 0}
        try:
            yield alias
        finally:
            connections[alias].close()
            del connections[alias]
            del connections.databases[alias]

    def copy(self, directory: Path, name: str) -> Installation:
        """The same installation once more."""
        shutil.copytree(self.directory, directory)
        if ON_POSTGRESQL:
            _administer(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        return Installation(directory, name)

    def drop(self) -> None:
        """Remove the database; its directory goes with the test's."""
        if ON_POSTGRESQL:
            _administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def make(directory: Path, name: str, code: str = MAKE) -> Installation:
    """An installation made by the application."""
    made = Installation(directory, name)
    if ON_POSTGRESQL:
        _administer(f'CREATE DATABASE "{name}"')
    try:
        made.run(code)
    except subprocess.CalledProcessError as error:
        raise AssertionError(error.stderr) from error
    return made


def _address(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def _administer(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement.encode())
