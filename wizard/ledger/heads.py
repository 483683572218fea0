"""The file of tree heads outside the database, which shows when the database was rolled back or cut short.

Each line is a checkpoint as JSON. A head is written once its transaction has committed, never before: a head in the
file is a promise that the database has it. Lines are only ever added, under a lock and with fsync. What a process that
died between the commit and the file left out, or wrote in part, is completed at the next occasion.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from wizard import record
from wizard.ledger import checkpoint
from wizard.ledger.checkpoint import SignedHead
from wizard.ledger.files import owner_only, sync_directory

_LINE_LIMIT = 4096
"""Bytes; a checkpoint has at most about five hundred."""


_STRANGE = "The file of heads ends in a line that is not one of this ledger's heads."


class HeadsFileFault(Exception):
    """The file of heads does not agree with the database."""


def line(note: str) -> bytes:
    """A checkpoint as the file has it."""
    return record.canonical({"checkpoint": note}).encode() + b"\n"


def read_line(text: bytes) -> SignedHead:
    """The checkpoint of a line of the file.

    Raises:
        ValueError: it is not one.
    """
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("checkpoint"), str):
        raise ValueError("This is not a checkpoint.")
    return checkpoint.read(content["checkpoint"])


def last() -> SignedHead | None:
    """The last head in the file; None if there is no file yet, or nothing in it.

    Raises:
        HeadsFileFault: the last line is not a checkpoint.
    """
    try:
        with _path().open("rb") as file:
            return _end(file)[0]
    except FileNotFoundError:
        return None


def lines() -> Iterator[bytes]:
    """Every line of the file, the last perhaps torn; none if there is no file."""
    try:
        with _path().open("rb") as file:
            while text := file.readline(_LINE_LIMIT):
                yield text
    except FileNotFoundError:
        return


def write(notes: Iterable[tuple[int, str]]) -> None:
    """Add the checkpoints, given with their sizes in rising order, that the file does not have yet.

    Raises:
        HeadsFileFault: the file is not what these checkpoints continue.
        OSError: the file cannot be written.
    """
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "a+b", opener=owner_only) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        end, torn = _end(file)
        reached = end.head.size if end else 0
        if not reached and not torn:
            sync_directory(path.parent)
        for size, note in notes:
            if size <= reached:
                continue
            text = line(note)
            if size != reached + 1 and reached:
                raise HeadsFileFault(f"The file of heads ends at {reached}; {size} does not follow.")
            if not text.startswith(torn):
                raise HeadsFileFault(_STRANGE)
            file.write(text[len(torn) :])
            reached, torn = size, b""
        if torn:
            raise HeadsFileFault(_STRANGE)
        file.flush()
        os.fsync(file.fileno())


def _path() -> Path:
    return Path(settings.WIZARD_HEADS_FILE)


def _end(file: BinaryIO) -> tuple[SignedHead | None, bytes]:
    """The last whole line of the file as a head, and the bytes of a torn line after it."""
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - 2 * _LINE_LIMIT))
    whole, newline, torn = file.read().rpartition(b"\n")
    if not newline:
        return None, torn
    try:
        return read_line(whole.rpartition(b"\n")[2]), torn
    except ValueError as error:
        raise HeadsFileFault("The last line of the file of heads is not a checkpoint.") from error
