"""Legal's day when the law changes: decide every memo again, see why one flips, begin a new case, keep a scenario."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.test_every_page import sound


def test_memos_are_decided_again_and_a_case_begun(visit: Visit) -> None:
    page = visit("/law/", role="legal")
    sound(page)
    page.get_by_role("link", name="Decide memos again").click()
    page.get_by_label("The law changed: what would each transaction be on a given day?").check()
    page.get_by_label("The day, for the first question").fill("2025-01-12")
    sound(page)
    page.get_by_role("button", name="Decide them again").click()
    # A process of its own does the work; the page asks for its progress and shows the list by itself.
    expect(page.get_by_role("heading", name="Finished")).to_be_visible(timeout=30_000)
    expect(
        page.locator("td").get_by_text("This rule was not yet in force on that date").first
    ).to_be_visible()
    sound(page)
    page.get_by_role("link", name=re.compile("^Why M-")).first.click()
    expect(page.get_by_role("heading", name="The steps of the law that differ")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Begin a new case from this memo").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/\w+/$"))
    page.goto(re.sub(r"\w+/$", "check/", page.url))
    expect(page.get_by_text("Begun from memo")).to_be_visible()
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.get_by_role("heading", name="Holds", exact=True)).to_be_visible()
    sound(page)


def test_the_law_reads_without_javascript_and_in_chinese(visit: Visit) -> None:
    page = visit("/law/provisions/s740_27_a_1/", role="legal", java_script_enabled=False)
    expect(page.locator("svg.law-drawing")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="January 16, 2025")).to_be_visible()
    page.locator("button[value=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("svg.law-drawing")).to_be_visible()
