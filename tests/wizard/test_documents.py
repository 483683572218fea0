"""The memo as a PDF and as a Word file: whole, legible, the same bytes everywhere, and deaf to what names say."""

from __future__ import annotations

import hashlib
import html
import io
import itertools
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.urls import reverse
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from tests.factories import (
    CHIPS_TO_POLAND,
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
)
from tests.wizard.conftest import SignIn
from wizard.documents import glyphs, pdf as pdf_module, typesetter
from wizard.documents.code import code
from wizard.documents.outline import Outline, Run, Table, legible, outline
from wizard.documents.pdf import pdf
from wizard.documents.typesetter import TYPESETTER, TypesettingError
from wizard.documents.word import word
from wizard.models import Memo
from wizard.samples import SAMPLES

ADDRESS = "https://wizard.example/verify/?code=AAAA-BBBB-CCCC-DDDD&number=M-2026-0001"
LANGUAGES = ("en", "zh-hans")
CASES: Mapping[str, Mapping[str, Any]] = {
    "license required": WEIGHTS_TO_INDIA,
    "authorization": CHIPS_TO_POLAND,
    "undetermined": OPEN_QUESTIONS,
    "not controlled": SAMPLES[5].answers,
}
HOSTILE = {
    "typst code": '#import "@preview/tidy:0.4.0": * #read("/etc/passwd") #panic("x")',
    "typst math and style": "$ x^2 $ *bold* _slanted_ `raw` ```code``` <label> @cite = Heading",
    "escapes": 'C:\\new\\u{41} "quoted" \\# \\ // comment /* more */',
    "fields of word": "{ INCLUDETEXT c:/boot.ini } MERGEFORMAT =1+1 <w:p/> &lt; ]]>",
    "one long word": "W" * 120,
    "markup of pages": '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7|add:7 }}{% load x %}',
    "letters of many scripts": "Žlutý Ωmega Ελλάς Москва 北京市朝陽區 サクラ 한국 Nguyễn ﬁ",
}


def recorded(owner: User, answers: Mapping[str, Any] = WEIGHTS_TO_GERMANY) -> Memo:
    return MemoFactory.create(case=CaseFactory.create(owner=owner, answers=answers))


def rewritten(memo: Memo, words: str) -> Memo:
    """A memo, never saved, in which every word that a person could have typed is `words`."""
    content = json.loads(memo.canonical)
    content["case"]["title"] = content["author"]["name"] = words
    for text in content["text"].values():
        for fact in text["facts"]:
            fact["answer"] = fact["by"] = fact["basis"] = words
    return Memo(canonical=json.dumps(content), sha256=memo.sha256)


def as_pdf(memo: Memo, language: str = "en", paper: str = "letter") -> bytes:
    return pdf(memo, language=language, paper=paper, address=ADDRESS)


def as_word(memo: Memo, language: str = "en", paper: str = "letter") -> bytes:
    return word(memo, language=language, paper=paper, address=ADDRESS)


