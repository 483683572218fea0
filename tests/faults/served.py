"""An installation with a real server, which can be killed at any moment and started again at the same address."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.browser.serving import free_port

BASE_DIR = Path(__file__).resolve().parent.parent.parent
GRANIAN = Path(sys.executable).with_name("granian")
START_SECONDS = 60

HALVES = {
    "memos without an entry": (
        "SELECT count(*) FROM wizard_memo m WHERE NOT EXISTS "
        "(SELECT 1 FROM wizard_ledgerentry e WHERE e.kind = 'memo' AND e.digest = m.sha256)"
    ),
    "entries without a memo": (
        "SELECT count(*) FROM wizard_ledgerentry e WHERE e.kind = 'memo' AND NOT EXISTS "
        "(SELECT 1 FROM wizard_memo m WHERE e.digest = m.sha256)"
    ),
    "acts without an entry": (
        "SELECT count(*) FROM wizard_reviewact a WHERE NOT EXISTS "
        "(SELECT 1 FROM wizard_ledgerentry e WHERE e.digest = a.sha256)"
    ),
    "superseded memos that do not say so": (
        "SELECT count(*) FROM wizard_memo m WHERE m.supersedes_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM wizard_reviewact a WHERE a.memo_id = m.supersedes_id AND a.kind = 'superseded')"
    ),
    "memos that are not in the queue": (
        "SELECT count(*) FROM wizard_memo m WHERE NOT EXISTS "
        "(SELECT 1 FROM wizard_docket d WHERE d.memo_id = m.id)"
    ),
    "memos that cannot be found": (
        "SELECT count(*) FROM wizard_memo m WHERE NOT EXISTS "
        "(SELECT 1 FROM wizard_searchtext s WHERE s.memo_id = m.id)"
    ),
    "entries without a head": (
        "SELECT count(*) FROM wizard_ledgerentry e WHERE NOT EXISTS "
        "(SELECT 1 FROM wizard_treehead h WHERE h.size = e.sequence + 1)"
    ),
}
"""What a transaction that was torn in two would leave behind."""


class Served:
    """A directory with a database, keys and heads, or a PostgreSQL database, and the server on it."""

    def __init__(self, data: Path, application: str = "config.wsgi:application", **environment: str) -> None:
        self.data, self.application, self.port = data, application, free_port()
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "WIZARD_DEMO": "1",
            "WIZARD_DATA": str(data),
            "WIZARD_REVISION": "faults",
            **environment,
        }
        self.server: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` on it."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def prepare(self) -> None:
        """Make its database, its files and the accounts of a demonstration."""
        for command in ("migrate -v0", "collectstatic --no-input -v0", "setup_demo"):
            done = self.manage(*command.split())
            assert done.returncode == 0, done.stderr

    def start(self) -> float:
        """Start the server; the seconds until it answered."""
        began = time.monotonic()
        log = (self.data / "server.log").open("ab")
        self.server = subprocess.Popen(
            [
                *(str(GRANIAN), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
                *("--workers", "1", "--blocking-threads", "8", "--log-level", "critical", self.application),
            ],
            cwd=BASE_DIR,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,  # so that all its processes can be killed at one stroke
        )
        log.close()
        while not self.answers():
            assert self.server.poll() is None, (self.data / "server.log").read_text()[-3000:]
            assert time.monotonic() - began < START_SECONDS, "The server does not answer."
            time.sleep(0.02)
        return time.monotonic() - began

    def answers(self) -> bool:
        """Whether it serves pages."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/sign-in/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server and every process of it."""
        assert self.server is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.server.pid, how)
        self.server.wait(30)

    # ------------------------------------------------------------------------------------------ what is stored

    @property
    def on_postgresql(self) -> bool:
        """Whether its database is PostgreSQL."""
        return "DATABASE_URL" in self.environment

    @contextlib.contextmanager
    def raw(self) -> Iterator[Any]:
        """A plain connection to the database, past the application."""
        connection: Any = (
            psycopg.connect(self.environment["DATABASE_URL"], autocommit=True)
            if self.on_postgresql
            else sqlite3.connect(self.data / "wizard.sqlite3", isolation_level=None, timeout=30)
        )
        try:
            yield connection
        finally:
            connection.close()

    def stored(self) -> Stored:
        """What the database holds, and what of it is torn in two."""
        with self.raw() as connection:
            # One moment of the database, though people may be at work.
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ" if self.on_postgresql else "BEGIN")

            def rows(statement: str) -> list[tuple[Any, ...]]:
                found: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
                return found

            def read(value: Any) -> Any:
                """A value of a JSON column, which only PostgreSQL's driver reads by itself."""
                return (
                    json.loads(value)
                    if value is not None and "DATABASE_URL" not in self.environment
                    else value
                )

            torn = {name: rows(statement)[0][0] for name, statement in HALVES.items()}
            latest: dict[Any, dict[str, Any]] = {}
            events = set()
            for case, fact, new in rows(
                "SELECT c.public_id, e.fact, e.new FROM wizard_answerevent e JOIN wizard_case c ON c.id = e.case_id "
                "ORDER BY e.case_id, e.version"
            ):
                value = read(new)
                latest.setdefault(_plain(case), {})[fact] = value
                events.add((_plain(case), fact, value))
            torn["cases whose answers are not those of their events"] = sum(
                read(answers)
                != {fact: value for fact, value in latest.get(_plain(case), {}).items() if value is not None}
                for case, answers in rows("SELECT public_id, answers FROM wizard_case")
            )
            memos = rows(
                "SELECT m.submission_key, m.public_id, c.public_id FROM wizard_memo m "
                "JOIN wizard_case c ON c.id = m.case_id"
            )
        return Stored(
            events,
            {_plain(key): _plain(memo) for key, memo, _case in memos},
            Counter(_plain(case) for _key, _memo, case in memos),
            {name: number for name, number in torn.items() if number},
        )


