"""Adding to the ledger: one transaction, one order, one key in charge; and nothing on top of what does not agree."""

from __future__ import annotations

import base64
import json
import random
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.factories import MemoFactory
from tests.wizard.ledger_copies import ENTRIES, Installation
from wizard import append_only, record
from wizard.append_only import AppendOnlyError
from wizard.ledger import checkpoint, heads, keys, log, merkle, proofs
from wizard.ledger.audit import audit
from wizard.ledger.heads import HeadsFileFault
from wizard.models import LedgerEntry, LedgerNode, Memo, TreeHead


@pytest.fixture
def outside(tmp_path: Path, settings: Settings) -> Path:
    """Keys and heads of this test's own."""
    settings.WIZARD_KEY_DIR = tmp_path / "keys"
    settings.WIZARD_HEADS_FILE = tmp_path / "heads"
    return tmp_path


class ChangedMindError(Exception):
    """What ends a transaction before its commit."""


def record_and_fail(**given: object) -> None:
    """Record a memo in a transaction that then fails."""
    with transaction.atomic():
        MemoFactory.create(**given)
        raise ChangedMindError


# ---------------------------------------------------------------------------------------------- entries


@pytest.mark.django_db
def test_a_memo_is_entered_as_it_is_recorded(outside: Path) -> None:
    memo = MemoFactory.create()
    introduction, entry = LedgerEntry.objects.order_by("sequence")
    assert (entry.sequence, entry.kind, entry.object_id, entry.digest) == (
        1,
        "memo",
        str(memo.public_id),
        memo.sha256,
    )
    assert json.loads(entry.leaf) == {
        "format": "1",
        "sequence": "1",
        "kind": "memo",
        "object": str(memo.public_id),
        "sha256": memo.sha256,
        "created": record.timestamp(entry.created),
        "columns": sorted(
            ["trail", *(field.attname for field in Memo._meta.concrete_fields if field.name != "canonical")]
        ),
        "columns_sha256": memo.columns_digest(entry.content["columns"]),
    }
    assert introduction.kind == "key"
    assert introduction.content["previous"] is None
    assert log.origin() == f"ai-diffusion-wizard/{introduction.object_id[:16]}"


@pytest.mark.django_db
def test_every_size_has_a_signed_head_and_every_entry_a_proof(outside: Path) -> None:
    for _ in range(5):
        MemoFactory.create()
    entries = list(LedgerEntry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries] == list(range(6))
    for size in range(1, 7):
        head = TreeHead.objects.get(size=size)
        signed = head.signed(log.origin())
        assert signed.signed_by(log.public_key(head.key_id))
        for entry in entries[:size]:
            path = log.inclusion_proof(entry.sequence, size)
            leaf = merkle.leaf_hash(entry.leaf.encode())
            assert proofs.included(leaf, entry.sequence, size, path, signed.head.root)
        for smaller in range(1, size + 1):
            older = TreeHead.objects.get(size=smaller)
            path = log.consistency_proof(smaller, size)
            assert proofs.consistent(smaller, size, path, bytes.fromhex(older.root), signed.head.root)
    for first_size, second_size in ((0, 3), (4, 3), (3, 7)):
        with pytest.raises(ValueError, match=r"proof|entries"):
            log.consistency_proof(first_size, second_size)


@pytest.mark.django_db
def test_a_memo_and_its_entry_are_one_transaction(outside: Path) -> None:
    MemoFactory.create()
    before = (
        Memo.objects.count(),
        LedgerEntry.objects.count(),
        LedgerNode.objects.count(),
        TreeHead.objects.count(),
    )
    case = MemoFactory.create().case
    after = (
        Memo.objects.count(),
        LedgerEntry.objects.count(),
        LedgerNode.objects.count(),
        TreeHead.objects.count(),
    )
    with pytest.raises(ChangedMindError):
        record_and_fail(case=case)
    assert before < after
    assert after == (
        Memo.objects.count(),
        LedgerEntry.objects.count(),
        LedgerNode.objects.count(),
        TreeHead.objects.count(),
    )


@pytest.mark.django_db
def test_a_ledger_that_cannot_sign_records_no_memo(outside: Path) -> None:
    case = MemoFactory.create().case
    for path in (outside / "keys").glob("*.pem"):
        path.unlink()
    with pytest.raises(keys.KeyFault, match="not in WIZARD_KEY_DIR"):
        MemoFactory.create(case=case)
    assert (Memo.objects.count(), LedgerEntry.objects.count(), TreeHead.objects.count()) == (1, 2, 2)
    assert not list((outside / "keys").glob("*.pem")), (
        "Another key in silence would leave the old heads' owner unknown."
    )


@pytest.mark.django_db
def test_rows_of_the_ledger_are_never_changed(outside: Path) -> None:
    MemoFactory.create()
    for model in (LedgerEntry, LedgerNode, TreeHead):
        row = model.objects.first()
        assert row is not None
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()
        with pytest.raises(AppendOnlyError):
            model.objects.all().delete()
        with pytest.raises(AppendOnlyError):
            model.objects.bulk_create([])
        assert str(row)


