"""Transactions on both sides of every threshold, date and group of countries, where the oracle's answer turns on it.

The limits stand here as the text states them, not as the law's code does. Each is tried in random transactions until the
oracle's answers on its sides differ, so that every case is one in which the limit counts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from tests.rules import expected, oracle, sampling
from tests.rules.sampling import decimal

Transaction = dict[str, object]
SEED = 4544
STEP = Fraction(1, 10**12)

# Limits of one number: 3A090 and its notes; 4E091; 91 FR 1684; table 1 to 748.15(a)(2)(iii)(B).
THRESHOLDS: Mapping[str, tuple[str, ...]] = {
    "tpp": ("1600", "2400", "4800", "21000"),
    "performance_density": ("1.6", "3.2", "5.92"),
    "dram_bandwidth": ("6500",),
    "training_operations": ("100000000000000000000000000",),
    "additional_operations": ("25000000000000000000000000",),
    "nveu_installed_tpp": tuple(str(figure) for figure in dict.fromkeys(oracle.NVEU_BY_QUARTER.values())),
}
# Limits that other numbers set: fact, and what must be added to it, or taken from it, to meet the limit.
WEIGHED = ("training_operations", "additional_operations", "synthetic_data_operations", "lpp_tpp_received_this_year",
           "tpp", "units", "uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp", "uveu_total_tpp")  # fmt: skip
# Days on which something changes: the rule and its amendments, the quarters of table 1, the end of the allocations.
DAYS = (
    *oracle.EDITIONS,
    oracle.NOT_ENFORCED,
    oracle.ALLOCATIONS_END,
    *(date(year, 3 * quarter - 2, 1) for year, quarter in oracle.NVEU_BY_QUARTER),
)
FOUND_EACH = 6
TRIED = 4000


def _draw(rng: random.Random, **wanted: object) -> Transaction:
    """A random whole transaction with every number, that keeps what is wanted."""
    return next(sampling.fill_ins(wanted, rng, 1))


def _drawn_with(fact: str, rng: random.Random) -> Transaction:
    while True:
        transaction = sampling.random_complete(rng)
        if fact in transaction:
            return transaction


def _answers(cases: list[Transaction]) -> list[list[tuple[str, object]]]:
    return [expected.wanted(case) for case in cases]


def _kept(cases: list[Transaction]) -> bool:
    """Whether all are valid and the oracle does not say the same of all."""
    if not all(sampling.is_valid(case) for case in cases):
        return False
    answers = _answers(cases)
    return any(answer != answers[0] for answer in answers)


def _around(fact: str, limit: Fraction) -> list[Fraction]:
    steps = (Fraction(1),) if fact == "units" else (STEP, Fraction(1))
    values = [limit, *(limit - step for step in steps), *(limit + step for step in steps)]
    return [value for value in values if value >= 0]


def of_thresholds() -> Iterator[Transaction]:
    """Below, at and above every limit of one number."""
    rng = random.Random(SEED)
    for fact, limits in THRESHOLDS.items():
        for limit in limits:
            found = 0
            for _try in range(TRIED):
                base = _drawn_with(fact, rng)
                cases = [{**base, fact: decimal(value)} for value in _around(fact, Fraction(limit))]
                if _kept(cases):
                    yield from cases
                    found += 1
                    if found == FOUND_EACH:
                        break
            assert found, f"no transaction turns on {fact} at {limit}"


def of_weighed_numbers() -> Iterator[Transaction]:
    """Below, at and above limits that other numbers set."""
    rng = random.Random(SEED + 1)
    for fact in WEIGHED:
        found = 0
        for _try in range(TRIED):
            base = _drawn_with(fact, rng)
            known = oracle.read({name: value for name, value in base.items() if name != fact})
            for limit in sampling._limits(fact, known):
                value = Fraction(int(limit)) if fact == "units" else Fraction(decimal(max(limit, Fraction(0))))
                cases = [{**base, fact: decimal(one)} for one in _around(fact, value)]
                if _kept(cases):
                    yield from cases
                    found += 1
            if found >= 5 * FOUND_EACH:
                break


def of_days() -> Iterator[Transaction]:
    """The eve of every day of change, and the day itself."""
    rng = random.Random(SEED + 2)
    for day in sorted(set(DAYS)):
        found = 0
        for _try in range(TRIED):
            base = sampling.random_complete(rng)
            cases = [{**base, "date": (day + timedelta(days=step)).isoformat()} for step in (-1, 0)]
            answers = _answers(cases)
            if answers[0][:-3] != answers[1][:-3] or answers[0][-1] != answers[1][-1]:
                yield from cases
                found += 1
                if found == 4 * FOUND_EACH:
                    break


PLACES = ("destination", "headquarters", "ultimate_parent")


@cache
def bases_for_countries() -> tuple[tuple[str, Transaction], ...]:
    """Transactions whose answer turns on a country's group, and the fact in which the country stands."""
    rng = random.Random(SEED + 3)
    pairs = (("DE", "BR"), ("CN", "BR"), ("VN", "BR"), ("MO", "VN"), ("CH", "BR"), ("CN", "IN"))
    found: list[tuple[str, Transaction]] = []
    for fact in PLACES:
        for one, other in pairs:
            kept = 0
            for _try in range(TRIED):
                base = _drawn_with(fact, rng)
                if base["date"] > "2026-07-09" and _kept([{**base, fact: one}, {**base, fact: other}]):  # type: ignore[operator]
                    found.append((fact, base))
                    kept += 1
                    if kept == 2:
                        break
    return tuple(found)


def of_country(code: str) -> Iterator[Transaction]:
    """One country in every fact and in transactions that turn on it, before and after the groups changed."""
    for fact, base in bases_for_countries():
        if fact == "destination" and code == "US":
            continue
        for day in ("2025-02-01", "2026-03-01", base["date"]):
            yield {**base, fact: code, "date": day}


def of_changed_countries() -> Iterator[Transaction]:
    """The countries whose groups change, on both sides of the day."""
    for code, day in (("KH", date(2026, 2, 3)), ("AE", oracle.UAE_RULE)):
        for fact, base in bases_for_countries():
            for step in (-1, 0):
                yield {**base, fact: code, "date": (day + timedelta(days=step)).isoformat()}


def both_sides() -> Iterator[Transaction]:
    """All of them but the countries'."""
    yield from of_thresholds()
    yield from of_weighed_numbers()
    yield from of_days()
    yield from of_changed_countries()
