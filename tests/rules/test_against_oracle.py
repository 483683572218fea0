"""The whole determination against the oracle: a fixed sample, both sides of every limit, and the worked cases."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rules import determine, read
from rules.places import COUNTRIES
from tests.rules import boundaries, expected, sampling

PARTS = 16
SAMPLE = 4_000
ROOT = Path(__file__).parents[2]
WORKED: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "worked_cases.jsonl").read_text("utf-8").splitlines()
]


def differences(transaction: dict[str, object]) -> list[object]:
    """What the determination says otherwise than the oracle."""
    said = expected.determined(determine(read(transaction)))
    wanted = expected.wanted(transaction)
    return [
        (name, one, other) for (name, one), (_name, other) in zip(said, wanted, strict=True) if one != other
    ]


@pytest.mark.parametrize("part", range(PARTS))
def test_says_what_the_oracle_says_of_a_fixed_sample(part: int) -> None:
    rng = random.Random(90_4544 + part)
    for _number in range(SAMPLE // PARTS):
        transaction = sampling.random_complete(rng)
        assert not differences(transaction), transaction


@pytest.mark.parametrize(
    "sides",
    [
        boundaries.of_thresholds,
        boundaries.of_figures,
        boundaries.of_shares,
        boundaries.of_days,
        boundaries.of_changed_countries,
    ],
)
def test_says_what_the_oracle_says_on_both_sides_of_every_limit(sides: Any) -> None:
    for transaction in sides():
        assert not differences(transaction), transaction


def test_every_country_is_treated_as_the_oracle_treats_it() -> None:
    """By the law's trees alone, since every country is tried in every fact."""
    for code in COUNTRIES:
        for transaction in boundaries.of_country(code):
            if sampling.is_valid(transaction):
                facts = read(transaction)
                assert list(expected.given(facts)) == expected.wanted(transaction), transaction


def test_the_trees_alone_say_what_a_determination_says() -> None:
    """So that what is checked by the trees alone, the planted faults above all, is checked of determinations."""
    rng = random.Random(4544)
    for _number in range(200):
        facts = read(sampling.random_complete(rng))
        assert list(expected.given(facts)) == expected.determined(determine(facts))


def test_every_worked_case_through_the_command_line() -> None:
    lines = "".join(json.dumps(case["facts"], ensure_ascii=False) + "\n" for case in WORKED)
    done = subprocess.run(
        [sys.executable, "-m", "rules", "determine", "-"],
        input=lines.encode(),
        capture_output=True,
        cwd=ROOT,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    for case, answer in zip(WORKED, answers, strict=True):
        enforcement = answer["enforcement"]
        found = {**answer, **enforcement, "enforced_license_required": enforcement["license_required"]}
        found["license_required"] = answer["license_required"]
        for status in ("available", "unavailable"):
            names = case["expect"].get(status, ())
            found[status] = [name for name in names if answer["authorizations"][name]["status"] == status]
        assert {key: found[key] for key in case["expect"]} == case["expect"], case["title"]
