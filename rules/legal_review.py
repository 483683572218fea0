"""The lists of `docs/legal-review.md` that come from the code: the interpretations and the open points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rules.provisions.conclusion import INTERPRETATIONS
from rules.wholeness import PROVISIONS, own

DOCUMENT = Path(__file__).parent.parent / "docs" / "legal-review.md"
BEGIN = "<!-- From here on made from the code by `python -m rules coverage`: do not edit. -->"
END = "<!-- Up to here made from the code. -->"


def up_to_date(document: str) -> str:
    """The document with its lists as the code has them now.

    Raises:
        ValueError: the marks between which the lists stand are missing.
    """
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("docs/legal-review.md has lost the marks around its lists")
    return before + "\n".join((BEGIN, "", *_interpretations(), *_open_points(), END)) + after


def _interpretations() -> Iterator[str]:
    yield "## Interpretations"
    yield ""
    for one in INTERPRETATIONS.values():
        used = [provision.id for provision in PROVISIONS.values() if one in own(provision)]
        yield f"### {one.id}. {one.question}"
        yield ""
        yield f"- **Text:** {one.citation}"
        yield f"- **Adopted:** {one.adopted_says}"
        yield f"- **Alternative:** {one.alternative_says}"
        yield "- **Read in:** " + ", ".join(f"`{name}`" for name in used)
        yield ""


def _open_points() -> Iterator[str]:
    yield "## Open points, by provision"
    yield ""
    for provision in PROVISIONS.values():
        if provision.open_points:
            yield f"**{provision.title}** ({provision.citation}, `{provision.id}`)"
            yield ""
            yield from (f"- {point}" for point in provision.open_points)
            yield ""
