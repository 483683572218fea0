"""The whole space of transactions: the diagram against the trees, branch by branch, and how many combinations.

A state is a node of the diagram together with what is left of the trees (`residual`) under the same answers. From the
first question on every branch of every variable is taken, so every combination of classes passes through some state; a
combination ends where the diagram has a leaf and the trees have one result left, and the two must be the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from rules.diagram import LEAF, Diagram
from rules.facts import DEEMED, ENTRIES, HARDWARE, ITEMS
from rules.law import Ordered
from rules.verification.residual import Formulas, Steps


@dataclass(frozen=True)
class Covered:
    """How many combinations lead to each result, in how many states, and where diagram and trees differ."""

    combinations: Counter[Any]
    states: int
    faults: tuple[str, ...]


class Space:
    """The combinations of classes: for every item the branches of each variable that a transaction can take."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.item = diagram.of_fact["item"].level
        assert self.item == 0, "the item is asked first, since entry and activity depend on it"
        self.branches = [
            [self._allowed(item, level) for level in range(len(diagram.variables))] for item in ITEMS
        ]
        self.below = [
            [prod(len(one) for one in row[level:]) for level in range(len(row) + 1)] for row in self.branches
        ]

    @property
    def size(self) -> int:
        """How many combinations there are."""
        return sum(row[1] for row in self.below)

    def _allowed(self, item: str, level: int) -> Sequence[int]:
        variable = self.diagram.variables[level]
        values = tuple(enumerate(variable.values)) if not variable.joint else ()
        if variable.facts == ("activity",) and item in HARDWARE:
            return [branch for branch, value in values if value not in DEEMED]
        if variable.facts == ("entry",):
            return [branch for branch, value in values if value in ENTRIES.get(item, (None,))]
        return range(variable.arity)

    def kid(self, node: int, level: int, branch: int) -> int:
        """Where a branch of a variable leads from a node, which may not look at it."""
        return self.diagram.kids[node][branch] if self.diagram.level[node] == level else node

    def covered(self, ordered: Ordered[Any], formulas: Formulas, alternative: str | None = None) -> Covered:
        """Takes every branch of the diagram of a result and of its trees at once."""
        root = self.diagram.ordered(ordered, alternative)
        steps = formulas.steps(ordered, alternative)
        total: Counter[Any] = Counter()
        states, faults = 0, []
        for number in range(len(ITEMS)):
            walk = _Walk(self, formulas, number)
            start = self.kid(root, self.item, number), formulas.steps_given(steps, self.item, number)
            for result, count in walk.count(*start).items():
                total[result] += count * walk.scale(self.item, *start)
            states += walk.states
            faults += walk.faults
        return Covered(total, states, tuple(faults))


class _Walk:
    """The states of one item."""

    def __init__(self, space: Space, formulas: Formulas, item: int) -> None:
        self.space = space
        self.formulas = formulas
        self.item = item
        self.faults: list[str] = []
        self._found: dict[tuple[int, Steps], Counter[Any]] = {}

    @property
    def states(self) -> int:
        return len(self._found)

    def level(self, node: int, steps: Steps) -> int:
        """The first variable that diagram or trees look at."""
        return min(self.space.diagram.level[node], self.formulas.first(steps))

    def scale(self, after: int, node: int, steps: Steps) -> int:
        """How many combinations of the variables that neither looks at lie between a variable and the next one."""
        below = self.space.below[self.item]
        level = self.level(node, steps)
        return below[after + 1] // (below[level] if level != LEAF else 1)

    def count(self, node: int, steps: Steps) -> Counter[Any]:
        """The combinations from a state on, by the result that the trees give."""
        found = self._found.get((node, steps))
        if found is not None:
            return found
        found = Counter()
        level = self.level(node, steps)
        if level == LEAF:
            given, wanted = self.space.diagram.leaf[node], steps[0][1]
            found[wanted] = 1
            if given != wanted:
                self.faults.append(f"{ITEMS[self.item]}: the diagram says {given}, the trees say {wanted}")
        else:
            for branch in self.space.branches[self.item][level]:
                kid = self.space.kid(node, level, branch)
                left = self.formulas.steps_given(steps, level, branch)
                scale = self.scale(level, kid, left)
                for result, count in self.count(kid, left).items():
                    found[result] += count * scale
        self._found[node, steps] = found
        return found


def paths(diagram: Diagram, node: int) -> int:
    """How many paths lead from a node to a leaf."""
    counts: dict[int, int] = {}

    def count(one: int) -> int:
        if not diagram.kids[one]:
            return 1
        if one not in counts:
            counts[one] = sum(count(kid) for kid in diagram.kids[one])
        return counts[one]

    return count(node)
