"""Every way to tamper with the record is found: by who writes to the database, to the files outside it, or to both.

The protection of the tables is taken away before, and put back after, so that what finds a change is the ledger itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.proofs import stored
from tests.wizard.ledger_copies import ACTS, ENTRIES, MEMOS, ON_POSTGRESQL, Installation
from wizard import record
from wizard.ledger import checkpoint, heads, keys, merkle
from wizard.ledger.checkpoint import Head, SignedHead
from wizard.models import LedgerEntry, Memo

MEMO = "(SELECT id FROM wizard_memo ORDER BY id LIMIT 1 OFFSET 3)"
"""A memo in the middle."""

ACT = "(SELECT id FROM wizard_reviewact ORDER BY id LIMIT 1 OFFSET 1)"
"""An act of review in the middle."""

FRESH = "'" + "ab" * 16 + "'"
"""A UUID of nobody, in a spelling that both databases take."""


def test_an_installation_is_sound(installation: Installation) -> None:
    report = installation.audit()
    assert report.faults == []
    assert (report.size, report.kinds) == (ENTRIES, {"key": 2, "memo": MEMOS, "review": ACTS})


COLUMNS = (
    "id, public_id, number, canonical, sha256, case_id, author_id, created, edition, revision, destination, "
    "supersedes_id, submission_key, submission_digest"
)
"""Those of a memo beside its outcome."""

# ---------------------------------------------------------------------------------------------- with SQL alone

STATEMENTS = {
    # memos
    "bytes of a memo": f"UPDATE wizard_memo SET canonical = replace(canonical, 'Germany', 'Austria') WHERE id = {MEMO}",
    "one character of a memo": f"UPDATE wizard_memo SET canonical = canonical || ' ' WHERE id = {MEMO}",
    "a memo emptied": f"UPDATE wizard_memo SET canonical = '' WHERE id = {MEMO}",
    "hash of a memo": f"UPDATE wizard_memo SET sha256 = '{'0' * 64}' WHERE id = {MEMO}",
    "hash of a memo in capitals": f"UPDATE wizard_memo SET sha256 = upper(sha256) WHERE id = {MEMO}",
    "outcome": f"UPDATE wizard_memo SET outcome = 'not_controlled' WHERE id = {MEMO}",
    "destination": f"UPDATE wizard_memo SET destination = 'FR' WHERE id = {MEMO}",
    "number": f"UPDATE wizard_memo SET number = 'M-1999-0001' WHERE id = {MEMO}",
    "author": "UPDATE wizard_memo SET author_id = (SELECT max(author_id) FROM wizard_memo) "
    "WHERE author_id = (SELECT min(author_id) FROM wizard_memo)",
    "case": "UPDATE wizard_memo SET case_id = (SELECT max(case_id) FROM wizard_memo) "
    "WHERE case_id = (SELECT min(case_id) FROM wizard_memo)",
    "moment of a memo": f"UPDATE wizard_memo SET created = '2025-01-15 12:00:00' WHERE id = {MEMO}",
    "edition": f"UPDATE wizard_memo SET edition = '1999-01-01' WHERE id = {MEMO}",
    "edition taken out": f"UPDATE wizard_memo SET edition = NULL WHERE id = {MEMO}",
    "revision": f"UPDATE wizard_memo SET revision = 'another' WHERE id = {MEMO}",
    "superseded no more": "UPDATE wizard_memo SET supersedes_id = NULL",
    "supersedes itself": f"UPDATE wizard_memo SET supersedes_id = id WHERE id = {MEMO}",
    "submission key": f"UPDATE wizard_memo SET submission_key = {FRESH} WHERE id = {MEMO}",
    "submission digest": f"UPDATE wizard_memo SET submission_digest = '{'0' * 64}' WHERE id = {MEMO}",
    "public id": f"UPDATE wizard_memo SET public_id = {FRESH} WHERE id = {MEMO}",
    "row number": "UPDATE wizard_memo SET id = id + 100 WHERE id = (SELECT max(id) FROM wizard_memo)",
    "a memo deleted": "DELETE FROM wizard_memo WHERE id = (SELECT max(id) FROM wizard_memo)",
    "a memo and its entry deleted": "DELETE FROM wizard_ledgerentry WHERE object_id = (SELECT "
    + (
        "public_id::text"
        if ON_POSTGRESQL
        else "lower(substr(public_id, 1, 8) || '-' || substr(public_id, 9, 4) || '-'"
        " || substr(public_id, 13, 4) || '-' || substr(public_id, 17, 4) || '-' || substr(public_id, 21))"
    )
    + " FROM wizard_memo ORDER BY id DESC LIMIT 1); "
    "DELETE FROM wizard_memo WHERE id = (SELECT max(id) FROM wizard_memo)",
    "every memo deleted": "DELETE FROM wizard_memo",
    "a memo twice": "INSERT INTO wizard_memo (id, public_id, number, canonical, sha256, case_id, author_id, created, "
    "edition, revision, outcome, destination, supersedes_id, submission_key, submission_digest) "
    f"SELECT id + 100, {FRESH}, number || 'x', canonical, sha256, case_id, author_id, created, edition, revision, "
    f"outcome, destination, NULL, {FRESH}, submission_digest FROM wizard_memo WHERE id = {MEMO}",
    # acts of review
    "bytes of an act": "UPDATE wizard_reviewact SET canonical = replace(canonical, 'superseded', 'approved') "
    f"WHERE id = {ACT}",
    "an act emptied": f"UPDATE wizard_reviewact SET canonical = '' WHERE id = {ACT}",
    "hash of an act": f"UPDATE wizard_reviewact SET sha256 = '{'0' * 64}' WHERE id = {ACT}",
    "kind of an act": f"UPDATE wizard_reviewact SET kind = 'approved' WHERE id = {ACT}",
    "who acted": f"UPDATE wizard_reviewact SET by_id = (SELECT max(id) FROM auth_user) WHERE id = {ACT}",
    "memo of an act": "UPDATE wizard_reviewact SET memo_id = (SELECT max(id) FROM wizard_memo) "
    f"WHERE id = {ACT}",
    "moment of an act": f"UPDATE wizard_reviewact SET at = '2025-01-15 12:00:00' WHERE id = {ACT}",
    "place of an act": f"UPDATE wizard_reviewact SET number = number + 1 WHERE id = {ACT}",
    "acts reordered": "UPDATE wizard_reviewact SET number = id + 100",
    "public id of an act": f"UPDATE wizard_reviewact SET public_id = {FRESH} WHERE id = {ACT}",
    "submission key of an act": f"UPDATE wizard_reviewact SET submission_key = {FRESH} WHERE id = {ACT}",
    "row number of an act": "UPDATE wizard_reviewact SET id = id + 100 WHERE id = "
    "(SELECT max(id) FROM wizard_reviewact)",
    "an act deleted": f"DELETE FROM wizard_reviewact WHERE id = {ACT}",
    "every act deleted": "DELETE FROM wizard_reviewact",
    "an act twice": "INSERT INTO wizard_reviewact (id, public_id, canonical, sha256, number, kind, at, by_id, memo_id) "
    f"SELECT id + 100, {FRESH}, canonical, sha256, number + 1, kind, at, by_id, memo_id FROM wizard_reviewact "
    f"WHERE id = {ACT}",
    # entries
    "leaf": "UPDATE wizard_ledgerentry SET leaf = replace(leaf, 'memo', 'note') WHERE sequence = 3",
    "leaf with a space": "UPDATE wizard_ledgerentry SET leaf = leaf || ' ' WHERE sequence = 3",
    "leaf emptied": "UPDATE wizard_ledgerentry SET leaf = '' WHERE sequence = 3",
    "hash of a leaf": f"UPDATE wizard_ledgerentry SET leaf_hash = '{'0' * 64}' WHERE sequence = 3",
    "kind": "UPDATE wizard_ledgerentry SET kind = 'key' WHERE sequence = 3",
    "unknown kind": "UPDATE wizard_ledgerentry SET kind = 'opinion' WHERE sequence = 3",
    "object": "UPDATE wizard_ledgerentry SET object_id = 'another' WHERE sequence = 3",
    "digest": f"UPDATE wizard_ledgerentry SET digest = '{'0' * 64}' WHERE sequence = 3",
    "moment of an entry": "UPDATE wizard_ledgerentry SET created = '2025-01-15 12:00:00' WHERE sequence = 3",
    "an entry renumbered": "UPDATE wizard_ledgerentry SET sequence = 1000 WHERE sequence = 3",
    "an entry deleted": "DELETE FROM wizard_ledgerentry WHERE sequence = 3",
    "the first entry deleted": "DELETE FROM wizard_ledgerentry WHERE sequence = 0",
    "the last entry deleted": f"DELETE FROM wizard_ledgerentry WHERE sequence = {ENTRIES - 1}",
    "every entry deleted": "DELETE FROM wizard_ledgerentry",
    "an entry without a head": "INSERT INTO wizard_ledgerentry "
    "(sequence, kind, object_id, digest, leaf, leaf_hash, created) "
    f"SELECT {ENTRIES}, kind, 'another', digest, leaf, leaf_hash, created FROM wizard_ledgerentry WHERE sequence = 3",
    "a key replaced": "UPDATE wizard_ledgerentry SET leaf = replace(leaf, 'public_key\":\"', 'public_key\":\"A') "
    "WHERE sequence = 0",
    "entries reordered": "UPDATE wizard_ledgerentry SET sequence = 1000 WHERE sequence = 2; "
    "UPDATE wizard_ledgerentry SET sequence = 2 WHERE sequence = 3; "
    "UPDATE wizard_ledgerentry SET sequence = 3 WHERE sequence = 1000",
    # the tree
    "a node": f"UPDATE wizard_ledgernode SET hash = '{'0' * 64}' WHERE position = 3",
    "a node deleted": "DELETE FROM wizard_ledgernode WHERE position = 3",
    "a node renumbered": "UPDATE wizard_ledgernode SET position = 101 WHERE position = 3",
    "a node too many": f"INSERT INTO wizard_ledgernode (position, hash) VALUES (31, '{'0' * 64}')",
    "a leaf among the nodes": f"INSERT INTO wizard_ledgernode (position, hash) VALUES (4, '{'0' * 64}')",
    "every node deleted": "DELETE FROM wizard_ledgernode",
    # heads
    "root": f"UPDATE wizard_treehead SET root = '{'0' * 64}' WHERE size = 4",
    "root emptied": "UPDATE wizard_treehead SET root = '' WHERE size = 4",
    "moment of a head": "UPDATE wizard_treehead SET time = '2025-01-15 12:00:00' WHERE size = 4",
    "key of a head": "UPDATE wizard_treehead SET key_id = (SELECT key_id FROM wizard_treehead WHERE size = "
    f"{ENTRIES}) WHERE size = 4",
    "unknown key of a head": f"UPDATE wizard_treehead SET key_id = '{'0' * 64}' WHERE size = 4",
    "signature": "UPDATE wizard_treehead SET signature = (SELECT signature FROM wizard_treehead WHERE size = 5) "
    "WHERE size = 4",
    "signature emptied": "UPDATE wizard_treehead SET signature = '' WHERE size = 4",
    "a head renumbered": "UPDATE wizard_treehead SET size = 1000 WHERE size = 4",
    "a head deleted": "DELETE FROM wizard_treehead WHERE size = 4",
    "the first head deleted": "DELETE FROM wizard_treehead WHERE size = 1",
    "the last head deleted": f"DELETE FROM wizard_treehead WHERE size = {ENTRIES}",
    "every head deleted": "DELETE FROM wizard_treehead",
    # everything at once
    "the tail deleted": f"DELETE FROM wizard_memo WHERE id = (SELECT max(id) FROM wizard_memo); "
    f"DELETE FROM wizard_ledgerentry WHERE sequence = {ENTRIES - 1}; "
    f"DELETE FROM wizard_treehead WHERE size = {ENTRIES}",
    "everything deleted": "DELETE FROM wizard_memo; DELETE FROM wizard_ledgerentry; DELETE FROM wizard_ledgernode; "
    "DELETE FROM wizard_treehead",
}

if ON_POSTGRESQL:
    STATEMENTS |= {
        "memos emptied": "TRUNCATE wizard_memo CASCADE",
        "ledger emptied": "TRUNCATE wizard_ledgerentry, wizard_ledgernode, wizard_treehead",
        "heads emptied": "TRUNCATE wizard_treehead",
        "a memo merged": "INSERT INTO wizard_memo SELECT * FROM wizard_memo "
        "ON CONFLICT (id) DO UPDATE SET outcome = 'not_controlled'",
        "table of memos renamed": "ALTER TABLE wizard_memo RENAME TO wizard_memo_before",
        "column dropped": "ALTER TABLE wizard_memo DROP COLUMN outcome",
    }
else:
    STATEMENTS |= {
        "a memo replaced": f"INSERT OR REPLACE INTO wizard_memo ({COLUMNS}, outcome) "
        f"SELECT {COLUMNS}, 'not_controlled' FROM wizard_memo WHERE id = {MEMO}",
        "an entry replaced": "INSERT OR REPLACE INTO wizard_ledgerentry "
        "SELECT sequence, kind, object_id, digest, leaf || ' ', leaf_hash, created FROM wizard_ledgerentry "
        "WHERE sequence = 3",
        "public id in capitals": f"UPDATE wizard_memo SET public_id = upper(public_id) WHERE id = {MEMO}",
        "moment respelled": "UPDATE wizard_treehead SET time = replace(time, ' ', 'T') WHERE size = 4",
        "text as bytes": f"UPDATE wizard_memo SET outcome = CAST(outcome AS BLOB) WHERE id = {MEMO}",
        "bytes that are no text": f"UPDATE wizard_memo SET revision = CAST(x'ff' AS TEXT) WHERE id = {MEMO}",
        "table of memos dropped": "PRAGMA foreign_keys = OFF; DROP TABLE wizard_memo",
        "row of an index lost": "PRAGMA writable_schema = ON; "
        "DELETE FROM sqlite_master WHERE name = 'wizard_ledger_digest'",
    }


SCHEMA = {"table of memos renamed", "table of memos dropped", "row of an index lost"}
"""What is done to the schema itself, after which the protection cannot be put back."""

ADDITIONS = {
    "a memo twice",
    "an act twice",
    "an entry without a head",
    "a node too many",
    "a leaf among the nodes",
    "column dropped",
}
"""What the protection lets pass, because rows may be added and columns go with a migration."""


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - SCHEMA))
def test_what_sql_changed_is_found(installation: Installation, name: str) -> None:
    with installation.unprotected() as connection:
        changed = [connection.execute(part).rowcount for part in STATEMENTS[name].split("; ")]
    faults = installation.audit().faults
    assert any(changed), "The statement must have changed something."
    assert faults
    assert not [fault for fault in faults if "trigger" in fault.what]


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() & SCHEMA))
def test_what_became_of_the_schema_is_found(installation: Installation, name: str) -> None:
    with installation.raw() as connection:
        for part in STATEMENTS[name].split("; "):
            connection.execute(part)
    assert installation.audit().faults


def test_protected_tables_refuse_the_same(installation: Installation) -> None:
    for name in sorted(STATEMENTS.keys() - SCHEMA - ADDITIONS):
        with pytest.raises((sqlite3.Error, psycopg.Error), match="only ever added"):
            installation.sql(STATEMENTS[name].split("; ")[0])
    assert installation.audit().faults == []


# ---------------------------------------------------------------------------------------------- with skill


class Forger:
    """Someone who writes to the database and makes everything in it agree again."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(statement.replace("?", "%s") if ON_POSTGRESQL else statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def leaves(self) -> list[str]:
        return [leaf for (leaf,) in self.run("SELECT leaf FROM wizard_ledgerentry ORDER BY sequence")]

    def change_memo(self) -> None:
        """Another destination, in the bytes, with the hashes to match."""
        [(pk, canonical, before)] = self.run(
            f"SELECT id, canonical, sha256 FROM wizard_memo WHERE id = {MEMO}"
        )
        changed = canonical.replace("Germany", "Austria")
        assert changed != canonical
        after = record.sha256(changed)
        self.run("UPDATE wizard_memo SET canonical = ?, sha256 = ? WHERE id = ?", changed, after, pk)
        self.run(
            "UPDATE wizard_ledgerentry SET digest = ?, leaf = replace(leaf, ?, ?) WHERE digest = ?",
            *(after, before, after, before),
        )

    def cover_columns(self, alias: str) -> None:
        """The changed memo's columns hashed anew, as its leaf has them."""
        for row in Memo.objects.using(alias):
            content = LedgerEntry.objects.using(alias).get(object_id=str(row.public_id)).content
            after = row.columns_digest(content["columns"])
            before = content["columns_sha256"]
            self.run("UPDATE wizard_ledgerentry SET leaf = replace(leaf, ?, ?)", before, after)

    def rehash(self) -> None:
        """Every hash above the leaves as it must be."""
        frontier = merkle.Frontier()
        for sequence, leaf in enumerate(self.leaves()):
            hashed = merkle.leaf_hash(leaf.encode())
            self.run("UPDATE wizard_ledgerentry SET leaf_hash = ? WHERE sequence = ?", hashed.hex(), sequence)
            for position, node in frontier.add(hashed).items():
                self.run("UPDATE wizard_ledgernode SET hash = ? WHERE position = ?", node.hex(), position)
            self.run("UPDATE wizard_treehead SET root = ? WHERE size = ?", frontier.root.hex(), sequence + 1)

    def sign(self, key_of: Callable[[str], Ed25519PrivateKey]) -> None:
        """Every head signed anew, by the key that it names."""
        origin = record_of(self.leaves()[0])["origin"]
        for size, root, time, name in self.run("SELECT size, root, time, key_id FROM wizard_treehead"):
            moment = time if ON_POSTGRESQL else datetime.fromisoformat(time).replace(tzinfo=UTC)
            signed = Head(origin, size, bytes.fromhex(root), record.timestamp(moment), name).sign(
                key_of(name)
            )
            signature = checkpoint.encode(signed.signature)
            self.run("UPDATE wizard_treehead SET signature = ? WHERE size = ?", signature, size)

    def take_the_keys_over(self) -> dict[str, Ed25519PrivateKey]:
        """Keys of one's own in the place of every key that the ledger introduces."""
        own = {}
        for content in map(record_of, self.leaves()):
            if content["kind"] != "key":
                continue
            key = Ed25519PrivateKey.generate()
            public = keys.public_bytes(key)
            own[checkpoint.key_id(public)] = key
            for before, after in (
                (content["public_key"], checkpoint.encode(public)),
                (content["object"], checkpoint.key_id(public)),
            ):
                for column in ("leaf", "object_id", "digest"):
                    self.run(
                        f"UPDATE wizard_ledgerentry SET {column} = replace({column}, ?, ?)", before, after
                    )
                self.run("UPDATE wizard_treehead SET key_id = replace(key_id, ?, ?)", before, after)
        return own

    def write_heads(self, file: Path) -> None:
        """The file of heads, made from the database."""
        introduced = [record_of(leaf) for leaf in self.leaves() if '"kind":"key"' in leaf]
        publics = {each["object"]: base64.b64decode(each["public_key"]) for each in introduced}
        rows = self.run("SELECT size, root, time, key_id, signature FROM wizard_treehead ORDER BY size")
        lines = []
        for size, root, time, name, signature in rows:
            moment = time if ON_POSTGRESQL else datetime.fromisoformat(time).replace(tzinfo=UTC)
            head = Head(introduced[0]["origin"], size, bytes.fromhex(root), record.timestamp(moment), name)
            lines.append(heads.line(SignedHead(head, base64.b64decode(signature)).note(publics[name])))
        file.write_bytes(b"".join(lines))


