"""Fifty people at work while the database is restarted under them."""

from __future__ import annotations

import time
from pathlib import Path

from tests.faults.people import Crew
from tests.faults.served import served_on_postgresql

PEOPLE = 50
MINUTE = 60.0
BACK_WITHIN = 5.0
"""Seconds from the moment that the database takes connections until somebody's work is acknowledged again."""


def restarts(folder: Path, times: int) -> str:
    """The database killed so many times, a minute apart.

    Raises:
        AssertionError: something is lost or recorded twice, a refusal was not a plain 503, or work went on too late.
    """
    with served_on_postgresql(folder) as (site, database):
        crew = Crew(site, PEOPLE)
        crew.start()
        slowest = 0.0
        for _ in range(times):
            time.sleep(MINUTE)
            database.kill()
            database.start()
            began, before = time.monotonic(), crew.acknowledged()
            while crew.acknowledged() == before:
                assert time.monotonic() - began < BACK_WITHIN, "Nothing goes on although the database does."
                time.sleep(0.01)
            slowest = max(slowest, time.monotonic() - began)
        time.sleep(MINUTE)
        said = crew.conclude()
        assert set(crew.statuses) <= {200, 302, 503}, crew.statuses
    return f"{times + 1} minutes, {PEOPLE} people, {said}, work went on after at most {slowest:.1f} s"
