"""The desk on an archive: queue, search, memo, verify page and dashboard, against the limits of the database; growth.

    export WIZARD_DEMO=1 WIZARD_DATA=/somewhere
    manage.py migrate; manage.py collectstatic --no-input; manage.py make_memos 1000000
    python -m benchmarks.archive [--beside OTHER ...]

Works on the database of the environment, SQLite or PostgreSQL, and changes nothing in it but a session. Every answer
that is timed is held against a scan of every row. Times are milliseconds, each call repeated in five rounds; the ratio
is of the medians within a round, lowest to highest. SQLite works inside this process, so there it is processor time,
which other work on the machine disturbs little; on PostgreSQL it is wall-clock time. On SQLite the same queries run in
a stock FTS5 table (`unicode61`, no prefix index, Chinese not divided) that is made in memory from the same texts.

With `--beside`, the same is measured in other archives too, each in a process of its own, and the medians stand beside
each other. An OTHER is the WIZARD_DATA of another installation; on PostgreSQL a comma and its DATABASE_URL follow.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from wizard.accounts import Role  # noqa: E402
from wizard.desk import dashboard, queue, search  # noqa: E402
from wizard.desk.models import SearchText  # noqa: E402
from wizard.models import Docket, Memo  # noqa: E402

ROUNDS, CALLS = 5, 20
LIMIT = 20
DEEP = (100, 1_000, 10_000)
"""Pages down; the last page besides."""

SELDOM = {"page: the dashboard, counted anew": 1, "the last page by OFFSET": 2}
"""Calls of a round, for what takes long."""

Call = Callable[[], object]


@dataclass
class Timed:
    """One line of the table: the times of each round, in milliseconds."""

    name: str
    rounds: list[list[float]]

    @property
    def median(self) -> float:
        """Of every call."""
        return statistics.median(time for times in self.rounds for time in times)

    def line(self, base: Timed | None) -> str:
        """As the table has it, with the ratio to `base`."""
        medians = [statistics.median(times) for times in self.rounds]
        every = sorted(time for times in self.rounds for time in times)
        ratio = "–"
        if base is not None:
            ratios = sorted(
                median / statistics.median(times) for median, times in zip(medians, base.rounds, strict=True)
            )
            ratio = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        return (
            f"| {self.name} | {self.median:.2f} ({min(medians):.2f} to {max(medians):.2f}) "
            f"| {every[int(len(every) * 0.99)]:.2f} | {ratio} |"
        )


def measured(calls: Mapping[str, list[Call]]) -> dict[str, Timed]:
    """Every call in every round, those of one round side by side, so that other work disturbs them alike."""
    clock = time.thread_time if connection.vendor == "sqlite" else time.perf_counter
    found = {name: Timed(name, []) for name in calls}
    for name, several in calls.items():
        assert several, name
        several[0]()  # the first opens files and compiles
    gc.collect()
    gc.freeze()  # else a collection of garbage goes through all rows of the scan, which the site has not in memory
    for _ in range(ROUNDS):
        for name, several in calls.items():
            times = []
            for call in (several * CALLS)[: SELDOM.get(name, CALLS)]:
                before = clock()
                call()
                times.append(1000 * (clock() - before))
            found[name].rounds.append(times)
    return found


# -------------------------------------------------------------------------------------------------- queue


class Row(NamedTuple):
    """What the filters ask of a memo, for the scan."""

    memo_id: int
    number: str
    title: str
    author_id: int
    owner_id: int
    assignee_id: int | None
    state: str
    destination: str
    outcome: str


def chosen(people: list[User]) -> dict[str, dict[str, Any]]:
    """Filters as a reviewer sets them."""
    return {
        "queue, first page": {"state": "all"},
        "queue, what waits for me": {"state": "mine"},
        "filter: state": {"state": "returned"},
        "filter: owner": {"state": "all", "owner": people[0]},
        "filter: country": {"state": "all", "country": "DE"},
        "filter: outcome": {"state": "all", "outcome": "license_required"},
        "filter: country and what waits for me": {"state": "mine", "country": "CN"},
        "filter: state, country and outcome": {
            "state": "waiting",
            "country": "CN",
            "outcome": "license_required",
        },
        "filter: owner and words": {"state": "all", "owner": people[1 % len(people)], "q": "accelerators"},
        "filter: words that nothing has": {"state": "all", "q": "zzyzx"},
    }


def scanned(
    reader: User, filters: Mapping[str, Any], every: list[Row], texts: Mapping[int, str]
) -> Iterator[int]:
    """The memos that these filters leave, found by looking at every row, newest first."""
    fits_words = asked(filters["q"]) if "q" in filters else None
    for row in every:
        mine = (row.author_id == reader.pk and row.state == "returned") or (
            row.state == "waiting"
            and (row.assignee_id == reader.pk or row.assignee_id is None)
            and reader.pk not in (row.author_id, row.owner_id)
        )
        if (
            (filters["state"] in ("all", row.state) or (filters["state"] == "mine" and mine))
            and ("owner" not in filters or row.owner_id == filters["owner"].pk)
            and ("country" not in filters or row.destination == filters["country"])
            and ("outcome" not in filters or row.outcome == filters["outcome"])
            and (fits_words is None or fits_words(texts[row.memo_id]))
        ):
            yield row.memo_id


def first(number: int, found: Iterable[int]) -> list[int]:
    """The first of them."""
    return [memo for memo, _ in zip(found, range(number), strict=False)]


def asked(query: str) -> Callable[[str], bool]:
    """Tells of a text whether it has every word, the last one as a beginning."""
    *whole, last = (" ".join(search.split(part, asked=True)) for part in query.split())
    return lambda words: f" {last}" in f" {words}" and all(f" {part} " in f" {words} " for part in whole)


# -------------------------------------------------------------------------------------------------- search

QUERIES = {
    "search: a word": "semiconductor",
    "search: two words": "kestrel accelerators",
    "search: a three-letter prefix": "mag",
    "search: two Chinese characters": "云帆",
    "search: a number": "M-2025-0100",
    "search: one letter": "m",
    "search: two words that never meet": "kestrel magnolia",
}


def stock(texts: Mapping[int, str], rows: list[Row]) -> sqlite3.Connection:
    """The texts in an FTS5 table as it comes: titles as they are written, the rest of the words as they are."""
    other = sqlite3.connect(":memory:")
    other.execute("CREATE VIRTUAL TABLE stock USING fts5(text)")
    other.executemany(
        "INSERT INTO stock (rowid, text) VALUES (?, ?)",
        (
            (
                row.memo_id,
                f"{row.number} {row.title} "
                + " ".join(texts[row.memo_id].split()[1 + len(list(search.split(row.title))) :]),
            )
            for row in reversed(rows)
        ),
    )
    other.execute("INSERT INTO stock (stock) VALUES ('optimize')")
    return other


def in_stock(other: sqlite3.Connection, query: str) -> list[int]:
    """The newest that the stock table finds."""
    match = " ".join(f'"{word}"' for word in query.split()) + "*"
    found = other.execute(
        "SELECT rowid FROM stock WHERE stock MATCH ? ORDER BY rowid DESC LIMIT ?", (match, LIMIT)
    )
    return [row[0] for row in found]


# -------------------------------------------------------------------------------------------------- all


def looked_up(pk: int) -> object:
    """The limit: one row by its key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM wizard_docket WHERE memo_id = %s", [pk])
        return cursor.fetchone()