@pytest.mark.django_db
def test_every_table_is_protected_as_the_migrations_made_it() -> None:
    assert {model.__name__ for model in append_only.protected()} >= {
        "AnswerEvent",
        "Memo",
        "LedgerEntry",
        "LedgerNode",
        "TreeHead",
    }
    assert audit().faults == []


def test_nothing_is_added_outside_a_transaction(installation: Installation) -> None:
    with installation.opened() as alias, pytest.raises(log.LedgerFault, match="in the transaction"):
        log._lock(alias)


@pytest.mark.django_db
def test_adding_takes_the_same_number_of_queries_however_long_the_ledger(outside: Path) -> None:
    case = MemoFactory.create().case
    counts = []
    for _ in range(12):
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            log._introduce("default", log._lock("default"))
        counts.append(len(queries))
    assert max(counts) <= 24, counts
    assert case.memos.count() == 1


# ---------------------------------------------------------------------------------------------- heads outside


@pytest.mark.django_db
def test_a_head_is_written_only_after_the_commit(
    outside: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        MemoFactory.create()
        assert not (outside / "heads").exists()
    lines = (outside / "heads").read_bytes().splitlines()
    assert [heads.read_line(line).head.size for line in lines] == [1, 2]
    assert stat.S_IMODE((outside / "heads").stat().st_mode) == 0o600
    with pytest.raises(ChangedMindError), django_capture_on_commit_callbacks(execute=True):
        record_and_fail()
    assert len((outside / "heads").read_bytes().splitlines()) == 2


def test_a_torn_or_missing_end_is_completed_at_the_next_entry(installation: Installation) -> None:
    whole = installation.heads_file.read_bytes()
    for cut in (1, 50, len(whole.splitlines(keepends=True)[-1]), 700, len(whole) - 10, len(whole)):
        installation.heads_file.write_bytes(whole[:-cut])
        with installation.opened() as alias:
            log.complete_heads_file(alias)
        assert installation.heads_file.read_bytes() == whole
    installation.heads_file.unlink()
    with installation.opened() as alias:
        log.rotate(alias)
    assert installation.heads_file.read_bytes().startswith(whole)
    assert installation.audit().faults == []


def test_nothing_is_added_while_the_file_of_heads_is_ahead(installation: Installation) -> None:
    with installation.opened() as alias:
        log.rotate(alias)
    ahead = installation.heads_file.read_bytes()
    with installation.unprotected() as raw:
        raw.execute(f"DELETE FROM wizard_ledgerentry WHERE sequence = {ENTRIES}")
        raw.execute(f"DELETE FROM wizard_treehead WHERE size = {ENTRIES + 1}")
    with installation.opened() as alias, pytest.raises(log.LedgerFault, match="entries are missing"):
        log.rotate(alias)
    assert installation.heads_file.read_bytes() == ahead


@pytest.mark.parametrize(
    "end",
    [b"noise\n", b"{}\n", b"\n", b"noise", b'{"checkpoint":"x"}\n'],
    ids=["noise", "object", "empty", "torn", "text"],
)
def test_a_strange_end_of_the_file_of_heads_stops_the_ledger(installation: Installation, end: bytes) -> None:
    with installation.heads_file.open("ab") as file:
        file.write(end)
    before = installation.heads_file.read_bytes()
    with installation.opened() as alias, pytest.raises(HeadsFileFault):
        log.complete_heads_file(alias)
    assert installation.heads_file.read_bytes() == before


def test_a_file_of_another_ledger_stops_the_ledger(installation: Installation) -> None:
    key = Ed25519PrivateKey.generate()
    public = keys.public_bytes(key)
    head = checkpoint.Head(
        "another", ENTRIES, b"\x00" * 32, "2026-10-05T14:03:11.000042Z", checkpoint.key_id(public)
    )
    installation.heads_file.write_bytes(heads.line(head.sign(key).note(public)))
    with installation.opened() as alias, pytest.raises(log.LedgerFault, match="differ at size"):
        log.rotate(alias)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE wizard_ledgernode SET hash = '{'0' * 64}' WHERE position = 7",
        f"UPDATE wizard_ledgerentry SET leaf_hash = '{'0' * 64}' WHERE sequence = {ENTRIES - 1}",
        f"UPDATE wizard_treehead SET root = '{'0' * 64}' WHERE size = {ENTRIES}",
        f"UPDATE wizard_treehead SET time = '2025-01-15 12:00:00' WHERE size = {ENTRIES}",
    ],
)
def test_nothing_is_signed_on_top_of_a_tree_that_was_changed(
    installation: Installation, statement: str
) -> None:
    with installation.unprotected() as raw:
        raw.execute(statement)
    installation.heads_file.unlink()
    with installation.opened() as alias:
        with pytest.raises(log.LedgerFault):
            log.rotate(alias)
        assert log.latest(alias) is not None
        assert LedgerEntry.objects.using(alias).count() == ENTRIES


# ---------------------------------------------------------------------------------------------- keys


