"""The tree of RFC 9162: known hashes, every proof of every small tree, and proofs that prove nothing."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection

import pytest
from hypothesis import given, settings, strategies as st

from wizard.ledger import merkle
from wizard.ledger.proofs import consistent, included

SIZES = 130
"""Trees up to this size are checked in every respect."""

# The test data that Certificate Transparency's implementations share: eight leaves, and the root over each beginning.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CONSISTENCY_2_TO_5 = [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
]


class Tree:
    """A stored tree: the subtree hashes that the database would hold."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves
        self.stored: dict[int, bytes] = {}
        self.looked_up = 0
        frontier = merkle.Frontier()
        for index, leaf in enumerate(leaves):
            self.stored[2 * index] = merkle.leaf_hash(leaf)
            self.stored.update(frontier.add(merkle.leaf_hash(leaf)))
        self.root = frontier.root

    def look_up(self, positions: Collection[int]) -> dict[int, bytes]:
        self.looked_up += len(positions)
        return {position: self.stored[position] for position in positions}


# The definitions of RFC 9162, section 2.1, as they stand there, to hold the stored tree against.


def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree([b"leaf %d" % index for index in range(SIZES)])


def test_known_roots() -> None:
    leaves = [bytes.fromhex(leaf) for leaf in LEAVES]
    for size, root in enumerate(ROOTS, 1):
        assert Tree(leaves[:size]).root.hex() == root
        assert mth(leaves[:size]).hex() == root
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Tree([]).root == merkle.EMPTY_ROOT == merkle.root(0, Tree([]).look_up)


def test_known_consistency_proof() -> None:
    tree = Tree([bytes.fromhex(leaf) for leaf in LEAVES])
    proof = merkle.hashes(merkle.consistency_spans(2, 5), tree.look_up)
    assert [step.hex() for step in proof] == CONSISTENCY_2_TO_5
    assert consistent(2, 5, proof, bytes.fromhex(ROOTS[1]), bytes.fromhex(ROOTS[4]))


def test_every_root(tree: Tree) -> None:
    for size in range(SIZES + 1):
        expected = mth(tree.leaves[:size])
        assert merkle.root(size, tree.look_up) == expected
        assert merkle.Frontier.read(size, tree.look_up).root == expected


def test_every_inclusion_proof_is_the_rfcs(tree: Tree) -> None:
    for size in range(1, SIZES + 1):
        root = merkle.root(size, tree.look_up)
        for index in range(size):
            proof = merkle.hashes(merkle.inclusion_spans(index, size), tree.look_up)
            assert included(tree.stored[2 * index], index, size, proof, root), (index, size)
            if size < 34:
                assert proof == path(index, tree.leaves[:size])


def test_every_consistency_proof_is_the_rfcs(tree: Tree) -> None:
    roots = [merkle.root(size, tree.look_up) for size in range(SIZES + 1)]
    for second in range(1, SIZES + 1):
        for first in range(1, second + 1):
            proof = merkle.hashes(merkle.consistency_spans(first, second), tree.look_up)
            assert consistent(first, second, proof, roots[first], roots[second]), (first, second)
            if second < 34:
                assert proof == subproof(first, tree.leaves[:second], True)


def test_an_entry_proves_nothing_at_another_place_or_size(tree: Tree) -> None:
    for size in (1, 2, 3, 7, 8, 33):
        root = merkle.root(size, tree.look_up)
        for index in range(size):
            proof = merkle.hashes(merkle.inclusion_spans(index, size), tree.look_up)
            leaf = tree.stored[2 * index]
            for other in range(-2, size + 3):
                assert included(leaf, other, size, proof, root) == (other == index)
            for other_root in (merkle.EMPTY_ROOT, leaf if size > 1 else b"\x00" * 32, root[:-1], b""):
                assert not included(leaf, index, size, proof, other_root)
            assert not included(leaf, index, size, [*proof, root], root)
            assert not included(leaf, index, size, [root, *proof], root)
            if proof:
                assert not included(leaf, index, size, proof[:-1], root)
                assert not included(leaf, index, size, proof[1:], root)
                assert not included(leaf, index, size, [], root)


