"""An independent statement of the law, for comparison only.

Plain functions, one question each, written from the text of 90 FR 4544 and of the rules that amended it, and
sharing nothing with the product: if the two disagree, one of them is wrong. Only complete transactions are
answered; a fact that is needed and absent raises ``KeyError``.

``reading`` is the id of an interpretation (``"I1"`` to ``"I10"``), whose alternative is then used alone, or
``None``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

Transaction = Mapping[str, Any]

EFFECTIVE = date(2025, 1, 13)
DESIGNER_RULE = date(2025, 1, 16)  # 90 FR 5298
NOT_ENFORCED = date(2025, 5, 13)
CHINA_RULE = date(2026, 1, 15)  # 91 FR 1684; also the day named in 748.15(a)(2) for paragraphs 14, 15 and 18
UAE_RULE = date(2026, 7, 10)  # 91 FR 43034
ALLOCATIONS_END = date(2028, 1, 1)
EDITIONS = (EFFECTIVE, DESIGNER_RULE, CHINA_RULE, date(2026, 2, 3), UAE_RULE)

CONTROLLED_OPERATIONS = 10**26
DERIVED_OPERATIONS = 25 * 10**24
LPP_YEAR = 26_900_000
NVEU_BY_QUARTER = {
    (2025, 1): 633_000_000,
    (2025, 2): 949_500_000,
    (2025, 3): 1_266_000_000,
    (2025, 4): 1_582_500_000,
    (2026, 1): 1_899_000_000,
    (2026, 2): 2_690_250_000,
    (2026, 3): 3_481_500_000,
    (2026, 4): 4_272_750_000,
    (2027, 1): 5_064_000_000,
    (2027, 2): 5_064_000_000,
    (2027, 3): 5_064_000_000,
    (2027, 4): 5_064_000_000,
}
NUMBERS = {
    "training_operations", "synthetic_data_operations", "additional_operations", "tpp", "performance_density",
    "units", "dram_bandwidth", "lpp_tpp_received_this_year", "uveu_total_tpp", "uveu_outside_tpp",
    "uveu_country_tpp", "uveu_outside_us_tpp", "nveu_installed_tpp",
}  # fmt: skip

READINGS = ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10")
AUTHORIZATIONS = ("AIA", "ACM", "LPP", "NAC", "ACA", "UVEU", "NVEU")
EMBARGOED = {"CU", "IR", "KP", "SY", "RU", "BY"}
ANTI_TERRORISM = {"CU", "IR", "KP", "SY"}
_TABLE = json.loads((Path(__file__).parent / "oracle_groups.json").read_text("utf-8"))


@dataclass(frozen=True)
class Answer:
    """What the law gives for one complete transaction, under one reading."""

    outcome: str
    posture: str
    warnings: list[str]
    edition: date | None = None
    classification: str | None = None
    subject_to_ear: bool | None = None
    license_required: bool | None = None
    enforced_license_required: bool | None = None
    review_policy: str | None = None
    authorizations: dict[str, bool] = field(default_factory=dict)
    red_flags: list[str] = field(default_factory=list)

    @property
    def decision(self) -> tuple[str, str | None]:
        """The outcome together with the review policy."""
        return self.outcome, self.review_policy


def read(transaction: Mapping[str, object]) -> dict[str, Any]:
    """The known facts of a transaction in JSON notation, dates and exact numbers read, unknown ones left out.

    Raises:
        ValueError: a number or date is not in the plain notation that the worked cases use.
    """
    known: dict[str, Any] = {}
    for name, value in transaction.items():
        if value is None or value == "not_sure":
            continue
        if name == "date":
            known[name] = date.fromisoformat(str(value))
        elif name in NUMBERS:
            if isinstance(value, float):
                raise ValueError(f"{name}: a binary float is not exact")
            known[name] = Fraction(str(value))
        else:
            known[name] = value
    return known


# Places -------------------------------------------------------------------------------------------


def country(code: str) -> str:
    """The country whose treatment the place shares: Hong Kong is treated as China."""
    return "CN" if code == "HK" else code


def in_group(code: str, group: str, on: date) -> bool:
    """Whether the place is in a Country Group of supplement no. 1 to part 740 on a date."""
    place = country(code)
    if place in _TABLE["groups"][group]:
        return True
    change = _TABLE["changed"].get(group, {}).get(place)
    if change is None:
        return False
    if "until" in change:
        return on <= date.fromisoformat(change["until"])
    return on >= date.fromisoformat(change["from"])


def in_5a(code: str) -> bool:
    """Supplement no. 5, paragraph (a), to part 740."""
    return country(code) in _TABLE["supplement_5a"]


def in_d5_or_macau(code: str, on: date) -> bool:
    """Macau, or Country Group D:5."""
    return country(code) == "MO" or in_group(code, "D:5", on)


def in_d_group(code: str, on: date) -> bool:
    """D:1, D:4 or D:5, excluding any destination also in A:5 or A:6: 742.6(a)(6)(iii)(B), 740.2(a)(9)(ii)."""
    listed = in_group(code, "D:1", on) or in_group(code, "D:4", on) or in_group(code, "D:5", on)
    return listed and not (in_group(code, "A:5", on) or in_group(code, "A:6", on))


def d_group_or_uae(t: Transaction) -> bool:
    """A D-group destination, or the United Arab Emirates since it is named (91 FR 43034)."""
    named = country(t["destination"]) == "AE" and t["date"] >= UAE_RULE
    return named or in_d_group(t["destination"], t["date"])


def run_from_d5_or_macau(t: Transaction) -> bool:
    """The recipient's headquarters or ultimate parent is in D:5 or Macau."""
    on = t["date"]
    return in_d5_or_macau(t["headquarters"], on) or in_d5_or_macau(t["ultimate_parent"], on)