@dataclass(frozen=True)
class Stored:
    """What a database holds: changes of answers as case, fact and value; memos by submission key and how many each case
    has; and how many things are torn in two, by what they are."""

    events: set[tuple[str, str, Any]]
    memos: dict[str, str]
    of_case: Counter[str]
    torn: dict[str, int]


def _plain(value: object) -> str:
    """A UUID as either database has it, in 32 digits."""
    return str(value).replace("-", "")


@contextlib.contextmanager
def served(data: Path, application: str = "config.wsgi:application", **environment: str) -> Iterator[Served]:
    """A demonstration in this directory and the server on it, which is killed in the end."""
    data.mkdir(exist_ok=True)
    site = Served(data, application, **environment)
    site.prepare()
    site.start()
    try:
        yield site
    finally:
        site.kill()


@contextlib.contextmanager
def cluster(place: Path) -> Iterator[Cluster]:
    """A PostgreSQL of its own."""
    found = Cluster(place)
    try:
        yield found
    finally:
        found.end()


@contextlib.contextmanager
def served_on_postgresql(folder: Path) -> Iterator[tuple[Served, Cluster]]:
    """A demonstration on a PostgreSQL of its own, and that PostgreSQL."""
    (folder / "cluster").mkdir()
    with (
        cluster(folder / "cluster") as database,
        served(folder / "site", DATABASE_URL=database.url) as site,
    ):
        yield site, database


@contextlib.contextmanager
def served_on(folder: Path, *, postgresql: bool) -> Iterator[Served]:
    """A demonstration on either database."""
    if postgresql:
        with served_on_postgresql(folder) as (site, _database):
            yield site
    else:
        with served(folder / "site") as site:
            yield site


class Cluster:
    """A PostgreSQL server on a socket in a directory of its own, which can be killed and started again."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        root = os.geteuid() == 0
        self.user = "postgres" if root else subprocess.check_output(["id", "-un"], text=True).strip()
        self.become = ["runuser", "-u", "postgres", "--"] if root else []
        if root:
            subprocess.run(["chown", "postgres", str(place)], check=True)
        self._run(
            *("initdb", f"--pgdata={place}/data", "--auth=trust", f"--username={self.user}"),
            *("--encoding=UTF8", "--locale=C.UTF-8"),
        )
        self.start()

    @property
    def url(self) -> str:
        """Its address for `DATABASE_URL`."""
        return f"postgresql://{self.user}@/postgres?host={self.place}"

    def start(self) -> float:
        """Start it; the seconds until it took connections, recovery included."""
        began = time.monotonic()
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.place}' -c max_connections=80"
        self._run(
            *("pg_ctl", f"--pgdata={self.place}/data", "--wait", f"--log={self.place}/log", "--silent"),
            *(f"--options={options}", "start"),
        )
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL to every process of it."""
        postmaster = int((self.place / "data" / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(
            ["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=False
        ).stdout.split()
        for process in [postmaster, *map(int, children)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in [postmaster, *children]):
            time.sleep(0.005)

    def end(self) -> None:
        """Stop it for good."""
        subprocess.run(
            [
                *self.become,
                str(self.bin / "pg_ctl"),
                f"--pgdata={self.place}/data",
                "--mode=immediate",
                "stop",
            ],
            cwd=self.place,
            capture_output=True,
            check=False,
        )

    def _run(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [*self.become, str(self.bin / command), *arguments],
            cwd=self.place,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