def test_no_proof_of_an_impossible_size() -> None:
    for index, size in ((0, 0), (-1, 3), (3, 3), (4, 3)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion_spans(index, size)
    for first, second in ((0, 3), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="No consistency proof"):
            merkle.consistency_spans(first, second)
        assert not consistent(first, second, [], b"\x00" * 32, b"\x00" * 32)


def test_subtree_numbers_are_their_own() -> None:
    numbers = {}
    for level in range(8):
        for start in range(0, 128, 1 << level):
            span = (start, start + (1 << level))
            numbers[merkle.position(*span)] = span
    assert len(numbers) == 255
    assert all(merkle.span(number) == span for number, span in numbers.items())


def test_a_million_entries_need_few_lookups() -> None:
    """Neither adding an entry nor proving one may read the tree, however large it is."""
    for size in (2**20 - 1, 2**20, 2**20 + 1, 10**6):
        for spans in (
            merkle.inclusion_spans(0, size),
            merkle.inclusion_spans(size - 1, size),
            merkle.inclusion_spans(size // 3, size),
            merkle.consistency_spans(size // 3, size),
            [(0, size)],
        ):
            assert len({merkle.position(*part) for span in spans for part in merkle.perfect(*span)}) <= 2 * 21


@settings(max_examples=300, deadline=None)
@given(st.integers(1, SIZES), st.data())
def test_a_mutated_inclusion_proof_is_never_accepted(tree: Tree, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.hashes(merkle.inclusion_spans(index, size), tree.look_up)
    leaf, root = tree.stored[2 * index], merkle.root(size, tree.look_up)
    other = data.draw(
        st.tuples(
            st.one_of(st.just(leaf), st.binary(max_size=33)),
            st.one_of(st.just(index), st.integers(-(2**70), 2**70)),
            st.lists(st.one_of(st.sampled_from(proof or [leaf]), st.binary(max_size=33)), max_size=70),
        )
    )
    if other != (leaf, index, proof):
        assert not included(other[0], other[1], size, other[2], root)


def test_a_hundred_thousand_mutated_proofs_are_refused(tree: Tree) -> None:
    """One bit, one step, one index or one size is another; a seed makes the failures repeatable."""
    chance = random.Random(9162)
    for _ in range(2_000):
        second = chance.randrange(2, SIZES + 1)
        first = chance.randrange(second)
        consistency = first > 0 and chance.random() < 0.5
        spans = (merkle.consistency_spans if consistency else merkle.inclusion_spans)(first, second)
        begin = merkle.root(first, tree.look_up) if consistency else tree.stored[2 * first]
        steps = tuple(merkle.hashes(spans, tree.look_up))
        claim = (begin, first, steps, merkle.root(second, tree.look_up))
        for _ in range(50):
            mutated = _mutate(claim, second, chance)
            if mutated == claim:
                continue
            start, number, proof, end = mutated
            if consistency:
                assert not consistent(number, second, proof, start, end), (claim, mutated)
            else:
                assert not included(start, number, second, proof, end), (claim, mutated)


Claim = tuple[bytes, int, tuple[bytes, ...], bytes]


def _mutate(claim: Claim, size: int, chance: random.Random) -> Claim:
    begin, first, proof, end = claim
    steps = list(proof)
    way = chance.randrange(8)
    if way == 0:
        begin = _flip(begin, chance)
    elif way == 1:
        end = _flip(end, chance)
    elif way == 2 and steps:
        at = chance.randrange(len(steps))
        steps[at] = _flip(steps[at], chance)
    elif way == 3 and steps:
        steps.pop(chance.randrange(len(steps)))
    elif way == 4:
        steps.insert(chance.randrange(len(steps) + 1), chance.choice([begin, end, *proof]))
    elif way == 5 and len(steps) > 1:
        chance.shuffle(steps)
    elif way == 6:
        first = chance.choice([first - 1, first + 1, first ^ 2, size - 1 - first, -first, first + 2**64])
    else:
        begin, end = end, begin
    return begin, first, tuple(steps), end


def _flip(value: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :]
