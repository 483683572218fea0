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
from dataclasses import dataclass
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

    `answered` and `recorded` hold what was acknowledged. A fault of the site (no answer, or 5xx) makes the person wait
    and send the very same again; any other answer that is not expected is kept in `strange`.
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
        """Wait until the site may answer again; False if it never will.

        What was sent is sent again even when the day is over, so that all that was stored is acknowledged in the end.
        """
        self.visitor.connection.close()
        self.resting.set()
        while not self.go.wait(0.05):
            if self.stop.is_set():
                return False
        self.resting.clear()
        time.sleep(0.05)
        return True


def declared(page: str, key: str) -> dict[str, str]:
    """What recording the result on this page sends."""
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None, page[:2000]
    return {"key": key, "seen": seen[1], "name": "Sam Sales", "declaration": "yes"}


def _value(fact: str) -> Any:
    said = ANSWERS[fact]
    return said == "true" if said in ("true", "false") else said


@dataclass(frozen=True)
class Acknowledged:
    """What the site said it had stored: answers as case, fact and value, and memos by submission key."""

    answers: list[tuple[str, str, Any]]
    memos: dict[str, str]

    def lost(self, stored: Stored) -> list[str]:
        """What of it is not in the database, read later, and what there is torn in two."""
        return [
            *(f"answer {answer}" for answer in self.answers if answer not in stored.events),
            *(f"memo {memo}" for key, memo in self.memos.items() if stored.memos.get(key) != memo),
            *stored.torn,
        ]

    def __str__(self) -> str:
        return f"{len(self.answers):,} answers and {len(self.memos):,} memos acknowledged"


class Crew:
    """Several people at once."""

    def __init__(self, site: Served, number: int) -> None:
        self.site = site
        self.people = [Person(site) for _ in range(number)]
        for person in self.people:
            person.settle_in()

    def start(self) -> None:
        """Let them work."""
        for person in self.people:
            person.start()

    def warm_up(self) -> None:
        """Wait until somebody's next memo is acknowledged, so that what is killed then is at work."""
        before, began = len(self.acknowledged().memos), time.monotonic()
        while len(self.acknowledged().memos) == before:
            assert time.monotonic() - began < PATIENCE, "Nobody's work is acknowledged."
            time.sleep(0.01)

    def kill(self) -> None:
        """Kill the server under them; nobody tries again until `resume`."""
        for person in self.people:
            person.go.clear()
        self.site.kill()
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

    def conclude(self) -> str:
        """Let everybody finish, hold everything against what was acknowledged, and say how much that was.

        Raises:
            AssertionError: something is lost, recorded twice, torn or strange, or the ledger is not in order.
        """
        self.end()
        known, stored = self.acknowledged(), self.site.stored()
        twice = [
            f"case {person.plain_case} has memos that nobody asked for"
            for person in self.people
            if stored.of_case[person.plain_case] != len(person.recorded)
        ]
        assert not (wrong := [*known.lost(stored), *twice, *self.strange]), wrong
        checked = self.site.manage("verify_ledger")
        assert checked.returncode == 0, checked.stdout
        refused = f"{self.statuses[503]:,} refused with 503, {self.statuses[0]:,} without an answer"
        return f"{known}, {refused}; 0 lost, 0 twice, 0 torn, ledger in order"

    def acknowledged(self) -> Acknowledged:
        """Everything that has been acknowledged so far."""
        return Acknowledged(
            [answer for person in self.people for answer in list(person.answered)],
            {key: memo for person in self.people for key, memo in dict(person.recorded).items()},
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
