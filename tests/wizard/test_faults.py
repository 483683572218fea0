"""The short forms of `tests.faults`, on SQLite; `make faults` runs the long ones, on both databases."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults import kills, power


def test_a_server_killed_under_load_loses_nothing_and_tears_nothing(tmp_path: Path) -> None:
    assert "0 lost, 0 twice, 0 torn" in kills.servers(tmp_path, 3)


@pytest.mark.parametrize(
    ("pragmas", "safe"), [(power.AS_SET, True), ("journal_mode=DELETE;synchronous=OFF", False)]
)
def test_the_power_cut_at_any_moment_loses_nothing(tmp_path: Path, pragmas: str, safe: bool) -> None:
    """And without fsync it does lose something, or the replay could not see it."""
    lost, torn = power.cuts(power.installed(tmp_path / "site"), pragmas, 150, tmp_path)
    assert (lost + torn == 0) is safe


def test_what_the_replayed_disk_keeps() -> None:
    """What was synced is always there; of the rest every part is there in some cuts and missing in others."""
    disk = power.Disk()
    disk.make("/d/sure")
    disk.since[0] += [(0, b"one"), (3, b"two")]
    disk.sync("/d/sure")
    disk.sync_directory("/d")
    disk.since[0] += [(0, b"ONE"), 4]
    disk.make("/d/new")
    disk.remove("/d/sure", "/d/renamed")
    found = [disk.after_a_cut(random.Random(seed)) for seed in range(300)]
    assert {name for each in found for name in each} == {"/d/sure", "/d/new", "/d/renamed"}
    assert {bytes(each["/d/sure"]) for each in found if "/d/sure" in each} >= {
        b"onetwo",
        b"ONEt",
        b"ONEtwo",
        b"onet",
    }
    assert any("/d/new" not in each for each in found)
    assert any("/d/sure" not in each and "/d/renamed" not in each for each in found)
