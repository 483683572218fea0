"""The same memo sent by a hundred connections at once, for a hundred memos."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

from benchmarks.wizard_step import Visitor
from tests.faults.people import Person, declared
from tests.faults.served import served_on

AT_ONCE = 100


def duplicates(folder: Path, times: int, *, on_postgresql: bool = False) -> str:
    """So many results, each recorded by a hundred equal requests at once: one memo each.

    Raises:
        AssertionError: a request was refused or led elsewhere, or there are more memos.
    """
    with served_on(folder, postgresql=on_postgresql) as site:
        person = Person(site)
        person.settle_in()
        before = site.stored().of_case[person.plain_case]
        for _ in range(times):
            _status, _place, page = person.visitor.ask("GET", f"{person.case}result/")
            fields = declared(page, str(uuid.uuid4()))
            found: list[tuple[int, str]] = []
            together = threading.Barrier(AT_ONCE)

            threads = [
                threading.Thread(target=_send, args=(person, page, fields, together, found))
                for _ in range(AT_ONCE)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(found) == AT_ONCE
            assert len(set(found)) == 1, set(found)
            assert found[0][0] == 302, found[0]
        made = site.stored().of_case[person.plain_case] - before
        assert made == times, f"{made} memos of {times}."
    return f"{times * AT_ONCE:,} requests made {made} memos"


def _send(
    person: Person,
    page: str,
    fields: dict[str, str],
    together: threading.Barrier,
    found: list[tuple[int, str]],
) -> None:
    """Record the result of this page on a connection of its own, when everybody is ready."""
    visitor = Visitor(person.site.port)
    visitor.cookies = dict(person.visitor.cookies)
    together.wait()
    status, place, _page = visitor.send(f"{person.case}record/", page, **fields)
    found.append((status, place))
    visitor.connection.close()
