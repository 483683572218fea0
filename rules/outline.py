"""The tree of a provision, or of the whole law, as lines of text: what a drawing shows and what is read instead of it.

A line is one node, or a node and the group that is its only part. Under a case each line says what it is worth and
whether it decides; the lines of the whole are then opened only along what decides.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from rules import phrases
from rules.conditions import ALWAYS, NEVER, AllOf, AnyOf, Condition, Known, Not, Since, Test
from rules.determination import Determination
from rules.engine import deciding
from rules.facts import Facts, read
from rules.law import EFFECTIVE, Clause, Interpretation, Provision, Version
from rules.phrases import Say, english
from rules.possibility import Possibilities
from rules.provisions.conclusion import DECISION
from rules.truth import FALSE, TRUE, UNKNOWN, Truth
from rules.wholeness import PROVISIONS
from rules.wording import _

Case = Facts | Determination

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "not_in_force": _("The rule is not in force"),
        "no_export": _("No export by the provider of a service"),
        "refer_to_legal": _("Counsel must decide"),
        "not_subject_to_ear": _("Not subject to the EAR"),
        "not_controlled": _("Not controlled by this rule"),
        "out_of_scope": _("Another rule's control"),
        "no_license_required": _("No license required by this rule"),
        "authorization_available": _("An authorization is available"),
        "license_required": _("License required"),
    }
)
POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "presumption_of_denial": _("denial presumed"),
        "presumption_of_approval": _("approval presumed"),
        "presumption_of_approval_within_allocation": _("approval presumed within the allocation"),
        "policy_of_denial": _("policy of denial"),
        "case_by_case": _("reviewed case by case"),
        "not_stated": _("no review policy stated"),
    }
)
STATES: Mapping[Truth, str] = MappingProxyType(
    {TRUE: _("holds"), FALSE: _("does not hold"), UNKNOWN: _("not known")}
)

_ALL, _SOME, _NONE = _("all of these hold"), _("at least one of these holds"), _("none of these holds")
_NOT_ALL, _NOT = _("not all of these hold"), _("this does not hold")
_EVERYTHING, _NOTHING = _("everything meets this"), _("nothing meets this")


@dataclass(frozen=True)
class Line:
    """One node. `parent` is the number of the line it hangs from; None for a root.

    `text` and what follows it are the words; `value` is None where no case is drawn or the case never gets there;
    `decides` is whether the node bears on the result.
    """

    kind: str
    parent: int | None
    depth: int
    text: str
    citation: str = ""
    given: str = ""
    state: str = ""
    value: Truth | None = None
    decides: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """The words beside the text: where it stands, what the case says of it, and what it is worth."""
        return tuple(words for words in (self.citation, self.given, self.state) if words)

    @property
    def words(self) -> str:
        """Everything the line says."""
        return " · ".join((self.text, *self.notes))


def facts_of(case: Case) -> Facts:
    """The facts of a case; of a determination, those that its trace used.

    Where nothing in the trace turned on the day, the first day of the determination's edition stands for it.
    """
    if isinstance(case, Facts):
        return case
    used = {name: value for step in case.trace for name, value in step.facts.items()}
    return read({"date": case.edition, **used})


def outline(case: Case | None = None, provision_id: str | None = None, say: Say = english) -> list[Line]:
    """The lines of one provision, or of the whole, parents first.

    Raises:
        KeyError: there is no provision of that id.
    """
    lines = _Lines(None if case is None else Known(facts_of(case)), say, whole=provision_id is None)
    if provision_id is None:
        lines.order()
    else:
        lines.provision(PROVISIONS[provision_id])
    return lines.lines


def asked(root: Provision, day: datetime.date, say: Say = english) -> list[Line]:
    """What a provision asks on a day: tests of the date are settled, other provisions named. Empty before it begins."""
    version = root.version(day)
    if version is None:
        return []
    lines = _Lines(None, say, whole=True)
    lines.asked(_on(version.condition, day))
    return lines.lines


def _on(condition: Condition, day: datetime.date) -> Condition:
    """The condition as it is on a day, without its tests of the date."""
    match condition:
        case Since():
            return ALWAYS if day >= condition.day else NEVER
        case AllOf(children) | AnyOf(children):
            neutral, absorbing = (ALWAYS, NEVER) if isinstance(condition, AllOf) else (NEVER, ALWAYS)
            parts = tuple(part for part in (_on(child, day) for child in children) if part is not neutral)
            return absorbing if absorbing in parts else type(condition)(parts) if parts else neutral
        case Not(child):
            part = _on(child, day)
            opposite: dict[Condition, Condition] = {ALWAYS: NEVER, NEVER: ALWAYS}
            return opposite.get(part) or Not(part)
        case Clause():
            part = _on(condition.condition, day)
            return part if part in (ALWAYS, NEVER) else replace(condition, condition=part)
        case Interpretation():
            return replace(
                condition,
                adopted=_on(condition.adopted, day),
                alternative=_on(condition.alternative, day),
            )
    return condition


def text(lines: Iterable[Line]) -> str:
    """The lines as indented text, each under a mark for what it is worth."""
    marks = {None: "-", TRUE: "[+]", FALSE: "[-]", UNKNOWN: "[?]"}
    return "".join(
        "  " * line.depth + f"{marks[line.value]} {line.words}{' <' if line.decides else ''}\n"
        for line in lines
    )


def _fold(condition: Condition) -> tuple[str, tuple[Condition, ...]]:
    """What joins the parts of a node, and the parts: groups of one are opened, groups within their like are joined."""
    while isinstance(condition, (AllOf, AnyOf)) and len(condition.children) == 1:
        condition = condition.children[0]
    match condition:
        case AllOf():
            parts = tuple(_joined(condition, AllOf))
            return (_ALL if parts else _EVERYTHING), parts
        case AnyOf():
            parts = tuple(_joined(condition, AnyOf))
            return (_SOME if parts else _NOTHING), parts
        case Not(Not(inner)):
            return _fold(inner)
        case Not(Test()):
            return "", (condition,)
        case Not(inner):
            connective, parts = _fold(inner)
            if len(parts) == 1 and isinstance(parts[0], Test):
                return "", (Not(parts[0]),)
            opposite = {_ALL: _NOT_ALL, _SOME: _NONE, _EVERYTHING: _NOTHING, _NOTHING: _EVERYTHING}
            return opposite.get(connective, _NOT), parts
    return "", (condition,)


def _joined(condition: AllOf | AnyOf, kind: type[AllOf] | type[AnyOf]) -> Iterable[Condition]:
    for child in condition.children:
        if isinstance(child, (AllOf, AnyOf)) and (isinstance(child, kind) or len(child.children) == 1):
            yield from _joined(child, kind)
        else:
            yield child


def _step_state(value: Truth, possible: bool, decisions: int) -> str:
    """What a step that is reached means for the result."""
    if value is FALSE:
        return _("does not hold: go on")
    if not possible:
        return _("this cannot be the result")
    if decisions > 1:
        return _("not known: possible") if value is UNKNOWN else _("holds, if it is reached: possible")
    return _("holds: this is the result") if value is TRUE else _("not known, but this is the result")


def _of_the_date(condition: Condition) -> bool:
    return isinstance(condition, Since) or (isinstance(condition, Not) and isinstance(condition.child, Since))


def _is_period(condition: Condition) -> bool:
    """Whether a condition holds between two days only."""
    return isinstance(condition, AllOf) and sum(map(_of_the_date, condition.children)) == 2


class _Lines:
    """Lines in the making. `whole`: provisions are opened only where they decide, so that the order stays in sight."""

    def __init__(self, known: Known | None, say: Say, *, whole: bool) -> None:
        self.lines: list[Line] = []
        self._known = known
        self._say = say
        self._whole = whole
        self._opened: set[Condition] = set()

    def order(self) -> None:
        """The steps of the conclusion, opened to the one that decides."""
        steps = (*DECISION.steps, (ALWAYS, DECISION.otherwise))
        possible = self._possible()
        last = self._last(possible)
        for number, (condition, decision) in enumerate(steps, 1):
            connective, parts = _fold(condition)
            label = self._say(_("if {condition}")).format(condition=self._say(connective or _("this holds")))
            if not parts:
                label = self._say(_("otherwise"))
            label = f"{number}. {self._decision(*decision)} — {label}"
            value = self._value(condition)
            if value is not None and number > last:
                self._add("step", None, label, state=self._say(_("not reached")))
                continue
            bears = value is not FALSE and decision in possible
            state = (
                "" if value is None else self._say(_step_state(value, decision in possible, len(possible)))
            )
            at = self._add("step", None, label, state=state, value=value, decides=bears)
            self._parts(condition, at, decides=bears or value is FALSE)

    def _last(self, possible: frozenset[object]) -> int:
        """The number of the last step that can still give the result."""
        last = 0
        for number, (condition, decision) in enumerate(DECISION.steps, 1):
            value = self._value(condition)
            if value is not FALSE and decision in possible:
                last = number
            if value is TRUE:
                return last
        return len(DECISION.steps) + 1 if DECISION.otherwise in possible else last

    def _possible(self) -> frozenset[object]:
        """Every decision that the open facts leave, exactly, though single steps may seem to leave more."""
        if self._known is None:
            return frozenset()
        found = DECISION.results(self._known)
        if len(found) == 1:
            return frozenset(found)
        return Possibilities(Facts(self._known.facts)).results(DECISION)

    def provision(self, root: Provision) -> None:
        """One provision, and each one it relies on, opened where it is first named."""
        self._provision(root, None, decides=True)

    def asked(self, condition: Condition) -> None:
        """What a condition asks, other provisions by their names."""
        connective, _parts = _fold(condition)
        words = self._say(connective)
        at = (
            self._node("group", None, condition, words[:1].upper() + words[1:], decides=False)
            if words
            else None
        )
        self._parts(condition, at, decides=False)

    def _decision(self, outcome: str, policy: str | None) -> str:
        words = self._say(OUTCOMES[outcome])
        return f"{words}: {self._say(POLICIES[policy])}" if policy else words

    def _value(self, condition: Condition) -> Truth | None:
        return self._known(condition) if self._known is not None else None

    def _add(
        self, kind: str, parent: int | None, text: str, *, citation: str = "", given: str = "", state: str = "",
        value: Truth | None = None, decides: bool = False,
    ) -> int:  # fmt: skip
        depth = 0 if parent is None else self.lines[parent].depth + 1
        self.lines.append(Line(kind, parent, depth, text, citation, given, state, value, decides))
        return len(self.lines) - 1

    def _node(
        self, kind: str, parent: int | None, condition: Condition, text: str, *, decides: bool,
        connective: str = "", citation: str = "", given: str = "",
    ) -> int:  # fmt: skip
        """A line that stands for a condition; `decides` counts only where a case is drawn."""
        value = self._value(condition)
        state = ""
        if value is not None:
            state = self._say(STATES[value])
            if decides:
                bears = _("open") if value is UNKNOWN else _("decides")
                state = f"{state}, {self._say(bears)}"
        text = text.rstrip(".。")
        if connective:
            text = f"{text} — {self._say(connective)}"
        decides = decides and value is not None
        return self._add(
            kind, parent, text, citation=citation, given=given, state=state, value=value, decides=decides
        )

    def _parts(self, condition: Condition, parent: int | None, *, decides: bool) -> None:
        """A line, with what is under it, for each part of a condition."""
        _connective, parts = _fold(condition)
        bearing = self._bearing(condition) if decides else frozenset()
        for part in self._of_the_day(parts):
            inner = part.child if isinstance(part, Not) else part
            self._part(part, parent, decides=part in bearing or inner in bearing)

    def _of_the_day(self, parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """Of a table of periods only the one that the day of the case falls in, if there is one."""
        if self._known is None or not all(_is_period(part) for part in parts):
            return parts
        current = tuple(
            part
            for part in parts
            if not any(_of_the_date(test) and self._known(test) is FALSE for test in part.parts)
        )
        return current or parts

    def _bearing(self, condition: Condition) -> frozenset[Condition]:
        """The parts that give a condition its value; through groups, but not into what has a line of its own."""
        if self._known is None:
            return frozenset()
        found: set[Condition] = set()
        waiting = [condition]
        while waiting:
            node = waiting.pop()
            found.add(node)
            if isinstance(node, (AllOf, AnyOf, Not)):
                waiting += deciding(node, self._known)
        return frozenset(found)

    def _part(self, condition: Condition, parent: int | None, *, decides: bool) -> None:
        match condition:
            case Test():
                self._test(condition, condition, parent, decides=decides)
            case Not(Test() as inner):
                self._test(condition, inner, parent, decides=decides)
            case Provision():
                self._provision(condition, parent, decides=decides)
            case Clause():
                self._clause(condition, parent, decides=decides)
            case Interpretation():
                self._interpretation(condition, parent, decides=decides)
            case _:
                connective, _parts = _fold(condition)
                words = self._say(connective)
                at = self._node("group", parent, condition, words[:1].upper() + words[1:], decides=decides)
                self._parts(condition, at, decides=decides)

    def _clause(self, condition: Clause, parent: int | None, *, decides: bool) -> None:
        """A clause and what it asks; in the whole, one that asks a single fact says what the case has there itself."""
        connective, parts = _fold(condition.condition)
        facts = (
            parts[0].child if len(parts) == 1 and isinstance(parts[0], Not) else parts[0] if parts else None
        )
        brief = self._whole and self._known is not None and isinstance(facts, Test) and len(parts) == 1
        at = self._node(
            "clause", parent, condition, self._say(condition.says), decides=decides,
            connective=connective, citation=condition.citation,
            given=self._given(facts) if brief and isinstance(facts, Test) else "",
        )  # fmt: skip
        if not brief and (decides or not self._whole or self._known is None):
            self._parts(condition.condition, at, decides=decides)

    def _given(self, test: Test) -> str:
        """What the case says of the facts a test looks at."""
        if self._known is None:
            return ""
        return self._say(_("here: {answer}")).format(answer=phrases.given(test, self._known.facts, self._say))

    def _test(self, condition: Condition, test: Test, parent: int | None, *, decides: bool) -> None:
        words = phrases.asks(test, holds=condition is test, say=self._say)
        self._node("test", parent, condition, words, decides=decides, given=self._given(test))

    def _interpretation(self, condition: Interpretation, parent: int | None, *, decides: bool) -> None:
        words = f"{condition.id}. {self._say(condition.question)}"
        at = self._node(
            "interpretation", parent, condition, words, decides=decides, citation=condition.citation
        )
        readings = (
            (_("Adopted reading: {reading}"), condition.adopted_says, condition.adopted, decides),
            (_("Alternative reading: {reading}"), condition.alternative_says, condition.alternative, False),
        )
        for label, says, reading, bears in readings:
            connective, _parts = _fold(reading)
            words = self._say(label).format(reading=self._say(says))
            under = self._node("reading", at, reading, words, decides=bears, connective=connective)
            if bears or not self._whole or self._known is None:
                self._parts(reading, under, decides=bears)

    def _provision(self, condition: Provision, parent: int | None, *, decides: bool) -> None:
        title = self._say(condition.title)
        shut = self._whole and not (decides and self._known is not None)
        if shut or condition in self._opened:
            above = self._say(_("shown above")) if condition in self._opened else ""
            self._node(
                "provision",
                parent,
                condition,
                title,
                decides=decides,
                citation=condition.citation,
                given=above,
            )
            return
        self._opened.add(condition)
        versions = self._versions(condition)
        if len(versions) == 1:
            version = versions[0]
            citation = condition.citation
            if len(condition.versions) > 1 or version.start != EFFECTIVE:
                since = _("from {day}, {source}")
                citation = f"{citation}; {self._say(since).format(day=version.start, source=version.source)}"
            connective, _parts = _fold(version.condition)
            at = self._node(
                "provision",
                parent,
                condition,
                title,
                decides=decides,
                connective=connective,
                citation=citation,
            )
            self._parts(version.condition, at, decides=decides)
            return
        connective = "" if versions else _("not yet in force on that day")
        at = self._node(
            "provision", parent, condition, title, decides=decides, connective=connective,
            citation=condition.citation,
        )  # fmt: skip
        for version in versions:
            connective, _parts = _fold(version.condition)
            since = self._say(_("From {day} ({source})")).format(day=version.start, source=version.source)
            under = self._node(
                "version", at, version.condition, since, decides=decides, connective=connective
            )
            self._parts(version.condition, under, decides=decides)

    def _versions(self, condition: Provision) -> tuple[Version, ...]:
        """The version in force on the day of the case; every version if that day is open."""
        day = self._known.facts.get("date") if self._known else None
        if not isinstance(day, datetime.date):
            return condition.versions
        version = condition.version(day)
        return (version,) if version else ()
