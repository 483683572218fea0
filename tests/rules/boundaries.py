"""Transactions on both sides of every threshold, date and group of countries, where the oracle's answer turns on it.

The limits stand here as the text states them, not as the law's code does. Each is tried in random transactions until
the oracle's answers on its sides differ, so that every case is one in which the limit counts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from tests.rules import oracle, sampling
from tests.rules.sampling import decimal

Transaction = dict[str, object]
SEED = 4544
STEP = Fraction(1, 10**12)

# Limits of one number: 3A090 and its notes; 4E091; 91 FR 1684.
THRESHOLDS: Mapping[str, tuple[str, ...]] = {
    "tpp": ("1600", "2400", "4800", "21000"),
    "performance_density": ("1.6", "3.2", "5.92"),
    "dram_bandwidth": ("6500",),
    "training_operations": ("100000000000000000000000000",),
    "additional_operations": ("25000000000000000000000000",),
}
# Numbers whose limit is set by other numbers.
WEIGHED = ("training_operations", "additional_operations", "synthetic_data_operations", "lpp_tpp_received_this_year",
           "tpp", "units", "uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp", "uveu_total_tpp")  # fmt: skip
FOUND_EACH = 5


@cache
def _pool() -> tuple[Transaction, ...]:
    """Random whole transactions to try the limits in."""
    rng = random.Random(SEED)
    return tuple(sampling.random_complete(rng) for _number in range(2_500))


def _said(transaction: Transaction) -> object:
    """What the oracle says of the law, leaving out what only repeats the date."""
    t = oracle.read(transaction)
    answer = oracle.answer(t)
    said = (answer.decision, answer.classification, answer.license_required, answer.authorizations)
    others = [oracle.answer(t, reading).decision for reading in ("I3", "I9")]
    return said, answer.enforced_license_required, others


def _turns(cases: list[Transaction]) -> bool:
    """Whether all are valid and the oracle does not say the same of all."""
    if not all(sampling.is_valid(case) for case in cases):
        return False
    first = _said(cases[0])
    return any(_said(case) != first for case in cases[1:])


def _around(fact: str, limit: Fraction) -> list[Fraction]:
    steps = (Fraction(1),) if fact == "units" else (STEP, Fraction(1))
    values = [limit, *(limit - step for step in steps), *(limit + step for step in steps)]
    return [value for value in values if value >= 0]


def of_thresholds() -> Iterator[Transaction]:
    """Below, at and above every limit of one number."""
    for fact, limits in THRESHOLDS.items():
        for limit in limits:
            found = 0
            for base in _pool():
                if fact not in base or found == FOUND_EACH:
                    continue
                cases = [{**base, fact: decimal(value)} for value in _around(fact, Fraction(limit))]
                if _turns(cases):
                    yield from cases
                    found += 1
            assert found, f"no transaction turns on {fact} at {limit}"


def of_weighed_numbers() -> Iterator[Transaction]:
    """Below, at and above limits that other numbers, or the date, set."""
    for fact in WEIGHED:
        found = 0
        for base in [one for one in _pool() if fact in one][:300]:
            if found >= 3 * FOUND_EACH:
                break
            known = oracle.read({name: value for name, value in base.items() if name != fact})
            for limit in sampling._limits(fact, known):
                value = (
                    Fraction(int(limit)) if fact == "units" else Fraction(decimal(max(limit, Fraction(0))))
                )
                cases = [{**base, fact: decimal(one)} for one in _around(fact, value)]
                if _turns(cases):
                    yield from cases
                    found += 1


def of_figures() -> Iterator[Transaction]:
    """Each quarter's figure of table 1, on the quarter's first and last day: below, at and above it."""
    bases = [base for base in _pool() if base.get("veu") == "nveu" and base["purpose"] != "manufacturing"]
    for (year, quarter), figure in oracle.NVEU_BY_QUARTER.items():
        first = date(year, 3 * quarter - 2, 1)
        after = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
        found = 0
        for base in bases:
            if found == 2:
                break
            sides = [
                {**base, "date": day.isoformat(), "nveu_installed_tpp": decimal(value)}
                for day in (max(first, oracle.EFFECTIVE), after - timedelta(days=1))
                for value in _around("nveu_installed_tpp", Fraction(figure))
            ]
            if _turns(sides):
                yield from sides
                found += 1
        assert found, f"no transaction turns on the figure of {first}"


def of_days() -> Iterator[Transaction]:
    """The eve of every day of change, and the day itself."""
    for day in sorted({*oracle.EDITIONS, oracle.NOT_ENFORCED, oracle.ALLOCATIONS_END}):
        found = 0
        for base in _pool():
            if found == 3 * FOUND_EACH:
                break
            cases = [{**base, "date": (day + timedelta(days=step)).isoformat()} for step in (-1, 0)]
            if day == oracle.NOT_ENFORCED or _turns(cases):
                yield from cases
                found += 1
        assert found, f"no transaction turns on {day}"


PLACES = ("destination", "headquarters", "ultimate_parent")


@cache
def bases_for_countries() -> tuple[tuple[str, Transaction], ...]:
    """Transactions whose answer turns on a country's group, and the fact in which the country stands."""
    pairs = (("DE", "BR"), ("CN", "BR"), ("VN", "BR"), ("MO", "VN"), ("CH", "BR"), ("CN", "IN"), ("AE", "VN"))
    found: list[tuple[str, Transaction]] = []
    for fact in PLACES:
        for one, other in pairs:
            kept = 0
            for base in _pool():
                day = str(base["date"])
                if (
                    kept < 2
                    and fact in base
                    and day > "2026-07-09"
                    and _turns([{**base, fact: one}, {**base, fact: other}])
                ):
                    found.append((fact, base))
                    kept += 1
    return tuple(found)


