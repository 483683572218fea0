"""Countries: their names, and the groups of the EAR that each is in on a date.

The table is ``data/countries.json``. When a country changes groups, add one dated row there, and nothing
else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rules.wording import _


@dataclass(frozen=True, slots=True)
class Country:
    """A destination, under the name by which people choose it.

    ``code`` is its ISO 3166-1 two-letter code (``XK`` for Kosovo), ``name`` its English name as the EAR
    writes it, ``also`` other names that people search for, ``zh`` its name in Simplified Chinese.
    """

    code: str
    name: str
    also: tuple[str, ...]
    zh: str


class Row(NamedTuple):
    """The groups a country is in from ``start`` to its next row; ``source`` is empty for the base table."""

    start: date
    groups: frozenset[str]
    source: str


_TABLE = json.loads((Path(__file__).parent / "data" / "countries.json").read_text("utf-8"))
_TREATED_AS: Mapping[str, str] = _TABLE["treated_as"]
_UNITED_STATES: frozenset[str] = frozenset(_TABLE["united_states"])

SOURCE: str = _TABLE["groups"]
"""Where the base table of groups comes from."""

CHECKED: date = date.fromisoformat(_TABLE["checked"])
"""The day the table was last compared with its sources."""

COUNTRIES: Mapping[str, Country] = MappingProxyType(
    {
        code: Country(code, row["name"], tuple(row.get("also", ())), row["zh"])
        for code, row in sorted(_TABLE["countries"].items(), key=lambda item: str(item[1]["name"]).casefold())
    }
)
"""Every legal country value, by code, in the order of the English names."""

ROWS: Mapping[str, tuple[Row, ...]] = MappingProxyType(
    {
        code: tuple(
            Row(date.fromisoformat(start), frozenset(names.split()), source[0] if source else "")
            for start, names, *source in row.get("groups", ())
        )
        for code, row in _TABLE["countries"].items()
    }
)
"""The dated rows of each country, earliest first; none for a place that is in no group under its own name."""

CHANGES: tuple[date, ...] = tuple(sorted({row.start for rows in ROWS.values() for row in rows[1:]}))
"""The days on which the groups of some country change."""


_NAMED = {
    name.casefold(): code
    for code, country in COUNTRIES.items()
    for name in (country.name, country.zh, *country.also, code)
}


def named(name: str) -> str | None:
    """The code of the country that people call so, in English or in Chinese; None if no country is."""
    return _NAMED.get(name.strip().casefold())


def treated_as(code: str) -> str:
    """The country whose groups ``code`` shares: ``CN`` for Hong Kong, itself for any other."""
    return _TREATED_AS.get(code, code)


def groups(code: str, on: date) -> frozenset[str]:
    """The groups of supplements no. 1 and no. 5 to part 740 that a country is in on a day.

    Supplement no. 5's lists are named ``5(a)`` and ``5(b)``. Before the table begins, its first row holds.
    Raises ``KeyError`` for a code that is not in ``COUNTRIES``.
    """
    rows = ROWS[treated_as(code)]
    held = rows[:1]
    for row in rows[1:]:
        if row.start <= on:
            held = (row,)
    return held[0].groups if held else frozenset()


def members(group: str, on: date) -> frozenset[str]:
    """The countries that the EAR itself lists in a group on a day, so without one that counts as another."""
    return frozenset(code for code in COUNTRIES if treated_as(code) == code and group in groups(code, on))


def describe(code: str, on: date) -> str:
    """What a country is under this rule on a day, in a short phrase that can follow its name and a colon.

    Raises ``KeyError`` for a code that is not in ``COUNTRIES``.
    """
    inside = groups(code, on)
    if treated_as(code) == "CN" and code != "CN":
        return _("counts as China, in Country Group D:5")
    if code in _UNITED_STATES:
        return _("part of the United States in the EAR (15 CFR 772.1): choose United States")
    if "5(a)" in inside:
        return _("AI Authorization country (supplement no. 5(a))")
    if "D:5" in inside:
        if "E:1" in inside:
            return _("Country Groups D:5 and E:1 (embargo, support of terrorism)")
        if "E:2" in inside:
            return _("Country Groups D:5 and E:2 (embargo)")
        return _("Country Group D:5 (U.S. arms embargo)")
    if code == "MO":
        return _("Macau, which this rule treats like Country Group D:5")
    if inside & {"A:5", "A:6"}:
        return _describe_partner(code, inside)
    if {"D:1", "D:4"} <= inside:
        return _("Country Groups D:1 and D:4 (national security, missile technology)")
    if "D:1" in inside:
        return _("Country Group D:1 (national security)")
    if "D:4" in inside:
        return _("Country Group D:4 (missile technology)")
    if not inside:
        return _(
            "in no Country Group under its own name: ask trade compliance how the EAR treats it (15 CFR "
            "738.3(b))"
        )
    return _("in no group that this rule singles out")


def _describe_partner(code: str, inside: frozenset[str]) -> str:
    """The phrase for a destination in Country Group A:5 or A:6 that is not on supplement no. 5's list (a)."""
    # 742.6(a)(6)(iii)(B) and the entries name the Emirates since the day they came to A:5.
    if code == "AE":
        return _("Country Group A:5, but the control on branch b items names it")
    if "A:5" in inside:
        return _("Country Group A:5, not an AI Authorization country")
    if inside & {"D:1", "D:4"}:
        return _(
            "Country Group A:6, so its place in Group D does not count here; not an AI Authorization country"
        )
    return _("Country Group A:6, not an AI Authorization country")
