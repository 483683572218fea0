"""Points 2 and 3: no idle question, and the order of answers does not matter."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from itertools import combinations, islice

from rules.conditions import Known
from rules.determination import next_question
from rules.diagram import decimal, fraction, samples
from rules.facts import FACTS, NOT_SURE, Facts, Kind, Value, as_json, contradictions, read
from rules.possibility import ASKING_ORDER, Possibilities
from rules.verification.graph import Branch, Graph, Place, completed, possible
from rules.verification.proof import SEED, Proof, shown
from rules.verification.subject import Law


def no_idle_question(law: Law, graph: Graph | None = None) -> Iterator[Proof]:
    """Every question has two answers that lead to different decisions; the interview ends only when none is left."""
    graph = graph or law.graph
    proof = Proof(
        "places of the interview: two whole transactions that differ in the fact asked and in the decision"
    )
    no_idle(law, graph, proof)
    yield proof


def no_idle(law: Law, graph: Graph, proof: Proof) -> None:
    for place in graph.places:
        if place.fact is None:
            proof.check(len(place.results) == 1 and not place.missing, f"ended early: {shown(place.known)}")
            continue
        proof.check(
            len(place.results) > 1 and place.fact in place.missing and _matters(law, graph, place),
            f"{place.fact} is asked and changes nothing: {shown(place.known)}",
        )


def _matters(law: Law, graph: Graph, place: Place) -> bool:
    """Whether two answers lead to different decisions while every other fact is the same."""
    for one, other in combinations(place.branches, 2):
        if one.place == other.place:
            continue
        for known in islice(_apart(graph, one.place, other.place, dict(place.known), set()), 20):
            decisions = []
            for branch in (one, other):
                facts = (
                    {**known}
                    if branch.value is None or place.fact is None
                    else {**known, place.fact: branch.value}
                )
                if contradictions(facts):
                    break
                decisions.append(law.decision.results(Known(completed(facts, law.samples, last=False))))
            if len(decisions) == 2 and decisions[0] != decisions[1]:
                return True
    return False


def _apart(
    graph: Graph, one: int, other: int, known: dict[str, Value], seen: set[tuple[int, int]]
) -> Iterator[dict[str, Value]]:
    """Answers to what is left after which two places have come to different decisions."""
    left, right = graph.places[one], graph.places[other]
    settled = None not in (left.decision, right.decision) or (left.fact is None and right.fact is None)
    if one == other or (one, other) in seen or settled:
        if left.decision != right.decision:
            yield known
        return
    seen.add((one, other))
    fact = next(name for name in ASKING_ORDER if name in (left.fact, right.fact))
    asked = [place for place in (left, right) if place.fact == fact]
    for value in _values(fact, [branch for place in asked for branch in place.branches]):
        if not possible(known, fact, value):
            continue
        facts = known if value is None else {**known, fact: value}
        kids = [
            _lies(place, value) if place.fact == fact else number
            for number, place in ((one, left), (other, right))
        ]
        yield from _apart(graph, kids[0], kids[1], facts, seen)


def _values(fact: str, branches: list[Branch]) -> list[Value | None]:
    """A value of every range that the branches make together."""
    starts = sorted({branch.start for branch in branches if isinstance(branch.start, tuple)})
    if FACTS[fact].kind in (Kind.NUMBER, Kind.COUNT):
        found: list[Value | None] = [decimal(one) for one in samples(starts) if one is not None]
        if FACTS[fact].kind is Kind.NUMBER:
            return found  # those of a count are whole already
    return list(dict.fromkeys(branch.value for branch in branches))


def _lies(place: Place, value: Value | None) -> int:
    """Where an answer leads that need not be one of the branches' own values."""
    exact = next((branch.place for branch in place.branches if branch.value == value), None)
    if exact is not None or value is None or isinstance(value, (str, bool)):
        return place.branches[0].place if exact is None else exact
    key = (value if isinstance(value, datetime.date) else fraction(value), 0)
    found = place.branches[0].place
    for branch in place.branches:
        if branch.start <= key:  # type: ignore[operator]
            found = branch.place
    return found


def not_sure(law: Law, interviews: int) -> Iterator[Proof]:
    """With facts not sure: none is asked again, what is asked matters, and only open facts are left at the end."""
    proof = Proof(f'questions of {interviews} sampled interviews in which some facts are answered "not sure"')
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sample, no secret
    for place in rng.sample([one for one in law.graph.places if one.at_most < 5], interviews):
        whole = completed(place.known, law.samples, last=False)
        given: dict[str, object] = {}
        asked = next_question(read(given))
        while asked.next is not None:
            fact = asked.next
            before = Possibilities(read(given))
            proof.check(fact in before.missing() and fact not in given, f"{fact} asked: {given}")
            unsure = fact not in ("item", "activity") and rng.random() < 0.15
            given[fact] = NOT_SURE if unsure else as_json(whole[fact])
            after = next_question(read(given))
            if not unsure:
                fair = asked.at_least - 1 <= after.at_least and after.at_most <= asked.at_most - 1
                proof.check(fair, f"at least {asked.at_least}, at most {asked.at_most} was wrong: {given}")
            asked = after
        facts = read(given)
        left = set(Possibilities(facts).missing())
        proof.check(left <= facts.not_sure, f"ended with {left} open: {given}")
        proof.check(
            law.decision.results(Known(whole))[0] in Possibilities(facts).results(law.decision),
            f"the decision is lost: {given}",
        )
    yield proof


def order(law: Law) -> Iterator[Proof]:
    """Along every branch results only shrink, and the interview finds the same place from the facts alone."""
    shrink = Proof("branches of the interview along which possible decisions and missing facts only shrink")
    for place, branch in law.graph.branches():
        kid = law.graph.places[branch.place]
        asked = frozenset({place.fact})
        shrink.check(
            kid.results <= place.results
            and kid.missing <= place.missing - asked
            and place.at_least - 1 <= kid.at_least
            and kid.at_most <= place.at_most - 1,
            f"{place.fact} = {branch.value}: {shown(place.known)}",
        )
    yield shrink
    anew = Proof("places of the interview found again from their facts alone, given in the opposite order")
    for place in law.graph.places[:: max(1, len(law.graph.places) // 3000)]:
        found = Possibilities(Facts(dict(reversed(list(place.known.items())))))
        anew.check(
            found.results(law.decision) == place.results
            and set(found.missing()) == place.missing
            and found.next() == (place.fact, place.at_least, place.at_most),
            f"another place in another order: {shown(place.known)}",
        )
    yield anew


def any_order(law: Law, transactions: int) -> Iterator[Proof]:
    """Whole transactions told in random order: never a contradiction of what was said before, and one end."""
    proof = Proof(f"answers of {transactions} sampled transactions, each told in a random order")
    rng = random.Random(SEED)  # noqa: S311 - a repeatable sample, no secret
    for place in rng.sample(
        [one for one in law.graph.places if one.decision or one.at_most < 8], transactions
    ):
        known = dict(place.known)
        decision = law.graph.end(law.graph.places.index(place), known, rng.randrange(1000))
        told: dict[str, Value] = {}
        before = Possibilities(Facts(told)).results(law.decision)
        for fact in rng.sample(list(known), len(known)):
            told[fact] = known[fact]
            after = Possibilities(Facts(told)).results(law.decision)
            proof.check(after <= before and decision in after, f"{fact} contradicts: {shown(told)}")
            before = after
        proof.check(before == {decision}, f"{before}, not {decision}: {shown(told)}")
    yield proof
