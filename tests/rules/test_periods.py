"""A limit that goes by period, read off its condition as one test of date and number."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest

from rules.conditions import ByPeriod, Condition, all_of, at_least, at_most, below, not_, since, yes
from rules.diagram import Diagram, periods
from rules.possibility import ASKING_ORDER

EARLY, LATE = datetime.date(2025, 1, 1), datetime.date(2026, 1, 1)


def test_each_period_has_its_limit_and_none_stands_outside() -> None:
    found = periods(
        ByPeriod(
            (
                all_of(since("2025-01-01"), not_(since("2026-01-01")), at_most("units", 5)),
                all_of(since("2026-01-01"), below("units", 7)),
            )
        )
    )
    eve = EARLY - datetime.timedelta(days=1)
    assert not found.open(eve)
    assert not found.holds(eve, 0)
    assert [found.holds(EARLY, number) for number in (0, 5, Fraction(51, 10))] == [True, True, False]
    assert [found.holds(LATE, number) for number in (6, Fraction(69, 10), 7)] == [True, True, False]
    assert found.opens == (EARLY,), "from then on there is a limit on every day"


@pytest.mark.parametrize(
    "parts",
    [
        (all_of(since("2025-01-01"), at_least("units", 5)),),  # allows a number and forbids a smaller one
        (all_of(since("2025-01-01"), yes("datacenter"), at_most("units", 5)),),  # looks at something else
        (at_most("units", 5), at_most("tpp", 5)),  # two numbers
    ],
)
def test_what_is_no_such_limit_is_refused(parts: tuple[Condition, ...]) -> None:
    with pytest.raises(ValueError, match=r"no test of the date and one number|not every number below"):
        periods(ByPeriod(parts))


def test_each_limit_by_period_is_one_test_of_its_own() -> None:
    def limited(fact: str, limit: int) -> Condition:
        return ByPeriod((all_of(since("2025-01-01"), at_most(fact, limit)),))

    conditions = [limited("tpp", 5), limited("tpp", 7), limited("units", 5), limited("tpp", 5)]
    diagram = Diagram(ASKING_ORDER, conditions, joined=True)
    assert sorted(variable.facts for variable in diagram.joint) == [
        ("date", "tpp"),
        ("date", "tpp"),
        ("date", "units"),
    ]
    nodes = [diagram.condition(condition) for condition in conditions]
    assert nodes[0] == nodes[3]
    assert len(set(nodes)) == 3
    apart = Diagram(ASKING_ORDER, conditions)
    assert not apart.joint
    assert len({apart.condition(condition) for condition in conditions}) == 3
