"""The process that sets documents, seen from the outside: started when first needed, ended when it does not behave."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

SECONDS = 15.0
"""How long one document may take on the clock."""

DOCUMENTS = 200
"""How many documents one process sets before the next takes its place, so that what it remembers stays small."""

_PROGRAM = Path(__file__).with_name("typeset.py")


class TypesettingError(Exception):
    """A document could not be set; the message says why."""


class Typesetter:
    """Sets one document at a time in a process of its own, which is kept because starting it takes longer than a
    document does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._set = 0

    def set(self, job: Mapping[str, object]) -> bytes:
        """The PDF for a job, as `typeset.py` describes one.

        Raises:
            TypesettingError: the document cannot be set, or not within its limits.
        """
        with self._lock:
            process = self._running()
            too_late = threading.Event()

            def end() -> None:
                too_late.set()
                process.kill()

            timer = threading.Timer(SECONDS, end)
            timer.start()
            try:
                return _exchange(process, json.dumps(job).encode())
            except OSError as error:
                status = self._end()
                if too_late.is_set():
                    raise TypesettingError(f"It took longer than {SECONDS:g} seconds.") from error
                raise TypesettingError(f"The process ended with {status}.") from error
            finally:
                timer.cancel()

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        process = self._process
        # A process that was forked from ours after this one started must not share it.
        mine = self._owner == os.getpid()
        if process is None or not mine or self._set >= DOCUMENTS or process.poll() is not None:
            self._end()
            process = self._process = subprocess.Popen(
                [sys.executable, "-I", str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
            )
            self._owner, self._set = os.getpid(), 0
        self._set += 1
        return process

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return None
        process.kill()
        with process:
            return process.wait()


def _exchange(process: subprocess.Popen[bytes], job: bytes) -> bytes:
    """Hand the job over and take the document back.

    Raises:
        OSError: the process has ended.
        TypesettingError: the process says that the document cannot be set.
    """
    assert process.stdin
    assert process.stdout
    process.stdin.write(job + b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise BrokenPipeError
    answer = json.loads(line)
    if "error" in answer:
        raise TypesettingError(answer["error"])
    document = process.stdout.read(answer["length"])
    if len(document) < answer["length"]:
        raise BrokenPipeError
    return document


TYPESETTER = Typesetter()
atexit.register(TYPESETTER.close)
