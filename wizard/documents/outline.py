"""A memo as an outline: its parts in order, each made of a few kinds of blocks.

The page, the PDF and the Word file are three settings of this one outline, so they cannot say different things.
What the memo says comes from its stored content; only the headings and labels around it are the site's.
"""

from __future__ import annotations

import datetime
import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _

from wizard import wording
from wizard.answers import say_date
from wizard.models import Memo

Style = Literal["", "strong", "emphasis", "quiet", "citation", "finding", "name", "whole", "line"]

_ELEMENTS: Mapping[Style, str] = MappingProxyType(
    {
        "": "{}",
        "strong": "<strong>{}</strong>",
        "emphasis": "<em>{}</em>",
        "quiet": '<span class="quiet">{}</span>',
        "citation": '<span class="citation" lang="en">{}</span>',
        "finding": '<span class="finding">{}</span>',
        "name": "<bdi>{}</bdi>",
        "whole": '<span class="whole">{}</span>',
        "line": "<br>",
    }
)
"""What each style is on the page."""


@dataclass(frozen=True)
class Run:
    """Words in one style; `language` where it is not that of the document."""

    text: str
    style: Style = ""
    language: str = ""

    @property
    def html(self) -> SafeString:
        """The words as they stand on the page."""
        return format_html(_ELEMENTS[self.style], self.text)


LINE = Run("", "line")
"""The end of a line within a text."""

Text = tuple[Run, ...]
"""A line or paragraph of text."""


class _Block:
    """What a section is made of."""

    @property
    def kind(self) -> str:
        """The name by which a setting knows what to do."""
        return type(self).__name__


@dataclass(frozen=True)
class Paragraph(_Block):
    """A paragraph; one that is "presented" states the question, a "warning" must be read."""

    text: Text
    role: Literal["", "presented", "warning", "quiet"] = ""


@dataclass(frozen=True)
class Subheading(_Block):
    """A heading below that of its section."""

    text: str


@dataclass(frozen=True)
class Verdict(_Block):
    """An outcome: its shape and its words; the memo's own leads, those that remain possible do not."""

    shape: str
    words: str
    leads: bool


@dataclass(frozen=True)
class Noted(_Block):
    """A paragraph with its authority beside it; `under` the paragraph before it when it is one of its clauses."""

    notes: tuple[Text, ...]
    text: Text
    under: bool = False


@dataclass(frozen=True)
class Table(_Block):
    """A table with a header row; `widths` are relative, 0 for as little as the words need."""

    name: str
    caption: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True)
class Side:
    """One of two answers that stand side by side."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class SideBySide(_Block):
    """Two answers of equal standing."""

    sides: tuple[Side, Side]


@dataclass(frozen=True)
class Items(_Block):
    """A list; with boxes it is one to tick off, and beside each item stands its authority."""

    items: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    boxes: bool = False

    @property
    def noted(self) -> tuple[tuple[Text, Text], ...]:
        """Each item and the note beside it."""
        return tuple(itertools.zip_longest(self.items, self.notes, fillvalue=()))


@dataclass(frozen=True)
class Reading(_Block):
    """A question with its authority, and under it labels with what belongs to each."""

    question: Noted
    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Signatures(_Block):
    """Who signed, and empty lines for those who have yet to."""

    rows: tuple[tuple[str, Text], ...]


Block = Paragraph | Subheading | Verdict | Noted | Table | SideBySide | Items | Reading | Signatures


@dataclass(frozen=True)
class Section:
    """A part of the memo; its name is the same in every language."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Outline:
    """The whole document. `page` is the wording of a page number with {page} and {pages} in it."""

    language: str
    kind: str
    number: str
    title: str
    author: str
    created: str
    title_block: tuple[tuple[str, Text], ...]
    verification_address: str
    verification_hint: str
    verification_words: str
    running_head: str
    sections: tuple[Section, ...]
    notice: str
    seal: str
    page: str

    def to_json(self) -> dict[str, Any]:
        """Plain values; each block names its kind."""
        plain: dict[str, Any] = _plain(self)
        return plain


