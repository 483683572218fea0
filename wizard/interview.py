"""From a case's answers to the facts the law asks for, and to the question that comes next.

Nothing here knows the law. A walk starts from no answer at all: the law says which fact it needs next, the
case's answer to it is handed over, and so on. Answers the walk never comes to are set aside: kept, shown
as such, and taken up again as soon as the law asks for them. They cannot change the decision, but what
else they tell, such as an embargoed destination, is not forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

import rules
from rules import facts
from rules.facts import NOT_SURE, Facts, InvalidTransaction, InvalidValue
from wizard.models import Answer

Pairs = tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Interview:
    """Where a case's interview stands.

    `asked` are the answered facts that the law asks for, in asking order, and after them those that settle
    red flag 28 beside a decision; `set_aside` the other answered ones, in the order of the contract.
    `facts` are all that fit together. `next` is the fact to ask for now, None when nothing open can change
    the decision. `refused` says why a stored answer does not fit the answers before it.
    """

    answers: Mapping[str, Answer]
    asked: tuple[str, ...]
    set_aside: tuple[str, ...]
    facts: Facts
    next: str | None
    at_least: int
    at_most: int
    refused: Mapping[str, tuple[InvalidValue, ...]]

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
        """What the law says under the facts."""
        return _determine(_pairs(self.facts))

    @property
    def what_if(self) -> rules.WhatIf:
        """What would have to be different for another decision."""
        return _what_if(_pairs(self.facts))

    @cached_property
    def open_in_red_flag(self) -> tuple[str, ...]:
        """Facts that can still raise red flag 28 or not, though the decision stands: not sure, or never asked."""
        return rules.missing_for(rules.RED_FLAG_28, self.facts) if self.finished else ()

    @cached_property
    def open_in_authorizations(self) -> tuple[str, ...]:
        """Facts that can still tell which authorization is available, though it is certain that one is."""
        return _missing_for_authorizations(_pairs(self.facts)) if self.finished else ()

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
    waiting: dict[str, Answer] = {name: answer for name, answer in answers.items() if answer is not None}
    handed: dict[str, Answer] = {}
    # What the law needs and nobody has answered is passed over, as if not sure, to see which answers after it count.
    passed: dict[str, Answer] = {}
    refused: dict[str, tuple[InvalidValue, ...]] = {}
    while waiting and (name := _next(_pairs(facts.read({**handed, **passed}))).next) is not None:
        answer = waiting.pop(name, None)
        problem = _problem(handed, name, answer) if answer is not None else ()
        if answer is None or problem:
            passed[name] = NOT_SURE
        else:
            handed[name] = answer
        if problem:
            refused[name] = problem
    if _next(_pairs(facts.read(handed))).next is None:
        handed.update(_beside_the_decision(handed, waiting))
    known = dict(handed)
    for name in facts.FACTS:
        if name in waiting:
            if problem := _problem(known, name, waiting[name]):
                refused[name] = problem
            else:
                known[name] = waiting[name]
    read = facts.read(known)
    step = _next(_pairs(read))
    return Interview(
        answers=MappingProxyType(dict(answers)),
        asked=tuple(handed),
        set_aside=tuple(
            name
            for name in facts.FACTS
            if answers.get(name) is not None and name not in handed and name != step.next
        ),
        facts=read,
        next=step.next,
        at_least=step.at_least,
        at_most=step.at_most,
        refused=MappingProxyType(refused),
    )


def _beside_the_decision(handed: Mapping[str, Answer], waiting: dict[str, Answer]) -> dict[str, Answer]:
    """Of the answers that the decision does not need, those that what is told beside it does; they no longer wait.

    That is red flag 28, and which authorization is available.
    """
    taken: dict[str, Answer] = {}
    while waiting:
        known = facts.read({**handed, **taken})
        open_ = (*rules.missing_for(rules.RED_FLAG_28, known), *_missing_for_authorizations(_pairs(known)))
        name = next((name for name in open_ if name in waiting), None)
        if name is None or _problem({**handed, **taken}, name, waiting[name]):
            break
        taken[name] = waiting.pop(name)
    return taken


def _problem(known: Mapping[str, Answer], name: str, answer: Answer) -> tuple[InvalidValue, ...]:
    """Why this answer cannot stand beside those known; empty if it can."""
    try:
        facts.read({**known, name: answer})
    except InvalidTransaction as error:
        return tuple(one.problem for one in error.errors)
    return ()


def _pairs(known: Facts) -> Pairs:
    """A case's facts as a key: equal facts, however typed and in whatever order, are one key."""
    return tuple(known.to_json().items())


# Every page walks again from the start, and all but the last steps are those of the page before.
@lru_cache(maxsize=20_000)
def _next(pairs: Pairs) -> rules.Next:
    return rules.next_question(facts.read(dict(pairs)))


@lru_cache(maxsize=2_000)
def _determine(pairs: Pairs) -> rules.Determination:
    return rules.determine(facts.read(dict(pairs)))


@lru_cache(maxsize=2_000)
def _missing_for_authorizations(pairs: Pairs) -> tuple[str, ...]:
    return rules.missing_for_authorizations(facts.read(dict(pairs)))


@lru_cache(maxsize=500)
def _what_if(pairs: Pairs) -> rules.WhatIf:
    return rules.what_if(facts.read(dict(pairs)))
