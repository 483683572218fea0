"""The code that leads from paper to the page on which a memo is verified."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from typing import Literal

import segno


@dataclass(frozen=True)
class Code:
    """A QR code as a drawing: a square of `size` units, and the path of its dark parts."""

    size: int
    path: str


def code(address: str) -> Code:
    """The QR code of an address, for a page."""
    rows = _qr(address).matrix
    parts: list[str] = []
    for y, row in enumerate(rows):
        x = 0
        for dark, run in itertools.groupby(row):
            width = len(list(run))
            if dark:
                parts.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return Code(len(rows), "".join(parts))


def picture(address: str, kind: Literal["svg", "png"]) -> bytes:
    """The QR code of an address as an image."""
    image = io.BytesIO()
    if kind == "svg":
        _qr(address).save(image, kind=kind, border=0, xmldecl=False, dark="#1c1a17")
    else:
        _qr(address).save(image, kind=kind, border=0, scale=8)
    return image.getvalue()


def _qr(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)
