"""Memos handed out for an audit, so that whoever gets them can see that nothing was changed and that none is missing.

An export begins with a statement: what was asked, which memos match, with their acts of review and the retention
events of their cases, and where the ledger stood. It is sealed in the ledger before anything leaves. Everything handed
out afterwards follows from it alone, so the same piece is the same bytes whenever it is taken, and a piece that lacks
a memo, an act or an event contradicts a signed statement.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import logging
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.db import transaction
from django.utils import timezone, translation

from wizard import accounts, record, wording
from wizard.answers import country_name
from wizard.desk import acts, retention
from wizard.desk.custody import ExportAct, RetentionEvent
from wizard.desk.models import Docket, DocketQuerySet, ReviewAct
from wizard.desk.tables import Cell, as_csv, as_xlsx
from wizard.documents.pdf import pdf
from wizard.documents.typesetter import TypesettingError
from wizard.ledger import log
from wizard.ledger.checkpoint import encode
from wizard.ledger.models import LedgerEntry, Sealed, TreeHead
from wizard.models import Memo, Serial

LOGGER = logging.getLogger(__name__)

FORMAT = 2
"""The number of this layout of a statement; a change of keys or meanings takes the next. The first named memos only."""

LIMIT = 10_000
"""Memos in one export; its statement names each of them."""

PIECE = 500
"""Memos in one archive."""

BATCH = 50
"""Memos read at once. No read stays open between batches: it would keep SQLite from writing."""

VERIFIERS = ("verify/verify_memo.py", "verify/check_export.py")

Address = Callable[[Memo], str]
"""Where a memo can be verified, for its documents."""


class TooManyError(Exception):
    """More memos match than one export may hold."""

    def __init__(self, matched: int) -> None:
        super().__init__(matched)
        self.matched = matched


class NothingError(Exception):
    """No memo matches."""


# ---------------------------------------------------------------------------------------------------- statement


def begin(rows: DocketQuerySet, by: User, asked: Mapping[str, str]) -> ExportAct:
    """Seal the statement of an export: `rows` are the memos that match what was `asked`.

    Raises:
        TooManyError, NothingError: nothing was sealed.
    """
    accounts.require_custody(by)
    with transaction.atomic():
        wanted = list(rows.order_by("memo_id").values_list("memo_id", flat=True)[: LIMIT + 1])
        if len(wanted) > LIMIT:
            raise TooManyError(rows.count())
        if not wanted:
            raise NothingError
        act = ExportAct(number=Serial.next("X"), step=0, by=by, at=timezone.now())
        return _seal(act, _statement(wanted, asked))


def deliver(statement: ExportAct, by: User, file: str, sha256: str, size: int) -> ExportAct:
    """Seal that someone took a file of this export away."""
    with transaction.atomic():
        # Holding the statement lets a second delivery wait for the first.
        ExportAct.objects.select_for_update().get(pk=statement.pk)
        step = ExportAct.objects.filter(number=statement.number).count()
        act = ExportAct(number=statement.number, step=step, by=by, at=timezone.now())
        return _seal(act, {"file": file, "sha256": sha256, "bytes": str(size)})


def _seal(act: ExportAct, words: Mapping[str, Any]) -> ExportAct:
    act.write(
        {
            "format": FORMAT,
            "public_id": str(act.public_id),
            "number": act.number,
            "step": act.step,
            "by": accounts.person(act.by),
            "at": record.timestamp(act.at),
            **words,
        }
    )
    act.save()
    return act


def _statement(wanted: Sequence[int], asked: Mapping[str, str]) -> dict[str, Any]:
    """What was asked, what matches, and where the ledger stands."""
    head = log.latest()
    assert head is not None, "A memo has a head."
    pieces: list[dict[str, Any]] = []
    places: list[int] = []
    whole = hashlib.sha256()
    for start in range(0, len(wanted), PIECE):
        numbers, lines = [], hashlib.sha256()
        done: dict[str, dict[str, str]] = defaultdict(dict)
        events: dict[str, dict[str, str]] = defaultdict(dict)
        for batch in _batches(wanted[start : start + PIECE]):
            memos = list(
                Memo.objects.filter(pk__in=batch).order_by("pk").only("number", "sha256", "public_id")
            )
            places += _entries(Memo.KIND, memos).values_list("sequence", flat=True)
            for memo in memos:
                line = f"{memo.number} {memo.sha256}\n".encode()
                lines.update(line)
                whole.update(line)
                numbers.append(memo.number)
            rows, of_cases = _about(batch)
            entries = _sealed_by(head.size, [*rows, *of_cases])
            for act in rows:
                if entry := entries.get(str(act.public_id)):
                    done[act.memo.number][str(act.number)] = entry.digest
            for event in of_cases:
                if entry := entries.get(str(event.public_id)):
                    events[event.case.reference][str(event.number)] = entry.digest
        pieces.append({"memos": numbers, "sha256": lines.hexdigest(), "acts": done, "retention": events})
    return {
        "asked": dict(asked),
        "matched": str(len(wanted)),
        "sha256": whole.hexdigest(),
        "pieces": pieces,
        "ledger": {
            "size": str(head.size),
            "root": head.root,
            "memos": str(LedgerEntry.objects.filter(kind=Memo.KIND, sequence__lt=head.size).count()),
            "first_entry": str(min(places)),
            "last_entry": str(max(places)),
        },
    }


# ---------------------------------------------------------------------------------------------------- contents


@dataclass
class _Held:
    """One memo as an export holds it: the state of everything when the statement was sealed."""

    memo: Memo
    entry: LedgerEntry
    acts: list[ReviewAct]
    events: list[RetentionEvent]
    entries: Mapping[str, LedgerEntry]
    documents: list[str] = field(default_factory=list)


class Export:
    """What follows from a statement: archives, and the list as CSV and XLSX."""

    def __init__(self, statement: ExportAct, address: Address) -> None:
        self.statement = statement
        self.address = address
        self.content = statement.content
        self.pieces: list[list[str]] = [piece["memos"] for piece in self.content["pieces"]]
        self.entry = LedgerEntry.objects.get(kind=ExportAct.KIND, object_id=str(statement.public_id))
        self.head = TreeHead.objects.get(size=self.entry.sequence + 1)

    def list_csv(self) -> Iterator[bytes]:
        """The list of all its memos as CSV, in pieces of a line."""
        return as_csv(COLUMNS, self._rows())

    def list_xlsx(self) -> bytes:
        """The list of all its memos as a workbook."""
        return as_xlsx(COLUMNS, self._rows(), made=self.statement.at)

    def archive(self, piece: int, *, documents: bool) -> Iterator[bytes]:
        """One piece, counted from 1, as a zip archive, made while it is sent. `documents` adds PDFs."""
        archive = _Archive(self.statement.at)
        yield from archive.add("README.txt", self._readme(piece, documents=documents).encode())
        yield from archive.add("statement.json", self.statement.canonical.encode())
        yield from archive.add("statement-proof.json", self._proof(self.entry, self.statement))
        yield from archive.add("checkpoint.txt", log.note(self.head).encode())
        for name in VERIFIERS:
            found = finders.find(name)
            assert found is not None, "The verifiers are among the static files."
            yield from archive.add(Path(name).name, Path(found).read_bytes())
        rows: list[list[Cell]] = []
        cases: set[str] = set()
        for held in self._held(self.pieces[piece - 1]):
            for name, content in self._files(held, cases, documents=documents):
                yield from archive.add(name, content)
            rows.append(_row(held))
        yield from archive.add("index.csv", b"".join(as_csv(COLUMNS, rows)))
        yield from archive.add("index.xlsx", as_xlsx(COLUMNS, rows, made=self.statement.at))
        yield from archive.close()

    def _files(self, held: _Held, cases: set[str], *, documents: bool) -> Iterator[tuple[str, bytes]]:
        """The files of one memo, and those of its case unless an earlier memo brought them."""
        memo, folder = held.memo, f"memos/{held.memo.number}"
        yield f"{folder}/memo.json", memo.canonical.encode()
        yield f"{folder}/proof.json", self._proof(held.entry, memo)
        for act in held.acts:
            name = f"{folder}/act-{act.number:04d}-{act.kind}"
            yield f"{name}.json", act.canonical.encode()
            yield f"{name}-proof.json", self._proof(held.entries[str(act.public_id)], act)
        if documents and memo.intact:
            for language in sorted(memo.content["text"]):
                try:
                    made = pdf(memo, language=language, paper="letter", address=self.address(memo))
                except TypesettingError:
                    LOGGER.exception("Memo %s could not be made into a PDF for an export.", memo.number)
                    continue
                held.documents.append(language)
                yield f"{folder}/{memo.number}-{language}.pdf", made
        reference = memo.case.reference
        if reference in cases:
            return
        cases.add(reference)
        for event in held.events:
            name = f"cases/{reference}/retention-{event.number:04d}-{event.kind}"
            yield f"{name}.json", event.canonical.encode()
            yield f"{name}-proof.json", self._proof(held.entries[str(event.public_id)], event)

    def _proof(self, entry: LedgerEntry, row: Sealed) -> bytes:
        return record.canonical(log.bundle(entry, row.canonical, head=self.head)).encode()

    def _rows(self) -> Iterator[list[Cell]]:
        return (_row(held) for piece in self.pieces for held in self._held(piece))

    def _held(self, numbers: Sequence[str]) -> Iterator[_Held]:
        """The memos of these numbers, in this order, with what was sealed about them before the statement."""
        for batch in _batches(numbers):
            memos = Memo.objects.select_related("case__owner", "author").filter(number__in=batch)
            found = {memo.number: memo for memo in memos}
            done, events = _about([memo.pk for memo in found.values()])
            entries = _sealed_by(int(self.content["ledger"]["size"]), [*found.values(), *done, *events])
            by_memo: dict[int, list[ReviewAct]] = defaultdict(list)
            by_case: dict[int, list[RetentionEvent]] = defaultdict(list)
            for act in done:
                if str(act.public_id) in entries:
                    by_memo[act.memo_id].append(act)
            for event in events:
                if str(event.public_id) in entries:
                    by_case[event.case_id].append(event)
            for number in batch:
                memo = found[number]
                entry = entries[str(memo.public_id)]
                yield _Held(memo, entry, by_memo[memo.pk], by_case[memo.case_id], entries)

    def _readme(self, piece: int, *, documents: bool) -> str:
        numbers, ledger = self.pieces[piece - 1], self.content["ledger"]
        return README.format(
            number=self.statement.number,
            piece=piece,
            pieces=len(self.pieces),
            at=record.timestamp(self.statement.at),
            by=self.statement.by.get_full_name() or self.statement.by.get_username(),
            asked="; ".join(f"{name}: {value}" for name, value in sorted(self.content["asked"].items()))
            or "every memo",
            matched=self.content["matched"],
            first=numbers[0],
            last=numbers[-1],
            here=len(numbers),
            ledger_memos=ledger["memos"],
            ledger_size=ledger["size"],
            first_entry=ledger["first_entry"],
            last_entry=ledger["last_entry"],
            root=ledger["root"],
            head_size=self.head.size,
            origin=log.origin(),
            key=self.head.key_id,
            public_key=encode(log.public_key(self.head.key_id)),
            documents=_WITH_PDF if documents else _WITHOUT_PDF,
            named=_WITH_ACTS if self.content["format"] >= FORMAT else _WITHOUT_ACTS,
            revision=settings.REVISION,
        )


class _Archive:
    """A zip archive made file by file, whose bytes can be sent as they come. Ends with the sums of its files."""

    def __init__(self, made: datetime.datetime) -> None:
        self.sums: list[str] = []
        self.date = made.astimezone(datetime.UTC).timetuple()[:6]
        self.out = _Out()
        self.zip = zipfile.ZipFile(self.out, "w", zipfile.ZIP_DEFLATED)  # type: ignore[call-overload]

    def add(self, name: str, content: bytes) -> Iterator[bytes]:
        """Put a file in; gives the bytes that this adds to the archive."""
        self.sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        self._write(name, content)
        yield self.out.taken()

    def close(self) -> Iterator[bytes]:
        """Put the sums in and end the archive."""
        self._write("SHA256SUMS", "".join(self.sums).encode())
        yield self.out.taken()
        self.zip.close()
        yield self.out.taken()

    def _write(self, name: str, content: bytes) -> None:
        info = zipfile.ZipInfo(name, self.date)
        info.create_system, info.external_attr = 3, 0o100644 << 16
        # What a PDF holds is compressed already.
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
        self.zip.writestr(info, content)


class _Out:
    """Where an archive is written: bytes that are taken away as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        parts, self._parts = b"".join(self._parts), []
        return parts


