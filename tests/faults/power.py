"""The power cut at any moment of recording: what SQLite was told to keep, and nothing else, is there afterwards.

The system calls of a process that answers and records are taken down by strace. A cut keeps of each file what was there
at its last fsync, and of what was written since any part: each write or none of it, or its first half. A file that was
made or removed since its directory's last fsync may be there or not. That is the worst that POSIX allows; real file
systems are kinder. Then SQLite opens what is left, and everything that was acknowledged before the cut must be in it.
"""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.served import Served

SEED = 762
AS_SET = "journal_mode=DELETE;synchronous=EXTRA"
SAFE = {
    "DELETE, EXTRA (as the settings have it)": AS_SET,
    "TRUNCATE, FULL": "journal_mode=TRUNCATE;synchronous=FULL",
}
UNSAFE = {
    "DELETE, FULL (what Django does by itself)": "journal_mode=DELETE;synchronous=FULL",
    "DELETE, NORMAL": "journal_mode=DELETE;synchronous=NORMAL",
    "WAL, NORMAL": "journal_mode=WAL;synchronous=NORMAL",
    "DELETE, OFF": "journal_mode=DELETE;synchronous=OFF",
}

WORK = """
import os, sys
import django
from django.conf import settings
pragmas = [p for p in settings.SQLITE_PRAGMAS.split(";") if "journal_mode" not in p and "synchronous" not in p]
pragmas += [f"PRAGMA {p}" for p in sys.argv[1].split(";")]
settings.DATABASES["default"]["OPTIONS"]["init_command"] = ";".join(pragmas)
django.setup()
from django.db import connection
from tests.factories import MemoFactory
from wizard.answers import given
case = MemoFactory.create().case
print("ready", flush=True)
for number in range(12):
    value = ("2e26", "3e26")[number % 2]
    case.save_answers({"training_operations": given("training_operations", value, {})}, by=case.owner,
                      way="typed", seen=case.version, language="en")
    os.write(1, b"acknowledged\\n")
    MemoFactory.create(case=case)
    os.write(1, b"acknowledged\\n")
"""
"""Twelve answers and twelve memos, each acknowledged in a line once it is stored."""

COUNT = "SELECT (SELECT count(*) FROM wizard_answerevent) + (SELECT count(*) FROM wizard_memo)"
WHOLE = (
    "SELECT (SELECT count(*) FROM wizard_memo) + (SELECT count(*) FROM wizard_reviewact) + 1 "
    "= (SELECT count(*) FROM wizard_ledgerentry) "
    "AND (SELECT count(*) FROM wizard_ledgerentry) = (SELECT count(*) FROM wizard_treehead) "
    "AND (SELECT count(*) FROM wizard_memo) = (SELECT count(*) FROM wizard_docket)"
)


