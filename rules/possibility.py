"""Exact reasoning over unknown facts: what can still come out, which facts still matter, what to ask next.

The possible results and the missing facts are what lies below the root of what is left of the law's diagram under the
known facts (`left`); what to ask next, and how many questions there are, is said by the plan at that root (`plans`).
"""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from rules.conditions import Condition
from rules.diagram import Diagram, decimal
from rules.enforcement import ENFORCED
from rules.facts import Facts, Value, contradictions
from rules.law import Ordered
from rules.left import Left, Whole, possible_items
from rules.plans import Plans
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, REQUIRED, SUBJECT
from rules.provisions.part_744 import RED_FLAG_28
from rules.questions import QUESTIONS
from rules.weighing import AT_MOST

__all__ = ["ASKING_ORDER", "AT_MOST", "Next", "Possibilities"]

ASKING_ORDER = tuple(question.fact for question in QUESTIONS)


class Next(NamedTuple):
    """The fact to ask for next (None if nothing can change the decision), and how many more it will take."""

    next: str | None
    at_least: int
    at_most: int

    def to_json(self) -> dict[str, object]:
        return self._asdict()


@cache
def _law() -> tuple[Whole, Plans]:
    """The law compiled, and the plans where nothing is known."""
    roots: list[Condition] = [RED_FLAG_28, *AUTHORIZATIONS.values()]
    for ordered in (DECISION, CLASSIFICATION, SUBJECT, REQUIRED, ENFORCED):
        roots += [condition for condition, _result in ordered.steps]
    diagram = Diagram(ASKING_ORDER, roots, joined=True)
    root = diagram.ordered(DECISION)
    whole = Whole(diagram, root)
    plans = Plans(whole.open)
    plans.reached(whole.left(root))
    return whole, plans


class Possibilities:
    """Everything that can still be under some known facts."""

    def __init__(self, facts: Facts) -> None:
        self._whole, self._plans = _law()
        self._facts = facts
        self._left = Left(self._whole, facts)

    def _root(self, result: Ordered[Any] | Condition, alternative: str | None = None) -> int:
        diagram = self._whole.diagram
        if isinstance(result, Condition):
            return diagram.condition(result, alternative)
        return diagram.ordered(result, alternative)

    def results(
        self, result: Ordered[Any] | Condition, alternative: str | None = None
    ) -> frozenset[Hashable]:
        """Every result that some way of filling in the unknown facts gives, and no other.

        With the id of an interpretation, under its alternative reading.
        """
        return self._left.results(self._root(result, alternative))

    def missing(
        self, result: Ordered[Any] | Condition = DECISION, alternative: str | None = None
    ) -> tuple[str, ...]:
        """Every unknown fact that changes a result under some way of filling in the others, in asking order.

        With the id of an interpretation, under its alternative reading.
        """
        below = self._left.below(self._left.node(self._root(result, alternative)))
        return tuple(fact for fact in ASKING_ORDER if below & self._whole.diagram.bit[fact])

    def branches(self) -> tuple[str | None, list[tuple[Value, frozenset[Hashable]]]]:
        """The first fact that matters, with a value of each sort and the decisions that remain possible with it."""
        missing = self.missing()
        if not missing:
            return None, []
        fact, group = missing[0], self._whole.group.get(missing[0])
        values: tuple[Any, ...] = self._whole.diagram.of_fact[fact].values
        if group is not None:
            values = group.values(fact, self._left.jointly)
        found = []
        for sample in values:
            value = decimal(sample) if isinstance(sample, Fraction) else sample
            facts = self._facts if value is None else {**self._facts, fact: value}
            if value is not None and not contradictions(facts) and possible_items(facts):
                found.append((value, Possibilities(Facts(facts)).results(DECISION)))
        return fact, found

    def next(self) -> Next:
        """What to ask next. A fact someone was not sure of is left open, and its branches are merged."""
        whole, left = self._whole, self._left
        root = whole.diagram.ordered(DECISION)
        not_sure = sum(whole.diagram.bit[fact] for fact in self._facts.not_sure)
        if not_sure & whole.weighed & left.below(left.node(root)):
            left = Left(whole, self._facts, spelled=self._facts.not_sure)
        node = left.node(root)
        facts = left.below(node) & whole.diagram.fact_bits
        if not facts & not_sure:
            first = (facts & -facts).bit_length() - 1
            return Next(ASKING_ORDER[first], *left.questions(node)) if facts else Next(None, 0, 0)
        plan = Plans(left, not_sure, self._plans).reached(node)
        if not plan.kids:
            return Next(None, 0, 0)
        return Next(whole.diagram.variables[plan.level].facts[0], *plan.questions())
