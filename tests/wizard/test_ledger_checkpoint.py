"""Checkpoints: the form that transparency logs share, signed and read strictly."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings, strategies as st

from wizard.ledger import checkpoint, heads, keys
from wizard.ledger.checkpoint import Head

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = keys.public_bytes(KEY)
HEAD = Head(
    origin="ai-diffusion-wizard/0123456789abcdef",
    size=17,
    root=bytes(range(32)),
    time="2026-10-05T14:03:11.000042Z",
    key_id=checkpoint.key_id(PUBLIC),
)
NOTE = HEAD.sign(KEY).note(PUBLIC)

# The example of the Go module golang.org/x/mod/sumdb/note.
GO_KEY = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
GO_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_keys_are_named_as_signed_notes_name_them() -> None:
    public = base64.b64decode(GO_KEY)[1:]
    signature = base64.b64decode(GO_SIGNATURE)
    assert checkpoint.note_key_hash("PeterNeumann", public) == signature[:4] == bytes.fromhex("c74f20a3")
    Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], GO_TEXT.encode())


def test_what_a_checkpoint_looks_like() -> None:
    lines = NOTE.split("\n")
    assert lines[:6] == [
        "ai-diffusion-wizard/0123456789abcdef",
        "17",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "time 2026-10-05T14:03:11.000042Z",
        f"key {HEAD.key_id}",
        "",
    ]
    assert lines[6].startswith("— ai-diffusion-wizard/0123456789abcdef ")
    assert lines[7:] == [""]


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    read = checkpoint.read(NOTE)
    assert read.head == HEAD
    assert read.signed_by(PUBLIC)
    assert read.note(PUBLIC) == NOTE
    assert heads.read_line(heads.line(NOTE)) == read


def test_another_key_did_not_sign_it() -> None:
    other = keys.public_bytes(Ed25519PrivateKey.generate())
    assert not checkpoint.read(NOTE).signed_by(other)
    assert not checkpoint.read(NOTE).signed_by(b"")
    forged = Head(HEAD.origin, 17, HEAD.root, HEAD.time, checkpoint.key_id(other)).sign(KEY)
    assert not forged.signed_by(other)


@settings(max_examples=400, deadline=None)
@given(
    st.integers(0, len(NOTE) - 1), st.sampled_from(["", "0", "A", "\n", " ", "é", "—", "\x00"]), st.booleans()
)
def test_a_changed_checkpoint_is_not_read_or_not_signed(at: int, put: str, instead: bool) -> None:
    changed = NOTE[:at] + put + NOTE[at + instead :]
    if changed == NOTE:
        return
    try:
        read = checkpoint.read(changed)
    except ValueError:
        return
    # The four bytes that name the key are a hint and not signed; the line as a whole is what the audit compares.
    assert not read.signed_by(PUBLIC) or read.note(PUBLIC) == NOTE


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}",
        b"[]",
        b"null",
        b'{"checkpoint":1}',
        b'{"checkpoint":"x"}',
        b"\xff",
        b'{"checkpoint"',
        b"1" * 9000,
    ],
)
def test_a_line_that_is_no_checkpoint_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of json, of UTF-8 or of the checkpoint
        heads.read_line(line)


@pytest.mark.parametrize(
    "text", ["", "AAAA", "A" * 43, "A" * 43 + "=\n", " " + "A" * 43 + "=", "A" * 42 + "B=", "é" * 44]
)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        checkpoint.decode(text, 32)