# ---------------------------------------------------------------------------------------------------- index

COLUMNS = (
    "Memo",
    "Recorded (UTC)",
    "Case",
    "Title",
    "Owner",
    "Author",
    "State",
    "Result",
    "Review policy",
    "Destination",
    "Headquarters",
    "Date of the transaction",
    "Edition",
    "Supersedes",
    "Acts of review",
    "Last act (UTC)",
    "Keep at least until",
    "Counted from",
    "Holds that stand",
    "Ledger entry",
    "SHA-256",
    "Bytes as sealed",
    "PDF",
)


def _row(held: _Held) -> list[Cell]:
    """The memo's line of the index, in English."""
    memo, standing = held.memo, retention.standing(held.events)
    determination, settled = memo.content["determination"], memo.settled
    state = acts.replayed(held.acts)["state"]
    with translation.override("en"):
        policy = determination["review_policy"]
        return [
            memo.number,
            memo.created,
            memo.content["case"]["reference"],
            memo.content["case"]["title"],
            _name(memo.case.owner),
            memo.content["author"]["name"],
            str(Docket.State(state).label),
            str(wording.OUTCOMES[memo.outcome].heading),
            str(wording.REVIEW_POLICIES[policy]) if policy else None,
            country_name(memo.destination) if memo.destination else None,
            country_name(str(settled["headquarters"])) if settled.get("headquarters") else None,
            _day(settled.get("date")),
            memo.edition,
            memo.content["supersedes"],
            len(held.acts),
            held.acts[-1].at if held.acts else None,
            standing.keep_until or "unknown until an event is recorded",
            f"{standing.latest.get_kind_display()}, {standing.latest.day}, {standing.citation}"
            if standing.latest
            else None,
            len(standing.holds),
            held.entry.sequence,
            memo.sha256,
            "yes" if record.sha256(memo.canonical) == held.entry.digest else "NO",
            ", ".join(held.documents) or None,
        ]


