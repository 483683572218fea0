"""Every paragraph of the rule is carried or has its reason, every citation is known, the documents are up to date."""

import re
from pathlib import Path

import pytest

from rules import coverage, legal_review
from rules.__main__ import main
from rules.citations import UnreadableCitation, contains, paragraphs
from rules.coverage import OTHER_SOURCES, PARAGRAPHS, Citing
from rules.provisions.conclusion import INTERPRETATIONS
from rules.wholeness import PROVISIONS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("citation", "names"),
    [
        ("15 CFR 740.27(a)(3)(ii); supp. 10 to 748, paras. 14, 15, 18", [
            "740.27(a)(3)(ii)", "supp. 10 to 748, 14", "supp. 10 to 748, 15", "supp. 10 to 748, 18",
        ]),
        ("Supplement no. 10 to part 748, paragraphs 14, 15 and 18", [
            "supp. 10 to 748, 14", "supp. 10 to 748, 15", "supp. 10 to 748, 18",
        ]),
        ("15 CFR 742.6(b)(10)(iii)(A)(2), (B)", ["742.6(b)(10)(iii)(A)(2)", "742.6(b)(10)(iii)(B)"]),
        ("15 CFR 742.6(b)(10)(iii)(A)(1), (A)(2)", ["742.6(b)(10)(iii)(A)(1)", "742.6(b)(10)(iii)(A)(2)"]),
        ("15 CFR 740.27(a), (b)(2)(iii)", ["740.27(a)", "740.27(b)(2)(iii)"]),
        ("15 CFR 734.9(h), (l)", ["734.9(h)", "734.9(l)"]),
        ("740.27 to .29", ["740.27", "740.28", "740.29"]),
        ("15 CFR 748.15, introductory text, (d)(2)(i)", ["748.15, introductory text", "748.15(d)(2)(i)"]),
        ("15 CFR 748.15(a)(1), note 1 to (d)", ["748.15(a)(1)", "748.15, note 1 to (d)"]),
        ("15 CFR 748.15(a)(2)(iii)(B), table 1", ["748.15(a)(2)(iii)(B), table 1"]),
        ("ECCN 4E091, heading and technical notes 2 and 3", [
            "4E091, heading", "4E091, technical note 2", "4E091, technical note 3",
        ]),
        ("note 1 to ECCN 3A090.a; supplement no. 6 to part 740", ["3A090.a, note 1", "supp. 6 to 740"]),
        ("supplements no. 1 and no. 5 to part 740", ["supp. 1 to 740", "supp. 5 to 740"]),
        ("supplement no. 5(a) to 15 CFR part 740", ["supp. 5 to 740(a)"]),
        ("Supp. 2 (dd) to 748; 91 FR 1684", ["supp. 2 to 748(dd)", "91 FR 1684"]),
        ("15 CFR parts 748 and 750; 15 CFR parts 730 to 774", ["part 748", "part 750", "parts 730 to 774"]),
    ],
)  # fmt: skip
def test_citations_are_read(citation: str, names: list[str]) -> None:
    assert list(paragraphs(citation)) == names


@pytest.mark.parametrize("citation", ["", "15 CFR 740.27 and so on", "see above", "740.27(a"])
def test_a_citation_that_cannot_be_read_is_refused(citation: str) -> None:
    if citation:
        with pytest.raises(UnreadableCitation, match=re.escape(repr(citation))):
            paragraphs(citation)
    else:
        assert paragraphs(citation) == ()


def test_places_contain_what_stands_in_them() -> None:
    assert contains("740.27(b)", "740.27(b)(2)")
    assert contains("supp. 10 to 748, 14", "supp. 10 to 748, 14.e.i")
    assert not contains("740.2", "740.27")
    assert not contains("supp. 10 to 748, 1", "supp. 10 to 748, 14")


def test_every_paragraph_is_carried_or_has_a_reason_and_every_citation_is_known() -> None:
    assert coverage.problems() == []


def test_every_paragraph_is_said_briefly_in_our_words() -> None:
    for paragraph in PARAGRAPHS.values():
        assert 1 <= len(paragraph.does.split()) <= 12, paragraph.citation
        assert paragraph.does.endswith(".")
        assert not paragraph.out_of_scope or paragraph.out_of_scope.endswith(".")
        if paragraph.with_parent:
            assert coverage.parent(paragraph), paragraph.citation


def test_every_other_source_is_cited() -> None:
    cited = {name for one in coverage.citing() for name in paragraphs(one.citation)}
    assert [
        name for name in OTHER_SOURCES if not any(contains(name, one) or contains(one, name) for one in cited)
    ] == []


def test_problems_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = [
        Citing("provision", "one", "15 CFR 740.99(a)"),
        Citing("question", "two", "somewhere"),
    ]
    monkeypatch.setattr(coverage, "citing", lambda: iter(strange))
    uncovered = {
        **PARAGRAPHS,
        "740.27(d)": coverage.Paragraph("740.27(d)", "15 CFR 740.27(d)", "Invented.", False, ""),
        "740.28(e)": coverage.Paragraph("740.28(e)", "15 CFR 740.28(e)", "Account.", False, "A reason."),
    }
    monkeypatch.setattr(coverage, "PARAGRAPHS", uncovered)
    coverage.carried.cache_clear()
    found = coverage.problems()
    coverage.carried.cache_clear()
    assert found == [
        "The provision one cites 740.99(a), which is no paragraph of the rule and no other source.",
        "The question two has a citation that cannot be read: 'somewhere': cannot read 'somewhere'.",
        "15 CFR 740.28(e) is carried now: take its reason out of paragraphs.csv.",
        "15 CFR 740.27(d) is carried by nothing and has no reason to be out of scope.",
    ]


def test_the_documents_made_from_the_code_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["coverage", "--check"]) == 0, capsys.readouterr().err


def test_the_lists_of_the_legal_review_are_whole() -> None:
    document = legal_review.DOCUMENT.read_text("utf-8")
    for one in INTERPRETATIONS.values():
        assert f"### {one.id}. {one.question}" in document
        assert one.adopted_says in document
        assert one.alternative_says in document
    for provision in PROVISIONS.values():
        assert all(point in document for point in provision.open_points)
    with pytest.raises(ValueError, match="marks"):
        legal_review.up_to_date("nothing")


@pytest.mark.parametrize("name", ["flow.md", "amending-the-law.md", "legal-review.md", "coverage.md"])
def test_what_the_documents_name_exists(name: str) -> None:
    document = (DOCS / name).read_text("utf-8")
    known = {*PROVISIONS, *INTERPRETATIONS}
    for path in re.findall(r"`((?:rules|tests|wizard|docs)/[\w./-]+)`", document):
        assert (DOCS.parent / path).exists(), path
    for provision in re.findall(r"rules draw (s\w+)", document):
        assert provision in known
    for interpretation in re.findall(r"\bI\d+\b", document):
        assert interpretation in known or interpretation == "I99"


def test_the_examples_of_the_document_on_amending_run() -> None:
    document = (DOCS / "amending-the-law.md").read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 3
    exec("\n".join(blocks), {})  # noqa: S102 - our own document