def touches_d5_or_macau(t: Transaction) -> bool:
    """Destination, headquarters or ultimate parent is in D:5 or Macau."""
    return in_d5_or_macau(t["destination"], t["date"]) or run_from_d5_or_macau(t)


def how_many_in_5a(t: Transaction) -> int:
    """Of destination, headquarters and ultimate parent, how many are in supplement no. 5(a)."""
    return sum(in_5a(t[place]) for place in ("destination", "headquarters", "ultimate_parent"))


# Kinds of transaction and item --------------------------------------------------------------------


def is_deemed(t: Transaction) -> bool:
    """A release to a foreign person: deemed export or deemed reexport (734.13(a)(2), 734.14(a)(2))."""
    return t["activity"] in ("deemed_export", "deemed_reexport")


def is_shipment(t: Transaction) -> bool:
    """An export or reexport that is neither a transfer (in-country) nor deemed."""
    return t["activity"] in ("export", "reexport")


def is_weights(t: Transaction) -> bool:
    """Model weights."""
    return bool(t["item"] == "model_weights")


def is_commodity(t: Transaction) -> bool:
    """A circuit or a computer; never software, technology or weights."""
    return t["item"] in ("integrated_circuit", "computer")


def is_commodity_or_listed_software(t: Transaction) -> bool:
    """The items that 740.8(a) and 744.23(a)(3)(i)(A) name: commodities, and software of 5D002 or 5D992."""
    return is_commodity(t) or (t["item"] == "software" and t["entry"] in ("5D002", "5D992"))


# Classification -----------------------------------------------------------------------------------


def counted_operations(t: Transaction) -> Fraction:
    """Technical notes 2 and 3 to 4E091."""
    counted = Fraction(t["training_operations"])
    if t["synthetic_data"]:
        counted += t["synthetic_data_operations"]
    return counted


def weights_are_controlled(t: Transaction, reading: str | None) -> bool:
    """The heading of 4E091 and its notes 1 and 2."""
    counted = counted_operations(t)
    if counted < CONTROLLED_OPERATIONS or t["weights_status"] == "published":
        return False
    if t["weights_status"] == "derived_from_published":
        added = t["additional_operations"]
        of_which = counted if reading == "I1" else t["training_operations"] - added
        if added <= max(Fraction(DERIVED_OPERATIONS), of_which / 4):
            return False
    return not t["below_published_frontier"]