def record_of(leaf: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(leaf)
    return content


def found(installation: Installation) -> str:
    """What the audit finds, as one text."""
    return "\n".join(map(str, installation.audit().faults))


def test_a_forger_who_rehashes_everything_cannot_sign(installation: Installation) -> None:
    with installation.unprotected() as connection:
        forger = Forger(connection)
        forger.change_memo()
        forger.rehash()
    assert "is not signed by the key that was in charge" in found(installation)


def test_a_forger_with_keys_of_their_own_is_not_known(installation: Installation) -> None:
    with installation.unprotected() as connection, installation.opened() as alias:
        forger = Forger(connection)
        forger.change_memo()
        forger.cover_columns(alias)
        own = forger.take_the_keys_over()
        forger.rehash()
        forger.sign(own.__getitem__)
    assert "which is neither in WIZARD_KEY_DIR" in found(installation)
    assert "line 1 is not the head of size 1 in the database" in found(installation)


def test_a_forger_who_also_rewrites_the_file_of_heads_is_not_known(installation: Installation) -> None:
    with installation.unprotected() as connection, installation.opened() as alias:
        forger = Forger(connection)
        forger.change_memo()
        forger.cover_columns(alias)
        own = forger.take_the_keys_over()
        forger.rehash()
        forger.sign(own.__getitem__)
        forger.write_heads(installation.heads_file)
    faults = installation.audit().faults
    assert faults
    assert all("which is neither in WIZARD_KEY_DIR" in fault.what for fault in faults)


def test_a_forger_who_stole_the_keys_cannot_take_published_heads_back(installation: Installation) -> None:
    with installation.unprotected() as connection, installation.opened() as alias:
        forger = Forger(connection)
        forger.change_memo()
        forger.cover_columns(alias)
        forger.rehash()
        forger.sign(keys.private_key)
    faults = installation.audit().faults
    assert faults
    assert all(fault.where == "file of heads" for fault in faults)
    # Who controls everything on this machine is beyond the audit, not beyond the heads that others hold.
    with installation.unprotected() as connection:
        Forger(connection).write_heads(installation.heads_file)
    assert installation.audit().faults == []


def test_a_tail_taken_off_everywhere_in_the_database_is_missed_by_the_file(
    installation: Installation,
) -> None:
    """What remains agrees in itself: a smaller ledger with a valid head."""
    with installation.unprotected() as connection:
        forger = Forger(connection)
        last = record_of(forger.leaves()[-1])
        [(pk,)] = forger.run("SELECT id FROM wizard_memo WHERE sha256 = ?", last["sha256"])
        forger.run("DELETE FROM wizard_memo WHERE id = ?", pk)
        forger.run("DELETE FROM wizard_ledgerentry WHERE sequence = ?", ENTRIES - 1)
        forger.run("DELETE FROM wizard_treehead WHERE size = ?", ENTRIES)
    faults = installation.audit().faults
    assert [fault.where for fault in faults] == ["file of heads"]
    assert "entries were deleted, or the database was rolled back" in faults[0].what


def test_a_database_rolled_back_is_missed_by_the_file(installation: Installation, tmp_path: Path) -> None:
    backup = installation.copy(tmp_path / "backup", f"{installation.name[:40]}_backup")
    try:
        installation.run(RECORD_ONE)
        assert installation.audit().faults == []
        installation.heads_file.replace(backup.heads_file)
        installation.heads_file.write_bytes(backup.heads_file.read_bytes())
        assert "the database was rolled back" in found(backup)
        done = backup.start(RECORD_ONE)
        done.communicate(timeout=60)
        assert done.returncode != 0, "Nothing is signed on top of a database that was rolled back."
    finally:
        backup.drop()


RECORD_ONE = """
import django
django.setup()
from tests.factories import MemoFactory
from wizard.models import Case
MemoFactory.create(case=Case.objects.first())
"""


# ---------------------------------------------------------------------------------------------- protection

TRIGGERS = [
    f"wizard_{table}_refuse_{what}"
    for table in ("memo", "reviewact", "answerevent", "ledgerentry", "ledgernode", "treehead")
    for what in (("change", "truncate") if ON_POSTGRESQL else ("update", "delete", "replace"))
]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_trigger_dropped_is_found(installation: Installation, trigger: str) -> None:
    table = trigger.partition("_refuse")[0]
    installation.sql(f"DROP TRIGGER {trigger}" + (f" ON {table}" if ON_POSTGRESQL else ""))
    assert f"table {table}: the trigger {trigger} is missing or switched off." in found(installation)


DISARMED = (
    {
        "switched off": "ALTER TABLE wizard_memo DISABLE TRIGGER wizard_memo_refuse_change",
        "every one switched off": "ALTER TABLE wizard_memo DISABLE TRIGGER ALL",
        "not in replicas": "ALTER TABLE wizard_memo ENABLE TRIGGER wizard_memo_refuse_change",
        "function emptied": "CREATE OR REPLACE FUNCTION wizard_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
        "only some rows": "CREATE OR REPLACE TRIGGER wizard_memo_refuse_change BEFORE UPDATE OR DELETE ON wizard_memo "
        "FOR EACH ROW WHEN (OLD.id > 100) EXECUTE FUNCTION wizard_refuse(); "
        "ALTER TABLE wizard_memo ENABLE ALWAYS TRIGGER wizard_memo_refuse_change",
        "only some columns": "CREATE OR REPLACE TRIGGER wizard_memo_refuse_change BEFORE UPDATE OF number OR DELETE "
        "ON wizard_memo FOR EACH ROW EXECUTE FUNCTION wizard_refuse(); "
        "ALTER TABLE wizard_memo ENABLE ALWAYS TRIGGER wizard_memo_refuse_change",
        "only deleting": "CREATE OR REPLACE TRIGGER wizard_memo_refuse_change BEFORE DELETE ON wizard_memo "
        "FOR EACH ROW EXECUTE FUNCTION wizard_refuse(); "
        "ALTER TABLE wizard_memo ENABLE ALWAYS TRIGGER wizard_memo_refuse_change",
    }
    if ON_POSTGRESQL
    else {
        "emptied": "DROP TRIGGER wizard_memo_refuse_update; "
        "CREATE TRIGGER wizard_memo_refuse_update BEFORE UPDATE ON wizard_memo BEGIN SELECT 1; END",
        "on another table": "DROP TRIGGER wizard_memo_refuse_update; "
        "CREATE TRIGGER wizard_memo_refuse_update BEFORE UPDATE ON wizard_serial BEGIN SELECT 1; END",
        "only some rows": "DROP TRIGGER wizard_memo_refuse_delete; CREATE TRIGGER wizard_memo_refuse_delete "
        "BEFORE DELETE ON wizard_memo WHEN OLD.id > 100 BEGIN SELECT RAISE(ABORT, 'no'); END",
        "only one column": "DROP TRIGGER wizard_memo_refuse_update; CREATE TRIGGER wizard_memo_refuse_update "
        "BEFORE UPDATE OF number ON wizard_memo BEGIN SELECT RAISE(ABORT, 'no'); END",
        "through the schema": "PRAGMA writable_schema = ON; "
        "DELETE FROM sqlite_master WHERE name = 'wizard_memo_refuse_update'",
    }
)


@pytest.mark.parametrize("name", DISARMED)
def test_a_trigger_disarmed_is_found(installation: Installation, name: str) -> None:
    with installation.raw() as connection:
        for statement in re.split(r"; (?=CREATE|ALTER|DELETE)", DISARMED[name]):
            connection.execute(statement)
    assert "table wizard_memo: the trigger" in found(installation) or "wizard_refuse" in found(installation)


FOREIGN = {
    table: f"CREATE TRIGGER lifted AFTER UPDATE ON {table} "
    + (
        "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        if ON_POSTGRESQL
        else "BEGIN UPDATE wizard_retention SET held = 0; END"
    )
    for table in (
        *("wizard_docket", "wizard_retention", "wizard_searchtext", "wizard_case"),
        *("wizard_memo", "wizard_retentionevent", "wizard_treehead"),
    )
}
if ON_POSTGRESQL:
    # On such an update, only a trigger before it may call this function.
    FOREIGN = {table: made.replace("AFTER", "BEFORE") for table, made in FOREIGN.items()}
    FOREIGN["wizard_invitation"] = "CREATE RULE lifted AS ON UPDATE TO wizard_invitation DO INSTEAD NOTHING"
else:
    FOREIGN["WIZARD_RETENTIONEVENT"] = FOREIGN["wizard_retentionevent"].replace(
        "wizard_retentionevent", "WIZARD_RETENTIONEVENT"
    )


@pytest.mark.parametrize("table", FOREIGN)
def test_a_trigger_of_somebody_else_is_found(installation: Installation, table: str) -> None:
    installation.sql(FOREIGN[table])
    what = "rule" if " RULE " in FOREIGN[table] else "trigger"
    assert f"table {table.lower()}: the {what} lifted was not made by the application" in found(installation)


# ---------------------------------------------------------------------------------------------- files


def lines_of(installation: Installation) -> list[bytes]:
    return installation.heads_file.read_bytes().splitlines(keepends=True)


FILE_CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "last line cut": lambda lines: lines[:-1],
    "three lines cut": lambda lines: lines[:-3],
    "first line cut": lambda lines: lines[1:],
    "middle line cut": lambda lines: lines[:4] + lines[5:],
    "emptied": lambda lines: [],
    "torn": lambda lines: [*lines[:-1], lines[-1][:100]],
    "reordered": lambda lines: [lines[1], lines[0], *lines[2:]],
    "line twice": lambda lines: [*lines[:3], lines[2], *lines[3:]],
    "line of nothing": lambda lines: [*lines, b"\n"],
    "line of noise": lambda lines: [*lines, b"\xff\x00\n"],
    "line of another size": lambda lines: [
        *lines[:-1],
        lines[-1].replace(b"\\n%d\\n" % ENTRIES, b"\\n100\\n"),
    ],
    "signature changed": lambda lines: [
        *lines[:2],
        lines[2].replace(lines[2][-20:-10], lines[3][-20:-10]),
        *lines[3:],
    ],
    "moment changed": lambda lines: [*lines[:2], lines[2].replace(b"time 20", b"time 19"), *lines[3:]],
    "respelled": lambda lines: [*lines[:2], lines[2].replace(b'":"', b'": "'), *lines[3:]],
    "a line without its end": lambda lines: [*lines[:2], lines[2][:-1], *lines[3:]],
}


