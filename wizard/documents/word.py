"""The memo as a Word file: the same outline as the PDF, in Word's own headings, lists, tables and page numbers."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from wizard.documents import outline as parts
from wizard.documents.code import picture
from wizard.documents.outline import Outline, Run, Text, outline
from wizard.models import Memo

PAPERS = MappingProxyType({"letter": (Mm(215.9), Mm(279.4)), "a4": (Mm(210), Mm(297))})
"""Width and height of the paper sizes on offer."""

SHAPES = MappingProxyType({"square": "■", "ring": "○", "diamond": "◇", "rule": "—"})
"""The four shapes of the outcomes, as characters."""

_MARGIN = Mm(21)
_LABEL = Mm(38)
_INK, _SOFT, _ACCENT = RGBColor(0x1C, 0x1A, 0x17), RGBColor(0x57, 0x52, 0x4A), RGBColor(0x7D, 0x1D, 0x2D)
_SERIF, _SANS = ("Georgia", "SimSun"), ("Arial", "Microsoft YaHei")
"""A file for others to edit names fonts that their machines have: Latin, Chinese."""

FIRST_EAST_ASIAN = "\u2e80"
"""From this character on Unicode holds those of Chinese, Japanese and Korean."""

_LANGUAGES = MappingProxyType({"en": "en-US", "zh-hans": "zh-CN"})
_EPOCH = (1980, 1, 1, 0, 0, 0)


def word(memo: Memo, *, language: str, paper: str, address: str) -> bytes:
    """The memo in one language on one paper; `address` is where it can be verified.

    Raises:
        KeyError: no such paper, or a language that the memo was not recorded in.
    """
    return _Setting(outline(memo, language, address), paper).file()


class _Setting:
    """One outline on its way into a Word file."""

    def __init__(self, content: Outline, paper: str) -> None:
        self.content = content
        self.document: WordDocument = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = PAPERS[paper]
        section.left_margin = section.right_margin = _MARGIN
        section.top_margin = section.bottom_margin = Mm(20)
        self.width = Emu(section.page_width - 2 * _MARGIN)
        self.properties()
        self.styles()
        # Looking a style up by its name takes milliseconds, and there are hundreds of cells.
        self.style_ids = {style.name: style.style_id for style in self.document.styles}
        self.running(section)
        self.head()
        for part in content.sections:
            self.document.add_heading(part.heading, level=1)
            for block in part.blocks:
                _SETTERS[type(block)](self, block)
        self.paragraph((Run(content.seal, "quiet"),)).paragraph_format.space_before = Pt(12)

    def file(self) -> bytes:
        """The file, with the same bytes each time: its parts carry no time of their own."""
        written = io.BytesIO()
        self.document.save(written)
        same = io.BytesIO()
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                target.writestr(
                    zipfile.ZipInfo(name, _EPOCH), source.read(name), compress_type=zipfile.ZIP_DEFLATED
                )
        return same.getvalue()

    # ------------------------------------------------------------------------------------------ the file

    def properties(self) -> None:
        """What the file says of itself."""
        content, core = self.content, self.document.core_properties
        created = datetime.datetime.fromisoformat(content.created).replace(microsecond=0, tzinfo=None)
        core.title, core.author, core.language = content.title, content.author, _LANGUAGES[content.language]
        core.created = core.modified = created
        core.last_modified_by, core.comments, core.revision = content.author, "", 1

    def styles(self) -> None:
        """Word's own styles, in the fonts, sizes and colors of the memo."""
        styles = self.document.styles
        for name, size, before, after, fonts in (
            ("Normal", 10, 0, 4, _SERIF),
            ("Title", 22, 0, 4, _SERIF),
            ("Heading 1", 13, 11, 4, _SERIF),
            ("Heading 2", 10.5, 8, 3, _SERIF),
            ("List Bullet", 10, 0, 3, _SERIF),
            ("Header", 8, 0, 0, _SANS),
            ("Footer", 8, 0, 0, _SANS),
        ):
            style = styles[name]
            assert isinstance(style, ParagraphStyle)
            style.font.size = Pt(size)
            style.font.color.rgb = _SOFT if name in ("Header", "Footer") else _INK
            style.font.bold = name in ("Title", "Heading 1", "Heading 2")
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            _set_fonts(style.element.get_or_add_rPr(), fonts)
            style.paragraph_format.tab_stops.clear_all()
        normal = styles["Normal"]
        assert isinstance(normal, ParagraphStyle)
        normal.paragraph_format.line_spacing = 1.25 if self.content.language == "zh-hans" else 1.08
        normal.paragraph_format.widow_control = True
        _set_language(normal.element.get_or_add_rPr(), _LANGUAGES[self.content.language])
        for borders in styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
            borders.getparent().remove(borders)
        small = styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(small, ParagraphStyle)
        small.base_style = normal
        small.font.size = Pt(8.5)
        small.paragraph_format.space_after = Pt(1)
        small.paragraph_format.line_spacing = 1

    def running(self, section: Section) -> None:
        """The head of every page but the first, and the foot of every page."""
        section.different_first_page_header_footer = True
        head = section.header.paragraphs[0]
        head.paragraph_format.tab_stops.add_tab_stop(self.width, WD_TAB_ALIGNMENT.RIGHT)
        head.add_run(f"{self.content.number}\t{self.content.running_head}")
        for foot in (section.footer.paragraphs[0], section.first_page_footer.paragraphs[0]):
            foot.paragraph_format.tab_stops.add_tab_stop(self.width, WD_TAB_ALIGNMENT.RIGHT)
            foot.add_run(f"{self.content.notice}\t")
            before, _page, rest = self.content.page.partition("{page}")
            between, _pages, after = rest.partition("{pages}")
            foot.add_run(before)
            _add_field(foot, "PAGE")
            foot.add_run(between)
            _add_field(foot, "NUMPAGES")
            foot.add_run(after)

    def head(self) -> None:
        """The title block, with the code that leads to where the memo is verified."""
        kind = self.document.add_paragraph()
        kind.paragraph_format.space_after = Pt(0)
        kind.add_run(self.content.kind).font.small_caps = self.content.language == "en"
        title = self.document.add_paragraph(self.content.number, style="Title")
        _set_border(title, "double")
        for label, words in self.content.title_block:
            self.labeled_line(label, words)
        held = self.document.add_paragraph()
        held.paragraph_format.space_before = Pt(6)
        drawn = held.add_run().add_picture(
            io.BytesIO(picture(self.content.verification_address, "png")), width=Mm(22)
        )
        drawn._inline.docPr.set("descr", self.content.verification_hint)
        self.say(held, (Run("\u2002"), Run(self.content.verification_words, "quiet")))
        _set_border(held, "single")

    # ------------------------------------------------------------------------------------------ words

    def say(self, paragraph: Paragraph, text: Text) -> None:
        """Add the runs of `text` to the paragraph."""
        for run in text:
            if run.style == "line":
                paragraph.add_run().add_break()
                continue
            added = paragraph.add_run(run.text)
            if run.style in _STYLES:
                _STYLES[run.style](added)
            if run.language and run.language != self.content.language:
                _set_language(added._r.get_or_add_rPr(), _LANGUAGES[run.language])

    def paragraph(self, text: Text, style: str | None = None) -> Paragraph:
        """A new paragraph with this text."""
        paragraph = self.document.add_paragraph(style=style)
        self.say(paragraph, text)
        return paragraph

    def labeled_line(self, label: str, words: Text) -> Paragraph:
        """A label and, at the tab stop, what belongs to it."""
        line = self.document.add_paragraph()
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = _LABEL, Emu(-_LABEL)
        line.paragraph_format.tab_stops.add_tab_stop(_LABEL)
        line.paragraph_format.space_after = Pt(2)
        self.say(line, (Run(label, "quiet"), Run("\t"), *words))
        return line

    # ------------------------------------------------------------------------------------------ blocks

    def set_paragraph(self, block: parts.Paragraph) -> None:
        """A paragraph in its role."""
        if block.role == "warning":
            warning = self.paragraph(tuple(Run(run.text, "strong") for run in block.text))
            _set_border(warning, "thick")
        elif block.role in ("presented", "quiet"):
            style: parts.Style = "emphasis" if block.role == "presented" else "quiet"
            self.paragraph(tuple(Run(run.text, run.style or style, run.language) for run in block.text))
        else:
            self.paragraph(block.text)

    def set_subheading(self, block: parts.Subheading) -> None:
        """A heading of the second level."""
        self.document.add_heading(block.text, level=2)

    def set_verdict(self, block: parts.Verdict) -> None:
        """The shape of an outcome and its words."""
        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(f"{SHAPES[block.shape]}\u2002{block.words}")
        if block.leads:
            run.bold, run.font.size = True, Pt(15)
            paragraph.paragraph_format.keep_with_next = True

    def set_noted(self, block: parts.Noted) -> Paragraph:
        """A paragraph, its authority after it."""
        notes = tuple(run for note in block.notes for run in (Run(" "), *note))
        paragraph = self.paragraph((*block.text, *notes))
        if block.under:
            paragraph.paragraph_format.left_indent = Mm(6)
            paragraph.paragraph_format.space_after = Pt(2)
        return paragraph

    def set_table(self, block: parts.Table) -> None:
        """A table whose header row is repeated on each page and whose rows are never cut."""
        table = self.document.add_table(rows=0, cols=len(block.header))
        table.autofit = False
        _set_table_borders(table._tbl.tblPr)
        described = OxmlElement("w:tblCaption")
        described.set(qn("w:val"), block.caption)
        table._tbl.tblPr.append(described)
        narrow = Mm(11)
        shared = self.width - narrow * block.widths.count(0)
        widths = [Emu(shared * width // sum(block.widths)) if width else narrow for width in block.widths]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        header = tuple((Run(words, "finding"),) for words in block.header)
        for number, row in enumerate((header, *block.rows)):
            added = table.add_row()
            settings = added._tr.get_or_add_trPr()
            settings.append(OxmlElement("w:cantSplit"))
            if number == 0:
                settings.append(OxmlElement("w:tblHeader"))
            for cell, width, text in zip(added.cells, widths, row, strict=True):
                cell.width = width
                self.fill(cell, (text,))
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def fill(self, cell: Cell, texts: Iterable[Text], style: str = "Table Text") -> None:
        """Put the texts into the cell, a paragraph each."""
        for number, text in enumerate(texts):
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            paragraph._p.style = self.style_ids[style]
            self.say(paragraph, text)

    def set_side_by_side(self, block: parts.SideBySide) -> None:
        """Two answers in the two columns of a table without lines."""
        table = self.document.add_table(rows=2, cols=2)
        for row in table.rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for number, side in enumerate(block.sides):
            self.fill(table.cell(0, number), ((Run(side.heading),),), "Heading 2")
            texts = (
                tuple(Run(run.text, run.style or "quiet") for run in one.text)
                if one.role == "quiet"
                else one.text
                for one in side.paragraphs
            )
            self.fill(table.cell(1, number), texts, "Normal")

    def set_items(self, block: parts.Items) -> None:
        """A list, or one to tick off."""
        for text, note in block.noted:
            if not block.boxes:
                self.paragraph(text, "List Bullet")
                continue
            paragraph = self.paragraph((Run("☐\t"), *text, Run(" "), *note))
            paragraph.paragraph_format.left_indent = Mm(7)
            paragraph.paragraph_format.first_line_indent = Mm(-7)
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(7))

    def set_reading(self, block: parts.Reading) -> None:
        """A question with its authority, then labels and what belongs to each, all on one page."""
        lines = [self.set_noted(block.question), *(self.labeled_line(*row) for row in block.rows)]
        for line in lines[:-1]:
            line.paragraph_format.keep_with_next = True

    def set_signatures(self, block: parts.Signatures) -> None:
        """Who signed, and lines for those who have yet to, on the page that says what is signed."""
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        for label, words in block.rows:
            if words:
                self.labeled_line(label, words).paragraph_format.keep_with_next = True
                continue
            line = self.labeled_line(label, (Run("\t"),))
            line.paragraph_format.space_before, line.paragraph_format.keep_with_next = Pt(22), True
            line.paragraph_format.tab_stops.add_tab_stop(Mm(120), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)


_SETTERS: dict[type, Callable[[_Setting, Any], object]] = {
    parts.Paragraph: _Setting.set_paragraph,
    parts.Subheading: _Setting.set_subheading,
    parts.Verdict: _Setting.set_verdict,
    parts.Noted: _Setting.set_noted,
    parts.Table: _Setting.set_table,
    parts.SideBySide: _Setting.set_side_by_side,
    parts.Items: _Setting.set_items,
    parts.Reading: _Setting.set_reading,
    parts.Signatures: _Setting.set_signatures,
}


def _strong(run: WordRun) -> None:
    run.bold = True


def _emphasis(run: WordRun) -> None:
    # Chinese has no italics, and Word would slant its characters.
    run.italic = max(run.text) < FIRST_EAST_ASIAN


def _sans(run: WordRun, color: RGBColor, size: float, *, bold: bool = False) -> None:
    run.font.color.rgb, run.font.size, run.bold = color, Pt(size), bold
    _set_fonts(run._r.get_or_add_rPr(), _SANS)


_STYLES: dict[str, Callable[[WordRun], None]] = {
    "strong": _strong,
    "emphasis": _emphasis,
    "quiet": lambda run: _sans(run, _SOFT, 8),
    "citation": lambda run: _sans(run, _ACCENT, 8),
    "finding": lambda run: _sans(run, _INK, 9, bold=True),
}


def _set_fonts(properties: Any, fonts: tuple[str, str]) -> None:
    """Name the fonts for Latin and for Chinese, in place of those of Word's theme."""
    named = properties.get_or_add_rFonts()
    for attribute in list(named.attrib):
        del named.attrib[attribute]
    latin, chinese = fonts
    for script, font in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", chinese)):
        named.set(qn(f"w:{script}"), font)


def _set_language(properties: Any, tag: str) -> None:
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), tag)
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def _set_border(paragraph: Paragraph, kind: str) -> None:
    """A rule under the paragraph; a thick one at its side."""
    side, width, color = ("left", "24", "7D1D2D") if kind == "thick" else ("bottom", "6", "1C1A17")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "double" if kind == "double" else "single"), ("sz", width), ("space", "6")):
        edge.set(qn(f"w:{name}"), value)
    edge.set(qn("w:color"), color)
    borders = OxmlElement("w:pBdr")
    borders.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _set_table_borders(properties: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", "CFC9BD")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    """A field that Word fills in, such as the page number."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    shown = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = "1"
    shown.append(words)
    field.append(shown)
    paragraph._p.append(field)
