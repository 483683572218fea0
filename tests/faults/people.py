"""People at work on a site that fails under them: they change answers and record memos, send again what was not
acknowledged, and remember everything that was."""

from __future__ import annotations

import http.client
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.wizard_step import ANSWERS, Visitor
from tests.faults.served import Served, Stored

Fill = Callable[[str], dict[str, str]]
"""From a page to what is sent of it."""

PATIENCE = 60
"""Seconds after which a person no longer believes that the site comes back."""


class Person(threading.Thread):
    """One person with a case, who never stops until told to.

    `answered` and `recorded` hold what was acknowledged, `sent` what was sent and not yet acknowledged. A fault of the
    site (no answer, or 5xx) makes the person wait and send the very same again; any other strange answer is `strange`.
    """

    def __init__(self, site: Served) -> None:
        super().__init__(daemon=True)
        self.site = site
        self.answered: list[tuple[str, str, Any]] = []
        self.recorded: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self.strange: list[str] = []
        self.resting, self.stop = threading.Event(), threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.units = 1
        self.visitor = Visitor(site.port)
        self.case = ""

    # ------------------------------------------------------------------------------------------ work

    def settle_in(self) -> None:
        """Sign in, start a case and answer everything."""
        _status, _place, page = self.visitor.ask("GET", "/sign-in/")
        status, _place, _page = self.visitor.send("/sign-in/demo/", page, role="sales")
        assert status == 302, status
        _status, _place, page = self.visitor.ask("GET", "/cases/new/")
        _status, place, _page = self.visitor.send("/cases/new/", page, title="Warta Data: accelerators")
        self.case = place
        while not place.endswith("/result/"):
            status, after, page = self.visitor.ask("GET", place)
            if status == 302:
                place = after
                continue
            fact = place.rstrip("/").rpartition("/")[2]
            status, place, _page = self.visitor.send(place, page, answer=ANSWERS[fact])
            assert status == 302, (fact, status)
            self.answered.append((self.plain_case, fact, _value(fact)))

    @property
    def plain_case(self) -> str:
        """The case's public id in 32 digits."""
        return self.case.rstrip("/").rpartition("/")[2].replace("-", "")

    def run(self) -> None:
        """Change the number of units, record the result, and so on."""
        while not self.stop.is_set():
            self.units += 1
            place = f"{self.case}units/"
            if not self._post(place, place, lambda _page: {"answer": str(self.units)}, "/result/"):
                return
            self.answered.append((self.plain_case, "units", str(self.units)))
            key = str(uuid.uuid4())
            fill = partial(declared, key=key)
            where = self._post(f"{self.case}result/", f"{self.case}record/", fill, "/memos/")
            if not where:
                return
            self.recorded[key.replace("-", "")] = where.rstrip("/").rpartition("/")[2].replace("-", "")

    def _post(self, place: str, to: str, fill: Fill, leads: str) -> str:
        """Open a page and send its form until that is acknowledged: the place it leads to; empty if told to stop."""
        fields: dict[str, str] | None = None
        page = ""
        while True:
            try:
                if fields is None:
                    status, _place, page = self._ask("GET", place)
                    if status == 200:
                        fields = fill(page)
                if fields is not None:
                    status, where, said = self._ask("POST", to, page, fields)
                    if status == 302 and leads in where:
                        return where
                    if status < 500:
                        heading = " ".join(re.findall("<h1>(.*?)</h1>", said))
                        self.strange.append(f"{status} {where} {heading}")
                        fields = None
            except (OSError, http.client.HTTPException):
                self.statuses[0] += 1
            if not self._wait():
                return ""

    def _ask(
        self, method: str, place: str, page: str = "", fields: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        sent = fields or {}
        answer = (
            self.visitor.send(place, page, **sent) if method == "POST" else self.visitor.ask("GET", place)
        )
        self.statuses[answer[0]] += 1
        return answer

    def _wait(self) -> bool:
        """Wait until the site may answer again; whether to go on."""
        self.visitor.connection.close()
        self.resting.set()
        while not self.go.wait(0.05):
            if self.stop.is_set():
                return False
        self.resting.clear()
        time.sleep(0.05)
        return not self.stop.is_set()


def declared(page: str, key: str) -> dict[str, str]:
    """What recording the result on this page sends."""
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None, page[:2000]
    return {"key": key, "seen": seen[1], "name": "Sam Sales", "declaration": "yes"}


def _value(fact: str) -> Any:
    said = ANSWERS[fact]
    return said == "true" if said in ("true", "false") else said


class Crew:
    """Several people at once."""

    def __init__(self, site: Served, number: int) -> None:
        self.people = [Person(site) for _ in range(number)]
        for person in self.people:
            person.settle_in()

    def start(self) -> None:
        """Let them work."""
        for person in self.people:
            person.start()

    def pause(self) -> None:
        """Let nobody send anything again until `resume`; returns when everyone has noticed that the site is gone."""
        for person in self.people:
            person.go.clear()

    def all_rest(self) -> None:
        """Wait until everyone has noticed that the site is gone."""
        for person in self.people:
            assert person.resting.wait(PATIENCE), "Somebody does not notice that the site is gone."

    def resume(self) -> None:
        """Let them go on."""
        for person in self.people:
            person.resting.clear()
            person.go.set()

    def end(self) -> None:
        """Let them finish what they are at."""
        for person in self.people:
            person.stop.set()
        for person in self.people:
            person.join(PATIENCE)
            assert not person.is_alive(), "Somebody does not come to an end."

    def lost(self, stored: Stored) -> list[str]:
        """What was acknowledged and is not there, and what is torn in two."""
        found = []
        for person in self.people:
            found += [f"answer {one}" for one in person.answered[:] if one not in stored.events]
            found += [
                f"memo {memo}" for key, memo in dict(person.recorded).items() if stored.memos.get(key) != memo
            ]
        return [*found, *stored.torn]

    def twice(self, stored: Stored) -> list[str]:
        """Cases with more memos than were acknowledged, once everybody has finished."""
        return [
            f"case {person.plain_case}"
            for person in self.people
            if stored.of_case[person.plain_case] != len(person.recorded)
        ]

    @property
    def acknowledged(self) -> tuple[int, int]:
        """How many answers and memos."""
        return (
            sum(len(person.answered) for person in self.people),
            sum(len(person.recorded) for person in self.people),
        )

    @property
    def strange(self) -> list[str]:
        """Answers of the site that none of them expected."""
        return [one for person in self.people for one in person.strange]

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came, 0 for no answer at all."""
        total: Counter[int] = Counter()
        for person in self.people:
            total.update(person.statuses)
        return total