def of_the_queue(
    reader: User, people: list[User], every: list[Row], texts: Mapping[int, str]
) -> dict[str, list[Call]]:
    """Pages of the queue, each held against the scan."""
    calls: dict[str, list[Call]] = {}
    for name, filters in chosen(people).items():
        page = queue.page(reader, filters)
        assert [row.memo_id for row in page.rows] == first(
            queue.PAGE, scanned(reader, filters, every, texts)
        ), name
        calls[name] = [functools.partial(queue.page, reader, filters)]
    everything = {"state": "all"}
    last = (len(every) - 1) // queue.PAGE
    down = {f"queue, {pages:,} pages down": pages for pages in DEEP if pages < last}
    for name, pages in {**down, **({"queue, the last page": last} if last > 0 else {})}.items():
        at = pages * queue.PAGE
        before = every[at - 1].number
        page = queue.page(reader, everything, before)
        assert [row.memo_id for row in page.rows] == [row.memo_id for row in every[at : at + queue.PAGE]], (
            name
        )
        calls[name] = [functools.partial(queue.page, reader, everything, before)]
    if last > 1:
        wanted = [row.memo_id for row in every[(last - 1) * queue.PAGE : last * queue.PAGE]]
        after = every[last * queue.PAGE].number
        assert [row.memo_id for row in queue.page(reader, everything, after=after).rows] == wanted
        calls["queue, back from the last page"] = [
            functools.partial(queue.page, reader, everything, after=after)
        ]
        whole = Docket.objects.select_related("memo", "owner", "assignee").defer("memo__canonical")
        at = last * queue.PAGE
        offset = whole.order_by("-memo_id")[at : at + queue.PAGE]
        assert [row.memo_id for row in offset] == [row.memo_id for row in every[at:]]
        calls["the last page by OFFSET"] = [lambda: list(offset.all())]
    return calls


def of_search(every: list[Row], texts: Mapping[int, str], misses: list[str]) -> dict[str, list[Call]]:
    """Searches, each held against the scan; notes where stock FTS5 finds something else."""
    calls: dict[str, list[Call]] = {}
    other = stock(texts, every) if connection.vendor == "sqlite" else None
    for name, query in QUERIES.items():
        fits = asked(query)
        found = search.newest(query, limit=LIMIT)
        assert found == first(LIMIT, (row.memo_id for row in every if fits(texts[row.memo_id]))), name
        calls[name] = [functools.partial(search.newest, query, limit=LIMIT)]
        if other is not None:
            if in_stock(other, query) != found:
                misses.append(f"{query} ({len(in_stock(other, query))} for {len(found)})")
            calls[f"{name}, stock FTS5"] = [functools.partial(in_stock, other, query)]
    return calls


