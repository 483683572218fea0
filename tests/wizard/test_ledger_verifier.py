"""The stand-alone verifier: what it accepts is what was recorded, and it runs without anything of this project."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import HealthCheck, given, settings, strategies as st

from wizard import record
from wizard.ledger import checkpoint, keys, merkle, proofs
from wizard.ledger.checkpoint import Head

SCRIPT = Path(__file__).resolve().parent.parent.parent / "static" / "verify" / "verify_memo.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_memo", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Compiled code would lie among the static files and be published with them.
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


verify_memo = load()

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = keys.public_bytes(KEY)
KEY_ID = checkpoint.key_id(PUBLIC)


def proof_of(
    index: int, size: int, key: Ed25519PrivateKey = KEY, origin: str = "ai-diffusion-wizard/test"
) -> dict[str, Any]:
    """The proof of a memo in a ledger made for it, put together as the application does."""
    memos = [
        record.canonical(
            {"number": f"M-2026-{n:04d}", "public_id": f"id-{n}", "text": {"en": "Weights to Germany, 重量"}}
        )
        for n in range(size)
    ]
    leaves = [
        record.canonical(
            {
                "kind": "memo",
                "object": f"id-{n}",
                "sequence": str(n),
                "sha256": record.sha256(memo),
                "created": "2026-10-05T14:03:10.000042Z",
            }
        )
        for n, memo in enumerate(memos)
    ]
    frontier, stored = merkle.Frontier(), dict[int, bytes]()
    for n, leaf in enumerate(leaves):
        stored[2 * n] = merkle.leaf_hash(leaf.encode())
        stored.update(frontier.add(stored[2 * n]))
    public = keys.public_bytes(key)
    head = Head(origin, size, frontier.root, "2026-10-05T14:03:11.000042Z", checkpoint.key_id(public))
    path = merkle.hashes(merkle.inclusion_spans(index, size), lambda wanted: {n: stored[n] for n in wanted})
    return {
        "format": "ai-diffusion-wizard-proof/1",
        "memo": memos[index],
        "leaf": leaves[index],
        "inclusion": {"index": str(index), "size": str(size), "path": [step.hex() for step in path]},
        "checkpoint": head.sign(key).note(public),
        "public_key": checkpoint.encode(public),
    }


def accepts(proof: Any, key_id: str = KEY_ID) -> bool:
    try:
        verify_memo.Verifier({key_id}).check(proof if isinstance(proof, str) else json.dumps(proof))
    except verify_memo.Wrong:
        return False
    return True


# ---------------------------------------------------------------------------------------------- Ed25519

# RFC 8032, section 7.1: public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_rfc(public: str, message: str, signature: str) -> None:
    arguments = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify_memo.signed(*arguments)
    assert not verify_memo.signed(arguments[0], arguments[1] + b"\x00", arguments[2])
    for at in range(0, 64, 5):
        flipped = bytearray(arguments[2])
        flipped[at] ^= 1
        assert not verify_memo.signed(arguments[0], arguments[1], bytes(flipped))


def test_it_agrees_with_openssl() -> None:
    """Over signatures that hold, that were changed, and that never were any."""
    chance = random.Random(8032)
    agreed = {True: 0, False: 0}
    for _ in range(150):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = keys.public_bytes(key), chance.randbytes(chance.randrange(80))
        signature = key.sign(message)
        way = chance.randrange(5)
        if way == 1:
            signature = _flip(signature, chance)
        elif way == 2:
            public = _flip(public, chance)
        elif way == 3:
            message += b"!"
        elif way == 4:
            signature = chance.randbytes(64)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            theirs = True
        except (InvalidSignature, ValueError):
            theirs = False
        assert verify_memo.signed(public, message, signature) == theirs
        agreed[theirs] += 1
    assert min(agreed.values()) > 15


def test_it_refuses_what_is_no_proper_signature() -> None:
    message = b"message"
    signature = KEY.sign(message)
    s = int.from_bytes(signature[32:], "little")
    assert verify_memo.signed(PUBLIC, message, signature)
    # S + L is the same number to whoever forgets to compare it with L.
    assert not verify_memo.signed(
        PUBLIC, message, signature[:32] + (s + verify_memo.L).to_bytes(32, "little")
    )
    for short in (b"", signature[:63], signature + b"\x00"):
        assert not verify_memo.signed(PUBLIC, message, short)
    for public in (b"", PUBLIC[:31], PUBLIC + b"\x00", b"\xff" * 32):
        assert not verify_memo.signed(public, message, signature)
    # For a key of small order there are "signatures" of every message.
    neutral = (1).to_bytes(32, "little")
    minus_one = (verify_memo.P - 1).to_bytes(32, "little")
    improper_neutral = (verify_memo.P + 1).to_bytes(32, "little")
    for public in (neutral, minus_one, improper_neutral, bytes(32), bytes(31) + b"\x80"):
        for r in (neutral, minus_one, bytes(32)):
            assert not verify_memo.signed(public, message, r + bytes(32))


# ---------------------------------------------------------------------------------------------- proofs


def test_every_place_in_every_small_tree() -> None:
    for size in range(1, 20):
        for index in range(size):
            assert accepts(proof_of(index, size)), (index, size)


def test_its_tree_agrees_with_the_ledgers() -> None:
    chance = random.Random(9162)
    for _ in range(3000):
        index, size = chance.randrange(-1, 40), chance.randrange(0, 40)
        path = [chance.randbytes(32) for _ in range(chance.randrange(8))]
        root = verify_memo.root_of(b"leaf", index, size, path)
        leaf = merkle.leaf_hash(b"leaf")
        assert proofs.included(leaf, index, size, path, root or b"") == (root is not None)


def _memo(proof: dict[str, Any], text: str) -> dict[str, Any]:
    """The proof with other bytes for the memo and a leaf that fits them."""
    leaf = json.loads(proof["leaf"])
    return {**proof, "memo": text, "leaf": record.canonical({**leaf, "sha256": record.sha256(text)})}


FORGERIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "memo changed": lambda p: {**p, "memo": p["memo"].replace("Germany", "Austria")},
    "memo and leaf changed": lambda p: _memo(p, p["memo"].replace("Germany", "Austria")),
    "memo with a space": lambda p: {**p, "memo": p["memo"] + " "},
    "memo empty": lambda p: {**p, "memo": ""},
    "memo of another place": lambda p: {**p, "memo": proof_of(2, 7)["memo"]},
    "leaf of another place": lambda p: {**p, "leaf": proof_of(2, 7)["leaf"]},
    "memo and leaf of another place": lambda p: {**proof_of(2, 7), "inclusion": p["inclusion"]},
    "path of another place": lambda p: {**p, "inclusion": proof_of(2, 7)["inclusion"]},
    "another index": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "2"}},
    "index beyond": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "7"}},
    "index below": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "-1"}},
    "index with a zero": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "03"}},
    "index as a number": lambda p: {**p, "inclusion": {**p["inclusion"], "index": 3}},
    "index true": lambda p: {**p, "inclusion": {**p["inclusion"], "index": True}},
    "index in other digits": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "٣"}},
    "index without end": lambda p: {**p, "inclusion": {**p["inclusion"], "index": "3" * 5000}},
    "another size": lambda p: {**p, "inclusion": {**p["inclusion"], "size": "8"}},
    "no size": lambda p: {**p, "inclusion": {**p["inclusion"], "size": "0"}},
    "no path": lambda p: {**p, "inclusion": {**p["inclusion"], "path": []}},
    "path cut": lambda p: {**p, "inclusion": {**p["inclusion"], "path": p["inclusion"]["path"][:-1]}},
    "path longer": lambda p: {
        **p,
        "inclusion": {**p["inclusion"], "path": [*p["inclusion"]["path"], "0" * 64]},
    },
    "path far longer": lambda p: {**p, "inclusion": {**p["inclusion"], "path": ["0" * 64] * 10_000}},
    "path reordered": lambda p: {**p, "inclusion": {**p["inclusion"], "path": p["inclusion"]["path"][::-1]}},
    "path in capitals": lambda p: {
        **p,
        "inclusion": {**p["inclusion"], "path": [s.upper() for s in p["inclusion"]["path"]]},
    },
    "path of numbers": lambda p: {**p, "inclusion": {**p["inclusion"], "path": [1, 2, 3]}},
    "path of short steps": lambda p: {**p, "inclusion": {**p["inclusion"], "path": ["00"] * 3}},
    "path of one text": lambda p: {
        **p,
        "inclusion": {**p["inclusion"], "path": "".join(p["inclusion"]["path"])},
    },
    "path an object": lambda p: {**p, "inclusion": {**p["inclusion"], "path": {}}},
    "inclusion a list": lambda p: {**p, "inclusion": []},
    "inclusion with more": lambda p: {**p, "inclusion": {**p["inclusion"], "root": "0"}},
    "older checkpoint": lambda p: {**p, "checkpoint": proof_of(0, 6)["checkpoint"]},
    "checkpoint of another size": lambda p: {**p, "checkpoint": p["checkpoint"].replace("\n7\n", "\n8\n")},
    "checkpoint of another root": lambda p: {
        **p,
        "checkpoint": "\n".join(
            proof_of(0, 8)["checkpoint"].split("\n")[i] if i == 2 else line
            for i, line in enumerate(p["checkpoint"].split("\n"))
        ),
    },
    "checkpoint of another time": lambda p: {
        **p,
        "checkpoint": p["checkpoint"].replace("time 2026", "time 2025"),
    },
    "checkpoint of another origin": lambda p: {**p, "checkpoint": p["checkpoint"].replace("/test", "/prod")},
    "checkpoint without its signature": lambda p: {
        **p,
        "checkpoint": p["checkpoint"].partition("\n\n")[0] + "\n\n",
    },
    "checkpoint with two signatures": lambda p: {
        **p,
        "checkpoint": p["checkpoint"] + p["checkpoint"].splitlines()[-1] + "\n",
    },
    "checkpoint with a line more": lambda p: {
        **p,
        "checkpoint": p["checkpoint"].replace("\n\n", "\nmore\n\n"),
    },
    "checkpoint with CRLF": lambda p: {**p, "checkpoint": p["checkpoint"].replace("\n", "\r\n")},
    "another key": lambda p: {**p, "public_key": checkpoint.encode(b"x" * 32)},
    "key of small order": lambda p: {**p, "public_key": checkpoint.encode((1).to_bytes(32, "little"))},
    "key too short": lambda p: {**p, "public_key": "AAAA"},
    "key not base64": lambda p: {**p, "public_key": "!" * 44},
    "key a list": lambda p: {**p, "public_key": [1]},
    "signed by a forger": lambda p: proof_of(3, 7, Ed25519PrivateKey.from_private_bytes(b"f" * 32)),
    "another format": lambda p: {**p, "format": "ai-diffusion-wizard-proof/2"},
    "format missing": lambda p: {name: value for name, value in p.items() if name != "format"},
    "something more": lambda p: {**p, "valid": True},
    "a lone surrogate": lambda p: {**p, "memo": p["memo"] + "\ud800"},
    "a name twice": lambda p: json.dumps(p)[:-1] + ', "memo": "x"}',
    "not JSON": lambda p: "memo",
    "empty": lambda p: "",
    "a list": lambda p: [p],
    "null": lambda p: None,
    "NaN": lambda p: "NaN",
    "nested without end": lambda p: "[" * 100_000,
    "a number without end": lambda p: "9" * 100_000,
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name: str) -> None:
    proof = proof_of(3, 7)
    assert accepts(proof)
    assert not accepts(FORGERIES[name](proof))


def test_an_entry_of_another_kind_or_object_is_no_memo() -> None:
    """Even in a tree that is properly signed."""
    memo = record.canonical({"number": "M-2026-0001", "public_id": "id-0"})
    sound = {"kind": "memo", "object": "id-0", "sequence": "0", "sha256": record.sha256(memo)}
    for change in (
        {},
        {"kind": "key"},
        {"object": "id-1"},
        {"object": None},
        {"sequence": "1"},
        {"sha256": "0" * 64},
    ):
        leaf = record.canonical({**sound, **change})
        head = Head("o", 1, merkle.leaf_hash(leaf.encode()), "2026-10-05T14:03:11.000042Z", KEY_ID)
        proof = {
            **proof_of(0, 1),
            "memo": memo,
            "leaf": leaf,
            "checkpoint": head.sign(KEY).note(PUBLIC),
        }
        assert accepts(proof) == (change == {})


SOUND = json.dumps(proof_of(5, 11), ensure_ascii=False)
VERIFIER = verify_memo.Verifier({KEY_ID})


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SOUND) - 1), st.integers(0, 12), st.text(max_size=6))
def test_a_mutated_proof_is_never_accepted(at: int, length: int, put: str) -> None:
    """Unless it still says the same: JSON may be spaced and escaped differently."""
    mutated = SOUND[:at] + put + SOUND[at + length :]
    try:
        VERIFIER.check(mutated)
    except verify_memo.Wrong:
        return
    assert json.loads(mutated) == json.loads(SOUND)


def test_the_bytes_of_a_memo_one_after_the_other() -> None:
    proof = proof_of(5, 11)
    memo = proof["memo"]
    for at, character in enumerate(memo):
        for bit in range(7):
            changed = memo[:at] + chr(ord(character) ^ 1 << bit) + memo[at + 1 :]
            with pytest.raises(verify_memo.Wrong):
                VERIFIER.check(json.dumps({**proof, "memo": changed}))


def _flip(value: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]


# ---------------------------------------------------------------------------------------------- command line


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The verifier as a person runs it, without site packages and without this project."""
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_exit_status(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    good.write_text(json.dumps(proof_of(3, 7)))
    bad.write_text(json.dumps(FORGERIES["memo changed"](proof_of(3, 7))))

    with_key = run("--key", KEY_ID, good)
    assert with_key.returncode == 0
    assert "OK     M-2026-0003 is as recorded" in with_key.stdout
    assert "1 as recorded, 0 wrong." in with_key.stdout

    without_key = run(good)
    assert without_key.returncode == 3
    assert "No key was given" in without_key.stdout

    other_key = run("--key", "0" * 64, good)
    assert other_key.returncode == 1
    assert "signature is by a key that you did not give" in other_key.stdout

    both = run("--key", KEY_ID.upper(), good, bad)
    assert both.returncode == 1
    assert "The entry is not in the signed tree" in both.stdout or "The memo was changed" in both.stdout

    assert run("--key", KEY_ID, none).returncode == 2
    assert run("--key", "short", good).returncode == 2
    assert run().returncode == 2


def test_what_it_prints_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    memo = record.canonical({"number": "M-1\x1b[2J", "public_id": "id-0"})
    leaf = record.canonical(
        {"kind": "memo", "object": "id-0", "sequence": "0", "sha256": record.sha256(memo)}
    )
    head = Head("o", 1, merkle.leaf_hash(leaf.encode()), "2026-10-05T14:03:11.000042Z", KEY_ID)
    proof = {**proof_of(0, 1), "memo": memo, "leaf": leaf, "checkpoint": head.sign(KEY).note(PUBLIC)}
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    done = run("--key", KEY_ID, file)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "(unnamed)" in done.stdout


def test_many_proofs_of_one_checkpoint_are_quick(tmp_path: Path) -> None:
    """A hundred thousand in a minute: two thousand within the time for two thousand, with room for a busy machine."""
    file = tmp_path / "all.jsonl"
    line = json.dumps(proof_of(500, 1000))
    file.write_text(f"{line}\n" * 2000)
    started = time.monotonic()
    done = run("--quiet", "--key", KEY_ID, file)
    assert done.stdout == "2000 as recorded, 0 wrong.\n"
    assert time.monotonic() - started < 10
