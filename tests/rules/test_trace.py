"""The trace of small trees: what bears on a value is named once, in order, with the facts used; nothing else is."""

from __future__ import annotations

import pytest

from rules.conditions import ALWAYS, Condition, Known, all_of, any_of, at_most, not_, yes
from rules.engine import Step, Trace, clauses
from rules.facts import read
from rules.law import Clause, Interpretation, Ordered, amended, provision
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

DATACENTER = Clause("15 CFR 1(a)", "For datacenters.", yes("datacenter"))
PRIVATE = Clause("15 CFR 1(b)", "A private recipient.", yes("private_sector"))
SMALL = Clause("15 CFR 1(c)", "A small one.", at_most("tpp", 5))
BOTH = provision("both", "15 CFR 1", "Both", "Both are needed.", all_of(DATACENTER, PRIVATE))
EITHER = provision("either", "15 CFR 2", "Either", "One will do.", any_of(DATACENTER, not_(PRIVATE)))
DAY = {"date": "2025-06-01"}


def traced(condition: Condition, **facts: object) -> list[Step]:
    trace = Trace(Known(read(facts)))
    trace.add(condition)
    return list(trace)


def told(condition: Condition, **facts: object) -> list[tuple[str, str, dict[str, object]]]:
    return [(one.citation, one.value, dict(one.facts)) for one in traced(condition, **facts)]


def test_of_all_parts_those_count_that_are_worth_as_much_as_the_whole() -> None:
    assert told(BOTH, **DAY, datacenter=True, private_sector=False) == [
        ("15 CFR 1", "false", {"private_sector": False}),
        ("15 CFR 1(b)", "false", {"private_sector": False}),
    ]
    assert told(BOTH, **DAY, datacenter=True, private_sector=True) == [
        ("15 CFR 1", "true", {"datacenter": True, "private_sector": True}),
        ("15 CFR 1(a)", "true", {"datacenter": True}),
        ("15 CFR 1(b)", "true", {"private_sector": True}),
    ]
    assert told(BOTH, **DAY, datacenter=True) == [("15 CFR 1", "unknown", {}), ("15 CFR 1(b)", "unknown", {})]


def test_of_parts_one_of_which_will_do_likewise() -> None:
    assert told(EITHER, **DAY, datacenter=True, private_sector=True) == [
        ("15 CFR 2", "true", {"datacenter": True}),
        ("15 CFR 1(a)", "true", {"datacenter": True}),
    ]
    assert told(EITHER, **DAY, datacenter=False, private_sector=True) == [
        ("15 CFR 2", "false", {"datacenter": False, "private_sector": True}),
        ("15 CFR 1(a)", "false", {"datacenter": False}),
        ("15 CFR 1(b)", "true", {"private_sector": True}),
    ]


def test_before_the_first_version_the_day_alone_decides() -> None:
    (step,) = traced(BOTH, date="2025-01-12", datacenter=True)
    assert (step.value, step.version, step.source, step.facts) == ("false", "", "", {"date": "2025-01-12"})
    assert told(BOTH, datacenter=False, private_sector=False) == [
        ("15 CFR 1", "false", {"datacenter": False, "private_sector": False}),
        ("15 CFR 1(a)", "false", {"datacenter": False}),
        ("15 CFR 1(b)", "false", {"private_sector": False}),
    ]


