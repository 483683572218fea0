"""The drawings: the same lines as text, SVG and DOT; a case's path told by shape and words; no style of their own."""

import json
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rules import determine, drawing, phrases
from rules.__main__ import main
from rules.conditions import Known, Test as FactTest, not_, since, weigh
from rules.facts import Facts, read
from rules.law import walk
from rules.outline import facts_of, outline, text
from rules.places import COUNTRIES
from rules.provisions.conclusion import DECISION, OBLIGATIONS
from rules.truth import FALSE, TRUE, UNKNOWN
from rules.wholeness import PROVISIONS

_SVG = "{http://www.w3.org/2000/svg}"
GERMAN_ORDER = {
    "date": "2025-06-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "15824", "performance_density": "19.4", "datacenter": True, "units": "5000", "authorized_designer": True,
    "destination": "DE", "headquarters": "DE", "ultimate_parent": "DE", "private_sector": True, "purpose": "own_use",
    "trains_4e091_for_outsiders": False, "direct_to_consignee": True, "lpp_tpp_received_this_year": "0", "veu": "none",
    "exceeds_country_allocation": False, "part_744_concern": False,
}  # fmt: skip
VIETNAM_OPEN = {
    "date": "2026-08-01", "activity": "export", "item": "integrated_circuit", "entry": "3A090", "origin": "us",
    "tpp": "2896", "performance_density": "4.76", "datacenter": True, "destination": "VN", "part_744_concern": False,
}  # fmt: skip
CASES = (None, read(GERMAN_ORDER), read(VIETNAM_OPEN), read({}))
NAMES = (None, *PROVISIONS)


def _texts(element: ElementTree.Element) -> str:
    """The words of one node of the picture, put together again as the outline has them."""
    main = " ".join(one.text or "" for one in element.iter(f"{_SVG}text") if one.get("class") == "text")
    notes = " ".join(one.text or "" for one in element.iter(f"{_SVG}text") if one.get("class") == "notes")
    return f"{main} · {notes}" if notes else main


@pytest.mark.parametrize("case", CASES, ids=["no case", "settled", "open", "nothing known"])
@pytest.mark.parametrize("name", NAMES)
def test_picture_dot_and_text_have_the_same_nodes_and_words(name: str | None, case: Facts | None) -> None:
    lines = outline(case, name)
    root = ElementTree.fromstring(drawing.svg(case, name))  # noqa: S314 - made by ourselves just now
    nodes = [one for one in root.iter(f"{_SVG}g") if (one.get("class") or "").startswith("node")]
    assert [_texts(node) for node in nodes] == [line.words for line in lines]
    assert [re.sub(r"^ *(-|\[.\]) | <$", "", row) for row in text(lines).splitlines()] == [
        line.words for line in lines
    ]
    written = drawing.dot(case, name)
    labels = re.findall(r'^  n\d+ \[shape=\w+, label="((?:[^"\\]|\\.)*)"', written, re.MULTILINE)
    shown = [label.replace("\\n", " ").replace('\\"', '"') for label in labels]
    assert shown == [" ".join((line.text, *line.notes)) for line in lines]
    assert written.count("{") == written.count("}")


@pytest.mark.parametrize("name", NAMES)
def test_picture_has_a_title_and_nothing_that_a_strict_policy_refuses(name: str | None) -> None:
    written = drawing.svg(read(GERMAN_ORDER), name)
    root = ElementTree.fromstring(written)  # noqa: S314
    assert root.get("role") == "img"
    labels = (root.get("aria-labelledby") or "").split()
    assert [root[0].get("id"), root[1].get("id")] == labels
    assert [root[0].tag, root[1].tag] == [f"{_SVG}title", f"{_SVG}desc"]
    assert root[0].text
    assert root[1].text
    for element in root.iter():
        assert element.tag.removeprefix(_SVG) in {"svg", "title", "desc", "g", "path", "circle", "text"}
        for attribute, value in element.attrib.items():
            assert attribute != "style"
            assert not attribute.startswith("on")
            if attribute in ("fill", "stroke"):
                assert value in ("currentColor", "none")
    assert written.__html__() == written


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps_or_leaves_the_frame(name: str | None, case: Facts | None) -> None:
    root = ElementTree.fromstring(drawing.svg(case, name))  # noqa: S314
    _left, _top, width, height = map(float, (root.get("viewBox") or "").split())
    last = 0.0
    for one in root.iter(f"{_SVG}text"):
        words, size = one.text or "", float(one.get("font-size") or 0)
        x, y = float(one.get("x") or 0), float(one.get("y") or 0)
        assert x + 0.5 * size * len(words) < width + 60, words
        assert y < height
        if x > 30 or y > 40:
            assert y >= last
            last = y


