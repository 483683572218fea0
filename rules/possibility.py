"""Exact reasoning over unknown facts: what can still come out, which facts still matter, what to ask next.

The diagram of the law branches on classes of values and on tests that weigh several numbers. What is left of it under
the known facts is a diagram again, reduced and shared: a fact lies in it exactly when it can still change the result.
So the missing facts and the possible results are what lies below its root; the shortest and the longest path are the
questions left. Where open numbers are weighed together and a test is not free (`weighing`), a node divides a number
into the ranges that lead on differently.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from rules.conditions import Condition
from rules.diagram import LEAF, Diagram, Start, decimal, fraction
from rules.enforcement import ENFORCED
from rules.facts import FACTS, ITEMS, Facts, Kind, Value, can_stand_together, contradictions
from rules.law import Ordered
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, REQUIRED, SUBJECT
from rules.provisions.part_744 import RED_FLAG_28
from rules.questions import QUESTIONS
from rules.weighing import AT_MOST, Group, Stage, groups, own_facts, standing

__all__ = ["ASKING_ORDER", "AT_MOST", "Next", "Possibilities"]

ASKING_ORDER = tuple(question.fact for question in QUESTIONS)


class Next(NamedTuple):
    """The fact to ask for next (None if nothing can change the decision), and how many more it will take."""

    next: str | None
    at_least: int
    at_most: int

    def to_json(self) -> dict[str, object]:
        return self._asdict()


class _Law:
    """The diagram of the whole law and what is the same for every transaction."""

    def __init__(self) -> None:
        roots: list[Condition] = [RED_FLAG_28, *AUTHORIZATIONS.values()]
        for ordered in (DECISION, CLASSIFICATION, SUBJECT, REQUIRED, ENFORCED):
            roots += [condition for condition, _result in ordered.steps]
        self.diagram = diagram = Diagram(ASKING_ORDER, roots)
        self.groups = groups(diagram)
        self.own = {test.level: own_facts(diagram, test, diagram.weighing) for test in diagram.weighing}
        self.own_bits = {level: sum(diagram.bit[fact] for fact in facts) for level, facts in self.own.items()}
        # Before each level: the numbers weighed with others that have been asked for by then.
        weighed = {fact for group in self.groups for fact in group.facts}
        bits, self.before = 0, [0]
        for variable in diagram.variables:
            bits |= variable.bits if variable.weigh is None and variable.facts[0] in weighed else 0
            self.before.append(bits)
        self.spread: dict[tuple[int, Stage], int] = {}
        self._left: dict[int, int] = {}
        # The shortest and longest path from each node of the diagram, and the numbers asked for on the way to it.
        self.least: list[int] = []
        self.most: list[int] = []
        self.passed: list[int] = []
        self.left(diagram.ordered(DECISION))

    def left(self, root: int) -> int:
        """What is left of a node when nothing is known."""
        node = self._left.get(root)
        if node is None:
            with self.diagram.lock:
                node = self._left[root] = _Left(self, Facts(), shared=True).weighed(root)
                self._measure()
        return node

    def _measure(self) -> None:
        diagram = self.diagram
        for node in range(len(self.least), len(diagram.level)):
            level, below, kids = diagram.level[node], diagram.below[node], diagram.others[node]
            if level == LEAF:
                least = most = passed = 0
            else:
                passed = below & self.before[level]
                asked = self.before[level + 1]
                extra = [(self.passed[kid] & ~asked).bit_count() for kid in kids]
                shortest = [self.least[kid] + one for kid, one in zip(kids, extra, strict=True)]
                most = max(self.most[kid] + one for kid, one in zip(kids, extra, strict=True))
                least, most = self.path(level, self.own_bits.get(level, 0), shortest, most)
            self.least.append(least)
            self.most.append(most)
            self.passed.append(passed)

    def path(self, level: int, bits: int, shortest: list[int], longest: int) -> tuple[int, int]:
        """The shortest and longest path of a node from those of its kids; `bits` are a test's own facts, if it is one.

        A fact is one question. A test asks nothing itself: its numbers are counted on the way to it. If several are
        its own, one of them can be enough to fail it.
        """
        own = self.own_bits.get(level)
        if own is None:
            return 1 + min(shortest), 1 + longest
        spared = max((bits & own).bit_count() - 1, 0)
        return min(shortest[0], shortest[1] - spared), longest


@cache
def _law() -> _Law:
    return _Law()


class _Left:
    """What is left of the diagram under some known facts. Nodes that exist only there have negative numbers.

    Whatever is equal is one node, also with the shared ones: so what is left depends on a fact exactly when the fact
    lies below. That holds while the shared diagram stays as it is; when it has grown, everything is done anew.
    """

    def __init__(self, law: _Law, facts: Facts, *, shared: bool = False) -> None:
        self.law = law
        self.diagram = diagram = law.diagram
        self._shared = shared
        self.known = 0
        self._branches: dict[int, int] = {}
        self._looks: dict[int, int] = {}
        self.numbers: dict[str, Fraction] = {}
        self._open: frozenset[str] = facts.not_sure - facts.keys()
        self._not_sure = facts.not_sure
        for fact, value in facts.items():
            variable = diagram.of_fact[fact]
            self.known |= variable.bits
            self._branches[variable.level] = variable.branch(value)
            if law.before[-1] & variable.bits and isinstance(value, Decimal):
                self.numbers[fact] = fraction(value)
        for test in diagram.weighing:
            if test.bits & self.known:
                one = standing(diagram, test, self.numbers, self.numbers, law.own[test.level])
                if one.branch is None:
                    self._looks[test.level] = one.bits
                else:
                    self._branches[test.level] = one.branch
        # An unknown item is one that a known entry and activity can go with; the others count as the first of these.
        possible = [position for position, item in enumerate(ITEMS) if can_stand_together(item, facts)]
        self._items = [position if position in possible else possible[0] for position in range(len(ITEMS))]
        self._start()

    def _start(self) -> None:
        self._size = len(self.diagram.level)
        self._restricted: dict[int, int] = {}
        self._spread: dict[tuple[int, Stage], int] = {}
        self._unique: dict[tuple[object, ...], int] = {}
        self._level: list[int] = []
        self._kids: list[tuple[int, ...]] = []
        self._below: list[int] = []
        self._own: list[int] = []
        self._starts: dict[int, tuple[Start, ...]] = {}
        self._least: list[int] = []
        self._most: list[int] = []
        self._passed: list[int] = []

    # ---- nodes, shared or not

    def level(self, node: int) -> int:
        """The variable it branches on, LEAF for a result."""
        return self.diagram.level[node] if node >= 0 else self._level[~node]

    def kids(self, node: int) -> tuple[int, ...]:
        """The nodes it branches to."""
        return self.diagram.kids[node] if node >= 0 else self._kids[~node]

    def below(self, node: int) -> int:
        """What lies below it, as bits of `Diagram.below`."""
        return self.diagram.below[node] if node >= 0 else self._below[~node]

    def cells(self, node: int) -> list[tuple[Start | int, int]]:
        """Its branches, each with where its values start."""
        starts = self.diagram.starts.get(node) or self._starts.get(node)
        kids = self.kids(node)
        return list(
            zip(starts or self.diagram.variables[self.level(node)].starts or range(len(kids)), kids, strict=True)
        )

    def _make(self, level: int, kids: tuple[int, ...], looks: int = 0, starts: tuple[Start, ...] = ()) -> int:
        """The node that branches so; the shared one if there is one."""
        if kids.count(kids[0]) == len(kids):
            return kids[0]
        diagram = self.diagram
        if self._shared:
            return diagram.make(diagram.variables[level], kids, starts)
        key = (level, kids, looks or starts) if looks or starts else (level, kids)
        node = self._unique.get(key)
        if node is None:
            node = diagram.unique.get(key)
        if node is None:
            node = self._unique[key] = ~len(self._level)
            self._level.append(level)
            self._kids.append(kids)
            below = looks or diagram.variables[level].bits
            if level in diagram.test_bit:
                below |= diagram.test_bit[level]
                self._own.append(below)
            else:
                self._own.append(0)
            shared, own = diagram.below, self._below
            for kid in {*kids}:
                below |= shared[kid] if kid >= 0 else own[~kid]
            own.append(below)
            if starts:
                self._starts[node] = starts
        return node

    # ---- from the whole diagram to what is left of it

    def node(self, root: int) -> int:
        """What is left of a node of the shared diagram."""
        if not self._touches(self.diagram.below[root]):
            return self.law.left(root)
        while True:
            if self._size != len(self.diagram.level):
                self._start()
            node = self.weighed(self._restrict(root))
            if self._size == len(self.diagram.level):
                return node

    def _touches(self, below: int) -> bool:
        """Whether anything known bears on what lies below."""
        return bool(below & self.known) or self.diagram.level[0] != LEAF

    def _restrict(self, root: int) -> int:
        """The node with every known branch taken."""
        diagram, branches, known, done = self.diagram, self._branches, self.known, self._restricted
        levels, all_kids, others, below = diagram.level, diagram.kids, diagram.others, diagram.below
        if root not in done:
            reached = []
            waiting = [root]
            done[root] = root
            while waiting:
                node = waiting.pop()
                reached.append(node)
                branch = branches.get(levels[node])
                for kid in others[node] if branch is None else (all_kids[node][branch],):
                    if kid not in done:
                        done[kid] = kid
                        if below[kid] & known:
                            waiting.append(kid)
            reached.sort()  # a node is made after its kids
            left = done.__getitem__
            for node in reached:
                level = levels[node]
                branch = branches.get(level)
                if branch is not None:
                    done[node] = done[all_kids[node][branch]]
                elif level == 0:
                    done[node] = self._make(0, tuple([done[all_kids[node][one]] for one in self._items]))
                else:
                    done[node] = self._make(level, tuple(map(left, all_kids[node])), self._looks.get(level, 0))
        return done[root]

    def weighed(self, node: int) -> int:
        """The node with numbers divided into ranges where tests of several are not free."""
        for group in self.law.groups:
            below = self.below(node) & group.bits
            if below:
                stage = self._stage(group, below)
                if stage.cells or stage.settled:
                    node = self._spread_out(node, stage)
        return node

    def _stage(self, group: Group, below: int) -> Stage:
        known = tuple([(fact, self.numbers[fact]) for fact in group.facts if fact in self.numbers])
        return group.stage(below, known, self._open & frozenset(group.facts))

    def _spread_out(self, root: int, first: Stage) -> int:
        done, shared = self._spread, self.law.spread

        def spread(node: int, stage: Stage) -> int:
            below = self.below(node)
            if not below & (stage.waiting | stage.settled):
                return node
            key = (node, stage)
            found = done.get(key)
            if found is None:
                found = shared.get(key)
            if found is None:
                level, kids = self.level(node), self.kids(node)
                if below & stage.waiting and stage.level <= level:
                    found = self._ranges(
                        stage.level,
                        [
                            (start, spread(kids[branch] if stage.level == level else node, after))
                            for start, branch, after in stage.cells
                        ],
                    )
                elif level in stage.held:
                    found = spread(kids[stage.held[level]], stage)
                else:
                    left = tuple([spread(kid, stage) for kid in kids])
                    looks = stage.free.get(level, 0) or (self._own[~node] & self.diagram.fact_bits if node < 0 else 0)
                    found = self._make(level, left, looks, self._starts.get(node, ()))
                (shared if self._shared else done)[key] = found
            return found

        return spread(root, first)

    def _ranges(self, level: int, cells: list[tuple[Start, int]]) -> int:
        """The node that divides a number so: by its classes if these are enough."""
        merged = cells[:1]
        for cell in cells[1:]:
            if cell[1] != merged[-1][1]:
                merged.append(cell)
        classes = self.diagram.variables[level].starts
        if all([start in classes for start, _kid in merged]):
            begins = dict(merged)
            kids, kid = [], merged[0][1]
            for start in classes:
                kid = begins.get(start, kid)
                kids.append(kid)
            return self._make(level, tuple(kids))
        return self._make(
            level, tuple([kid for _start, kid in merged]), starts=tuple([start for start, _kid in merged])
        )

    # ---- questions left

    def questions(self, node: int) -> tuple[int, int]:
        """At least and at most how many questions it takes from a node that is the root of what is left."""
        self._measure()
        least, most, passed = self._path(node)
        return least + passed.bit_count(), most + passed.bit_count()

    def path(self, node: int) -> tuple[int, int, int]:
        """Its shortest and longest path, and the numbers asked for before its own level that count below."""
        if node >= 0:
            law = self.law
            return law.least[node], law.most[node], law.passed[node]
        return self._least[~node], self._most[~node], self._passed[~node]