def outline(
    memo: Memo, language: str, address: str, approved: tuple[str, datetime.date] | None = None
) -> Outline:
    """The memo's outline in one of the languages it was recorded in; `address` is where it can be verified.

    `approved` is the name under which the memo was approved, and the day; without it there are lines to sign. Only the
    page knows it: an approval may not stand for ever, and a file would go on saying so.

    Raises:
        KeyError: the memo was not recorded in that language.
    """
    content = memo.content
    text = content["text"][language]
    with translation.override(language):
        return Outline(
            language=language,
            kind=_("Memorandum"),
            number=content["number"],
            title=_("Memo %(number)s") % {"number": content["number"]},
            author=legible(content["author"]["name"]),
            created=content["created"],
            title_block=_title_block(memo, text),
            verification_address=address,
            verification_hint=_("QR code: the page that verifies this memo"),
            verification_words=_("Scan to verify, or enter the code at %(place)s")
            % {"place": _place(address)},
            running_head=text["findings"]["outcome"]["heading"],
            sections=tuple(_sections(content, text, approved)),
            notice=_notice(),
            seal=f"SHA-256 {memo.sha256}",
            page=_("Page {page} of {pages}"),
        )


def _place(address: str) -> str:
    """An address as people would type it."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}"


def _notice() -> str:
    """What every page says of the memo; in a translation, that it is one."""
    notice = _("Not a license, not legal advice, not from the Government.")
    if get_language() == "en":
        return notice
    unofficial = _(
        "This translation is unofficial. Citations and the words of the regulation stay in English."
    )
    return "".join(run.text for run in _say(notice, unofficial))


def legible(text: str) -> str:
    """`text` on one line, with each character that cannot be seen named instead: what turns the direction of
    the words around it, for one, may not do so here."""
    return "".join(
        " "
        if character in "\t\n\r"
        else f"[U+{ord(character):04X}]"
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")
        else character
        for character in text
    )


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "kind": type(value).__name__,
            **{field.name: _plain(getattr(value, field.name)) for field in fields(value)},
        }
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _run(text: str, style: Style = "") -> Run:
    return Run(legible(text), style)


def _say(*parts: str | Run) -> Text:
    """A text of the parts that have words, set apart by spaces; after a Chinese stop none is needed."""
    runs: list[Run] = []
    for part in parts:
        run = _run(part) if isinstance(part, str) else part
        if not run.text:
            continue
        if runs and not runs[-1].text.endswith(("。", "：")):
            runs.append(Run(" "))
        runs.append(run)
    return tuple(runs)


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _stop(words: str) -> str:
    """`words` as a sentence."""
    return words if words.endswith((".", "。")) else f"{words}。" if _chinese() else f"{words}."


def _comma(*words: str) -> str:
    """`words` after one another."""
    return ("，" if _chinese() else ", ").join(words)


def _brackets(words: str, inside: str) -> str:
    """`words` with `inside` in brackets."""
    return f"{words}（{inside}）" if _chinese() else f"{words} ({inside})"


def _cite(citation: str) -> Run:
    """A citation, in the English in which it is cited."""
    return Run(legible(citation), "citation", "en")


def _title_block(memo: Memo, text: Mapping[str, Any]) -> tuple[tuple[str, Text], ...]:
    content = memo.content
    author, case, edition = content["author"], content["case"], text["findings"]["edition"]
    reference = _("case %(reference)s") % {"reference": case["reference"]}
    rows = [
        (_("Date"), _say(text["date"])),
        (_("To"), _say(_("Legal, export controls"))),
        (_("From"), (_run(author["name"], "name"), _run(_brackets("", author["username"])))),
        (
            _("Re"),
            (_run(case["title"], "name"), Run(_comma("", "")), _run(reference, "whole"))
            if case["title"]
            else _say(reference),
        ),
    ]
    if content["supersedes"]:
        rows.append((_("Supersedes"), _say(content["supersedes"])))
    rows.append(
        (
            _("Edition"),
            _say(
                _("15 CFR as codified from %(day)s") % {"day": edition}
                if edition
                else _("before the rule was in force")
            ),
        )
    )
    rows.append((_("Code revision"), (_run(content["revision"], "name"),)))
    rows.append((_("Verification code"), _say(memo.verification_code)))
    return tuple(rows)


def _sections(
    content: Mapping[str, Any], text: Mapping[str, Any], approved: tuple[str, datetime.date] | None
) -> Iterable[Section]:
    found = text["findings"]
    yield Section("question", _("Question presented"), tuple(_question(found)))
    yield Section("brief-answer", _("Brief answer"), tuple(_brief_answer(found)))
    yield Section("facts", _("Facts"), tuple(_facts(text)))
    yield Section("rule", _("Rule"), tuple(_rule(found)))
    yield Section("analysis", _("Analysis"), tuple(_analysis(found)))
    yield Section("two-answers", _("Two answers: the text, and what is enforced"), tuple(_two_answers(found)))
    yield Section("interpretations", _("Interpretations"), tuple(_interpretations(found)))
    yield Section("obligations", _("Obligations"), tuple(_obligations(found)))
    yield Section("unknowns", _("Unknowns and assumptions"), tuple(_unknowns(found)))
    yield Section("sign-off", _("Sign-off"), tuple(_sign_off(content, text, approved)))


def _question(found: Mapping[str, Any]) -> Iterable[Block]:
    yield Paragraph(
        _say(
            _(
                "Does the AI Diffusion rule, 90 FR 4544, as codified in 15 CFR, require a license for the "
                "following transaction, and if so, can an authorization take its place?"
            )
        )
    )
    yield Paragraph(_say(" · ".join(found["question_presented"])), "presented")


def _brief_answer(found: Mapping[str, Any]) -> Iterable[Block]:
    for warning in (*found["warnings"], *found["red_flags"]):
        yield Paragraph(_say(warning), "warning")
    outcome = found["outcome"]
    yield Verdict(outcome["shape"], outcome["heading"], leads=True)
    yield Paragraph(_say(outcome["meaning"]))
    if found["review_policy"]:
        yield Paragraph(_say(_("On an application for a license:"), found["review_policy"]))
    if found["classification"]:
        named = found["classification"]
        yield Paragraph(
            _say(
                _("Classification:"), _run(_("none under this rule") if named == "none" else named, "strong")
            )
        )
    if found["possible_outcomes"]:
        yield Paragraph(_say(_("What it may turn out to be:")))
        for possible in found["possible_outcomes"]:
            yield Verdict(possible["shape"], possible["heading"], leads=False)


def _facts(text: Mapping[str, Any]) -> Iterable[Block]:
    rows = (*text["facts"], *text["set_aside"])
    usual = Counter((row["by"], _way(row)) for row in rows).most_common(1)
    by, way = usual[0][0] if usual else ("", "")
    yield Paragraph(
        _say(
            _("As asked and answered. Questions stand as the person saw them."),
            _("Given by %(by)s (%(way)s), unless a row says otherwise.") % {"by": by, "way": way}
            if by
            else "",
        )
    )
    yield Table(
        "facts",
        _("Facts"),
        (_("No."), _("Question"), _("Answer"), _("Given")),
        (0, 37, 25, 13),
        tuple((_say(str(row["number"])), *_fact(row, by, way)) for row in text["facts"]),
    )
    if text["set_aside"]:
        aside = _("Set aside: answered, but without weight under the other answers")
        yield Subheading(aside)
        yield Table(
            "set-aside",
            aside,
            (_("Question"), _("Answer"), _("Given")),
            (38, 24, 14),
            tuple(_fact(row, by, way) for row in text["set_aside"]),
        )
    if text["changes"]:
        yield Subheading(_("Answers that were changed"))
        yield Items(
            tuple(
                _say(
                    change["question"],
                    _("From “%(old)s” to “%(new)s”, by %(by)s, %(at)s.") % change,
                    _("The result before was:") if change["outcome_before"] else "",
                    _stop(change["outcome_before"]) if change["outcome_before"] else "",
                )
                for change in text["changes"]
            )
        )


def _fact(row: Mapping[str, Any], usually_by: str, usual_way: str) -> tuple[Text, Text, Text]:
    """A question, its answer, and when it was given; by whom and how where that is not as usual."""
    given = [row["at"]]
    if (row["by"], _way(row)) != (usually_by, usual_way):
        given += [row["by"], _way(row)] if row["by"] != usually_by else [_way(row)]
    return (
        _say(row["question"]),
        _say(_run(row["answer"], "emphasis" if row["not_sure"] else ""), _run(row["more"], "quiet")),
        _say(_run(_comma(*given), "quiet")),
    )


def _way(row: Mapping[str, Any]) -> str:
    return f"{row['way']}: {row['basis']}" if row["basis"] else row["way"]


def _rule(found: Mapping[str, Any]) -> Iterable[Block]:
    issues = found["issues"]
    decided = found["outcome"]["code"] in ("license_required", "authorization_available")
    governing = issues["true"] if decided else [*issues["true"], *issues["unknown"]]
    dates = Counter(_dated(issue) for issue in governing if issue["version"]).most_common(1)
    usual = dates[0][0] if dates else ""
    if usual:
        yield Paragraph(
            _say(_("The text is %(dated)s, unless another date stands beside it.") % {"dated": usual})
        )
    for issue in governing:
        dated = _dated(issue) if issue["version"] else usual
        notes = (_say(_cite(issue["citation"])), *(() if dated == usual else (_say(_run(dated, "quiet")),)))
        yield Noted(notes, _say(_run(_stop(issue["title"]), "strong"), issue["says"]))


def _dated(issue: Mapping[str, Any]) -> str:
    return _("as of %(day)s, %(source)s") % {"day": issue["version"], "source": issue["source"]}


def _analysis(found: Mapping[str, Any]) -> Iterable[Block]:
    issues = found["issues"]
    yield from _by_issue(issues["true"])
    if issues["unknown"]:
        yield Subheading(_("Open on these answers"))
        yield from _by_issue(issues["unknown"])
    if issues["false"]:
        yield Subheading(_("Looked at, and not met"))
        yield Table(
            "not-met",
            _("Looked at, and not met"),
            (_("Provision"), _("Facts"), _("Citation")),
            (26, 9, 33),
            tuple(
                (
                    _say(issue["title"]),
                    _say(_comma(*(str(fact["number"]) for fact in issue["facts"]))),
                    _say(_cite(issue["citation"])),
                )
                for issue in issues["false"]
            ),
        )
    yield from _authorizations(found)


def _authorizations(found: Mapping[str, Any]) -> Iterable[Block]:
    analyzed = [*found["issues"]["true"], *found["issues"]["unknown"]]
    weighed = [item for item in found["authorizations"] if item["status"] != "unavailable"]
    if weighed:
        yield Subheading(_("Authorizations"))
        yield Table(
            "authorizations",
            _("Authorizations"),
            (_("Authorization"), _("Why")),
            (22, 46),
            tuple(
                (
                    _say(_run(_brackets(item["id"], item["words"]), "strong"), item["name"]),
                    _because(item, analyzed),
                )
                for item in weighed
            ),
        )
    if len(weighed) < len(found["authorizations"]):
        not_met = _("Authorizations looked at, and not met")
        yield Subheading(not_met)
        yield Table(
            "authorizations-not-met",
            not_met,
            (_("Authorization"), _("What is not met")),
            (22, 46),
            tuple(
                (_say(_run(item["id"], "strong"), item["name"]), _reasons(item))
                for item in found["authorizations"]
                if item["status"] == "unavailable"
            ),
        )


def _reasons(item: Mapping[str, Any]) -> Text:
    return _say(*(part for reason in item["reasons"] for part in (reason["text"], _cite(reason["citation"]))))


def _because(item: Mapping[str, Any], analyzed: Iterable[Mapping[str, Any]]) -> Text:
    """Why an authorization is available or open; what the analysis has said already is not said again."""
    met = item["status"] == "available"
    reasons = {(reason["text"], reason["citation"]) for reason in item["reasons"]}
    for issue in analyzed:
        if reasons <= {(step["says"], step["citation"]) for step in issue["steps"]}:
            seen = (
                _("Each condition is met: see “%(title)s” above.")
                if met
                else _("Not known: see “%(title)s” above.")
            )
            return _say(seen % {"title": issue["title"]})
    lines = [_say(reason["text"], _cite(reason["citation"])) for reason in item["reasons"]]
    lines[:1] = [_say(_("Each of these is met:") if met else _("Not known:"), *line) for line in lines[:1]]
    return tuple(run for number, line in enumerate(lines) for run in ((LINE, *line) if number else line))


def _by_issue(issues: Iterable[Mapping[str, Any]]) -> Iterable[Block]:
    """Each issue and its clauses under it; issues that have none run on in one paragraph."""
    for divided, group in itertools.groupby(issues, lambda issue: bool(issue["steps"])):
        if not divided:
            yield Noted((), _say(*(run for issue in group for run in _met_or_not(issue))))
            continue
        for issue in group:
            yield Noted((), _say(*_met_or_not(issue)))
            for step in issue["steps"]:
                reading = (
                    _("On interpretation %(id)s, the reading adopted:") % {"id": step["interpretation"]}
                    if step["interpretation"]
                    else ""
                )
                yield Noted(
                    (_say(_cite(step["citation"])),),
                    _say(_run(_stop(step["words"]), "finding"), reading, step["says"]),
                    under=True,
                )


def _met_or_not(issue: Mapping[str, Any]) -> Iterable[Run]:
    yield _run(_stop(issue["title"]), "strong")
    yield _run(_stop(issue["words"]), "finding")
    if issue["facts"]:
        yield _run(_stop(f"{_('Facts')} {_applied(issue['facts'])}"), "quiet")


def _applied(facts: Iterable[Mapping[str, Any]]) -> str:
    return _comma(*(_brackets(str(fact["number"]), fact["answer"]) for fact in facts))


def _two_answers(found: Mapping[str, Any]) -> Iterable[Block]:
    enforced, edition = found["enforced"], found["edition"]
    dated = _("Text in force from %(day)s.") % {"day": edition}
    yield SideBySide(
        (
            Side(
                _("As codified"),
                (
                    Paragraph(_say(found["codified"])),
                    *((Paragraph(_say(dated), "quiet"),) if edition else ()),
                ),
            ),
            Side(
                _("As BIS says it enforces"),
                (
                    Paragraph(_say(enforced["words"])),
                    *((Paragraph(_say(enforced["posture"]), "quiet"),) if enforced["posture"] else ()),
                ),
            ),
        )
    )
    checked = _("What happened when. Sources last checked on %(day)s.") % {"day": found["sources_checked"]}
    yield Paragraph(_say(checked), "quiet")
    yield Table(
        "events",
        checked,
        (_("Date"), _("What happened"), _("Source")),
        (11, 44, 13),
        tuple(
            (_say(event["date"]), _say(event["text"]), _say(_cite(event["source"])))
            for event in enforced["events"]
        ),
    )


def _interpretations(found: Mapping[str, Any]) -> Iterable[Block]:
    if not found["interpretations"]:
        yield Paragraph(_say(_("No other reading known here would, alone, change the result.")))
        return
    yield Paragraph(
        _say(
            _("Where the text leaves a choice, and the other reading alone would or could change the result:")
        )
    )
    for item in found["interpretations"]:
        yield Reading(
            Noted(
                (_say(_cite(item["citation"])),), _say(_run(f"{item['id']}. {item['question']}", "strong"))
            ),
            (
                (_("Reading adopted here"), _say(item["adopted"])),
                (_("The other reading"), _say(item["alternative"])),
                (
                    _("The result it would give"),
                    _say(_stop(item["outcome"]), item["review_policy"], _depends(item.get("depends", ()))),
                ),
            ),
        )


def _depends(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    return _("It depends on what is not known: %(questions)s") % {"questions": " ".join(questions)}


def _obligations(found: Mapping[str, Any]) -> Iterable[Block]:
    if open_ := found.get("open_in_authorizations"):
        yield Paragraph(
            _say(
                _(
                    "Which authorization is available is not known, and so what it asks for is not either. Rely on "
                    "none of them before. It depends on these questions:"
                )
            )
        )
        yield Items(tuple(_say(question) for question in open_))
        return
    if not found["obligations"]:
        yield Paragraph(
            _say(
                _("None follow from this rule on these answers. Records must be kept all the same."),
                _cite("15 CFR part 762"),
            )
        )
        return
    yield Items(
        tuple(_obligation(item) for item in found["obligations"]),
        notes=tuple(_say(_cite(item["citation"])) for item in found["obligations"]),
        boxes=True,
    )


def _obligation(item: Mapping[str, Any]) -> Text:
    named = item["authorization"] in wording.AUTHORIZATIONS
    owed = _brackets(item["when"], item["authorization"]) if named else item["when"]
    deadline, threshold = item["deadline"], item["threshold"]
    return _say(
        _run(_stop(owed), "strong"),
        item["text"],
        *((_run(_("Deadline:"), "quiet"), _run(_stop(deadline), "quiet")) if deadline else ()),
        *((_run(_("Threshold:"), "quiet"), _run(_stop(threshold), "quiet")) if threshold else ()),
        _run(_stop(item["applies"]) if item["applies_code"] == "unknown" else "", "emphasis"),
    )


def _unknowns(found: Mapping[str, Any]) -> Iterable[Block]:
    for item in found["unknown"]:
        yield Noted(
            (_say(_cite(item["citation"])),),
            _say(
                _run(item["question"], "strong"),
                _("Who could settle it:"),
                _stop(item["who"]),
                item["find_out"],
            ),
        )
    yield Items(tuple(_say(line) for line in found["assumptions"]))


def _sign_off(
    content: Mapping[str, Any], text: Mapping[str, Any], approved: tuple[str, datetime.date] | None
) -> Iterable[Block]:
    yield Paragraph(_say(text["declaration"]))
    declared = (_("Declared by"), _signed(content["author"]["name"], text["date"]))
    if approved is None:
        yield Signatures((declared, (_("Reviewed by"), ()), (_("Date"), ())))
    else:
        yield Signatures((declared, (_("Approved by"), _signed(approved[0], say_date(approved[1])))))


def _signed(name: str, day: str) -> Text:
    return _run(name, "name"), _run(_comma("", day))
