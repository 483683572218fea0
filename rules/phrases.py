"""A test of facts in plain words: what the fact says, then what the law asks of it.

The words are those of the facts themselves and of the answers that the interview offers, so they are said once. Every
function takes `say`, which gives a sentence, or a country's name, in the reader's language; by default it is left in
English.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction

from rules.conditions import InGroup, Is, IsCountry, Since, Term, Test, Weigh
from rules.facts import FACTS, Kind, Value, say_number
from rules.places import COUNTRIES
from rules.questions import BY_FACT
from rules.wording import _

Say = Callable[[str], str]


def english(message: str) -> str:
    """The sentence as it is written here."""
    return message


# What is asked of one number, and how one sum is compared with another: at most, below, and the opposite of each.
_BOUNDS = {
    "<=": _("{number} or less"),
    "<": _("less than {number}"),
    ">=": _("{number} or more"),
    ">": _("more than {number}"),
}
_SUMS = {
    "<=": _("{sum} is not more than {other}"),
    "<": _("{sum} is less than {other}"),
    ">=": _("{sum} is not less than {other}"),
    ">": _("{sum} is more than {other}"),
}
_OPPOSITE = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}
_TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<"}


def fact(name: str, say: Say = english) -> str:
    """What a fact says, without its explanation after the semicolon and without the full stop."""
    meaning = say(FACTS[name].meaning).replace("；", ";")
    return meaning.partition(";")[0].strip().rstrip(".。")


def answer(name: str, value: Value, say: Say = english) -> str:
    """A fact's value as people read it: the words of the answer, a country's name, a number with its unit."""
    if isinstance(value, bool):
        return say(_("yes")) if value else say(_("no"))
    if isinstance(value, Decimal):
        return f"{say_number(value)} {say(FACTS[name].unit)}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if FACTS[name].kind is Kind.COUNTRY:
        return say(COUNTRIES[value].name)
    return next((say(one.label) for one in BY_FACT[name].options if one.value == value), value)


def asks(condition: Test, *, holds: bool = True, say: Say = english) -> str:
    """What a test asks, or its opposite if `holds` is false."""
    if isinstance(condition, Weigh):
        return _weigh(condition, holds, say)
    name = condition.facts[0]
    if isinstance(condition, Is):
        asked = _is(condition, holds, say)
    elif isinstance(condition, Since):
        asked = say(_("{day} or later") if holds else _("before {day}")).format(day=condition.day)
    elif isinstance(condition, InGroup):
        asked = say(_("in {group}") if holds else _("not in {group}")).format(
            group=_group(condition.group, say)
        )
    elif isinstance(condition, IsCountry):
        asked = _one_of(sorted(say(COUNTRIES[code].name) for code in condition.codes), holds, say)
    else:
        raise TypeError(f"no words for a {type(condition).__name__}")
    return f"{fact(name, say)}: {asked}"


def between(
    name: str,
    start: tuple[Fraction | datetime.date, int] | None,
    end: tuple[Fraction | datetime.date, int] | None,
    say: Say = english,
) -> str:
    """A range of numbers or days: from one start (at a value: 0, just after it: 1) to where another begins."""
    words = []
    if start is not None:
        words.append(_bound(name, start[0], ">" if start[1] else ">=", say))
    if end is not None:
        words.append(_bound(name, end[0], "<=" if end[1] else "<", say))
    return say(_(", and ")).join(words) or say(_("any"))


def _bound(name: str, limit: Fraction | datetime.date, sign: str, say: Say) -> str:
    if isinstance(limit, datetime.date):
        return say(_("{day} or later") if sign == ">=" else _("before {day}")).format(day=limit)
    number = _number(limit)
    if len(number) > _LONG:  # no finite decimal says it
        rounded = Context(prec=6).divide(Decimal(limit.numerator), Decimal(limit.denominator))
        number = say(_("about {number}")).format(number=say_number(rounded))
    return say(_BOUNDS[sign]).format(number=f"{number} {say(FACTS[name].unit)}".rstrip())


_LONG = 20


def given(condition: Test, facts: Mapping[str, Value], say: Say = english) -> str:
    """What a case says of the facts that a test looks at, apart from the date where another fact is tested."""
    names = [name for name in condition.facts if name != "date"] or ["date"]
    if len(names) == 1:
        return _given(names[0], facts, say)
    return "; ".join(f"{fact(name, say)}: {_given(name, facts, say)}" for name in names)


def _given(name: str, facts: Mapping[str, Value], say: Say) -> str:
    return answer(name, facts[name], say) if name in facts else say(_("not known"))


def _is(condition: Is, holds: bool, say: Say) -> str:
    name = condition.fact
    if FACTS[name].kind is Kind.FLAG:
        return answer(name, (True in condition.values) is holds, say)
    order = [value for value in FACTS[name].values if value in condition.values]
    return _one_of([f"“{answer(name, value, say)}”" for value in order], holds, say)


def _group(group: str, say: Say) -> str:
    if group == "5(a)":
        return say(_("supplement no. 5(a) to part 740"))
    return say(_("Country Group {group}")).format(group=group)


def _one_of(words: list[str], holds: bool, say: Say) -> str:
    """One of the answers, or none of them. Names that have a comma of their own are set apart by semicolons."""
    *most, last = words
    if not most:
        return last if holds else say(_("not {answer}")).format(answer=last)
    mark = "; " if any("," in word.partition("“")[0] for word in words) else ", "
    if not holds:
        return say(_("none of {answers}")).format(answers=mark.join(words))
    return say(_("{most} or {last}")).format(most=mark.join(most), last=last)


def _weigh(condition: Weigh, holds: bool, say: Say) -> str:
    """A sum against a limit: terms that are taken away move to the other side, so that nothing is negative."""
    sign = "<" if condition.strict else "<="
    left = [term for term in condition.terms if term.coefficient > 0]
    right = [Term(-term.coefficient, term.factors) for term in condition.terms if term.coefficient < 0]
    limit = condition.limit
    if not left:
        left, right, limit, sign = right, left, -limit, _TURNED[sign]
    if not holds:
        sign = _OPPOSITE[sign]
    if right:
        other = _sum(right, say) + (f" + {_number(limit)}" if limit else "")
        return say(_SUMS[sign]).format(sum=_sum(left, say), other=other)
    unit = say(FACTS[left[0].factors[0]].unit)
    bound = say(_BOUNDS[sign]).format(number=f"{_number(limit)} {unit}")
    if len(left) == 1 and left[0] == Term(Fraction(1), left[0].factors[:1]):
        return f"{fact(left[0].factors[0], say)}: {bound}"
    return f"{_sum(left, say)}: {bound}"


def _sum(terms: list[Term], say: Say) -> str:
    return " + ".join(
        " × ".join(
            [*([] if term.coefficient == 1 else [_number(term.coefficient)])]
            + [f"“{fact(factor, say)}”" for factor in term.factors]
        )
        for term in terms
    )


def _number(number: Fraction) -> str:
    return say_number(Decimal(number.numerator) / Decimal(number.denominator))
