"""The Ed25519 keys that sign tree heads. They live outside the database and outside the repository.

A private key is either a file `<key id>.pem` in WIZARD_KEY_DIR that only its owner may read, or one of the base64 seeds
in WIZARD_LEDGER_KEYS. Beside the files stand the public keys, `<key id>.pub`, of this and of every earlier key: they
are what a signature in the database is held against, so that nobody who writes to the database alone can replace them.
"""

from __future__ import annotations

import stat
from collections.abc import Collection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from wizard.ledger.checkpoint import KEY_SIZE, decode, key_id
from wizard.ledger.files import write_whole


class KeyFault(Exception):
    """A key is missing, unreadable, or readable by others."""


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of a private key's public half."""
    return key.public_key().public_bytes_raw()


def private_key(name: str) -> Ed25519PrivateKey:
    """The private key with this key id.

    Raises:
        KeyFault: it is not here, or its file is damaged or open to others.
    """
    for key in _from_environment():
        if key_id(public_bytes(key)) == name:
            return key
    return _read_private(_directory() / f"{name}.pem")


def unused(known: Collection[str]) -> Ed25519PrivateKey:
    """A private key that is not among the `known` key ids: one that lies ready, else a new one.

    A key lies ready when the environment brings it, or when a transaction that was to introduce it did not commit.
    """
    ready = [*_from_environment(), *(_read_private(path) for path in sorted(_directory().glob("*.pem")))]
    for key in ready:
        if key_id(public_bytes(key)) not in known:
            return key
    key = Ed25519PrivateKey.generate()
    name = key_id(public_bytes(key))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_whole(_directory() / f"{name}.pem", pem)
    return key


def publish(public_key: bytes) -> None:
    """Write a public key beside the private ones, where it stays when the private one is gone."""
    path = _directory() / f"{key_id(public_key)}.pub"
    if not path.exists():
        key = Ed25519PublicKey.from_public_bytes(public_key)
        write_whole(path, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def public_keys() -> dict[str, bytes]:
    """Every public key that this installation knows of itself, by key id.

    Raises:
        KeyFault: a file is damaged, or is not named after its key.
    """
    found = {key_id(public_bytes(key)): public_bytes(key) for key in _from_environment()}
    for path in sorted(_directory().glob("*.pub")):
        try:
            key = load_pem_public_key(path.read_bytes())
        except (OSError, ValueError) as error:
            raise KeyFault(f"{path.name} cannot be read as a public key.") from error
        if not isinstance(key, Ed25519PublicKey) or key_id(key.public_bytes_raw()) != path.stem:
            raise KeyFault(f"{path.name} does not hold the Ed25519 key that it is named after.")
        found[path.stem] = key.public_bytes_raw()
    return found


def _from_environment() -> list[Ed25519PrivateKey]:
    """The private keys that the environment brings."""
    try:
        seeds = [decode(seed, KEY_SIZE) for seed in settings.WIZARD_LEDGER_KEYS.split()]
    except ValueError as error:
        raise KeyFault("WIZARD_LEDGER_KEYS must be seeds of 32 bytes in base64, one or more.") from error
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]


def _directory() -> Path:
    directory = Path(settings.WIZARD_KEY_DIR)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory


def _read_private(path: Path) -> Ed25519PrivateKey:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFault(f"{path.name} is readable by others; a private key must have mode 0600.")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise KeyFault(f"The private key {path.stem} is not in WIZARD_KEY_DIR.") from error
    except (OSError, ValueError, TypeError) as error:
        raise KeyFault(f"{path.name} cannot be read as a private key.") from error
    if not isinstance(key, Ed25519PrivateKey) or key_id(public_bytes(key)) != path.stem:
        raise KeyFault(f"{path.name} does not hold the Ed25519 key that it is named after.")
    return key