@dataclass
class Disk:
    """A directory as the disk has it: what is sure, and what was done since, file by file and to the directory."""

    sure: dict[int, bytearray] = field(default_factory=dict)
    since: dict[int, list[tuple[int, bytes] | int]] = field(default_factory=dict)
    listed: dict[str, int] = field(default_factory=dict)
    listing: list[tuple[str, int | None]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    """Names as the running system sees them."""

    def make(self, name: str) -> None:
        """A file, new if there was none of that name."""
        if name not in self.names:
            number = len(self.sure)
            self.sure[number], self.since[number], self.names[name] = bytearray(), [], number
            self.listing.append((name, number))

    def sync(self, name: str) -> None:
        """What was done to a file is sure now."""
        number = self.names[name]
        for change in self.since[number]:
            apply(change, self.sure[number])
        self.since[number] = []

    def sync_directory(self, directory: str) -> None:
        """What was made and removed in it is sure now."""
        later = []
        for entered in self.listing:
            if str(Path(entered[0]).parent) == directory:
                _enter(self.listed, entered)
            else:
                later.append(entered)
        self.listing = later

    def remove(self, name: str, other: str = "") -> None:
        """A file goes, or goes by another name."""
        number = self.names.pop(name)
        self.listing.append((name, None))
        if other:
            self.names[other] = number
            self.listing.append((other, number))

    def after_a_cut(self, chance: random.Random) -> dict[str, bytearray]:
        """What may be there when the power comes back."""
        listed = dict(self.listed)
        for entered in self.listing:
            if chance.random() < 0.5:
                _enter(listed, entered)
        found = {}
        for name, number in listed.items():
            content = bytearray(self.sure[number])
            kept = chance.random()  # how much was already on its way to the disk
            for change in self.since[number]:
                if chance.random() < kept:
                    apply(change, content, half=chance.random() < 0.1)
            found[name] = content
        return found


def apply(change: tuple[int, bytes] | int, content: bytearray, *, half: bool = False) -> None:
    """Write at a place of a file, or cut the file to a length."""
    if isinstance(change, int):
        content[change:] = b"\0" * (change - len(content))
        return
    at, data = change
    data = data[: len(data) // 2] if half else data
    content.extend(b"\0" * (at - len(content)))
    content[at : at + len(data)] = data


def _enter(listed: dict[str, int], change: tuple[str, int | None]) -> None:
    name, number = change
    if number is None:
        listed.pop(name, None)
    else:
        listed[name] = number


# -------------------------------------------------------------------------------------------------- taking down


@dataclass(frozen=True)
class Call:
    """One system call on a file of the installation: what it does, the file, and what it needs besides."""

    what: str
    name: str = ""
    other: str = ""
    at: int = 0
    data: bytes = b""


_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += \d")
_FILE = re.compile(r"^(\d+)<([^>]*)>(?:, )?(.*)$", re.DOTALL)


def taken_down(site: Served, pragmas: str, directory: Path) -> list[Call]:
    """The calls of a process that works on this installation."""
    trace = directory / "trace"
    done = subprocess.run(
        [
            *("strace", "-f", "-y", "-xx", "-s", "10000000", "-o", str(trace), "-e"),
            "trace=openat,write,pwrite64,fsync,fdatasync,ftruncate,unlink,rename",
            *(sys.executable, "-c", WORK, pragmas),
        ],
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    calls = list(_calls(trace, str(site.data)))
    trace.unlink()
    assert sum(call.what == "acknowledged" for call in calls) == 24
    return calls


def _calls(trace: Path, data: str) -> Iterator[Call]:
    for line in trace.read_text("ascii").splitlines():
        found = _LINE.match(line)
        if found is None:
            assert "unfinished" not in line, (
                "Threads of the process cross each other; the order is not known."
            )
            continue
        what, arguments = found[1], found[2]
        if what in ("openat", "unlink", "rename"):
            name, other = [*map(_text, re.findall(r'"([^"]*)"', arguments)), ""][:2]
            if name.startswith(data) and what != "openat":
                yield Call("remove", name, other)
            elif name.startswith(data) and "O_CREAT" in arguments:
                yield Call("make", name)
            continue
        file = _FILE.match(arguments)
        assert file is not None, line[:200]
        name, rest = _text(file[2]), file[3]
        if file[1] == "1" and what == "write" and not name.startswith(data):
            said = _bytes(rest)
            if b"ready" in said:
                yield Call("ready")
            elif b"acknowledged" in said:
                yield Call("acknowledged")
        elif not name.startswith(data):
            continue
        elif what in ("fsync", "fdatasync"):
            yield Call("sync", name)
        elif what == "ftruncate":
            yield Call("cut", name, at=int(rest))
        elif what == "pwrite64":
            yield Call("write", name, at=int(rest.rpartition(", ")[2]), data=_bytes(rest))
        elif what == "write":  # keys, once, and the file of heads, at its end
            yield Call("append", name, data=_bytes(rest))


def _text(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("\\x", "")).decode() if "\\x" in escaped else escaped


def _bytes(rest: str) -> bytes:
    quoted = rest[rest.index('"') + 1 : rest.rindex('"')]
    return bytes.fromhex(quoted.replace("\\x", ""))


# -------------------------------------------------------------------------------------------------- cutting


def installed(data: Path) -> Served:
    """An installation without anything in it."""
    data.mkdir()
    site = Served(data)
    done = site.manage("migrate", "-v0")
    assert done.returncode == 0, done.stderr
    return site


def cuts(site: Served, pragmas: str, times: int, directory: Path) -> tuple[int, int]:
    """So many cuts at random moments: after how many something acknowledged was missing, and how many left a database
    that is torn, behind its file of heads, or cannot be read."""
    before = {path.name: path.read_bytes() for path in site.data.iterdir() if path.is_file()}
    calls = taken_down(site, pragmas, directory)
    start = next(at for at, call in enumerate(calls) if call.what == "ready")
    chance, disk = random.Random(SEED), Disk()
    for name, content in before.items():
        disk.make(f"{site.data}/{name}")
        disk.since[disk.names[f"{site.data}/{name}"]].append((0, content))
        disk.sync(f"{site.data}/{name}")
    disk.sync_directory(str(site.data))
    moments = sorted(chance.randrange(start, len(calls)) for _ in range(times))
    with sqlite3.connect(site.data / "wizard.sqlite3") as connection:
        # Each acknowledgement is of one answer or one memo, and nothing came after the last.
        stored = connection.execute(COUNT).fetchone()[0] - sum(call.what == "acknowledged" for call in calls)
    connection.close()
    lost = torn = acknowledged = 0
    for at, call in enumerate(calls):
        acknowledged += call.what == "acknowledged"
        _do(disk, call)
        while moments and moments[0] == at:
            moments.pop(0)
            found, whole = _left(disk.after_a_cut(chance), directory)
            lost += found < stored + acknowledged
            torn += not whole
    return lost, torn


def _do(disk: Disk, call: Call) -> None:
    if call.what == "make":
        disk.make(call.name)
    elif call.what == "sync" and call.name in disk.names:
        disk.sync(call.name)
    elif call.what == "sync":
        disk.sync_directory(call.name)
    elif call.what == "remove":
        disk.remove(call.name, call.other)
    elif call.what in ("write", "cut", "append"):
        changes = disk.since[disk.names[call.name]]
        if call.what == "append":
            content = bytearray(disk.sure[disk.names[call.name]])
            for change in changes:
                apply(change, content)
            changes.append((len(content), call.data))
        else:
            changes.append(call.at if call.what == "cut" else (call.at, call.data))


def _left(files: dict[str, bytearray], directory: Path) -> tuple[int, bool]:
    """How many answers and memos SQLite finds in what is left, and whether it is whole."""
    with tempfile.TemporaryDirectory(dir=directory) as place:
        for name, content in files.items():
            if Path(name).name.startswith("wizard.sqlite3"):
                (Path(place) / Path(name).name).write_bytes(content)
        connection = sqlite3.connect(Path(place) / "wizard.sqlite3")

        def found(statement: str) -> int:
            return int(connection.execute(statement).fetchone()[0])

        try:
            connection.execute("PRAGMA synchronous=OFF")  # nothing here need outlast another cut
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            # A head in the file outside is a promise that the database has it.
            heads = next((content for name, content in files.items() if name.endswith("/heads")), bytearray())
            promised = heads.count(b"\n") <= found("SELECT count(*) FROM wizard_treehead")
            key = any(name.endswith(".pem") and content for name, content in files.items())
            return found(COUNT), sound and promised and key and bool(found(WHOLE))
        except sqlite3.Error:
            return 0, False
        finally:
            connection.close()


def replayed(folder: Path, times: int) -> str:
    """Cuts under each way of storing: none may lose anything where the settings are allowed, and the unsafe ones must
    be seen to lose something, or the replay could not see it.

    Raises:
        AssertionError: it is not so.
    """
    said: list[str] = []
    for name, pragmas in {**SAFE, **UNSAFE}.items():
        site = installed(folder / f"site-{len(said)}")
        lost, torn = cuts(site, pragmas, times if name in SAFE else min(times, 2_000), folder)
        said.append(f"{name}: {lost} lost, {torn} torn")
        assert (lost + torn == 0) is (name in SAFE), said[-1]
    return f"{times:,} cuts each (2,000 where it is unsafe): {'; '.join(said)}"