def test_a_case_is_marked_by_shape_and_words() -> None:
    lines = outline(read(VIETNAM_OPEN), "s740_28")
    states = {TRUE: "holds", FALSE: "does not hold", UNKNOWN: "not known"}
    assert {line.value for line in lines} == set(states)
    for line in lines:
        assert line.value is not None
        assert line.state.startswith(states[line.value])
        assert line.decides == line.state.endswith(("decides", "open"))
    root = ElementTree.fromstring(drawing.svg(read(VIETNAM_OPEN), "s740_28"))  # noqa: S314
    shapes: dict[str, set[str]] = {}
    for node in root.iter(f"{_SVG}g"):
        kinds = set((node.get("class") or "").split()) & {"true", "false", "unknown"}
        for kind in kinds:
            shapes.setdefault(kind, set()).add(ElementTree.tostring(node[0])[:24].decode())
    assert len(set(map(frozenset, shapes.values()))) == 3


def test_the_path_is_the_one_that_decides() -> None:
    lines = outline(read(GERMAN_ORDER))
    steps = [line for line in lines if line.kind == "step"]
    results = [line for line in steps if "this is the result" in line.state]
    assert [line.text for line in results] == [
        "9. An authorization is available — if at least one of these holds"
    ]
    assert all(line.state == "not reached" for line in steps[9:])
    named = [line.citation for line in lines if line.kind == "provision" and line.decides]
    assert "15 CFR 740.27(a)(1), (a)(2)(i); from 2025-01-16, 90 FR 5298" in named
    assert "15 CFR 740.28" not in named
    # A node decides only below one that does.
    assert all(
        lines[line.parent].decides or lines[line.parent].kind == "step"
        for line in lines
        if line.decides and line.parent is not None
    )


def test_a_decision_settled_by_the_whole_is_shown_as_settled() -> None:
    # No authorization is known to be available, but one always is.
    found = determine(read(VIETNAM_OPEN))
    assert found.outcome == "authorization_available"
    steps = [line for line in outline(read(VIETNAM_OPEN)) if line.kind == "step"]
    assert steps[8].state == "not known, but this is the result"
    assert steps[8].decides
    assert {step.state for step in steps[9:]} == {"not reached"}


def test_every_possible_outcome_of_an_open_case_has_its_step() -> None:
    case = read(
        {name: value for name, value in GERMAN_ORDER.items() if name not in ("headquarters", "destination")}
    )
    found = determine(case)
    assert found.outcome == "undetermined"
    possible = [line.text for line in outline(case) if line.kind == "step" and line.decides]
    assert any("License required" in words for words in possible)
    assert any("An authorization is available" in words for words in possible)
    assert len(possible) >= len(found.possible_outcomes)


def test_a_determination_is_drawn_from_its_trace() -> None:
    found = determine(read(GERMAN_ORDER))
    known = facts_of(found)
    assert known.items() <= read(GERMAN_ORDER).items()
    assert determine(known).outcome == found.outcome
    drawn = [line.text for line in outline(found) if line.kind == "step" and line.decides]
    assert drawn == [
        line.text for line in outline(read(GERMAN_ORDER)) if line.kind == "step" and line.decides
    ]


def test_every_test_of_facts_has_words_for_itself_and_its_opposite() -> None:
    roots = [condition for condition, _decision in DECISION.steps]
    roots += [one.applies for one in OBLIGATIONS if one.applies is not None]
    tests = {node for root in roots for node in walk(root) if isinstance(node, FactTest)}
    for test in tests:
        says, opposite = phrases.asks(test, holds=True), phrases.asks(test, holds=False)
        assert says != opposite
        assert says[0].isupper() or says[0] in "“0123456789"
        assert "{" not in says + opposite


@pytest.mark.parametrize(
    ("test", "holds", "words"),
    [
        (since("2026-07-10"), True, "2026-07-10 or later"),
        (since("2026-07-10"), False, "before 2026-07-10"),
        (weigh(26_900_000, (1, "tpp * units")), True, "26,900,000 TPP or less"),
        (weigh(-3_200_000, (-1, "tpp * units")), True, "3,200,000 TPP or more"),
        (weigh(0, (1, "uveu_outside_tpp"), ("-0.25", "uveu_total_tpp")), True, "is not more than 0.25 × "),
        (weigh(5, (1, "tpp"), (-2, "units")), False, "” is more than 2 × “"),
    ],
)
def test_words_of_a_comparison(test: FactTest, holds: bool, words: str) -> None:
    assert words in phrases.asks(test, holds=holds)