def poppler(tool: str, document: bytes, *options: str) -> str:
    """What one of Poppler's tools says of the document."""
    target = ("-",) if tool == "pdftotext" else ()
    done = subprocess.run(
        [tool, *options, "-", *target], input=document, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode(errors="replace")  # alternative texts are printed as they are stored, in UTF-16


def read_pdf(document: bytes) -> str:
    return poppler("pdftotext", document, "-raw", "-enc", "UTF-8")


def open_word(document: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(document))


def read_word(document: bytes) -> str:
    body = open_word(document).element.body
    return "".join(found.text or "" for found in body.iter(qn("w:t")))


def as_page(memo: Memo, language: str = "en") -> bytes:
    shown = {"document": outline(memo, language, ADDRESS), "code": code(ADDRESS)}
    return render_to_string("wizard/_document.html", shown).encode()


def read_page(document: bytes) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", document.decode()))


READERS: tuple[tuple[Callable[..., bytes], Callable[[bytes], str]], ...] = (
    (as_pdf, read_pdf),
    (as_word, read_word),
    (as_page, read_page),
)


def packed(text: str) -> str:
    """The text without spaces and line ends, which pages break where they like."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def runs(value: object) -> Iterator[str]:
    """Every text of an outline's sections, in order."""
    if isinstance(value, Run):
        yield value.text
    elif isinstance(value, tuple):
        for one in value:
            yield from runs(one)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from runs(getattr(value, name))


def every_text(found: Outline) -> set[str]:
    return {text for text in runs(found) if text.strip()}


# ------------------------------------------------------------------------------------------------ what they say


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answers", CASES.values(), ids=CASES)
def test_documents_say_all_that_the_memo_says(sales: User, answers: Mapping[str, Any], language: str) -> None:
    memo = recorded(sales, answers)
    text = memo.content["text"][language]
    found = text["findings"]
    issues = [issue for group in found["issues"].values() for issue in group]
    expected = {
        memo.number, memo.verification_code, memo.sha256, text["date"], text["declaration"],
        found["outcome"]["heading"], found["outcome"]["meaning"], found["review_policy"], found["codified"],
        found["enforced"]["words"], found["enforced"]["posture"], found["sources_checked"],
        *found["assumptions"],
        *(outcome["heading"] for outcome in found["possible_outcomes"]),
        *(row[key] for row in text["facts"] for key in ("question", "answer", "by", "at", "way", "more")),
        *(issue[key] for issue in issues for key in ("title", "citation")),
        *(step[key] for issue in found["issues"]["true"] for step in issue["steps"] for key in ("citation", "says")),
        *(reason[key] for item in found["authorizations"] for reason in item["reasons"] for key in reason),
        *(item[key] for item in found["obligations"] for key in ("text", "citation", "deadline", "threshold")),
        *(item[key] for item in found["unknown"] for key in ("question", "who", "find_out", "citation")),
        *(item[key] for item in found["interpretations"] for key in ("question", "adopted", "alternative")),
        *(event[key] for event in found["enforced"]["events"] for key in ("date", "text", "source")),
    }  # fmt: skip
    expected |= every_text(outline(memo, language, ADDRESS))
    for make, read in READERS:
        said = packed(read(make(memo, language)))
        assert {words for words in expected if packed(words) not in said} == set()


def test_sections_stand_in_the_order_of_the_page(sales: User) -> None:
    memo = recorded(sales)
    headings = (
        "Question presented", "Brief answer", "Facts", "Rule", "Analysis",
        "Two answers: the text, and what is enforced", "Interpretations", "Obligations",
        "Unknowns and assumptions", "Sign-off",
    )  # fmt: skip
    assert tuple(section.heading for section in outline(memo, "en", ADDRESS).sections) == headings
    in_word = open_word(as_word(memo)).paragraphs
    assert tuple(one.text for one in in_word if one.style and one.style.name == "Heading 1") == headings


def test_a_row_says_what_is_not_as_in_most_rows(sales: User) -> None:
    memo = recorded(sales)
    content = json.loads(memo.canonical)
    asked = content["text"]["en"]["facts"]
    asked[2]["by"], asked[3]["basis"] = "Somebody Else", "the datasheet"
    document = outline(Memo(canonical=json.dumps(content), sha256=memo.sha256), "en", ADDRESS)
    (facts,) = (section for section in document.sections if section.name == "facts")
    above, table = facts.blocks
    assert f"Given by {sales.get_full_name()} (typed or chosen), unless" in "".join(runs(above))
    assert isinstance(table, Table)
    given = ["".join(runs(row[-1])) for row in table.rows]
    assert given[2] == f"{asked[2]['at']}, Somebody Else, typed or chosen"
    assert given[3] == f"{asked[3]['at']}, typed or chosen: the datasheet"
    assert given[:2] + given[4:] == [row["at"] for row in asked[:2] + asked[4:]]


def test_conditions_that_the_analysis_went_through_are_not_said_again(sales: User) -> None:
    said = read_pdf(as_pdf(recorded(sales, CHIPS_TO_POLAND)))
    assert said.count("A commodity that meets branch a.") == 1
    assert "see “License Exception LPP” above." in said


def test_chinese_documents_are_in_chinese(sales: User) -> None:
    memo = recorded(sales, OPEN_QUESTIONS)
    for make, read in READERS:
        said = read(make(memo, "zh-hans"))
        letters = [character for character in said if character.isalpha()]
        assert sum("\u4e00" <= letter <= "\u9fff" for letter in letters) > len(letters) / 4
        assert "挪威" in said


def test_only_a_translation_says_that_it_is_one(sales: User) -> None:
    memo = recorded(sales)
    for language, unofficial in (("en", "unofficial"), ("zh-hans", "中文译文为非官方译文")):
        feet = [section.footer for section in open_word(as_word(memo, language)).sections]
        in_word = "".join(paragraph.text for foot in feet for paragraph in foot.paragraphs)
        for said in (packed(read_pdf(as_pdf(memo, language))), packed(in_word)):
            assert (unofficial in said) is (language != "en")


# ------------------------------------------------------------------------------------------------ the PDF


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_is_tagged_and_fit_for_archives(sales: User, language: str) -> None:
    memo = recorded(sales)
    document = as_pdf(memo, language)
    said = poppler("pdfinfo", document)
    assert re.search(r"^Tagged: +yes$", said, re.MULTILINE)
    assert f"{memo.content['author']['name']}" in said
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document
    assert b"<pdfaid:part>2</pdfaid:part>" in document
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in document
    tags = poppler("pdfinfo", document, "-struct")
    for tag in ("H1", "H2", "Table", "THead", "TH", "TD", "L", "LI", "Figure"):
        assert re.search(rf"^ *{tag}\b", tags, re.MULTILINE), tag


@pytest.mark.parametrize(("paper", "size"), [("letter", "612 x 792"), ("a4", "595.276 x 841.89")])
def test_pdf_is_on_the_paper_asked_for_and_takes_three_sheets(sales: User, paper: str, size: str) -> None:
    for answers in CASES.values():
        said = poppler("pdfinfo", as_pdf(recorded(sales, answers), paper=paper))
        assert f"Page size:       {size} pts" in said
        assert 2 <= int(re.findall(r"^Pages: +(\d+)$", said, re.MULTILINE)[0]) <= 3


def test_pages_are_numbered_and_headed(sales: User) -> None:
    memo = recorded(sales)
    pages = read_pdf(as_pdf(memo)).split("\f")[:-1]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert memo.number in page


def test_codes_can_be_copied_from_the_pdf(sales: User) -> None:
    memo = recorded(sales)
    said = read_pdf(as_pdf(memo))
    assert f"SHA-256 {memo.sha256}" in said
    assert memo.verification_code in said


def test_pdf_embeds_the_fonts_of_the_project_alone(sales: User) -> None:
    said = poppler(
        "pdffonts", as_pdf(rewritten(recorded(sales), HOSTILE["letters of many scripts"]), "zh-hans")
    )
    fonts = {line.split()[0].partition("+")[2] for line in said.splitlines()[2:]}
    assert fonts
    assert all(
        name.startswith(("SourceSerif4-", "SourceSans3-", "NotoSerifSC-", "DroidSans")) for name in fonts
    )


def test_glyphs_that_no_font_has_are_refused_not_dropped(
    sales: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "drawable", str)
    with pytest.raises(TypesettingError, match="could not be displayed"):
        as_pdf(rewritten(recorded(sales), "𓀀"))


# ------------------------------------------------------------------------------------------------ the same bytes


_MAKE = """
import hashlib, sys
import django
django.setup()
from wizard.documents.pdf import pdf
from wizard.documents.word import word
from wizard.models import Memo
canonical = open(sys.argv[1], encoding="utf-8").read()
memo = Memo(canonical=canonical, sha256=sys.argv[2])
for language in ("en", "zh-hans"):
    for make in (pdf, word):
        made = make(memo, language=language, paper="letter", address=sys.argv[3])
        print(hashlib.sha256(made).hexdigest())
"""


def test_bytes_are_the_same_in_other_processes_time_zones_and_locales(sales: User, tmp_path: Path) -> None:
    memo = recorded(sales)
    stored = tmp_path / "memo.json"
    stored.write_text(memo.canonical, encoding="utf-8")
    here = [
        hashlib.sha256(make(memo, language)).hexdigest()
        for language in LANGUAGES
        for make in (as_pdf, as_word)
    ]
    for zone, locale, seed in (("Asia/Shanghai", "C", "1"), ("America/Los_Angeles", "zh_CN.UTF-8", "2")):
        environment = {
            **os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(settings.BASE_DIR),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", _MAKE, str(stored), memo.sha256, ADDRESS],
            capture_output=True, check=True, cwd=tmp_path, env=environment, text=True, timeout=120,
        )  # fmt: skip
        assert done.stdout.split() == here


# ------------------------------------------------------------------------------------------------ hostile words


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_stand_there_as_they_are(sales: User, words: str) -> None:
    memo = rewritten(recorded(sales), words)
    for make, read in READERS:
        # In the title block, by the author's name, and once or more for each fact.
        assert packed(read(make(memo))).count(packed(words)) >= len(memo.content["asked"]) + 2


def test_two_hundred_payloads_are_words_and_nothing_else(sales: User) -> None:
    memo = recorded(sales)
    payloads = [f"{start}{middle}{end}{number}" for number, (start, middle, end) in enumerate(
        itertools.product(_STARTS, _MIDDLES, _ENDS)
    )]  # fmt: skip
    assert len(payloads) == 200
    content = json.loads(memo.canonical)
    rows = iter(payloads)
    for text in content["text"].values():
        fact = text["facts"][0]
        text["facts"] = [{**fact, "question": next(rows), "answer": next(rows)} for _pair in range(50)]
    content["text"]["en"]["facts"] += content["text"].pop("zh-hans")["facts"]
    content["case"]["title"], content["author"]["name"] = payloads[0], payloads[-1]
    hostile = Memo(canonical=json.dumps(content), sha256=memo.sha256)
    for make, read in READERS:
        said = packed(read(make(hostile)))
        assert [payload for payload in payloads if packed(payload) not in said] == []
    page = as_page(hostile).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert not re.search(r"<[a-z][^<>]*\son\w+=", page)


_STARTS = ("", '"', "'", "]", "#]", "$", "`", "\\", "{{", "</strong>")
_MIDDLES = ('#read("/etc/passwd")', "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "{ DDEAUTO c:\\x }")
_ENDS = ("", "<!--", '#import "@preview/a:1.0.0": *', "]]></w:t>", "*/ onload=alert(1) x=")


def test_what_cannot_be_seen_is_named(sales: User) -> None:
    memo = rewritten(recorded(sales), "safe\u202egnp.exe\u2066\x07\u200b 😀 שלום")
    for make, read in READERS:
        said = read(make(memo))
        assert "safe[U+202E]gnp.exe[U+2066][U+0007][U+200B]" in packed(said)
        assert not {"\u202e", "\u2066", "\x07"} & set(said)
    assert "[U+1F600]" in read_pdf(as_pdf(memo))
    assert "😀 שלום" in read_word(as_word(memo))


def test_legible_keeps_words_on_one_line() -> None:
    assert legible("a\tb\nc\r") == "a b c "
    assert legible("naïve — 北京") == "naïve — 北京"


def test_drawable_names_what_no_font_has() -> None:
    assert glyphs.drawable("Nguye\u0302\u0303n 北京 한") == "Nguyễn 北京 한"
    assert glyphs.drawable("\u0916") == "[U+0916]"
    # A mark needs a letter of its own font under it.
    assert glyphs.drawable("漢\u0301 x\u0323") == "漢[U+0301] x\u0323"


def test_fonts_cover_the_common_characters_of_simplified_chinese() -> None:
    common = {
        bytes((first, second)).decode("gb2312")
        for first in range(0xB0, 0xF8)
        for second in range(0xA1, 0xFF)
        if (first, second) < (0xD7, 0xFA) or (0xD8, 0xA1) <= (first, second) <= (0xF7, 0xFE)
    }
    assert len(common) == 6763
    assert common <= set(glyphs.covered(glyphs.FONTS / "DroidSansFallback.ttf"))


def test_typesetting_opens_no_connection_and_writes_no_file(tmp_path: Path) -> None:
    program = """
import pathlib, socket, sys
sys.path.insert(0, sys.argv[1])
import typeset
typeset.confine()
try:
    socket.socket()
except PermissionError:
    print("no socket")
try:
    pathlib.Path(sys.argv[2]).write_text("x")
except OSError:
    print("no file")
try:
    bytearray(2 * typeset.MEMORY)
except MemoryError:
    print("no memory")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(pdf_module.__file__).parent), str(tmp_path / "written")],
        capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["no socket", "no file", "no memory"], done.stderr


def test_typesetting_that_takes_too_long_is_ended(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = recorded(sales)
    before = as_pdf(memo)
    with monkeypatch.context() as hurried:
        hurried.setattr(typesetter, "SECONDS", 0.001)
        with pytest.raises(TypesettingError, match="longer than"):
            as_pdf(memo)
    assert as_pdf(memo) == before


def test_typesetting_goes_on_after_its_process_ended(sales: User) -> None:
    memo = recorded(sales)
    before = as_pdf(memo)
    assert TYPESETTER._process is not None
    TYPESETTER._process.kill()
    TYPESETTER._process.wait()
    assert as_pdf(memo) == before


def test_process_is_replaced_in_time(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "DOCUMENTS", 1)
    memo = recorded(sales)
    before = as_pdf(memo)
    assert TYPESETTER._process is not None
    first = TYPESETTER._process.pid
    assert as_pdf(memo) == before
    assert TYPESETTER._process.pid != first


# ------------------------------------------------------------------------------------------------ the Word file


@pytest.mark.parametrize(("language", "tag"), [("en", "en-US"), ("zh-hans", "zh-CN")])
def test_word_file_is_built_of_what_word_knows(sales: User, language: str, tag: str) -> None:
    memo = recorded(sales)
    opened = open_word(as_word(memo, language, "a4"))
    core = opened.core_properties
    assert (core.language, core.author) == (tag, memo.content["author"]["name"])
    assert memo.number in core.title
    names = {one.style.name for one in opened.paragraphs if one.style}
    assert {"Title", "Heading 1", "Heading 2", "List Bullet"} <= names
    assert opened.tables
    for table in opened.tables:
        assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
        assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in table.rows)
    section = opened.sections[0]
    assert section.page_width is not None
    assert round(section.page_width.mm) == 210
    for foot in (section.footer, section.first_page_footer):
        fields = [one.get(qn("w:instr")) for one in foot._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
    assert opened.styles["Normal"].element.find(f".//{qn('w:lang')}").get(qn("w:val")) == tag
    (picture,) = opened.inline_shapes
    assert picture._inline.docPr.get("descr")
    assert (
        picture._inline.docPr.get("descr") == "QR code: the page that verifies this memo" or language != "en"
    )
    shape = {"en": "○\u2002A license is required, unless", "zh-hans": "○\u2002"}[language]
    assert any(one.text.startswith(shape) for one in opened.paragraphs)


def test_citations_in_a_chinese_word_file_are_marked_as_english(sales: User) -> None:
    opened = open_word(as_word(recorded(sales), "zh-hans"))
    cited = [run for one in opened.paragraphs for run in one.runs if run.text == "15 CFR 734.3"]
    assert cited
    for run in cited:
        assert run._r.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-US"


# ------------------------------------------------------------------------------------------------ the pages


DOCUMENTS = (
    ("memo_pdf", "application/pdf", b"%PDF-1.7", "pdf"),
    ("memo_word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK", "docx"),
)


@pytest.mark.parametrize(("name", "media_type", "start", "ending"), DOCUMENTS)
def test_documents_are_handed_out(
    sales: User, sign_in: SignIn, name: str, media_type: str, start: bytes, ending: str
) -> None:
    memo = recorded(sales)
    browser = sign_in(sales)
    address = reverse(name, args=[memo.public_id])
    response = browser.get(address, {"paper": "a4", "language": "zh-hans"})
    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"] == f'attachment; filename="{memo.number}-zh-hans.{ending}"'
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(start)
    assert browser.get(address)["Content-Disposition"].endswith(f'-en.{ending}"')
    for wrong in ({"paper": "a3"}, {"language": "fr"}, {"language": "../en"}):
        assert browser.get(address, wrong).status_code == 404


@pytest.mark.parametrize("name", [name for name, *_rest in DOCUMENTS])
def test_only_those_who_may_see_the_case_get_documents(
    sales: User, stranger: User, legal: User, sign_in: SignIn, name: str
) -> None:
    address = reverse(name, args=[recorded(sales).public_id])
    assert sign_in(stranger).get(address).status_code == 404
    assert sign_in(legal).get(address).status_code == 200
    assert sign_in(sales).post(address).status_code == 405


def test_memo_that_fails_verification_gives_no_document(
    sales: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = recorded(sales)
    monkeypatch.setattr(Memo, "intact", False)
    for name, *_rest in DOCUMENTS:
        response = sign_in(sales).get(reverse(name, args=[memo.public_id]))
        assert response.status_code == 302
        assert response["Location"] == memo.get_absolute_url()


def test_failure_is_said_plainly(sales: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "SECONDS", 0.001)
    response = sign_in(sales).get(reverse("memo_pdf", args=[recorded(sales).public_id]))
    assert response.status_code == 500
    assert "Print its page instead" in response.content.decode()
