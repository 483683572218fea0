"""The code that leads from paper to the page on which a memo is verified."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass

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


def picture(address: str, kind: str) -> bytes:
    """The QR code of an address as an image, "svg" or "png"."""
    image = io.BytesIO()
    settings = {"svg": {"xmldecl": False, "dark": "#1c1a17"}, "png": {"scale": 8}}[kind]
    _qr(address).save(image, kind=kind, border=0, **settings)
    return image.getvalue()


def _qr(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)
