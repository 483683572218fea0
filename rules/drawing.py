"""The tree of a provision, or of the whole law, as a picture: SVG and the DOT language of Graphviz.

Both draw the lines of `rules.outline`, with the same words. The SVG is an indented tree, legible in black and white:
what a node is worth is told by a shape and in words, what decides by a heavy line and in words. Color is left to the
page, through classes and `currentColor`; it has no style that a strict content security policy would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rules.outline import STATES, Case, Line, outline
from rules.phrases import Say, english
from rules.truth import FALSE, TRUE, UNKNOWN, Truth
from rules.wholeness import PROVISIONS
from rules.wording import _

__all__ = ["Line", "Svg", "dot", "outline", "pieces", "svg"]

WIDTH = 760
PIECE = 940.0
"""The height of a piece that fits a printed page, as wide as the text on it."""
_MARGIN, _INDENT, _TO_TEXT = 14, 20, 14
_SIZE, _LEADING = 13.5, 18.0
_SMALL, _SMALL_LEADING = 11.5, 15.0
_GAP, _STEP_GAP = 7.0, 14.0

# Widths of characters in ems, a little above those of common sans-serif faces, so that no face runs over the edge.
_NARROW, _WIDE = frozenset("ijltfrI.,:;'’|!()[]-· “”"), frozenset("mwMWOQGD@%—")


class Svg(str):
    """Markup of a picture, whole and escaped. Templates that honor `__html__` insert it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class _Row:
    """A line with its place: the top of its text, and its words broken into lines of text."""

    line: Line
    x: float
    top: float
    text: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def middle(self) -> float:
        """Where the mark stands, level with the first line of text."""
        return self.top + _LEADING / 2

    @property
    def bottom(self) -> float:
        return self.top + len(self.text) * _LEADING + len(self.notes) * _SMALL_LEADING


def svg(case: Case | None = None, provision_id: str | None = None, say: Say = english) -> Svg:
    """The picture of a provision or of the whole, with the path of a case if one is given.

    Raises:
        KeyError: there is no provision of that id.
    """
    (whole,) = pieces(case, provision_id, say, tallest=float("inf"))
    return whole


def pieces(
    case: Case | None = None, provision_id: str | None = None, say: Say = english, tallest: float = PIECE
) -> list[Svg]:
    """The same picture cut between its lines into pieces that a printed page can hold; one below the other they are it.

    The first carries the title and the description; the others are hidden from screen readers.

    Raises:
        KeyError: there is no provision of that id.
    """
    rows = _placed(outline(case, provision_id, say), _MARGIN + (0 if case is None else 40))
    name = provision_id or "whole"
    connectors = _connectors(rows, marked=case is not None)
    drawn = []
    top = 0.0
    for first, end in pairwise([*_cuts(rows, tallest), len(rows)]):
        bottom = rows[end].top - _GAP / 2 if end < len(rows) else rows[-1].bottom + _MARGIN
        said = (
            f'role="img" aria-labelledby="drawing-{name}-title drawing-{name}-desc"'
            if first == 0
            else 'aria-hidden="true"'
        )
        box = f"0 {top:.0f} {WIDTH} {bottom - top:.0f}"
        opening = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="law-drawing" viewBox="{box}" {said} '
            'fill="currentColor" font-family="sans-serif">'
        )
        parts = [
            opening,
            *(_opening(case, provision_id, name, say) if first == 0 else []),
            *(path for high, low, path in connectors if low > top and high < bottom),
            *(part for row in rows[first:end] for part in _drawn(row)),
            "</svg>",
        ]
        drawn.append(Svg("\n".join(parts) + "\n"))
        top = round(bottom)
    return drawn


def _opening(case: Case | None, provision_id: str | None, name: str, say: Say) -> list[str]:
    return [
        f'<title id="drawing-{name}-title">{escape(_title(provision_id, say))}</title>',
        f'<desc id="drawing-{name}-desc">{escape(_description(provision_id, say))}</desc>',
        *([] if case is None else _legend(say)),
    ]


