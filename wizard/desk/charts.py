"""The geometry of charts: bars and columns in shares of their space, to be drawn as SVG in any width.

Texts stand beside the drawing, as text, so that they keep their size on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEP, GAP, HEIGHT, TICK = 10, 2, 100, 3
"""Of a chart of columns: the space of one column, the part of it left empty, the height, the height of a tick."""


@dataclass(frozen=True)
class Bar:
    """One bar of a list: its words, its number, and its length in hundredths of the longest."""

    label: str
    value: int
    length: float


@dataclass(frozen=True)
class Column:
    """One column: where it stands, and perhaps a tick above it."""

    x: float
    y: float
    height: float
    tick: float | None = None

    width = STEP - GAP


@dataclass(frozen=True)
class Columns:
    """Columns side by side."""

    columns: Sequence[Column]

    height = HEIGHT
    tick_height = TICK

    @property
    def width(self) -> int:
        """The width of the whole."""
        return STEP * len(self.columns)


def bars(values: Iterable[tuple[str, int]]) -> list[Bar]:
    """A bar for each value; the longest fills its space."""
    pairs = list(values)
    most = max((value for _label, value in pairs), default=0)
    return [Bar(label, value, round(100 * value / most, 2) if most else 0) for label, value in pairs]


def columns(values: Sequence[float], most: float, ticks: Sequence[float | None] = ()) -> Columns:
    """A column for each value, where `most` fills the height; a tick stands at another value of the same column."""

    def rise(value: float) -> float:
        return round(HEIGHT * value / most, 2) if most else 0

    marks = [None if tick is None else rise(tick) for tick in ticks] or [None] * len(values)
    return Columns(
        [
            Column(
                x=STEP * number + GAP / 2,
                y=round(HEIGHT - rise(value), 2),
                height=rise(value),
                tick=None if mark is None else round(max(HEIGHT - mark - TICK, 0), 2),
            )
            for number, (value, mark) in enumerate(zip(values, marks, strict=True))
        ]
    )
