"""Reads a citation and gives each paragraph that it names under one fixed name.

Citations are written for people: "15 CFR 740.27(a), (b)(2)(iii)", "Supplement no. 10 to part 748, paragraphs 14, 15 and
18". `paragraphs` reads them by a small grammar and refuses what it cannot read, so that a slip is found by a test.

Names: `740.27(b)(2)(iii)`, `748.15, introductory text`, `supp. 10 to 748, 14`, `supp. 5 to 740(a)`, `4E091, note 1`,
`90 FR 4544`, `part 744`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

_DATE = r"\d{4}-\d{2}-\d{2}"
_STEPS = r"(?:\([A-Za-z0-9]{1,5}\))+"
_ECCN = r"\d[A-E]\d{3}(?:\.[a-z](?:\.\d+)?)?"
_LIST = r"\d+(?:(?:, and | and |, | to )\d+)*"
_SUPPLEMENT = (
    r"(?:[Ss]upplements?|[Ss]upp\.) (?:no\. )?(?P<number>\d+)(?: and (?:no\. )?(?P<other>\d+))?"
    r" ?(?P<inner>\([a-z]{1,2}\))? to (?:15 CFR )?(?:part )?(?P<part>7\d\d)"
)
_PARAGRAPHS = (
    rf"(?:paragraphs?|paras?\.) (?:(?P<steps>{_STEPS})"
    rf"|(?P<other>\d+\.[a-z](?:\.[ivx]+)?|[A-Z]\(\d+\))|(?P<numbers>{_LIST}))"
    r"|red flag \d+|exemption for publication"
)
_INSIDE = (
    r"(?P<kind>introductory text|heading|license requirements|AT column|technical notes?|notes?|tables?)"
    rf"(?: (?P<numbers>{_LIST})(?: to (?P<target>{_STEPS}))?)?"
)
_AND = re.compile(r", and | and |, ")
_LEVELS = (r"[a-z]{1,2}", r"\d+", r"[ivx]+", r"[A-Z]", r"\d+", r"[ivx]+")
"""How paragraphs of a section are marked, by depth: (a)(1)(i)(A)(1)(i)."""


class UnreadableCitation(ValueError):
    """A citation that the grammar does not cover; the message quotes the part that could not be read."""


def paragraphs(citation: str) -> tuple[str, ...]:
    """The name of every paragraph that a citation names, in its order.

    Raises:
        UnreadableCitation: some part of it cannot be read.
    """
    named = list(_Reader(citation).read())
    # "ECCN 4E091, note 1" names the note: the entry only says where it stands.
    places = {one for one, after in pairwise(named) if one != after and contains(one, after)}
    return tuple(one for one in dict.fromkeys(named) if one not in places)


def contains(outer: str, inner: str) -> bool:
    """Whether one name is that of the other or of something it stands in."""
    return inner == outer or (inner.startswith(outer) and inner[len(outer)] in "(,.")


class _Reader:
    """Reads from left to right. What was named last is what "(b)" or "note 2" after it belongs to."""

    def __init__(self, citation: str) -> None:
        self._citation = citation
        self._place = ""
        self._steps: list[str] = []

    def read(self) -> Iterator[str]:
        at = 0
        while at < len(self._citation):
            for pattern, action in _GRAMMAR:
                if match := pattern.match(self._citation, at):
                    if action:
                        yield from action(self, match)
                    at = match.end()
                    break
            else:
                raise UnreadableCitation(f"{self._citation!r}: cannot read {self._citation[at:]!r}")

    def document(self, match: re.Match[str]) -> Iterator[str]:
        """A notice, a press release, a finding: by its own name."""
        yield match[0]

    def statements(self, match: re.Match[str]) -> Iterator[str]:
        for day in match["days"].split(" and "):
            yield f"BIS statement of {day}"

    def part(self, match: re.Match[str]) -> Iterator[str]:
        first, join, last = match["first"], match["join"], match["last"]
        if join == "to":
            yield f"parts {first} to {last}"
        else:
            yield from (f"part {number}" for number in (first, last) if number)

    def supplement(self, match: re.Match[str]) -> Iterator[str]:
        self._steps = []
        for number in (match["number"], match["other"]):
            if number:
                self._place = f"supp. {number} to {match['part']}"
                yield self._place + (match["inner"] or "")

    def inside_supplement(self, match: re.Match[str]) -> Iterator[str]:
        """A paragraph of the supplement named last, a red flag, or its closing exemption."""
        if match["steps"]:
            yield self._place + match["steps"]
        elif match["numbers"]:
            yield from (f"{self._place}, {number}" for number in _numbers(match["numbers"]))
        else:
            yield f"{self._place}, {match['other'] or match[0]}"

    def section(self, match: re.Match[str]) -> Iterator[str]:
        self._place = match["section"]
        self._steps = re.findall(r"\([^)]+\)", match["steps"])
        yield self._place + "".join(self._steps)

    def range(self, match: re.Match[str]) -> Iterator[str]:
        """740.27 to .29: the sections after the one just named."""
        part, _point, first = self._place.partition(".")
        yield from (f"{part}.{number}" for number in range(int(first) + 1, int(match["last"]) + 1))

    def entry(self, match: re.Match[str]) -> Iterator[str]:
        self._place, self._steps = match["eccn"], []
        yield self._place

    def note_to_entry(self, match: re.Match[str]) -> Iterator[str]:
        yield f"{match['eccn']}, note {match['note']}"

    def inside(self, match: re.Match[str]) -> Iterator[str]:
        """A part of what was named last that has no letter: its heading, a table, a note."""
        kind = match["kind"].rstrip("s") if match["numbers"] else match["kind"]
        whole = self._place + "".join(self._steps)
        if match["target"]:
            yield f"{self._place}, {kind} {match['numbers']} to {match['target']}"
        elif match["numbers"]:
            yield from (f"{whole}, {kind} {number}" for number in _numbers(match["numbers"]))
        else:
            yield f"{whole}, {kind}"

    def steps(self, match: re.Match[str]) -> Iterator[str]:
        """(b)(2) after 740.27(a)(1): as deep as its first mark shows, in the section just named."""
        steps = re.findall(r"\([^)]+\)", match[0])
        depth = self._depth(steps[0].strip("()"))
        self._steps = [*self._steps[:depth], *steps]
        yield self._place + "".join(self._steps)

    def _depth(self, mark: str) -> int:
        """The depth of a mark: of those with its style, the deepest that the last paragraph reached, or the first."""
        fitting = [depth for depth, pattern in enumerate(_LEVELS) if re.fullmatch(pattern, mark)]
        reached = [depth for depth in fitting if depth < len(self._steps)]
        return max(reached) if reached else fitting[0]


def _numbers(listed: str) -> Iterator[str]:
    """`14, 15 and 18` or `1 to 3`, one by one."""
    for one in _AND.split(listed):
        first, _to, last = one.partition(" to ")
        yield from map(str, range(int(first), int(last) + 1)) if last else (one,)


_Action = Callable[[_Reader, re.Match[str]], Iterator[str]]

_GRAMMAR: tuple[tuple[re.Pattern[str], _Action | None], ...] = tuple(
    (re.compile(pattern), action)
    for pattern, action in (
        (r"\d+ FR \d+(?:, authority citations)?", _Reader.document),
        (r"GAO B-\d+|BIS (?:press release|guidance) of " + _DATE, _Reader.document),
        (r"Conforming rule of " + _DATE + r", RIN [0-9A-Z-]+", _Reader.document),
        (rf"BIS statements of (?P<days>{_DATE}(?: and {_DATE})*)", _Reader.statements),
        (_SUPPLEMENT, _Reader.supplement),
        (_PARAGRAPHS, _Reader.inside_supplement),
        (rf"(?:15 CFR )?(?P<section>7\d\d\.\d+)(?P<steps>(?:{_STEPS})?)", _Reader.section),
        (r"(?:15 CFR )?[Pp]arts? (?P<first>7\d\d)(?: (?P<join>and|to) (?P<last>7\d\d))?", _Reader.part),
        (rf"note (?P<note>\d+) to (?:ECCN )?(?P<eccn>{_ECCN})", _Reader.note_to_entry),
        (rf"(?:ECCNs? )?(?P<eccn>{_ECCN})", _Reader.entry),
        (_INSIDE, _Reader.inside),
        (_STEPS, _Reader.steps),
        (r" to \.(?P<last>\d+)", _Reader.range),
        (
            r" and the \.z paragraphs that meet them|(?:first|second) sentence|as amended by|no definition in",
            None,
        ),
        (r"[;,]? and |[;,] | ", None),
    )
)
