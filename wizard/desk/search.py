"""Full-text search over memos: one way of splitting words for both databases, newest memos first.

Words are split here and nowhere else: composed and case-folded (NFKC), letters and digits only, Chinese, Japanese and
Korean in pairs of characters, so that two characters are found wherever they stand. SQLite keeps them in an FTS5 table
beside `SearchText`, PostgreSQL in a tsvector column of it; both hold the very same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections

from wizard.desk.models import ReviewAct, SearchText

LONGEST = 40
"""Characters of a word that count; the rest is cut off, here and in what is searched for."""

MOST_PARTS = 12
"""Parts of a query that count."""

PREFIXES = (1, 2, 3, 4)
"""Beginnings of words, by their length, that SQLite keeps an index of."""

MOST_WORDS = 30
"""Words that a longer beginning is written out as."""

GROUPS = (9, 12, 15, 18)
"""PostgreSQL finds the newest by groups of 2**9 memos, then by larger ones, each a word of its own in the index."""

WORTH = 8
"""Groups of which the archive has fewer are not asked for: every memo is found about as quickly."""

NEAR = 12
"""The largest groups whose rows are read through for a beginning of too many words."""

_WORD = re.compile(r"[^\W_]+")
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_CJK}]+|[^{_CJK}]+")

# No word that anybody types has this character, since it is neither a letter nor a digit.
_MARK = "·"


def split(text: str, *, asked: bool = False) -> Iterator[str]:
    """The words of a text; `asked` for one that is searched for.

    A run of Chinese characters is stored with its last character alone as well, so that one character finds it.
    """
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        for run in _RUN.findall(word):
            if not re.match(f"[{_CJK}]", run):
                yield run[:LONGEST]
                continue
            yield from (run[at : at + 2] for at in range(len(run) - 1))
            if not asked or len(run) == 1:
                yield run[-1]


def owned_by(owner_id: int) -> str:
    """The word that a memo of this person's case has, and no text."""
    return f"{_MARK}o{owner_id}"


def words_of(
    content: Mapping[str, Any], owner_id: int, people: Iterable[str], acts: Iterable[Mapping[str, Any]]
) -> str:
    """Everything by which a memo is found: its number and title, people, answers, outcome, citations and what the
    acts of review say."""
    texts: dict[str, None] = dict.fromkeys(
        [content["number"], content["case"]["reference"], content["case"]["title"], *people]
    )
    for text in content["text"].values():
        found = text["findings"]
        texts |= dict.fromkeys([found["outcome"]["heading"], found["review_policy"], found["classification"]])
        texts |= dict.fromkeys(fact["answer"] for fact in text["facts"])
        issues = [issue for value in ("true", "unknown") for issue in found["issues"][value]]
        texts |= dict.fromkeys(step["citation"] for issue in issues for step in (issue, *issue["steps"]))
    for said in acts:
        texts |= dict.fromkeys([said.get("text", ""), *(one["text"] for one in said.get("questions", ()))])
    return " ".join([owned_by(owner_id), *(word for text in texts for word in split(text))])


def index(memo: Any) -> None:
    """Enter a memo, or enter it anew; call it in the transaction that changed what it is found by."""
    author, owner = memo.author, memo.case.owner
    people = [memo.content["author"]["name"], *(user.get_username() for user in (author, owner))]
    people += [user.get_full_name() for user in (author, owner)]
    acts = ReviewAct.objects.filter(memo_id=memo.pk).order_by("number")
    put(memo.pk, words_of(memo.content, owner.pk, people, (act.said for act in acts)))


def put(memo_id: int, words: str, using: str = "default") -> bool:
    """Store a memo's words; whether they were others before."""
    rows = SearchText.objects.using(using)
    before = rows.filter(memo_id=memo_id).values_list("words", flat=True).first()
    if before == words:
        return False
    rows.update_or_create(memo_id=memo_id, defaults={"words": words})
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            if before is not None:
                cursor.execute(
                    "INSERT INTO wizard_search (wizard_search, rowid, words) VALUES ('delete', %s, %s)",
                    [memo_id, before],
                )
            cursor.execute("INSERT INTO wizard_search (rowid, words) VALUES (%s, %s)", [memo_id, words])
    else:
        learn(words.split(), using)
    return True


