"""The long forms of what the record claims of itself, each bounded in time; `make proofs` runs them all.

    python -m tests.proofs [SECONDS]

Each part gets at most so many seconds, two hundred if none are given, and says how far it came. Exit status 1 if
anything was not as claimed.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.wizard.test_ledger_verifier import KEY, KEY_ID, PUBLIC, proof_of, verify_memo
from wizard import record
from wizard.ledger import checkpoint, merkle
from wizard.ledger.checkpoint import Head

BASE_DIR = Path(__file__).resolve().parent.parent
SEED = 762


@dataclass(frozen=True)
class Tried:
    """How many were tried, how many of them were not as claimed, and the processor time that took."""

    number: int
    wrong: int
    seconds: float
    more: str = ""

    def __str__(self) -> str:
        return f"{self.number:,} tried, {self.wrong} wrong, {self.seconds:.1f} s{self.more}"


# -------------------------------------------------------------------------------------------------- the same bytes

ENVIRONMENTS = [
    {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
    for seed in ("0", "1", "762", "4294967295")
    for zone in ("UTC", "America/New_York", "Asia/Shanghai", "Pacific/Kiritimati")
    for locale in ("C", "C.UTF-8", "zh_CN.UTF-8", "tr_TR.UTF-8")
]

SAY = """
import django
django.setup()
from wizard import archive, record
from wizard.samples import SAMPLES
kept = [archive.keep(dict(sample.answers)) for sample in SAMPLES if sample.recorded]
print(record.digest([piece for each in kept for piece in each.pieces]))
"""
"""Everything the samples' memos say but for their numbers, names and moments, in a process of its own."""


def bytes_in(environments: list[dict[str, str]]) -> Iterator[str]:
    """The digest of the same memos in each environment, each with an empty directory of its own."""
    for environment in environments:
        with tempfile.TemporaryDirectory(prefix="wizard-bytes-") as data:
            said = subprocess.run(
                [sys.executable, "-c", SAY],
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "WIZARD_DEMO": "1",
                    "WIZARD_REVISION": "proofs",
                    "WIZARD_DATA": data,
                    **environment,
                },
                cwd=BASE_DIR,
                capture_output=True,
                text=True,
                timeout=120,
                check=True,
            )
            yield said.stdout.strip()


def same_bytes(seconds: float) -> Tried:
    """As many of the environments as there is time for, far apart ones first."""
    began, found = time.monotonic(), list[str]()
    order = sorted(range(len(ENVIRONMENTS)), key=lambda number: (number * 21 % 64, number))
    for number in order:
        if time.monotonic() - began > seconds:
            break
        found += bytes_in([ENVIRONMENTS[number]])
    return Tried(len(found), len(set(found)) - 1, time.monotonic() - began)


# -------------------------------------------------------------------------------------------------- bits and bytes


def bits_of_a_memo(canonical: str) -> Tried:
    """Every single bit of a memo flipped: always another SHA-256."""
    began, whole, wrong = time.process_time(), canonical.encode(), 0
    before, sealed = hashlib.sha256(), record.sha256(canonical)
    for at, byte in enumerate(whole):
        rest = memoryview(whole)[at + 1 :]
        for bit in range(8):
            changed = before.copy()
            changed.update(bytes([byte ^ 1 << bit]))
            changed.update(rest)
            wrong += changed.hexdigest() == sealed
        before.update(whole[at : at + 1])
    return Tried(8 * len(whole), wrong, time.process_time() - began)


RECORD = ("wizard_memo", "wizard_reviewact", "wizard_ledgerentry", "wizard_ledgernode", "wizard_treehead")
"""What is sealed, and what seals it."""

