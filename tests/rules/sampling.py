"""Random transactions for comparing the product with the oracle.

Every sample is valid, in the JSON notation of a transaction, and drawn so that each step of the law, each
authorization and each review policy comes up often: numbers fall on, just below and just above the limits
that the other numbers leave, dates on and around every change of the law, places in every class of country.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.rules import oracle

Partial = Mapping[str, object]
Exact = dict[str, Any]

ENTRIES: dict[str, tuple[str, ...]] = {
    "integrated_circuit": ("3A090", "3A001", "5A002", "5A004", "5A992"),
    "computer": ("4A090", "4A003", "4A004", "4A005", "5A002", "5A004", "5A992"),
    "software": ("3D001", "4D001", "4D090", "5D002", "5D992"),
    "technology": ("3E001", "4E001", "5E002", "5E992"),
}
HARDWARE = ("integrated_circuit", "computer", "high_bandwidth_memory")
ITEMS = {
    "model_weights": 30,
    "integrated_circuit": 28,
    "computer": 18,
    "software": 10,
    "technology": 10,
    "high_bandwidth_memory": 2,
    "other": 2,
}
ACTIVITIES = {
    "export": 48,
    "reexport": 18,
    "transfer_in_country": 14,
    "deemed_export": 8,
    "deemed_reexport": 8,
    "compute_service": 4,
}
AIA_COUNTRIES = ("DE", "JP", "TW", "FR", "CA")
OTHER_A5_A6 = ("IN", "CH", "PL", "IS", "SG", "IL", "MX", "ZA")
ELSEWHERE = ("BR", "MY", "TH", "ID")
D1_D4 = ("VN", "KZ", "SA", "QA", "AE", "AE", "YE")
D5_AND_MACAU = ("CN", "CN", "CN", "HK", "MO", "MO", "KH", "IQ", "VE", "AF", "ZW")
EMBARGOED = ("CU", "IR", "KP", "SY", "RU", "BY")
DESTINATION_CLASSES = {
    AIA_COUNTRIES: 22,
    OTHER_A5_A6: 16,
    ELSEWHERE: 12,
    D1_D4: 18,
    D5_AND_MACAU: 24,
    EMBARGOED: 8,
}
ENTITY_CLASSES = {
    AIA_COUNTRIES: 28,
    ("US",): 14,
    OTHER_A5_A6: 16,
    ELSEWHERE: 12,
    D1_D4: 12,
    D5_AND_MACAU: 14,
    EMBARGOED: 4,
}

_CHANGES = (
    date(2025, 1, 13),
    date(2025, 1, 16),
    date(2025, 5, 13),
    date(2025, 5, 15),
    date(2026, 1, 15),
    date(2026, 1, 15),
    date(2026, 2, 3),
    date(2026, 7, 10),
    date(2026, 7, 10),
    date(2027, 4, 7),
    date(2028, 1, 1),
)
_QUARTERS = tuple(date(year, month, 1) for year in (2025, 2026, 2027) for month in (1, 4, 7, 10))
_ORDINARY = (
    date(2025, 6, 1),
    date(2025, 10, 20),
    date(2026, 3, 1),
    date(2026, 8, 1),
    date(2027, 5, 5),
    date(2029, 2, 28),
)

# Values near the limits that no other number moves, and ordinary ones.
_USUAL_TEXT = {
    "training_operations": "1e26 1.2e26 1.25e26 2e26 2.5e26 1e27 1e27 6e25",
    "synthetic_data_operations": "0 1e25 4e25 5e25 1e26",
    "additional_operations": "0 1e25 2.5e25 2.5e25 2.6e25 5e25 1e26",
    "tpp": "4800 4800 4800 2400 2400 1600 1600 21000 2000 3000 3000 4799.5 9000 15824 20919",
    "performance_density": "5.92 5.92 3.2 3.2 1.6 0.5 2.5 4.76 4.76 19.4",
    "units": "1 10 200 5000 100000",
    "dram_bandwidth": "6500 6500 4800 864",
    "lpp_tpp_received_this_year": "0 0 26000000 26900000",
    "uveu_total_tpp": "1000000000 300000007",
    "uveu_outside_tpp": "0 250000000 100000000",
    "uveu_country_tpp": "0 70000000 10000000",
    "uveu_outside_us_tpp": "0 500000000 400000000",
    "nveu_installed_tpp": "0 633000000 5064000000 6000000000",
}
_USUAL = {name: tuple(map(Fraction, text.split())) for name, text in _USUAL_TEXT.items()}
# The step from one side of a limit to the other; one for all other numbers.
_STEP = {"performance_density": Fraction(1, 100)}
_WHOLE = {"units"}
_WEIGHED = {"date", "synthetic_data"}  # facts other than numbers on which a limit depends
_LIKELY = {
    "foreign_direct_product": 0.45,
    "de_minimis_exceeded": 0.35,
    "synthetic_data": 0.35,
    "below_published_frontier": 0.08,
    "storage_compliant": 0.6,
    "datacenter": 0.75,
    "authorized_designer": 0.6,
    "china_certifications": 0.7,
    "private_sector": 0.75,
    "permanent_regular_employee": 0.6,
    "final_customers_outside_d5": 0.75,
    "trains_4e091_for_outsiders": 0.3,
    "direct_to_consignee": 0.8,
    "exceeds_country_allocation": 0.4,
    "uae_exempt_recipient": 0.3,
    "part_744_concern": 0.05,
}
_CHOICES: dict[str, dict[str, int]] = {
    "origin": {"us": 75, "foreign": 25},
    "weights_status": {"closed": 50, "derived_from_published": 42, "published": 8},
    "purpose": {"own_use": 45, "manufacturing": 35, "cloud_service": 20},
    "veu": {"none": 45, "uveu": 30, "nveu": 25},
}
_OF_ALL = ("origin", "foreign_direct_product", "de_minimis_exceeded", "part_744_concern")
_OF_WEIGHTS = (
    "training_operations", "synthetic_data", "synthetic_data_operations", "weights_status",
    "additional_operations", "below_published_frontier", "storage_compliant", "permanent_regular_employee",
)  # fmt: skip
_OF_CHIPS_AND_THE_LIKE = (
    "tpp", "performance_density", "datacenter", "units", "dram_bandwidth", "authorized_designer",
    "china_certifications", "private_sector", "purpose", "final_customers_outside_d5",
    "trains_4e091_for_outsiders", "direct_to_consignee", "lpp_tpp_received_this_year", "veu",
    "uveu_total_tpp", "uveu_outside_tpp", "uveu_country_tpp", "uveu_outside_us_tpp", "nveu_installed_tpp",
    "exceeds_country_allocation", "uae_exempt_recipient",
)  # fmt: skip


def random_complete(rng: random.Random) -> dict[str, object]:
    """A valid transaction that leaves nothing open, now and then with facts that cannot matter to it."""
    return _complete({}, rng, idle=0.1)


def random_incomplete(rng: random.Random, share: float) -> dict[str, object]:
    """A valid transaction in which about ``share`` of the facts are absent, null or not sure."""
    partial: dict[str, object] = {}
    for name, value in random_complete(rng).items():
        if rng.random() >= share:
            partial[name] = value
        elif rng.random() < 0.6:
            partial[name] = rng.choice(["not_sure", "not_sure", None])
    return partial


def fill_ins(partial: Partial, rng: random.Random, n: int) -> Iterator[dict[str, object]]:
    """``n`` random valid completions of a valid partial transaction, numbers near the limits it leaves."""
    known = {name: value for name, value in partial.items() if value is not None and value != "not_sure"}
    for _ in range(n):
        yield _complete(known, rng, idle=0)


def is_valid(transaction: Partial) -> bool:
    """Whether the known facts could stand together in one transaction."""
    facts = oracle.read(transaction)
    item, activity, entry = facts.get("item"), facts.get("activity"), facts.get("entry")
    if entry is not None and item is not None and entry not in ENTRIES.get(item, ()):
        return False
    if activity in ("deemed_export", "deemed_reexport") and item in HARDWARE:
        return False
    if facts.get("destination") == "US":
        return False
    if any(facts[name] < 0 for name in oracle.NUMBERS if name in facts):
        return False
    if "units" in facts and facts["units"].denominator != 1:
        return False
    both = "additional_operations" in facts and "training_operations" in facts
    return not both or bool(facts["additional_operations"] <= facts["training_operations"])


def _complete(known: Partial, rng: random.Random, idle: float) -> dict[str, object]:
    facts = dict(known)
    facts.setdefault(
        "item", _pick(rng, {item: weight for item, weight in ITEMS.items() if _item_fits(item, known)})
    )
    item = str(facts["item"])
    facts.setdefault(
        "activity", _pick(rng, {name: w for name, w in ACTIVITIES.items() if _activity_fits(name, item)})
    )
    if item in ENTRIES:
        facts.setdefault("entry", rng.choice(ENTRIES[item]))
    facts.setdefault("date", _date(rng).isoformat())
    _places(facts, rng)
    everything = rng.random() < idle
    names = list(_OF_ALL)
    if item == "model_weights" or everything:
        names += _OF_WEIGHTS
    if item in ENTRIES or everything:
        names += _OF_CHIPS_AND_THE_LIKE
    # In random order, so that any number may be drawn to the limit that the others leave.
    exact = oracle.read({name: facts[name] for name in facts if name in oracle.NUMBERS or name in _WEIGHED})
    for name in rng.sample(names, len(names)):
        if name in facts:
            continue
        if name in _LIKELY:
            facts[name] = rng.random() < _LIKELY[name]
        elif name in _CHOICES:
            facts[name] = _pick(rng, _CHOICES[name])
        else:
            exact[name] = _number(name, exact, rng)
            facts[name] = decimal(exact[name])
        if name in _WEIGHED:
            exact[name] = facts[name]
    return facts


def _item_fits(item: str, known: Partial) -> bool:
    if "entry" in known and known["entry"] not in ENTRIES.get(item, ()):
        return False
    return "activity" not in known or _activity_fits(str(known["activity"]), item)


def _activity_fits(activity: str, item: str) -> bool:
    return item not in HARDWARE or activity not in ("deemed_export", "deemed_reexport")


def _pick(rng: random.Random, weights: Mapping[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _date(rng: random.Random) -> date:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(_CHANGES) + timedelta(days=rng.choice([-1, 0, 0, 1]))
    if kind < 0.65:
        return rng.choice(_QUARTERS) + timedelta(days=rng.choice([-1, 0]))
    return rng.choice(_ORDINARY)


def _places(facts: dict[str, object], rng: random.Random) -> None:
    """Fill in destination, headquarters and ultimate parent; a computing service has no destination."""
    if facts["activity"] != "compute_service":
        facts.setdefault("destination", _place(rng, DESTINATION_CLASSES))
    if rng.random() < 0.45 and "destination" in facts:
        facts.setdefault("headquarters", facts["destination"])
    facts.setdefault("headquarters", _place(rng, ENTITY_CLASSES))
    facts.setdefault(
        "ultimate_parent", facts["headquarters"] if rng.random() < 0.6 else _place(rng, ENTITY_CLASSES)
    )


def _place(rng: random.Random, classes: Mapping[tuple[str, ...], int]) -> str:
    return rng.choice(rng.choices(list(classes), list(classes.values()))[0])


def _number(name: str, known: Exact, rng: random.Random) -> Fraction:
    """A number for one fact, on or beside a limit, within what the known numbers allow."""
    limits = [limit for limit in _limits(name, known) if limit >= 0]
    value = rng.choice(limits if limits and rng.random() < 0.6 else _USUAL[name])
    step = _STEP.get(name, Fraction(1))
    if name not in _WHOLE and rng.random() < 0.15:
        step /= 10**12
    value += rng.choice([Fraction(0)] * 3 + [step, -step])
    if name == "additional_operations" and "training_operations" in known:
        value = min(value, known["training_operations"])
    if name in _WHOLE:
        return Fraction(max(int(value), 1))
    value = Fraction(decimal(max(value, Fraction(0))))
    # A limit such as a third is rounded down, which must not take the training below what is part of it.
    if name == "training_operations" and "additional_operations" in known:
        value = max(value, known["additional_operations"])
    return value


def _limits(name: str, known: Exact) -> list[Fraction]:
    """Where the law's answer may turn on this number, given the numbers already there."""
    rule = _LIMITS.get(name)
    if rule is None:
        return []
    try:
        return rule(known)
    except (KeyError, ZeroDivisionError):  # a number that the limit is made of is still open, or nothing
        return []