def _day(answer: object) -> Cell:
    return datetime.date.fromisoformat(answer) if isinstance(answer, str) else None


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _about(memos: Sequence[int]) -> tuple[list[ReviewAct], list[RetentionEvent]]:
    """The acts of review of these memos, and the retention events of their cases, in their order."""
    done = ReviewAct.objects.filter(memo__in=memos).select_related("memo", "by").defer("memo__canonical")
    events = RetentionEvent.objects.filter(case__in=Memo.objects.filter(pk__in=memos).values("case"))
    ordered = events.order_by("case", "number").select_related("case", "by")
    return list(done.order_by("memo", "number")), list(ordered)


def _sealed_by(size: int, rows: Sequence[Sealed]) -> dict[str, LedgerEntry]:
    """The entries of those of these rows that were sealed when the ledger had this size, by their public ids."""
    return {
        entry.object_id: entry
        for model in (Memo, ReviewAct, RetentionEvent)
        for entry in _entries(model.KIND, [row for row in rows if isinstance(row, model)]).filter(
            sequence__lt=size
        )
    }


def _entries(kind: str, rows: Iterable[Sealed]) -> Any:
    return LedgerEntry.objects.filter(kind=kind, object_id__in=[str(row.public_id) for row in rows])


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    remaining = iter(items)
    while batch := list(itertools.islice(remaining, BATCH)):
        yield batch


