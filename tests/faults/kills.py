"""Servers and database clusters killed while people work: nothing acknowledged is lost, nothing is half written."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.people import Crew
from tests.faults.served import Served, cluster

PEOPLE = 4
SEED = 762


def servers(folder: Path, times: int, *, on_postgresql: bool = False, broken: bool = False) -> str:
    """The server killed so many times; what came of it.

    Raises:
        AssertionError: something acknowledged is lost, something is torn, or (`broken`) too little torn was found.
    """
    with ExitStack() as stack:
        database = {}
        if on_postgresql:
            (folder / "cluster").mkdir()
            database["DATABASE_URL"] = stack.enter_context(cluster(folder / "cluster")).url
        (folder / "site").mkdir()
        application = "tests.faults.broken:application" if broken else "config.wsgi:application"
        site = Served(folder / "site", application, **database)
        site.prepare()
        site.start()
        stack.callback(site.kill)
        crew = Crew(site, PEOPLE)
        crew.start()
        chance, torn, before = random.Random(SEED), 0, 0
        for _ in range(times):
            time.sleep(chance.uniform(0.1, 1.5))
            crew.pause()
            site.kill()
            crew.all_rest()
            stored = site.stored()
            assert broken or not (lost := crew.lost(stored)), lost
            torn += (now := sum(stored.torn.values())) > before
            before = now
            site.start()
            crew.resume()
        return _conclude(crew, site, times, torn, broken=broken)


def clusters(folder: Path, times: int) -> str:
    """The whole PostgreSQL killed so many times under a server that goes on; people send again with the same keys.

    Raises:
        AssertionError: something acknowledged is lost, something was recorded twice or torn.
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
        chance, longest = random.Random(SEED), 0.0
        for _ in range(times):
            time.sleep(chance.uniform(0.1, 1.5))
            database.kill()
            longest = max(longest, database.start())
            stored = site.stored()
            assert not (lost := crew.lost(stored)), lost
        return _conclude(crew, site, times, 0) + f", database back after at most {longest:.1f} s"


def _conclude(crew: Crew, site: Served, times: int, torn: int, *, broken: bool = False) -> str:
    """Let everybody finish, check everything once more, and say what there was."""
    time.sleep(1)
    crew.end()
    stored = site.stored()
    answers, memos = crew.acknowledged
    said = (
        f"{times} kills, {answers:,} answers and {memos:,} memos acknowledged, statuses {dict(crew.statuses)}"
    )
    if broken:
        assert torn >= times / 5, f"Only {torn} of {times} torn states were found."
        return f"{said}; torn after {torn} of {times}, as must be without transactions"
    assert not (lost := crew.lost(stored) + crew.twice(stored)), lost
    assert not crew.strange, crew.strange
    assert memos > times, "Too little was recorded for this to say anything."
    checked = site.manage("verify_ledger")
    assert checked.returncode == 0, checked.stdout
    return f"{said}; 0 lost, 0 twice, 0 torn, ledger in order"