def test_the_version_of_the_day_is_named_and_followed() -> None:
    later = provision(
        "later", "15 CFR 3", "Later", "Says", DATACENTER, later=(amended("2026-01-15", "91 FR 1", SMALL),)
    )
    before, after = (traced(later, date=day, datacenter=True, tpp=6) for day in ("2026-01-14", "2026-01-15"))
    assert [(one.citation, one.version, one.source) for one in before] == [
        ("15 CFR 3", "2025-01-13", "90 FR 4544"), ("15 CFR 1(a)", "2025-01-13", "90 FR 4544"),
    ]  # fmt: skip
    assert [(one.citation, one.version, one.source, dict(one.facts)) for one in after] == [
        ("15 CFR 3", "2026-01-15", "91 FR 1", {"tpp": "6"}),
        ("15 CFR 1(c)", "2026-01-15", "91 FR 1", {"tpp": "6"}),
    ]
    undated = told(later, datacenter=True, tpp=5)
    assert [citation for citation, _value, _facts in undated] == ["15 CFR 3", "15 CFR 1(a)", "15 CFR 1(c)"]
    assert undated[0][1] == "unknown"


def test_a_reading_is_named_in_the_provision_and_the_adopted_one_followed() -> None:
    reading = Interpretation("I1", "15 CFR 4(a)", "Which?", "The small one.", "The other.", SMALL, PRIVATE)
    step, read_so, below = traced(
        provision("read", "15 CFR 4", "Read", "Says", reading), **DAY, tpp=5, private_sector=True
    )
    assert (step.provision, step.says, step.interpretation) == ("read", "Says", "")
    assert (read_so.provision, read_so.citation, read_so.says) == ("read", "15 CFR 4(a)", "The small one.")
    assert (read_so.interpretation, below.citation) == ("I1", "15 CFR 1(c)")
    assert traced(reading, tpp=5) == [], "what stands in no provision is not named"


def test_each_paragraph_is_named_once_in_each_provision() -> None:
    twice = provision("twice", "15 CFR 5", "Twice", "Says", all_of(BOTH, DATACENTER, any_of(DATACENTER)))
    found = traced(twice, **DAY, datacenter=True, private_sector=True)
    assert [(one.provision, one.citation) for one in found] == [
        ("twice", "15 CFR 5"), ("both", "15 CFR 1"), ("both", "15 CFR 1(a)"), ("both", "15 CFR 1(b)"),
        ("twice", "15 CFR 1(a)"),
    ]  # fmt: skip


def test_an_order_is_followed_to_the_step_that_decides() -> None:
    trace = Trace(Known(read({**DAY, "datacenter": True, "private_sector": False})))
    trace.follow(
        Ordered(((BOTH, 1), (EITHER, 2), (ALWAYS, 3), (provision("no", "0", "No", "", SMALL), 4)), 5)
    )
    assert [(one.provision, one.citation, one.value) for one in trace] == [
        ("both", "15 CFR 1", "false"), ("both", "15 CFR 1(b)", "false"),
        ("either", "15 CFR 2", "true"), ("either", "15 CFR 1(a)", "true"), ("either", "15 CFR 1(b)", "false"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "value", "named"),
    [
        ({"datacenter": True, "private_sector": False}, FALSE, [PRIVATE]),
        ({"datacenter": True, "private_sector": False}, TRUE, []),
        ({"datacenter": True, "private_sector": True}, TRUE, [DATACENTER, PRIVATE]),
        ({"datacenter": False, "private_sector": False}, FALSE, [DATACENTER, PRIVATE]),
        ({"datacenter": True}, UNKNOWN, [PRIVATE]),
        ({}, UNKNOWN, [DATACENTER, PRIVATE]),
    ],
)
def test_the_outermost_clauses_of_a_value(
    facts: dict[str, object], value: Truth, named: list[Clause]
) -> None:
    known = Known(read({**DAY, **facts}))
    assert list(clauses(BOTH, known, value)) == named
    assert list(clauses(all_of(BOTH, ALWAYS), known, value)) == named
    after = [DATACENTER] if named and known(DATACENTER) is value else []
    assert list(clauses(all_of(BOTH, DATACENTER), known, value)) == [*named, *after]
    assert list(clauses(all_of(all_of(DATACENTER), PRIVATE), known, value)) == named
    around = Clause("15 CFR 6", "Says", BOTH)
    assert list(clauses(all_of(around), known, value)) == ([around] if known(BOTH) is value else [])
