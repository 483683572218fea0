"""Tries one fault of the code after another: what the tests need is read once, the law anew in a fork for each fault.

Started in a copy of the package, whose modules it changes and puts back. Each line says a module, the number of a
node and a kind of change, or no module for the code as it is, and a test to be tried first; the answer is the fate and
the test that failed.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from time import process_time

import pytest
from hypothesis import settings

from tests.rules import boundaries
from tests.rules.mutation import code

ALL_SECONDS = 240
WAIT = 1_200  # by the clock, for what waits for ever
MEMORY = 4 * 2**30
OPTIONS = (
    "-x",
    "-q",
    "-s",
    "--tb=no",
    "--assert=plain",
    "-c",
    "/dev/null",
    "--rootdir",
    ".",
    "-p",
    "no:cacheprovider",
)


class Watched:
    """Gives each test its time, and keeps the name of the one that fails."""

    def __init__(self) -> None:
        self.failed = "import"

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test that takes much longer than it should counts as one that never ends."""
        allow()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called after each test."""
        if report.failed:
            self.failed = report.nodeid


def allow() -> None:
    """From now on so many seconds."""
    resource.setrlimit(
        resource.RLIMIT_CPU, (min(ALL_SECONDS, int(process_time()) + code.SECONDS), ALL_SECONDS)
    )


@contextmanager
def planted(module: str, number: int, kind: str) -> Iterator[None]:
    """The module stands changed within the block."""
    path, aside = (code.ROOT / "rules" / f"{module}{end}" for end in (".py", ".py.aside"))
    source = code.mutated(module, number, kind)
    path.rename(aside)  # it keeps its time, and what was compiled from it its use
    try:
        path.write_text(source, "utf-8")
        yield
    finally:
        aside.replace(path)


def tried(module: str, first: str) -> str:
    """What the tests say in a process of their own, and which of them failed."""
    answer, told = os.pipe()
    child = os.fork()
    if not child:
        os.write(told, _tested(module, first).encode())
        os._exit(0)
    os.close(told)
    with os.fdopen(answer, encoding="utf-8") as reading:
        said = reading.read()
    _child, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        return said
    stopped = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)
    return f"{code.ENDLESS if stopped else code.KILLED}\t{os.WTERMSIG(status)}"


def _tested(module: str, first: str) -> str:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(WAIT)
    allow()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    watched = Watched()
    for tests in ([first], *code.tests(module)) if first else code.tests(module):
        status = pytest.main([*OPTIONS, *tests], plugins=[watched])
        # In a test, or where a file of tests begins because the package cannot be imported; pytest calls the latter
        # an error of usage if a single test of the file was asked for, as the one tried first may be one that is no more.
        found = [pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED]
        if tests != [first]:
            found.append(pytest.ExitCode.USAGE_ERROR)
        if status in found:
            return f"{code.KILLED}\t{watched.failed}"
        if status and tests != [first]:
            return f"status {status}"
    return f"{code.SURVIVED}\t"


def main() -> None:
    """Until no line comes any more."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings.load_profile("ci")  # the same examples every time
    boundaries.bases_for_countries()
    assert "rules" not in sys.modules
    for line in sys.stdin:
        module, number, kind, first = line.rstrip("\n").split("\t")
        with planted(module, int(number), kind) if module else nullcontext():
            print(tried(module, first), flush=True)
        sys.dont_write_bytecode = True  # what stands compiled is the law as it is, which comes first
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


if __name__ == "__main__":
    main()
