"""What goes wrong in an office: a connection lost, a session that ended, another tab, a double click, Back, Reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Addresses, sign_in
from tests.browser.test_journey import choose, go_on, heading, start


def new_case(visit: Visit, title: str, **options: object) -> Page:
    """A new case at its first question."""
    page = visit("/cases/new/", **options)
    start(page, title)
    return page


@pytest.mark.parametrize("script", [True, False])
def test_a_session_that_ended_loses_no_answer(visit: Visit, script: bool) -> None:
    page = new_case(visit, "Signed out", java_script_enabled=script)
    choose(page, "Chips")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.locator("h1")).to_have_text("Sign in")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator("h1")).to_have_text("Sign in")
    expect(page.locator(".notice")).to_contain_text("what you sent is not saved yet")
    page.locator("button[name=role][value=sales]").click()
    expect(page.locator("h1")).to_have_text("What is this deal about?")
    expect(page.locator(".notice")).to_contain_text("What you entered is here again")
    expect(page.get_by_role("radio", name=re.compile("^Chips"))).to_be_checked()
    go_on(page)
    assert heading(page) == "What will happen to it?"


def test_signing_in_again_elsewhere_loses_no_answer(visit: Visit) -> None:
    page = new_case(visit, "Signed in again")
    choose(page, "Computers")
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.locator("h1")).to_have_text("Sign in")
    sign_in(other, "sales")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("What you entered is here again")
    expect(page.get_by_role("radio", name=re.compile("^Computers"))).to_be_checked()
    go_on(page)
    assert heading(page) == "What will happen to it?"


@pytest.mark.breaks_the_connection
def test_an_answer_whose_receipt_was_lost_can_be_sent_again(visit: Visit) -> None:
    page = new_case(visit, "Receipt lost")

    def process_and_lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/item/", process_and_lose)
    choose(page, "Chips")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator("#announcement")).to_have_text(re.compile("No connection"))
    page.unroute("**/item/")
    go_on(page)
    assert heading(page) == "What will happen to it?"
    page.goto(page.url.replace("/activity/", "/check/"))
    expect(page.locator(".summary-row")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("Chips")


def test_title_focus_and_address_follow_every_swap(visit: Visit) -> None:
    page = new_case(visit, "Swaps")
    page.evaluate("window.stayed = true")

    def arrived(title: str, address: str, focus: str) -> None:
        expect(page).to_have_title(re.compile(title))
        expect(page).to_have_url(re.compile(address))
        expect(page.locator(focus).first).to_be_focused()

    page.get_by_role("button", name="Continue", exact=True).click()
    arrived("^Error: What is this deal", "/item/$", ".error-summary")
    choose(page, "Chips")
    page.get_by_role("button", name="Continue", exact=True).click()
    arrived("^What will happen to it", "/activity/$", "main h1")
    page.get_by_role("link", name="Check your answers").click()
    arrived("^Check your answers", "/check/$", "main h1")
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    arrived("^What is this deal", r"/item/\?back=check$", "main h1")
    page.go_back()
    arrived("^Check your answers", "/check/$", "body")
    page.go_forward()
    expect(page).to_have_title(re.compile("^What is this deal"))
    expect(page.get_by_role("radio", name=re.compile("^Chips"))).to_be_checked()
    page.reload()
    expect(page.get_by_role("radio", name=re.compile("^Chips"))).to_be_checked()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_reloading_what_an_answer_led_to_sends_nothing(visit: Visit) -> None:
    page = new_case(visit, "Reloaded")
    choose(page, "Chips")
    go_on(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.reload()
    assert heading(page) == "What will happen to it?"
    assert sent == []


def test_another_language_keeps_the_place_even_after_an_error(visit: Visit, prepared: Addresses) -> None:
    page = new_case(visit, "Languages")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("button[value=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.endswith("/item/")
    page.locator("button[value=en]").click()
    page.goto(prepared["results"]["license_required"])
    page.get_by_role("button", name="Record this memo").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("button[value=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.url.endswith("/result/")


def test_nothing_moves_for_those_who_asked_for_that(visit: Visit, prepared: Addresses) -> None:
    page = visit(prepared["pages"]["chip"] + "tpp/", reduced_motion="reduce")
    page.get_by_label("What is the TPP of one chip?").fill("4,800")
    expect(page.locator(".read-back")).to_contain_text("4,800")
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0


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
