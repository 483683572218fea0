"""The memo as a PDF: tagged (PDF/UA-1), fit for archives (PDF/A-2a), and the same bytes on every machine."""

from __future__ import annotations

import datetime
from types import MappingProxyType
from typing import Any

from wizard.documents.code import picture
from wizard.documents.glyphs import drawable
from wizard.documents.outline import outline
from wizard.documents.typesetter import TYPESETTER
from wizard.models import Memo

PAPERS = MappingProxyType({"letter": "us-letter", "a4": "a4"})
"""The paper sizes on offer, and what Typst calls them."""


def pdf(memo: Memo, *, language: str, paper: str, address: str) -> bytes:
    """The memo in one language on one paper; `address` is where it can be verified.

    Raises:
        KeyError: no such paper, or a language that the memo was not recorded in.
        TypesettingError: the document could not be set within its limits.
    """
    return TYPESETTER.set(job(memo, language=language, paper=paper, address=address))


def job(memo: Memo, *, language: str, paper: str, address: str) -> dict[str, Any]:
    """What `typeset.py` is given for that document.

    Raises:
        KeyError: no such paper, or a language that the memo was not recorded in.
    """
    content = _drawable(outline(memo, language, address).to_json())
    content["qr"] = picture(address, "svg").decode()
    created = datetime.datetime.fromisoformat(content["created"])
    return {"memo": content, "paper": PAPERS[paper], "created": int(created.timestamp())}


def _drawable(value: Any) -> Any:
    """The same data with every text fit to be set."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, list):
        return [_drawable(one) for one in value]
    if isinstance(value, dict):
        return {name: _drawable(one) for name, one in value.items()}
    return value