def of_country(code: str) -> Iterator[Transaction]:
    """One country in every fact of transactions that turn on it, after its groups changed and, if they did, before."""
    changed = code in ("KH", "AE")
    for fact, base in bases_for_countries():
        if fact == "destination" and code == "US":
            continue
        for day in ("2025-02-01", "2026-03-01", base["date"]) if changed else (base["date"],):
            yield {**base, fact: code, "date": day}


def of_changed_countries() -> Iterator[Transaction]:
    """The countries whose groups change, on both sides of the day."""
    for code, day in (("KH", date(2026, 2, 3)), ("AE", oracle.UAE_RULE)):
        for fact, base in bases_for_countries():
            for step in (-1, 0):
                yield {**base, fact: code, "date": (day + timedelta(days=step)).isoformat()}


def of_the_first_days() -> Iterator[Transaction]:
    """Transactions of every kind on the rule's first day and just before its first amendment."""
    for number, base in enumerate(_pool()[:900]):
        day = oracle.EFFECTIVE if number % 3 else oracle.DESIGNER_RULE - timedelta(days=1)
        yield {**base, "date": day.isoformat()}


def of_technology() -> Iterator[Transaction]:
    """3E001 technology for branch a between supplement no. 5(a) countries, before and after the first amendment."""
    rng = random.Random(SEED + 2)
    wanted = {"item": "technology", "activity": "export", "origin": "us", "datacenter": True, "tpp": "15824",
              "destination": "DE", "headquarters": "JP", "ultimate_parent": "FR", "part_744_concern": False,
              "purpose": "own_use", "veu": "none"}  # fmt: skip
    for entry in ("3E001", "4E001"):
        for step in (-1, 0):
            day = (oracle.DESIGNER_RULE + timedelta(days=step)).isoformat()
            yield from sampling.fill_ins({**wanted, "entry": entry, "date": day}, rng, 2)


def of_shares() -> Iterator[Transaction]:
    """Half of a universal validated end user's total, with only its headquarters or only its parent in the US."""
    rng = random.Random(SEED + 1)
    wanted = {"veu": "uveu", "activity": "export", "item": "computer", "origin": "us", "datacenter": True,
              "part_744_concern": False, "tpp": "15824", "uveu_country_tpp": "0", "uveu_outside_tpp": "0",
              "purpose": "cloud_service", "direct_to_consignee": False, "date": "2025-06-01"}  # fmt: skip
    for headquarters, parent in (("US", "DE"), ("DE", "US"), ("US", "US"), ("DE", "JP")):
        places = {"destination": "BR", "headquarters": headquarters, "ultimate_parent": parent}
        for base in sampling.fill_ins({**wanted, **places, "uveu_total_tpp": "1000000000"}, rng, 3):
            for value in _around("uveu_outside_us_tpp", Fraction(500_000_000)):
                yield {**base, "uveu_outside_us_tpp": decimal(value)}


def of_shipments() -> Iterator[Transaction]:
    """Shipments under LPP about which BIS must be told beforehand: 3,200,000 TPP or more, 740.29(g)(3)."""
    for base in _pool():
        if "units" in base and oracle.answer(oracle.read(base)).authorizations.get("LPP"):
            for value in _around("tpp", Fraction(3_200_000)):
                yield {**base, "tpp": decimal(value), "units": "1", "lpp_tpp_received_this_year": "0"}


def both_sides() -> Iterator[Transaction]:
    """All of them but the countries'."""
    yield from of_thresholds()
    yield from of_weighed_numbers()
    yield from of_figures()
    yield from of_technology()
    yield from of_shares()
    yield from of_shipments()
    yield from of_days()
    yield from of_the_first_days()
    yield from of_changed_countries()
