"""What is left of the law under some known facts: its diagram restricted to them, reduced and shared again.

A fact lies in what is left exactly when it can still change the result. Where open numbers are weighed together and a
test is not free (`weighing`), a node divides a number into the ranges that lead on differently.
"""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import compress
from typing import Any

from rules.diagram import LEAF, Diagram, Number, Start, fraction, plain
from rules.facts import ITEMS, Facts, Value, can_stand_together
from rules.weighing import AT_MOST, NOTHING, STILL_OPEN, Group, Known, Stage, groups, own_facts, standing

Span = tuple[int, int, int]
"""At least and at most how many questions there are at a node, and the numbers before it.

The numbers before it are those below, as bits, that stand before the node in asking order, because only tests look at
them: they are asked for on the way to the node and not counted there.
"""


class Whole:
    """The diagram of the whole law and what is the same for every transaction.

    Attributes:
        own: of each test that weighs numbers, by level: those that make no difference elsewhere.
        weighed: the numbers that are weighed with others, as bits.
        asked_before: before each level, the numbers asked for by then that are not one test's own, as bits.
        bits: what the variable of each level adds to what lies below its nodes.
        spans: of all nodes of the diagram.
    """

    def __init__(self, diagram: Diagram, root: int) -> None:
        self.diagram = diagram
        self.groups = groups(diagram)
        self.group = {fact: group for group in self.groups for fact in group.facts}
        tests = [test for test in diagram.joint if diagram.below[root] & diagram.test_bit[test.level]]
        self.own = {test.level: own_facts(diagram, test, tests) for test in diagram.joint}
        self.own_variables = {
            level: [diagram.of_fact[fact] for fact in reversed(diagram.order) if fact in own]
            for level, own in self.own.items()
        }
        self.weighed = sum(diagram.bit[fact] for fact in self.group)
        self.bound = sum(diagram.bit[fact] for fact in AT_MOST)
        alone = sum(diagram.bit[fact] for test in tests for fact in self.own[test.level])
        self.asked_before = [0]
        for variable in diagram.variables:
            shared = variable.bits & self.weighed & ~alone
            self.asked_before.append(self.asked_before[-1] | shared)
        self.bits = [variable.bits | diagram.test_bit[variable.level] for variable in diagram.variables]
        self.spans: dict[int, Span] = {}
        self.spread: dict[Stage, dict[int, int]] = {}
        self._left: dict[int, int] = {}
        self.open = Left(self, Facts(), shared=True)

    def measure(self) -> None:
        """Extend `spans` to all nodes of the diagram."""
        diagram, spans = self.diagram, self.spans
        if range(len(spans), len(diagram.level)):
            with diagram.lock:
                new = range(len(spans), len(diagram.level))
                self.spans_of(new, diagram.level, diagram.others, diagram.below, {}, spans)

    def spans_of(
        self,
        places: Iterable[int],
        levels: Sequence[int],
        others: Sequence[Iterable[int]],
        below: Sequence[int],
        looked: Mapping[int, int],
        spans: dict[int, Span],
    ) -> None:
        """Add the spans of some nodes, each after its kids, by their place in the lists.

        A kid that is negative is `~place` in the same lists; any other is a node of the diagram.
        """
        shared, asked_before, owners = self.spans, self.asked_before, self.own_variables
        for place in places:
            level = levels[place]
            if level == LEAF:
                spans[place] = 0, 0, 0
                continue
            not_asked = ~asked_before[level + 1]
            least, most = [], []
            for kid in others[place]:
                at_least, at_most, ahead = shared[kid] if kid >= 0 else spans[~kid]
                if ahead:
                    between = (ahead & not_asked).bit_count()
                    at_least, at_most = at_least + between, at_most + between
                least.append(at_least)
                most.append(at_most)
            before = below[place] & asked_before[level]
            own = owners.get(level)
            if own is None:
                spans[place] = 1 + min(least), 1 + max(most), before
            else:
                # The last of the test's own numbers settles it; an earlier one can be enough to fail it.
                looks = looked.get(~place, 0) or self.bits[level]
                numbers = sum([1 for number in own if looks & number.bits])
                passed, failed = least
                spans[place] = min(numbers + passed, 1 + failed), numbers + max(most), before

    def left(self, root: int) -> int:
        """What is left of a node of the diagram when nothing is known."""
        node = self._left.get(root)
        if node is None:
            with self.diagram.lock:
                node = self._left[root] = self.open.weighed(root)
                self.measure()
        return node


def possible_items(known: Mapping[str, Value]) -> list[int]:
    """The items, by position, that a known entry and activity can go with."""
    return [position for position, item in enumerate(ITEMS) if can_stand_together(item, known)]


