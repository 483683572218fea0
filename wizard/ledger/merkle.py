"""The Merkle tree of RFC 9162, section 2.1: its hashes, its shape and its proofs.

The tree is stored as the hashes of its perfect subtrees, those over 2^k leaves that begin at a multiple of 2^k. They
never change once their last leaf is there. Every other hash, the root and the steps of every proof among them, is put
together from at most log2(size) of them, so that neither adding a leaf nor proving one reads the whole tree.

Every perfect subtree has a number of its own, its place when the tree is written from left to right: leaf i is 2i, the
subtree over the leaves start..end-1 is start + end - 1.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

Span = tuple[int, int]
"""Leaves from the first number up to, but without, the second."""

Lookup = Callable[[Collection[int]], Mapping[int, bytes]]
"""Finds the hashes of perfect subtrees by their numbers."""

HASH_SIZE = 32
"""Bytes of a SHA-256."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf, SHA-256(0x00 || leaf): the prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node, SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def position(start: int, end: int) -> int:
    """The number of the perfect subtree over the leaves `start` to `end` - 1."""
    return start + end - 1


def span(number: int) -> Span:
    """The leaves under the perfect subtree with this number."""
    width = (number + 1) & -(number + 1)
    start = (number + 1 - width) // 2
    return start, start + width


def perfect(start: int, end: int) -> Iterator[Span]:
    """The perfect subtrees, widest first, that make up a span of the tree.

    `start` is a multiple of the widest one, as it is of every span that the tree is ever split into.
    """
    while start < end:
        width = 1 << ((end - start).bit_length() - 1)
        yield start, start + width
        start += width


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What PATH(index, D[size]) is made of: the sibling of each node from the leaf up to the root.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    start, end = 0, size
    siblings = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return siblings[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """What PROOF(first, D[second]) is made of, which shows that the smaller tree begins the larger one.

    Raises:
        ValueError: the sizes are not 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"No consistency proof leads from {first} leaves to {second}.")
    start, end = 0, second
    parts = []
    while end != first:
        middle = start + _split(end - start)
        if first <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    # Whoever holds the smaller tree's root need not be told it; only a part of that tree has to be.
    if start:
        parts.append((start, end))
    return parts[::-1]


def hashes(spans: Iterable[Span], lookup: Lookup) -> list[bytes]:
    """The hash of each span, from one lookup of the perfect subtrees in all of them.

    Raises:
        KeyError: `lookup` did not find a subtree.
    """
    parts = [[position(*part) for part in perfect(*span)] for span in spans]
    found = lookup({number for numbers in parts for number in numbers})
    return [_join([found[number] for number in numbers]) for numbers in parts]


def root(size: int, lookup: Lookup) -> bytes:
    """The root of the tree over the first `size` leaves."""
    return hashes([(0, size)], lookup)[0] if size else EMPTY_ROOT


class Frontier:
    """The right edge of a tree: the perfect subtrees that make it up, enough to add leaves and know the root."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)

    @classmethod
    def read(cls, size: int, lookup: Lookup) -> Frontier:
        """The right edge of a stored tree."""
        return cls(size, hashes(perfect(0, size), lookup))

    @property
    def root(self) -> bytes:
        """The root of the tree as it stands."""
        return _join(self._peaks) if self._peaks else EMPTY_ROOT

    def add(self, leaf: bytes) -> dict[int, bytes]:
        """Add a leaf by its hash; returns the nodes above it that are now complete, by their numbers."""
        completed = {}
        node, start, end = leaf, self.size, self.size + 1
        while self.size & (end - start):
            node = node_hash(self._peaks.pop(), node)
            start -= end - start
            completed[position(start, end)] = node
        self._peaks.append(node)
        self.size = end
        return completed


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _join(parts: list[bytes]) -> bytes:
    """The hash over neighbors, widest first: each is the left of everything after it."""
    return functools.reduce(lambda right, left: node_hash(left, right), reversed(parts))
