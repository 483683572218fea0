"""The fast reasoning against the interview written out, place by place, and against what its own words mean."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import pytest

from rules import Facts, next_question, read
from rules.conditions import Condition
from rules.diagram import FALSE_NODE, LEAF, TRUE_NODE
from rules.enforcement import ENFORCED
from rules.facts import FACTS, ITEMS, Kind, Value, as_json, can_stand_together, contradictions
from rules.law import Ordered
from rules.left import Left
from rules.plans import Plan, Plans
from rules.possibility import Next, Possibilities, _law
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, REQUIRED, SUBJECT
from rules.provisions.part_744 import RED_FLAG_28
from rules.verification.expansion import Expanded
from rules.verification.subject import the_law
from rules.weighing import plane, without
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


@pytest.mark.parametrize("seed", range(4))
def test_unknown_reads_back(seed: int) -> None:
    """What `branches` offers are values as they are entered."""
    rng = random.Random(seed)
    asked = set()
    for share in (1, *[0.4] * 20):
        fact, branches = Possibilities(known_only(sampling.random_incomplete(rng, share))).branches()
        if fact is None:
            continue
        asked.add(FACTS[fact].kind)
        for value, decisions in branches:
            assert read({fact: as_json(value)})[fact] == value
            assert decisions
    assert {Kind.NUMBER, Kind.CHOICE} <= asked


def reachable(plan: Plan) -> set[Plan]:
    """A plan and all that can follow it."""
    found, waiting = {plan}, [plan]
    while waiting:
        new = set(waiting.pop().kids) - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("seed", range(4))
def test_equal_plans_are_one_and_so_are_answers_that_lead_on_alike(seed: int) -> None:
    rng = random.Random(seed)
    whole, shared = _law()
    for _number in range(5):
        facts = read(sampling.random_incomplete(rng, 0.5))
        not_sure = sum(whole.diagram.bit[fact] for fact in facts.not_sure)
        for _round in ("makes plans that are shared", "finds them"):
            left = Left(whole, facts, spelled=facts.not_sure)
            plan = Plans(left, not_sure, shared).reached(left.node(whole.diagram.ordered(DECISION)))
        plans = reachable(plan)
        assert len({(one.level, one.kids, one.starts) for one in plans}) == len(plans)
        assert all(len(one.kids) < 2 or len(set(one.kids)) > 1 for one in plans)


def test_a_result_is_a_node_that_leads_nowhere() -> None:
    whole, _plans = _law()
    left = Left(whole, read({"item": "computer", "tpp": "4800"}))
    assert left.node(whole.diagram.ordered(DECISION)) < 0
    for node in (FALSE_NODE, TRUE_NODE):
        assert (left.level(node), left.kids(node), tuple(left.others(node))) == (LEAF, (), ())
        assert left.below(node) == whole.diagram.below[node]


def test_equal_planes_are_one_in_whole_numbers() -> None:
    halves = plane({"x": Fraction(-1, 2), "y": Fraction(3, 4), "z": 0}, Fraction(-5, 6))
    assert halves == plane({"y": -9, "x": 6}, 10) == ((("x", 6), ("y", -9)), 10)
    assert plane({"x": 4, "y": 6}, 2) == ((("x", 2), ("y", 3)), 1)
    assert plane({"x": 0}, 0) == ((), 0)


def test_what_is_left_of_planes_without_a_number() -> None:
    """2x + 3y = 6 and 4x = y meet where 7y = 12; a plane without x stays."""
    planes = {plane({"x": 2, "y": 3}, -6), plane({"x": 4, "y": -1}, 0), plane({"y": 1}, -5)}
    assert without(planes, "x") == {plane({"y": 7}, -12), plane({"y": 1}, -5)}
