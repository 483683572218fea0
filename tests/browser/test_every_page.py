"""What holds on every page: found by axe, fits the narrowest screen, starts the reader at the right place."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

NARROWEST = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

SIGN_IN, HOME, NEW_CASE, QUESTION, CHECK, RESULT, MEMO = (
    "sign in",
    "home",
    "new case",
    "question",
    "check",
    "result",
    "memo",
)
PAGES = (SIGN_IN, HOME, NEW_CASE, QUESTION, CHECK, RESULT, MEMO)


def go_to(name: str, visit: Visit, **options: object) -> Page:
    """Opens the page that people call `name`, by the way they take to it."""
    if name == SIGN_IN:
        return visit("/sign-in/", role=None, **options)
    if name == NEW_CASE:
        return visit("/cases/new/", **options)
    page = visit("/", **options)
    if name == HOME:
        return page
    if name == MEMO:
        page.goto(str(page.locator("main a[href^='/memos/']").first.get_attribute("href")))
        return page
    case = str(page.locator("main a[href^='/cases/']:not([href$='/new/'])").last.get_attribute("href"))
    page.goto(case + {QUESTION: "destination/", CHECK: "check/", RESULT: "result/"}[name])
    return page


def use_chinese(page: Page) -> None:
    """Switches the language as a reader does, and comes back to the same page."""
    address = page.url
    page.locator("button[value=zh-hans]").click()
    page.wait_for_url(address)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("zh", "light")])
def test_axe_finds_nothing(visit: Visit, name: str, language: str, scheme: str) -> None:
    page = go_to(name, visit, viewport=DESK, color_scheme=scheme, reduced_motion="reduce")
    if language == "zh":
        use_chinese(page)
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_needs_sideways_scrolling_on_the_narrowest_screen(visit: Visit, name: str) -> None:
    page = go_to(name, visit, viewport=NARROWEST)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]


@pytest.mark.parametrize("name", PAGES)
def test_one_heading_of_the_first_order_and_a_title_of_its_own(visit: Visit, name: str) -> None:
    page = go_to(name, visit)
    heading = page.locator("h1")
    expect(heading).to_have_count(1)
    assert re.match(r".+ – AI Diffusion Wizard$", page.title())


@pytest.mark.parametrize("name", PAGES)
def test_targets_are_large_enough(visit: Visit, name: str) -> None:
    """Controls are at least 24 pixels in each direction; links inside a sentence are exempt, as in WCAG 2.5.8."""
    page = go_to(name, visit, viewport=NARROWEST)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, .button')]
            .filter((control) => control.offsetParent)
            .map((control) => [control.outerHTML.slice(0, 90), control.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => html)"""
    )
    assert small == []


def test_the_keyboard_skips_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_following_a_link_moves_title_and_focus(visit: Visit) -> None:
    page = visit("/")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="New case", exact=True).click()
    expect(page).to_have_title(re.compile("What shall we call this case"))
    expect(page.locator("main h1")).to_be_focused()
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    page.go_back()
    expect(page).to_have_title(re.compile("My cases"))
    expect(page.locator("main h1")).to_have_text("My cases")


def test_no_page_is_kept_in_the_browsers_storage(visit: Visit) -> None:
    """htmx notes the address of the current page; what a page says is never kept."""
    page = go_to(QUESTION, visit)
    page.get_by_role("link", name="New case", exact=True).click()
    expect(page).to_have_title(re.compile("What shall we call this case"))
    kept = page.evaluate("({ ...localStorage, ...sessionStorage })")
    assert kept in ({}, {"htmx-current-path-for-history": "/cases/new/"})


def test_an_error_takes_the_focus_and_keeps_the_page(visit: Visit) -> None:
    page = visit("/cases/new/")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/\w+/$"))
    page.get_by_role("button", name="Continue").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.matches('input, select')")


def test_pressing_twice_sends_once(visit: Visit) -> None:
    page = visit("/cases/new/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_label("What shall we call this case?").fill("Pressed twice")
    page.evaluate(
        "() => { const b = document.querySelector('main button.button'); b.click(); b.click(); b.click(); }"
    )
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/\w+/$"))
    assert len(sent) == 1
    page.goto("/")
    expect(page.get_by_text("Pressed twice")).to_have_count(1)


def test_everything_works_without_javascript(visit: Visit) -> None:
    page = visit("/cases/new/", java_script_enabled=False)
    page.locator("#title").fill("By hand")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/\w+/$"))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("main input[type=radio]").first.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".error-summary")).to_have_count(0)


@pytest.mark.breaks_the_connection
def test_no_connection_loses_nothing(visit: Visit) -> None:
    page = visit("/cases/new/")
    page.get_by_label("What shall we call this case?").fill("Kept")
    page.route("**/*", lambda route: route.abort())
    page.evaluate("document.querySelector('main button.button').click()")
    expect(page.locator("#announcement")).to_have_text(re.compile("No connection"))
    expect(page.get_by_label("What shall we call this case?")).to_have_value("Kept")
    page.unroute("**/*")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+/\w+/$"))
