"""Scenarios: worked cases that lawyers keep, and whether the law as encoded gives what each expects.

One line of JSON Lines is one scenario, in the form in which worked cases are exchanged:

    {"id": "...", "title": "...", "facts": {...}, "expect": {"outcome": "...", ...}, "source": "...", "basis": "..."}

so what lawyers keep here can become tests, and the other way around. A line that is not so is refused with its number
and the field at fault, and then nothing of the file is taken in.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

import rules
from rules import facts
from rules.facts import FACTS, InvalidTransaction
from rules.provisions.conclusion import OUTCOMES, UNDETERMINED
from wizard import wording
from wizard.models import Scenario, ScenarioVersion

Json = Mapping[str, Any]
Words = str | Promise

REQUIRED, OPTIONAL = ("id", "title", "facts", "expect", "source"), ("basis",)
MAX_LINES, MAX_CHARACTERS = 5_000, 1_000_000


@dataclass(frozen=True)
class BadLine:
    """Why a line of a file is refused. `field` is "" where the line as a whole is at fault; `number` 0 is the file."""

    number: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.number}" if self.number else "the file"
        return f"{where}{f', {self.field}' if self.field else ''}: {self.message}"


class RefusedFileError(Exception):
    """A file of scenarios with lines that cannot be read; nothing of it was taken in."""

    def __init__(self, lines: Sequence[BadLine]) -> None:
        super().__init__("; ".join(map(str, lines)))
        self.lines = lines


class ChangedMeanwhileError(Exception):
    """Somebody else saved the scenario since the page was shown."""


# ------------------------------------------------------------------------------------------------ what is expected


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _among(allowed: Iterable[str]) -> Callable[[object], bool]:
    known = frozenset(allowed)
    return lambda value: isinstance(value, str) and value in known


def _lists(allowed: Iterable[str]) -> Callable[[object], bool]:
    known = frozenset(allowed)
    return lambda value: (
        isinstance(value, list) and all(isinstance(one, str) and one in known for one in value)
    )


def _or_none(fits: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or fits(value)


def _flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _alternatives(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and one.keys() == {"id", "outcome", "review_policy"} for one in value
    )


EXPECTABLE: Mapping[str, Callable[[object], bool]] = MappingProxyType(
    {
        "outcome": _among((*OUTCOMES, UNDETERMINED)),
        "review_policy": _or_none(_among(wording.REVIEW_POLICIES)),
        "classification": _or_none(lambda value: isinstance(value, str)),
        "license_required": _flag,
        "enforced_license_required": _flag,
        "subject_to_ear": _flag,
        "available": _lists(wording.AUTHORIZATIONS),
        "unavailable": _lists(wording.AUTHORIZATIONS),
        "missing": _lists(FACTS),
        "possible_outcomes": _lists(OUTCOMES),
        "interpretations": _alternatives,
        "warnings": _texts,
        "red_flags": _texts,
        "edition": _or_none(lambda value: isinstance(value, str)),
        "posture": _or_none(lambda value: isinstance(value, str)),
    }
)
"""What may be expected, and whether a value can be."""

EXPECTATIONS: Mapping[str, Words] = MappingProxyType(
    {
        "outcome": _("Result"),
        "review_policy": _("Review policy"),
        "classification": _("Classification"),
        "license_required": _("License required, as codified"),
        "enforced_license_required": _("License required, as enforced"),
        "subject_to_ear": _("Subject to the EAR"),
        "available": _("Authorizations available"),
        "unavailable": _("Authorizations not available"),
        "missing": _("Missing facts"),
        "possible_outcomes": _("Results still possible"),
        "interpretations": _("Interpretations that would change the result"),
        "warnings": _("Warnings"),
        "red_flags": _("Red flags"),
        "edition": _("Edition"),
        "posture": _("Enforcement posture"),
        "facts": _("Facts"),
    }
)


@dataclass(frozen=True)
class Failure:
    """One expectation that does not hold: what was expected, and what the law gives."""

    name: str
    expected: Any
    given: Any


@dataclass(frozen=True)
class Tried:
    """A scenario tried: what of it does not hold. `refused`: the law does not take its facts, with the reasons."""

    version: ScenarioVersion
    failures: tuple[Failure, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    outcome: str = ""

    @property
    def holds(self) -> bool:
        """Whether everything that it expects is given."""
        return not self.failures and not self.refused


def attempt(version: ScenarioVersion, day: datetime.date | None = None) -> Tried:
    """Try a scenario on its own date, or as if its transaction took place on `day`."""
    given = {**version.facts, "date": day.isoformat()} if day else version.facts
    try:
        found = rules.determine(facts.read(given)).to_json()
    except InvalidTransaction as error:
        return Tried(version, refused=tuple((one.field, one.problem.say(gettext)) for one in error.errors))
    return Tried(version, tuple(_failures(version.expect, found)), outcome=found["outcome"])


def _failures(expect: Json, found: Json) -> Iterator[Failure]:
    statuses = {name: one["status"] for name, one in found["authorizations"].items()}
    available = [name for name, status in statuses.items() if status == "available"]
    for name, expected in expect.items():
        match name:
            case "available":
                holds, given = set(expected) <= set(available), available
            case "unavailable":
                given = [one for one in expected if one not in available]
                holds = given == expected
            case "missing" | "possible_outcomes":
                given = list(found[name])
                holds = set(given) == set(expected)
            case "enforced_license_required":
                given = found["enforcement"]["license_required"]
                holds = given == expected
            case "posture":
                given = found["enforcement"]["posture"]
                holds = given == expected
            case _:
                given = found[name]
                holds = given == expected
        if not holds:
            yield Failure(name, expected, given)


def expected_of(found: Json) -> dict[str, Any]:
    """What a scenario made from a determination expects: its decision, and what is missing if there is none."""
    expect: dict[str, Any] = {"outcome": found["outcome"], "review_policy": found["review_policy"]}
    if found["outcome"] == UNDETERMINED:
        expect["missing"] = list(found["missing"])
    if found["classification"]:
        expect["classification"] = found["classification"]
    return expect


# ------------------------------------------------------------------------------------------------ keeping


@dataclass(frozen=True)
class Draft:
    """A scenario as it is to be kept."""

    name: str
    title: str
    facts: Json
    expect: Json
    source: str = ""
    basis: str = ""
    kept: bool = True


def newest() -> list[ScenarioVersion]:
    """The newest version of every scenario that is kept, by name."""
    last: dict[int, ScenarioVersion] = {}
    for version in ScenarioVersion.objects.select_related("scenario", "by").order_by("number"):
        last[version.scenario_id] = version
    return sorted((one for one in last.values() if one.kept), key=lambda one: one.scenario.name)


def keep(draft: Draft, by: User, seen: int | None = None) -> ScenarioVersion:
    """Keep a scenario: a new one, or a new version of the one of that name. Gives the newest where nothing differs.

    Raises:
        ChangedMeanwhileError: the newest version is not the one of number `seen` any more.
    """
    with transaction.atomic():
        scenario, _made = Scenario.objects.get_or_create(name=draft.name)
        scenario = Scenario.objects.select_for_update().get(pk=scenario.pk)
        last = scenario.versions.order_by("-number").first()
        if seen is not None and (last.number if last else 0) != seen:
            raise ChangedMeanwhileError
        version = ScenarioVersion(
            scenario=scenario,
            number=last.number + 1 if last else 1,
            title=draft.title,
            facts=dict(draft.facts),
            expect=dict(draft.expect),
            source=draft.source,
            basis=draft.basis,
            kept=draft.kept,
            by=by,
        )
        if last and last.to_json() == version.to_json() and last.kept == version.kept:
            return last
        version.save()
        return version


def next_name() -> str:
    """A name that no scenario has: L001, L002, ..."""
    taken = set(Scenario.objects.values_list("name", flat=True))
    number = len(taken) + 1
    while f"L{number:03d}" in taken:
        number += 1
    return f"L{number:03d}"


# ------------------------------------------------------------------------------------------------ exchange


def written(versions: Iterable[ScenarioVersion]) -> str:
    """The scenarios as JSON Lines."""
    return "".join(json.dumps(one.to_json(), ensure_ascii=False) + "\n" for one in versions)


def take_in(text: str, by: User) -> tuple[int, int]:
    """Keep every scenario of a file, or none; how many were new or changed, and how many there are in it.

    Raises:
        RefusedFileError: some line cannot be read.
    """
    drafts = read_lines(text)
    with transaction.atomic():
        before = ScenarioVersion.objects.count()
        for draft in drafts:
            keep(draft, by)
        return ScenarioVersion.objects.count() - before, len(drafts)


def read_lines(text: str) -> list[Draft]:
    """The scenarios of a file of JSON Lines.

    Raises:
        RefusedFileError: with every line that cannot be read.
    """
    lines = [
        (number, line)
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)
        if line.strip()
    ]
    if not lines:
        raise RefusedFileError([BadLine(0, "", gettext("There is no scenario in it."))])
    if len(lines) > MAX_LINES:
        raise RefusedFileError([BadLine(0, "", gettext("Give at most 5,000 lines at a time."))])
    drafts: list[Draft] = []
    bad: list[BadLine] = []
    names: dict[str, int] = {}
    for number, line in lines:
        reading = _Reading(number)
        draft = reading.draft(line)
        bad += reading.bad
        if draft is None:
            continue
        if draft.name in names:
            message = gettext("Line {line} has the same id.").format(line=names[draft.name])
            bad.append(BadLine(number, "id", message))
        names.setdefault(draft.name, number)
        drafts.append(draft)
    if bad:
        raise RefusedFileError(bad)
    return drafts


class _RepeatedError(ValueError):
    """A name that stands twice in one JSON object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _RepeatedError(name)
    return dict(pairs)


