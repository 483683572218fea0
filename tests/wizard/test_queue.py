"""The queue: what each filter leaves, page after page; the search; what is said where there is nothing."""

from __future__ import annotations

import datetime
import itertools
import re
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import (
    CHIPS_TO_POLAND,
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
    UserFactory,
)
from tests.wizard.conftest import SignIn
from wizard.accounts import Role
from wizard.desk import acts, queue, search
from wizard.desk.models import Docket, SavedView, SearchText
from wizard.models import Memo
from wizard.samples import SAMPLES
from wizard.templatetags.numbers import grouped


def memo_of(owner: User, answers: Any, title: str = "Rheinwerk KI GmbH") -> Memo:
    return MemoFactory.create(case=CaseFactory.create(owner=owner, title=title, answers=answers))


@pytest.fixture
def memos(sales: User, stranger: User) -> list[Memo]:
    """Of two people, to four countries, oldest first."""
    return [
        memo_of(sales, WEIGHTS_TO_GERMANY, "Rheinwerk: secured facility"),
        memo_of(sales, WEIGHTS_TO_INDIA, "Bharat Compute"),
        memo_of(stranger, CHIPS_TO_POLAND, "Warta Data 华沙"),
        memo_of(stranger, OPEN_QUESTIONS, "Nordlicht"),
    ]


def found(user: User, **chosen: Any) -> list[str]:
    return [row.title.split()[0] for row in queue.page(user, chosen).rows]


def test_each_filter_leaves_what_it_says(memos: list[Memo], sales: User, stranger: User, legal: User) -> None:
    everything = ["Nordlicht", "Warta", "Bharat", "Rheinwerk:"]
    assert found(legal) == found(legal, state="all") == found(legal, state="waiting") == everything
    assert found(legal, country="IN") == ["Bharat"]
    assert found(legal, outcome="undetermined") == ["Nordlicht"]
    assert found(legal, owner=sales) == ["Bharat", "Rheinwerk:"]
    assert found(legal, owner=sales, country="DE") == ["Rheinwerk:"]
    assert found(legal, owner=sales, country="PL") == []
    assert found(legal, policy=Docket.objects.get(memo=memos[1]).review_policy) == ["Bharat"]
    acts.assign(memos[0], legal, legal)
    assert found(legal, assignee=legal) == ["Rheinwerk:"]
    assert found(legal, assignee=queue.NOBODY) == everything[:3]
    other = UserFactory.create(role=Role.LEGAL)
    assert found(other) == everything[:3], "What is someone else's does not wait for me."
    acts.approve(memos[1], legal, "Daniel Okafor")
    assert found(legal) == ["Nordlicht", "Warta", "Rheinwerk:"]
    assert found(legal, state="approved") == ["Bharat"]
    acts.send_back(memos[3], legal, "", [acts.Question("destination", "Sure?")])
    assert found(stranger, state="mine") == ["Nordlicht"]
    assert found(legal, state="returned") == ["Nordlicht"]


def test_flags_and_days(memos: list[Memo], legal: User) -> None:
    rows = Docket.objects.order_by("memo_id")
    rows.filter(memo=memos[0]).update(embargo=True, created=timezone.now() - datetime.timedelta(days=9))
    rows.filter(memo=memos[1]).update(red_flag=True, transaction_date=datetime.date(2027, 1, 2))
    assert found(legal, flag="embargo") == ["Rheinwerk:"]
    assert found(legal, flag="red_flag") == ["Bharat"]
    assert found(legal, date_from=datetime.date(2027, 1, 1)) == ["Bharat"]
    assert found(legal, date_from=datetime.date(2027, 1, 3)) == []
    today = timezone.localdate()
    assert found(legal, recorded_from=today) == ["Nordlicht", "Warta", "Bharat"]
    assert found(legal, recorded_to=today - datetime.timedelta(days=1)) == ["Rheinwerk:"]
    assert found(legal, recorded_from=today + datetime.timedelta(days=2)) == []
    assert found(legal, recorded_from=today, country="IN", state="waiting") == ["Bharat"]