def branch(t: Transaction) -> str | None:
    """``"a"`` or ``"b"`` by the parameters of 3A090.a and .b, or ``None``; note 2 to 3A090."""
    tpp = t["tpp"]
    if tpp >= 4800:
        return "a"
    if tpp < 1600 or not t["datacenter"]:
        return None
    density = t["performance_density"]
    if density >= Fraction("5.92"):
        return "a"
    if density >= Fraction("3.2"):
        return "b"
    if tpp >= 2400 and density >= Fraction("1.6"):
        return "b"
    return None


def classify(t: Transaction, reading: str | None = None) -> str:
    """The entry and paragraph of supplement no. 1 to part 774, or ``"none"``."""
    if is_weights(t):
        return "4E091" if weights_are_controlled(t, reading) else "none"
    if t["item"] == "high_bandwidth_memory":
        return "3A090.c"
    if t["item"] == "other":
        return "none"
    which = branch(t)
    if which is None:
        return "none"
    entry = t["entry"]
    if entry in ("3A090", "4A090"):
        return f"{entry}.{which}"
    if is_commodity_or_listed_software(t):
        return f"{entry}.z"
    return f"{entry} (for .{which})"


# License requirement ------------------------------------------------------------------------------


def needs_license(t: Transaction, reading: str | None) -> bool:
    """742.6(a)(6)(iii), (a)(13); 744.23(a)(3)(i)(A), as codified on the date."""
    if is_weights(t):
        lifted = (
            is_deemed(t)
            and country(t["destination"]) not in ANTI_TERRORISM
            and (in_5a(t["headquarters"]) or in_5a(t["ultimate_parent"]))
            and t["permanent_regular_employee"]
        )
        return not lifted
    if branch(t) == "a":
        if t["entry"] == "3E001" and reading == "I10":
            return d_group_or_uae(t)
        return True
    if d_group_or_uae(t):
        return True
    return is_commodity_or_listed_software(t) and run_from_d5_or_macau(t)


def enforced(t: Transaction, codified: bool) -> bool:
    """Whether a license is required as BIS says it enforces (2025-05-13 and 2026-05-31)."""
    if is_weights(t):
        destination = country(t["destination"])
        return destination in ANTI_TERRORISM or (not is_deemed(t) and destination in ("RU", "BY"))
    if branch(t) == "a":
        return codified and (d_group_or_uae(t) or run_from_d5_or_macau(t))
    return codified


# Authorizations -----------------------------------------------------------------------------------


def restricted(t: Transaction) -> bool:
    """The destination or end user test of 740.2(a)(9)(ii)."""
    return in_d_group(t["destination"], t["date"]) or run_from_d5_or_macau(t)


def designer_is_fine(t: Transaction) -> bool:
    """The designer condition that 90 FR 5298 put on 3A090.a, 5A002.z and 5A992.z."""
    if branch(t) != "a" or t["entry"] not in ("3A090", "5A002", "5A992") or t["date"] < DESIGNER_RULE:
        return True
    return bool(t["authorized_designer"])


def aia(t: Transaction, reading: str | None) -> bool:
    """License Exception AIA, 740.27."""
    if is_weights(t):
        headquarters, parent = in_5a(t["headquarters"]), in_5a(t["ultimate_parent"])
        if reading == "I2":
            entity = headquarters if restricted(t) else headquarters or parent
        else:
            entity = headquarters and parent
        if is_deemed(t) or not entity or in_d5_or_macau(t["destination"], t["date"]):
            return False
        if reading == "I3" and t["date"] < CHINA_RULE:
            return True
        return bool(t["storage_compliant"])
    if branch(t) != "a" or t["entry"] == "3E001" or how_many_in_5a(t) < 3:
        return False
    if is_commodity(t) and t["trains_4e091_for_outsiders"]:
        return False
    return designer_is_fine(t)


def acm(t: Transaction, reading: str | None) -> bool:
    """License Exception ACM, 740.28."""
    if is_weights(t) or t["purpose"] != "manufacturing" or touches_d5_or_macau(t):
        return False
    if not t["private_sector"] or not t["final_customers_outside_d5"]:
        return False
    return reading == "I4" or designer_is_fine(t)


