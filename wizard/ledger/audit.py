"""Checking everything that the ledger promises, from the stored bytes up, believing nothing that is stored.

What is held against what: every memo and act of review against its bytes, its hash and its entry; every entry
against its leaf; every stored node and every signed root against the tree built anew from the leaves; every signature
against the public keys outside the database; every head against the file of heads outside the database; the rows that
are derived, of the queue and of retention, against the records they come from; and the protection of the tables
against what the migrations made.

It can run while the application works: it settles on the newest head at the beginning and checks the ledger up to
there.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, connections
from django.db.models import Max, Model

from wizard import append_only, record
from wizard.ledger import checkpoint, heads, keys, log, merkle
from wizard.ledger.models import LedgerEntry, LedgerNode, Sealed, TreeHead

if TYPE_CHECKING:
    from wizard.models import AnswerEvent

BATCH = 500
"""Rows looked up at once."""

PATIENCE = 1.0
"""Seconds within which the head of a transaction that has just committed reaches the file."""

_UNREADABLE = (
    DatabaseError,
    ObjectDoesNotExist,
    ValidationError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    keys.KeyFault,
)
"""What reading altered rows and files raises."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold: where, and what is wrong."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass
class Report:
    """What was checked, and what was found."""

    origin: str = ""
    size: int = 0
    root: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def audit(using: str = "default") -> Report:
    """Check the whole ledger of a database, its file of heads and its keys."""
    return _Audit(using).run()


def entered(rows: Sequence[Sealed], using: str = "default") -> set[str]:
    """The public ids of those of these rows, all of one kind, that stand as their entries in the ledger say.

    That is quick enough for a page. Whether the entries themselves are as they were signed, only `audit` tells.
    """
    entries = _entries_of(rows, using)
    found = set()
    for row in rows:
        name = str(row.public_id)
        entry = entries.get(name)
        try:
            if (
                entry is not None
                and merkle.leaf_hash(entry.leaf.encode()).hex() == entry.leaf_hash
                and not any(_against(row, entry))
            ):
                found.add(name)
        except _UNREADABLE:
            continue
    return found


