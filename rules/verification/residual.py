"""The law's trees worked out one fact at a time, without the diagram: the verifier's second opinion on it.

A tree is written as a formula over the diagram's variables: an atom says that one variable takes one of some branches,
and what each branch means is asked of the test itself, with a value of that branch. Giving a variable a branch leaves a
smaller formula. Only the simplest laws of logic are used (true and false, sets of branches of one variable, sameness),
so that what is left after every variable has its branch is what plain evaluation of the trees gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from rules.conditions import AllOf, AnyOf, ByPeriod, Condition, InGroup, Known, Not, Test, Weigh
from rules.diagram import LEAF, Diagram, Periods, Variable, decimal, periods
from rules.facts import WEIGHTS, Value
from rules.law import Clause, Interpretation, Ordered, Provision
from rules.truth import TRUE, UNKNOWN

NO, YES = 0, 1
Steps = tuple[tuple[int, Any], ...]
"""What is left of results in order: formulas with their results; the last one's formula is `YES`."""


class Formulas:
    """Formulas as numbers, equal ones the same. `level` is the first variable that one looks at, LEAF for none."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.level = [LEAF, LEAF]
        self._what: list[tuple[Any, ...]] = [(), ()]
        self._known: dict[tuple[Any, ...], int] = {}
        self._given: dict[tuple[int, int, int], int] = {}
        self._trees: dict[tuple[int, str | None, bool], int] = {}
        self._keep: list[Condition] = []

    # ---- making

    def _new(self, what: tuple[Any, ...], level: int) -> int:
        formula = self._known.get(what)
        if formula is None:
            formula = self._known[what] = len(self.level)
            self.level.append(level)
            self._what.append(what)
        return formula

    def atom(self, level: int, branches: frozenset[int]) -> int:
        """The variable takes one of the branches."""
        if not branches:
            return NO
        if len(branches) == self.diagram.variables[level].arity:
            return YES
        return self._new(("is", level, branches), level)

    def join(self, kind: str, parts: Iterable[int]) -> int:
        """Every part (`all`) or some part (`any`)."""
        neutral, final = (YES, NO) if kind == "all" else (NO, YES)
        atoms: dict[int, frozenset[int]] = {}
        others: set[int] = set()
        waiting = list(parts)
        while waiting:
            part = waiting.pop()
            if part == final:
                return final
            if part == neutral:
                continue
            what = self._what[part]
            if what[0] == kind:
                waiting.extend(what[1])
            elif what[0] == "is":
                level, branches = what[1], what[2]
                if level in atoms:
                    branches = atoms[level] & branches if kind == "all" else atoms[level] | branches
                atoms[level] = branches
            else:
                others.add(part)
        for level, branches in atoms.items():
            part = self.atom(level, branches)
            if part == final:
                return final
            others.add(part)
        if len(others) < 2:
            return others.pop() if others else neutral
        ordered = tuple(sorted(others))
        return self._new((kind, ordered), min(self.level[part] for part in ordered))

    # ---- from trees

    def tree(self, condition: Condition, alternative: str | None = None, negated: bool = False) -> int:
        """A condition, or its opposite, under one alternative reading if its id is given."""
        key = (id(condition), alternative, negated)
        formula = self._trees.get(key)
        if formula is None:
            formula = self._trees[key] = self._tree(condition, alternative, negated)
            self._keep.append(condition)
        return formula

    def _tree(self, condition: Condition, alternative: str | None, negated: bool) -> int:
        both, one = ("any", "all") if negated else ("all", "any")
        match condition:
            case ByPeriod() if self.diagram.joined:
                return self._limited(periods(condition), negated)
            case AllOf(children):
                return self.join(both, [self.tree(child, alternative, negated) for child in children])
            case AnyOf(children):
                return self.join(one, [self.tree(child, alternative, negated) for child in children])
            case Not(child):
                return self.tree(child, alternative, not negated)
            case Clause():
                return self.tree(condition.condition, alternative, negated)
            case Interpretation():
                return self.tree(condition.reading(alternative), alternative, negated)
            case Provision():
                return self._by_day(
                    (
                        self.tree(version.condition, alternative, negated)
                        if (version := condition.version(day))
                        else (YES if negated else NO)
                    )
                    for day in self.diagram.days
                )
            case InGroup():
                place = self.diagram.of_fact[condition.fact]
                return self._by_day(
                    self._passing(condition, place, {"date": day}, negated) for day in self.diagram.days
                )
            case Weigh() if len(condition.facts) > 1:
                return self.atom(
                    joint_variable(self.diagram, condition).level, frozenset({1 if negated else 0})
                )
            case Test():
                return self._passing(condition, self.diagram.of_fact[condition.facts[0]], {}, negated)
        raise TypeError(f"no formula for {type(condition).__name__}")

    def _limited(self, by_period: Periods, negated: bool) -> int:
        """A limit that goes by period as one test, on the days on which there is one."""
        level = next(one.level for one in self.diagram.joint if one.periods == by_period)
        test = self.atom(level, frozenset({1 if negated else 0}))
        constant = {True: NO if negated else YES, False: YES if negated else NO}
        return self._by_day(
            test if by_period.open(day) else constant[by_period.holds(day, 0)] for day in self.diagram.days
        )

    def _by_day(self, formulas: Iterable[int]) -> int:
        days: dict[int, set[int]] = {}
        for branch, formula in enumerate(formulas):
            days.setdefault(formula, set()).add(branch)
        level = self.diagram.of_fact["date"].level
        return self.join(
            "any",
            [
                self.join("all", [self.atom(level, frozenset(branches)), formula])
                for formula, branches in days.items()
            ],
        )

    def _passing(self, test: Test, variable: Variable, known: Mapping[str, Value], negated: bool) -> int:
        """The branches of a fact whose values pass a test, by plain evaluation with a value of each."""
        passing = set()
        for branch, value in enumerate(variable.values):
            facts = {**known, **given(variable.facts[0], value)}
            found = test.value(Known(facts))
            assert found is not UNKNOWN, (test, facts)
            if (found is TRUE) is not negated:
                passing.add(branch)
        return self.atom(variable.level, frozenset(passing))

    # ---- one variable at a time

    def given(self, formula: int, level: int, branch: int) -> int:
        """What is left of a formula once a variable takes a branch; it looks at no variable before that one."""
        if self.level[formula] > level:
            return formula
        key = (formula, level, branch)
        left = self._given.get(key)
        if left is None:
            what = self._what[formula]
            if what[0] == "is":
                left = YES if branch in what[2] else NO
            else:
                left = self.join(what[0], [self.given(part, level, branch) for part in what[1]])
            self._given[key] = left
        return left

    def steps(self, ordered: Ordered[Any], alternative: str | None = None) -> Steps:
        """An ordered result as formulas."""
        return self.settle(
            [
                *((self.tree(condition, alternative), result) for condition, result in ordered.steps),
                (YES, ordered.otherwise),
            ]
        )

    def settle(self, steps: Iterable[tuple[int, Any]]) -> Steps:
        """The steps that still count: none that cannot hold, none after one that does, no result twice in a row."""
        kept: list[tuple[int, Any]] = []
        for formula, result in steps:
            if formula == NO:
                continue
            if kept and kept[-1][1] == result:
                kept[-1] = (self.join("any", [kept[-1][0], formula]), result)
            else:
                kept.append((formula, result))
            if kept[-1][0] == YES:
                break
        return tuple(kept)

    def steps_given(self, steps: Steps, level: int, branch: int) -> Steps:
        """What is left of steps once a variable takes a branch."""
        return self.settle([(self.given(formula, level, branch), result) for formula, result in steps])

    def first(self, steps: Steps) -> int:
        """The first variable that the steps look at."""
        return min(self.level[formula] for formula, _result in steps)


def joint_variable(diagram: Diagram, test: Weigh) -> Variable:
    """The diagram's variable for a test that weighs several numbers."""

    def same(other: Weigh) -> bool:
        return set(other.terms) == set(test.terms) and (other.limit, other.strict) == (
            test.limit,
            test.strict,
        )

    return next(one for one in diagram.variables if one.weigh is not None and same(one.weigh))


def given(fact: str, value: Value | Fraction | None) -> dict[str, Value]:
    """A fact with a value; where there is none, an item that has no entry."""
    if value is None:
        return {"item": WEIGHTS}
    return {fact: decimal(value) if isinstance(value, Fraction) else value}