@pytest.mark.django_db
def test_a_private_key_is_for_its_owner_alone(outside: Path) -> None:
    case = MemoFactory.create().case
    [path] = (outside / "keys").glob("*.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(keys.KeyFault, match="readable by others"):
        MemoFactory.create(case=case)
    path.chmod(0o600)
    for content in (b"", b"noise", Ed25519PrivateKey.generate().private_bytes_raw()):
        path.write_bytes(content)
        with pytest.raises(keys.KeyFault, match="cannot be read"):
            MemoFactory.create(case=case)


def test_rotation_is_an_entry_and_old_heads_stay_valid(installation: Installation) -> None:
    said = installation.manage("rotate_ledger_key")
    assert said.returncode == 0, said.stderr
    with installation.opened() as alias:
        entry = LedgerEntry.objects.using(alias).get(sequence=ENTRIES)
        last = TreeHead.objects.using(alias).get(size=ENTRIES + 1)
        names = list(LedgerEntry.objects.using(alias).filter(kind="key").values_list("object_id", flat=True))
    assert entry.object_id in said.stdout
    assert entry.content["previous"] == names[-2]
    assert last.key_id == names[-2], "The old key vouches for the new one."
    assert installation.audit().faults == []
    for name in names[:-1]:
        (installation.key_dir / f"{name}.pem").unlink()
    with installation.opened() as alias:
        log.rotate(alias)
        newest = log.latest(alias)
        assert newest is not None
        assert newest.key_id == entry.object_id
    assert installation.audit().faults == []


def test_rotation_in_a_ledger_out_of_order_changes_nothing(installation: Installation) -> None:
    installation.heads_file.write_bytes(b"noise\n")
    said = installation.manage("rotate_ledger_key")
    assert said.returncode == 1
    assert "not a checkpoint" in said.stderr
    with installation.opened() as alias:
        assert LedgerEntry.objects.using(alias).count() == ENTRIES


def test_keys_from_the_environment(outside: Path, settings: Settings, installation: Installation) -> None:
    settings.WIZARD_KEY_DIR = installation.key_dir
    settings.WIZARD_HEADS_FILE = installation.heads_file
    seeds = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]
    names = [
        checkpoint.key_id(keys.public_bytes(Ed25519PrivateKey.from_private_bytes(base64.b64decode(s))))
        for s in seeds
    ]
    settings.WIZARD_LEDGER_KEYS = " ".join(seeds)
    with installation.opened() as alias:
        assert [log.rotate(alias).object_id for _ in seeds] == names
        assert not (installation.key_dir / f"{names[0]}.pem").exists()
    assert installation.audit().faults == []
    for wrong in ("short", seeds[0] + "=", "é"):
        settings.WIZARD_LEDGER_KEYS = wrong
        with pytest.raises(keys.KeyFault, match="seeds of 32 bytes"):
            keys.public_keys()


@pytest.mark.django_db
def test_a_key_that_lies_ready_is_used(outside: Path) -> None:
    """A transaction that introduced a key and did not commit leaves the key's file; the next one takes it."""
    for _ in range(3):
        with pytest.raises(ChangedMindError):
            record_and_fail()
    assert len(list((outside / "keys").glob("*.pem"))) == 1


@pytest.mark.django_db
def test_the_rotation_command_reports_a_missing_key(outside: Path) -> None:
    MemoFactory.create()
    for path in (outside / "keys").glob("*.pem"):
        path.unlink()
    with pytest.raises(CommandError, match="not in WIZARD_KEY_DIR"):
        call_command("rotate_ledger_key")


# ---------------------------------------------------------------------------------------------- at once, and cut off

RECORD_MANY = """
import django, sys
django.setup()
from tests.factories import MemoFactory
from wizard.models import Case
case = Case.objects.all()[{case}]
print("ready", flush=True)
for _ in range({times}):
    MemoFactory.create(case=case)
"""


def test_many_writers_at_once_leave_no_gap(installation: Installation) -> None:
    writers = [installation.start(RECORD_MANY.format(case=number % 3, times=5)) for number in range(4)]
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0] * 4
    report = installation.audit()
    assert report.faults == []
    # Each memo takes the place of its case's last one, which is an entry of its own.
    assert report.size == ENTRIES + 2 * 20


def test_a_writer_killed_at_any_moment_leaves_the_ledger_whole(installation: Installation) -> None:
    chance = random.Random(9)
    for _ in range(5):
        writer = installation.start(RECORD_MANY.format(case=0, times=1000))
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(timeout=chance.random())
        writer.kill()
        writer.communicate(timeout=60)
        with installation.opened() as alias:
            log.complete_heads_file(alias)
        assert installation.audit().faults == []


def test_the_lock_is_held_until_the_transaction_ends(installation: Installation) -> None:
    """What two writers would do without it: both read one size, and one of them fails."""
    with installation.opened() as alias, transaction.atomic(using=alias):
        log._lock(alias)
        writer = installation.start(RECORD_MANY.format(case=0, times=1))
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(timeout=1)
        log._introduce(alias, log._lock(alias))
    writer.communicate(timeout=60)
    assert writer.returncode == 0
    assert installation.audit().faults == []