class _Audit:
    def __init__(self, using: str) -> None:
        self.using = using
        self.report = Report()
        self.roots: list[bytes] = [merkle.EMPTY_ROOT]
        self.introduced: list[tuple[int, bytes]] = []
        self.origin = ""

    def run(self) -> Report:
        """Every check in turn; one that cannot go on does not keep the next from running."""
        for name, check in (
            ("protection of the tables", self.protection),
            ("database", self.database),
            ("ledger", self.entries),
            ("tree", self.nodes),
            ("keys", self.keys),
            ("heads", self.heads),
            ("file of heads", self.file),
            ("sealed records", self.sealed),
            ("answers", self.answers),
            ("docket", self.docket),
            ("retention", self.retention),
        ):
            try:
                self.report.faults.extend(check())
            except _UNREADABLE as error:
                self.report.faults.append(Fault(name, f"cannot be read any further: {error!r}"))
        self.report.origin = self.origin
        self.report.root = self.roots[-1].hex()
        return self.report

    # ------------------------------------------------------------------------------------------ the database

    def protection(self) -> Iterator[Fault]:
        """The triggers that refuse changes are there, switched on, and as they were made; there is no other."""
        vendor = connections[self.using].vendor
        for model in append_only.protected():
            table = model._meta.db_table
            stored = _triggers_of(self.using, table)
            for name, statement in _expected(append_only.protection(vendor, model)):
                if name not in stored:
                    yield Fault(f"table {table}", f"the trigger {name} is missing or switched off.")
                elif stored[name] != statement:
                    yield Fault(f"table {table}", f"the trigger {name} was changed: {stored[name]}")
        for each in apps.get_app_config("wizard").get_models():
            table = each._meta.db_table
            guards = append_only.protection(vendor, each) if issubclass(each, append_only.AppendOnly) else []
            made = {
                ("trigger", name) for name, said in _expected(guards) if said.startswith("CREATE TRIGGER")
            }
            for what, name, statement in _acting_on(self.using, table):
                if (what, name) not in made:
                    yield Fault(
                        f"table {table}", f"the {what} {name} was not made by the application: {statement}"
                    )

    def database(self) -> Iterator[Fault]:
        """SQLite's own check of its file, and every value spelled as the application spells it."""
        connection = connections[self.using]
        if connection.vendor != "sqlite":
            return
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            for (found,) in cursor.fetchall():
                if found != "ok":
                    yield Fault("database file", str(found))
        models: list[type[Model]] = [LedgerEntry, LedgerNode, TreeHead, *_sealed_models()]
        for model in models:
            yield from self._spelling(model)

    def _spelling(self, model: type[Model]) -> Iterator[Fault]:
        """SQLite keeps a changed spelling, such as a UUID in capitals, that reads as the same value."""
        connection = connections[self.using]
        fields = model._meta.concrete_fields
        # The plus sign hides the column's declared type, by which values would be converted on their way here.
        names = ", ".join(f'+"{each.column}"' for each in fields)
        pk = next(each.column for each in fields if each.primary_key)
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT {names} FROM "{model._meta.db_table}" ORDER BY "{pk}"'  # noqa: S608 - names of a model
            )
            rows = model._base_manager.using(self.using).order_by("pk").iterator(BATCH)
            for raw, row in zip(iter(cursor.fetchone, None), rows, strict=False):
                for each, value in zip(fields, raw, strict=True):
                    if each.get_db_prep_save(getattr(row, each.attname), connection) != value:
                        yield Fault(
                            f"table {model._meta.db_table}, row {row.pk}", f"{each.column} was respelled."
                        )

    # ------------------------------------------------------------------------------------------ the ledger

    def entries(self) -> Iterator[Fault]:
        """Entries without a gap, each as its leaf says; builds the tree that everything else is held against."""
        entries = LedgerEntry.objects.using(self.using)
        end = entries.aggregate(end=Max("sequence"))["end"]
        self.report.size = self._newest()
        if end is not None and end + 1 > self.report.size:
            yield Fault("ledger", f"entries {self.report.size} to {end} have no signed head.")
        frontier = merkle.Frontier()
        for entry in entries.filter(sequence__lt=self.report.size).order_by("sequence").iterator(BATCH):
            if entry.sequence != frontier.size:
                yield Fault("ledger", f"entries {frontier.size} to {entry.sequence - 1} are missing.")
                return
            where = f"ledger entry {entry.sequence} ({entry.kind} {entry.object_id})"
            hashed = merkle.leaf_hash(entry.leaf.encode())
            if hashed.hex() != entry.leaf_hash:
                yield Fault(where, "its leaf does not have the hash stored beside it.")
            frontier.add(hashed)
            self.roots.append(frontier.root)
            self.report.kinds[entry.kind] = self.report.kinds.get(entry.kind, 0) + 1
            try:
                yield from (Fault(where, what) for what in self._leaf(entry))
            except _UNREADABLE as error:
                yield Fault(where, f"its leaf cannot be read: {error!r}")
        if frontier.size < self.report.size:
            yield Fault("ledger", f"entries {frontier.size} to {self.report.size - 1} are missing.")

    def _leaf(self, entry: LedgerEntry) -> Iterator[str]:
        content = json.loads(entry.leaf)
        if record.canonical(content) != entry.leaf:
            yield "its leaf is not in canonical form."
        for column, said in (
            (log.FORMAT, content["format"]),
            (str(entry.sequence), content["sequence"]),
            (entry.kind, content["kind"]),
            (entry.object_id, content["object"]),
            (entry.digest, content["sha256"]),
            (record.timestamp(entry.created), content["created"]),
        ):
            if column != said:
                yield f"the column says {column!r}, the leaf {said!r}."
        if entry.kind != log.KEY:
            if not self.introduced:
                yield "no key was introduced before it."
            return
        public = checkpoint.decode(content["public_key"], checkpoint.KEY_SIZE)
        previous = checkpoint.key_id(self.introduced[-1][1]) if self.introduced else None
        if checkpoint.key_id(public) != entry.object_id or content["previous"] != previous:
            yield "it does not introduce the key that it names, after the one before."
        if self.origin and content["origin"] != self.origin:
            yield "it belongs to another ledger."
        self.origin = self.origin or content["origin"]
        self.introduced.append((entry.sequence, public))

    def nodes(self) -> Iterator[Fault]:
        """Every node of the tree is stored, with its right hash, and no other."""
        entries = LedgerEntry.objects.using(self.using).order_by("sequence")
        nodes = LedgerNode.objects.using(self.using)
        frontier = merkle.Frontier()
        leaves = entries.filter(sequence__lt=len(self.roots) - 1).values_list("leaf", flat=True)
        for batch in _batches(leaves.iterator(BATCH)):
            right: dict[int, bytes] = {}
            for leaf in batch:
                right.update(frontier.add(merkle.leaf_hash(leaf.encode())))
            stored = dict(nodes.filter(position__in=right).values_list("position", "hash"))
            for position, value in right.items():
                if stored.get(position) != value.hex():
                    yield Fault(f"tree node {position}", "is missing or has the wrong hash.")
        for position in nodes.values_list("position", flat=True).iterator(BATCH):
            _start, end = merkle.span(position)
            if position % 2 == 0 or end > max(self.report.size, self._newest()):
                yield Fault(f"tree node {position}", "does not belong to the tree.")

    def keys(self) -> Iterator[Fault]:
        """Every key that the ledger introduced is known outside the database."""
        known = keys.public_keys()
        for sequence, public in self.introduced:
            if known.get(checkpoint.key_id(public)) != public:
                yield Fault(
                    f"ledger entry {sequence}",
                    f"introduces the key {checkpoint.key_id(public)}, which is neither in WIZARD_KEY_DIR nor in "
                    "WIZARD_LEDGER_KEYS.",
                )

    def heads(self) -> Iterator[Fault]:
        """One head for every size, with the root that the leaves give, signed by the key then in charge."""
        expected = 0
        for head in self._stored_heads():
            expected += 1
            where = f"head of size {head.size}"
            if head.size != expected:
                yield Fault("heads", f"the heads of sizes {expected} to {head.size - 1} are missing.")
                expected = head.size
            if head.size >= len(self.roots):
                yield Fault(where, "the entries under it are not all there.")
            elif head.root != self.roots[head.size].hex():
                yield Fault(where, "its root is not that of the entries.")
            public = self._in_charge(head.size)
            try:
                sound = public is not None and head.signed(self.origin).signed_by(public)
            except ValueError as error:
                yield Fault(where, f"cannot be read: {error}")
                continue
            if not sound:
                yield Fault(where, "is not signed by the key that was in charge.")

    # ------------------------------------------------------------------------------------------ outside

    def file(self) -> Iterator[Fault]:
        """The file of heads has every head of the database, and the database every head of the file."""
        where = "file of heads"
        lines = heads.lines()
        reached = 0
        for head in self._stored_heads():
            while reached < head.size:
                line = next(lines, None)
                if line is None and reached == self.report.size - 1:
                    time.sleep(PATIENCE)
                    line = next(iter(itertools.islice(heads.lines(), reached, None)), None)
                if line is None:
                    yield Fault(
                        where,
                        f"ends at size {reached}, the database at {self.report.size}. Either it was cut, or a process "
                        "stopped between the commit and the file; the next memo completes it.",
                    )
                    return
                reached += 1
            public = self._in_charge(head.size)
            if public is None or heads.line(head.signed(self.origin).note(public)) != line:
                yield Fault(where, f"line {reached} is not the head of size {head.size} in the database.")
        now = self._newest()
        for line in lines:
            reached += 1
            if reached > now:
                yield Fault(
                    where,
                    f"line {reached} is a head of which the database, at size {now}, knows nothing: entries were "
                    "deleted, or the database was rolled back.",
                )
                return
            stored = TreeHead.objects.using(self.using).filter(size=reached).first()
            if stored is None or heads.line(log.note(stored, self.using)) != line:
                yield Fault(where, f"line {reached} is not the head of size {reached} in the database.")

    # ------------------------------------------------------------------------------------------ records

    def sealed(self) -> Iterator[Fault]:
        """Every sealed row has its entry and is what the entry says, and every entry has its row."""
        kinds = {model.KIND: model for model in _sealed_models()}
        for model in kinds.values():
            rows = model._base_manager.using(self.using).prefetch_related(*model.READ_WITH)
            for batch in _batches(rows.order_by("pk").iterator(BATCH)):
                yield from self._rows(model, batch)
        for kind in self.report.kinds:
            if kind in kinds:
                yield from self._without_rows(kinds[kind])
            elif kind != log.KEY:
                yield Fault("ledger", f"has entries of the kind {kind!r}, which does not exist.")

    def _rows(self, model: type[Sealed], rows: list[Sealed]) -> Iterator[Fault]:
        entries = _entries_of(rows, self.using)
        for row in rows:
            for what in _against(row, entries.get(str(row.public_id))):
                yield Fault(f"{model.KIND} {row}", what)

    def _without_rows(self, model: type[Sealed]) -> Iterator[Fault]:
        entries = LedgerEntry.objects.using(self.using).filter(kind=model.KIND, sequence__lt=self.report.size)
        for batch in _batches(entries.order_by("sequence").iterator(BATCH)):
            ids = [entry.object_id for entry in batch]
            rows = model._base_manager.using(self.using).filter(public_id__in=ids)
            there = {str(each) for each in rows.values_list("public_id", flat=True)}
            for entry in batch:
                if entry.object_id not in there:
                    yield Fault(
                        f"ledger entry {entry.sequence}", f"the {model.KIND} {entry.object_id} is missing."
                    )

    def answers(self) -> Iterator[Fault]:
        """The answers that a case was given, one after the other, lead to what each of its memos says of them."""
        from wizard.models import AnswerEvent, Memo  # the record builds on the ledger

        for batch in _batches(Memo.objects.using(self.using).order_by("pk").iterator(BATCH)):
            given: dict[int, list[AnswerEvent]] = {}
            cases = {memo.case_id for memo in batch}
            for event in AnswerEvent.objects.using(self.using).filter(case__in=cases).order_by("version"):
                given.setdefault(event.case_id, []).append(event)
            for memo in batch:
                try:
                    agree = _told(memo.content, given.get(memo.case_id, []))
                except _UNREADABLE:
                    continue  # what was done to the memo has been found
                if not agree:
                    yield Fault(f"answers of memo {memo}", "are not those that the memo says.")

    def docket(self) -> Iterator[Fault]:
        """The desk's queue says of each memo what memo and acts say. It is no evidence, and can be made anew."""
        from wizard.desk import acts  # the desk builds on the ledger
        from wizard.models import Docket, Memo

        columns = [field.attname for field in Docket._meta.concrete_fields]
        stored = Docket.objects.using(self.using)
        for batch in _batches(Memo.objects.using(self.using).order_by("pk").iterator(BATCH)):
            rows = {row["memo_id"]: row for row in stored.filter(memo__in=batch).values(*columns)}
            for memo in batch:
                try:
                    right = acts.derived(memo, self.using)
                except _UNREADABLE:
                    continue  # what was done to the memo or its acts has been found
                if rows.get(memo.pk) != {name: getattr(right, name) for name in columns}:
                    yield Fault(
                        f"docket, memo {memo}", "is not as the sealed records say; run rebuild_docket."
                    )
        for number in stored.filter(memo__number=None).values_list("number", flat=True):
            yield Fault(f"docket, memo {number}", "is of no memo.")

    def retention(self) -> Iterator[Fault]:
        """The row of each case says how long its memos are kept, and under which hold, as its sealed events do."""
        from wizard.desk import retention  # the desk builds on the ledger
        from wizard.models import Retention, RetentionEvent

        # Events and row come in one query, so that an event added meanwhile is in both or in neither.
        events = RetentionEvent.objects.using(self.using).select_related("case__retention")
        ordered = events.order_by("case_id", "number").iterator(BATCH)
        for _case, several in itertools.groupby(ordered, key=lambda event: event.case_id):
            of_case = list(several)
            case = of_case[0].case
            try:
                right = retention.derived(retention.standing(of_case))
            except _UNREADABLE:
                continue  # what was done to the events has been found
            row = getattr(case, "retention", None)
            if row is None:
                yield Fault(f"retention, case {case.reference}", "has no row; run rebuild_docket.")
                continue
            for name, value in right.items():
                if getattr(row, name) != value:
                    yield Fault(
                        f"retention, case {case.reference}",
                        f"{name} is {getattr(row, name)}, by the sealed events {value}; run rebuild_docket.",
                    )
        without = Retention.objects.using(self.using).filter(case__retention_events=None)
        for pk in without.values_list("pk", flat=True):
            yield Fault(f"retention, case number {pk}", "has a row and no event; run rebuild_docket.")

    # ------------------------------------------------------------------------------------------ parts

    def _newest(self) -> int:
        """The size of the ledger now, which may have grown since the audit began."""
        head = log.latest(self.using)
        return head.size if head else 0

    def _stored_heads(self) -> Iterator[TreeHead]:
        stored = TreeHead.objects.using(self.using).filter(size__lte=self.report.size)
        return stored.order_by("size").iterator(BATCH)

    def _in_charge(self, size: int) -> bytes | None:
        """The key that signs the head of this size: the last one introduced before the newest entry."""
        before = [public for sequence, public in self.introduced if sequence < size - 1 or sequence == 0]
        return before[-1] if before else None


