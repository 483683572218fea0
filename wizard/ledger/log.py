"""Adding entries to the ledger, proving them, and changing the key that signs.

An entry, the nodes above it and the signed head are written in the transaction of the memo or act that they record,
under a lock that lets one writer at a time grow the tree. So sequences have no gap, no two heads have one size, and a
memo without its entry cannot exist. A transaction adds to the ledger last, after everything else that may wait for a
lock.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections, transaction
from django.utils import timezone

from wizard import record
from wizard.ledger import heads, keys, merkle
from wizard.ledger.checkpoint import KEY_SIZE, Head, decode, encode, key_id
from wizard.ledger.models import LedgerEntry, LedgerNode, Sealed, TreeHead

LOGGER = logging.getLogger(__name__)

FORMAT = "1"
"""The number of this layout of a leaf; a change of keys or meanings takes the next."""

KEY = "key"
"""The kind of entry that introduces a signing key. The first entry of a ledger is one."""

_POSTGRESQL_LOCK = 0x6C6564676572
"""The advisory lock of the ledger: "ledger" in ASCII."""


class LedgerFault(Exception):
    """The ledger does not agree with itself, its keys or its file of heads. Nothing was added."""


class Added(NamedTuple):
    """What an entry adds to the database: the columns of its row, of the nodes that it completes and of the head
    over it."""

    entry: dict[str, Any]
    nodes: list[dict[str, Any]]
    head: dict[str, Any]


@dataclass(frozen=True)
class End:
    """Where the ledger grows: the right edge of its tree, its name and the key in charge."""

    origin: str
    key_id: str
    key: Ed25519PrivateKey
    frontier: merkle.Frontier

    def add(
        self,
        kind: str,
        object_id: str,
        digest: str,
        more: Mapping[str, Any],
        spell: Callable[[Any], str] = record.canonical,
    ) -> Added:
        """The next entry, the nodes that it completes and the head over it. Nothing is stored yet.

        `spell` writes the leaf in its canonical form.
        """
        created = timezone.now()
        content = {
            "format": FORMAT,
            "sequence": str(self.frontier.size),
            "kind": kind,
            "object": object_id,
            "sha256": digest,
            "created": record.timestamp(created),
            **more,
        }
        leaf = spell(content)
        leaf_hash = merkle.leaf_hash(leaf.encode())
        entry = {
            "sequence": self.frontier.size,
            "kind": kind,
            "object_id": object_id,
            "digest": digest,
            "leaf": leaf,
            "leaf_hash": leaf_hash.hex(),
            "created": created,
        }
        nodes = [
            {"position": position, "hash": node.hex()}
            for position, node in self.frontier.add(leaf_hash).items()
        ]
        time = timezone.now()
        head = Head(self.origin, self.frontier.size, self.frontier.root, record.timestamp(time), self.key_id)
        stored = {
            "size": head.size,
            "root": head.root.hex(),
            "time": time,
            "key_id": self.key_id,
            "signature": encode(head.sign(self.key).signature),
        }
        return Added(entry, nodes, stored)


def append(row: Sealed) -> LedgerEntry:
    """Enter a row that was just added. Only `Sealed.save` calls this.

    Raises:
        LedgerFault, keys.KeyFault, heads.HeadsFileFault, OSError: nothing can be added until someone has looked at
            it; `manage.py verify_ledger` says what is wrong.
    """
    using = row._state.db or "default"
    at = end(using)
    # Read back, because the database is what will be checked, and it may have spelled a value its own way.
    stored = type(row)._base_manager.using(using).get(pk=row.pk)
    columns = type(row).sealed_columns()
    return _save(
        at.add(
            row.KIND, str(stored.public_id), stored.sha256, covered(columns, stored.columns_digest(columns))
        ),
        using,
    )


def covered(columns: list[str], digest: str) -> dict[str, Any]:
    """What a leaf says of the columns beside the content."""
    return {"columns": columns, "columns_sha256": digest}


def end(using: str = "default") -> End:
    """The end of the ledger, for this transaction alone to add to; a ledger that is empty gets its key first.

    Raises:
        As `append` does.
    """
    size = _lock(using)
    if size == 0:
        _introduce(using, 0)
        size = 1
    return _end(using, size)


def rotate(using: str = "default") -> LedgerEntry:
    """Let another key sign from here on: the next one in WIZARD_LEDGER_KEYS, else a new one in WIZARD_KEY_DIR.

    The head over this entry is the last that the old key signs, which vouches for the new one.
    """
    with transaction.atomic(using=using):
        return _introduce(using, _lock(using))


def origin(using: str = "default") -> str:
    """The name of this ledger; its first entry gave it."""
    return str(LedgerEntry.objects.using(using).get(sequence=0).content["origin"])


def public_key(name: str, using: str = "default") -> bytes:
    """A key that the ledger introduced, by its key id."""
    introduced = LedgerEntry.objects.using(using).get(kind=KEY, object_id=name)
    return decode(introduced.content["public_key"], KEY_SIZE)


def latest(using: str = "default") -> TreeHead | None:
    """The head of the whole tree; None while the ledger is empty."""
    return TreeHead.objects.using(using).order_by("-size").first()


def note(head: TreeHead, using: str = "default") -> str:
    """A head as the text of a checkpoint."""
    return head.signed(origin(using)).note(public_key(head.key_id, using))


def inclusion_proof(sequence: int, size: int, using: str = "default") -> list[bytes]:
    """The path that proves an entry to be in the tree of that size.

    Raises:
        ValueError: that tree has no such entry.
    """
    return merkle.hashes(merkle.inclusion_spans(sequence, size), _lookup(using))


def consistency_proof(first: int, second: int, using: str = "default") -> list[bytes]:
    """The path that proves the tree of the first size to begin that of the second.

    Raises:
        ValueError: the sizes are not 0 < first <= second <= the size of the ledger.
    """
    head = latest(using)
    if head is None or second > head.size:
        raise ValueError(f"The ledger does not have {second} entries.")
    return merkle.hashes(merkle.consistency_spans(first, second), _lookup(using))


def bundle(
    entry: LedgerEntry,
    canonical: str,
    using: str = "default",
    acts: Sequence[tuple[LedgerEntry, str]] = (),
    *,
    head: TreeHead | None = None,
) -> dict[str, Any]:
    """Everything that proves a sealed row without this database: its bytes and leaf, the path, the signed head (the
    newest unless another is given); and with `acts`, the acts of review on a memo in their order, each with its own
    path to the same head.

    `verify_memo.py` reads it. The public key is there to be compared with the published one, not to be believed.
    """
    head = head or latest(using)
    assert head is not None, "An entry has a head."
    found = {
        "format": "ai-diffusion-wizard-proof/1",
        "memo": canonical,
        **_included(entry, head.size, using),
        "checkpoint": note(head, using),
        "public_key": encode(public_key(head.key_id, using)),
    }
    if acts:
        found["format"] = "ai-diffusion-wizard-proof/2"
        found["acts"] = [{"act": said, **_included(act, head.size, using)} for act, said in acts]
    return found


def _included(entry: LedgerEntry, size: int, using: str) -> dict[str, Any]:
    """An entry with the path that proves it to be in the tree of that size."""
    return {
        "leaf": entry.leaf,
        "inclusion": {
            "index": str(entry.sequence),
            "size": str(size),
            "path": [step.hex() for step in inclusion_proof(entry.sequence, size, using)],
        },
    }


def complete_heads_file(using: str = "default") -> None:
    """Write the heads that the file outside the database does not have yet.

    Raises:
        heads.HeadsFileFault, OSError: the file is not that of this ledger, or cannot be written.
    """
    reached = heads.last()
    heads.write(_notes(reached.head.size if reached else 0, using))


def _notes(after: int, using: str) -> Iterator[tuple[int, str]]:
    """The heads of sizes beyond `after` as checkpoints, with their sizes."""
    named, key = origin(using), functools.cache(functools.partial(public_key, using=using))
    for head in TreeHead.objects.using(using).filter(size__gt=after).order_by("size"):
        yield head.size, head.signed(named).note(key(head.key_id))


def _lock(using: str) -> int:
    """Make this transaction the only one that grows the tree until it ends; returns the size of the tree.

    SQLite's transactions begin IMMEDIATE (config.settings), so there the lock is already held.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise LedgerFault("An entry is added in the transaction of what it records.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_POSTGRESQL_LOCK])
    head = latest(using)
    return head.size if head else 0


