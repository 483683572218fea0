"""Which characters the documents' fonts can draw.

A PDF that readers' tools can read aloud may hold no character without a glyph, so a character that no font here
has is named by its code point instead of being left out.
"""

from __future__ import annotations

import itertools
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")


@lru_cache(maxsize=8192)
def drawable(text: str) -> str:
    """`text` as it can be set: composed, with what has no glyph named as [U+1F600].

    Most of what a memo says is the law's, the same in every memo, so it is remembered.
    """
    if text.isascii() and text.isprintable():
        return text
    letters, ideographs = _letters(), _ideographs()
    drawn: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFC", text):
        if unicodedata.category(character).startswith("M"):
            # A mark is drawn together with the letter under it, so one font must have both.
            drawn_together = character in letters and base in letters
            drawn.append(character if drawn_together else _name(character))
        else:
            base = character
            drawn.append(character if character in letters or character in ideographs else _name(character))
    return "".join(drawn)


def _name(character: str) -> str:
    return f"[U+{ord(character):04X}]"


@cache
def _letters() -> frozenset[str]:
    """What every font of the two Latin families has."""
    return frozenset.intersection(*(frozenset(covered(path)) for path in FONTS.glob("Source*.otf")))


@cache
def _ideographs() -> frozenset[str]:
    return frozenset(covered(FONTS / "DroidSansFallback.ttf"))


def covered(font: Path) -> Iterator[str]:
    """The characters of an OpenType font, from the table of its character map that spans all of Unicode (format 12).

    Raises:
        ValueError: the font has no such table.
    """
    data = font.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    for table in range(tables):
        tag, _checksum, start, _length = struct.unpack_from(">4sIII", data, 12 + 16 * table)
        if tag == b"cmap":
            break
    else:
        raise ValueError(f"{font.name} has no character map.")
    (maps,) = struct.unpack_from(">H", data, start + 2)
    for number in range(maps):
        _platform, _encoding, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
        if struct.unpack_from(">H", data, start + offset) == (12,):
            (groups,) = struct.unpack_from(">I", data, start + offset + 12)
            every = struct.iter_unpack(">III", data[start + offset + 16 : start + offset + 16 + 12 * groups])
            return map(
                chr, itertools.chain.from_iterable(range(first, last + 1) for first, last, _glyph in every)
            )
    raise ValueError(f"{font.name} maps no characters beyond U+FFFF.")
