"""Everything the law consists of, those parts included that no outcome depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rules.conditions import Condition
from rules.enforcement import ENFORCED
from rules.law import Provision, walk
from rules.provisions import conclusion


def _enforced() -> Iterator[Condition]:
    for condition, _required in ENFORCED.steps:
        yield from walk(condition)


PROVISIONS: Mapping[str, Provision] = MappingProxyType(
    {
        **conclusion.PROVISIONS,
        **{node.id: node for node in _enforced() if isinstance(node, Provision)},
    }
)
"""Every provision by its id: those that an outcome depends on, then those of the second answer."""


def own(condition: Condition) -> Iterator[Condition]:
    """The nodes of a tree, without what is inside the provisions it relies on; those come as one node each."""
    seen: set[Condition] = set()
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        yield node
        if node is condition or not isinstance(node, Provision):
            waiting.extend(reversed(node.parts))
