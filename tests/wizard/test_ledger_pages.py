"""The public pages of the ledger: they answer anybody, say little, change nothing, and are not for guessing."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.factories import MemoFactory
from tests.wizard.conftest import SignIn
from tests.wizard.test_ledger_verifier import SCRIPT, verify_memo
from wizard.ledger import checkpoint, log, proofs
from wizard.models import LedgerEntry, Memo, TreeHead

pytestmark = pytest.mark.django_db

IN_LEDGER = "is in the ledger, as it was recorded"
NOT_IN_LEDGER = "No memo with this code"
BROKEN = "differs from what was signed"


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """Keys and heads of this test's own, and nobody has asked anything yet."""
    settings.WIZARD_KEY_DIR = tmp_path / "keys"
    settings.WIZARD_HEADS_FILE = tmp_path / "heads"
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def memo() -> Memo:
    return MemoFactory.create()


def ask(**question: str) -> str:
    response = Client().get("/verify/", question)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_is_open_and_empty(client: Client) -> None:
    page = client.get("/verify/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Nothing has been recorded yet" in text
    assert not any(answer in text for answer in (IN_LEDGER, NOT_IN_LEDGER, BROKEN))
    assert client.post("/verify/").status_code == 405


def test_a_memo_is_found_by_its_code_or_its_hash(memo: Memo) -> None:
    code = memo.verification_code
    for asked in (code, code.lower(), code.replace("-", ""), f" {code} ", memo.sha256, memo.sha256.upper()):
        page = ask(code=asked)
        assert IN_LEDGER in page, asked
        assert memo.number in page
        assert "entry 1 of a ledger of 2" in page
        assert ask(code=asked, number=memo.number).count(IN_LEDGER) == 1


def test_nothing_of_the_memo_is_shown(memo: Memo) -> None:
    page = ask(code=memo.sha256)
    for secret in (
        memo.case.title,
        memo.case.reference,
        memo.author.get_username(),
        "Germany",
        str(memo.public_id),
    ):
        assert secret not in page


def test_the_signed_head_on_the_page_is_the_newest(memo: Memo) -> None:
    head = log.latest()
    assert head is not None
    assert log.note(head).splitlines()[-1] in ask(code=memo.sha256)
    assert head.key_id in ask(code=memo.sha256)


def test_another_code_or_number_is_not_found(memo: Memo) -> None:
    other = "A" if memo.verification_code[0] != "A" else "B"
    for question in (
        {"code": other + memo.verification_code[1:]},
        {"code": "0" * 64},
        {"code": memo.sha256, "number": "M-1999-0001"},
        {"code": LedgerEntry.objects.get(sequence=0).digest},
    ):
        page = ask(**question)
        assert NOT_IN_LEDGER in page
        assert memo.number not in page


@pytest.mark.parametrize(
    "code", ["x", "%", "7Q4D", "g" * 64, "7Q4D-2K5A-XM3C-ABC1", "'; --", "<script>", "\x00", "é" * 16]
)
def test_what_is_no_code_is_refused(client: Client, code: str) -> None:
    response = client.get("/verify/", {"code": code})
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert "<script>" not in response.content.decode()


def test_a_number_alone_is_not_enough(client: Client, memo: Memo) -> None:
    assert client.get("/verify/", {"number": memo.number}).status_code == 422


def test_a_changed_memo_is_not_vouched_for(memo: Memo) -> None:
    """As after a change past the protection: the page reads what is stored and holds it against the signature."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE wizard_memo DISABLE TRIGGER wizard_memo_refuse_change")
        else:
            cursor.execute("DROP TRIGGER wizard_memo_refuse_update")
        cursor.execute("UPDATE wizard_memo SET outcome = 'not_controlled'")
    page = ask(code=memo.sha256)
    assert BROKEN in page
    assert IN_LEDGER not in page


def test_a_ledger_whose_key_is_unknown_is_not_vouched_for(memo: Memo, tmp_path: Path) -> None:
    for path in (tmp_path / "keys").glob("*.pub"):
        path.unlink()
    assert BROKEN in ask(code=memo.sha256)


def test_asking_changes_nothing(memo: Memo) -> None:
    before = (Memo.objects.count(), LedgerEntry.objects.count(), TreeHead.objects.count())
    response = Client().get("/verify/", {"code": memo.sha256})
    assert not response.cookies.get("sessionid")
    assert before == (Memo.objects.count(), LedgerEntry.objects.count(), TreeHead.objects.count())


def test_an_address_that_asks_too_often_has_to_wait(memo: Memo) -> None:
    client = Client()
    answers = [client.get("/verify/", {"code": memo.sha256}) for _ in range(61)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert all(0 < int(answer["Retry-After"]) <= 60 for answer in refused)
    assert IN_LEDGER not in refused[0].content.decode()
    assert client.get("/verify/").status_code == 200, "The page itself is free."
    assert client.get("/verify/", {"code": memo.sha256}, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_behind_a_proxy_the_address_is_the_one_the_proxy_added(memo: Memo, settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client()
    for number in range(70):  # what comes before the proxy's own word is anybody's
        client.get("/verify/", {"code": "x"}, HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 192.0.2.1")
    for address, status in (("192.0.2.1", 429), ("192.0.2.2", 200)):
        answer = client.get("/verify/", {"code": memo.sha256}, HTTP_X_FORWARDED_FOR=f"10.0.0.99, {address}")
        assert answer.status_code == status


def test_the_checkpoint_is_public(client: Client) -> None:
    assert client.get("/verify/checkpoint/").status_code == 404
    MemoFactory.create()
    response = client.get("/verify/checkpoint/")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    read = checkpoint.read(response.content.decode())
    assert read.head.size == 2
    assert read.signed_by(log.public_key(read.head.key_id))


def test_consistency_is_public(client: Client) -> None:
    for _ in range(3):
        MemoFactory.create()
    answer = client.get("/verify/consistency/", {"first": "2", "second": "4"}).json()
    old, new = TreeHead.objects.get(size=2), TreeHead.objects.get(size=4)
    path = [bytes.fromhex(step) for step in answer["path"]]
    assert proofs.consistent(2, 4, path, bytes.fromhex(old.root), bytes.fromhex(new.root))
    for first, second in (
        ("0", "4"),
        ("4", "2"),
        ("2", "5"),
        ("x", "4"),
        ("", ""),
        ("9" * 40, "4"),
        ("٣", "4"),
    ):
        assert client.get("/verify/consistency/", {"first": first, "second": second}).status_code == 400


def test_a_proof_is_for_those_who_may_see_the_memo(
    memo: Memo, stranger: User, legal: User, sign_in: SignIn
) -> None:
    address = f"/verify/memos/{memo.public_id}/proof/"
    assert Client().get(address).status_code == 302
    assert sign_in(stranger).get(address).status_code == 404
    assert sign_in(legal).get(f"/verify/memos/{uuid.uuid4()}/proof/").status_code == 404
    for person in (legal, memo.author):
        response = sign_in(person).get(address)
        assert response["Content-Disposition"] == f'attachment; filename="{memo.number}-proof.json"'
        proof = response.content.decode()
        assert json.loads(proof)["memo"] == memo.canonical
        head = log.latest()
        assert head is not None
        assert memo.number in str(verify_memo.Verifier({head.key_id}).check(proof))


def test_the_verifier_can_be_downloaded_and_compared(client: Client) -> None:
    page = client.get("/verify/").content.decode()
    assert "/static/verify/verify_memo.py" in page
    assert hashlib.sha256(SCRIPT.read_bytes()).hexdigest() in page
