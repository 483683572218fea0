#!/usr/bin/env python3
"""Checks an unpacked export of the AI Diffusion Wizard without the wizard: with `verify_memo.py` beside it, Python 3.9
or later, nothing else.

    python3 check_export.py --key KEY-ID FOLDER

Every file has the sum that SHA256SUMS gives and no file is left over; every proof holds; every JSON file is what the
proof beside it proves; and memos, acts of review and retention events are exactly those that the sealed statement names
for this piece, so that a missing one shows. Nobody signs the sums, so what is no JSON file is not proven.

Exit status   0   all that is proven agrees
              1   something is wrong
              2   a file cannot be read, or the command line is wrong
              3   nothing is wrong, but no key was given to hold the signature against
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True  # a file of ours would be one that the sums do not name

from verify_memo import Proven, Verifier, Wrong, key_ids, plain  # noqa: E402 - the file beside this one

NAMES_ACTS = 2
"""The first layout of a statement that names acts of review and retention events."""


def sums(folder: Path) -> Iterator[str]:
    """What is wrong with the files, held against their sums."""
    there = {str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file()}
    there.discard("SHA256SUMS")
    named = set()
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, _blanks, name = line.partition("  ")
        named.add(name)
        if name in there and hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            yield f"{name} was changed: it does not have its sum."
    for name in sorted(named - there):
        yield f"{name} is missing."
    for name in sorted(there - named):
        yield f"{name} does not belong to the export."


def proofs(folder: Path, verifier: Verifier, proven: dict[str, Proven]) -> Iterator[str]:
    """What is wrong with the proofs; fills `proven` with what the good ones prove, by their files."""
    for path in sorted(folder.rglob("*proof.json")):
        name = path.relative_to(folder).as_posix()
        try:
            found = verifier.check(path.read_text("utf-8"))
        except Wrong as wrong:
            yield f"{name}: {wrong}"
            continue
        if name != place(found):
            yield f"{name} stands in another's place: it proves what belongs into {place(found)}."
            continue
        proven[name] = found
        beside = path.with_name(
            "memo.json" if path.name == "proof.json" else path.name.replace("-proof.json", ".json")
        )
        if not beside.is_file() or beside.read_bytes() != found.memo.encode("utf-8"):
            yield f"{beside.relative_to(folder).as_posix()} is not what {name} proves."
    for path in sorted(folder.rglob("*.json")):
        if not path.name.endswith("proof.json"):
            proof = "proof.json" if path.name == "memo.json" else f"{path.stem}-proof.json"
            if not path.with_name(proof).is_file():
                yield f"{path.relative_to(folder).as_posix()} has no proof."
    statement = folder / "statement-proof.json"
    if statement.is_file():
        signed: str = json.loads(statement.read_text("utf-8"))["checkpoint"]
        head = folder / "checkpoint.txt"
        if not head.is_file() or head.read_bytes() != signed.encode("utf-8"):
            yield "checkpoint.txt is not the signed head of the statement."


def place(found: Proven) -> str:
    """Where the proof of what is proven stands in an export."""
    content: dict[str, Any] = json.loads(found.memo)
    if found.kind == "memo":
        return f"memos/{found.name}/proof.json"
    if found.kind == "review":
        return f"memos/{content['memo']['number']}/act-{content['number']:04d}-{content['act']}-proof.json"
    if found.kind == "retention":
        reference = content["case"]["reference"]
        return f"cases/{reference}/retention-{content['number']:04d}-{content['event']}-proof.json"
    return "statement-proof.json"


def completeness(proven: dict[str, Proven]) -> Iterator[str]:
    """What is missing or too much, by the sealed statement."""
    statement = proven.get("statement-proof.json")
    if statement is None or statement.kind != "export":
        yield "There is no sealed statement, so nothing shows whether this is complete."
        return
    memos = {found.name: found.digest for found in proven.values() if found.kind == "memo"}
    content: dict[str, Any] = json.loads(statement.memo)
    pieces = content["pieces"]
    if sum(len(piece["memos"]) for piece in pieces) != int(content["matched"]):
        yield "The statement names another number of memos than it says match."
    # The piece is the one that most of these memos belong to; whatever differs from it is named.
    number, piece = max(enumerate(pieces, 1), key=lambda one: len(memos.keys() & set(one[1]["memos"])))
    for name in piece["memos"]:
        if name not in memos:
            yield f"{name} is missing: the statement names it for piece {number} of {len(pieces)}."
    for name in sorted(memos.keys() - set(piece["memos"])):
        yield f"{name} is not one that the statement names for piece {number}."
    lines = "".join(f"{name} {memos.get(name, '')}\n" for name in piece["memos"])
    if hashlib.sha256(lines.encode()).hexdigest() != piece["sha256"]:
        yield f"The memos of piece {number} are not those that the statement names."
    if content["format"] >= NAMES_ACTS:
        for kind, what in (("acts", "review"), ("retention", "retention")):
            named = {f"{of}.{step}": sha for of, steps in piece[kind].items() for step, sha in steps.items()}
            there = {found.name: found.digest for found in proven.values() if found.kind == what}
            for name in sorted(named.keys() | there.keys()):
                if name not in there:
                    yield f"{what} {name} is missing: the statement names it for piece {number}."
                elif named.get(name) != there[name]:
                    yield f"{what} {name} is not one that the statement names for piece {number}."
    heads = {(found.size, found.signed) for found in proven.values()}
    if len(heads) != 1:
        yield "The proofs lead to different heads."


def main(arguments: list[str] | None = None) -> int:
    """Checks the folder that the command line names; returns the exit status."""
    parser = argparse.ArgumentParser(description="Checks an unpacked export, offline.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", action="append", default=[], type=key_ids, metavar="KEY-ID")
    options = parser.parse_args(arguments)
    verifier = Verifier(set(options.key))
    proven: dict[str, Proven] = {}
    wrong = 0
    try:
        for check in (sums(options.folder), proofs(options.folder, verifier, proven), completeness(proven)):
            for what in check:
                wrong += 1
                sys.stdout.write(f"WRONG  {what}\n")
    except (OSError, ValueError, LookupError, TypeError) as error:
        sys.stderr.write(f"Cannot be read: {error!r}\n")
        return 2
    memos = sum(found.kind == "memo" for found in proven.values())
    sys.stdout.write(f"{memos} memos and {len(proven) - memos} acts as recorded, {wrong} wrong.\n")
    if wrong:
        return 1
    content: dict[str, Any] = json.loads(proven["statement-proof.json"].memo)
    asked = ", ".join(f"{name} {json.dumps(value)}" for name, value in content["asked"].items())
    matched = f"{content['matched']} memos match what was asked"
    sys.stdout.write(f"Export {plain(content['number'])}: {matched}: {asked or 'every memo'}.\n")
    if not verifier.key_ids:
        sys.stdout.write(
            "No key was given: compare the key id with the wizard's verify page, then use --key.\n"
        )
    elif content["format"] >= NAMES_ACTS:
        sys.stdout.write(
            "No memo, act of review or retention event was changed, and none that the statement names for this piece "
            "is missing.\n"
        )
    else:
        sys.stdout.write(
            "No memo, act of review or retention event was changed, and no memo that the statement names for this "
            "piece is missing.\nNOT PROVEN: that no act of review and no retention event is missing. The statement "
            "was sealed before statements named them; ask for a new export.\n"
        )
    sys.stdout.write(
        "NOT CHECKED: PDF, Word, index and text files are copies for reading, and so are the programs; only sums that "
        "nobody signed go with them. The JSON files are the record.\n"
    )
    return 0 if verifier.key_ids else 3


if __name__ == "__main__":
    sys.exit(main())
