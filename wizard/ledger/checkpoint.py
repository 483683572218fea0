"""Signed tree heads, written as checkpoints: signed notes in the form that transparency logs share (C2SP).

ai-diffusion-wizard/5f1c8e2a90b34d77             origin: the name of this ledger
17                                               size: how many entries the tree has
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=     root: its hash, in base64
time 2026-10-05T14:03:11.000042Z                 when it was signed
key 5f1c8e2a90b34d77...                          the SHA-256 of the public key, in hexadecimal

— ai-diffusion-wizard/5f1c8e2a90b34d77 x08go...  Ed25519 over the lines above, after four bytes that name the key
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from wizard.ledger.merkle import HASH_SIZE

KEY_SIZE = 32
"""Bytes of an Ed25519 public key, and of the seed of a private one."""

SIGNATURE_SIZE = 64
"""Bytes of an Ed25519 signature."""

_ED25519 = b"\x01"
"""How signed notes number the kind of signature."""

_NOTE = re.compile(
    r"(?P<text>(?P<origin>[!-*,-~]{1,80})\n"
    r"(?P<size>0|[1-9][0-9]{0,15})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"time (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)\n"
    r"key (?P<key_id>[0-9a-f]{64})\n)"
    r"\n— (?P=origin) (?P<signature>[A-Za-z0-9+/]{91}=)\n"
)


def key_id(public_key: bytes) -> str:
    """The name of a public key: the SHA-256 of its 32 bytes, in lower-case hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def decode(text: str, size: int) -> bytes:
    """Base64 in its one proper spelling.

    Raises:
        ValueError: it is not base64, not spelled properly, or not `size` bytes.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("This is not base64.") from error
    if len(data) != size or encode(data) != text:
        raise ValueError(f"This is not {size} bytes in base64.")
    return data


def encode(data: bytes) -> str:
    """Base64, as checkpoints write it."""
    return base64.b64encode(data).decode()


@dataclass(frozen=True)
class Head:
    """What a tree head says. `time` is in UTC to the microsecond, as records write it."""

    origin: str
    size: int
    root: bytes
    time: str
    key_id: str

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\ntime {self.time}\nkey {self.key_id}\n"

    def sign(self, key: Ed25519PrivateKey) -> SignedHead:
        """This head, signed."""
        return SignedHead(self, key.sign(self.text.encode()))


@dataclass(frozen=True)
class SignedHead:
    """A tree head with its signature, which may be anybody's until `signed_by` says otherwise."""

    head: Head
    signature: bytes

    def signed_by(self, public_key: bytes) -> bool:
        """Whether this key is the one that the head names, and signed it."""
        if key_id(public_key) != self.head.key_id:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(self.signature, self.head.text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def note(self, public_key: bytes) -> str:
        """The checkpoint as text."""
        origin = self.head.origin
        signed = encode(note_key_hash(origin, public_key) + self.signature)
        return f"{self.head.text}\n— {origin} {signed}\n"


def note_key_hash(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signed note names its key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def read(note: str) -> SignedHead:
    """A checkpoint from its text. Its signature is not checked here.

    Raises:
        ValueError: it is not a checkpoint in exactly this form.
    """
    found = _NOTE.fullmatch(note)
    if found is None:
        raise ValueError("This is not a checkpoint.")
    head = Head(
        origin=found["origin"],
        size=int(found["size"]),
        root=decode(found["root"], HASH_SIZE),
        time=found["time"],
        key_id=found["key_id"],
    )
    return SignedHead(head, decode(found["signature"], 4 + SIGNATURE_SIZE)[4:])
