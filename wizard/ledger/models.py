"""What the database keeps of the ledger: its entries, the tree over them, and a signed head for every size."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.db import models, transaction

from wizard import record
from wizard.append_only import AppendOnly, AppendOnlyQuerySet
from wizard.ledger.checkpoint import SIGNATURE_SIZE, Head, SignedHead, decode


class Sealed(AppendOnly):
    """A row that is entered in the ledger in the transaction that adds it: a memo, an act of review.

    `canonical` is what it says and `sha256` the hash of those bytes; the ledger's entry holds that hash and one over
    every other column, so that nothing of the row can change unseen.
    """

    KIND: ClassVar[str]
    """What entries of such rows are called, such as "memo"."""

    READ_WITH: ClassVar[tuple[str, ...]] = ()
    """What `columns_digest` reads besides the row itself, to be fetched for many rows at once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @cached_property
    def content(self) -> dict[str, Any]:
        """What the row says, read from its canonical bytes."""
        content: dict[str, Any] = json.loads(self.canonical)
        return content

    @property
    def verification_code(self) -> str:
        """A short form of the SHA-256, to compare by eye: "7Q4D-..."."""
        return record.short_code(self.sha256)

    def write(self, content: Mapping[str, Any]) -> None:
        """Set what a row says that is about to be saved."""
        self.canonical = record.canonical(content)
        self.sha256 = record.sha256(self.canonical)

    def save(self, *args: Any, **kwargs: Any) -> None:
        from wizard.ledger import log  # it needs these models

        using = kwargs.setdefault("using", self._state.db or "default")
        with transaction.atomic(using=using):
            super().save(*args, **kwargs)
            log.append(self)

    @classmethod
    def sealed_columns(cls) -> list[str]:
        """The columns beside the content, and what else goes with the row, as an entry made now covers them."""
        return sorted(field.attname for field in cls._meta.concrete_fields if field.attname != "canonical")

    def columns_digest(self, columns: Iterable[str]) -> str:
        """The SHA-256 over the values of these columns, and of what goes with them."""
        return record.digest({name: as_text(getattr(self, name)) for name in columns})


class LedgerEntry(AppendOnly):
    """One leaf of the tree. Its bytes say everything that the other columns say."""

    sequence = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    object_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    leaf = models.TextField()
    leaf_hash = models.CharField(max_length=64)
    created = models.DateTimeField()

    objects = AppendOnlyQuerySet["LedgerEntry"].as_manager()

    class Meta:
        ordering = ("sequence",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="wizard_ledger_object_once")
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="wizard_ledger_digest")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.object_id}"

    @property
    def content(self) -> dict[str, Any]:
        """What the leaf says."""
        content: dict[str, Any] = json.loads(self.leaf)
        return content


class LedgerNode(AppendOnly):
    """The hash of a perfect subtree of two leaves or more, by its number (`merkle.position`)."""

    position = models.PositiveBigIntegerField(primary_key=True)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet["LedgerNode"].as_manager()

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"


class TreeHead(AppendOnly):
    """The signed head of the tree at one size. There is one for every size that the tree has had."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    time = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=88)

    objects = AppendOnlyQuerySet["TreeHead"].as_manager()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} {self.root}"

    def signed(self, origin: str) -> SignedHead:
        """This head in the ledger named `origin`.

        Raises:
            ValueError: the row does not hold a hash and a signature.
        """
        head = Head(origin, self.size, bytes.fromhex(self.root), record.timestamp(self.time), self.key_id)
        return SignedHead(head, decode(self.signature, SIGNATURE_SIZE))


def as_text(value: object) -> str | bool | None:
    """A column's value as the ledger writes it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, datetime.datetime):
        return record.timestamp(value)
    if isinstance(value, (int, uuid.UUID, datetime.date)):
        return str(value)
    raise TypeError(f"The ledger has no spelling for a {type(value).__name__}.")
