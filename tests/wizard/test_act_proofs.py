"""Acts of review prove themselves like the memo that they are about."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.factories import MemoFactory
from tests.wizard.conftest import SignIn
from tests.wizard.test_ledger_verifier import verify_memo
from wizard.desk import acts
from wizard.ledger import log
from wizard.models import Memo
from wizard.samples import record


@pytest.fixture
def memo(sales: User) -> Memo:
    return MemoFactory.create(case__owner=sales)


def check(bundle: str) -> Any:
    head = log.latest()
    assert head is not None
    return verify_memo.Verifier({head.key_id}).check(bundle)


def test_a_memo_s_proof_carries_its_acts(memo: Memo, legal: User, sign_in: SignIn) -> None:
    browser, address = sign_in(legal), reverse("memo_proof", args=[memo.public_id])
    before = browser.get(address).content.decode()
    assert json.loads(before)["format"].endswith("/1")
    assert check(before).acts == []
    acts.assign(memo, legal, legal)
    acts.approve(memo, legal, "Daniel Okafor")
    told = check(browser.get(address).content.decode()).acts
    assert [one.split()[0] for one in told] == ["assigned", "approved"]
    assert check(before).memo == memo.canonical, "An earlier proof stays good."


CHANGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "another word": lambda one, other: one["acts"][1].update(act=one["acts"][1]["act"].replace("approved", "returned")),
    "an act left out": lambda one, other: one["acts"].pop(0),
    "another order": lambda one, other: one["acts"].reverse(),
    "an act twice": lambda one, other: one["acts"].append(one["acts"][1]),
    "an act of another memo": lambda one, other: one.update(acts=other["acts"]),
    "an act as the memo": lambda one, other: one.update(
        {"memo" if name == "act" else name: value for name, value in one["acts"][0].items()}
    ),
    "the memo as an act": lambda one, other: one["acts"][0].update(
        act=one["memo"], leaf=one["leaf"], inclusion=one["inclusion"]
    ),
    "another place": lambda one, other: one["acts"][0]["inclusion"].update(index="1"),
    "a path of another act": lambda one, other: one["acts"][0].update(inclusion=one["acts"][1]["inclusion"]),
    "a part too many": lambda one, other: one["acts"][0].update(more="x"),
    "acts that are no list": lambda one, other: one.update(acts={}),
    "an act that is no object": lambda one, other: one.update(acts=["x"]),
    "acts under the first format": lambda one, other: one.update(format="ai-diffusion-wizard-proof/1"),
    "an unknown format": lambda one, other: one.update(format="ai-diffusion-wizard-proof/3"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_proves_nothing(memo: Memo, legal: User, sign_in: SignIn, name: str) -> None:
    other = MemoFactory.create()
    for one in (memo, other):
        acts.assign(one, legal, legal)
        acts.approve(one, legal, "Daniel Okafor")
    browser = sign_in(legal)
    bundle, of_another = (
        json.loads(browser.get(reverse("memo_proof", args=[one.public_id])).content) for one in (memo, other)
    )
    check(json.dumps(bundle))
    CHANGES[name](bundle, of_another)
    with pytest.raises(verify_memo.Wrong):
        check(json.dumps(bundle))


def test_the_public_page_says_how_a_memo_stands_and_not_by_whom(memo: Memo, sales: User, legal: User) -> None:
    def asked() -> str:
        return Client().get(reverse("verify"), {"code": memo.sha256}).content.decode()

    assert "not approved, as of this head" in asked()
    acts.comment(memo, legal, "A secret word.", acts.Anchor())
    acts.approve(memo, legal, "Daniel Okafor", "Another secret.")
    page = asked()
    assert "approved by the legal desk, as of this head" in page
    for secret in ("Daniel Okafor", legal.get_username(), legal.get_full_name(), "secret"):
        assert secret not in page
    acts.send_back(memo, legal, "", [acts.Question("destination", "Sure?")])
    assert "not approved, as of this head" in asked()
    record(memo.case, sales)
    assert "superseded by a later memo, as of this head" in asked()
