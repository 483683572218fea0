"""Finding a country by typing: by its name, by a common name, by a Chinese one; never a guess."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Addresses


@pytest.fixture
def page(visit: Visit, prepared: Addresses) -> Page:
    """The question for the destination."""
    return visit(prepared["pages"]["case"] + "destination/")


def chosen(page: Page) -> str:
    """The country that the form would send."""
    return str(page.locator("select[name=answer]").evaluate("(select) => select.value"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("germ", "DE"),
        ("Japan", "JP"),
        ("china", "CN"),
        ("荷兰", "NL"),
        ("holland", "NL"),
        ("uk", "GB"),
        ("emirates", "AE"),
    ],
)
def test_it_finds_a_country_and_enter_takes_it(page: Page, typed: str, code: str) -> None:
    field = page.get_by_role("combobox")
    field.fill(typed)
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("Enter")
    assert chosen(page) == code
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_the_choice_is_read_back_at_once(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.fill("india")
    field.press("Enter")
    expect(page.locator("#said")).to_contain_text("India")


def test_arrows_move_and_escape_closes(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.fill("an")
    field.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert active
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_click_takes_an_option(page: Page) -> None:
    page.get_by_role("combobox").fill("fran")
    page.get_by_role("option", name="France", exact=True).click()
    assert chosen(page) == "FR"


def test_half_a_name_is_no_answer(page: Page) -> None:
    field = page.get_by_role("combobox")
    field.fill("Ger")
    field.press("Escape")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".error-summary")).to_be_focused()


def test_without_javascript_it_is_a_plain_list(visit: Visit, prepared: Addresses) -> None:
    page = visit(prepared["pages"]["case"] + "destination/", java_script_enabled=False)
    expect(page.locator("select[name=answer]")).to_be_visible()
    expect(page.get_by_role("combobox")).to_have_count(1)
