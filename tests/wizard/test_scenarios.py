"""Scenarios: kept, changed, tried against the law of any day, taken in and given out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from tests.factories import OPEN_QUESTIONS, WEIGHTS_TO_GERMANY, CaseFactory, MemoFactory
from tests.wizard.conftest import SignIn
from wizard.desk import scenarios
from wizard.models import Scenario, ScenarioVersion

WORKED = (Path(__file__).parents[1] / "rules" / "worked_cases.jsonl").read_text("utf-8")
LINE: dict[str, Any] = json.loads(WORKED.splitlines()[0])


def line(**changes: object) -> str:
    """The first worked case as a line, with changes; None leaves a field out."""
    return json.dumps({name: value for name, value in {**LINE, **changes}.items() if value is not None})


def test_every_worked_case_of_the_tests_can_be_taken_in_holds_and_comes_out_the_same(legal: User) -> None:
    assert scenarios.take_in(WORKED, legal) == (229, 229)
    newest = scenarios.newest()
    assert [one.version.scenario.name for one in map(scenarios.attempt, newest) if not one.holds] == []
    assert [json.loads(one) for one in scenarios.written(newest).splitlines()] == [
        json.loads(one) for one in WORKED.splitlines()
    ]
    assert scenarios.take_in(WORKED, legal) == (0, 229)


@pytest.mark.parametrize(
    ("text", "number", "field", "words"),
    [
        ("", 0, "", "There is no scenario in it."),
        (line() + "\n\nnonsense", 3, "", "This is not JSON."),
        ("[1]", 1, "", "Give one JSON object on each line."),
        (line(title=None), 1, "title", "This is missing."),
        (line(colour="red"), 1, "colour", "There is no such field."),
        (line(id=""), 1, "id", "Give a text."),
        (line(title="x" * 301), 1, "title", "Use at most 300 characters."),
        (line(facts=[]), 1, "facts", "Give a JSON object of facts."),
        (line(facts={**LINE["facts"], "tpp": "-1"}), 1, "facts.tpp", ""),
        (line(facts={"color": "red"}), 1, "facts.color", "There is no fact of this name."),
        (line(expect={}), 1, "expect.outcome", "This is missing."),
        (line(expect={"outcome": "fine"}), 1, "expect.outcome", "This cannot be expected here."),
        (line(expect={"outcome": "no_export", "luck": 1}), 1, "expect.luck", "There is no such field."),
        (line(expect={"outcome": "no_export", "missing": ["x"]}), 1, "expect.missing", "cannot be expected"),
        (line() + "\n" + line(title="again"), 2, "id", "Line 1 has the same id."),
        ('{"id": "a", "id": "b"}', 1, "id", "This is given twice."),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_field(
    legal: User, text: str, number: int, field: str, words: str
) -> None:
    with pytest.raises(scenarios.RefusedFileError) as refused:
        scenarios.take_in(text, legal)
    bad = refused.value.lines[0]
    assert (bad.number, bad.field) == (number, field)
    assert words in bad.message
    assert not Scenario.objects.exists()


def test_numbers_keep_every_digit(legal: User) -> None:
    facts = {**LINE["facts"], "tpp": "@"}
    scenarios.take_in(line(facts=facts).replace('"@"', "15824.10000000000000000001"), legal)
    assert scenarios.newest()[0].facts["tpp"] == "15824.10000000000000000001"


@pytest.mark.parametrize(
    "expect",
    [
        {"outcome": "license_required"},
        {"outcome": "authorization_available", "review_policy": "case_by_case"},
        {"outcome": "authorization_available", "available": ["UVEU"]},
        {"outcome": "authorization_available", "unavailable": ["AIA"]},
        {"outcome": "authorization_available", "missing": ["tpp"]},
        {"outcome": "authorization_available", "enforced_license_required": True},
        {"outcome": "authorization_available", "posture": "not_in_force"},
    ],
)
def test_what_does_not_hold_is_found(legal: User, expect: dict[str, Any]) -> None:
    scenarios.take_in(line(expect=expect), legal)
    tried = scenarios.attempt(scenarios.newest()[0])
    assert [one.name for one in tried.failures] == [list(expect)[-1]]


def test_versions_are_only_ever_added(legal: User) -> None:
    scenarios.take_in(line(), legal)
    scenarios.take_in(line(title="Better"), legal)
    assert [one.title for one in ScenarioVersion.objects.all()] == [LINE["title"], "Better"]
    for statement in ("UPDATE wizard_scenarioversion SET title = 'x'", "DELETE FROM wizard_scenarioversion"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_command_fails_on_what_does_not_hold(legal: User) -> None:
    scenarios.take_in(line(), legal)
    said = StringIO()
    call_command("run_scenarios", stdout=said)
    assert said.getvalue() == "1 of 1 scenarios hold\n"
    with pytest.raises(CommandError, match="1 scenarios do not hold"):
        call_command("run_scenarios", "--day", "2025-01-12", stdout=said)
    assert 'outcome: "not_in_force", not "authorization_available"' in said.getvalue()


class TestPages:
    """As legal uses them."""

    def test_a_memo_is_kept_in_one_click(self, sales: User, legal: User, sign_in: SignIn) -> None:
        memo = MemoFactory.create(case=CaseFactory.create(owner=sales, answers=OPEN_QUESTIONS))
        browser = sign_in(legal)
        page = browser.get(memo.get_absolute_url()).content.decode()
        address = reverse("scenario_from_memo", args=[memo.public_id])
        assert address in page
        page = browser.post(address, follow=True).content.decode()
        version = scenarios.newest()[0]
        assert (version.scenario.name, version.by) == ("L001", legal)
        assert version.expect["outcome"] == "undetermined"
        assert set(version.expect["missing"]) == {"ultimate_parent", "storage_compliant"}
        assert scenarios.attempt(version).holds
        assert memo.number in page

    def test_a_case_is_kept_in_one_click(self, sales: User, legal: User, sign_in: SignIn) -> None:
        case = CaseFactory.create(owner=sales, answers=WEIGHTS_TO_GERMANY)
        sent = sign_in(legal).post(reverse("scenario_from_case", args=[case.public_id]))
        version = scenarios.newest()[0]
        assert sent.headers["Location"] == version.scenario.get_absolute_url()
        assert version.expect["outcome"] == "authorization_available"
        empty = CaseFactory.create(owner=sales)
        sign_in(legal).post(reverse("scenario_from_case", args=[empty.public_id]))
        assert Scenario.objects.count() == 1

    def fields(self, version: ScenarioVersion, **changes: object) -> dict[str, object]:
        facts = "".join(
            f"{name}: {json.dumps(value)}\n".replace('"', "") for name, value in version.facts.items()
        )
        return {
            "seen": version.number,
            "title": version.title,
            "facts": facts,
            "outcome": version.expect["outcome"],
            "review_policy": version.expect.get("review_policy") or "",
            "basis": "Because.",
            "source": "740.27",
            **changes,
        }

    def test_it_is_changed_as_a_new_version(self, legal: User, sign_in: SignIn) -> None:
        scenarios.take_in(line(), legal)
        version = scenarios.newest()[0]
        browser, address = sign_in(legal), version.scenario.get_absolute_url()
        assert browser.post(address, self.fields(version, outcome="license_required")).status_code == 302
        changed = scenarios.newest()[0]
        assert (changed.number, changed.basis, changed.expect["outcome"]) == (
            2,
            "Because.",
            "license_required",
        )
        assert changed.facts == version.facts
        assert changed.expect["available"] == ["AIA"]
        page = browser.get(address).content.decode()
        assert "Does not hold" in page
        stale = browser.post(address, self.fields(version, title="Stale"))
        assert stale.status_code == 422
        assert "Somebody changed this scenario meanwhile." in stale.content.decode()
        assert scenarios.newest()[0].number == 2

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"title": ""}, "Enter a title."),
            ({"facts": "destination DE"}, "Line 1: write each fact once"),
            ({"facts": "destination: DE\nmood: good"}, "Line 2: write each fact once"),
            ({"facts": "destination: XX"}, "facts.destination: Give a country"),
            ({"missing": "mood"}, "There is no fact named mood."),
            ({"outcome": "fine"}, ""),
        ],
    )
    def test_what_cannot_be_kept_is_refused(
        self, legal: User, sign_in: SignIn, changes: dict[str, str], words: str
    ) -> None:
        scenarios.take_in(line(), legal)
        version = scenarios.newest()[0]
        answer = sign_in(legal).post(version.scenario.get_absolute_url(), self.fields(version, **changes))
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert ScenarioVersion.objects.count() == 1

    def test_one_that_is_left_is_no_longer_run(self, legal: User, sign_in: SignIn) -> None:
        scenarios.take_in(line(), legal)
        address = scenarios.newest()[0].scenario.get_absolute_url()
        browser = sign_in(legal)
        browser.post(address, {"leave": "1"})
        assert scenarios.newest() == []
        assert "no longer run" in browser.get(address).content.decode()
        browser.post(address, {"leave": "1"})
        assert len(scenarios.newest()) == 1

    def test_all_are_tried_as_of_a_day(self, legal: User, sign_in: SignIn) -> None:
        browser = sign_in(legal)
        assert "There is no scenario yet." in browser.get(reverse("scenarios")).content.decode()
        scenarios.take_in(line(), legal)
        assert "1 of 1 hold" in browser.get(reverse("scenarios")).content.decode()
        page = browser.get(reverse("scenarios") + "?day=2025-01-12").content.decode()
        assert "0 of 1 hold" in page
        assert "not yet in force on that date" in page
        wrong = browser.get(reverse("scenarios") + "?day=soon")
        assert wrong.status_code == 422

    def test_a_file_is_taken_in_and_given_out(self, legal: User, sign_in: SignIn) -> None:
        browser, address = sign_in(legal), reverse("scenarios_in")
        file = SimpleUploadedFile("cases.jsonl", WORKED.encode())
        page = browser.post(address, {"file": file}, follow=True).content.decode()
        assert "229 scenarios were read, 229 of them new or changed." in page
        out = browser.get(reverse("scenarios_out"))
        assert len(out.content.decode().splitlines()) == 229
        refused = browser.post(address, {"lines": line(id="X") + "\n" + line(title=None)})
        assert refused.status_code == 422
        assert "Line 2, field title: This is missing." in refused.content.decode()
        latin = browser.post(address, {"file": SimpleUploadedFile("x", "é".encode("latin-1"))})
        assert "not UTF-8" in latin.content.decode()

    def test_they_are_for_legal(self, sales: User, legal: User, sign_in: SignIn) -> None:
        scenarios.take_in(line(), legal)
        memo = MemoFactory.create(case__owner=sales)
        browser = sign_in(sales)
        for address in (
            reverse("scenarios"),
            reverse("scenarios_in"),
            reverse("scenarios_out"),
            scenarios.newest()[0].scenario.get_absolute_url(),
        ):
            assert browser.get(address).status_code == 403, address
        for address in (
            reverse("scenario_from_memo", args=[memo.public_id]),
            reverse("scenario_from_case", args=[memo.case.public_id]),
        ):
            assert browser.post(address).status_code == 403, address
