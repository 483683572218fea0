"""The disk full while people work: plain refusals, nothing lost, and everything goes on once there is room."""

from __future__ import annotations

import io
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.people import Crew
from tests.faults.served import served

PEOPLE = 4
MEGABYTES = 24
FULL_SECONDS = 3


def disk(folder: Path, times: int) -> str:
    """The disk filled to the last byte so many times.

    Raises:
        AssertionError: something acknowledged is lost, a refusal was not a plain 503, or it did not go on.
    """
    data = folder / "small"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(data)], check=True)
    with ExitStack() as stack:
        stack.callback(subprocess.run, ["umount", "--lazy", str(data)], check=False)
        site = stack.enter_context(served(data))
        crew = Crew(site, PEOPLE)
        crew.start()
        for _ in range(times):
            time.sleep(2)
            ballast = data / "ballast"
            with ballast.open("wb", buffering=0) as file:
                _fill(file)
                time.sleep(FULL_SECONDS)
            known = crew.acknowledged()
            assert not (lost := known.lost(site.stored())), lost
            ballast.unlink()
            time.sleep(4)
            assert len(crew.acknowledged().memos) > len(known.memos), (
                "Nothing goes on although there is room."
            )
        said = crew.conclude()
        assert crew.statuses[503], "The disk was never full."
        assert set(crew.statuses) <= {200, 302, 503}, crew.statuses
    return f"full {times} times, {said}"


def _fill(file: io.FileIO) -> None:
    """Write until nothing more fits."""
    size = 1 << 20
    while size:
        try:
            file.write(b"\0" * size)
        except OSError:
            size //= 2