def test_a_changed_file_of_heads_is_found(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.ledger.audit.PATIENCE", 0)
    before = lines_of(installation)
    for name, change in FILE_CHANGES.items():
        after = change(list(before))
        assert after != before, name
        installation.heads_file.write_bytes(b"".join(after))
        assert "file of heads" in found(installation), name


def test_a_missing_file_of_heads_is_found(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wizard.ledger.audit.PATIENCE", 0)
    installation.heads_file.unlink()
    assert f"file of heads: ends at size 0, the database at {ENTRIES}" in found(installation)


def test_sampled_bits_of_the_file_of_heads(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bit of every nineteenth byte."""
    monkeypatch.setattr("wizard.ledger.audit.PATIENCE", 0)
    before = installation.heads_file.read_bytes()
    for at in range(0, len(before), 19):
        changed = bytearray(before)
        changed[at] ^= 1 << at % 8
        installation.heads_file.write_bytes(changed)
        assert "file of heads" in found(installation), at


def test_a_replaced_public_key_is_found(installation: Installation) -> None:
    own = Ed25519PrivateKey.generate().public_key()
    pem = own.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for path in installation.key_dir.glob("*.pub"):
        before = path.read_bytes()
        for content in (pem, b"", b"noise"):
            path.write_bytes(content)
            assert "keys: cannot be read" in found(installation)
        path.unlink()
        assert "introduces the key" in found(installation)
        path.write_bytes(before)
    assert found(installation) == ""


# ---------------------------------------------------------------------------------------------- bits


def test_every_byte_of_a_memo(installation: Installation) -> None:
    """One bit of each byte flipped, one byte after the other: always another SHA-256."""
    with installation.opened() as alias:
        memo = Memo.objects.using(alias).order_by("id").first()
    assert memo is not None
    whole = memo.canonical.encode()
    before = hashlib.sha256()
    for at, byte in enumerate(whole):
        changed = before.copy()
        changed.update(bytes([byte ^ 1 << at % 8]))
        changed.update(memoryview(whole)[at + 1 :])
        assert changed.hexdigest() != memo.sha256
        before.update(whole[at : at + 1])
    assert before.hexdigest() == memo.sha256


def test_sampled_bytes_of_a_memo_in_the_database(installation: Installation) -> None:
    with installation.unprotected() as connection:
        forger = Forger(connection)
        [(canonical,)] = forger.run(f"SELECT canonical FROM wizard_memo WHERE id = {MEMO}")
        for at in range(0, len(canonical), max(1, len(canonical) // 60)):
            other = chr(ord(canonical[at]) ^ 1)
            changed = canonical[:at] + other + canonical[at + 1 :]
            forger.run(f"UPDATE wizard_memo SET canonical = ? WHERE id = {MEMO}", changed)
            assert "its bytes do not have the SHA-256" in found(installation)
        forger.run(f"UPDATE wizard_memo SET canonical = ? WHERE id = {MEMO}", canonical)
    assert found(installation) == ""


if not ON_POSTGRESQL:  # whose files are its own, with checksums

    def test_flipped_bytes_of_the_database_file(installation: Installation, tmp_path: Path) -> None:
        """After one bit of the file is flipped, either the audit finds it or no row of the record reads differently."""
        chance = random.Random(762)
        whole = installation.database.read_bytes()
        before = stored(whole)
        seen = 0
        for _ in range(120):
            at = chance.randrange(len(whole))
            changed = bytearray(whole)
            changed[at] ^= 1 << chance.randrange(8)
            installation.database.write_bytes(changed)
            faults = installation.audit().faults
            seen += bool(faults)
            assert faults or stored(changed) == before, at
        assert seen > 50


# ---------------------------------------------------------------------------------------------- command


def test_the_command_says_what_is_wrong_and_fails(installation: Installation) -> None:
    sound = installation.manage("verify_ledger")
    assert sound.returncode == 0, sound.stderr
    assert f"Entries  {ENTRIES} (2 key, {MEMOS} memo, {ACTS} review)" in sound.stdout
    assert "Everything agrees" in sound.stdout
    with installation.unprotected() as connection:
        connection.execute(f"UPDATE wizard_memo SET outcome = 'not_controlled' WHERE id = {MEMO}")
    wrong = installation.manage("verify_ledger")
    assert wrong.returncode == 1
    assert re.search(
        r"memo M-\d{4}-0004: a column, or an answer behind it, is not as ledger entry 6 says", wrong.stdout
    )
    assert "1 faults" in wrong.stderr


# ---------------------------------------------------------------------------------------------- docket


def test_a_docket_that_says_something_else_is_found_and_made_anew(installation: Installation) -> None:
    changes = (
        "UPDATE wizard_docket SET state = 'approved'",
        "UPDATE wizard_docket SET assignee_id = owner_id",
        "UPDATE wizard_docket SET acts = acts + 1",
        f"DELETE FROM wizard_docket WHERE memo_id = {MEMO}",
    )
    for change in changes:
        installation.sql(change)
        assert re.search(r"docket, memo M-\d{4}-0004: .* run rebuild_docket", found(installation)), change
        assert installation.manage("rebuild_docket").returncode == 0
        assert installation.audit().faults == []


# ---------------------------------------------------------------------------------------------- retention

RECORD_A_HOLD = """
import datetime
import django
django.setup()
from tests.factories import UserFactory
from wizard.accounts import Role
from wizard.desk import retention
from wizard.models import Case, RetentionEvent
legal = UserFactory.create(username="legal", role=Role.LEGAL)
case = Case.objects.order_by("pk").first()
retention.happen(case, legal, RetentionEvent.Kind.EXPORTED, datetime.date(2026, 9, 1), "")
retention.hold(case, legal, "Letter", agency="BIS")
"""


def test_a_hold_that_is_hidden_is_found_and_made_anew(installation: Installation) -> None:
    installation.run(RECORD_A_HOLD)
    assert installation.audit().faults == []
    other = "(SELECT max(id) FROM wizard_case)"
    changes = {
        "UPDATE wizard_retention SET held = false": "held is False, by the sealed events True",
        "UPDATE wizard_retention SET keep_until = '2026-01-01'": "keep_until is 2026-01-01, by the sealed events 2031-",
        "UPDATE wizard_retention SET keep_until = NULL": "keep_until is None, by the sealed events 2031-09-01",
        "UPDATE wizard_retention SET events = 0": "events is 0, by the sealed events 2",
        "DELETE FROM wizard_retention": "has no row",
        f"UPDATE wizard_retention SET case_id = {other}": "has a row and no event",
    }
    for change, said in changes.items():
        installation.sql(change)
        assert re.search(rf"retention, case (C-\d{{4}}-0001|number \d+): {said}", found(installation)), change
        assert installation.manage("rebuild_docket").returncode == 0
        assert installation.audit().faults == []
