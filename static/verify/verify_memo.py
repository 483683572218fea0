#!/usr/bin/env python3
"""Checks an exported memo of the AI Diffusion Wizard, or a sealed act about one, without the wizard: one file, Python
3.9 or later, nothing else.

    python3 verify_memo.py --key KEY-ID proof.json

A proof may also carry the acts of review on the memo, each proven like the memo itself. They are the acts up to some
moment: that no act came later is nothing that a file can show.

A proof holds the memo's bytes, its entry in the ledger, the path from that entry to the root of the tree (RFC 9162),
the root as signed (Ed25519, RFC 8032), and the public key. The key in a proof shows nothing about who signed: a forger
brings a key of their own. So give the key id that the wizard's verify page publishes, or that you wrote down before.
Several proofs may be given; a file whose name ends in .jsonl holds one on each line.

Exit status   0   every memo is what was recorded, signed by a key that was given
              1   something is wrong with at least one
              2   a file cannot be read, or the command line is wrong
              3   nothing is wrong, but no key was given to hold the signature against
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

FORMATS = {"ai-diffusion-wizard-proof/1": set[str](), "ai-diffusion-wizard-proof/2": {"acts"}}
"""The layouts of a proof, and what each holds beside the parts that all have. The second carries acts of review."""

PROOF_LIMIT = 20_000_000
"""Bytes of one proof; a memo has about fifty thousand."""

ACTS_LIMIT = 10_000
"""Acts of review of one memo."""

PATH_LIMIT = 63
"""Steps of a path; a tree that needed more would have more leaves than can ever be signed."""

KINDS = {
    "memo": ("number",),
    "review": ("memo.number", "number"),
    "retention": ("case.reference", "number"),
    "export": ("number", "step"),
}
"""What the ledger records, and where each says what it is called."""

NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,15})")
HASH = re.compile(r"[0-9a-f]{64}")
CHECKPOINT = re.compile(
    r"(?P<text>(?P<origin>[!-*,-~]{1,80})\n"
    r"(?P<size>0|[1-9][0-9]{0,15})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)\n"
    r"key (?P<key_id>[0-9a-f]{64})\n)"
    r"\n\u2014 (?P=origin) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)


class Wrong(Exception):
    """The proof does not prove what it should, and why."""


# ---------------------------------------------------------------------------------------------- Ed25519, RFC 8032

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """The sum of two points (section 5.1.4)."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def decompress(data: bytes) -> Point | None:
    """The point that 32 bytes name (section 5.1.3); None if they name none, or not in its one proper spelling."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    u, v = y * y - 1, D * y * y + 1
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P != 0:
        x = x * SQRT_MINUS_1 % P
    if (v * x * x - u) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def compress(point: Point) -> bytes:
    """The 32 bytes that name a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    name = y | (x & 1) << 255
    return name.to_bytes(32, "little")


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message is by this key (section 5.1.7).

    Stricter than the RFC has to be: a key in an improper spelling or of small order, for which signatures of any
    message can be made, never signs anything.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = decompress(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= L or BASE is None:
        return False
    eightfold = key
    for _ in range(3):
        eightfold = add(eightfold, eightfold)
    if compress(eightfold) == compress(NEUTRAL):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    # s*B - h*A, both products in one pass, must be the point R whose bytes begin the signature.
    minus_key = (P - key[0], key[1], key[2], P - key[3])
    choices = (NEUTRAL, BASE, minus_key, add(BASE, minus_key))
    point = NEUTRAL
    for bit in range(max(s.bit_length(), h.bit_length()) - 1, -1, -1):
        point = add(point, point)
        chosen = (s >> bit & 1) | (h >> bit & 1) << 1
        if chosen:
            point = add(point, choices[chosen])
    return compress(point) == signature[:32]


# ---------------------------------------------------------------------------------------------- tree, RFC 9162


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root to which the path leads from this leaf (section 2.1.3.2); None if it leads nowhere."""
    if not 0 <= index < size:
        return None
    r = hashlib.sha256(b"\x00" + leaf).digest()
    fn, sn = index, size - 1
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = hashlib.sha256(b"\x01" + p + r).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hashlib.sha256(b"\x01" + r + p).digest()
        fn, sn = fn >> 1, sn >> 1
    return r if sn == 0 else None


# ---------------------------------------------------------------------------------------------- reading


def read_json(text: str, what: str) -> Any:
    """JSON without what makes two readers read two things: repeated names, NaN, endless depth."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise Wrong(f"{what} names something twice.")
        return dict(pairs)

    def refuse(_: str) -> None:
        raise Wrong(f"{what} holds a number that JSON does not have.")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{what} is not JSON.") from error


def parts(found: Any, what: str, names: set[str]) -> dict[str, Any]:
    """An object with exactly these names."""
    if not isinstance(found, dict) or set(found) != names:
        raise Wrong(f"{what} does not have exactly the parts {', '.join(sorted(names))}.")
    return found


def text_of(found: dict[str, Any], name: str, what: str) -> str:
    """One text of an object."""
    value = found.get(name)
    if not isinstance(value, str):
        raise Wrong(f"{what}: {name} is not a text.")
    return value


def number_of(found: dict[str, Any], name: str, what: str) -> int:
    """One number of an object, which proofs write as a text."""
    value = text_of(found, name, what)
    if not NUMBER.fullmatch(value):
        raise Wrong(f"{what}: {name} is not a whole number.")
    return int(value)


def bytes_of(text: str, size: int, what: str) -> bytes:
    """Base64 in its one proper spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Wrong(f"{what} is not base64.") from error
    if len(data) != size or base64.b64encode(data).decode() != text:
        raise Wrong(f"{what} is not {size} bytes in base64.")
    return data


def encoded(text: str, what: str) -> bytes:
    """The UTF-8 bytes of a text."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Wrong(f"{what} is not Unicode text.") from error


# ---------------------------------------------------------------------------------------------- checking


class Proven(NamedTuple):
    """A memo, or an act about one, that is as it was recorded."""

    kind: str
    memo: str
    recorded: str
    place: int
    size: int
    signed: str
    digest: str
    key_id: str
    acts: list[str]

    def __str__(self) -> str:
        kind = "" if self.kind == "memo" else f"{self.kind} "
        return (
            f"{kind}{self.name} is as recorded on {plain(self.recorded)}: entry {self.place} of {self.size}, "
            f"signed {self.signed}\n    SHA-256 {self.digest}\n    key     {self.key_id}"
            + "".join(f"\n    review  {act}" for act in self.acts)
        )

    @property
    def name(self) -> str:
        """What it is called, such as M-2026-0007."""
        found = []
        for steps in KINDS[self.kind]:
            try:
                value = json.loads(self.memo)
                for step in steps.split("."):
                    value = value[step]
            except (ValueError, TypeError, LookupError, RecursionError):
                value = None
            found.append(plain(str(value) if type(value) is int else value))
        return ".".join(found)


def entered(
    proof: dict[str, Any], sealed: str, kinds: Container[str], head: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """The place and the entry of a sealed text of one of these kinds, once its path leads to the signed root."""
    leaf = text_of(proof, "leaf", "The proof")
    inclusion = parts(proof["inclusion"], "The path", {"index", "size", "path"})
    index, size = number_of(inclusion, "index", "The path"), number_of(inclusion, "size", "The path")
    steps = inclusion["path"]
    if not isinstance(steps, list) or len(steps) > PATH_LIMIT:
        raise Wrong(f"The path is not a list of at most {PATH_LIMIT} steps.")
    if not all(isinstance(step, str) and HASH.fullmatch(step) for step in steps):
        raise Wrong("A step of the path is not a SHA-256.")
    if size != int(head["size"]):
        raise Wrong("The path is for a tree of another size than the signed one.")
    reached = root_of(encoded(leaf, "The leaf"), index, size, [bytes.fromhex(step) for step in steps])
    if reached != bytes_of(head["root"], 32, "The root"):
        raise Wrong("The entry is not in the signed tree: its path leads to another root.")
    entry = read_json(leaf, "The leaf")
    if not isinstance(entry, dict):
        raise Wrong("The leaf is not an entry.")
    if entry.get("sequence") != str(index):
        raise Wrong("The entry has another number than its place in the tree.")
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise Wrong("The entry does not record what it is shown for.")
    named = "memo" if kind == "memo" else "act"
    if entry.get("sha256") != hashlib.sha256(encoded(sealed, f"The {named}")).hexdigest():
        raise Wrong(f"The {named} was changed: its bytes are not those that were recorded.")
    if f'"public_id":"{text_of(entry, "object", "The leaf")}"' not in sealed:
        raise Wrong(f"The entry records another {named}.")
    return index, entry


def act_of(act: Any, number: int, memo_digest: str, head: dict[str, str]) -> str:
    """What one act of review says it did, once it is proven to be the memo's act of this number."""
    proof = parts(act, "The act of review", {"act", "leaf", "inclusion"})
    sealed = text_of(proof, "act", "The act of review")
    _place, entry = entered(proof, sealed, {"review"}, head)
    content = read_json(sealed, "The act of review")
    memo = content.get("memo") if isinstance(content, dict) else None
    if not isinstance(memo, dict) or memo.get("sha256") != memo_digest:
        raise Wrong("An act of review is about another memo.")
    if content.get("number") != number:
        raise Wrong(f"The act of review number {number} is missing or out of order.")
    return f"{plain(content.get('act'))} on {plain(entry.get('created'))}"


class Verifier:
    """Checks proofs against the given key ids. One checkpoint's signature is checked once, however many memos rest
    on it."""

    def __init__(self, key_ids: set[str]) -> None:
        self.key_ids = key_ids
        self._sound: set[tuple[str, str]] = set()

    def check(self, text: str) -> Proven:
        """One proof; returns what it proves.

        Raises:
            Wrong: it proves nothing, and why.
        """
        found = read_json(text, "The proof")
        named = found.get("format") if isinstance(found, dict) else None
        if not isinstance(named, str) or named not in FORMATS:
            raise Wrong(f"The proof is not of a format known here: {', '.join(FORMATS)}.")
        proof = parts(
            found,
            "The proof",
            {"format", "memo", "leaf", "inclusion", "checkpoint", "public_key"} | FORMATS[named],
        )
        memo = text_of(proof, "memo", "The proof")
        head = self.checkpoint(
            text_of(proof, "checkpoint", "The proof"), text_of(proof, "public_key", "The proof")
        )
        place, entry = entered(proof, memo, KINDS, head)
        kind = entry["kind"]
        digest = hashlib.sha256(encoded(memo, "The memo")).hexdigest()
        acts = proof.get("acts", [])
        if acts and kind != "memo":
            raise Wrong("Only a memo has acts of review.")
        if not isinstance(acts, list) or len(acts) > ACTS_LIMIT:
            raise Wrong(f"The acts are not a list of at most {ACTS_LIMIT}.")
        told = [act_of(act, number, digest, head) for number, act in enumerate(acts, 1)]
        size = int(head["size"])
        return Proven(
            kind, memo, str(entry.get("created")), place, size, head["time"], digest, head["key_id"], told
        )

    def checkpoint(self, note: str, public_key: str) -> dict[str, str]:
        """The parts of a signed head, once its signature holds."""
        found = CHECKPOINT.fullmatch(note)
        if found is None:
            raise Wrong("The checkpoint is not written as checkpoints are.")
        key = bytes_of(public_key, 32, "The public key")
        if hashlib.sha256(key).hexdigest() != found["key_id"]:
            raise Wrong("The checkpoint names another key than the one in the proof.")
        if self.key_ids and found["key_id"] not in self.key_ids:
            raise Wrong(f"The signature is by a key that you did not give: {found['key_id']}")
        if (note, public_key) not in self._sound:
            signature = bytes_of(found["signature"], 68, "The signature")
            named = hashlib.sha256(found["origin"].encode() + b"\n\x01" + key).digest()[:4]
            if signature[:4] != named or not signed(key, found["text"].encode(), signature[4:]):
                raise Wrong("The signature of the checkpoint does not hold.")
            self._sound.add((note, public_key))
        return found.groupdict()


def plain(value: object) -> str:
    """A short text from a proof, fit for a terminal."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9.:-]{1,40}", value):
        return value
    return "(unnamed)"


# ---------------------------------------------------------------------------------------------- command line


def proofs_in(name: str) -> Iterator[tuple[str, str]]:
    """The proofs of a file with what to call them."""
    with open(name, encoding="utf-8", newline="\n") as file:
        if not name.endswith(".jsonl"):
            yield name, limited(file.read(PROOF_LIMIT + 1), name)
            return
        number = 0
        while line := file.readline(PROOF_LIMIT + 1):
            number += 1
            yield f"{name}, line {number}", limited(line, f"{name}, line {number}")


def limited(text: str, name: str) -> str:
    """The text, if it is no longer than a proof can be."""
    if len(text) > PROOF_LIMIT:
        raise ValueError(f"{name} is longer than any proof.")
    return text


def key_ids(given: str) -> str:
    """A key id from the command line."""
    if not HASH.fullmatch(given.lower()):
        raise argparse.ArgumentTypeError("a key id is 64 hexadecimal digits")
    return given.lower()


def main(arguments: list[str] | None = None) -> int:
    """Checks the proofs that the command line names; returns the exit status."""
    parser = argparse.ArgumentParser(
        description="Checks exported memos of the AI Diffusion Wizard, offline.",
        epilog="Exit status: 0 all as recorded, 1 something is wrong, 2 cannot be read, 3 no key was given.",
    )
    parser.add_argument("proofs", nargs="+", metavar="PROOF", help="a proof, or a .jsonl file of proofs")
    parser.add_argument(
        "--key", action="append", default=[], type=key_ids, metavar="KEY-ID", help="a key id that you trust"
    )
    parser.add_argument("--quiet", action="store_true", help="say only what is wrong, and the count")
    options = parser.parse_args(arguments)

    verifier = Verifier(set(options.key))
    good = bad = 0
    try:
        for name in options.proofs:
            for label, text in proofs_in(name):
                try:
                    proven = verifier.check(text)
                except Wrong as wrong:
                    bad += 1
                    sys.stdout.write(f"WRONG  {label}: {wrong}\n")
                else:
                    good += 1
                    if not options.quiet:
                        sys.stdout.write(f"OK     {proven}\n")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Cannot be read: {error}\n")
        return 2
    sys.stdout.write(f"{good} as recorded, {bad} wrong.\n")
    if bad or not good:
        return 1
    if not verifier.key_ids:
        sys.stdout.write(
            "No key was given. Whoever made these proofs could have signed them: compare the key above with the one on "
            "the wizard's verify page, then run this again with --key.\n"
        )
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
