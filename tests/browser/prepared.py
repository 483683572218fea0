"""Cases and memos to look at, made through the same code as those of users: one address for each thing to see.

python -m tests.browser.prepared     makes them in the installation that the environment names; prints the addresses
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from wizard.models import Case

CASES = Path(__file__).resolve().parent.parent / "rules" / "worked_cases.jsonl"


def make() -> dict[str, dict[str, str]]:
    """The addresses: `questions` by fact, item kind and wording; `results` by outcome; `pages` by what they show."""
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from wizard.accounts import DEMO_ACCOUNTS, Role
    from wizard.desk import audit_export, redetermination
    from wizard.desk.models import Docket
    from wizard.models import Case, Memo
    from wizard.samples import SAMPLES, record

    sales = User.objects.get(username=DEMO_ACCOUNTS[Role.SALES][0])
    empty = Case.objects.start(sales, "Nothing answered yet")
    chip = finished(sales, "Chips", {"item": "integrated_circuit", "activity": "export"}, to_the_end=False)
    other = finished(
        sales, "Other chips", {"item": "integrated_circuit", "activity": "export"}, to_the_end=False
    )
    memo = record(finished(sales, "Everything answered", SAMPLES[0].answers), sales)
    long = finished(
        sales,
        "Gesellschaft für Hochleistungsrechnen und angewandte Künstliche Intelligenz in Mitteldeutschland mbH & Co. KG",
        {**SAMPLES[4].answers, "part_744_concern": "not_sure"},
    )
    legal = User.objects.get(username=DEMO_ACCOUNTS[Role.LEGAL][0])
    run = redetermination.begin(legal, datetime.date(2025, 1, 10))
    for _part in redetermination.carry_on(run):
        pass
    flipped = run.found.select_related("memo").first()
    assert flipped is not None, "Some memo comes out differently on the earlier day."
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(legal, backend="django.contrib.auth.backends.ModelBackend")
    scenario = client.post(reverse("scenario_from_memo", args=[memo.public_id])).headers["Location"]
    statement = audit_export.begin(Docket.objects.all(), legal, {})
    return {
        "questions": questions(sales),
        "results": results(sales),
        "pages": {
            "case": f"/cases/{long.public_id}/",
            "empty": f"/cases/{empty.public_id}/",
            "chip": f"/cases/{chip.public_id}/",
            "memo": f"/memos/{memo.public_id}/",
            "asked": asked(chip, "tpp"),
            "answered": asked(other, "tpp"),
            "asked_choice": asked(long, "part_744_concern"),
            "withdrawn": asked(chip, "tpp", withdrawn=True),
            "run": run.get_absolute_url(),
            "redetermined": reverse("redetermined", args=[run.public_id, flipped.memo.public_id]),
            "dates": reverse("compare_dates", args=[memo.case.public_id]),
            "scenario": scenario,
            "export": reverse("export_taken", args=[statement.public_id]),
            "older": Memo.objects.order_by("pk")[0].get_absolute_url(),
        },
    }


def asked(case: Case, fact: str, *, withdrawn: bool = False) -> str:
    """The address of a link to one question."""
    from django.urls import reverse
    from django.utils import timezone

    from wizard.models import Invitation

    made = Invitation.objects.create(
        case=case,
        fact=fact,
        seen=case.version,
        asked_by=case.owner,
        asked_in="en",
        email="ada@example.com",
        language="en",
        withdrawn=timezone.now() if withdrawn else None,
    )
    return reverse("colleague", args=[made.link])


def questions(by: User) -> dict[str, str]:
    """The page of every question, in every wording that a kind of item or an activity gives it."""
    from rules.facts import CIRCUIT, FACTS, ITEMS, InvalidTransaction, read
    from rules.questions import QUESTIONS, options

    found: dict[str, str] = {}
    cases: dict[tuple[str, str], str] = {}
    for question in QUESTIONS:
        seen: set[object] = set()
        for item, activity in product(
            sorted(ITEMS, key=lambda item: item != CIRCUIT), FACTS["activity"].values
        ):
            try:
                known = read({"item": item, "activity": activity})
            except InvalidTransaction:
                continue
            shown = (question.wording(known), options(question, known))
            if shown in seen or (question.fact == "item" and seen):
                continue
            seen.add(shown)
            if (item, activity) not in cases:
                case = finished(
                    by, f"{item}, {activity}", {"item": item, "activity": activity}, to_the_end=False
                )
                cases[item, activity] = f"/cases/{case.public_id}/"
            name = (
                f"{question.fact}, {item}" if activity == "export" else f"{question.fact}, {item}, {activity}"
            )
            found[name] = f"{cases[item, activity]}{question.fact}/"
    return found


def results(by: User) -> dict[str, str]:
    """The result of a case for every outcome there is."""
    from wizard.interview import walk
    from wizard.samples import SAMPLES
    from wizard.wording import OUTCOMES

    worked = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    open_one = {"title": SAMPLES[4].title, "facts": SAMPLES[4].answers, "expect": {"outcome": "undetermined"}}
    found = {}
    for code in OUTCOMES:
        one = next(case for case in [*worked, open_one] if case["expect"].get("outcome") == code)
        case = finished(by, one["title"][:120], one["facts"])
        assert walk(case.answers).determination.outcome == code, one
        found[code] = f"/cases/{case.public_id}/result/"
    return found


def finished(by: User, title: str, answers: Mapping[str, Any], *, to_the_end: bool = True) -> Case:
    """A case answered one question at a time; "not sure" where `answers` say nothing, if it is to end."""
    from rules.facts import NOT_SURE
    from wizard.interview import walk
    from wizard.models import Case
    from wizard.samples import play

    case = Case.objects.start(by, title)
    interview = play(case, by, answers)
    while to_the_end and interview.next is not None:
        interview = play(case, by, {**answers, interview.next: NOT_SURE})
        interview = walk(case.answers)
    return case


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    json.dump(make(), sys.stdout)
