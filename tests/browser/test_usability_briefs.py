"""Five sales emails, each walked with only what it says: the outcome reached, and how many questions that took.

The outcomes were decided by hand from the law before the walk. `docs/usability.md` has the table and what was mended;
`pytest -s` prints the measures again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import ne

import pytest
from playwright.sync_api import Page, expect

from rules.facts import FACTS, Kind
from tests.browser.conftest import Visit
from tests.browser.test_journey import heading, start

WORDS_A_MINUTE = 200
"""How fast the words of a page are read."""

SECONDS_AN_ANSWER = 8
"""What deciding and entering an answer takes besides."""

NOT_SURE = "not sure"


@dataclass(frozen=True)
class Brief:
    """A sales email, what it tells about each fact, and what must come of it.

    A fact that it says nothing about is answered "not sure". `product` is picked from the catalog where it is offered.
    With `gives_up`, the person leaves the rest after the second "not sure". `why` says how the outcome was decided.
    """

    title: str
    email: str
    says: Mapping[str, str]
    outcome: str
    why: str
    questions: int
    not_sure: int
    product: str = ""
    gives_up: bool = False


BRIEFS = (
    Brief(
        "H200 servers to a Polish cloud company with a parent in Singapore",
        "Wisła Cloud in Gdańsk wants 16 HGX H200 servers, eight GPUs each, from our Texas warehouse "
        "in mid-October 2026. They rent them out as a cloud. It is a Polish company; the group is "
        "run from Singapore. Straight to them, nobody in between, and the group owns the machines. "
        "First chips of this kind they get from anyone this year. Screening found nothing.",
        {
            "item": "computer",
            "activity": "export",
            "date": "2026-10-15",
            "origin": "us",
            "datacenter": "true",
            "destination": "PL",
            "headquarters": "PL",
            "ultimate_parent": "SG",
            "part_744_concern": "false",
            "direct_to_consignee": "true",
            "units": "128",
            "lpp_tpp_received_this_year": "0",
            "purpose": "cloud_service",
        },
        "authorization_available",
        "Branch a: worldwide. Poland and Singapore are outside supplement no. 5(a), so no AIA; a "
        "cloud is no ACM. LPP: none of the three in D:5 or Macau, no D-group destination, direct, "
        "128 × 15,832 = 2,026,496 TPP, below 26,900,000.",
        questions=12,
        not_sure=0,
        product="nvidia-hgx-h200",
    ),
    Brief(
        "Closed frontier weights to a Norwegian customer's own data center",
        "Nordlys AI, Oslo, founder-owned, wants our model's weights on its own servers near Oslo by "
        "October 1, 2026. Ours, trained in Oregon, not published, about 3 × 10^26 operations. We "
        "have no ruling from BIS on it. Their site has an ISO 27001 certificate. Screening found "
        "nothing.",
        {
            "item": "model_weights",
            "activity": "export",
            "date": "2026-10-01",
            "origin": "us",
            "weights_status": "closed",
            "training_operations": "3 × 10^26",
            "below_published_frontier": "false",
            "destination": "NO",
            "headquarters": "NO",
            "ultimate_parent": "NO",
            "part_744_concern": "false",
        },
        "undetermined",
        "4E091 above 10^26. AIA turns on the storage: ISO 27001 is not paragraphs 14, 15 and 18 of "
        "supplement no. 10, so nobody can say yet whether AIA is available or a license is "
        "required.",
        questions=12,
        not_sure=1,
    ),
    Brief(
        "GeForce cards to a Vietnamese distributor of gaming hardware",
        "Rồng Gaming in Hanoi orders 2,000 GeForce RTX 4090 cards for its shops, delivery November "
        "2, 2026. They ship from our warehouse in California. Gaming cards, ECCN 5A992 on the data "
        "sheet. A family business. Screening found nothing.",
        {
            "item": "computer",
            "activity": "export",
            "date": "2026-11-02",
            "origin": "us",
            "entry": "5A992",
            "datacenter": "false",
            "destination": "VN",
            "headquarters": "VN",
            "ultimate_parent": "VN",
            "part_744_concern": "false",
            "units": "2000",
        },
        "authorization_available",
        "5,285 TPP is branch a, worldwide. Not for data centers, so ACA is open; Vietnam is in D:1, not in D:5.",
        questions=9,
        not_sure=0,
        product="nvidia-geforce-rtx-4090",
    ),
    Brief(
        "Training compute for the Malaysian data center of a Chinese firm",
        "The Malaysian company of Shenlan (Shenzhen) wants to rent 16,000 of our GPUs in Johor from "
        "September 1, 2026 and train its next model there, about 2e26 operations, it says. We ship "
        "nothing. Screening found nothing.",
        {
            "item": "model_weights",
            "activity": "compute_service",
            "date": "2026-09-01",
            "training_operations": "2e26",
            "headquarters": "CN",
            "ultimate_parent": "CN",
            "part_744_concern": "false",
        },
        "no_export",
        "A computing service is no export of the weights. Red flag 28 applies if the model is in "
        "4E091 and the customer's group is outside supplement no. 5(a): the result must say so.",
        questions=4,
        not_sure=0,
    ),
    Brief(
        "MI300X to the United Arab Emirates, ownership unclear",
        "Falcon Compute, a free zone company in Abu Dhabi, wants 512 MI300X for a data center "
        "there, shipping September 15, 2026 from our plant in Texas. The register shows a holding "
        "on the Caymans and then nothing. Nobody has screened them yet.",
        {
            "item": "integrated_circuit",
            "activity": "export",
            "date": "2026-09-15",
            "origin": "us",
            "datacenter": "true",
            "destination": "AE",
            "headquarters": "AE",
            "units": "512",
        },
        "undetermined",
        "A license is required for the UAE by name. Whether part 744, the UAE rule's exemptions or "
        "LPP come in turns on who owns the company and who screens it.",
        questions=10,
        not_sure=3,
        product="amd-instinct-mi300x",
        gives_up=True,
    ),
)


@dataclass
class Walk:
    """What a walk took."""

    questions: int = 0
    not_sure: int = 0
    clicks: int = 0
    words: int = 0
    words_of_result: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """To the result: reading every page once, the catalog's list aside, and entering every answer."""
        return self.words / WORDS_A_MINUTE + self.questions * SECONDS_AN_ANSWER / 60

    def read(self, page: Page) -> None:
        """Count the words of the page that somebody must read: what is folded away and beside it is not."""
        if page.locator("[data-combobox]").count():
            expect(page.locator(".combobox input")).to_be_visible()
        self.words += len(page.locator("main").inner_text().split())


