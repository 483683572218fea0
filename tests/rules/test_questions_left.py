"""How many questions are left where a number that nobody is sure of is weighed together with open ones: by asking all.

`next_question` counts with one value in each range of such a number. Here nothing is counted: every number still asked
for takes every value at which anything can turn, one beside it on each side, none and very much; and so on to the end.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import islice, product
from typing import Any

import pytest

from rules import Facts, next_question, read
from rules.conditions import Condition, Known, Weigh
from rules.diagram import decimal
from rules.facts import FACTS, Kind, Value, as_json, contradictions
from rules.law import Ordered
from rules.left import possible_items
from rules.possibility import ASKING_ORDER, Possibilities
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, INTERPRETATIONS
from rules.provisions.part_744 import RED_FLAG_28
from rules.truth import TRUE, UNKNOWN
from rules.verification.subject import the_law
from tests.rules import sampling

DIAGRAM = the_law().diagram
WEIGHED: dict[str, tuple[str, ...]] = {
    "weights": ("training_operations", "additional_operations", "synthetic_data_operations"),
    "exception": ("tpp", "units", "lpp_tpp_received_this_year"),
    "universal": ("uveu_total_tpp", "uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp"),
    "national": ("date", "nveu_installed_tpp"),
}
STEP = Fraction(1, 10**6)


def starts(fact: str) -> set[Fraction]:
    """Where the classes of a number start."""
    return {Fraction(0), *(Fraction(start) for start, _after in DIAGRAM.of_fact[fact].starts)}  # type: ignore[arg-type]


def values(fact: str, facts: Facts) -> Iterator[Value]:
    """The answers tried: a value of each class; of a number one at, below and above whatever anything turns on."""
    if FACTS[fact].kind not in (Kind.NUMBER, Kind.COUNT):
        yield from (value for value in DIAGRAM.of_fact[fact].values if value is not None)
        return
    limits = starts(fact)
    for variable in DIAGRAM.joint:
        test = variable.weigh
        if test is not None and fact in test.facts:
            limits |= set(solved(test, fact, facts))
    for group in (WEIGHED["weights"][:2],):
        if fact in group:
            limits |= {Fraction(one) for name in group if isinstance(one := facts.get(name), Decimal)}
            limits |= {5 * one for one in limits} | {one / 5 for one in limits}
    step = Fraction(1) if FACTS[fact].kind is Kind.COUNT else STEP
    tried = {one + side for one in limits for side in (-step, Fraction(0), step)} | {10 * max(limits) + 1}
    if FACTS[fact].kind is Kind.COUNT:
        tried = {Fraction(round(one)) for one in tried}
    yield from (decimal(Fraction(round(one * 10**12), 10**12)) for one in sorted(tried) if one >= 0)


def solved(test: Weigh, fact: str, facts: Facts) -> Iterator[Fraction]:
    """Where a test of several numbers turns on this one, the others as they are or at the starts of their classes."""
    others = [name for name in test.facts if name != fact]
    known = [
        {Fraction(one)} if isinstance(one := facts.get(name), Decimal) else starts(name) for name in others
    ]
    for row in product(*known):
        at = dict(zip(others, row, strict=True))
        slope, rest = Fraction(0), -test.limit
        for term in test.terms:
            amount = term.coefficient
            for name in term.factors:
                amount *= at.get(name, Fraction(1))
            if fact in term.factors:
                slope += amount
            else:
                rest += amount
        if slope and -rest / slope >= 0:
            yield -rest / slope


def asked(facts: Facts) -> tuple[int, int]:
    """At least and at most how many questions follow, by answering each in every way."""
    fact, missing = next_question(facts).next, Possibilities(facts).missing()
    if fact is None:
        assert facts.not_sure.issuperset(missing), "what still matters is asked for, unless nobody is sure"
        return 0, 0
    assert fact in missing
    after = set()
    for value in values(fact, facts):
        told = {**facts, fact: value}
        if not contradictions(told) and possible_items(told):
            after.add(asked(Facts(told, facts.not_sure)))
    return 1 + min(least for least, _most in after), 1 + max(most for _least, most in after)


def incomplete(rng: random.Random) -> Facts:
    """A transaction in which a number is not sure, others it is weighed with are open, and a few facts besides."""
    while True:
        whole = sampling.random_complete(rng)
        together = [name for name in WEIGHED[rng.choice(list(WEIGHED))] if name in whole]
        if len(together) > 1:
            break
    unsure = rng.sample(together, 1 if len(together) < 3 or rng.random() < 0.7 else 2)
    others = [
        name
        for name in whole
        if name not in together
        and (FACTS[name].kind is Kind.FLAG or name in ("weights_status", "purpose", "veu"))
    ]
    told: dict[str, object] = {**whole, **dict.fromkeys(unsure, "not_sure")}
    for name in [name for name in together if name not in unsure and rng.random() < 0.8]:
        told[name] = None
    return read({**told, **dict.fromkeys(rng.sample(others, 2))})


@pytest.mark.parametrize("seed", range(20))
def test_the_questions_left_are_those_that_asking_takes(seed: int) -> None:
    rng = random.Random(seed)
    for _number in range(3):
        facts = incomplete(rng)
        found = next_question(facts)
        assert (found.at_least, found.at_most) == asked(facts), facts


def only_open(rng: random.Random, group: str) -> Iterator[Facts]:
    """Transactions in which some numbers weighed together are open, and now and then a fact asked for after them.

    One or two of the numbers, or a fact beside them, are not sure.
    """
    listed = {"universal": {"veu": "uveu"}, "national": {"veu": "nveu"}}.get(group, {})
    while True:
        whole = {**sampling.random_complete(rng), **listed}
        if "units" in whole and rng.random() < 0.2:
            whole["units"] = "1"
        together = [name for name in WEIGHED[group] if name in whole]
        if len(together) < 2:
            continue
        opened = rng.sample(together, rng.randint(1, len(together)))
        flags = [name for name in whole if FACTS[name].kind is Kind.FLAG]
        unsure = [rng.choice([opened[0], rng.choice(flags)]), *rng.sample(opened, rng.choice((0, 0, 1)))]
        last = max(ASKING_ORDER.index(name) for name in together)
        after = [name for name in flags if ASKING_ORDER.index(name) > last]
        opened += rng.sample(after, min(len(after), rng.choice((0, 1, 2))))
        facts = read({**whole, **dict.fromkeys(opened), **dict.fromkeys(unsure, "not_sure")})
        if next_question(facts).next in together:
            yield facts


@pytest.mark.parametrize("group", WEIGHED)
def test_the_questions_left_where_little_but_numbers_is_open(group: str) -> None:
    """The test that weighs them is then the first of what is left."""
    for facts in islice(only_open(random.Random(group), group), 12):
        assert next_question(facts)[1:] == asked(facts), facts


@pytest.mark.parametrize("group", WEIGHED)
def test_answers_on_every_side_of_what_numbers_turn_on_are_offered(group: str) -> None:
    for facts in islice(only_open(random.Random(group), group), 12):
        fact, branches = Possibilities(facts).branches()
        assert fact is not None
        assert all(
            read({**facts.to_json(), fact: as_json(value)})[fact] == value for value, _found in branches
        )
        offered = {decision for _value, found in branches for decision in found}
        assert offered == Possibilities(facts).results(DECISION), facts
        tried = [{**facts, fact: value} for value in values(fact, facts)]
        found = {Possibilities(Facts(told)).results(DECISION) for told in tried if not contradictions(told)}
        assert found == {one for _value, one in branches}, facts


def filled(facts: Facts, names: Iterable[str]) -> Iterator[Facts]:
    """The open ones among these facts with every value that is tried."""
    opened = [name for name in names if name not in facts]
    if not opened:
        yield facts
        return
    for value in values(opened[0], facts):
        told = {**facts, opened[0]: value}
        if not contradictions(told):
            yield from filled(Facts(told), names)


@pytest.mark.parametrize("group", WEIGHED)
def test_what_can_come_out_is_what_the_trees_say_with_every_value(group: str) -> None:
    """Also when everything is known, which the determination itself never asks the diagram."""
    rng = random.Random(group)
    told: list[Ordered[Any] | Condition] = [DECISION, CLASSIFICATION, RED_FLAG_28, *AUTHORIZATIONS.values()]
    said: set[object]
    turned = 0
    for number in range(30):
        whole = next(only_open(rng, group)).to_json() if number % 2 else sampling.random_complete(rng)
        whole = next(sampling.fill_ins(whole, rng, 1))
        together = [name for name in WEIGHED[group] if name in whole]
        for facts in (
            read(whole),
            read({**whole, **dict.fromkeys(rng.sample(together, min(len(together), 1)))}),
        ):
            possible, known = Possibilities(facts), [Known(one) for one in filled(facts, together)]
            for one in told:
                if isinstance(one, Condition):
                    found = {known_facts(one) for known_facts in known}
                    if UNKNOWN in found:
                        continue  # it looks at facts that such a transaction has not
                    said = {value is TRUE for value in found}
                else:
                    said = {result for known_facts in known for result in one.results(known_facts)}
                assert possible.results(one) == said, (facts, one)
                turned += len(said) > 1
            for reading in INTERPRETATIONS:
                read_so = [one.reading(reading) for one in known]
                said = {result for one in read_so for result in DECISION.results(one)}
                assert possible.results(DECISION, reading) == said, (facts, reading)
    assert turned
