"""Memos as releases sealed them: `sealed_memos_of_release_1.txt`, one a line, its SHA-256 before its canonical bytes.

Later code is held to them: it derives each anew byte for byte and shows it, or a test names what of the law differs.
The file of a release is made once, by `make`, and never again; the next release adds a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from django.contrib.auth.models import User

from tests.factories import OPEN_QUESTIONS, UserFactory
from wizard.models import Case, Memo
from wizard.samples import play, record

HERE = Path(__file__).parent
RELEASES = sorted(HERE.glob("sealed_memos_of_release_*.txt"))
WORKED = HERE.parent / "rules" / "worked_cases.jsonl"


def read(path: Path) -> Iterator[tuple[str, str]]:
    """The SHA-256 and the canonical bytes of every memo in a file."""
    for line in path.read_text("utf-8").splitlines():
        sha256, _space, canonical = line.partition(" ")
        yield sha256, canonical


def make(path: Path) -> None:
    """Write one memo of each outcome, made from the worked cases as a user makes them."""
    author: User = UserFactory.create(username="release", first_name="Pat", last_name="Example")
    written: dict[str, Memo] = {}
    worked = [json.loads(line) for line in WORKED.read_text("utf-8").splitlines()]
    worked.append({"title": "Open questions", "facts": OPEN_QUESTIONS, "expect": {"outcome": "undetermined"}})
    for one in worked:
        outcome = one["expect"]["outcome"]
        if outcome in written:
            continue
        case = Case.objects.start(author, one["title"][:120])
        if play(case, author, one["facts"]).finished:
            written[outcome] = record(case, author)
    path.write_text("".join(f"{memo.sha256} {memo.canonical}\n" for memo in written.values()), "utf-8")
