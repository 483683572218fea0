"""The fast reasoning against the interview written out, place by place, and against what its own words mean."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rules import Facts, next_question, read
from rules.conditions import Condition
from rules.enforcement import ENFORCED
from rules.facts import FACTS, ITEMS, Kind, Value, as_json, can_stand_together, contradictions
from rules.law import Ordered
from rules.possibility import Next, Possibilities
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, REQUIRED, SUBJECT
from rules.provisions.part_744 import RED_FLAG_28
from rules.verification.expansion import Expanded
from rules.verification.subject import the_law
from tests.rules import sampling

SEEDS = range(16)


def known_only(transaction: dict[str, object]) -> Facts:
    return Facts(dict(read(transaction)))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_as_the_interview_written_out(seed: int) -> None:
    rng = random.Random(seed)
    for _number in range(6):
        facts = known_only(sampling.random_incomplete(rng, rng.choice((0.2, 0.5, 0.5, 0.8))))
        found, written = Possibilities(facts), Expanded(facts)
        assert found.results(DECISION) == written.results(written.root), facts
        assert found.missing() == written.missing(written.root), facts
        _results, _support, at_least, at_most = written.walk.summary(written.root)
        missing = found.missing()
        assert found.next() == Next(missing[0] if missing else None, at_least, at_most), facts


@pytest.mark.parametrize(
    "known",
    [
        # one number of a shipment is enough to go past the year's limit: `received` is not asked for then
        {"tpp": "15824"},
        {"tpp": "15824", "units": "5000"},
        {"units": "5000", "lpp_tpp_received_this_year": "26900000"},
        {"units": "0"},
        {"additional_operations": "3e26", "item": "model_weights"},
        {"training_operations": "1e26", "synthetic_data": True},
        {"uveu_outside_tpp": "1", "uveu_country_tpp": "7", "uveu_outside_us_tpp": "5"},
        {"uveu_outside_tpp": "0", "veu": "uveu"},
        # all training is at least what was added, whatever the model was derived from
        {"item": "model_weights", "weights_status": "closed", "additional_operations": "3e26"},
        # a limit that goes by the date: passed on some days only, on all of them, on none
        {"veu": "nveu", "nveu_installed_tpp": "2690250001"},
        {"veu": "nveu", "nveu_installed_tpp": "633000000"},
        {"veu": "nveu", "nveu_installed_tpp": "5064000001"},
        {"veu": "nveu", "date": "2026-02-03"},
        {"veu": "nveu", "date": "2028-01-01"},
    ],
)
def test_numbers_weighed_together(known: dict[str, object]) -> None:
    facts = read(known)
    written = Expanded(facts)
    assert Possibilities(facts).results(DECISION) == written.results(written.root)
    assert Possibilities(facts).missing() == written.missing(written.root)
    assert tuple(next_question(facts)[1:]) == written.walk.summary(written.root)[2:]


@pytest.mark.parametrize("seed", [*SEEDS, 586])
def test_results_read_off_the_ways_left_open_are_those_of_what_is_left(seed: int) -> None:
    rng = random.Random(seed)
    told: list[Ordered[Any] | Condition] = [DECISION, CLASSIFICATION, SUBJECT, REQUIRED, ENFORCED]
    told += [*AUTHORIZATIONS.values(), RED_FLAG_28]
    for share in (rng.choice((0.2, 0.5, 0.5, 0.8)), 0.4, 0.6):
        facts = read(sampling.random_incomplete(rng, share))
        for result in told:
            left = Possibilities(facts)
            left.missing(result)  # works out what is left, from which the results are then read
            assert Possibilities(facts).results(result) == left.results(result), facts


def answers(fact: str) -> list[Value]:
    """A value of each class of a fact."""
    if FACTS[fact].kind in (Kind.NUMBER, Kind.COUNT):
        return []
    return [value for value in the_law().diagram.of_fact[fact].values if value is not None]


def sound(known: dict[str, Value]) -> bool:
    """Whether the facts can stand together, with some item if none is given."""
    return not contradictions(known) and any(can_stand_together(item, known) for item in ITEMS)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_not_sure_is_not_asked_and_the_questions_left_are_counted_right(seed: int) -> None:
    rng = random.Random(100 + seed)
    for _number in range(6):
        facts = read(sampling.random_incomplete(rng, rng.choice((0.3, 0.5))))
        asked = next_question(facts)
        missing = [fact for fact in Possibilities(facts).missing() if fact not in facts.not_sure]
        assert asked.next == (missing[0] if missing else None)
        if asked.next is None:
            continue
        possible = [
            {**facts, asked.next: value}
            for value in answers(asked.next)
            if sound({**facts, asked.next: value})
        ]
        after = [next_question(Facts(known, facts.not_sure)) for known in possible]
        if after and asked.next not in ("item", "activity"):
            assert asked.at_least == 1 + min(one.at_least for one in after), facts
            assert asked.at_most == 1 + max(one.at_most for one in after), facts
        for one in after:
            assert asked.at_least - 1 <= one.at_least <= one.at_most <= asked.at_most - 1, facts


def test_threads_share_the_diagram() -> None:
    rng = random.Random(7)
    transactions = [sampling.random_incomplete(rng, 0.5) for _number in range(40)]
    alone = [next_question(read(one)) for one in transactions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda one: next_question(read(one)), transactions)) == alone


def test_unknown_reads_back() -> None:
    """What `branches` offers are values as they are entered."""
    fact, branches = Possibilities(Facts({})).branches()
    assert fact is not None
    for value, decisions in branches:
        assert read({fact: as_json(value)})[fact] == value
        assert decisions
