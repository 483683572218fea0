"""Points 4 and 5: every combination has one outcome of the contract, and every outcome its paragraphs."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from rules.conditions import Known
from rules.determination import determine
from rules.diagram import LEAF
from rules.engine import Trace
from rules.facts import Facts
from rules.law import EFFECTIVE, Provision, walk
from rules.provisions.conclusion import LICENSE, OUTCOMES, REVIEW_POLICIES
from rules.verification.graph import completed
from rules.verification.proof import Proof, shown
from rules.verification.space import Space, paths
from rules.verification.subject import Law


def total(law: Law) -> Iterator[Proof]:
    """Exactly one outcome of the contract for every combination, and every outcome and review policy for some."""
    space = Space(law.diagram)
    found = space.covered(law.decision, law.formulas).combinations
    outcomes = Proof(
        "paths of the diagram, each to one outcome; every outcome and every review policy is reached"
    )
    outcomes.count = paths(law.diagram, law.diagram.ordered(law.decision))
    for outcome, policy in found:
        if outcome not in OUTCOMES or (
            policy not in REVIEW_POLICIES if outcome == LICENSE else policy is not None
        ):
            outcomes.faults.append(f"no outcome of the contract: {outcome}, {policy}")
    reached = {outcome for outcome, _policy in found}, {policy for _outcome, policy in found if policy}
    for name in {*OUTCOMES} - reached[0] | {*REVIEW_POLICIES} - reached[1]:
        outcomes.faults.append(f"{name} is never reached")
    if sum(found.values()) != space.size:
        outcomes.faults.append("some combination has no outcome")
    yield outcomes
    dates = Proof(
        "dates: each on which the text changes, its eve, and the first and last that can be written"
    )
    changes = [day for day in law.diagram.days if day > datetime.date.min]
    eves = [day - datetime.timedelta(days=1) for day in changes]
    for day in (datetime.date.min, *changes, *eves, datetime.date.max):
        determination = determine(Facts({"date": day}))
        early = day < EFFECTIVE
        dates.check(
            (determination.outcome == "not_in_force") is early
            and (determination.edition is None) is early
            and (determination.enforcement.posture is not None),
            f"{day}: {determination.outcome}",
        )
    yield dates


NEVER_DECIDES = {
    "s742_6_b_10_iii_A_2_over_A_1": "gives an answer only under the other reading of I7",
    "s742_6_b_10_iv_case_by_case": "gives an answer only under the other reading of I9",
}
NEVER_CHANGES = {
    "I9": "an export of a branch b commodity to China or Macau always has NAC, so no license is ever applied for there",
}


def traced(law: Law) -> Iterator[Proof]:
    """Every conclusion names its paragraphs; every provision holds and fails; every step decides something."""
    named = Proof(
        "conclusions, one through every branch of the interview: each names provisions with their paragraphs"
    )
    seen: Counter[tuple[str, str]] = Counter()
    for turn, (place, branch) in enumerate(law.graph.branches()):
        if law.graph.places[branch.place].decision is None and turn % 4:
            continue
        known = place.with_branch(branch)
        decision = law.graph.end(branch.place, known, turn)
        trace = Trace(Known(completed(known, law.samples, last=bool(turn % 2))))
        trace.follow(law.decision)
        steps = list(trace)
        named.check(
            bool(steps) and all(one.citation and one.says for one in steps), f"{decision}: {shown(known)}"
        )
        seen.update((one.provision, one.value) for one in steps)
    yield named
    yield _reached(law, seen)
    yield _steps(law)


def _reached(law: Law, seen: Mapping[tuple[str, str], int]) -> Proof:
    excused = sorted(set(NEVER_DECIDES) & set(law.provisions))
    proof = Proof(
        f"provisions, true in some conclusion's trace and false in another's; never true: {', '.join(excused)}"
    )
    told = {one for name in ("red flag 28",) if name in law.conditions for one in walk(law.conditions[name])}
    for name, one in law.provisions.items():
        node = law.diagram.condition(one)
        values = {value for provision, value in seen if provision == name}
        if name in NEVER_DECIDES:
            proof.check(law.diagram.leaf[node] is False, f"{name} is excused, and holds somewhere")
        elif one in told:
            proof.check(law.diagram.level[node] != LEAF, f"{name} never changes its value")
        else:
            proof.check({"true", "false"} <= values, f"{name} is never {sorted({'true', 'false'} - values)}")
    return proof


def _steps(law: Law) -> Proof:
    proof = Proof(
        "steps of the law's order and other readings, each deciding where nothing before it does, or excused"
    )
    before = law.diagram.ordered(_first(law, 0))
    for position, (condition, result) in enumerate(law.decision.steps, 1):
        after = law.diagram.ordered(_first(law, position))
        excused = any(isinstance(one, Provision) and one.id in NEVER_DECIDES for one in walk(condition))
        proof.check(after != before or excused, f"step {position}, {result}, is shadowed")
        before = after
    proof.check(_open(law, before), "what is left when no step holds is never reached")
    adopted = law.diagram.ordered(law.decision)
    for name in law.interpretations:
        other = law.diagram.ordered(law.decision, name)
        proof.check(
            (other == adopted) is (name in NEVER_CHANGES), f"{name}: the other reading changes nothing"
        )
    return proof


def _first(law: Law, steps: int) -> Any:
    """Which of the first steps decides, by its number."""
    kept = law.decision.steps[:steps]
    numbered = tuple((condition, number) for number, (condition, _result) in enumerate(kept))
    ordered = type(law.decision)(numbered, otherwise=-1)  # type: ignore[arg-type]
    _KEPT.append(ordered)  # the diagram knows it by identity
    return ordered


def _open(law: Law, node: int) -> bool:
    """Whether some combination is left open by every step."""
    seen, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        if law.diagram.leaf[one] == -1:
            return True
        if one not in seen:
            seen.add(one)
            waiting.extend(law.diagram.kids[one])
    return False


_KEPT: list[object] = []
