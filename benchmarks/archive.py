"""The desk on an archive: queue, filters, search, one memo and the verify page, against the limits of the database.

    export WIZARD_DEMO=1 WIZARD_DATA=/somewhere
    manage.py migrate; manage.py collectstatic --no-input; manage.py make_memos 100000
    python -m benchmarks.archive

Works on the database of the environment, SQLite or PostgreSQL, and changes nothing in it. Every answer that is timed is
held against a scan of every row. Times are milliseconds, each call repeated in five rounds; the ratio is of the medians
within a round, lowest to highest. SQLite works inside this process, so there it is processor time, which other work on
the machine disturbs little; on PostgreSQL it is wall-clock time. On SQLite the same queries run in a stock FTS5 table
(`unicode61`, no prefix index, Chinese not divided) that is made in memory from the same texts.
"""

from __future__ import annotations

import functools
import os
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from wizard.accounts import Role  # noqa: E402
from wizard.desk import queue, search  # noqa: E402
from wizard.desk.models import SearchText  # noqa: E402
from wizard.models import Docket, Memo  # noqa: E402

ROUNDS, CALLS = 5, 20
LIMIT = 20
DEEP = 1_000
"""Pages down."""

Call = Callable[[], object]


@dataclass
class Row:
    """One line of the table: the times of each round, in milliseconds."""

    name: str
    rounds: list[list[float]]

    def line(self, base: Row | None) -> str:
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
            f"| {self.name} | {statistics.median(every):.2f} ({min(medians):.2f} to {max(medians):.2f}) "
            f"| {every[int(len(every) * 0.99)]:.2f} | {ratio} |"
        )


def measured(calls: Mapping[str, list[Call]]) -> dict[str, Row]:
    """Every call in every round, those of one round side by side, so that other work disturbs them alike."""
    clock = time.thread_time if connection.vendor == "sqlite" else time.perf_counter
    found = {name: Row(name, []) for name in calls}
    for name, several in calls.items():
        several[0]()  # the first opens files and compiles
        assert several, name
    for _ in range(ROUNDS):
        for name, several in calls.items():
            times = []
            for call in (several * CALLS)[: max(CALLS, len(several))]:
                before = clock()
                call()
                times.append(1000 * (clock() - before))
            found[name].rounds.append(times)
    return found


# -------------------------------------------------------------------------------------------------- queue


def chosen(people: list[User]) -> dict[str, dict[str, Any]]:
    """Filters as a reviewer sets them."""
    return {
        "queue, first page": {"state": "all"},
        "queue, what waits for me": {"state": "mine"},
        "filter: state": {"state": "returned"},
        "filter: owner": {"state": "all", "owner": people[0]},
        "filter: country": {"state": "all", "country": "DE"},
        "filter: outcome": {"state": "all", "outcome": "license_required"},
        "filter: state, country and outcome": {
            "state": "waiting",
            "country": "CN",
            "outcome": "license_required",
        },
        "filter: owner and words": {"state": "all", "owner": people[1], "q": "accelerators"},
    }


def scanned(
    reader: User, filters: Mapping[str, Any], every: list[dict[str, Any]], texts: Mapping[int, str]
) -> list[int]:
    """The first page of these filters, found by looking at every row."""

    def fits(row: dict[str, Any]) -> bool:
        mine = (row["author_id"] == reader.pk and row["state"] == "returned") or (
            row["state"] == "waiting"
            and (row["assignee_id"] == reader.pk or row["assignee_id"] is None)
            and reader.pk not in (row["author_id"], row["owner_id"])
        )
        return (
            (filters["state"] in ("all", row["state"]) or (filters["state"] == "mine" and mine))
            and ("owner" not in filters or row["owner_id"] == filters["owner"].pk)
            and ("country" not in filters or row["destination"] == filters["country"])
            and ("outcome" not in filters or row["outcome"] == filters["outcome"])
            and ("q" not in filters or matches(filters["q"], texts[row["memo_id"]]))
        )

    return [row["memo_id"] for row in every if fits(row)][: queue.PAGE]


def matches(query: str, words: str) -> bool:
    """Whether a text has every word, the last one as a beginning."""
    *whole, last = (" ".join(search.split(part, asked=True)) for part in query.split())
    return f" {last}" in f" {words}" and all(f" {part} " in f" {words} " for part in whole)


# -------------------------------------------------------------------------------------------------- search

QUERIES = {
    "search: a word": "semiconductor",
    "search: two words": "kestrel accelerators",
    "search: a three-letter prefix": "mag",
    "search: two Chinese characters": "云帆",
    "search: a number": "M-2025-0100",
}


