"""Red flag 28 of a computing service: what would still settle it once the interview has ended."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from itertools import product

from rules import RED_FLAG_28, Facts, determine, missing_for, next_question, read
from rules.facts import Value, as_json, contradictions
from tests.rules import oracle

SERVICE = {
    "item": "model_weights", "activity": "compute_service", "date": "2026-08-01", "part_744_concern": False,
}  # fmt: skip
# Values that reach every answer of the red flag, numbers on both sides of whatever they are weighed against. Some of
# the two trainings only fill in: if they were known, what settles the flag could lie beyond this table.
VALUES: dict[str, tuple[Value, ...]] = {
    "training_operations": tuple(map(Decimal, ("2e25", "5e25", "6e25", "1.2e26", "1e27"))),
    "additional_operations": tuple(map(Decimal, ("0", "3e25", "6e25", "4e26"))),
    "synthetic_data": (True, False),
    "synthetic_data_operations": tuple(map(Decimal, ("0", "4e25", "1e26"))),
    "weights_status": ("closed", "published", "derived_from_published"),
    "below_published_frontier": (True, False),
    "headquarters": ("DE", "BR"),
    "ultimate_parent": ("DE", "CN"),
}
ONLY_FILLED_IN = {
    "training_operations": {Decimal("5e25"), Decimal("1e27")},
    "additional_operations": {Decimal("4e26")},
}
Row = tuple[Value | None, ...]
"""A value of each fact of VALUES, None where it is unknown."""


def known(row: Row) -> dict[str, Value]:
    return {name: value for name, value in zip(VALUES, row, strict=True) if value is not None}


@cache
def flagged(row: Row) -> bool | None:
    """What the independent oracle says of a whole row; None if its facts cannot stand together."""
    facts = known(row)
    if contradictions(facts):
        return None
    told = {name: as_json(value) for name, value in facts.items()}
    return oracle.answer(oracle.read({**SERVICE, **told})).red_flags == ["28"]


def filled(row: Row, position: int) -> list[Row]:
    values = list(VALUES.values())[position]
    return [(*row[:position], value, *row[position + 1 :]) for value in values]


@cache
def settling(row: Row) -> frozenset[str]:
    """The facts that change the red flag in some way of filling in the others: looked up, one row beside another."""
    if None in row:
        return frozenset().union(*(settling(one) for one in filled(row, row.index(None))))
    here = flagged(row)
    return frozenset(
        name
        for position, name in enumerate(VALUES)
        if here is not None and {flagged(one) for one in filled(row, position)} >= {True, False}
    )


def test_what_would_settle_it_whatever_is_known() -> None:
    told = [
        [None, *(value for value in values if value not in ONLY_FILLED_IN.get(name, ()))]
        for name, values in VALUES.items()
    ]
    service, states, settled = dict(read(SERVICE)), 0, 0
    for row in product(*told):
        facts = known(row)
        if contradictions(facts):
            continue
        states += 1
        found = missing_for(RED_FLAG_28, Facts({**service, **facts}))
        wanted = settling(row) - facts.keys()
        assert set(found) == wanted, facts
        settled += not found
    assert states > 10_000
    assert 0 < settled < states


def test_the_interview_of_a_service_ends_with_the_red_flag_open() -> None:
    facts = read(SERVICE)
    determination = determine(facts)
    assert next_question(facts).next is None
    assert (determination.outcome, determination.red_flags) == ("no_export", ())
    assert [due.applies for due in determination.obligations] == ["unknown"]
    open_facts = missing_for(RED_FLAG_28, facts)
    assert set(open_facts) == set(VALUES)
    told = {"headquarters": "BR", "training_operations": "2e26", "weights_status": "closed"}
    assert missing_for(RED_FLAG_28, read({**SERVICE, **told})) == ("below_published_frontier",)
    raised = read({**SERVICE, **told, "below_published_frontier": False})
    assert missing_for(RED_FLAG_28, raised) == ()
    assert determine(raised).red_flags == ("28",)


def test_no_fact_settles_the_red_flag_of_what_is_no_such_service() -> None:
    assert missing_for(RED_FLAG_28, read({**SERVICE, "activity": "export"})) == ()
    assert missing_for(RED_FLAG_28, read({**SERVICE, "item": "integrated_circuit"})) == ()
    assert missing_for(RED_FLAG_28, read({**SERVICE, "date": "2025-01-12"})) == ()


def test_a_fact_that_nobody_is_sure_of_is_still_named() -> None:
    facts = read({**SERVICE, "headquarters": "not_sure", "ultimate_parent": "DE"})
    assert "headquarters" in missing_for(RED_FLAG_28, facts)
    assert "headquarters" in facts.not_sure
