"""Numbers as people type them, read exactly and said back.

The grammar is explicit instead of leaning on Unicode normalization or binary floating point, which read `10²⁶` as
1026 and 99999999999999999999999999 as 10^26. Sources: 15 CFR part 774, ECCN 4E091 and 3A090, whose thresholds are
exact ("10 26 or more", "4800 or more").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from rules.wording import _

MAX_CHARACTERS = 60

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，＋－ｅＥ＾＊×ｘＸ", "0123456789.,+-eE^*×xX")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TO_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SPACES = "[ \\t\u00a0\u2009\u202f\u3000]*"

_MANTISSA = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_POWER = r"(?:(?:\^|\*\*)(?P<caret>[+-]?[0-9]{1,3})|(?P<raised>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))"
_PLAIN = re.compile(rf"(?P<mantissa>{_MANTISSA})(?:[eE](?P<exponent>[+-]?[0-9]{{1,3}}))?")
_TIMES_TEN = re.compile(rf"(?:(?P<mantissa>{_MANTISSA}){_SPACES}[×xX*·⋅]{_SPACES})?10{_POWER}")

ALLOWED = _(
    "Write a plain number such as 26,900,000 or 5.92 (a comma only between groups of three digits), or a power of ten "
    "such as 1e26, 10^26, 10²⁶ or 1.2 × 10^26."
)


class InvalidValue(ValueError):
    """A value that cannot be taken: sentences that say why and what is allowed, with values to fill in."""

    def __init__(self, *sentences: str, **values: str) -> None:
        self.sentences = sentences
        self.values = values
        super().__init__(self.say(str))

    def say(self, translate: Callable[[str], str]) -> str:
        """The sentences in another language: each, and each value, goes through `translate`."""
        values = {name: translate(value) for name, value in self.values.items()}
        return " ".join(translate(sentence) for sentence in self.sentences).format(**values)


def read_number(text: str) -> Decimal:
    """The exact, finite, non-negative number that `text` writes.

    Raises:
        InvalidValue: anything else than a number of the grammar above, a negative number, more than 60 characters or
            more than three exponent digits.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(_("This is longer than 60 characters."), ALLOWED)
    written = text.translate(_FULL_WIDTH).strip(" \t\r\n\u00a0\u2009\u202f\u3000")
    if not written:
        raise InvalidValue(_("Enter a number."), ALLOWED)
    if written[0] in "-−－":
        raise InvalidValue(_("A negative number cannot be right here."), ALLOWED)
    if match := _PLAIN.fullmatch(written):
        return _scaled(match["mantissa"], match["exponent"] or "0")
    if match := _TIMES_TEN.fullmatch(written):
        exponent = match["caret"] or match["raised"].translate(_SUPERSCRIPT)
        return _scaled(match["mantissa"] or "1", exponent)
    if re.fullmatch(r"[0-9.]*,[0-9]{0,2}|[0-9.]+,[0-9]+|[0-9]+,[0-9]{4,}", written):
        raise InvalidValue(_("Use a point for decimals: 1.5, not 1,5."), ALLOWED)
    raise InvalidValue(_("This is not a number we can read."), ALLOWED)


def _scaled(mantissa: str, exponent: str) -> Decimal:
    """mantissa × 10^exponent, built from digits so that no arithmetic context can round it."""
    sign, digits, point = Decimal(mantissa.replace(",", "")).as_tuple()
    assert isinstance(point, int)
    return Decimal((sign, digits, point + int(exponent)))


def plain(number: Decimal) -> str:
    """A canonical spelling that reads back to the same number: `26900000`, `5.92`, `1.2e26`.

    Two equal numbers, however typed, are spelled alike.
    """
    _sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits)).lstrip("0")
    if not written:
        return "0"
    stripped = written.rstrip("0")
    exponent += len(written) - len(stripped)
    magnitude = len(stripped) + exponent - 1
    if -7 < magnitude < 21 and exponent > -21:
        if exponent >= 0:
            return stripped + "0" * exponent
        if magnitude >= 0:
            return f"{stripped[: magnitude + 1]}.{stripped[magnitude + 1 :]}"
        return "0." + "0" * (-magnitude - 1) + stripped
    point = f".{stripped[1:]}" if len(stripped) > 1 else ""
    return f"{stripped[0]}{point}e{magnitude}"


def say_number(number: Decimal) -> str:
    """How the pages show a number, exactly: `26,900,000`, `5.92`, `1.2 × 10²⁶`, `10²⁶`."""
    written = plain(number)
    if "e" not in written:
        whole, _point, fraction = written.partition(".")
        grouped = f"{int(whole):,}"
        return f"{grouped}.{fraction}" if fraction else grouped
    mantissa, _e, exponent = written.partition("e")
    power = "10" + exponent.translate(_TO_SUPERSCRIPT)
    return power if mantissa == "1" else f"{mantissa} × {power}"
