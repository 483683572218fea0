"""Two determinations side by side: what differs, and which steps of the law make the difference.

Works on determinations as they are stored (`Determination.to_json`), so that a memo of years ago can stand beside what
the law gives today.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from rules import changes
from rules.facts import FACTS, Kind

Json = Mapping[str, Any]

ASPECTS: Mapping[str, Callable[[Json], Any]] = MappingProxyType(
    {
        "outcome": lambda one: one["outcome"],
        "review_policy": lambda one: one["review_policy"],
        "classification": lambda one: one["classification"],
        "authorizations": lambda one: {
            name: found["status"] for name, found in one["authorizations"].items()
        },
        "obligations": lambda one: {due["id"]: due["applies"] for due in one["obligations"]},
        "missing": lambda one: list(one["missing"]),
        "license_required": lambda one: one["license_required"],
        "enforced": lambda one: one["enforcement"]["license_required"],
        "interpretations": lambda one: {
            other["id"]: [other["outcome"], other["review_policy"]] for other in one["interpretations"]
        },
        "warnings": lambda one: [*one["warnings"], *one["red_flags"]],
    }
)
"""What a determination says, part by part, the decision first. The wording of its reasons is no part of it."""

DECISION = frozenset({"outcome", "review_policy"})
"""The parts that are the decision: where one of them differs, the decision flips."""


def differences(before: Json, after: Json) -> dict[str, list[Any]]:
    """Each part in which two determinations differ, with what the one and the other says."""
    parts = {name: [part(before), part(after)] for name, part in ASPECTS.items()}
    return {name: both for name, both in parts.items() if both[0] != both[1]}


@dataclass(frozen=True)
class StepChange:
    """A paragraph whose test came out otherwise, or that stands in another version. `""`: never reached, no version."""

    provision: str
    citation: str
    title: str
    says: str
    before: str
    after: str
    version_before: str
    version_after: str
    source: str

    @property
    def amended(self) -> bool:
        """Whether both sides went by it, in different versions."""
        return bool(self.version_before and self.version_after) and self.version_before != self.version_after

    @property
    def turned(self) -> bool:
        """Whether both sides reached it and it came out otherwise."""
        return bool(self.before and self.after) and self.before != self.after


def steps(before: Json, after: Json) -> list[StepChange]:
    """The steps of the two traces that differ, those of the second in the order of the law, then what it left out."""
    old, new = _steps(before), _steps(after)
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        if one and other and (one["value"], one["version"]) == (other["value"], other["version"]):
            continue
        shown = other or one
        assert shown is not None
        found.append(
            StepChange(
                provision=shown["provision"],
                citation=shown["citation"],
                title=shown["title"],
                says=shown["says"],
                before=one["value"] if one else "",
                after=other["value"] if other else "",
                version_before=one["version"] if one else "",
                version_after=other["version"] if other else "",
                source=shown["source"],
            )
        )
    return found


def apart(found: Sequence[StepChange]) -> dict[str, list[StepChange]]:
    """The steps for a page: those that make the difference, and those that one side only came to. Empty without any."""
    turning = [one for one in found if one.turned or one.amended]
    return {"turning": turning, "one_sided": [one for one in found if one not in turning]} if found else {}


def because(found: Iterable[StepChange]) -> list[str]:
    """The provisions that make the difference: those that turned or were amended, else those that one side reached."""
    listed = list(found)
    turned = [one for one in listed if one.turned or one.amended]
    return list(dict.fromkeys(one.provision for one in turned or listed))


def _steps(determination: Json) -> dict[tuple[str, str, str], Json]:
    """The trace by what each step tests."""
    return {(step["provision"], step["citation"], step["says"]): step for step in determination["trace"]}


@dataclass(frozen=True)
class Between:
    """What changed in the law between two days, as far as it can bear on one transaction."""

    provisions: tuple[changes.ProvisionChange, ...]
    countries: tuple[changes.CountryChange, ...]
    events: tuple[changes.EnforcementEvent, ...]

    def __bool__(self) -> bool:
        return bool(self.provisions or self.countries or self.events)


_changes = lru_cache(maxsize=256)(changes.between)


def law_between(
    one: datetime.date, other: datetime.date, answers: Mapping[str, object], *determinations: Json
) -> Between:
    """Changes to provisions that the determinations went through, to countries of the answers, and to enforcement."""
    found = _changes(one, other)
    reached = {step["provision"] for determination in determinations for step in determination["trace"]}
    countries = {answers.get(name) for name, fact in FACTS.items() if fact.kind is Kind.COUNTRY}
    return Between(
        tuple(change for change in found.provisions if change.provision in reached),
        tuple(change for change in found.countries if change.country in countries),
        found.events,
    )