def stock(texts: Mapping[int, str], rows: list[dict[str, Any]]) -> sqlite3.Connection:
    """The texts in an FTS5 table as it comes: titles as they are written, the rest of the words as they are."""
    other = sqlite3.connect(":memory:")
    other.execute("CREATE VIRTUAL TABLE stock USING fts5(text)")
    other.executemany(
        "INSERT INTO stock (rowid, text) VALUES (?, ?)",
        (
            (
                row["memo_id"],
                f"{row['number']} {row['title']} "
                + " ".join(texts[row["memo_id"]].split()[1 + len(list(search.split(row["title"]))) :]),
            )
            for row in rows
        ),
    )
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
    reader: User, people: list[User], every: list[dict[str, Any]], texts: Mapping[int, str]
) -> dict[str, list[Call]]:
    """Pages of the queue, each held against the scan."""
    calls: dict[str, list[Call]] = {}
    for name, filters in chosen(people).items():
        page = queue.page(reader, filters)
        assert [row.memo_id for row in page.rows] == scanned(reader, filters, every, texts), name
        calls[name] = [functools.partial(queue.page, reader, filters)]
    at = min(DEEP * queue.PAGE, len(every) - queue.PAGE - 1)
    if at > queue.PAGE:
        before = every[at - 1]["number"]
        wanted = [row["memo_id"] for row in every[at : at + queue.PAGE]]
        assert [row.memo_id for row in queue.page(reader, {"state": "all"}, before).rows] == wanted
        whole = Docket.objects.select_related("memo", "owner", "assignee").defer("memo__canonical")
        assert [row.memo_id for row in whole.order_by("-memo_id")[at : at + queue.PAGE]] == wanted
        calls[f"queue, {at // queue.PAGE:,} pages down"] = [
            lambda: queue.page(reader, {"state": "all"}, before)
        ]
        calls["the same page by OFFSET"] = [lambda: list(whole.order_by("-memo_id")[at : at + queue.PAGE])]
    return calls


def of_pages(reader: User, memos: list[Memo]) -> dict[str, list[Call]]:
    """Whole pages through Django's test client."""
    chance = random.Random(4544)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")

    def visit(path: str, **data: str) -> None:
        address = f"10.0.{chance.randrange(256)}.{chance.randrange(256)}"  # asking often from one is refused
        assert client.get(path, data, REMOTE_ADDR=address).status_code == 200

    return {
        "page: the queue": [lambda: visit(reverse("home"))],
        "page: a memo": [functools.partial(visit, memo.get_absolute_url()) for memo in memos],
        "page: verify a memo": [
            functools.partial(visit, reverse("verify"), code=memo.verification_code) for memo in memos
        ],
    }


def main() -> None:
    """Check everything, then print the table."""
    chance = random.Random(4544)
    reader = User.objects.filter(groups__name=Role.LEGAL.value).order_by("pk").first()
    people = list(User.objects.filter(groups__name=Role.SALES.value).order_by("pk"))
    assert reader is not None, "manage.py make_memos first"
    every: list[dict[str, Any]] = [dict(row) for row in Docket.objects.order_by("-memo_id").values()]
    keys = [row["memo_id"] for row in every]
    print(
        f"{connection.vendor}, {len(every):,} memos, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n"
    )

    texts = dict(SearchText.objects.values_list("memo_id", "words"))
    calls: dict[str, list[Call]] = {
        "one row by its key": [functools.partial(looked_up, pk) for pk in chance.choices(keys, k=CALLS)],
        **of_the_queue(reader, people, every, texts),
    }
    other = stock(texts, every) if connection.vendor == "sqlite" else None
    misses = []
    for name, query in QUERIES.items():
        found = search.newest(query, limit=LIMIT)
        wanted = [row["memo_id"] for row in every if matches(query, texts[row["memo_id"]])][:LIMIT]
        if "-" not in query:
            assert found == wanted, name
        calls[name] = [functools.partial(search.newest, query, limit=LIMIT)]
        if other is not None:
            if in_stock(other, query) != found:
                misses.append(f"{query} ({len(in_stock(other, query))} for {len(found)})")
            calls[f"{name}, stock FTS5"] = [functools.partial(in_stock, other, query)]

    some = chance.sample(keys, min(CALLS, len(keys)))
    calls |= of_pages(reader, list(Memo.objects.filter(pk__in=some).defer("canonical")))

    rows = measured(calls)
    print("| what | median (rounds) | 99 % | ratio |")
    print("|---|--:|--:|---|")
    first, key = rows["queue, first page"], rows["one row by its key"]
    for name, row in rows.items():
        base = None
        if name.startswith(("queue", "filter", "the same")) and row is not first:
            base = first
        elif name.startswith("search"):
            base = rows[name.removesuffix(", stock FTS5")] if name.endswith("FTS5") else key
        print(row.line(base))
    print(
        "\nRatios: pages of the queue to its first page; searches to one row by its key; stock FTS5 to ours."
    )
    if misses:
        print(f"Stock FTS5 finds something else for: {'; '.join(misses)}.")


if __name__ == "__main__":
    main()
