"""The law as encoded, what changed in it, and determinations side by side."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from rules.wholeness import PROVISIONS
from tests.factories import CHIPS_TO_POLAND, WEIGHTS_TO_GERMANY, CaseFactory, UserFactory
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.answers import given
from wizard.desk.comparison import because, differences, steps
from wizard.interview import walk
from wizard.models import AnswerEvent, Memo
from wizard.samples import record


def test_the_list_names_every_provision(legal: User, sign_in: SignIn) -> None:
    page = sign_in(legal).get(reverse("law")).content.decode()
    assert all(f'href="{reverse("provision", args=[name])}"' in page for name in PROVISIONS)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_provision_has_its_page(legal: User, sign_in: SignIn, language: str) -> None:
    browser = sign_in(legal)
    browser.post("/language/", {"language": language, "next": "/"})
    for name in PROVISIONS:
        answer = browser.get(reverse("provision", args=[name]))
        assert answer.status_code == 200, name
        page = answer.content.decode()
        assert 'class="law-drawing"' in page
        assert " style=" not in page
    assert browser.get(reverse("provision", args=["nothing"])).status_code == 404


def test_a_provision_stands_side_by_side_on_two_days(legal: User, sign_in: SignIn) -> None:
    address = reverse("provision", args=["s740_27_a_1"])
    page = sign_in(legal).get(address + "?one=2025-01-15&other=2025-01-16").content.decode()
    first, second = re.split(r"<section>", page)[1:3]
    assert "January 15, 2025" in first
    assert "90 FR 4544" in first
    assert "90 FR 5298" in second
    assert ' alone">' in second
    early = sign_in(legal).get(address + "?one=2025-01-01&other=2025-01-16").content.decode()
    assert "It had not begun." in early
    wrong = sign_in(legal).get(address + "?one=x&other=2025-01-16")
    assert wrong.status_code == 422
    assert "Enter a date as year-month-day" in wrong.content.decode()


def test_what_changed_between_two_days(legal: User, sign_in: SignIn) -> None:
    browser, address = sign_in(legal), reverse("law_changes")
    page = browser.get(address + "?one=2026-07-09&other=2026-07-10").content.decode()
    for words in ("91 FR 43034", "United Arab Emirates", "came:"):
        assert words in page
    assert "90 FR 5298" not in page
    assert "Nothing changed." in browser.get(address + "?one=2026-08-01&other=2026-08-02").content.decode()
    assert browser.get(address).status_code == 200


def twice(owner: User) -> tuple[Memo, Memo]:
    """A memo, and the one that superseded it after its destination was changed to China."""
    case = CaseFactory.create(owner=owner, answers=WEIGHTS_TO_GERMANY)
    first = record(case, owner)
    known = walk(case.answers).facts
    case.save_answers(
        {name: given(name, "CN", known) for name in ("destination", "headquarters", "ultimate_parent")},
        by=owner,
        way=AnswerEvent.Way.TYPED,
        seen=case.version,
        language="en",
    )
    return first, record(case, owner)


def test_what_changed_is_said_in_chinese(legal: User, sign_in: SignIn) -> None:
    """Conditions and countries too; only citations, sources and codes of groups are as they are."""
    browser = sign_in(legal)
    browser.post("/language/", {"language": "zh-hans", "next": "/"})
    page = browser.get(reverse("law_changes"), {"one": "2025-01-12", "other": "2026-07-11"}).content.decode()
    lines = re.findall(r'<li class="depth-\d[^"]*">(.*?)</li>', page)
    assert len(lines) > 50
    for line in lines:
        words = re.sub(r"<span.*?</span>|<[^>]+>", "", line)
        assert re.search(r"[\u4e00-\u9fff]", words), line
    assert "<strong>阿拉伯联合酋长国</strong>" in page


def test_the_steps_that_turned_are_the_reason(sales: User) -> None:
    before, after = (memo.content["determination"] for memo in twice(sales))
    differing = differences(before, after)
    assert differing["outcome"] == ["authorization_available", "license_required"]
    turned = [one for one in steps(before, after) if one.turned]
    assert turned
    assert all(one.before != one.after for one in turned)
    assert "s740_27_a_3" in because(steps(before, after))
    assert differences(before, before) == {}
    assert steps(before, before) == []


def test_two_memos_side_by_side(sales: User, sign_in: SignIn) -> None:
    first, second = twice(sales)
    browser = sign_in(sales)
    page = browser.get(second.get_absolute_url()).content.decode()
    link = f"{reverse('compare_memos')}?one={first.number}&amp;other={second.number}"
    assert f'href="{link}"' in page
    page = browser.get(link.replace("&amp;", "&")).content.decode()
    for words in ("They differ in", "Germany", "China", "A license is required", "differs"):
        assert words in page
    same = browser.get(f"{reverse('compare_memos')}?one={first.number}&other={first.number}").content.decode()
    assert "They say the same." in same
    assert "None: both went through the same steps" in same


def test_sales_compare_their_own_memos_only(sales: User, stranger: User, sign_in: SignIn) -> None:
    first, second = twice(sales)
    address = f"{reverse('compare_memos')}?one={first.number}&other={second.number}"
    answer = sign_in(stranger).get(address)
    assert answer.status_code == 422
    assert "There is no memo of this number that you may see." in answer.content.decode()
    assert sign_in(sales).get(reverse("compare_memos")).status_code == 200
    assert sign_in(sales).get(reverse("compare_memos") + "?one=").status_code == 422


def test_one_case_on_two_days(sales: User, legal: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers=CHIPS_TO_POLAND)
    browser, address = sign_in(legal), reverse("compare_dates", args=[case.public_id])
    page = browser.get(address + "?one=2025-01-12&other=2025-02-01").content.decode()
    for words in (
        "not yet in force on that date",
        "What changed in the law between the two days",
        "begins",
    ):
        assert words in page
    case.refresh_from_db()
    assert case.answers["date"] == CHIPS_TO_POLAND["date"]
    assert browser.get(address).status_code == 200
    assert browser.get(address + "?one=never&other=").status_code == 422
    assert sign_in(sales).get(address).status_code == 403


@pytest.mark.parametrize("role", Role)
def test_the_law_is_for_legal(role: Role, sign_in: SignIn, db: None) -> None:
    browser = sign_in(UserFactory.create(role=role))
    wanted = 403 if role is Role.SALES else 200
    for address in (
        reverse("law"),
        reverse("provision", args=["s740_29"]),
        reverse("law_changes"),
        reverse("redeterminations"),
    ):
        assert browser.get(address).status_code == wanted, address
    home = browser.get(reverse("home")).content.decode()
    assert (reverse("law") in home) is (wanted == 200)