def learn(words: Iterable[str], using: str = "default") -> None:
    """Let PostgreSQL know of these words; FTS5 knows its own. In one order, so that no two wait for each other."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "INSERT INTO wizard_words SELECT * FROM unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [sorted(set(words))],
        )


def rebuild(using: str = "default") -> None:
    """Make anew from the stored words what is searched: FTS5's index; PostgreSQL's is part of the table, but not the
    list of its words."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for command in ("rebuild", "optimize"):
                cursor.execute("INSERT INTO wizard_search (wizard_search) VALUES (%s)", [command])
        else:
            cursor.execute(
                "INSERT INTO wizard_words SELECT DISTINCT unnest(string_to_array(words, ' ')) COLLATE \"C\" AS word "
                "FROM wizard_searchtext ORDER BY word ON CONFLICT DO NOTHING"
            )


@dataclass(frozen=True)
class Part:
    """Words that must stand beside each other; the last of a query may be the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


def read(query: str) -> list[Part]:
    """What somebody typed: every part is required, in quotes or not. Nothing that can be typed is an error."""
    pieces = re.findall(r'"([^"]*)"?|([^\s"]+)', query[:400])
    ended = query.rstrip() != query or query.rstrip().endswith('"')
    found = [tuple(split(quoted or plain, asked=True)) for quoted, plain in pieces]
    parts = [Part(words) for words in found if words][:MOST_PARTS]
    if parts and not ended:
        parts[-1] = Part(parts[-1].words, prefix=True)
    elif parts and len(parts[-1].words[-1]) == 1:
        parts[-1] = Part(parts[-1].words, prefix=bool(re.match(f"[{_CJK}]", parts[-1].words[-1])))
    return parts


def newest(
    query: str,
    *,
    limit: int = 20,
    before: int | None = None,
    after: int | None = None,
    owner_id: int | None = None,
    using: str = "default",
) -> list[int]:
    """The memos found, by row, newest first: `limit` of them that are older than the row `before`; or with `after`, the
    other way round, those that are next newer than that row.

    With `owner_id` only those of that person's cases. A query without a word finds nothing.
    """
    parts = read(query)
    if not parts:
        return []
    if owner_id is not None:
        parts = [Part((owned_by(owner_id),)), *parts]
    find = _next_in_sqlite if connections[using].vendor == "sqlite" else _next_in_postgresql
    return find(parts, limit, before if after is None else after, after is not None, using)


def _next_in_sqlite(parts: list[Part], limit: int, start: int | None, newer: bool, using: str) -> list[int]:
    """FTS5 walks its lists in either direction from a row and stops at the limit."""
    beyond, order = (">", "ASC") if newer else ("<", "DESC")
    with connections[using].cursor() as cursor:
        match = " AND ".join(_in_fts5(part, cursor) for part in parts)
        cursor.execute(
            f"SELECT rowid FROM wizard_search WHERE wizard_search MATCH %s AND rowid {beyond} %s "  # noqa: S608
            f"ORDER BY rowid {order} LIMIT %s",
            [match, 2**62 if start is None else start, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def _in_fts5(part: Part, cursor: Any) -> str:
    """A part in FTS5's notation. The words that begin like its last one are named, where there are few of them: for a
    beginning that is not in an index of its own, FTS5 would put their lists together whole before it walks them."""
    *before, last = part.words
    words = _words_like(last, cursor) if part.prefix and len(last) not in PREFIXES else None
    if words is None:
        return f'"{" ".join(part.words)}"{" *" if part.prefix else ""}'
    return "(" + " OR ".join(f'"{" ".join([*before, word])}"' for word in words) + ")"


def _words_like(beginning: str, cursor: Any) -> list[str] | None:
    """Every word of the archive that begins so, if there are not too many; the beginning alone if there is none."""
    if cursor.db.vendor == "sqlite":
        # Word by word, because FTS5 tells each as often as it occurs.
        cursor.execute(
            "WITH RECURSIVE found (word) AS (SELECT (SELECT term FROM wizard_words WHERE term >= %s LIMIT 1) "
            "UNION ALL SELECT (SELECT term FROM wizard_words WHERE term >= word || char(1) LIMIT 1) FROM found "
            "WHERE substr(word, 1, %s) = %s LIMIT %s) SELECT word FROM found",
            [beginning, len(beginning), beginning, MOST_WORDS + 1],
        )
    else:
        cursor.execute(
            "SELECT word FROM wizard_words WHERE word >= %s AND word < %s LIMIT %s",
            [beginning, beginning + "\U0010ffff", MOST_WORDS + 1],
        )
    words = [word for (word,) in cursor.fetchall() if word is not None and word.startswith(beginning)]
    return None if len(words) > MOST_WORDS else words or [beginning]


def _next_in_postgresql(
    parts: list[Part], limit: int, start: int | None, newer: bool, using: str
) -> list[int]:
    """A GIN index knows no order, so it is asked for the nearest groups of memos first, then for more of them.

    A beginning of too many words is looked for in the rows instead, since the index would put all their lists together;
    except where it is all that is asked for and the nearest rows do not have it often enough.
    """
    beyond, order = (">", "ASC") if newer else ("<", "DESC")
    with connections[using].cursor() as cursor:
        terms, broad, beside = _in_tsquery(parts, cursor)
        likes = ["(' ' || words || ' ') LIKE %s"] * len(beside)
        cursor.execute("SELECT max(memo_id) FROM wizard_searchtext")
        last = cursor.fetchone()[0] or 0
        start = last + 1 if start is None else start
        for size in (*(size for size in GROUPS if last >> size >= WORTH), None):
            asked = [*terms, *(broad if not terms and (size is None or size > NEAR) else ())]
            reached = size is None
            if size is not None:
                nearest = (start + 1 if newer else start - 1) >> size
                beside_it = nearest + 1 if newer else nearest - 1
                asked.insert(0, f"'{_MARK}b{size}n{nearest}' | '{_MARK}b{size}n{max(0, beside_it)}'")
                reached = beside_it >= last >> size if newer else beside_it <= 0
            # Apart, the index leaps from one list to the next; in one query it would walk the shortest of them whole.
            lists = " AND ".join(["lexemes @@ %s::tsquery"] * len(asked))
            # Materialized, so that the index is asked and the rows are not looked through one by one.
            cursor.execute(
                "WITH found AS MATERIALIZED (SELECT memo_id, words FROM wizard_searchtext "  # noqa: S608
                f"WHERE {lists} AND memo_id {beyond} %s) "
                f"SELECT memo_id FROM found WHERE {' AND '.join(['true', *likes])} ORDER BY memo_id {order} LIMIT %s",
                [*asked, start, *beside, limit],
            )
            found = [row[0] for row in cursor.fetchall()]
            if len(found) == limit or reached:
                return found
    raise AssertionError("The last round asks for every group.")


def _in_tsquery(parts: list[Part], cursor: Any) -> tuple[list[str], list[str], list[str]]:
    """The words of a query in PostgreSQL's notation; apart from them beginnings of too many words; and what the text
    of a row must be like besides."""
    terms, broad, beside = [], [], []
    for part in parts:
        *before, last = part.words
        words = _words_like(last, cursor) if part.prefix else [last]
        terms += [f"'{word}'" for word in before]
        if words is None:
            broad.append(f"'{last}':*")
        else:
            terms.append("(" + " | ".join(f"'{word}'" for word in words) + ")")
        if before or words is None:
            beside.append(f"% {' '.join(part.words)}{'' if part.prefix else ' '}%")
    return terms, broad, beside


SCHEMA = {
    "sqlite": [
        (
            "CREATE VIRTUAL TABLE wizard_search USING fts5(words, content='wizard_searchtext', "
            f"content_rowid='memo_id', tokenize='ascii', prefix='{' '.join(map(str, PREFIXES))}')"
        ),
        "CREATE VIRTUAL TABLE wizard_words USING fts5vocab('wizard_search', 'instance')",
    ],
    "postgresql": [
        (
            "ALTER TABLE wizard_searchtext ADD COLUMN lexemes tsvector GENERATED ALWAYS AS (array_to_tsvector("
            "string_to_array(words, ' ') || ARRAY["
            + ", ".join(f"'{_MARK}b{size}n' || (memo_id >> {size})::text" for size in GROUPS)
            + "])) STORED"
        ),
        "CREATE INDEX wizard_search ON wizard_searchtext USING gin (lexemes) WITH (fastupdate = off)",
        'CREATE TABLE wizard_words (word text COLLATE "C" PRIMARY KEY)',
    ],
}
"""What each database needs beside the memos' words; the migrations make it."""
