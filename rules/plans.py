"""Plans of questions: what may still be asked, in asking order, and how many questions that can be.

A plan is read off what is left of the diagram. It looks only at which questions follow which answers, not at results.
A fact that someone was not sure of is not asked: the plans of its branches are united, since whatever matters in one of
them has to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.diagram import LEAF, Start
from rules.left import Left


class Plan:
    """A fact to ask for, and the plan after each sort of answer; a single one if all answers lead on alike."""

    __slots__ = ("at_least", "at_most", "kids", "level", "starts")

    def __init__(self, level: int, kids: tuple[Plan, ...], starts: tuple[Start, ...]) -> None:
        self.level = level
        self.kids = kids
        self.starts = starts
        self.at_least: int = 1 + min([kid.at_least for kid in kids]) if kids else 0
        self.at_most: int = 1 + max([kid.at_most for kid in kids]) if kids else 0

    def after(self, start: Start) -> Plan:
        """The plan after an answer from `start` on."""
        return [kid for begin, kid in zip(self.starts, self.kids, strict=True) if begin <= start][-1]


END = Plan(LEAF, (), ())
"""Nothing to ask."""


class Plans:
    """The plans at the nodes of what is left. Equal plans are one object, also those of `shared` nodes."""

    def __init__(self, left: Left, not_sure: int = 0, shared: Plans | None = None) -> None:
        self._left = left
        self._whole = left.whole
        self._not_sure = not_sure
        self._shared = shared
        self._at: dict[int, Plan] = {}
        self._equal: dict[tuple[object, ...], Plan] = {}
        self._united: dict[tuple[Plan, Plan], Plan] = {}

    def reached(self, node: int, level: int = -1) -> Plan:
        """The plan at a node reached from `level`: numbers that are only weighed further down are asked on the way."""
        left, whole = self._left, self._whole
        plan = self.at(node)
        asked = (
            left.below(node) & whole.asked_before[left.level(node)] & ~whole.asked_before[level + 1]
            if plan.kids
            else 0
        ) & ~self._not_sure
        while asked:
            position = asked.bit_length() - 1
            asked -= 1 << position
            plan = self._ask(whole.diagram.of_fact[whole.diagram.order[position]].level, (plan,), ())
        return plan

    def at(self, node: int) -> Plan:
        """The plan at a node, when the numbers that stand before it have been asked for."""
        found = self._at.get(node)
        if found is None:
            if self._shared is not None and node >= 0 and not self._left.below(node) & self._not_sure:
                found = self._shared.of_shared(node)
            else:
                found = self._plan(node)
            self._at[node] = found
        return found

    def of_shared(self, node: int) -> Plan:
        """The plan at a node of the shared diagram, nothing known of the facts it looks at."""
        found = self._at.get(node)
        if found is None:
            with self._whole.diagram.lock:
                found = self.at(node)
        return found

    def _plan(self, node: int) -> Plan:
        left = self._left
        level = left.level(node)
        if level == LEAF:
            return END
        ways = {kid: self.reached(kid, level) for kid in left.others(node)}
        kids = tuple([ways[kid] for kid in left.kids(node)])
        variable = self._whole.diagram.variables[level]
        if not variable.joint:
            return (
                self._unite(kids)
                if left.looks(node) & self._not_sure
                else self._ask(level, kids, left.starts(node))
            )
        # The last of the test's own numbers settles it; an earlier one can be enough to fail it.
        plan = kids[0]
        for own in self._whole.own_variables[level]:
            if left.looks(node) & own.bits & self._not_sure:
                plan = self._unite((plan, kids[1]))
            elif left.looks(node) & own.bits:
                plan = self._ask(own.level, (plan, kids[1]), ())
        return plan

    def _ask(self, level: int, kids: tuple[Plan, ...], starts: tuple[Start, ...]) -> Plan:
        if kids.count(kids[0]) == len(kids):
            kids, starts = kids[:1], ()
        key = (level, kids, starts)
        found = self._shared._equal.get(key) if self._shared is not None else None
        return found or self._equal.get(key) or self._equal.setdefault(key, Plan(level, kids, starts))

    def _unite(self, plans: Iterable[Plan]) -> Plan:
        united = END
        for plan in dict.fromkeys(plans):
            united = self._union(united, plan)
        return united

    def _union(self, one: Plan, other: Plan) -> Plan:
        """The plan that asks whatever either asks."""
        if one is other or other is END:
            return one
        if one is END:
            return other
        if one.level > other.level or (one.level == other.level and len(one.kids) == 1):
            one, other = other, one
        found = self._united.get((one, other))
        if found is None:
            starts = one.starts
            if one.level < other.level:
                pairs = [(kid, other) for kid in one.kids]
            elif len(other.kids) == 1:
                pairs = [(kid, other.kids[0]) for kid in one.kids]
            elif starts == other.starts:
                pairs = list(zip(one.kids, other.kids, strict=True))
            else:
                starts = tuple(sorted({*starts, *other.starts}))
                pairs = [(one.after(start), other.after(start)) for start in starts]
            united = {pair: self._union(*pair) for pair in dict.fromkeys(pairs)}
            kids = tuple([united[pair] for pair in pairs])
            found = self._united[one, other] = self._ask(one.level, kids, starts)
        return found
