"""Two determinations in words, row by row, for a page that shows them side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from rules import INTERPRETATIONS
from rules.questions import BY_FACT
from wizard import wording
from wizard.answers import ask

Json = Mapping[str, Any]

PARTS: Mapping[str, str | Promise] = {
    "outcome": gettext_lazy("Result"),
    "review_policy": gettext_lazy("Review policy"),
    "classification": gettext_lazy("Classification"),
    "authorizations": gettext_lazy("Authorizations"),
    "obligations": gettext_lazy("Obligations"),
    "missing": gettext_lazy("Missing facts"),
    "license_required": gettext_lazy("As codified"),
    "enforced": gettext_lazy("As BIS says it enforces"),
    "interpretations": gettext_lazy("Interpretations"),
    "warnings": gettext_lazy("Warnings"),
}
"""The parts of a determination (`comparison.ASPECTS`) as people call them."""


@dataclass(frozen=True)
class Said:
    """One thing that a side says. `alone`: the other side does not say it."""

    words: str
    alone: bool
    shape: str = ""
    citation: str = ""


@dataclass(frozen=True)
class Row:
    """What the two sides say of one thing."""

    label: str
    before: tuple[Said, ...]
    after: tuple[Said, ...]

    @property
    def differs(self) -> bool:
        """Whether they do not say the same."""
        return any(one.alone for one in (*self.before, *self.after))


Plain = tuple[str, str, str]
"""Words, shape, citation."""


def row(label: str, before: Iterable[Plain], after: Iterable[Plain]) -> Row:
    """A row, each thing marked if the other side does not say it."""
    one, other = list(before), list(after)
    return Row(
        label,
        tuple(Said(words, (words, shape, cited) not in other, shape, cited) for words, shape, cited in one),
        tuple(Said(words, (words, shape, cited) not in one, shape, cited) for words, shape, cited in other),
    )


def rows(before: Json, after: Json) -> list[Row]:
    """Every part of two determinations in the language of the page, the decision first."""
    one, other = _words(before), _words(after)
    return [row(str(label), one[name], other[name]) for name, label in PARTS.items()]


def _words(found: Json) -> dict[str, list[Plain]]:
    return {
        "outcome": [outcome(found["outcome"])],
        "review_policy": _plain(wording.REVIEW_POLICIES, found["review_policy"]),
        "classification": [(_classification(found["classification"]), "", "")],
        "authorizations": [
            (f"{name}: {wording.STATUSES[one['status']]}", "", "")
            for name, one in found["authorizations"].items()
        ],
        "obligations": [(_obligation(due), "", due["citation"]) for due in found["obligations"]],
        "missing": [(fact(name), "", "") for name in found["missing"]],
        "license_required": _plain(wording.CODIFIED, _truth(found["license_required"])),
        "enforced": _plain(wording.ENFORCED, _truth(found["enforcement"]["license_required"])),
        "interpretations": list(_interpretations(found)),
        "warnings": [
            *((str(wording.WARNINGS[code]), "", "") for code in found["warnings"]),
            *((str(wording.RED_FLAGS[code]), "", "") for code in found["red_flags"]),
        ],
    }


def outcome(code: str) -> Plain:
    """An outcome's heading and shape."""
    shown = wording.OUTCOMES[code]
    return str(shown.heading), shown.shape, ""


def fact(name: str) -> str:
    """The question about a fact, as it is put when nothing else is known; its name if the law does not know it."""
    return ask(name, {}) if name in BY_FACT else name


def _obligation(due: Json) -> str:
    words = _(due["text"])
    return words if due["applies"] == "true" else f"{words} ({wording.APPLIES[due['applies']]})"


def _interpretations(found: Json) -> Iterator[Plain]:
    for one in found["interpretations"]:
        read = INTERPRETATIONS.get(one["id"])
        other = wording.OUTCOMES[one["outcome"]].heading
        question = f" {_(read.question)}" if read else ""
        yield f"{one['id']}.{question} → {other}", "", read.citation if read else ""


def _classification(code: str | None) -> str:
    return _("none under this rule") if code == "none" else code or "–"


def _plain(words: Mapping[str, wording.Words], code: str | None) -> list[Plain]:
    return [(str(words[code]), "", "")] if code else []


def _truth(value: bool | None) -> str:
    return "unknown" if value is None else "true" if value else "false"