def _introduce(using: str, size: int) -> LedgerEntry:
    """Enter a signing key that the ledger does not know yet."""
    introduced = LedgerEntry.objects.using(using).filter(kind=KEY).order_by("sequence")
    known = list(introduced.values_list("object_id", flat=True))
    key = keys.public_bytes(keys.unused(known))
    name = key_id(key)
    keys.publish(key)
    content = {
        "origin": origin(using) if known else f"ai-diffusion-wizard/{name[:16]}",
        "previous": known[-1] if known else None,
        "public_key": encode(key),
    }
    at = (
        _end(using, size)
        if known
        else End(str(content["origin"]), name, keys.private_key(name), merkle.Frontier())
    )
    return _save(at.add(KEY, name, name, content), using)


def _end(using: str, size: int) -> End:
    """The end of a ledger of this size; `_lock` is held."""
    # The key in charge was introduced before the next entry; only the first entry's key signs for itself.
    name, named = _key_in_charge(using), origin(using)
    frontier = merkle.Frontier.read(size, _lookup(using))
    _check(using, size, frontier.root, named)
    return End(named, name, keys.private_key(name), frontier)


def _save(added: Added, using: str) -> LedgerEntry:
    entry = LedgerEntry(**added.entry)
    entry.save(using=using)
    for node in added.nodes:
        LedgerNode(**node).save(using=using)
    TreeHead(**added.head).save(using=using)
    transaction.on_commit(lambda: complete_heads_file(using), using=using)
    return entry


