"""Exactness under unknown facts, against an oracle that knows only complete transactions.

Nothing that a completion gives may be left out, nothing may be claimed that no completion gives, and the same for
missing facts: each claim is proven by a completion that the oracle answers.
"""

from __future__ import annotations

import random

import pytest

from rules import Facts, determine, next_question, read
from rules.facts import FACTS, as_json
from rules.possibility import Possibilities
from rules.provisions.conclusion import DECISION
from tests.rules import oracle, sampling

SEEDS = range(24)


def oracle_decision(transaction: dict[str, object]) -> tuple[str, str | None]:
    answer = oracle.answer(oracle.read(transaction))
    return answer.outcome, answer.review_policy


def completion(facts: Facts, wanted: object) -> dict[str, object]:
    """A transaction that keeps every known fact and leads to the decision wanted."""
    known: dict[str, object] = {name: as_json(value) for name, value in facts.items()}
    while True:
        fact, branches = Possibilities(read(known)).branches()
        if fact is None:
            return known
        known[fact] = next(as_json(value) for value, decisions in branches if wanted in decisions)


def incomplete(seed: int) -> tuple[random.Random, dict[str, object]]:
    rng = random.Random(seed)
    return rng, sampling.random_incomplete(rng, rng.choice((0.1, 0.3, 0.5, 0.8)))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_completion_gives_anything_that_is_not_listed(seed: int) -> None:
    for number in range(4):
        rng, partial = incomplete(1000 * seed + number)
        facts = read(partial)
        possible = Possibilities(facts).results(DECISION)
        missing = set(Possibilities(facts).missing())
        for whole in sampling.fill_ins(partial, rng, 25):
            decision = oracle_decision(whole)
            assert decision in possible, (partial, whole)
            fact = rng.choice([name for name in FACTS if name not in facts])
            changed = {name: value for name, value in whole.items() if name != fact}
            for other in sampling.fill_ins(changed, rng, 1):
                if oracle_decision(other) != decision:
                    differing = {name for name in FACTS if other.get(name) != whole.get(name)}
                    assert differing & missing, (partial, whole, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_listed_decision_is_given_by_some_completion(seed: int) -> None:
    for number in range(4):
        rng, partial = incomplete(2000 + 1000 * seed + number)
        facts = read(partial)
        for decision in Possibilities(facts).results(DECISION):
            settled = completion(facts, decision)
            for whole in sampling.fill_ins(settled, rng, 3):
                assert oracle_decision(whole) == decision, (partial, settled, whole)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_decision_is_given_exactly_when_every_completion_gives_it(seed: int) -> None:
    for number in range(6):
        rng, partial = incomplete(5000 + 1000 * seed + number)
        determination = determine(read(partial))
        decisions = {oracle_decision(whole) for whole in sampling.fill_ins(partial, rng, 30)}
        if determination.outcome != "undetermined":
            assert decisions == {(determination.outcome, determination.review_policy)}, partial
        else:
            assert {outcome for outcome, _policy in decisions} <= set(determination.possible_outcomes)
            assert determination.missing


@pytest.mark.parametrize("seed", SEEDS)
def test_the_interview_ends_within_what_it_said_and_agrees_with_the_oracle(seed: int) -> None:
    rng = random.Random(seed)
    for _number in range(3):
        whole = sampling.random_complete(rng)
        known: dict[str, object] = {}
        bounds = next_question(read(known))
        asked = 0
        while bounds.next is not None:
            assert 1 <= bounds.at_least <= bounds.at_most
            known[bounds.next] = whole[bounds.next]
            asked += 1
            after = next_question(read(known))
            assert bounds.at_least - 1 <= after.at_least, "the least can only rise as answers come in"
            assert after.at_most <= bounds.at_most - 1, "the most can only fall"
            bounds = after
        determination = determine(read(known))
        assert (determination.outcome, determination.review_policy) == oracle_decision(whole), (whole, known)