def _cuts(rows: list[_Row], tallest: float) -> list[int]:
    """The number of the first line of each piece: a step of its own if one begins in the piece's lower half.

    The first piece leaves room for what stands above the picture.
    """
    cuts, top = [0], 0.0
    for number, row in enumerate(rows):
        limit = tallest if len(cuts) > 1 else tallest * 0.75
        if row.bottom + _MARGIN - top <= limit or number == cuts[-1]:
            continue
        steps = [at for at in range(cuts[-1] + 1, number + 1) if rows[at].line.parent is None]
        cut = steps[-1] if steps and rows[steps[-1]].top - top > limit / 2 else number
        cuts.append(cut)
        top = rows[cut].top - _GAP / 2
    return cuts


def dot(case: Case | None = None, provision_id: str | None = None, say: Say = english) -> str:
    """The same nodes and words in the DOT language of Graphviz.

    Raises:
        KeyError: there is no provision of that id.
    """
    lines = outline(case, provision_id, say)
    shapes = {None: "box", TRUE: "ellipse", FALSE: "octagon", UNKNOWN: "diamond"}
    written = [
        "digraph law {",
        f'  label="{_quoted(_title(provision_id, say))}"; labelloc=t; rankdir=LR;',
        '  node [fontname="sans-serif", fontsize=11, margin="0.15,0.08"];',
    ]
    for number, line in enumerate(lines):
        label = "\\n".join(
            _quoted(part) for words in (line.text, *line.notes) for part in _wrapped(words, 300, 11)
        )
        weight = ", penwidth=3" if line.decides else ""
        written.append(f'  n{number} [shape={shapes[line.value]}, label="{label}"{weight}];')
        if line.parent is not None:
            style = " [penwidth=3]" if line.decides else "" if line.value is None else " [style=dashed]"
            written.append(f"  n{line.parent} -> n{number}{style};")
    steps = [number for number, line in enumerate(lines) if line.parent is None]
    if len(steps) > 1:
        written.append("  { rank=same; " + " ".join(f"n{number};" for number in steps) + " }")
        written += [f"  n{one} -> n{next_} [constraint=false];" for one, next_ in pairwise(steps)]
    return "\n".join([*written, "}", ""])


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')


def _title(provision_id: str | None, say: Say) -> str:
    if provision_id is None:
        return say(_("The order in which the law gives a result"))
    found = PROVISIONS[provision_id]
    return f"{say(found.title)} ({found.citation})"


def _description(provision_id: str | None, say: Say) -> str:
    says = (
        _("The first step that holds gives the result. The text beside this picture has the same words.")
        if provision_id is None
        else PROVISIONS[provision_id].says
    )
    return say(says)


def _placed(lines: list[Line], top: float) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        if line.kind == "step" and rows:
            top += _STEP_GAP - _GAP
        x = _MARGIN + line.depth * _INDENT + 6
        room = WIDTH - _MARGIN - x - _TO_TEXT
        row = _Row(
            line, x, top, _wrapped(line.text, room, _SIZE * (1.06 if _bold(line) else 1.0)),
            _wrapped(" · ".join(line.notes), room, _SMALL),
        )  # fmt: skip
        rows.append(row)
        top = row.bottom + _GAP
    return rows


def _bold(line: Line) -> bool:
    return line.kind in ("step", "provision")


def _wrapped(words: str, room: float, size: float) -> tuple[str, ...]:
    """Words broken into lines no wider than `room`; a script without spaces may break after any character."""
    lines: list[str] = []
    current = ""
    for piece in _pieces(words):
        if current and _width((current + piece).rstrip(), size) > room:
            lines.append(current.rstrip())
            current = ""
        current += piece
    return (*lines, current.rstrip()) if current.strip() else tuple(lines)


def _pieces(words: str) -> list[str]:
    pieces = [""]
    for character in words:
        pieces[-1] += character
        if character == " " or character > "\u2e7f":
            pieces.append("")
    return pieces


