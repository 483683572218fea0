"""Countries: every code can be chosen, and each is in the right groups on both sides of every change."""

from datetime import date, timedelta

import pytest

from rules import places

BEGIN, CAMBODIA, EMIRATES = date(2025, 1, 13), date(2026, 2, 3), date(2026, 7, 10)
DAY = timedelta(days=1)

# ISO 3166-1 alpha-2, and Kosovo as the EAR lists it.
_ISO = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
    BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
    ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
    HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
    LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
    NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
    UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
_SUPPLEMENT_5A = "AU BE CA DE DK ES FI FR GB IE IT JP KR NL NO NZ SE TW US"
_D5 = "AF BY CD CF CN CU ER HT IQ IR KP LB LY MM NI RU SD SO SS SY VE ZW"
CODES, SUPPLEMENT_5A, D5 = _ISO.split(), set(_SUPPLEMENT_5A.split()), set(_D5.split())


def test_every_code_is_a_country() -> None:
    assert len(CODES) == 250
    assert set(places.COUNTRIES) == set(CODES)
    for code, country in places.COUNTRIES.items():
        assert country.code == code
        assert country.name
        assert country.zh
        assert country.name not in country.also
    names = [country.name for country in places.COUNTRIES.values()]
    assert len(names) == len(set(names))
    assert names == sorted(names, key=str.casefold)


def test_names_are_those_of_the_regulation() -> None:
    assert places.COUNTRIES["KR"].name == "Korea, South"
    assert places.COUNTRIES["MM"].name == "Burma"
    assert places.COUNTRIES["CN"].name == "China (PRC)"
    assert places.COUNTRIES["CI"].name == "Côte d'Ivoire"
    assert places.COUNTRIES["HK"].name == "Hong Kong (counts as China)"
    assert places.COUNTRIES["GL"].name == "Greenland"


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ("USA", "US"), ("UK", "GB"), ("Holland", "NL"), ("South Korea", "KR"), ("Republic of Korea", "KR"),
        ("Myanmar", "MM"), ("UAE", "AE"), ("PRC", "CN"), ("Turkey", "TR"), ("Swaziland", "SZ"),
        ("Zaire", "CD"), ("Ivory Coast", "CI"), ("Czechia", "CZ"), ("Macao", "MO"), ("Hong Kong", "HK"),
        ("Russian Federation", "RU"),
    ],
)  # fmt: skip
def test_common_names_are_found(search: str, code: str) -> None:
    assert [c.code for c in places.COUNTRIES.values() if search in c.also] == [code]


def test_chinese_names_are_plain() -> None:
    assert places.COUNTRIES["TW"].zh == "台湾"
    assert places.COUNTRIES["HK"].zh == "香港"
    assert places.COUNTRIES["MO"].zh == "澳门"
    assert places.COUNTRIES["DE"].zh == "德国"


def test_supplement_no_5_lists_nineteen_and_none() -> None:
    for day in (date(2020, 1, 1), BEGIN, *places.CHANGES, date(2030, 1, 1)):
        assert places.members("5(a)", day) == SUPPLEMENT_5A
        assert places.members("5(b)", day) == frozenset()
    assert len(SUPPLEMENT_5A) == 19


def test_groups_change_on_two_days_only() -> None:
    assert places.CHANGES == (CAMBODIA, EMIRATES)
    changed = {code for code, rows in places.ROWS.items() if len(rows) > 1}
    assert changed == {"KH", "AE"}
    assert all(row.source for code in changed for row in places.ROWS[code][1:])


def test_cambodia_leaves_group_d5() -> None:
    before, after = places.members("D:5", CAMBODIA - DAY), places.members("D:5", CAMBODIA)
    assert len(before) == 23
    assert len(after) == 22
    assert after == D5
    assert before == D5 | {"KH"}
    assert places.groups("KH", CAMBODIA - DAY) == {"D:1", "D:5"}
    assert places.groups("KH", CAMBODIA) == {"D:1"}


def test_the_emirates_move_to_group_a5() -> None:
    assert places.groups("AE", EMIRATES - DAY) == {"B", "D:3", "D:4"}
    assert places.groups("AE", EMIRATES) == {"A:5", "B"}


def test_before_the_table_begins_its_first_row_holds() -> None:
    for code in CODES:
        assert places.groups(code, date(2000, 1, 1)) == places.groups(code, date(2025, 1, 1))


def test_hong_kong_counts_as_china_and_macau_does_not() -> None:
    for day in (BEGIN, CAMBODIA, EMIRATES):
        assert places.groups("HK", day) == places.groups("CN", day)
        assert places.groups("MO", day) == {"D:1", "D:3", "D:4"}
        assert "HK" not in places.members("D:5", day)
    assert places.treated_as("HK") == "CN"
    assert [code for code in CODES if places.treated_as(code) != code] == ["HK"]


@pytest.mark.parametrize(
    ("code", "inside"),
    [
        ("TW", {"A:6", "B", "D:3", "5(a)"}),
        ("US", {"A:1", "A:2", "A:3", "A:4", "B", "5(a)"}),
        ("IL", {"A:6", "B", "D:2", "D:3", "D:4"}),
        ("CU", {"D:2", "D:3", "D:5", "E:2"}),
        ("SA", {"B", "D:3", "D:4"}),
        ("VN", {"D:1", "D:3"}),
        ("GL", set()),
    ],
)
def test_groups_of_a_country(code: str, inside: set[str]) -> None:
    assert places.groups(code, BEGIN) == inside


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        places.groups("ZZ", BEGIN)
    with pytest.raises(KeyError):
        places.describe("ZZ", BEGIN)


@pytest.mark.parametrize("day", [BEGIN, CAMBODIA, EMIRATES])
def test_what_a_country_is_here_agrees_with_its_groups(day: date) -> None:
    for code in CODES:
        phrase, inside = places.describe(code, day), places.groups(code, day)
        assert phrase
        assert not phrase.endswith(".")
        assert phrase.startswith("AI Authorization") is ("5(a)" in inside)
        assert ("D:5" in phrase) is ("D:5" in inside or code == "MO")


def test_what_a_country_is_here_follows_the_day() -> None:
    assert places.describe("DE", BEGIN) == "AI Authorization country (supplement no. 5(a))"
    assert places.describe("KH", CAMBODIA - DAY).startswith("Country Group D:5")
    assert places.describe("KH", CAMBODIA).startswith("Country Group D:1")
    assert places.describe("AE", EMIRATES - DAY).startswith("Country Group D:4")
    assert places.describe("AE", EMIRATES).startswith("Country Group A:5, but")
    assert places.describe("BR", BEGIN) == "in no group that this rule singles out"
    assert "China" in places.describe("HK", BEGIN)
    assert "United States" in places.describe("PR", BEGIN)
