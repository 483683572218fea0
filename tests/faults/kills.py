"""Servers and database clusters killed while people work: nothing acknowledged is lost, nothing is half written."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.people import Crew
from tests.faults.served import served, served_on, served_on_postgresql

PEOPLE = 4
MOMENT = 0.5
"""Seconds within which the kill comes, once people are at work."""

SEED = 762


def servers(folder: Path, times: int, *, on_postgresql: bool = False) -> str:
    """The server killed so many times; what came of it.

    Raises:
        AssertionError: something acknowledged is lost, recorded twice or torn.
    """
    with served_on(folder, postgresql=on_postgresql) as site:
        crew = Crew(site, PEOPLE)
        crew.start()
        chance = random.Random(SEED)
        for _ in range(times):
            crew.warm_up()
            time.sleep(chance.uniform(0, MOMENT))
            crew.kill()
            assert not (lost := crew.acknowledged().lost(site.stored())), lost
            site.start()
            crew.resume()
        return f"{times} kills, {crew.conclude()}"


def broken(folder: Path, times: int) -> str:
    """So many fresh installations of an application without its transactions, each killed once.

    Raises:
        AssertionError: too little torn was found, so that the other parts would not find it either.
    """
    chance, torn = random.Random(SEED), 0
    for number in range(times):
        with served(folder / f"site-{number}", "tests.faults.broken:application") as site:
            crew = Crew(site, PEOPLE)
            crew.start()
            crew.warm_up()
            time.sleep(chance.uniform(0, MOMENT))
            crew.kill()
            crew.end()
            torn += bool(site.stored().torn)
    assert torn >= times / 5, f"Only {torn} of {times} torn states were found."
    return f"{times} kills, torn after {torn} of them, as must be without transactions"


def clusters(folder: Path, times: int) -> str:
    """The whole PostgreSQL killed so many times under a server that goes on; people send again with the same keys.

    Raises:
        AssertionError: something acknowledged is lost, something was recorded twice or torn.
    """
    with served_on_postgresql(folder) as (site, database):
        crew = Crew(site, PEOPLE)
        crew.start()
        chance, longest = random.Random(SEED), 0.0
        for _ in range(times):
            crew.warm_up()
            time.sleep(chance.uniform(0, MOMENT))
            database.kill()
            longest = max(longest, database.start())
            known = crew.acknowledged()
            assert not (lost := known.lost(site.stored())), lost
        return f"{times} kills, {crew.conclude()}, back after at most {longest:.1f} s"
