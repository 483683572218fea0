"""The verifier finds planted faults. A check that cannot fail is worth nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import pytest

from rules import Determination, Facts, determine, read
from rules.conditions import Condition, all_of, any_of, below, is_, not_, weigh, yes
from rules.diagram import Diagram
from rules.law import Ordered, provision
from rules.possibility import ASKING_ORDER
from rules.provisions.conclusion import DECISION
from rules.verification import (
    CLAIMS,
    PROOFS,
    Finding,
    exactness,
    outcomes,
    questions,
    stability,
    table,
    thresholds,
)
from rules.verification.elimination import limit, satisfiable
from rules.verification.graph import Graph
from rules.verification.proof import Proof
from rules.verification.space import Space
from rules.verification.subject import Law, the_law


@cache
def law() -> Law:
    return the_law()


@cache
def graph() -> Graph:
    """An interview that is nearly over: small, with every kind of question and several decisions."""
    known = {
        "item": "integrated_circuit", "entry": "3A001", "date": "2026-02-10", "origin": "us", "datacenter": True,
        "performance_density": "6", "ultimate_parent": "CN", "uae_exempt_recipient": False,
    }  # fmt: skip
    return Graph(read(known))


def told() -> Graph:
    """A copy of it, to plant a fault in."""
    copy = Graph.__new__(Graph)
    copy.known, copy.places = graph().known, list(graph().places)
    return copy


def faults(proofs: Iterator[Proof]) -> list[str]:
    return [fault for proof in proofs for fault in proof.faults]


def deciding(*steps: tuple[Condition, object], then: int = 0) -> Law:
    """The law with steps put into its order at a place."""
    kept = DECISION.steps
    return law().but(decision=Ordered((*kept[:then], *steps, *kept[then:]), otherwise=DECISION.otherwise))


# ---- what holds, quickly


def test_the_diagram_and_the_trees_agree_on_every_combination() -> None:
    space = Space(law().diagram)
    found = space.covered(law().decision, law().formulas)
    assert not found.faults
    assert found.combinations.total() == space.size > 10**18
    assert {outcome for outcome, _policy in found.combinations} == {
        "not_in_force", "no_export", "refer_to_legal", "not_subject_to_ear", "not_controlled", "out_of_scope",
        "no_license_required", "authorization_available", "license_required",
    }  # fmt: skip


def test_a_small_interview_is_proven() -> None:
    """So that the faults planted in it below are what is found; `python -m rules verify` proves the whole one."""
    small = with_graph(graph())
    for proofs in (
        exactness.branches_agree(small),
        questions.no_idle_question(small),
        questions.order(small),
    ):
        assert not faults(proofs)


def test_numbers_weighed_together_come_out_exactly_as_some_numbers_do() -> None:
    (proof,) = exactness.together(law())
    assert not proof.faults
    assert proof.count > 700


def test_every_point_of_the_design_has_a_proof() -> None:
    assert {point for point, _prove in PROOFS} == set(CLAIMS) == set(range(1, 8))


# ---- what does not hold is found


def test_a_diagram_that_differs_in_one_branch_is_found() -> None:
    fresh = the_law()
    diagram = fresh.diagram
    root = diagram.ordered(fresh.decision)
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if diagram.kids[node] and node not in seen:
            seen.add(node)
            waiting.extend(diagram.kids[node])
    deepest = max(seen, key=lambda node: diagram.level[node])
    diagram.kids[deepest] = tuple(reversed(diagram.kids[deepest]))
    assert Space(diagram).covered(fresh.decision, fresh.formulas).faults


def test_a_diagram_of_another_law_is_found() -> None:
    other = law().but(faulty=law().diagram, decision=DECISION)
    swapped = Ordered(DECISION.steps[:-1], otherwise=DECISION.otherwise)
    space = Space(law().diagram)
    walked = space.covered(swapped, other.formulas)
    assert not walked.faults
    assert walked.combinations != space.covered(DECISION, other.formulas).combinations


def test_a_value_that_does_not_speak_for_its_class_is_found() -> None:
    diagram = Diagram(ASKING_ORDER, [condition for condition, _result in DECISION.steps])
    destination = diagram.of_fact["destination"]
    assert destination.classes is not None
    classes = {**destination.classes, "IR": destination.classes["DE"]}
    diagram.of_fact["destination"] = dataclasses.replace(destination, classes=classes)
    assert any("IR" in fault for fault in faults(exactness.classes(law().but(faulty=diagram))))


def test_an_interview_that_leads_to_another_decision_is_found() -> None:
    faulty = told()
    number = next(
        n for n, place in enumerate(faulty.places) if place.decision == ("authorization_available", None)
    )
    faulty.places[number] = dataclasses.replace(faulty.places[number], decision=("no_license_required", None))
    assert faults(exactness.branches_agree(law(), faulty))


def test_an_idle_question_is_found() -> None:
    faulty = told()
    number = next(n for n, place in enumerate(faulty.places) if place.fact == "dram_bandwidth")
    place = faulty.places[number]
    alike = tuple(dataclasses.replace(branch, place=place.branches[0].place) for branch in place.branches)
    faulty.places[number] = dataclasses.replace(place, branches=alike)
    assert any(
        "dram_bandwidth is asked and changes nothing" in one
        for one in faults(questions.no_idle_question(law(), faulty))
    )


def test_an_interview_that_ends_early_is_found() -> None:
    faulty = told()
    number = next(n for n, place in enumerate(faulty.places) if place.fact == "china_certifications")
    faulty.places[number] = dataclasses.replace(faulty.places[number], fact=None, branches=())
    assert any(one.startswith("ended early") for one in faults(questions.no_idle_question(law(), faulty)))


def test_a_contradiction_along_a_branch_is_found() -> None:
    faulty = told()
    results = faulty.places[5].results | {("no_such", None)}
    faulty.places[5] = dataclasses.replace(faulty.places[5], results=results)
    assert faults(questions.order(with_graph(faulty)))


def with_graph(told: Graph) -> Law:
    one = law().but()
    vars(one)["graph"] = told
    return one


def test_an_outcome_outside_the_contract_is_found() -> None:
    faulty = deciding((yes("storage_compliant"), ("cleared", None)))
    assert any("cleared" in fault for fault in faults(outcomes.total(faulty)))


def test_an_outcome_that_is_never_reached_is_found() -> None:
    steps = tuple(one for one in DECISION.steps if one[1][0] != "no_export")
    faulty = law().but(decision=Ordered(steps, otherwise=DECISION.otherwise))
    assert "no_export is never reached" in faults(outcomes.total(faulty))


def test_a_policy_beside_an_outcome_that_has_none_is_found() -> None:
    faulty = deciding((yes("storage_compliant"), ("not_controlled", "case_by_case")))
    assert any("no outcome of the contract" in fault for fault in faults(outcomes.total(faulty)))


def test_a_shadowed_step_is_found() -> None:
    faulty = deciding(
        (all_of(yes("part_744_concern"), is_("item", "software")), ("refer_to_legal", None)), then=4
    )
    assert any("shadowed" in fault for fault in outcomes._steps(faulty).faults)


def test_a_dead_provision_is_found() -> None:
    dead = provision(
        "dead", "15 CFR 999", "Dead", "Never true.", all_of(below("tpp", 1600), not_(below("tpp", 2400)))
    )
    faulty = law().but(provisions={**law().provisions, "dead": dead})
    assert any("dead" in fault for fault in outcomes._reached(faulty, {}).faults)


def test_a_conclusion_without_a_paragraph_is_found() -> None:
    bare = Ordered(
        tuple((any_of(*condition.parts), result) for condition, result in DECISION.steps), DECISION.otherwise
    )
    faulty = law().but(
        decision=Ordered(((yes("part_744_concern"), ("refer_to_legal", None)), *bare.steps), bare.otherwise)
    )
    vars(faulty)["graph"] = graph()
    assert any("refer_to_legal" in fault for fault in next(outcomes.traced(faulty)).faults)


def test_a_threshold_that_divides_nothing_is_found() -> None:
    idle = all_of(below("tpp", 7000), weigh(5, (1, "units")), not_(below("tpp", 8000)))
    faulty = deciding((idle, ("refer_to_legal", None)), then=3)
    assert any("7000" in fault for fault in thresholds._divides(faulty).faults)


def test_other_bytes_in_another_process_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(facts: Facts) -> Determination:
        return dataclasses.replace(determine(facts), red_flags=("28",))

    monkeypatch.setattr(stability, "determine", otherwise)
    assert faults(stability.stable(with_graph(graph()), stability.ENVIRONMENTS[:1]))


def test_the_table_says_what_fails_and_why() -> None:
    good = Finding(1, "combinations", 8 * 10**18, 1.0, ())
    bad = Finding(2, "questions", 12, 0.5, tuple(f"fault {number}" for number in range(7)))
    nothing = Finding(7, "determinations", 0, 0.1, ())
    text = "\n".join(table(iter([good, bad, nothing])))
    assert "holds     8.000e+18" in text
    assert "FAILS" in text.split("No idle question")[1].split("Stable")[0]
    assert "fault 4" in text
    assert "and 2 more" in text
    assert "FAILS" in text.split("Stable")[1], "a proof that looked at nothing proves nothing"


def test_limits_are_satisfiable_exactly_when_numbers_exist() -> None:
    one, other = Fraction(1), Fraction(-1)
    at_most_two = limit({"x": one, "y": one}, Fraction(-2))
    above_one = limit({"x": other}, one, strict=True)
    assert satisfiable([at_most_two, above_one])
    assert not satisfiable([at_most_two, above_one, limit({"y": other}, one)])
    assert not satisfiable([limit({"x": one}, Fraction(0), strict=True)]), "no number is negative"
    assert satisfiable([limit({"x": one}, Fraction(0))])
    assert at_most_two.opposite() == limit({"x": other, "y": other}, Fraction(2), strict=True)
