"""Memos of every release: their determinations follow from their answers, byte for byte, and they can still be read."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.factories import MemoFactory
from tests.wizard.sealed_memos import RELEASES, read
from tests.wizard.test_redetermination import amend
from wizard.desk.rederivation import EXPLAINED, LIKE, UNEXPLAINED, rederived
from wizard.documents.outline import outline
from wizard.models import Memo
from wizard.record import canonical
from wizard.wording import OUTCOMES

SEALED = [(path.stem, *one) for path in RELEASES for one in read(path)]


def test_every_outcome_is_among_the_sealed_memos_of_a_release() -> None:
    for path in RELEASES:
        outcomes = {json.loads(text)["determination"]["outcome"] for _sha256, text in read(path)}
        assert outcomes == set(OUTCOMES)


@pytest.mark.parametrize(("release", "sha256", "text"), SEALED)
def test_a_memo_of_an_earlier_release_derives_byte_for_byte(release: str, sha256: str, text: str) -> None:
    """A release whose law decides one of them otherwise names the memo here, with the provisions that differ."""
    found = rederived(text, sha256)
    assert (found.kind, found.reasons) == (LIKE, ())
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("release", "sha256", "text"), SEALED)
def test_a_memo_of_an_earlier_release_can_still_be_read(
    release: str, sha256: str, text: str, language: str
) -> None:
    memo = Memo(public_id=json.loads(text)["public_id"], canonical=text, sha256=sha256)
    heading = memo.content["text"][language]["findings"]["outcome"]["heading"]
    assert heading in str(outline(memo, language, "https://wizard.example/verify/"))


@pytest.mark.django_db
def test_the_command_says_that_every_memo_derives() -> None:
    MemoFactory.create()
    said = StringIO()
    call_command("rederive", stdout=said)
    assert "1 of 1 memos give the same determination, byte for byte" in said.getvalue()


@pytest.mark.django_db
def test_it_names_what_of_the_law_differs(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    memo = MemoFactory.create()
    amend(monkeypatch, "s740_27_a_3", "2025-01-13")
    settings.REVISION = "later"
    found = rederived(memo.canonical, memo.sha256)
    assert found.kind == EXPLAINED
    assert found.reasons[0] == "made by revision tests, derived by later"
    assert "outcome: 'authorization_available' then, 'license_required' now" in found.reasons
    assert any(reason.startswith("s740_27_a_3 (15 CFR 740.27(a)(2)(ii), (a)(3))") for reason in found.reasons)
    said = StringIO()
    call_command("rederive", stdout=said)
    assert said.getvalue().startswith(f"{memo.number}: made by revision tests, derived by later; outcome:")
    settings.REVISION = "tests"
    with pytest.raises(CommandError, match="1 memos differ without the law or the code having changed"):
        call_command("rederive", stdout=said)


def test_bytes_that_were_altered_are_never_explained() -> None:
    _release, sha256, text = SEALED[0]
    found = rederived(text.replace('"outcome":"', '"outcome":"x', 1), sha256)
    assert found.kind == UNEXPLAINED
    assert sha256 in found.reasons[0]
