"""`python -m rules`: the law on the command line.

    python -m rules determine [FILE | -]   one JSON transaction, or one a line, in; one determination a line out
    python -m rules next [FILE | -]        likewise: what the interview would ask for next
    python -m rules questions              every question, as JSON lines
    python -m rules verify                 proves what must hold of the law; exit status 1 if something does not
    python -m rules draw [PROVISION]       a provision, or the whole law, as a picture; --facts marks a case's path
    python -m rules diff DATE DATE         what changed in the law between two dates
    python -m rules coverage               writes docs/coverage.md: every paragraph of the rule, and what carries it

A transaction that is refused gets `{"errors": [...]}` in its place; the others are still answered; exit status 2.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from rules import determine, next_question, showing
from rules.facts import Facts, FieldError, InvalidTransaction, InvalidValue, read
from rules.questions import QUESTIONS
from rules.wording import _


class _Written(str):
    """A JSON number as it was written, so that none of its digits is lost on the way to `read_number`."""


def _no_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _value in pairs]
    for name in names:
        if names.count(name) > 1:
            raise InvalidTransaction((FieldError(name, InvalidValue(_("This fact is given twice."))),))
    return dict(pairs)


def _parse(text: str) -> object:
    return json.loads(
        text, parse_float=_Written, parse_int=_Written, parse_constant=_Written, object_pairs_hook=_no_repeats
    )


def _transactions(text: str) -> Iterator[str]:
    """The JSON texts in the input: the whole of it if it is one document, else its lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        try:
            _parse(lines[0])
        except InvalidTransaction:
            pass  # a JSON object all the same, refused later in its place
        except ValueError:
            yield text
            return
    yield from lines


def _answer(text: str, reply: Callable[[Facts], dict[str, object]]) -> tuple[dict[str, object], bool]:
    """The reply to one transaction, or its errors, and whether it was refused."""
    try:
        transaction = _parse(text)
        if not isinstance(transaction, dict):
            raise InvalidTransaction(
                (FieldError("", InvalidValue(_("Give one JSON object for each transaction."))),)
            )
        return reply(read(transaction)), False
    except InvalidTransaction as error:
        return {"errors": [{"field": one.field, "message": one.message} for one in error.errors]}, True
    except (ValueError, RecursionError) as error:
        message = _("This is not JSON: ") + (str(error) or type(error).__name__)
        return {"errors": [{"field": "", "message": message}]}, True


def _run(path: str, reply: Callable[[Facts], dict[str, object]]) -> int:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        sys.exit(f"{path} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        sys.exit("The input is not UTF-8 text.")
    refused = False
    for one in _transactions(text):
        answer, wrong = _answer(one, reply)
        refused |= wrong
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 2 if refused else 0


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m rules", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("determine", "next"):
        commands.add_parser(name).add_argument("file", nargs="?", default="-", metavar="FILE")
    commands.add_parser("questions")
    commands.add_parser("verify")
    showing.add(commands)
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict")
    if options.command == "questions":
        for question in QUESTIONS:
            print(json.dumps(question.to_json(), ensure_ascii=False))
        return 0
    if options.command == "verify":
        from rules.verification import report  # needed by this command only

        return report()
    if options.command in showing.COMMANDS:
        return showing.run(options)
    if options.command == "determine":
        return _run(options.file, lambda facts: determine(facts).to_json())
    return _run(options.file, lambda facts: next_question(facts).to_json())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever reads has seen enough; what is still to be written goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
