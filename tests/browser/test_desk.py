"""A reviewer's whole day, in both roles: record, assign, comment, return, answer, record again, approve."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_every_page import sound

expect.set_options(timeout=20_000)

NARROW, WIDE = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


def record_memo(page: Page) -> str:
    """Records the memo on the result page; returns its number."""
    page.get_by_label("Your full name").fill("Maya Torres")
    page.get_by_label(re.compile("I have answered truthfully")).check()
    page.get_by_role("button", name="Record this memo").click()
    page.wait_for_url(re.compile("/memos/"))
    return page.locator("h1").inner_text()


def take(legal: Page, number: str) -> None:
    """The desk finds the memo at the top of what waits and takes it."""
    expect(legal.locator("h1")).to_have_text("Queue")
    expect(legal.locator(".queue-table tbody tr").first).to_contain_text(number)
    sound(legal)
    legal.get_by_label(f"Choose {number}").check()
    legal.get_by_label("Assign the chosen memos to").select_option(label="Me")
    legal.get_by_role("button", name="Assign", exact=True).click()
    expect(legal.locator(".notice")).to_contain_text("1 memo assigned to Daniel Okafor")


def comment(legal: Page, number: str) -> None:
    """The desk finds it again by its words, and comments on an answer."""
    legal.get_by_label("Search memos").fill("rheinwerk")
    legal.get_by_role("button", name="Show").click()
    legal.wait_for_url(re.compile("q=rheinwerk"))
    legal.get_by_role("link", name=number).click()
    legal.wait_for_url(re.compile("/review/"))
    legal.get_by_role("link", name=re.compile("Comment.*Where are the weights going")).click()
    legal.get_by_label("Comment on this answer").fill("The order names two sites.")
    legal.get_by_role("button", name="Add the comment").click()
    expect(legal.locator("#fact-destination")).to_contain_text("The order names two sites.")
    sound(legal)


def send_back(legal: Page) -> None:
    """It goes back with a question."""
    legal.get_by_role("link", name="Return with questions").click()
    expect(legal.locator("h1")).to_have_text("Return with questions")
    legal.get_by_role("checkbox", name=re.compile("Where are the weights going")).check()
    asked = legal.get_by_role("textbox", name=re.compile("Your question.*Where are the weights going"))
    asked.fill("Bonn or Kehl?")
    sound(legal)
    legal.get_by_role("button", name="Return the memo").click()
    expect(legal.locator(".notice").first).to_contain_text("is back with its author")


def answer(sales: Page, number: str) -> str:
    """The author is led to the question, and records a new memo; returns its number."""
    sales.goto("/")
    expect(sales.locator(".returned")).to_contain_text(number)
    sound(sales)
    sales.locator(".returned").get_by_role("link", name=number).click()
    expect(sales.locator(".asked")).to_contain_text("Bonn or Kehl?")
    sound(sales)
    sales.get_by_role("link", name=re.compile("^Answer it")).click()
    expect(sales.locator(".asked")).to_contain_text("Daniel Okafor of the legal desk asks")
    sales.get_by_role("button", name="Continue", exact=True).click()
    expect(sales.locator("h1")).to_have_text("Check your answers")
    sales.get_by_role("link", name="See the result").click()
    sales.wait_for_url(re.compile("/result/"))
    return record_memo(sales)


def approve(legal: Page, successor: str) -> None:
    """The old memo says that it was superseded; the new one is approved, but not without the declaration."""
    legal.reload()
    expect(legal.locator("main")).to_contain_text(f"Superseded by {successor}")
    legal.locator("main").get_by_role("link", name=successor).click()
    expect(legal.locator(".progress")).to_contain_text(successor)
    legal.get_by_role("button", name="Approve this memo").click()
    expect(legal.locator(".error-summary")).to_contain_text("Confirm the declaration, or do not approve")
    legal.get_by_label(re.compile("I have reviewed the questions")).check()
    legal.get_by_role("button", name="Approve this memo").click()
    expect(legal.locator(".notice").first).to_contain_text(f"Memo {successor} is approved.")
    expect(legal.locator(".acts")).to_contain_text("Approved it, signed “Daniel Okafor”")
    sound(legal)


def test_a_reviewer_s_day(visit: Visit) -> None:
    sales = visit("/", "sales")
    sales.get_by_role("row", name=re.compile("^C-.*Rheinwerk")).get_by_role("link").first.click()
    sales.wait_for_url(re.compile("/result/"))
    number = record_memo(sales)
    legal = visit("/", "legal")
    take(legal, number)
    comment(legal, number)
    send_back(legal)
    successor = answer(sales, number)
    assert successor != number
    approve(legal, successor)
    sales.reload()
    expect(sales.locator(".review-status")).to_contain_text("approved")
    sound(sales)


def test_the_desk_without_javascript(visit: Visit) -> None:
    legal = visit("/?q=bharat", "legal", java_script_enabled=False)
    legal.locator(".queue-table th a").first.click()
    legal.get_by_label("Comment on the memo").fill("Which license?")
    legal.get_by_role("button", name="Add the comment").click()
    expect(legal.locator(".said").first).to_contain_text("Which license?")
    legal.get_by_label(re.compile("I have reviewed the questions")).check()
    legal.get_by_role("button", name="Approve this memo").click()
    expect(legal.locator(".standing")).to_contain_text("approved")
