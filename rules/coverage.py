"""Which paragraph of the rule is carried by what, and the other way round: `docs/coverage.md`, made from the code.

`data/paragraphs.csv` lists every paragraph of 90 FR 4544 in our words. What carries a paragraph is found by reading the
citations of provisions, clauses, questions, obligations and interpretations; no table of it is kept by hand.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rules.citations import UnreadableCitation, contains, paragraphs
from rules.conditions import Condition, InGroup, Test
from rules.determination import determine
from rules.enforcement import EVENTS
from rules.facts import FACTS, read
from rules.glossary import TERMS
from rules.law import Clause, Provision
from rules.places import ROWS
from rules.provisions.conclusion import AUTHORIZATIONS, DECISION, INTERPRETATIONS, LICENSE, OBLIGATIONS
from rules.questions import QUESTIONS
from rules.wholeness import PROVISIONS, own

_HERE = Path(__file__).parent
DOCUMENT = _HERE.parent / "docs" / "coverage.md"
WORKED_CASES = _HERE.parent / "tests" / "rules" / "worked_cases.jsonl"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the rule: its name, how it is cited, what it does, and why it is out of scope, if it is.

    `with_parent`: an item of a list, carried by whatever carries the paragraph that it stands in.
    """

    name: str
    citation: str
    does: str
    with_parent: bool
    out_of_scope: str


@dataclass(frozen=True)
class Citing:
    """Something in the code that cites: its kind, its id, the citation, and the facts it tests."""

    kind: str
    id: str
    citation: str
    facts: tuple[str, ...] = ()


