"""Fifty people at work while the database is restarted under them."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.people import Crew
from tests.faults.served import Served, cluster

PEOPLE = 50
MINUTE = 60.0
BACK_WITHIN = 5.0
"""Seconds from the moment that the database takes connections until somebody's work is acknowledged again."""


def restarts(folder: Path, times: int) -> str:
    """The database killed so many times, a minute apart.

    Raises:
        AssertionError: something is lost or recorded twice, a refusal was not a plain 503, or work went on too late.
    """
    (folder / "cluster").mkdir()
    (folder / "site").mkdir()
    with cluster(folder / "cluster") as database, ExitStack() as stack:
        site = Served(folder / "site", DATABASE_URL=database.url)
        site.prepare()
        site.start()
        stack.callback(site.kill)
        crew = Crew(site, PEOPLE)
        crew.start()
        slowest = 0.0
        for _ in range(times):
            time.sleep(MINUTE)
            database.kill()
            database.start()
            began, before = time.monotonic(), crew.acknowledged
            while crew.acknowledged == before:
                assert time.monotonic() - began < BACK_WITHIN, "Nothing goes on although the database does."
                time.sleep(0.01)
            slowest = max(slowest, time.monotonic() - began)
        time.sleep(MINUTE)
        crew.end()
        stored = site.stored()
        assert not (lost := crew.lost(stored) + crew.twice(stored)), lost
        assert not crew.strange, crew.strange
        assert set(crew.statuses) <= {200, 302, 503}, crew.statuses
        checked = site.manage("verify_ledger")
        assert checked.returncode == 0, checked.stdout
    answers, memos = crew.acknowledged
    return (
        f"{times + 1} minutes, {PEOPLE} people, {answers:,} answers and {memos:,} memos acknowledged, "
        f"{crew.statuses[503]:,} refused with 503, 0 lost, work went on after at most {slowest:.1f} s"
    )