def of_pages(reader: User, memos: list[Memo], every: list[Row]) -> dict[str, list[Call]]:
    """Whole pages through Django's test client."""
    chance = random.Random(4544)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")

    def visit(path: str, says: str, **data: str) -> None:
        address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        answer = client.get(path, data, REMOTE_ADDR=address)  # asking often from one address is refused
        assert answer.status_code == 200, path
        assert says in answer.content.decode(), path

    def figures() -> None:
        cache.clear()
        visit(reverse("dashboard"), "The desk in figures")

    newest = every[0].number if every else "Queue"
    month = dashboard.months(*[django.utils.timezone.localdate().replace(day=1)] * 2)
    counted = sum(map(sum, dashboard.count(month).outcomes.values()))
    begin = dashboard._span(month[0])[0]
    assert counted == Docket.objects.filter(created__gte=begin).count()
    found: dict[str, list[Call]] = {
        "page: the queue": [lambda: visit(reverse("home"), newest, state="all")],
        "page: the dashboard, counted anew": [figures],
        "page: the dashboard, counted before": [lambda: visit(reverse("dashboard"), "The desk in figures")],
    }
    if memos:
        found |= {
            "page: a memo": [
                functools.partial(visit, memo.get_absolute_url(), memo.number) for memo in memos
            ],
            "page: verify a memo": [
                functools.partial(visit, reverse("verify"), memo.number, code=memo.verification_code)
                for memo in memos
            ],
        }
    return found


def run() -> tuple[int, dict[str, Timed], list[str]]:
    """The memos of this archive, everything measured in it, and where stock FTS5 finds something else."""
    chance = random.Random(4544)
    reader = User.objects.filter(groups__name=Role.LEGAL.value).order_by("pk").first()
    people = list(User.objects.filter(groups__name=Role.SALES.value).order_by("pk"))
    assert reader is not None, "manage.py make_memos first"
    rows = Docket.objects.order_by("-memo_id").values_list(*Row._fields)
    every = [Row(*row) for row in rows.iterator(5_000)]
    texts = dict(SearchText.objects.values_list("memo_id", "words").iterator(5_000))
    keys = [row.memo_id for row in every]
    calls: dict[str, list[Call]] = {}
    if every:
        calls["one row by its key"] = [
            functools.partial(looked_up, pk) for pk in chance.choices(keys, k=CALLS)
        ]
    misses: list[str] = []
    calls |= of_the_queue(reader, people, every, texts)
    calls |= of_search(every, texts, misses)
    some = chance.sample(keys, min(CALLS, len(keys)))
    calls |= of_pages(reader, list(Memo.objects.filter(pk__in=some).defer("canonical")), every)
    return len(every), measured(calls), misses


def grown(others: list[str], here: tuple[int, dict[str, float]]) -> Iterator[str]:
    """The medians of several archives beside each other, smallest first."""
    found = [here]
    for other in others:
        data, _comma, database = other.partition(",")
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.archive", "--medians"],
            env={**os.environ, "WIZARD_DATA": data, **({"DATABASE_URL": database} if database else {})},
            stdout=subprocess.PIPE,
            check=True,
        )
        size, medians = json.loads(child.stdout)
        found.append((size, medians))
    found.sort(key=lambda one: one[0])
    yield "| what, median in ms | " + " | ".join(f"{size:,}" for size, _ in found) + " |"
    yield "|---|" + "--:|" * len(found)
    for name in here[1]:
        if "stock" not in name:
            cells = [f"{medians[name]:.2f}" if name in medians else "" for _, medians in found]
            yield f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    """Check everything, then print the tables."""
    parser = argparse.ArgumentParser(description="Measures the desk on an archive.")
    parser.add_argument("--beside", nargs="+", default=[], metavar="OTHER")
    parser.add_argument("--medians", action="store_true", help="print only the medians, as JSON")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    size, rows, misses = run()
    medians = {name: row.median for name, row in rows.items()}
    if options.medians:
        print(json.dumps([size, medians]))
        return
    print(f"{connection.vendor}, {size:,} memos, {os.cpu_count()} cores, load {load:.1f}\n")
    print("| what | median (rounds) | 99 % | ratio |")
    print("|---|--:|--:|---|")
    page, key = rows["queue, first page"], rows.get("one row by its key")
    for name, row in rows.items():
        base = None
        if name.startswith(("queue", "filter", "the last")) and row is not page:
            base = page
        elif name.startswith("search"):
            base = rows[name.removesuffix(", stock FTS5")] if name.endswith("FTS5") else key
        print(row.line(base))
    print(
        "\nRatios: pages of the queue to its first page; searches to one row by its key; stock FTS5 to ours."
    )
    if misses:
        print(f"Stock FTS5 finds something else for: {'; '.join(misses)}.")
    if options.beside:
        print("", *grown(options.beside, (size, medians)), sep="\n")


if __name__ == "__main__":
    main()