def _width(words: str, size: float) -> float:
    return size * sum(
        1.0 if one > "\u2e7f" else 0.34 if one in _NARROW else 0.92 if one in _WIDE else 0.68 if one.isupper() else 0.57
        for one in words
    )  # fmt: skip


def _legend(say: Say) -> list[str]:
    """What the shapes and the heavy line mean."""
    drawn, x, y = ['<g class="legend">'], float(_MARGIN + 6), float(_MARGIN + 8)
    for value, words in STATES.items():
        drawn += [_mark(x, y, value), _words(x + _TO_TEXT, y + 4, say(words), _SMALL)]
        x += _TO_TEXT + _width(say(words), _SMALL) + 24
    drawn += [
        _path(f"M{x:.1f} {y:.1f}h26", "decides", 3),
        _words(x + 34, y + 4, say(_("decides, or is open")), _SMALL),
        "</g>",
    ]
    return drawn


def _connectors(rows: list[_Row], *, marked: bool) -> list[tuple[float, float, str]]:
    """A line to each node, from the last one of its weight under the same parent; heavy ones lie on top.

    Each with the height at which it begins and ends.
    """
    light: list[tuple[float, float, str]] = []
    heavy: list[tuple[float, float, str]] = []
    last: dict[tuple[int, bool], float] = {}
    for row in rows:
        if row.line.parent is None:
            continue
        parent, decides = rows[row.line.parent], row.line.decides
        start = last.get((row.line.parent, decides), parent.middle + 6)
        path = f"M{parent.x:.1f} {start:.1f}V{row.middle:.1f}H{row.x - 6:.1f}"
        last[row.line.parent, decides] = row.middle
        if decides:
            heavy.append((start, row.middle + 2, _path(path, "branch decides", 3)))
        else:
            dashed = ' stroke-dasharray="2 3"' if marked else ""
            light.append((start, row.middle + 2, _path(path, "branch", 1, dashed)))
    return light + heavy


def _path(path: str, name: str, width: float, more: str = "") -> str:
    return f'<path class="{name}" d="{path}" fill="none" stroke="currentColor" stroke-width="{width}"{more}/>'


def _drawn(row: _Row) -> list[str]:
    line = row.line
    names = ["node", line.kind, *([line.value.value] if line.value is not None else [])]
    names += ["decides"] if line.decides else []
    x = row.x + _TO_TEXT
    drawn = [f'<g class="{" ".join(names)}">', _mark(row.x, row.middle, line.value)]
    weight = ' font-weight="bold"' if _bold(line) else ' font-style="italic"' if line.kind == "group" else ""
    y = row.top + _SIZE
    for words in row.text:
        drawn.append(_words(x, y, words, _SIZE, weight, "text"))
        y += _LEADING
    y += _SMALL - _SIZE + 1
    for words in row.notes:
        drawn.append(_words(x, y, words, _SMALL, "", "notes"))
        y += _SMALL_LEADING
    return [*drawn, "</g>"]


def _words(x: float, y: float, words: str, size: float, more: str = "", name: str = "text") -> str:
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}" font-size="{size}"{more}>{escape(words)}</text>'


def _mark(x: float, y: float, value: Truth | None) -> str:
    """A full disc: holds. A crossed circle: does not hold. An open diamond: not known. A dot: nothing to say."""
    if value is TRUE:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'
    outline_ = 'fill="none" stroke="currentColor" stroke-width="1.5"'
    if value is FALSE:
        return (
            f'<g class="mark" {outline_}><circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
            f'<path d="M{x - 3.5:.1f} {y - 3.5:.1f}l7 7m0-7l-7 7"/></g>'
        )
    if value is UNKNOWN:
        return f'<path class="mark" d="M{x:.1f} {y - 6.5:.1f}l6.5 6.5l-6.5 6.5l-6.5-6.5z" {outline_}/>'
    return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
