"""The restore drill: a backup is one only once it has been restored and every hash was right."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.wizard.ledger_copies import ENTRIES, MEMOS, ON_POSTGRESQL, Installation
from wizard import backup


def test_the_drill_restores_and_verifies(installation: Installation, tmp_path: Path) -> None:
    before = installation.heads_file.read_bytes()
    done = installation.manage("restore_drill", str(tmp_path / "drill"))
    assert done.returncode == 0, done.stderr
    assert "Everything agrees" in done.stdout
    assert f"{MEMOS} memos, {ENTRIES} ledger entries" in done.stdout
    assert "Recorded after the copy was taken: 0 entries" in done.stdout
    assert installation.heads_file.read_bytes() == before
    made = tmp_path / "drill" / "backup"
    files = [path for path in made.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files if path.suffix != ".pub"} == {0}
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_the_drill_fails_on_a_database_that_was_tampered_with(
    installation: Installation, tmp_path: Path
) -> None:
    with installation.unprotected() as connection:
        connection.execute("UPDATE wizard_memo SET outcome = 'no_license_required'")
    done = installation.manage("restore_drill", str(tmp_path / "drill"))
    assert done.returncode == 1
    assert "Do not rely on this backup" in done.stderr


@pytest.mark.parametrize("lost", ["database", "heads", "keys"])
def test_the_drill_fails_when_a_part_is_not_there(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    if lost == "heads":
        installation.heads_file.unlink()
    elif lost == "keys":
        for path in installation.key_dir.iterdir():
            path.unlink()
    elif ON_POSTGRESQL:
        installation.sql("DROP TABLE wizard_treehead CASCADE")
    else:
        installation.database.write_bytes(b"not a database" * 100)
    assert installation.manage("restore_drill", str(tmp_path / "drill")).returncode == 1


def test_what_is_recorded_meanwhile_is_told(installation: Installation, tmp_path: Path) -> None:
    """Heads written between the copy of the database and that of the file are not taken for missing entries."""
    installation.run(
        "import django; django.setup()\n"
        "from pathlib import Path\n"
        "from wizard import backup\n"
        "from wizard.models import Case\n"
        "from wizard.samples import record\n"
        "case = Case.objects.last()\n"
        "copy = backup.shutil.copytree\n"
        "def late(*given, **more):\n"
        "    backup.shutil.copytree = copy\n"
        "    record(case, case.owner)\n"
        "    return copy(*given, **more)\n"
        "backup.shutil.copytree = late\n"
        f"found = backup.drill(Path({str(tmp_path / 'drill')!r}))\n"
        "assert found.passed, found.said\n"
        f"assert (found.memos, found.size, found.newer) == ({MEMOS}, {ENTRIES}, 2), found\n"
    )


def test_a_backup_is_never_written_over(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    assert installation.manage("back_up", str(target)).returncode == 0
    kept = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert (target / backup.HEADS) in kept
    again = installation.manage("back_up", str(target))
    assert again.returncode == 1
    assert "Nothing to rely on was made" in again.stderr
    assert kept == {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