def _told(content: Mapping[str, Any], events: Iterable[AnswerEvent]) -> bool:
    """Whether these changes of answers, up to the memo's version of its case, are those that the memo tells of."""
    from wizard.answers import say_moment

    before = [event for event in events if event.version <= content["case"]["version"]]
    latest = {event.fact: event for event in before}
    values: dict[str, Any] = {}
    for number, event in enumerate(before, 1):
        if event.version != number or event.old != values.get(event.fact):
            return False
        values[event.fact] = event.new
    texts = content["text"]
    facts = {language: [*text["facts"], *text["set_aside"]] for language, text in texts.items()}
    return (
        {name: value for name, value in values.items() if value is not None} == content["answers"]
        and all(len(text["changes"]) == sum(one.old is not None for one in before) for text in texts.values())
        and all(
            (fact["basis"], fact["at"]) == (latest[fact["fact"]].basis, say_moment(latest[fact["fact"]].at))
            and (
                latest[fact["fact"]].language != language or fact["question"] == latest[fact["fact"]].question
            )
            for language, several in facts.items()
            for fact in several
        )
    )


def _entries_of(rows: Sequence[Sealed], using: str) -> dict[str, LedgerEntry]:
    """The entries of rows of one kind, by the public ids of the rows."""
    ids = [str(row.public_id) for row in rows]
    kinds = {row.KIND for row in rows}
    entries = LedgerEntry.objects.using(using).filter(kind__in=kinds, object_id__in=ids)
    return {entry.object_id: entry for entry in entries}