def lpp(t: Transaction, reading: str | None) -> bool:
    """License Exception LPP, 740.29."""
    if not is_commodity(t) or branch(t) != "a" or not is_shipment(t) or touches_d5_or_macau(t):
        return False
    if t["entry"] == "5A002" and reading != "I5":
        return False
    if restricted(t) and reading != "I6":
        return False
    if not t["direct_to_consignee"]:
        return False
    volume = t["lpp_tpp_received_this_year"] + t["tpp"] * t["units"]
    return bool(volume <= LPP_YEAR)


def advanced_computing_exceptions_reach(t: Transaction) -> bool:
    """The items of 740.8(a): commodities, 5D002 and 5D992, but no datacenter item of branch a."""
    if not is_commodity_or_listed_software(t):
        return False
    return branch(t) == "b" or not t["datacenter"]


def nac(t: Transaction) -> bool:
    """License Exception NAC, 740.8(a)."""
    return advanced_computing_exceptions_reach(t) and is_shipment(t) and touches_d5_or_macau(t)


def aca(t: Transaction) -> bool:
    """License Exception ACA, 740.8(a)."""
    if not advanced_computing_exceptions_reach(t):
        return False
    if t["activity"] == "transfer_in_country" and in_d5_or_macau(t["destination"], t["date"]):
        return True
    return not touches_d5_or_macau(t)


def may_receive_as(t: Transaction, kind: str) -> bool:
    """What 748.15 asks of universal (``"uveu"``) and national (``"nveu"``) validated end users alike."""
    return not is_weights(t) and t["veu"] == kind and t["purpose"] != "manufacturing" and is_shipment(t)


def uveu(t: Transaction) -> bool:
    """Universal validated end user: 748.15(b)(2)(i); supplement no. 10 to part 748, paragraph 6."""
    if not may_receive_as(t, "uveu") or in_d5_or_macau(t["destination"], t["date"]):
        return False
    if not (in_5a(t["headquarters"]) or in_5a(t["ultimate_parent"])):
        return False
    if not in_5a(t["destination"]):
        if t["uveu_outside_tpp"] > t["uveu_total_tpp"] * Fraction(25, 100):
            return False
        if t["uveu_country_tpp"] > t["uveu_total_tpp"] * Fraction(7, 100):
            return False
    if "US" in (t["headquarters"], t["ultimate_parent"]):
        return bool(t["uveu_outside_us_tpp"] <= t["uveu_total_tpp"] / 2)
    return True