@dataclass
class _Reading:
    """One line on its way to a draft, and what is wrong with it."""

    number: int
    bad: list[BadLine] = field(default_factory=list)

    def refuse(self, name: str, message: str) -> None:
        self.bad.append(BadLine(self.number, name, message))

    def draft(self, line: str) -> Draft | None:
        try:
            # Numbers are kept as they are written, so that none of their digits is lost.
            found = json.loads(line, parse_int=str, parse_float=str, object_pairs_hook=_once)
        except _RepeatedError as error:
            self.refuse(str(error), gettext("This is given twice."))
            return None
        except (ValueError, RecursionError):
            self.refuse("", gettext("This is not JSON."))
            return None
        if not isinstance(found, dict):
            self.refuse("", gettext("Give one JSON object on each line."))
            return None
        self.names(found)
        self.texts(found)
        self.facts(found.get("facts"))
        self.expect(found.get("expect"))
        if self.bad:
            return None
        return Draft(
            found["id"],
            found["title"],
            found["facts"],
            found["expect"],
            found["source"],
            found.get("basis", ""),
        )

    def names(self, found: Json) -> None:
        for name in REQUIRED:
            if name not in found:
                self.refuse(name, gettext("This is missing."))
        for name in found:
            if name not in (*REQUIRED, *OPTIONAL):
                allowed = ", ".join((*REQUIRED, *OPTIONAL))
                self.refuse(name, gettext("There is no such field. Fields: {fields}.").format(fields=allowed))

    def texts(self, found: Json) -> None:
        for name, most in (("id", 40), ("title", 300), ("source", 2_000), ("basis", 5_000)):
            value = found.get(name, "-")
            if not isinstance(value, str) or (name in ("id", "title") and not value.strip()):
                self.refuse(name, gettext("Give a text."))
            elif len(value) > most:
                self.refuse(name, gettext("Use at most {count} characters.").format(count=most))
            elif "\x00" in value:
                self.refuse(
                    name,
                    gettext(
                        "Leave out invisible and control characters. Type the name instead of pasting it."
                    ),
                )

    def facts(self, found: object) -> None:
        if not isinstance(found, dict):
            if found is not None:
                self.refuse("facts", gettext("Give a JSON object of facts."))
            return
        try:
            facts.read(found)
        except InvalidTransaction as error:
            for one in error.errors:
                self.refuse(f"facts.{one.field}", one.problem.say(gettext))

    def expect(self, found: object) -> None:
        if not isinstance(found, dict):
            if found is not None:
                self.refuse("expect", gettext("Give a JSON object of what is expected."))
            return
        if "outcome" not in found:
            self.refuse("expect.outcome", gettext("This is missing."))
        for name, value in found.items():
            fits = EXPECTABLE.get(name)
            if fits is None:
                allowed = ", ".join(EXPECTABLE)
                self.refuse(
                    f"expect.{name}",
                    gettext("There is no such field. Fields: {fields}.").format(fields=allowed),
                )
            elif not fits(value):
                self.refuse(f"expect.{name}", gettext("This cannot be expected here."))
