"""Lists as CSV and as XLSX: numbers and dates typed, and no text that a spreadsheet could take for a formula."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | datetime.date | None
Row = Sequence[Cell]

FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula; full-width signs are turned into plain ones by some."""


def neutral(text: str) -> str:
    """The text as a cell shows it: behind an apostrophe if it begins, or after its blanks begins, like a formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    begins_like_one = any(one[:1] in FORMULAS for one in (text, text.lstrip()) if one)
    return f"'{text}" if begins_like_one else text


def as_csv(head: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The table as lines of CSV in UTF-8, marked as such, every field in quotes."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    yield "\ufeff".encode()
    for row in itertools.chain([head], rows):
        writer.writerow([_written(cell) for cell in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def as_xlsx(head: Sequence[str], rows: Iterable[Row], *, made: datetime.datetime) -> bytes:
    """The table as a workbook of one sheet. The same table made at the same moment is the same bytes."""
    book = Workbook(write_only=True)
    book.properties.created = made.replace(tzinfo=None, microsecond=0)
    sheet = book.create_sheet("Memos")
    sheet.freeze_panes = "B2"
    for number, name in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(number)].width = min(48, max(12, len(name) + 2))
    titles = [WriteOnlyCell(sheet, neutral(name)) for name in head]
    for title in titles:
        title.font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        sheet.append([_typed(cell) for cell in row])
    drawn = io.BytesIO()
    book.save(drawn)
    return _settled(drawn.getvalue(), made)


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime.datetime):
        return cell.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return neutral(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def _typed(cell: Cell) -> Cell:
    if isinstance(cell, datetime.datetime):
        return cell.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
    return neutral(cell) if isinstance(cell, str) else cell


def _settled(workbook: bytes, made: datetime.datetime) -> bytes:
    """The workbook without the moments that its maker wrote into it."""
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(settled, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                moment = made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment, content)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return settled.getvalue()