def test_answers_are_said_as_people_read_them() -> None:
    assert phrases.answer("destination", "KR") == "Korea, South"
    assert phrases.answer("tpp", Decimal(15824)) == "15,824 TPP"
    assert phrases.answer("training_operations", Decimal("1.2e26")) == "1.2 × 10²⁶ operations"
    assert phrases.answer("datacenter", True) == "yes"


def test_sentences_pass_through_the_translation() -> None:
    heard: list[str] = []

    def say(message: str) -> str:
        heard.append(message)
        return f"‹{message}›"

    lines = outline(read(GERMAN_ORDER), "s740_28", say)
    assert lines[0].text.startswith("‹License Exception ACM")
    assert "all of these hold" in heard
    assert "holds" in heard


def test_a_chinese_drawing_names_countries_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps({**GERMAN_ORDER, "destination": "AE"}), "utf-8")
    command = ["draw", "--facts", str(case), "--format", "text"]
    drawn = {}
    for language in ("en", "zh_Hans"):
        for name in PROVISIONS:
            assert main([*command, name, "--language", language]) == 0
        drawn[language] = capsys.readouterr().out
    names = {one.name: one.zh for one in COUNTRIES.values() if f": {one.name}" in drawn["en"]}
    assert {"United Arab Emirates", "Germany"} <= names.keys()
    for english, chinese in names.items():
        assert chinese in drawn["zh_Hans"]
        assert english not in drawn["zh_Hans"]


def test_negations_keep_their_value() -> None:
    case = Known(read({"tpp": "5000"}))
    test = weigh(4800, (1, "tpp"))
    assert case(not_(test)) is TRUE
    assert "more than 4,800 TPP" in phrases.asks(test, holds=False)  # type: ignore[arg-type]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps({**GERMAN_ORDER, "tpp": 15824}), "utf-8")
    assert main(["draw", "s740_29", "--facts", str(case), "--format", "text"]) == 0
    assert "here: 15,824 TPP" in capsys.readouterr().out
    assert main(["draw"]) == 0
    assert capsys.readouterr().out == drawing.svg()
    assert main(["draw", "s740_29", "--format", "dot"]) == 0
    assert capsys.readouterr().out.startswith("digraph")
    case.write_text(json.dumps({"tpp": "many"}), "utf-8")
    assert main(["draw", "--facts", str(case)]) == 2
    assert capsys.readouterr().err.startswith("tpp: ")
    case.write_text("[]", "utf-8")
    assert main(["draw", "--facts", str(case)]) == 2
    assert main(["draw", "--language", "xx"]) == 2
    assert "xx" in capsys.readouterr().err


@pytest.mark.parametrize("case", CASES, ids=["no case", "settled", "open", "nothing known"])
def test_pieces_are_the_picture_cut_between_lines(case: Facts | None) -> None:
    whole = ElementTree.fromstring(drawing.svg(case))  # noqa: S314
    pieces = [ElementTree.fromstring(one) for one in drawing.pieces(case)]  # noqa: S314
    assert len(pieces) > 1

    def drawn(root: ElementTree.Element) -> list[str]:
        found = [one for one in root.iter(f"{_SVG}g") if (one.get("class") or "").startswith("node")]
        return [ElementTree.tostring(one, encoding="unicode").strip() for one in found]

    def box(root: ElementTree.Element) -> list[float]:
        return [float(one) for one in (root.get("viewBox") or "").split()]

    assert [node for piece in pieces for node in drawn(piece)] == drawn(whole)
    top = 0.0
    for piece in pieces:
        assert box(piece)[:3] == [0, top, drawing.WIDTH]
        assert box(piece)[3] <= drawing.PIECE + 1
        top += box(piece)[3]
        places = [float(one.get("y") or 0) for one in piece.iter(f"{_SVG}text")]
        assert all(top - box(piece)[3] < y < top for y in places)
    assert top == box(whole)[3]
    lines = {
        one.get("d") for piece in pieces for one in piece if (one.get("class") or "").startswith("branch")
    }
    assert lines == {one.get("d") for one in whole if (one.get("class") or "").startswith("branch")}
    assert [piece.get("aria-hidden") for piece in pieces] == [None, *["true"] * (len(pieces) - 1)]