def _generated(known: Exact) -> Fraction:
    return Fraction(known["synthetic_data_operations"]) if known.get("synthetic_data") else Fraction(0)


def _left_under_lpp(known: Exact) -> Fraction:
    return Fraction(oracle.LPP_YEAR - known["lpp_tpp_received_this_year"])


def _quarters_figure(known: Exact) -> list[Fraction]:
    day = known["date"]
    figure = oracle.NVEU_BY_QUARTER.get((day.year, (day.month + 2) // 3))
    return [] if figure is None else [Fraction(figure)]


def _limits_of_training(known: Exact) -> list[Fraction]:
    limits = [oracle.CONTROLLED_OPERATIONS - _generated(known)]
    if "additional_operations" in known:
        added = known["additional_operations"]
        limits += [5 * added, 4 * added, 4 * added - _generated(known)]
    return limits


_LIMITS: dict[str, Callable[[Exact], list[Fraction]]] = {
    "training_operations": _limits_of_training,
    "additional_operations": lambda known: [
        known["training_operations"] / 5,
        (known["training_operations"] + _generated(known)) / 4,
        Fraction(oracle.DERIVED_OPERATIONS),
    ],
    "synthetic_data_operations": lambda known: [
        oracle.CONTROLLED_OPERATIONS - known["training_operations"],
        4 * known.get("additional_operations", Fraction(0)) - known["training_operations"],
    ],
    "tpp": lambda known: [tpp for tpp in (_left_under_lpp(known) / known["units"],) if tpp >= 1_600],
    "units": lambda known: [_left_under_lpp(known) / known["tpp"]],
    "lpp_tpp_received_this_year": lambda known: [oracle.LPP_YEAR - known["tpp"] * known["units"]],
    "uveu_outside_tpp": lambda known: [known["uveu_total_tpp"] / 4],
    "uveu_country_tpp": lambda known: [known["uveu_total_tpp"] * 7 / 100],
    "uveu_outside_us_tpp": lambda known: [known["uveu_total_tpp"] / 2],
    "uveu_total_tpp": lambda known: [
        share * known[name]
        for name, share in (
            ("uveu_outside_tpp", Fraction(4)),
            ("uveu_country_tpp", Fraction(100, 7)),
            ("uveu_outside_us_tpp", Fraction(2)),
        )
        if name in known
    ],
    "nveu_installed_tpp": _quarters_figure,
}


def decimal(value: Fraction) -> str:
    """A number in plain decimal notation: exact to 24 places, rounded down beyond them."""
    scaled = value * 10**24
    whole, rest = divmod(int(scaled), 10**24)
    return f"{whole}.{rest:024}".rstrip("0").rstrip(".")
