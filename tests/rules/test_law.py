"""Provisions, readings and results in order: what each is worth on a day, and while the day or a fact is not known."""

from __future__ import annotations

import datetime

import pytest

from rules.conditions import ALWAYS, NEVER, Known, all_of, not_, yes
from rules.facts import read
from rules.law import Clause, Interpretation, Ordered, Provision, amended, provision, walk
from rules.truth import FALSE, TRUE, UNKNOWN, Truth

DATACENTER, PRIVATE = yes("datacenter"), yes("private_sector")
AMENDED = provision(
    "amended", "15 CFR 1", "Title", "Says", DATACENTER, later=(amended("2026-01-15", "91 FR 1", PRIVATE),)
)


def known(**facts: object) -> Known:
    return Known(read(facts))


@pytest.mark.parametrize(
    ("day", "datacenter", "private_sector", "value"),
    [
        ("2025-01-12", True, True, FALSE),  # before its first version
        ("2025-01-13", True, False, TRUE),
        ("2026-01-14", False, True, FALSE),
        ("2026-01-15", False, True, TRUE),
        ("2026-01-15", True, False, FALSE),
        ("2026-01-15", True, None, UNKNOWN),
        (None, True, True, UNKNOWN),  # the day may lie before the first version
        (None, False, True, UNKNOWN),
        (None, False, None, UNKNOWN),
        (None, False, False, FALSE),
    ],
)
def test_the_version_of_the_day_counts(
    day: str | None, datacenter: bool | None, private_sector: bool | None, value: Truth
) -> None:
    facts = known(date=day, datacenter=datacenter, private_sector=private_sector)
    assert facts(AMENDED) is value


def test_versions_stand_on_different_days_oldest_first() -> None:
    first, later = AMENDED.versions
    assert AMENDED.version(datetime.date(2025, 1, 12)) is None
    assert AMENDED.version(datetime.date(2025, 1, 13)) is first
    assert AMENDED.version(datetime.date(2026, 1, 15)) is later
    for versions in ((later, first), (first, first)):
        with pytest.raises(ValueError, match="oldest first"):
            Provision("id", "15 CFR 1", "Title", "Says", versions)


def test_another_reading_is_tried_by_its_id_and_nothing_else_changes() -> None:
    reading = Interpretation("I1", "15 CFR 1", "Which?", "This", "That", DATACENTER, PRIVATE)
    other = Interpretation("I2", "15 CFR 1", "Which?", "This", "That", PRIVATE, DATACENTER)
    both = all_of(Clause("15 CFR 1", "Says", reading), not_(other))
    adopted = known(datacenter=True, private_sector=False)
    assert both.readings == {"I1", "I2"}
    assert (adopted(both), adopted(reading), adopted(other)) == (TRUE, TRUE, FALSE)
    assert [adopted.reading("I1")(one) for one in (reading, other, both)] == [FALSE, FALSE, FALSE]
    assert [adopted.reading("I2")(one) for one in (reading, other, both)] == [TRUE, TRUE, FALSE]
    assert adopted(both) is TRUE


def test_the_first_step_that_holds_gives_the_result() -> None:
    ordered = Ordered(((NEVER, "never"), (DATACENTER, "one"), (PRIVATE, "two"), (ALWAYS, "one")), "otherwise")
    assert ordered.results(known(datacenter=True)) == ["one"]
    assert ordered.results(known(datacenter=False, private_sector=True)) == ["two"]
    assert ordered.results(known(datacenter=False)) == ["two", "one"]
    assert ordered.results(known(private_sector=False)) == ["one"]
    assert ordered.results(known()) == ["one", "two"]
    open_end = Ordered(((DATACENTER, "one"), (PRIVATE, "two")), "one")
    assert open_end.results(known(datacenter=False, private_sector=False)) == ["one"]
    assert open_end.results(known(datacenter=False)) == ["two", "one"]
    assert open_end.results(known()) == ["one", "two"]


def test_a_tree_is_walked_once_parents_first_and_not_below_what_is_taken_whole() -> None:
    inner = all_of(DATACENTER, PRIVATE)
    tree = all_of(AMENDED, inner, PRIVATE)
    assert list(walk(tree)) == [tree, AMENDED, DATACENTER, PRIVATE, inner]
    assert list(walk(tree, Provision)) == [tree, AMENDED, inner, DATACENTER, PRIVATE]
