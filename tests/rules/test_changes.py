"""What changed between two days: each version, named date, country and act, once and on its day."""

import json
from datetime import date, timedelta

import pytest

from rules import places
from rules.__main__ import main
from rules.changes import AMENDED, BEGINS, PERIOD, Changes, ProvisionChange, between
from rules.enforcement import EVENTS
from rules.provisions.s748_15 import NVEU_ALLOCATIONS
from rules.wholeness import PROVISIONS

EVERYTHING = between(date(2024, 12, 1), date(2029, 1, 1))


def _of(changes: Changes, provision: str) -> list[ProvisionChange]:
    return [one for one in changes.provisions if one.provision == provision]


def test_nothing_changes_on_a_quiet_day() -> None:
    quiet = between(date(2026, 3, 1), date(2026, 3, 31))
    assert (quiet.provisions, quiet.countries, quiet.events) == ((), (), ())
    assert "Nothing changed." in quiet.to_text()


def test_every_version_and_every_row_and_every_event_is_there_once() -> None:
    for provision in PROVISIONS.values():
        days = [one.date for one in _of(EVERYTHING, provision.id) if one.kind != PERIOD]
        assert days == [version.start for version in provision.versions]
        assert _of(EVERYTHING, provision.id)[0].kind == BEGINS
    rows = [(code, row.start) for code, rows in places.ROWS.items() for row in rows[1:]]
    assert sorted((one.country, one.date) for one in EVERYTHING.countries) == sorted(rows)
    assert [one.date for one in EVERYTHING.events] == sorted(event.date for event in EVENTS)


def test_the_first_day_is_left_out_and_the_last_is_in() -> None:
    day = date(2026, 7, 10)
    assert not between(day, day).provisions
    assert _of(between(day - timedelta(1), day), "s742_6_a_6_iii_B")
    assert not _of(between(day, day + timedelta(60)), "s742_6_a_6_iii_B")
    assert between(day, day - timedelta(1)) == between(day - timedelta(1), day)


def test_an_amendment_shows_what_was_asked_before_and_after() -> None:
    (change,) = _of(between(date(2025, 1, 13), date(2025, 12, 31)), "s740_28")
    assert (change.kind, change.source, change.date) == (AMENDED, "90 FR 5298", date(2025, 1, 16))
    assert not any("authorized integrated circuit designer" in line for line in change.before)
    assert any("authorized integrated circuit designer" in line for line in change.after)


@pytest.mark.parametrize("index", range(1, len(NVEU_ALLOCATIONS)))
def test_each_quarter_of_the_table_changes_one_figure(index: int) -> None:
    day = date.fromisoformat(NVEU_ALLOCATIONS[index][0])
    (change,) = _of(between(day - timedelta(1), day), "s748_15_nveu")
    assert change.kind == PERIOD
    went, came = set(change.before) - set(change.after), set(change.after) - set(change.before)
    assert [f"{NVEU_ALLOCATIONS[index - 1][1]:,} TPP or less" in line for line in went] == [True]
    assert [f"{NVEU_ALLOCATIONS[index][1]:,} TPP or less" in line for line in came] == [True]


def test_what_ends_with_2027() -> None:
    found = {one.provision for one in between(date(2027, 12, 31), date(2028, 1, 1)).provisions}
    assert found == {"s748_15_nveu", "s742_6_b_10_iii_B"}


def test_countries_and_posture() -> None:
    found = between(date(2025, 5, 12), date(2026, 7, 10))
    assert [(one.country, one.before, one.after) for one in found.countries] == [
        ("KH", ("D:1", "D:5"), ("D:1",)),
        ("AE", ("B", "D:3", "D:4"), ("A:5", "B")),
    ]
    assert (found.posture_before, found.posture_after) == ("compliance_not_yet_required", "not_enforced")


def test_text_gives_what_went_and_came_below_what_it_hangs_from() -> None:
    written = between(date(2026, 3, 31), date(2026, 4, 1)).to_text().splitlines()
    assert written[0] == "Changes after 2026-03-31 and up to 2026-04-01"
    assert [line[2] for line in written if line.startswith("  ")] == [" ", " ", "-", "+"]


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "2025-12-31", "2026-07-10", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["since"] == "2025-12-31"
    assert [one["country"] for one in found["countries"]] == ["KH", "AE"]
    assert {"date", "provision", "citation", "title", "kind", "source", "before", "after"} == set(
        found["provisions"][0]
    )
    assert main(["diff", "2026-01-01", "2026-01-20"]) == 0
    assert "begins; source: 91 FR 1684" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["diff", "yesterday", "2026-01-20"])
    assert "2026-07-10" in capsys.readouterr().err