def _table(name: str) -> list[dict[str, str]]:
    with (_HERE / "data" / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def _name(citation: str) -> str:
    (name,) = paragraphs(citation)
    return name


PARAGRAPHS: Mapping[str, Paragraph] = MappingProxyType(
    {
        name: Paragraph(name, row["paragraph"], row["does"], row["with_parent"] == "yes", row["out_of_scope"])
        for row in _table("paragraphs.csv")
        for name in [_name(row["paragraph"])]
    }
)
"""Every paragraph of the rule by name, in its order."""

OTHER_SOURCES: Mapping[str, str] = MappingProxyType(
    {_name(row["citation"]): row["what"] for row in _table("other_sources.csv")}
)
"""What is cited besides the rule's own paragraphs: its name, and what it is."""


def _facts(condition: Condition) -> tuple[str, ...]:
    tests = (node for node in own(condition) if isinstance(node, Test))
    used = {fact for test in tests for fact in test.facts}
    return tuple(fact for fact in FACTS if fact in used)


def _list_of(condition: Condition) -> str:
    """Where the list stands that a test of a country's group reads."""
    if not isinstance(condition, InGroup):
        return ""
    if condition.group == "5(a)":
        return "Supplement no. 5 to part 740, paragraph (a)"
    return "Supplement no. 1 to part 740"


@cache
def carriers() -> tuple[Citing, ...]:
    """Everything that can carry a paragraph."""
    found: list[Citing] = []
    for provision in PROVISIONS.values():
        found.append(Citing("provision", provision.id, provision.citation, _facts(provision)))
        for node in own(provision):
            citation = node.citation if isinstance(node, Clause) else _list_of(node)
            if citation:
                found.append(Citing("provision", provision.id, citation, _facts(node)))
    found += [Citing("interpretation", one.id, one.citation) for one in INTERPRETATIONS.values()]
    found += [
        Citing("obligation", one.id, one.citation, _facts(one.applies) if one.applies else ())
        for one in OBLIGATIONS
    ]
    found += [Citing("question", one.fact, one.citation, (one.fact,)) for one in QUESTIONS]
    return tuple(dict.fromkeys(found))


def citing() -> Iterator[Citing]:
    """Everything in the code that cites, what carries nothing included."""
    yield from carriers()
    for provision in PROVISIONS.values():
        for version in provision.versions:
            yield Citing("version", f"{provision.id} of {version.start}", version.source)
    for name, fact in FACTS.items():
        yield Citing("fact", name, fact.source)
    for event in EVENTS:
        yield Citing("event", event.date.isoformat(), event.source)
    for term in TERMS:
        yield Citing("glossary entry", term.slug, term.citation)
    for code, rows in ROWS.items():
        for row in rows[1:]:
            yield Citing("country row", code, row.source)


def known(name: str) -> bool:
    """Whether a name is that of a paragraph of the rule, of what it stands in, or of another source."""
    return any(contains(name, one) for one in PARAGRAPHS) or any(
        contains(source, name) or contains(name, source) for source in OTHER_SOURCES
    )


@cache
def carried() -> Mapping[str, tuple[Citing, ...]]:
    """What cites each paragraph by its own name."""
    found: dict[str, list[Citing]] = defaultdict(list)
    for one in carriers():
        for name in paragraphs(one.citation):
            found[name].append(one)
    return MappingProxyType({name: tuple(found[name]) for name in PARAGRAPHS})


def parent(paragraph: Paragraph) -> Paragraph | None:
    """The nearest paragraph that it stands in."""
    outer = [
        one for name, one in PARAGRAPHS.items() if name != paragraph.name and contains(name, paragraph.name)
    ]
    return max(outer, key=lambda one: len(one.name), default=None)


def carrying(paragraph: Paragraph) -> tuple[Citing, ...]:
    """What carries a paragraph, itself or, for an item of a list, through the paragraph it stands in."""
    found = carried()[paragraph.name]
    above = parent(paragraph) if paragraph.with_parent else None
    return found or (carrying(above) if above else ())


def problems() -> list[str]:
    """What is wrong, in sentences: citations unread or unknown, paragraphs without a carrier, reasons out of date."""
    found = []
    for one in citing():
        try:
            names = paragraphs(one.citation)
        except UnreadableCitation as error:
            found.append(f"The {one.kind} {one.id} has a citation that cannot be read: {error}.")
            continue
        found += [
            f"The {one.kind} {one.id} cites {name}, which is no paragraph of the rule and no other source."
            for name in names
            if not known(name)
        ]
    for paragraph in PARAGRAPHS.values():
        if paragraph.out_of_scope and carried()[paragraph.name]:
            found.append(f"{paragraph.citation} is carried now: take its reason out of paragraphs.csv.")
        elif not paragraph.out_of_scope and not carrying(paragraph):
            found.append(f"{paragraph.citation} is carried by nothing and has no reason to be out of scope.")
    return found


@cache
def _results() -> Mapping[str, tuple[str, ...]]:
    """What each provision gives by itself: an authorization or a review policy."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, condition in AUTHORIZATIONS.items():
        for node in own(condition):
            if isinstance(node, Provision):
                found[node.id].append(name)
    for condition, (outcome, policy) in DECISION.steps:
        for node in own(condition):
            if outcome == LICENSE and policy and isinstance(node, Provision):
                found[node.id].append(policy)
    return MappingProxyType({name: tuple(dict.fromkeys(one)) for name, one in found.items()})


@cache
def _cases() -> Mapping[str, tuple[str, ...]]:
    """The worked cases whose trace, obligations or interpretations reach each paragraph."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in WORKED_CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        determination = determine(read(case["facts"]))
        reached = {step.citation for step in determination.trace}
        reached |= {due.citation for due in determination.obligations}
        reached |= {INTERPRETATIONS[one.id].citation for one in determination.interpretations}
        for name in {name for citation in reached for name in paragraphs(citation)}:
            found[name].append(case["id"])
    return MappingProxyType({name: tuple(ids) for name, ids in found.items()})


def document() -> str:
    """`docs/coverage.md`."""
    return "\n".join([*_introduction(), *_forward(), *_backward(), *_sources()])


_INTRODUCTION = """\
# Coverage of the rule

Made by `python -m rules coverage` from the code; a test fails when it is out of date. Do not edit it.

The operative text of 90 FR 4544 has {all} paragraphs in this list: {carried} are carried by the code, {out} are out of
scope, each with its reason. What carries a paragraph is found by reading the citations in `rules/`. An item of a list
that nothing cites by itself is carried by what carries its paragraph, marked *in*.

*Tests* names the first worked cases (`tests/rules/worked_cases.jsonl`) whose trace, obligations or interpretations
reach the paragraph. Beyond them every provision is compared with an independent oracle
(`tests/rules/test_exactness.py`), and every question is tested in `tests/rules/test_questions.py`.
"""


def _introduction() -> list[str]:
    out = sum(1 for one in PARAGRAPHS.values() if one.out_of_scope)
    return [_INTRODUCTION.format(all=len(PARAGRAPHS), carried=len(PARAGRAPHS) - out, out=out)]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(ids: list[str]) -> str:
    return ", ".join(f"`{one}`" for one in dict.fromkeys(ids))


def _forward() -> list[str]:
    rows = [
        "## From the paragraphs to the code",
        "",
        _row("Paragraph", "What it does", "Provision", "Question", "Memo", "Tests"),
        _row(*["---"] * 6),
    ]
    return [*rows, *(_paragraph_row(paragraph) for paragraph in PARAGRAPHS.values()), ""]


def _paragraph_row(paragraph: Paragraph) -> str:
    if paragraph.out_of_scope:
        return _row(
            paragraph.citation, paragraph.does, f"*Out of scope.* {paragraph.out_of_scope}", "", "", ""
        )
    found = carrying(paragraph)
    provisions = [one.id for one in found if one.kind == "provision"]
    asked = [one.id for one in found if one.kind == "question"]
    asked += [fact for one in found if one.kind == "provision" for fact in one.facts]
    memo = [result for one in provisions for result in _results().get(one, ())]
    memo += [one.id for one in found if one.kind in ("obligation", "interpretation")]
    place: Paragraph | None = paragraph
    while place and not carried()[place.name]:
        place = parent(place)
    cases = _cases().get(place.name if place else "", ())
    tests = ", ".join(cases[:2]) + (" and others" if len(cases) > 2 else "")
    if not cases and asked:
        tests = "test_questions.py"
    above = "" if place is paragraph or place is None else f" *in {place.citation}*"
    questions = [question.fact for question in QUESTIONS if question.fact in asked]
    return _row(
        paragraph.citation, paragraph.does + above, _code(provisions), _code(questions), _code(memo), tests
    )


def _backward() -> list[str]:
    rows = ["## From the code to the paragraphs", ""]
    kinds = ("provision", "question", "obligation", "interpretation")
    for kind in kinds:
        cited: dict[str, list[str]] = defaultdict(list)
        for one in carriers():
            if one.kind == kind:
                cited[one.id] += paragraphs(one.citation)
        rows += [f"### Each {kind}", "", _row(kind.capitalize(), "Cites"), _row("---", "---")]
        rows += [_row(f"`{id_}`", "; ".join(dict.fromkeys(names))) for id_, names in cited.items()]
        rows.append("")
    return rows


def _sources() -> list[str]:
    rows = [_row(name, what) for name, what in OTHER_SOURCES.items()]
    return [
        "## Other sources that the code cites",
        "",
        _row("Source", "What it is"),
        _row("---", "---"),
        *rows,
        "",
    ]