def answer(page: Page, fact: str, brief: Brief, walk: Walk) -> None:
    """Answer the question that is shown, with what the brief says."""
    said = brief.says.get(fact)
    kind = FACTS[fact].kind
    walk.questions += 1
    walk.asked.append(fact)
    if said is None:
        walk.not_sure += 1
        if brief.gives_up and walk.not_sure > 2:
            page.get_by_role("button", name="That is all I know").click()
            walk.clicks += 1
        elif kind in (Kind.CHOICE, Kind.FLAG):
            choose(page, "not_sure", walk)
        else:
            page.get_by_role("button", name="I’m not sure").click()
            walk.clicks += 1
        return
    if kind in (Kind.CHOICE, Kind.FLAG):
        choose(page, said, walk)
        return
    if kind is Kind.COUNTRY:
        same = page.locator("button[name=same_as]").filter(has_text=re.compile(rf": {name_of(page, said)}$"))
        if same.count():
            same.first.click()
            walk.clicks += 1
            return
        page.get_by_role("combobox").fill(name_of(page, said))
        page.get_by_role("combobox").press("Enter")
    else:
        page.locator("#answer").fill(said)
    page.get_by_role("button", name="Continue", exact=True).click()
    walk.clicks += 2


def name_of(page: Page, code: str) -> str:
    """A country's name as the page has it."""
    return str(page.locator(f"select option[value={code}]").text_content())


def choose(page: Page, value: str, walk: Walk) -> None:
    """Pick an answer and continue."""
    page.locator(f".choice input[value='{value}']").check()
    page.get_by_role("button", name="Continue", exact=True).click()
    walk.clicks += 2


def walked(page: Page, brief: Brief) -> Walk:
    """Walk the brief from a new case to its result."""
    walk = Walk()
    walk.read(page)
    start(page, brief.title[:60])
    picked = False
    while not page.url.endswith("/result/"):
        before = page.url
        walk.read(page)
        catalog = page.get_by_role("link", name="Pick the product from the catalog")
        if brief.product and not picked and catalog.count():
            catalog.click()
            expect(page.locator("h1")).to_have_text("Which product is it?")
            before = page.url
            page.locator(f"[id={brief.product}]").check()
            page.get_by_role("button", name="Continue", exact=True).click()
            walk.questions, walk.clicks, picked = walk.questions + 1, walk.clicks + 3, True
        else:
            answer(page, before.rstrip("/").rsplit("/", 1)[1], brief, walk)
        page.wait_for_url(partial(ne, before))
        assert walk.questions < 40, walk.asked
    walk.words_of_result = len(page.locator("main").inner_text().split())
    return walk


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.title)
def test_a_brief_leads_to_its_outcome(visit: Visit, brief: Brief) -> None:
    page = visit("/cases/new/")
    walk = walked(page, brief)
    shown = {
        "authorization_available": "A license is required, unless you use an authorization",
        "undetermined": "Cannot be determined yet",
        "no_export": "No export by you under this rule",
    }[brief.outcome]
    assert heading(page).startswith(shown)
    measures = (
        walk.questions,
        walk.not_sure,
        walk.clicks,
        walk.words,
        f"{walk.minutes:.1f}",
        walk.words_of_result,
    )
    sys.stdout.write(f"| {brief.title} | {' | '.join(map(str, measures))} |\n{walk.asked}\n")
    assert (walk.questions, walk.not_sure) == (brief.questions, brief.not_sure)
    assert walk.minutes < 10
