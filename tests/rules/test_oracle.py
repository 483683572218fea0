"""The oracle agrees with every worked case, and the samples it is used on are what they claim to be."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.rules import oracle, sampling

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "worked_cases.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_oracle_agrees_with_the_worked_case(case: dict[str, Any]) -> None:
    transaction = oracle.read(case["facts"])
    given = oracle.answer(transaction)
    found: dict[str, object] = {}
    for key, expected in case["expect"].items():
        if key in ("available", "unavailable"):
            wanted = key == "available"
            found[key] = [name for name in expected if given.authorizations.get(name, False) is wanted]
        elif key == "interpretations":
            found[key] = [
                {"id": name, "outcome": outcome, "review_policy": policy}
                for name, outcome, policy in oracle.interpretations(transaction)
            ]
        elif key == "edition":
            found[key] = str(given.edition)
        else:
            found[key] = getattr(given, key)
    assert found == case["expect"], case["title"]


def test_worked_cases_have_their_own_names() -> None:
    assert len({case["id"] for case in CASES}) == len({case["title"] for case in CASES}) == len(CASES)


def test_samples_reach_every_answer_and_every_reading() -> None:
    rng = random.Random(4544)
    outcomes, policies, available, readings = set(), set(), set(), set()
    for _ in range(3_000):
        transaction = oracle.read(sampling.random_complete(rng))
        given = oracle.answer(transaction)
        outcomes.add(given.outcome)
        policies.add(given.review_policy)
        available |= {name for name, open_to_use in given.authorizations.items() if open_to_use}
        readings |= {reading for reading, *_ in oracle.interpretations(transaction)}
    assert outcomes == {
        "not_in_force", "no_export", "refer_to_legal", "not_subject_to_ear", "not_controlled", "out_of_scope",
        "no_license_required", "authorization_available", "license_required",
    }  # fmt: skip
    assert policies == {
        None, "presumption_of_denial", "presumption_of_approval", "presumption_of_approval_within_allocation",
        "policy_of_denial", "case_by_case", "not_stated",
    }  # fmt: skip
    assert available == set(oracle.AUTHORIZATIONS)
    # I9 never changes a decision: exports of 3A090.b items to China or Macau always have NAC.
    assert readings == set(oracle.READINGS) - {"I9"}


def test_fill_ins_keep_what_is_known_and_leave_nothing_open() -> None:
    rng = random.Random(5298)
    for _ in range(150):
        partial = sampling.random_incomplete(rng, rng.choice([0.1, 0.4, 0.8, 1.0]))
        known = {name: value for name, value in partial.items() if value not in (None, "not_sure")}
        for complete in sampling.fill_ins(partial, rng, 10):
            assert {name: complete[name] for name in known} == known
            transaction = oracle.read(complete)
            for reading in (None, *oracle.READINGS):
                oracle.answer(transaction, reading)
            assert sampling.is_valid(complete)