def test_one_s_own_memos_do_not_wait_for_oneself(legal: User) -> None:
    memo_of(legal, WEIGHTS_TO_GERMANY)
    assert found(legal) == []
    assert queue.waiting(legal) == 0
    assert queue.waiting(UserFactory.create(role=Role.LEGAL)) == 1


def test_pages_follow_each_other_without_a_gap(
    memos: list[Memo], legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    every: list[dict[str, Any]] = [{}, {"state": "all"}, {"q": "2026"}, {"outcome": ""}]
    for chosen in every:
        first = queue.page(legal, chosen)
        second = queue.page(legal, chosen, first.older)
        assert [row.memo_id for row in first.rows + second.rows] == [memo.pk for memo in reversed(memos)]
        assert (second.older, second.looked_to) == ("", "")


def test_the_way_back_is_the_way_there(
    memos: list[Memo], sales: User, legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    every: list[dict[str, Any]] = [{}, {"state": "all"}, {"q": "2026"}, {"state": "waiting", "outcome": ""}]
    for chosen in every:
        pages = [queue.page(legal, chosen)]
        while pages[-1].older:
            pages.append(queue.page(legal, chosen, pages[-1].older))
        assert [page.rows[0].memo_id for page in pages] == [memo.pk for memo in reversed(memos)]
        assert pages[0].newer == ""
        for newer, page in itertools.pairwise(pages):
            assert queue.page(legal, chosen, after=page.newer) == newer
    # Filters are held against on the way back too, and what is nobody's number is the first page.
    chosen = {"state": "all", "owner": sales}
    assert queue.page(legal, chosen, after=memos[0].number).rows[0].memo_id == memos[1].pk
    assert queue.page(legal, {"state": "all"}, after="M-1999-0001") == queue.page(legal, {"state": "all"})


def test_the_way_back_goes_on_where_it_looked_through_enough(
    memos: list[Memo], legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 0)
    monkeypatch.setattr(queue, "STRETCHES", (1, 1))
    chosen = {"state": "all", "date_from": datetime.date(2030, 1, 1)}
    page = queue.page(legal, chosen, after=memos[0].number)
    assert (page.rows, page.older, page.newer) == ([], "", memos[2].number)


def test_parts_that_end_apart_leave_no_gap(
    memos: list[Memo], sales: User, legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 1)
    monkeypatch.setattr(queue, "STRETCHES", (2,))
    acts.assign(memos[0], legal, legal)
    memo_of(sales, WEIGHTS_TO_INDIA, "Bharat again")
    # Of nobody's two are looked at, and neither fits; the one that is the reviewer's own and fits lies beyond.
    chosen = {"state": "mine", "date_to": datetime.date(2026, 1, 1)}
    Docket.objects.filter(memo=memos[0]).update(transaction_date=datetime.date(2025, 6, 1))
    Docket.objects.exclude(memo=memos[0]).update(transaction_date=datetime.date(2027, 1, 1))
    page = queue.page(legal, chosen)
    assert (page.rows, page.looked_to) == ([], memos[3].number)
    page = queue.page(legal, chosen, page.looked_to)
    assert (page.rows, page.looked_to) == ([], memos[1].number)
    page = queue.page(legal, chosen, page.looked_to)
    assert ([row.memo_id for row in page.rows], page.looked_to) == ([memos[0].pk], "")
    newer = queue.page(legal, chosen, after=memos[0].number)
    assert (newer.rows, newer.newer) == ([], memos[2].number)


def test_a_long_search_asks_before_it_goes_on(
    memos: list[Memo], legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 0)
    monkeypatch.setattr(queue, "STRETCHES", (1, 1))
    page = queue.page(legal, {"state": "waiting", "country": "XX", "owner": None, "outcome": "no_export"})
    assert page.rows == []
    page = queue.page(legal, {"state": "waiting", "date_from": datetime.date(2030, 1, 1)})
    assert page.looked_to == memos[2].number
    assert (
        queue.page(legal, {"state": "waiting", "date_from": datetime.date(2030, 1, 1)}, page.looked_to).rows
        == []
    )


@pytest.mark.parametrize(
    "asked",
    [
        *("state", "assignee", "nobody", "owner", "country", "policy", "outcome", "embargo", "red_flag"),
        *("mine", "together", "recorded"),
    ],
)
def test_every_leading_filter_walks_an_index_in_order(
    memos: list[Memo], legal: User, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters: dict[str, dict[str, Any]] = {
        "state": {"state": "waiting"},
        "assignee": {"state": "all", "assignee": legal},
        "owner": {"state": "all", "owner": memos[0].author},
        "country": {"state": "all", "country": "DE"},
        "policy": {"state": "all", "policy": "case_by_case"},
        "outcome": {"state": "all", "outcome": "undetermined"},
        "nobody": {"state": "all", "assignee": queue.NOBODY},
        "embargo": {"state": "all", "flag": "embargo"},
        "red_flag": {"state": "all", "flag": "red_flag"},
        "mine": {},
        "together": {"country": "DE", "flag": "red_flag", "date_from": timezone.localdate()},
        "recorded": {"state": "all", "recorded_from": timezone.localdate()},
    }
    chosen = filters[asked]
    if connection.vendor != "sqlite":
        return  # PostgreSQL plans by its statistics, and a table of four rows is read whole
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        queue.page(legal, chosen)
    walks = [one["sql"] for one in captured if "ORDER BY" in one["sql"] and "LIMIT" in one["sql"]]
    walks = [one for one in walks if 'FROM "wizard_docket"' in one and " IN (" not in one]
    assert walks
    for walk in walks:
        index = "" if asked == "recorded" else "COVERING INDEX wizard_docket_"
        assert f"SEARCH wizard_docket USING {index}" in planned(walk)
        assert "TEMP B-TREE" not in planned(walk)
    with CaptureQueriesContext(connection) as captured:
        queue.page(memos[0].author, chosen)
    (walk,) = [one["sql"] for one in captured if one["sql"].startswith("SELECT memo_id FROM (")]
    assert "SEARCH wizard_docket USING COVERING INDEX wizard_docket_owner" in planned(walk)


def planned(walk: str) -> str:
    """How SQLite would go about it."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {walk}")
        return " ".join(row[3] for row in cursor.fetchall())


# ---------------------------------------------------------------------------------------------- search


def titles(query: str, **more: Any) -> list[str]:
    rows = Docket.objects.in_bulk(search.newest(query, **more))
    return [rows[pk].title.split()[0] for pk in search.newest(query, **more)]


def test_a_beginning_finds_every_word_that_begins_so(
    memos: list[Memo], legal: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts.comment(memos[1], legal, "accelerator", acts.Anchor())
    acts.comment(memos[2], legal, "accelerators accelerated", acts.Anchor())
    for most in (30, 1):  # written out, and left to the database
        monkeypatch.setattr(search, "MOST_WORDS", most)
        assert titles("accel") == titles("accelerato") == ["Warta", "Bharat"]
        assert titles("accelerators") == titles("data accelerat") == ["Warta"]
        assert titles("acceleratorsx") == titles("accelerators ", limit=20)[1:] == []
        assert titles("a")[-1] == "Rheinwerk:"
    assert titles("2026", after=memos[0].pk, limit=2) == ["Bharat", "Warta"]
    assert titles("2026", after=memos[0].pk, owner_id=memos[0].author_id) == ["Bharat"]


def test_words_find_memos_newest_first(memos: list[Memo], sales: User, stranger: User, legal: User) -> None:
    assert titles("rheinwerk") == titles("RHEINWERK secured") == titles("secured rhein") == ["Rheinwerk:"]
    assert titles("Germany") == titles("德国") == titles("德") == ["Rheinwerk:"]
    assert titles("华沙") == titles("沙") == ["Warta"]
    assert titles("rheinwerk poland") == []
    assert titles(memos[1].number) == ["Bharat"]
    assert titles(memos[2].case.reference) == ["Warta"]
    assert titles('"secured facility"') == ["Rheinwerk:"]
    assert titles('"facility secured"') == []
    assert titles("尚无法认定") == titles("determined cannot") == ["Nordlicht"]
    assert titles("2026") == ["Nordlicht", "Warta", "Bharat", "Rheinwerk:"]
    assert titles("2026", limit=2) == ["Nordlicht", "Warta"]
    assert titles("2026", before=memos[2].pk) == ["Bharat", "Rheinwerk:"]
    assert titles("2026", owner_id=sales.pk) == ["Bharat", "Rheinwerk:"]
    assert titles(f'"{stranger.username}"') == ["Nordlicht", "Warta"]
    assert titles("740.27(a)") == ["Nordlicht", "Rheinwerk:"]
    acts.comment(memos[1], legal, "Ask the 采购 people about Zürich", acts.Anchor())
    assert titles("zürich") == ["Bharat"] == titles("采购") == ["Bharat"]


@pytest.mark.parametrize("worth", [search.WORTH, 0])
@pytest.mark.django_db
def test_the_next_are_found_however_far_apart_they_lie(worth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At both ends of the groups by which PostgreSQL looks for them, in groups that it would ask for and in others."""
    monkeypatch.setattr(search, "WORTH", worth)
    ends = [(1 << size) * number for size in search.GROUPS for number in (1, 2, 3)]
    places = sorted({1, *(end + beside for end in ends for beside in (-1, 0)), 5 << max(search.GROUPS)})
    both = places[::3]
    for place in places:
        search.put(place, "kestrel magnolia" if place in both else "kestrel")
    for query, having in (("kest", places), ("kestrel magnolia ", both), ('"kestrel magn', both)):
        assert search.newest(query, limit=5) == having[:-6:-1]
        for start in (*places, 300_000):
            for limit in (1, 4, 50):
                older = [place for place in reversed(having) if place < start]
                assert search.newest(query, before=start, limit=limit) == older[:limit]
                newer = [place for place in having if place > start]
                assert search.newest(query, after=start, limit=limit) == newer[:limit]
    SearchText.objects.all().delete()  # there are no such memos


@pytest.mark.parametrize(
    "query",
    ["", " ", '"', '""', "'", "*", "-", "NOT", "AND OR", "(", ":", "a:b", "\x00", "%", "\\", "^x", "🜁", "x" * 999,
     '"open', "NEAR(a b)", "words: x", "'a' & !b", "·o1", "\ud7ff", "a" * 41, "1 " * 200],
)  # fmt: skip
def test_nothing_typed_is_an_error(memos: list[Memo], query: str) -> None:
    assert isinstance(search.newest(query), list)


def test_a_mark_cannot_be_typed(memos: list[Memo], sales: User) -> None:
    assert search.newest(f"·o{sales.pk}") == search.newest(f"o{sales.pk}") == []


def test_search_and_filters_together(memos: list[Memo], sales: User, stranger: User, legal: User) -> None:
    assert found(legal, q="2026", country="PL") == ["Warta"]
    assert found(legal, q="2026", state="approved") == []
    assert found(sales, q="2026", state="all") == ["Bharat", "Rheinwerk:"]
    assert found(legal, q="2026", owner=sales) == ["Bharat", "Rheinwerk:"]
    assert found(sales, q="2026", state="all", owner=stranger) == []
    assert found(sales, q="2026", state="all", owner=sales) == ["Bharat", "Rheinwerk:"]
    acts.approve(memos[0], legal, "Daniel Okafor")
    assert found(legal, q="2026", state="mine") == ["Nordlicht", "Warta", "Bharat"]


def test_the_words_can_be_made_anew(memos: list[Memo]) -> None:
    from django.core.management import call_command

    SearchText.objects.filter(memo=memos[0]).update(words="nothing")
    search.rebuild()
    assert titles("rheinwerk") == []
    call_command("rebuild_docket", stdout=None)
    assert titles("rheinwerk") == ["Rheinwerk:"]
    assert titles("nothing") == []


# ---------------------------------------------------------------------------------------------- pages


@pytest.fixture
def desk(sign_in: SignIn, legal: User) -> Client:
    return sign_in(legal)


def text_of(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def test_pages_lead_there_and_back(memos: list[Memo], desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    monkeypatch.setattr("wizard.views.desk.PAGE", 2)
    first, second = text_of(desk, "/?state=all"), text_of(desk, f"/?state=all&before={memos[2].number}")
    assert f'href="/?state=all&amp;before={memos[2].number}" rel="next"' in first
    assert 'rel="prev"' not in first
    assert f'href="/?state=all&amp;after={memos[1].number}" rel="prev"' in second
    assert 'rel="next"' not in second
    back = text_of(desk, f"/?state=all&after={memos[1].number}")
    assert memos[3].number in back
    assert 'rel="prev"' not in back
    reference = [memo.case.reference for memo in memos]
    assert f'href="/cases/?before={reference[2]}" rel="next"' in text_of(desk, "/cases/")
    last = text_of(desk, f"/cases/?before={reference[1]}")
    assert f'href="/cases/?after={reference[0]}" rel="prev"' in last
    middle = text_of(desk, f"/cases/?after={reference[0]}")
    assert [f">{name}</a>" in middle for name in reference] == [False, True, True, False]
    assert f'href="/cases/?after={reference[2]}" rel="prev"' in middle
    assert reference[3] in text_of(desk, f"/cases/?after={reference[2]}")


def test_the_queue_opens_on_what_waits(memos: list[Memo], desk: Client, legal: User) -> None:
    acts.approve(memos[0], legal, "Daniel Okafor")
    text = text_of(desk, "/")
    assert "3 memos wait for you" in text
    assert memos[0].number not in text
    assert text.index(memos[3].number) < text.index(memos[1].number)
    assert "License required" in text
    assert memos[0].number in text_of(desk, "/?state=all")
    assert memos[0].number in text_of(desk, "/?q=rheinwerk")


def press_show(browser: Client, words: str, address: str = "/") -> str:
    """What comes of typing words on the queue and pressing Show: the state is sent as the page has it."""
    select = text_of(browser, address).split('<select name="state"')[1].split("</select>")[0]
    sent = re.findall(r'value="(\w*)" selected', select) or re.findall(r'value="(\w*)"', select)[:1]
    return text_of(browser, f"/?{urlencode({'q': words, 'state': sent[0]})}")


def test_words_look_through_every_state_unless_one_is_chosen(
    memos: list[Memo], desk: Client, legal: User, sign_in: SignIn
) -> None:
    acts.approve(memos[0], legal, "Daniel Okafor")
    for browser in (desk, sign_in(UserFactory.create(role=Role.ADMINISTRATOR))):
        assert f">{memos[0].number}</a>" in press_show(browser, memos[0].number)
        assert "with words, every memo</option>" in text_of(browser, "/")
    within = press_show(desk, memos[0].number, "/?state=mine")
    assert f">{memos[0].number}</a>" not in within
    assert '<option value="mine" selected>' in within
    everywhere = f"/?q={memos[0].number}&state=all"
    assert f'href="{everywhere.replace("&", "&amp;")}">Look in every state</a>' in within
    assert f">{memos[0].number}</a>" in text_of(desk, everywhere)
    assert "Look in every state" not in press_show(desk, "anything")


def test_an_administrator_sees_what_waits_for_anybody(memos: list[Memo], sign_in: SignIn) -> None:
    text = text_of(sign_in(UserFactory.create(role=Role.ADMINISTRATOR)), "/")
    assert "4 memos wait" in text
    assert 'name="memo"' not in text, "Only legal assigns."


def test_empty_queues_say_what_to_do(desk: Client, db: None) -> None:
    assert "Nothing waits for you." in text_of(desk, "/")
    assert "Take a filter away, or look at every state." in text_of(desk, "/?country=DE")
    assert "Take a word or a filter away." in text_of(desk, "/?state=all&q=anything")
    assert "There is no memo yet." in text_of(desk, "/?state=all")


def test_what_waits_is_counted_up_to_a_limit(
    memos: list[Memo], desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "4 memos wait for you" in text_of(desk, "/")
    monkeypatch.setattr(queue, "COUNTED", 3)
    assert "More than 3 memos wait" in text_of(desk, "/")
    assert grouped(1_000_000) == "1,000,000"


def test_what_is_no_filter_is_refused(desk: Client) -> None:
    for query in (
        "state=x",
        "country=QQ",
        "recorded_from=soon",
        "owner=ghost",
        "flag=x",
        "date_to=2026-13-01",
    ):
        response = desk.get(f"/?{query}")
        assert response.status_code == 422, query
        assert "There is a problem" in response.content.decode()
    assert desk.get("/?before=nonsense&what=ever").status_code == 200


def test_assigning_many(memos: list[Memo], desk: Client, legal: User, sales: User) -> None:
    own = memo_of(legal, WEIGHTS_TO_GERMANY)
    sent = {
        "key": str(uuid.uuid4()),
        "back": "state=waiting",
        "assignee": legal.username,
        "memo": [str(one.public_id) for one in (*memos[:2], own)],
    }
    for _time in range(2):
        response = desk.post(reverse("assign_many"), sent, follow=True)
    assert response.redirect_chain[-1][0] == "/?state=waiting"
    assert Docket.objects.filter(assignee=legal).count() == 2
    assert memos[0].acts.count() == 1
    assert own.number in response.content.decode()
    nobody = desk.post(reverse("assign_many"), {**sent, "assignee": ""}, follow=True)
    assert "Nothing was assigned." in nobody.content.decode()
    assert desk.post(reverse("assign_many"), {**sent, "memo": ["x"]}).status_code == 404
    assert desk.post(reverse("assign_many"), {**sent, "back": "//evil.example"})["Location"] == "/"


def test_views_are_kept_shared_and_removed(
    memos: list[Memo], desk: Client, sign_in: SignIn, legal: User
) -> None:
    sent = {"query": "country=IN&state=all&what=ever", "name": "India"}
    assert desk.post(reverse("keep_view"), sent)["Location"] == "/?country=IN&state=all"
    other = sign_in(UserFactory.create(role=Role.LEGAL))
    assert "India" in text_of(desk, "/")
    assert ">India</a>" not in text_of(other, "/")
    desk.post(reverse("keep_view"), {**sent, "shared": "yes"})
    view = SavedView.objects.get()
    assert ">India</a>" in text_of(other, "/")
    assert other.post(reverse("drop_view", args=[view.pk])).status_code == 404
    assert desk.post(reverse("drop_view", args=[view.pk])).status_code == 302
    assert not SavedView.objects.exists()
    assert "Nothing was kept." in desk.post(reverse("keep_view"), {"name": ""}, follow=True).content.decode()


def test_a_page_asks_no_more_of_the_database_for_more_rows(
    sales: User, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for sample in SAMPLES[:4]:
        memo_of(sales, sample.answers)
    desk.get("/")
    with django_assert_max_num_queries(20):
        desk.get("/")
