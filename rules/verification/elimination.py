"""Whether numbers exist that satisfy linear limits, by eliminating one number after another (Fourier and Motzkin).

The verifier's own way of finding which outcomes of tests that weigh several numbers can occur together, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Limit:
    """The sum of coefficient × number, plus a constant, is at most zero (below zero, if strict)."""

    coefficients: tuple[tuple[str, Fraction], ...]
    constant: Fraction
    strict: bool

    def opposite(self) -> Limit:
        """The limit that holds exactly where this one does not."""
        turned = tuple((name, -value) for name, value in self.coefficients)
        return Limit(turned, -self.constant, not self.strict)


def limit(coefficients: Mapping[str, Fraction], constant: Fraction, *, strict: bool = False) -> Limit:
    """A limit in a canonical form."""
    return Limit(tuple(sorted((n, v) for n, v in coefficients.items() if v)), constant, strict)


def satisfiable(limits: Iterable[Limit]) -> bool:
    """Whether some numbers, none negative, keep within every limit."""
    left = set(limits)
    names = {name for one in left for name, _value in one.coefficients}
    left |= {limit({name: Fraction(-1)}, Fraction(0)) for name in names}
    for name in sorted(names):
        above: list[tuple[Fraction, Limit]] = []
        below: list[tuple[Fraction, Limit]] = []
        rest: set[Limit] = set()
        for one in left:
            own = dict(one.coefficients).get(name)
            if own is None:
                rest.add(one)
            else:
                (above if own > 0 else below).append((abs(own), one))
        for high, upper in above:
            for low, lower in below:
                rest.add(_sum(upper, 1 / high, lower, 1 / low))
        left = rest
    return all(one.constant < 0 or (one.constant == 0 and not one.strict) for one in left)


def _sum(one: Limit, by: Fraction, other: Limit, other_by: Fraction) -> Limit:
    """Both limits scaled and added."""
    total = {name: value * by for name, value in one.coefficients}
    for name, value in other.coefficients:
        total[name] = total.get(name, Fraction(0)) + value * other_by
    return limit(total, one.constant * by + other.constant * other_by, strict=one.strict or other.strict)
