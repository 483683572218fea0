"""The commands that show the law to people: `draw`, `diff` and `coverage`. `rules.__main__` calls them."""

from __future__ import annotations

import argparse
import datetime
import gettext
import json
import sys
from pathlib import Path
from typing import Any

from rules import changes, coverage, drawing, legal_review
from rules.facts import Facts, InvalidTransaction, read
from rules.outline import outline, text
from rules.phrases import Say, english
from rules.places import COUNTRIES
from rules.wholeness import PROVISIONS

COMMANDS = ("draw", "diff", "coverage")
TRANSLATIONS = Path(__file__).parent.parent / "wizard" / "locale"
"""Where the compiled translations of the project's sentences are, those of this package among them."""


def _date(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no date: write it as 2026-07-10") from None


def add(commands: Any) -> None:
    """Add the commands to the sub-parsers of an `argparse` parser."""
    draw = commands.add_parser("draw", help="a provision, or the whole law, as a picture or as text")
    draw.add_argument("provision", nargs="?", choices=sorted(PROVISIONS), metavar="PROVISION")
    draw.add_argument(
        "--facts", metavar="FILE", help="one JSON transaction whose path is marked; - reads standard input"
    )
    draw.add_argument("--format", choices=("svg", "dot", "text"), default="svg")
    draw.add_argument(
        "--language", default="en", help="en, or the name of a compiled translation, such as zh_Hans"
    )
    diff = commands.add_parser("diff", help="what changed in the law between two dates")
    diff.add_argument("since", type=_date, metavar="DATE")
    diff.add_argument("until", type=_date, metavar="DATE")
    diff.add_argument("--json", action="store_true", help="as one JSON object")
    listed = commands.add_parser(
        "coverage",
        help="write the documents that are made from the code; exit status 1 if something is not covered",
    )
    listed.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if it is out of date too"
    )


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; returns the exit status."""
    if options.command == "draw":
        return _draw(options)
    if options.command == "diff":
        found = changes.between(options.since, options.until)
        sys.stdout.write(
            json.dumps(found.to_json(), ensure_ascii=False) + "\n" if options.json else found.to_text()
        )
        return 0
    return _coverage(check=options.check)


def _draw(options: argparse.Namespace) -> int:
    try:
        case = _facts(options.facts) if options.facts else None
    except InvalidTransaction as error:
        sys.stderr.write("".join(f"{one.field}: {one.message}\n" for one in error.errors))
        return 2
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        say = _say(options.language)
    except OSError:
        sys.stderr.write(f"There is no compiled translation named {options.language}.\n")
        return 2
    if options.format == "text":
        sys.stdout.write(text(outline(case, options.provision, say)))
    elif options.format == "dot":
        sys.stdout.write(drawing.dot(case, options.provision, say))
    else:
        sys.stdout.write(drawing.svg(case, options.provision, say))
    return 0


def _facts(path: str) -> Facts:
    """The facts of one JSON transaction; its numbers are read as they are written."""
    raw = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    transaction = json.loads(raw, parse_int=str, parse_float=str)
    if not isinstance(transaction, dict):
        raise ValueError("Give one JSON object.")
    return read(transaction)


def _say(language: str) -> Say:
    """How a sentence is said in that language; a country's name comes from the table of countries.

    Raises:
        OSError: there is no compiled translation of that name.
    """
    if language == "en":
        return english
    translate = gettext.translation("django", TRANSLATIONS, [language]).gettext
    names = {one.name: one.zh for one in COUNTRIES.values()} if language.startswith("zh") else {}
    return lambda message: names.get(message) or translate(message)


def _coverage(*, check: bool) -> int:
    """Write the documents that come from the code, or only check that they are up to date."""
    wrong = coverage.problems()
    review = legal_review.DOCUMENT.read_text("utf-8")
    made = {
        coverage.DOCUMENT: coverage.document(),
        legal_review.DOCUMENT: legal_review.up_to_date(review),
    }
    for path, document in made.items():
        if not check:
            path.write_text(document, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != document:
            wrong.append(f"docs/{path.name} is out of date: run python -m rules coverage.")
    sys.stderr.write("".join(f"{problem}\n" for problem in wrong))
    return 1 if wrong else 0