SMALL = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import MemoFactory
first = MemoFactory.create()
MemoFactory.create(case=first.case)
"""
"""Two memos, one superseded by the other: every kind of row, and quick to look through."""

Rows = dict[str, list[dict[str, object]]]


def stored(database: bytes | bytearray) -> Rows | None:
    """Every row of the record as a database file has it; None if it cannot be read."""
    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes
    found: Rows = {}
    try:
        connection.deserialize(bytes(database))
        for table in RECORD:
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1")
            names = [
                column[0].lower() for column in rows.description
            ]  # SQLite does not tell capitals in them apart
            found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    finally:
        connection.close()
    return found


def only_hashed_text(rows: Rows, sound: Rows) -> bool:
    """Whether nothing differs but sealed text that no longer has the SHA-256 beside it, which the audit looks at."""
    differing = 0
    for table in RECORD:
        if len(rows[table]) != len(sound[table]):
            return False
        for row, before in zip(rows[table], sound[table], strict=True):
            if row == before:
                continue
            text = row.get("canonical")
            if {**row, "canonical": before.get("canonical")} != before or not isinstance(text, bytes):
                return False
            differing += 1
            if hashlib.sha256(text).hexdigest().encode() == row["sha256"]:
                return False
    return differing > 0


AUDITED_ANYWAY = 500
"""Of so many changes of sealed text, one goes through the whole audit all the same."""


def bytes_of_a_database(seconds: float) -> Tried:
    """Bytes of a database file flipped one at a time, evenly over the whole of it, and every one of them if there is
    time; then either the audit finds something, or no row of the record reads differently."""
    import django

    with tempfile.TemporaryDirectory(prefix="wizard-flips-") as directory:
        os.environ |= {"WIZARD_DEMO": "1", "WIZARD_DATA": directory, "WIZARD_REVISION": "proofs"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
        from tests.wizard import ledger_copies
        from wizard.ledger import audit

        made = ledger_copies.make(Path(directory) / "made", uuid.uuid4().hex, SMALL)
        from django.conf import settings

        settings.WIZARD_KEY_DIR, settings.WIZARD_HEADS_FILE = made.key_dir, made.heads_file
        audit.PATIENCE = 0
        whole = made.database.read_bytes()
        sound = stored(whole)
        assert sound is not None
        assert made.audit().faults == []
        began, chance = time.monotonic(), random.Random(SEED)
        number = found = unused = hashed = wrong = 0
        # A step that shares no factor with the length comes by every byte once.
        step = next(step for step in range(int(len(whole) * 0.618), len(whole)) if _coprime(step, len(whole)))
        changed = bytearray(whole)
        for turn in range(len(whole)):
            if time.monotonic() - began > seconds:
                break
            at, bit = turn * step % len(whole), 1 << chance.randrange(8)
            number += 1
            changed[at] ^= bit
            rows = stored(changed)
            if rows == sound:
                unused += 1
            elif (
                rows is not None and only_hashed_text(rows, sound) and (hashed := hashed + 1) % AUDITED_ANYWAY
            ):
                pass
            else:
                made.database.write_bytes(changed)
                seen = bool(made.audit().faults)
                found += seen
                wrong += not seen
            changed[at] ^= bit
        shutil.rmtree(made.directory)
    return Tried(
        number,
        wrong,
        time.monotonic() - began,
        f" of {len(whole):,} bytes: {unused:,} that no row of the record reads, {hashed:,} of sealed text without its "
        f"SHA-256, {found:,} found by the audit",
    )


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


# -------------------------------------------------------------------------------------------------- the verifier

_PROOF = proof_of(5, 11)
_SOUND = json.dumps(_PROOF, ensure_ascii=False)
_OTHER = [proof_of(4, 11), proof_of(5, 12), proof_of(5, 11, Ed25519PrivateKey.from_private_bytes(b"o" * 32))]
_STRANGE: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**400, 1.5, "", "0", "5", "11", "\ud800", "\x00", [], {}),
    *("00", "1e1", "５", " 5", "-0", "9" * 16, ["5"], {"5": 5}, "A" * 43 + "=", "0" * 64),
)

ATTACKS: dict[str, str] = {
    "nothing": "",
    "not an object": "[]",
    "null": "null",
    "a number too large to read": "9" * 10_000,
    "an integer of five thousand digits": _SOUND.replace('"11"', "1" * 5_000, 1),
    "endless depth": "[" * 100_000,
    "endless depth in the memo's place": _SOUND.replace('"memo": "', '"memo": ' + "[" * 50_000 + '"', 1),
    "NaN": _SOUND.replace('"index": "5"', '"index": NaN'),
    "Infinity": _SOUND.replace('"index": "5"', '"index": -Infinity'),
    "index as a number": _SOUND.replace('"index": "5"', '"index": 5'),
    "index as a fraction": _SOUND.replace('"index": "5"', '"index": 5.0'),
    "index with a zero before it": _SOUND.replace('"index": "5"', '"index": "05"'),
    "index below zero": _SOUND.replace('"index": "5"', '"index": "-5"'),
    "index beyond the tree": _SOUND.replace('"index": "5"', '"index": "11"'),
    "index in other digits": _SOUND.replace('"index": "5"', '"index": "５"'),
    "index of ten thousand digits": _SOUND.replace('"index": "5"', f'"index": "{"5" * 10_000}"'),
    "the memo twice": _SOUND.replace('"memo": ', '"memo": "another", "memo": ', 1),
    "the memo twice, the other last": _SOUND[:-1] + ', "memo": "another"}',
    "the key twice": _SOUND[:-1] + f', "public_key": "{_PROOF["public_key"]}"}}',
    "a part too many": _SOUND[:-1] + ', "note": "sound"}',
    "a part too few": json.dumps({name: value for name, value in _PROOF.items() if name != "public_key"}),
    "cut in the middle": _SOUND[: len(_SOUND) // 2],
    "cut by one": _SOUND[:-1],
    "something after it": _SOUND + "{}",
    "a mark before it": "\ufeff" + _SOUND,
    "half a character": _SOUND.replace("重", "\\ud800", 1),
    "a zero byte": _SOUND.replace("重", "\\u0000", 1),
    "comments": "/* sound */" + _SOUND,
    "a path without end": json.dumps(
        {**_PROOF, "inclusion": {**_PROOF["inclusion"], "path": ["0" * 64] * 10_000}}
    ),
    "a path of other things": json.dumps(
        {**_PROOF, "inclusion": {**_PROOF["inclusion"], "path": [None, {}]}}
    ),
    "steps in capitals": json.dumps(
        {
            **_PROOF,
            "inclusion": {**_PROOF["inclusion"], "path": [s.upper() for s in _PROOF["inclusion"]["path"]]},
        }
    ),
    "base64 with a space": json.dumps({**_PROOF, "public_key": _PROOF["public_key"] + "\n"}),
    "another format": json.dumps({**_PROOF, "format": "ai-diffusion-wizard-proof/2"}),
}
"""What is written to mislead or to exhaust whatever reads a proof."""


def attacks_accepted() -> list[str]:
    """The attacks that the verifier takes for a proof, or that make it fail in a way of its own."""
    accepted = []
    for name, text in ATTACKS.items():
        try:
            verify_memo.Verifier({KEY_ID}).check(text)
        except verify_memo.Wrong:
            continue
        accepted.append(name)
    return accepted


def _mutated(chance: random.Random) -> str:
    """A proof that is no longer one, or still the same."""
    kind = chance.randrange(4)
    if kind == 0:  # its text
        at = chance.randrange(len(_SOUND))
        put = "".join(chance.choices('0123456789abcdef"\\{}[],: \n=+/', k=chance.randrange(4)))
        return _SOUND[:at] + put + _SOUND[at + chance.randrange(8) :]
    if kind == 1:  # one bit of a character
        at = chance.randrange(len(_SOUND))
        return _SOUND[:at] + chr(ord(_SOUND[at]) ^ 1 << chance.randrange(7)) + _SOUND[at + 1 :]
    proof: Any = json.loads(_SOUND)
    part = chance.choice([proof, proof["inclusion"], proof["inclusion"]["path"]])
    place = chance.choice(list(part) if isinstance(part, dict) else range(len(part)))
    if kind == 2:  # one part of another sort
        part[place] = chance.choice(_STRANGE)
    elif part is proof:  # one part of another sound proof
        part[place] = chance.choice(_OTHER)[place]
    else:
        proof["inclusion"] = chance.choice(_OTHER)["inclusion"]
    return json.dumps(proof)


def mutated_proofs(number: int, seconds: float) -> Tried:
    """Proofs changed at random, none of which may be accepted unless it still says the very same."""
    chance, verifier = random.Random(SEED), verify_memo.Verifier({KEY_ID})
    began, tried, wrong = time.process_time(), 0, 0
    while tried < number and time.process_time() - began < seconds:
        text = _mutated(chance)
        tried += 1
        try:
            verifier.check(text)
        except verify_memo.Wrong:
            continue
        wrong += json.loads(text) != _PROOF
    return Tried(tried, wrong, time.process_time() - began)


def offline(number: int) -> Tried:
    """So many different memos of the usual size in one tree, each checked by the verifier; only that is timed."""
    size = 55_000
    filling = "Weights to Germany, 重量. " * (size // 26)
    leaves, frontier, nodes = [], merkle.Frontier(), dict[int, bytes]()
    memos = [
        f'{{"number":"M-2026-{at:06d}","public_id":"id-{at}","text":"{filling}"}}'
        for at in range(min(number, 200))  # the same two hundred again and again, each at places of its own
    ]
    digests = [record.sha256(memo) for memo in memos]
    for at in range(number):
        leaf = (
            f'{{"created":"2026-10-05T14:03:10.000042Z","kind":"memo","object":"id-{at % 200}","sequence":"{at}",'
            f'"sha256":"{digests[at % 200]}"}}'
        )
        leaves.append(leaf)
        nodes[2 * at] = merkle.leaf_hash(leaf.encode())
        nodes.update(frontier.add(nodes[2 * at]))
    head = Head("ai-diffusion-wizard/test", number, frontier.root, "2026-10-05T14:03:11.000042Z", KEY_ID)
    note, key = head.sign(KEY).note(PUBLIC), checkpoint.encode(PUBLIC)
    verifier, seconds, wrong = verify_memo.Verifier({KEY_ID}), 0.0, 0
    for at in range(number):
        path = merkle.hashes(merkle.inclusion_spans(at, number), lambda wanted: {n: nodes[n] for n in wanted})
        text = json.dumps(
            {
                "format": _PROOF["format"],
                "memo": memos[at % 200],
                "leaf": leaves[at],
                "inclusion": {"index": str(at), "size": str(number), "path": [step.hex() for step in path]},
                "checkpoint": note,
                "public_key": key,
            },
            ensure_ascii=False,
        )
        began = time.process_time()
        try:
            verifier.check(text)
        except verify_memo.Wrong:
            wrong += 1
        seconds += time.process_time() - began
    return Tried(number, wrong, seconds)


def say(line: str) -> None:
    """A line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run every part and say what came of it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 200.0
    accepted = attacks_accepted()
    say(f"attacks on the reader of proofs: {len(ATTACKS)} tried, accepted: {', '.join(accepted) or 'none'}")
    wrong = len(accepted)
    parts: dict[str, Callable[[], Tried]] = {
        "same bytes in other environments": lambda: same_bytes(seconds),
        "every bit of a memo": lambda: bits_of_a_memo("Weights to Germany, 重量. " * 770),
        "mutated proofs": lambda: mutated_proofs(100_000, seconds),
        "memos checked offline": lambda: offline(100_000),
        "flipped bytes of a database": lambda: bytes_of_a_database(seconds),
    }
    for name, part in parts.items():
        tried = part()
        say(f"{name}: {tried}")
        wrong += tried.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