def _against(row: Sealed, entry: LedgerEntry | None) -> Iterator[str]:
    """Where a row is not as its hash and its entry say."""
    sha256 = record.sha256(row.canonical)
    if sha256 != row.sha256:
        yield "its bytes do not have the SHA-256 stored beside them."
    if entry is None:
        yield "has no entry in the ledger."
        return
    content = entry.content
    if sha256 != content["sha256"]:
        yield f"its bytes are not those of ledger entry {entry.sequence}."
    elif row.columns_digest(content["columns"]) != content["columns_sha256"]:
        yield f"a column, or an answer behind it, is not as ledger entry {entry.sequence} says."


def _sealed_models() -> list[type[Sealed]]:
    return [model for model in apps.get_models() if issubclass(model, Sealed)]


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, BATCH)):
        yield batch


# -------------------------------------------------------------------------------------------------- triggers


def _expected(statements: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The name and the statement of each trigger and function that `record.triggers` makes."""
    for statement in statements:
        found = re.match(r"CREATE (?:OR REPLACE FUNCTION|TRIGGER) (\w+)", statement)
        if found is not None:
            yield found[1], _normal(statement)


def _triggers_of(using: str, table: str) -> dict[str, str]:
    """The triggers of a table that always fire, and the functions they call, by name."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            )
        else:
            cursor.execute(
                "SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_trigger t "
                "WHERE t.tgrelid = to_regclass(%s) AND t.tgenabled = 'A' "
                "UNION SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_trigger t "
                "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal",
                [table, table],
            )
        found: list[tuple[Any, Any]] = cursor.fetchall()
    return {str(name): _normal(str(statement)) for name, statement in found}


def _acting_on(using: str, table: str) -> list[tuple[str, str, str]]:
    """Everything that acts by itself when a table is written, switched on or not: what it is, its name, its statement.

    The triggers by which PostgreSQL keeps foreign keys are its own.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = %s "
                "ORDER BY name",
                [table],
            )
        else:
            cursor.execute(
                "SELECT 'trigger', tgname::text, pg_get_triggerdef(oid, true) FROM pg_trigger "
                "WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal "
                "UNION ALL SELECT 'rule', rulename::text, pg_get_ruledef(oid, true) FROM pg_rewrite "
                "WHERE ev_class = to_regclass(%s) ORDER BY 2",
                [table, table],
            )
        found: list[tuple[str, str, str]] = cursor.fetchall()
    return found


def _normal(statement: str) -> str:
    """A statement in one spelling: PostgreSQL orders the events and rewrites a function's frame."""
    function = re.match(r"CREATE OR REPLACE FUNCTION .*?AS (\$\w*\$)(.*)\1", statement, re.DOTALL)
    if function is not None:
        return " ".join(function[2].split())
    events = re.search(r" BEFORE (.+?) ON ", statement)
    if events is not None:
        ordered = " OR ".join(sorted(events[1].split(" OR ")))
        return statement.replace(events[0], f" BEFORE {ordered} ON ", 1)
    return statement
