"""Plans of questions: what may still be asked, in asking order, and how many questions that can be.

A plan is read off what is left of the diagram. It looks only at which questions follow which answers, not at results.
A fact that someone was not sure of is not asked: the plans of its branches are united, since whatever matters in one of
them has to be asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from rules.diagram import LEAF, Start
from rules.left import Left


class Plan:
    """A fact to ask for, and the plan after each sort of answer; a single one if all answers lead on alike."""

    __slots__ = ("_questions", "kids", "level", "starts")

    def __init__(self, level: int, kids: tuple[Plan, ...], starts: tuple[Start, ...]) -> None:
        self.level = level
        self.kids = kids
        self.starts = starts
        self._questions: tuple[int, int] | None = None if kids else (0, 0)

    def questions(self) -> tuple[int, int]:
        """At least and at most how many questions there are. Few plans are asked, so they are counted only then."""
        if self._questions is None:
            least, most = zip(*[kid.questions() for kid in dict.fromkeys(self.kids)], strict=True)
            self._questions = 1 + min(least), 1 + max(most)
        return self._questions

    def after(self, start: Start) -> Plan:
        """The plan after an answer from `start` on."""
        return self.kids[bisect_right(self.starts, start) - 1]


END = Plan(LEAF, (), ())
"""Nothing to ask."""


class Plans:
    """The plans at the nodes of what is left. Equal plans are one object, also those of `shared` nodes."""

    def __init__(self, left: Left, not_sure: int = 0, shared: Plans | None = None) -> None:
        self._left = left
        self._whole = left.whole
        self._not_sure = not_sure
        self._shared = shared
        self._at: dict[int, tuple[Plan, int]] = {}
        self._equal: dict[tuple[object, ...], Plan] = dict(shared._equal) if shared is not None else {}
        self._united: dict[frozenset[Plan], Plan] = {}

    def reached(self, node: int, level: int = -1) -> Plan:
        """The plan at a node reached from `level`: numbers that are only weighed further down are asked on the way."""
        whole = self._whole
        plan, before = self._at.get(node) or self.at(node)
        asked = before & ~whole.asked_before[level + 1]
        while asked:
            position = asked.bit_length() - 1
            asked -= 1 << position
            plan = self._ask(whole.diagram.of_fact[whole.diagram.order[position]].level, (plan,), ())
        return plan

    def at(self, node: int) -> tuple[Plan, int]:
        """The plan at a node when the numbers that stand before it have been asked for, and these numbers, as bits."""
        found = self._at.get(node)
        if found is None:
            left = self._left
            if self._shared is not None and node >= 0 and not left.below(node) & self._not_sure:
                found = self._shared.of_shared(node)
            else:
                plan = self._plan(node)
                before = 0
                if left.kids(node):
                    before = left.below(node) & self._whole.asked_before[left.level(node)] & ~self._not_sure
                found = plan, before
            self._at[node] = found
        return found

    def of_shared(self, node: int) -> tuple[Plan, int]:
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
        # A test that is divided by a number which nobody is sure of splits like a number, and is not settled by
        # numbers of its own.
        if not variable.joint or left.starts(node):
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
        found = self._equal.get(key)
        if found is None:
            found = self._equal[key] = Plan(level, kids, starts)
        return found

    def _unite(self, plans: Iterable[Plan]) -> Plan:
        """The plan that asks whatever one of them asks."""
        together = frozenset(plans) - {END}
        if len(together) < 2:
            return next(iter(together), END)
        found = self._united.get(together)
        if found is None:
            level = min([plan.level for plan in together])
            asking = [plan for plan in together if plan.level == level]
            splitting = [plan for plan in asking if len(plan.kids) > 1]
            anyhow = [plan for plan in together if plan.level > level]
            anyhow += [plan.kids[0] for plan in asking if len(plan.kids) == 1]
            divided = {plan.starts for plan in splitting}
            starts: tuple[Start, ...] = ()
            ways: list[tuple[Plan, ...]] = [()]
            if len(divided) == 1:
                (starts,) = divided
                ways = list(zip(*[plan.kids for plan in splitting], strict=True))
            elif divided:
                starts = tuple(sorted({start for each in divided for start in each}))
                ways = [tuple([plan.after(start) for plan in splitting]) for start in starts]
            after = {way: self._unite((*anyhow, *way)) for way in dict.fromkeys(ways)}
            found = self._united[together] = self._ask(level, tuple([after[way] for way in ways]), starts)
        return found