def _key_in_charge(using: str) -> str:
    newest = LedgerEntry.objects.using(using).filter(kind=KEY).order_by("-sequence").first()
    if newest is None:
        raise LedgerFault("The ledger has lost the entry that introduced its key.")
    return newest.object_id


def _check(using: str, size: int, root: bytes, named: str) -> None:
    """Sign nothing on top of a tree that its own last head, or the file of heads, does not vouch for.

    Raises:
        LedgerFault: the tree was changed, cut short or rolled back.
    """
    published = heads.last()
    if published is None:
        if size > 1:  # the first entry and the second, in one transaction, come before the file
            LOGGER.warning("There is no file of heads; it is made anew from the %d in the database.", size)
    else:
        if published.head.size > size:
            raise LedgerFault(
                f"The file of heads reaches {published.head.size}, the database {size}: entries are missing."
            )
        stored = TreeHead.objects.using(using).get(size=published.head.size).signed(named)
        if stored != published:
            raise LedgerFault(f"The file of heads and the database differ at size {published.head.size}.")
    if size:
        signed = TreeHead.objects.using(using).get(size=size).signed(named)
        trusted = keys.public_keys().get(signed.head.key_id)
        if trusted is None or not signed.signed_by(trusted):
            raise LedgerFault(f"The head of size {size} is not signed by a key of this installation.")
        if signed.head.root != root:
            raise LedgerFault(f"The tree does not have the root that was signed at size {size}.")


def _lookup(using: str) -> merkle.Lookup:
    """Finds subtree hashes in the database: of single leaves (even numbers) in entries, of others in nodes."""

    def look_up(positions: Collection[int]) -> dict[int, bytes]:
        leaves = [number // 2 for number in positions if number % 2 == 0]
        nodes = [number for number in positions if number % 2]
        found = dict[int, bytes]()
        if leaves:
            entries = LedgerEntry.objects.using(using).filter(sequence__in=leaves)
            for sequence, value in entries.values_list("sequence", "leaf_hash"):
                found[2 * sequence] = bytes.fromhex(value)
        if nodes:
            stored = LedgerNode.objects.using(using).filter(position__in=nodes)
            found.update(
                (number, bytes.fromhex(value)) for number, value in stored.values_list("position", "hash")
            )
        return found

    return look_up