class Left:
    """What is left of the diagram under some known facts. Nodes that exist only there have negative numbers.

    Whatever is equal is one node, also with the shared ones: so what is left depends on a fact exactly when the fact
    lies below. That holds while the shared diagram stays as it is; when it has grown, everything is done anew.
    """

    def __init__(
        self, whole: Whole, facts: Facts, *, shared: bool = False, spelled: frozenset[str] = frozenset()
    ) -> None:
        self.whole = whole
        self.diagram = diagram = whole.diagram
        self._shared = shared
        self._spelled = spelled
        self._branches: list[int | None] = [None] * len(diagram.variables)
        numbers: dict[str, Number] = {}
        self._stages: dict[tuple[Group, int], Stage] = {}
        known = diagram.of_fact["item"].bits  # at least which items it can be
        for fact, value in facts.items():
            variable = diagram.of_fact[fact]
            known |= variable.bits
            self._branches[variable.level] = variable.branch(value)
            if isinstance(value, Decimal):
                numbers[fact] = plain(fraction(value))
        self.jointly = weighed = Known(
            numbers, day if isinstance(day := facts.get("date"), datetime.date) else None
        )
        self._looks = [0] * len(
            diagram.variables
        )  # the facts that a test still looks at if one of its is known
        for test in diagram.joint:
            if test.bits & known:
                branch, bits = standing(diagram, test, weighed, whole.own[test.level])
                if branch is None:
                    self._looks[test.level] = bits
                else:
                    self._branches[test.level] = branch
        # An unknown item is one that a known entry and activity can go with; the others count as the first of these.
        possible = possible_items(facts)
        self._items = [position if position in possible else possible[0] for position in range(len(ITEMS))]
        self._known = known
        self._touched = known | (whole.bound if known & whole.bound else 0)
        self._start()

    def _start(self) -> None:
        self._size = len(self.diagram.level)
        self.whole.measure()
        self._bits = self.whole.bits
        self._nodes: dict[int, int] = {}
        self._spread: dict[Stage, dict[int, int]] = {}
        self._unique: dict[tuple[object, ...], int] = {}
        self._keys: list[tuple[Any, ...]] = []  # as in `_unique`: the level, the kids, and what else there is
        self._others: list[Iterable[int]] = []  # the kids, each once
        self._below: list[int] = []
        self._looked: dict[int, int] = {}
        self._starts: dict[int, tuple[Start, ...]] = {}

    # ---- nodes, shared or not

    def level(self, node: int) -> int:
        """The variable it branches on, LEAF for a result."""
        return self.diagram.level[node] if node >= 0 else self._keys[~node][0]

    def kids(self, node: int) -> tuple[int, ...]:
        """The nodes it branches to."""
        kids: tuple[int, ...] = self.diagram.kids[node] if node >= 0 else self._keys[~node][1]
        return kids

    def others(self, node: int) -> Iterable[int]:
        """The nodes it branches to, each once."""
        return self.diagram.others[node] if node >= 0 else self._others[~node]

    def below(self, node: int) -> int:
        """What lies below it, as bits of `Diagram.below`."""
        return self.diagram.below[node] if node >= 0 else self._below[~node]

    def questions(self, root: int) -> tuple[int, int]:
        """At least and at most how many questions there are at the root of what is left, if every fact is asked for."""
        whole = self.whole
        if root >= 0:
            at_least, at_most, ahead = whole.spans[root]
        else:
            spans, levels = dict[int, Span](), [key[0] for key in self._keys]
            whole.spans_of(self._reached(~root), levels, self._others, self._below, self._looked, spans)
            at_least, at_most, ahead = spans[~root]
        return at_least + ahead.bit_count(), at_most + ahead.bit_count()

    def _reached(self, place: int) -> Iterator[int]:
        """The places of the nodes of its own that are reached from one of them, each after its kids."""
        places = range(len(self._others))
        waits = bytearray(len(places))
        waits[place] = True
        for one in reversed(places):
            if waits[one]:
                for kid in self._others[one]:
                    if kid < 0:
                        waits[~kid] = True
        return compress(places, waits)

    def starts(self, node: int) -> tuple[Start, ...]:
        """Where its branches start, if it divides numbers or dates."""
        starts = self.diagram.starts.get(node) or self._starts.get(node)
        return starts or self.diagram.variables[self.level(node)].starts

    def looks(self, node: int) -> int:
        """The facts that the test at this node looks at, as bits."""
        return self._looked.get(node, 0) or self.diagram.variables[self.level(node)].bits

    def _make(self, level: int, kids: tuple[int, ...], looks: int = 0, starts: tuple[Start, ...] = ()) -> int:
        """The node that branches so; the shared one if there is one. `looks`: the facts that a test still looks at."""
        few = dict.fromkeys(kids)
        if len(few) == 1:
            return kids[0]
        diagram = self.diagram
        if self._shared:
            return diagram.make(diagram.variables[level], kids, starts)
        key = (level, kids, looks, starts) if looks or starts else (level, kids)
        return self._unique.get(key) or diagram.unique.get(key) or self._new(key, few)

    def _new(self, key: tuple[Any, ...], others: Iterable[int]) -> int:
        """A node of its own; `others` are its kids, each once, the first kid first."""
        node = self._unique[key] = ~len(self._keys)
        shared, own, below = self.diagram.below, self._below, self._bits[key[0]]
        if len(key) != 2:
            level, _kids, looks, starts = key
            if looks:
                self._looked[node] = looks
                below = looks | self.diagram.test_bit[level]
            if starts:
                self._starts[node] = starts
        for kid in others:
            below |= shared[kid] if kid >= 0 else own[~kid]
        own.append(below)
        self._keys.append(key)
        self._others.append(others)
        return node

    # ---- from the whole diagram to what is left of it

    def node(self, root: int) -> int:
        """What is left of a node of the shared diagram."""
        if not self._touched & self.diagram.below[root] and not self._spelled:
            return self.whole.left(root)
        while self._size != len(self.diagram.level) or root not in self._nodes:
            if self._size != len(self.diagram.level):
                self._start()
            self._nodes[root] = self.weighed(self._restrict(root))
        return self._nodes[root]

    def results(self, root: int) -> frozenset[Hashable]:
        """The results that a node of the shared diagram can still give: those at the ends of ways through it.

        Every way that the known facts leave open can be gone, if numbers are weighed on it stage by stage.
        """
        diagram = self.diagram
        if root in self._nodes or not self._touched & diagram.below[root]:
            return diagram.results(self.below(self.node(root)))
        below = self._on_the_ways(root)
        found = diagram.results(below)
        if len(found) > 1:
            stages = [
                self._stage(group, below & group.bits) for group in self.whole.groups if below & group.bits
            ]
            if stages := [stage for stage in stages if stage.cells or stage.settled]:
                return diagram.results(self._at_the_ends(root, tuple(stages), below & diagram.result_bits))
        return found

    def _on_the_ways(self, root: int) -> int:
        """What lies on the ways through a node that the known facts leave open, numbers not weighed."""
        diagram, branches, known = self.diagram, self._branches, self._known
        levels, all_kids, others, below = diagram.level, diagram.kids, diagram.others, diagram.below
        found, seen, waiting = 0, {root}, [root]
        while waiting:
            node = waiting.pop()
            level = levels[node]
            if level and not below[node] & known:
                found |= below[node]
                continue
            branch = branches[level]
            kids: Iterable[int]
            if branch is not None:
                kids = (all_kids[node][branch],)
            else:
                found |= self._bits[level]
                kids = others[node] if level else {all_kids[node][item] for item in self._items}
            for kid in kids:
                if kid not in seen:
                    seen.add(kid)
                    waiting.append(kid)
        return found

    def _at_the_ends(self, root: int, stages: tuple[Stage, ...], most: int) -> int:
        """The results at the ends of the ways that the known facts leave open, numbers weighed; `most` at the most."""
        diagram, branches, known = self.diagram, self._branches, self._known
        found, waiting = 0, [(root, stages)]
        seen = set(waiting)
        while waiting and found & most != most:
            node, stages = waiting.pop()
            level, below = diagram.level[node], diagram.below[node]
            if level and not stages and not below & known:
                found |= below
                continue
            kids = diagram.kids[node]
            first = min(stages, key=lambda stage: stage.level, default=NOTHING)
            held = next((stage.held[level] for stage in stages if level in stage.held), branches[level])
            ways: Iterable[tuple[int, tuple[Stage, ...]]]
            if first.level <= level and below & first.waiting:
                rest = tuple([stage for stage in stages if stage is not first])
                ways = [
                    (kids[cell] if first.level == level else node, (*rest, after))
                    for _start, cell, after in first.cells
                ]
            elif held is not None:
                ways = [(kids[held], stages)]
            else:
                ways = [
                    (kid, stages)
                    for kid in (diagram.others[node] if level else map(kids.__getitem__, self._items))
                ]
            for kid, after in ways:
                way = kid, tuple([one for one in after if diagram.below[kid] & (one.waiting | one.settled)])
                if way not in seen:
                    seen.add(way)
                    waiting.append(way)
        return found

    def _stage(self, group: Group, below: int) -> Stage:
        stage = self._stages.get((group, below))
        if stage is None:
            stage = self._stages[group, below] = group.stage(below, self.jointly, self._spelled)
        return stage

    def _restrict(self, root: int) -> int:
        """The node with every known branch taken."""
        diagram, branches, looks = self.diagram, self._branches, self._looks
        levels, all_kids, others = diagram.level, diagram.kids, diagram.others
        left: dict[int, int] = {}  # of every other node, it itself is left
        of, own, shared = left.get, self._unique.get, diagram.unique.get
        for node in reversed(self._ways(root)):
            level, kids = levels[node], all_kids[node]
            branch = branches[level]
            key: tuple[Any, ...]
            if branch is not None:
                left[node] = of(kids[branch], kids[branch])
            elif not level:  # the item
                left[node] = self._make(level, tuple([of(kids[item], kids[item]) for item in self._items]))
            elif len(kids) == 2:  # most nodes; like the others, only quicker
                one, two = kids
                one, two = both = of(one, one), of(two, two)
                if one == two:
                    left[node] = one
                else:
                    key = (level, both, looks[level], ()) if looks[level] else (level, both)
                    left[node] = own(key) or shared(key) or self._new(key, both)
            else:
                few = dict.fromkeys(map(of, others[node], others[node]))
                if len(few) == 1:
                    (left[node],) = few
                else:
                    key = (level, tuple(map(of, kids, kids)))
                    left[node] = own(key) or shared(key) or self._new(key, few)
        return of(root, root)

    def _ways(self, root: int) -> list[int]:
        """The nodes on the ways that the known facts leave open, while some are known below; each before its kids."""
        diagram, branches, known = self.diagram, self._branches, self._known
        levels, all_kids, others, below = diagram.level, diagram.kids, diagram.others, diagram.below
        found, waits, node = list[int](), bytearray(self._size), root
        while node != -1:
            if below[node] & known:
                found.append(node)
                level = levels[node]
                branch = branches[level]
                if branch is not None:
                    waits[all_kids[node][branch]] = True
                elif level:
                    for kid in others[node]:
                        waits[kid] = True
                else:
                    for item in self._items:
                        waits[all_kids[node][item]] = True
            node = waits.rfind(True, None, node)  # a node is made after its kids
        return found

    def weighed(self, node: int) -> int:
        """The node with numbers divided into ranges where tests of several are not free."""
        for group in self.whole.groups:
            below = self.below(node) & group.bits
            if below:
                stage = self._stage(group, below)
                if stage.cells or stage.settled:
                    node = self._spread_out(node, stage)
        return node

    def _spread_out(self, root: int, first: Stage) -> int:
        """The node with the values chosen that a stage, and each one after it, chooses."""
        shared, diagram = self.whole.spread, self.diagram
        levels, all_kids, others, shared_below = diagram.level, diagram.kids, diagram.others, diagram.below
        own_keys, own_others, own_below = self._keys, self._others, self._below

        def spread(node: int, stage: Stage, done: dict[int, int]) -> int:
            """What becomes of a node at a stage; `done` is what has become of others at it."""
            few: Iterable[int]
            if node >= 0:
                level, kids, few, below = levels[node], all_kids[node], others[node], shared_below[node]
            else:
                key = own_keys[~node]
                level, kids, few, below = key[0], key[1], own_others[~node], own_below[~node]
            if not below & (stage.waiting | stage.settled):
                found = node
            elif stage in shared and node in shared[stage]:
                found = shared[stage][node]
            elif stage.level < level and stage.otherwise is not None:
                found = begin(node, stage.otherwise)
            elif stage.level <= level and below & stage.waiting:
                cells = []
                for start, branch, after in stage.cells:
                    kid = kids[branch] if stage.level == level and branch != STILL_OPEN else node
                    cells.append((start, begin(kid, after)))
                found = self._ranges(stage.level, cells, stage.late)
            elif level in stage.held:
                kid = kids[stage.held[level]]
                found = done[kid] if kid in done else spread(kid, stage, done)
            else:
                for kid in few:
                    if kid not in done:
                        spread(kid, stage, done)
                left = tuple(map(done.__getitem__, kids))
                looks = stage.free.get(level, 0) or self._looked.get(node, 0)
                starts = self._starts.get(node) or diagram.starts.get(node, ())
                found = self._make(level, left, looks, starts)
            done[node] = found
            return found

        def begin(node: int, stage: Stage) -> int:
            done = (shared if self._shared else self._spread).setdefault(stage, {})
            return done[node] if node in done else spread(node, stage, done)

        return begin(root, first)

    def _ranges(self, level: int, cells: list[tuple[Start, int]], late: int) -> int:
        """The node that divides a number so: by its classes if these are enough. One chosen late stands elsewhere."""
        merged = cells[:1]
        for cell in cells[1:]:
            if cell[1] != merged[-1][1]:
                merged.append(cell)
        classes = self.diagram.variables[level].starts
        if not late and all(start in classes for start, _kid in merged):
            begins = dict(merged)
            kids, kid = [], merged[0][1]
            for start in classes:
                kid = begins.get(start, kid)
                kids.append(kid)
            return self._make(level, tuple(kids))
        return self._make(
            level, tuple([kid for _start, kid in merged]), late, tuple([start for start, _kid in merged])
        )
