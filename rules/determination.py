"""The determination: what the law gives for a transaction, with its reasons, to and from JSON."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from rules import places
from rules.conditions import Condition, Known
from rules.enforcement import ENFORCED, EVENTS, posture
from rules.engine import Step, Trace, clauses
from rules.facts import Facts
from rules.law import EFFECTIVE, Clause, Ordered, Provision
from rules.possibility import ASKING_ORDER, Next, Possibilities
from rules.provisions.applications import LICENSE as LICENSE_OBLIGATIONS, SERVICE as SERVICE_OBLIGATIONS
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import (
    AUTHORIZATIONS,
    AUTHORIZED,
    DECISION,
    INTERPRETATIONS,
    LICENSE,
    OBLIGATIONS,
    OUTCOMES,
    PROVISIONS,
    REQUIRED,
    SUBJECT,
    UNDETERMINED,
    Decision,
)
from rules.provisions.country_groups import EMBARGOED
from rules.provisions.part_744 import RED_FLAG_28
from rules.truth import FALSE, TRUE, UNKNOWN, Truth
from rules.wholeness import own

AVAILABLE, UNAVAILABLE = "available", "unavailable"


@dataclass(frozen=True)
class Reason:
    """Why, in our words, with the paragraph."""

    text: str
    citation: str


@dataclass(frozen=True)
class Authorization:
    """A license exception or validated end-user authorization: available, unavailable or undetermined, and why."""

    status: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Alternative:
    """The decision that an interpretation's alternative reading would give."""

    id: str
    outcome: str
    review_policy: str | None


@dataclass(frozen=True)
class DatedEvent:
    """An act that bears on enforcement."""

    date: str
    text: str
    source: str


@dataclass(frozen=True)
class Enforcement:
    """The second answer: the posture on the date, and the license requirement as BIS says it enforces it."""

    posture: str | None
    license_required: bool | None
    events: tuple[DatedEvent, ...]


@dataclass(frozen=True)
class Due:
    """An obligation that applies (`true`) or may apply (`unknown`)."""

    id: str
    authorization: str
    when: str
    text: str
    citation: str
    deadline: str
    threshold: str
    applies: str


@dataclass(frozen=True)
class Determination:
    """What the law gives for the facts known. `license_required` and others are None where open or never reached."""

    outcome: str
    possible_outcomes: tuple[str, ...]
    missing: tuple[str, ...]
    subject_to_ear: bool | None
    license_required: bool | None
    classification: str | None
    authorizations: Mapping[str, Authorization]
    review_policy: str | None
    red_flags: tuple[str, ...]
    warnings: tuple[str, ...]
    interpretations: tuple[Alternative, ...]
    enforcement: Enforcement
    obligations: tuple[Due, ...]
    trace: tuple[Step, ...]
    edition: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {name: _plain(value) for name, value in self.__dict__.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Determination:
        """The determination that `to_json` wrote."""
        enforcement = data["enforcement"]
        return cls(
            **{
                **data,
                "possible_outcomes": tuple(data["possible_outcomes"]),
                "missing": tuple(data["missing"]),
                "authorizations": {
                    name: Authorization(one["status"], tuple(Reason(**reason) for reason in one["reasons"]))
                    for name, one in data["authorizations"].items()
                },
                "red_flags": tuple(data["red_flags"]),
                "warnings": tuple(data["warnings"]),
                "interpretations": tuple(Alternative(**one) for one in data["interpretations"]),
                "enforcement": Enforcement(
                    enforcement["posture"],
                    enforcement["license_required"],
                    tuple(DatedEvent(**event) for event in enforcement["events"]),
                ),
                "obligations": tuple(Due(**one) for one in data["obligations"]),
                "trace": tuple(Step(**one) for one in data["trace"]),
            }
        )


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, Step):
        return value.to_json()
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(one) for name, one in asdict(value).items()}  # type: ignore[call-overload]
    return value


EDITIONS: tuple[datetime.date, ...] = tuple(
    sorted({EFFECTIVE, *places.CHANGES, *(v.start for one in PROVISIONS.values() for v in one.versions)})
)
"""The days from which the codified text, country groups included, reads differently."""


def edition(day: datetime.date) -> datetime.date | None:
    """The state of the text that applies on `day`; None before the rule."""
    return max((start for start in EDITIONS if start <= day), default=None)


def determine(facts: Facts) -> Determination:
    """The determination for a transaction, exact whatever is unknown."""
    return _Determining(facts).determination()


def next_question(facts: Facts) -> Next:
    """The fact to ask for next, and at least and at most how many more it will take."""
    return Possibilities(facts).next()


def missing_for(condition: Condition, facts: Facts) -> tuple[str, ...]:
    """Every unknown fact that can still change whether a condition holds, in asking order; none once it is settled.

    The interview ends with the decision. What is told beside it, such as red flag 28, can then still be open.
    """
    return Possibilities(facts).missing(condition)


def missing_for_authorizations(facts: Facts) -> tuple[str, ...]:
    """Every unknown fact that can still tell which authorization is available, where one is and none for certain.

    The decision can be given before that: at least one is available whatever the other facts are.
    """
    found = determine(facts)
    statuses = {name: one.status for name, one in found.authorizations.items()}
    if found.outcome != AUTHORIZED or AVAILABLE in statuses.values():
        return ()
    missing = {
        fact
        for name, status in statuses.items()
        if status == UNDETERMINED
        for fact in missing_for(AUTHORIZATIONS[name], facts)
    }
    return tuple(fact for fact in ASKING_ORDER if fact in missing)


