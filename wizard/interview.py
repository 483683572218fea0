"""From a case's answers to the facts the law asks for, and to the question that comes next.

Nothing here knows the law. An interview is a walk: starting from no answer at all, the law says which fact
it needs next, the case's answer to it is handed over, and so on. Answers the walk never comes to are set
aside: kept, shown as such, and taken up again as soon as the law asks for them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import rules
from rules import facts
from rules.facts import NOT_SURE, Facts, InvalidTransaction
from wizard.models import Answer

Pairs = tuple[tuple[str, Answer], ...]


@dataclass(frozen=True)
class Interview:
    """Where a case's interview stands.

    `asked` are the answered facts that the law asks for, in asking order; `facts` are these alone. `next`
    is the fact to ask for now, None when nothing open can change the decision. `refused` says why a stored
    answer to `next` no longer fits the answers before it.
    """

    answers: Mapping[str, Answer]
    asked: tuple[str, ...]
    facts: Facts
    next: str | None
    at_least: int
    at_most: int
    refused: str = ""

    @property
    def set_aside(self) -> tuple[str, ...]:
        """Answered facts that the law does not ask for under the other answers, in the order of the
        contract."""
        relied_on = {*self.asked, self.next if self.refused else None}
        return tuple(name for name in facts.FACTS if name in self.answers and name not in relied_on)

    @property
    def not_sure(self) -> tuple[str, ...]:
        """Facts the law asks for and nobody has settled yet, in asking order."""
        return tuple(name for name in self.asked if self.answers[name] == NOT_SURE)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to ask."""
        return self.next is None

    @cached_property
    def determination(self) -> rules.Determination:
        """What the law says under the facts asked for."""
        return _determine(_pairs((name, self.answers[name]) for name in self.asked))

    def before(self, fact: str) -> dict[str, Answer]:
        """The answers that the walk hands over before it comes to `fact`."""
        names = self.asked[: self.asked.index(fact)] if fact in self.asked else self.asked
        return {name: self.answers[name] for name in names}

    def facts_before(self, fact: str) -> Facts:
        """The facts known when the walk comes to `fact`."""
        return facts.read(self.before(fact))

    def facts_with(self, fact: str, answer: Answer) -> Facts:
        """The facts before `fact`, and this answer to it.

        Raises:
            InvalidTransaction: the answer cannot be right, alone or beside the answers before it.
        """
        return facts.read({**self.before(fact), fact: answer})


def walk(answers: Mapping[str, Answer]) -> Interview:
    """The interview of these answers."""
    handed: dict[str, Answer] = {}
    while True:
        step = _next(_pairs(handed.items()))
        refused = ""
        if step.next is not None and (answer := answers.get(step.next)) is not None:
            try:
                facts.read({**handed, step.next: answer})
            except InvalidTransaction as error:
                refused = " ".join(problem.message for problem in error.errors)
            else:
                handed[step.next] = answer
                continue
        return Interview(
            answers=MappingProxyType(dict(answers)),
            asked=tuple(handed),
            facts=facts.read(handed),
            next=step.next,
            at_least=step.at_least,
            at_most=step.at_most,
            refused=refused,
        )


def _pairs(answers: Iterable[tuple[str, Answer]]) -> Pairs:
    return tuple(answers)


# Every page walks again from the start, and all but the last steps are those of the page before.
@lru_cache(maxsize=20_000)
def _next(pairs: Pairs) -> rules.Next:
    return rules.next_question(facts.read(dict(pairs)))


@lru_cache(maxsize=2_000)
def _determine(pairs: Pairs) -> rules.Determination:
    return rules.determine(facts.read(dict(pairs)))