def nveu(t: Transaction) -> bool:
    """National validated end user: 748.15(a)(2)(iii)(B), (b)(2)(ii)."""
    if not may_receive_as(t, "nveu") or touches_d5_or_macau(t):
        return False
    quarter = (t["date"].year, (t["date"].month + 2) // 3)
    return quarter in NVEU_BY_QUARTER and bool(t["nveu_installed_tpp"] <= NVEU_BY_QUARTER[quarter])


def authorizations(t: Transaction, reading: str | None) -> dict[str, bool]:
    """Every authorization by name; 740.2(a)(6) and part 746 leave none for the embargoed destinations."""
    if country(t["destination"]) in EMBARGOED:
        return dict.fromkeys(AUTHORIZATIONS, False)
    return {
        "AIA": aia(t, reading),
        "ACM": acm(t, reading),
        "LPP": lpp(t, reading),
        "NAC": nac(t),
        "ACA": aca(t),
        "UVEU": uveu(t),
        "NVEU": nveu(t),
    }


# Review policy ------------------------------------------------------------------------------------


def china_case_by_case(t: Transaction) -> bool:
    """91 FR 1684: the exports to China or Macau that are reviewed case by case."""
    return (
        t["date"] >= CHINA_RULE
        and t["activity"] == "export"
        and is_commodity(t)
        and country(t["destination"]) in ("CN", "MO")
        and t["tpp"] < 21_000
        and t["dram_bandwidth"] < 6_500
        and bool(t["china_certifications"])
    )


def review(t: Transaction, reading: str | None) -> str:
    """742.6(b)(10)(iii), (b)(10)(iv), (b)(14)."""
    if is_weights(t):
        inside = in_5a(t["headquarters"]) and in_5a(t["ultimate_parent"])
        return "not_stated" if inside else "presumption_of_denial"
    if branch(t) == "b":
        if reading == "I9" and china_case_by_case(t):
            return "case_by_case"
        return "presumption_of_denial" if touches_d5_or_macau(t) else "presumption_of_approval"
    if touches_d5_or_macau(t):
        if reading == "I7" and how_many_in_5a(t) > 0:
            return "presumption_of_approval"
        return "case_by_case" if china_case_by_case(t) else "presumption_of_denial"
    if how_many_in_5a(t) == 3 or (how_many_in_5a(t) > 0 and reading != "I8"):
        return "presumption_of_approval"
    if t["date"] >= ALLOCATIONS_END:
        return "not_stated"
    if t["exceeds_country_allocation"]:
        return "policy_of_denial"
    return "presumption_of_approval_within_allocation"


# The whole ----------------------------------------------------------------------------------------


def posture(on: date) -> str:
    """What BIS said of enforcement on the date."""
    return "compliance_not_yet_required" if on < NOT_ENFORCED else "not_enforced"


def warnings(t: Transaction) -> list[str]:
    """Part 746 reaches nearly every item for these destinations, whatever the outcome."""
    return ["embargo"] if "destination" in t and country(t["destination"]) in EMBARGOED else []


def red_flags(t: Transaction, classification: str) -> list[str]:
    """Supplement no. 3 to part 732, paragraph 28."""
    if t["activity"] != "compute_service" or classification != "4E091":
        return []
    return [] if in_5a(t["headquarters"]) and in_5a(t["ultimate_parent"]) else ["28"]


def not_subject(t: Transaction) -> bool:
    """734.3, 734.4, 734.9(h) and (l)."""
    return t["origin"] == "foreign" and not t["foreign_direct_product"] and not t["de_minimis_exceeded"]


def referred(t: Transaction) -> bool:
    """Deemed releases of software and technology, and 91 FR 43034: the texts that decide are not at hand."""
    if is_deemed(t) and t["item"] in ("software", "technology"):
        return True
    if is_weights(t) or country(t["destination"]) != "AE" or t["date"] < UAE_RULE:
        return False
    return bool(t["uae_exempt_recipient"])


def answer(t: Transaction, reading: str | None = None) -> Answer:
    """The law's answer for a complete transaction, as :func:`read` gives it.

    Raises:
        KeyError: a fact that is needed is absent.
    """
    assert reading is None or reading in READINGS, reading
    on: date = t["date"]
    if on < EFFECTIVE:
        return Answer("not_in_force", posture(on), warnings(t))

    classification = classify(t, reading)

    def conclude(outcome: str, **more: Any) -> Answer:
        return Answer(
            outcome,
            posture(on),
            warnings(t),
            edition=max(day for day in EDITIONS if day <= on),
            classification=classification,
            red_flags=red_flags(t, classification),
            **more,
        )

    if t["activity"] == "compute_service":
        return conclude("refer_to_legal" if t["part_744_concern"] else "no_export")
    if t["part_744_concern"]:
        return conclude("refer_to_legal")
    if not_subject(t):
        return conclude("not_subject_to_ear", subject_to_ear=False)
    if classification == "none":
        return conclude("not_controlled", subject_to_ear=True)
    if classification == "3A090.c":
        return conclude("out_of_scope", subject_to_ear=True)
    if referred(t):
        return conclude("refer_to_legal", subject_to_ear=True)

    required = needs_license(t, reading)
    reached: dict[str, Any] = {
        "subject_to_ear": True,
        "license_required": required,
        "enforced_license_required": enforced(t, required),
    }
    if not required:
        return conclude("no_license_required", **reached)
    reached["authorizations"] = authorizations(t, reading)
    if any(reached["authorizations"].values()):
        return conclude("authorization_available", **reached)
    return conclude("license_required", review_policy=review(t, reading), **reached)


def interpretations(t: Transaction) -> list[tuple[str, str, str | None]]:
    """Each interpretation whose alternative alone changes the decision, with the decision it gives."""
    adopted = answer(t).decision
    others = [(reading, answer(t, reading).decision) for reading in READINGS]
    return [(reading, *decision) for reading, decision in others if decision != adopted]