def statement_of(public_id: uuid.UUID) -> ExportAct | None:
    """The statement with this public id."""
    return ExportAct.objects.filter(public_id=public_id, step=0).select_related("by").first()


# ---------------------------------------------------------------------------------------------------- words

_WITH_PDF = "each memo as PDF in both languages"
_WITHOUT_PDF = "no PDFs (they were not asked for)"
_WITH_ACTS = ", with\n  the SHA-256 of each of its acts of review and of each retention event of its case"
_WITHOUT_ACTS = (
    ".\n  It was sealed before statements named acts of review and retention events, and names none"
)

README = """\
EXPORT {number}, PIECE {piece} OF {pieces}
Memos of the AI Diffusion Wizard about licenses under 90 FR 4544 (15 CFR). Not legal advice, not from the Government.

What this is
  Asked by         {by}, {at}
  Asked for        {asked}
  Memos that match {matched}
  In this piece    {here}: {first} to {last}, in the order in which they were recorded

  memos/NUMBER/memo.json            the memo, byte for byte as it was sealed
  memos/NUMBER/proof.json           the same bytes with the proof that the ledger holds them
  memos/NUMBER/act-....json         each act of review, as sealed, and its proof
  cases/REFERENCE/retention-....json  what decides how long the memos are kept, as sealed, and its proof
  index.csv, index.xlsx             one line for each memo; cells that could pass for formulas begin with '. A copy
                                    for reading, like this text and every PDF; the JSON files are the record
  statement.json                    the statement of completeness (below), as sealed, and its proof
  checkpoint.txt                    the signed head of the ledger that every proof here leads to
  SHA256SUMS                        the SHA-256 of every other file
  With this piece: {documents}.

How to check it, offline
  Python 3.9 or later and nothing else, in the folder of the unpacked archive:

    python3 check_export.py --key {key} .

  It checks that every file has its sum, that every proof holds under that key, that the memos, acts of review and
  retention events here are exactly those that the statement names for this piece, and says what is missing otherwise.
  Take the key id from the wizard's public verify page or from notes of your own, not from this file: whoever altered
  the archive could have altered it here, and the two programs as well: the wizard's own copies are at
  /static/verify/check_export.py and /static/verify/verify_memo.py.

  The sums themselves are signed by nobody. They find what broke on the way; what somebody changed in a PDF, an index or
  this text, with its sum, they do not find. Go by the JSON files.

  By hand: sha256sum --check SHA256SUMS; python3 verify_memo.py --key KEY-ID memos/*/proof.json

The statement of completeness
  It was sealed in the ledger before anything was handed out, and names every memo that matched, piece by piece{named}.
  If one were left out, this piece would contradict it; if it were rewritten, its own proof would fail.

  Ledger           {origin}
  It stood at      {ledger_size} entries, {ledger_memos} of them memos, with the root
                   {root}
  Memos that match lie between entries {first_entry} and {last_entry}
  Proofs lead to   the head of {head_size} entries, which has the statement as its last
  Public key       {public_key}

  Whether the statement itself names every memo of a certain kind can be seen by asking for all of them: then the number
  that matches must be the number of memos in the ledger. A head of the same ledger that you kept earlier or got from
  others must be consistent with this one; the wizard's /verify/consistency/ page gives the proof.

Code revision {revision}
"""