def missing_for_reading(interpretation: str, facts: Facts) -> tuple[str, ...]:
    """Every unknown fact that can still change the decision under the alternative reading, in asking order."""
    return Possibilities(facts).missing(DECISION, interpretation)


class _Determining:
    """One transaction on its way to a determination. The diagram is read only where plain evaluation leaves doubt."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.known = Known(facts)

    @cached_property
    def possibilities(self) -> Possibilities:
        return Possibilities(self.facts)

    def results(self, ordered: Ordered[Any], alternative: str | None = None) -> frozenset[Hashable]:
        found = ordered.results(self.known.reading(alternative) if alternative else self.known)
        return frozenset(found) if len(found) == 1 else self.possibilities.results(ordered, alternative)

    def settled(self, ordered: Ordered[Any]) -> Any:
        """The one result every completion gives; None if they differ."""
        found = self.results(ordered)
        return next(iter(found)) if len(found) == 1 else None

    def value(self, condition: Condition) -> Truth:
        found = self.known(condition)
        if found is UNKNOWN:
            results = self.possibilities.results(condition)
            return Truth.of(True in results) if len(results) == 1 else UNKNOWN
        return found

    def determination(self) -> Determination:
        facts = self.facts
        missing = self.possibilities.missing() if len(DECISION.results(self.known)) > 1 else ()
        decisions = {decision for decision in self.results(DECISION) if isinstance(decision, tuple)}
        decision: Decision | None = next(iter(decisions)) if len(decisions) == 1 else None
        policies = {policy for _outcome, policy in decisions}
        required = self.settled(REQUIRED)
        authorizations = self.authorizations() if required else {}
        day = facts.get("date")
        known_day = day if isinstance(day, datetime.date) else None
        current = edition(known_day) if known_day else None
        red_flag = self.value(RED_FLAG_28)
        return Determination(
            outcome=decision[0] if decision else UNDETERMINED,
            possible_outcomes=()
            if decision
            else tuple(one for one in OUTCOMES if any(one == outcome for outcome, _policy in decisions)),
            missing=missing,
            subject_to_ear=self.settled(SUBJECT),
            license_required=required,
            classification=self.settled(CLASSIFICATION),
            authorizations=authorizations,
            review_policy=next(iter(policies)) if len(policies) == 1 else None,
            red_flags=("28",) if red_flag is TRUE else (),
            warnings=("embargo",) if self.known(EMBARGOED) is TRUE else (),
            interpretations=self.interpretations(decision) if decision else (),
            enforcement=Enforcement(
                posture(known_day) if known_day else None,
                self.settled(ENFORCED),
                tuple(DatedEvent(event.date.isoformat(), event.says, event.source) for event in EVENTS),
            ),
            obligations=self.obligations(decision, authorizations, red_flag) if decision else (),
            trace=self.trace(required, red_flag),
            edition=current.isoformat() if current else None,
        )

    def authorizations(self) -> dict[str, Authorization]:
        found = {}
        for name, condition in AUTHORIZATIONS.items():
            value = self.value(condition)
            status = {TRUE: AVAILABLE, FALSE: UNAVAILABLE, UNKNOWN: UNDETERMINED}[value]
            # Settled only by weighing clauses together: those that are open. Only by the kind of item, which is not
            # known and no clause: what the provisions ask.
            reasons: Sequence[Clause | Provision] = (
                [*clauses(condition, self.known, value)]
                or [*clauses(condition, self.known, UNKNOWN)]
                or [node for node in own(condition) if isinstance(node, Provision)]
            )
            found[name] = Authorization(status, tuple(Reason(one.says, one.citation) for one in reasons))
        return found

    def interpretations(self, decision: Decision) -> tuple[Alternative, ...]:
        found = []
        for one in INTERPRETATIONS.values():
            others = self.results(DECISION, one.id)
            if others == {decision}:
                continue
            other = next(iter(others)) if len(others) == 1 else None
            outcome, policy = other if isinstance(other, tuple) else (UNDETERMINED, None)
            found.append(Alternative(one.id, outcome, policy))
        return tuple(found)

    def obligations(
        self, decision: Decision, authorizations: Mapping[str, Authorization], red_flag: Truth
    ) -> tuple[Due, ...]:
        reached = set()
        if decision[0] == AUTHORIZED:
            reached = {name for name, one in authorizations.items() if one.status == AVAILABLE}
        elif decision[0] == LICENSE:
            reached = {LICENSE_OBLIGATIONS}
        if red_flag is not FALSE:
            reached.add(SERVICE_OBLIGATIONS)
        due = []
        for one in OBLIGATIONS:
            applies = TRUE if one.applies is None else self.known(one.applies)
            if one.authorization in reached and applies is not FALSE:
                due.append(
                    Due(
                        one.id, one.authorization, one.when, one.says, one.citation, one.deadline, one.threshold,
                        applies.value,
                    )
                )  # fmt: skip
        return tuple(due)

    def trace(self, required: bool | None, red_flag: Truth) -> tuple[Step, ...]:
        trace = Trace(self.known)
        trace.follow(DECISION)
        if red_flag is not FALSE:
            trace.add(RED_FLAG_28)
        if required is not None:
            trace.follow(ENFORCED)
        return tuple(trace)
