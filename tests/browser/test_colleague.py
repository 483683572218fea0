"""A question that nobody was sure of, answered by a colleague without account or JavaScript; then what if."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit


def test_a_colleague_settles_a_question_and_the_result_shows_what_it_hangs_on(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("row").filter(has_text="Nordlicht").get_by_role("link").first.click()
    expect(page.locator("h1")).to_have_text("Cannot be determined yet")
    page.get_by_role("link", name=re.compile("Ask a colleague.*ultimate parent")).click()
    expect(page.locator("h1")).to_have_text("Ask a colleague")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Copy this link and give it to one person only").input_value()

    colleague = visit(link, role=None, java_script_enabled=False, viewport={"width": 360, "height": 800})
    colleague.get_by_role("button", name="Send my answer").click()
    expect(colleague.get_by_role("alert")).to_contain_text("Enter your full name.")
    colleague.get_by_label("Where is the recipient's ultimate parent headquartered?").select_option("NO")
    colleague.get_by_label("Your full name").fill("Kari Nordmann")
    colleague.get_by_role("button", name="Send my answer").click()
    expect(colleague.locator("h1")).to_have_text("Thank you. Your answer is saved")

    page.get_by_role("link", name="C-20").click()
    expect(page.locator("main")).to_contain_text("Answered: Norway")
    expect(page.locator("main")).to_contain_text("answered by a colleague: Kari Nordmann")
    page.get_by_role("link", name="See the result").click()
    page.locator("#what-if > summary").click()
    expect(page.locator("#what-if")).to_contain_text("The facts are what they are.")
    expect(page.locator("#what-if .other-result").first).to_be_visible()
    page.get_by_role("link", name="See the path through the law").click()
    expect(page.locator(".law-drawing").first).to_be_visible()
    expect(page.locator("h1")).to_be_focused()
