"""What people paste: a message that helps, in both languages, and the entry kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.serving import Addresses

READ = {
    "1e26": "10²⁶",
    "1E+26": "10²⁶",
    "10^26": "10²⁶",
    "10²⁶": "10²⁶",
    "1.2 × 10^26": "1.2 × 10²⁶",
    "1.2x10^26": "1.2 × 10²⁶",
    "1.2*10^26": "1.2 × 10²⁶",
    "26,900,000": "26,900,000",
    "２６，９００，０００": "26,900,000",
    " 26900000 ": "26,900,000",
    "9.9e25": "9.9 × 10²⁵",
}
"""Ten notations and one with spaces, and how each is read back."""

REFUSED = {
    "1,5": ("Use a point for decimals", "小数"),
    "-5": ("A negative number cannot be right here", "负数"),
    "1e9999": ("", ""),
    "about 10^26": ("This is not a number we can read", "无法"),
    "🚀": ("This is not a number we can read", "无法"),
    "\u202e62^01": ("This is not a number we can read", "无法"),
    "9" * 61: ("This is longer than 60 characters", "60"),
    "9" * 10_000: ("", ""),
}
"""What cannot be a number, and some words of the message in both languages."""


def question(visit: Visit, prepared: Addresses, name: str, **options: object) -> Page:
    """The page of a question."""
    return visit(prepared["questions"][name], **options)


def test_ten_notations_are_read_back(visit: Visit, prepared: Addresses) -> None:
    page = question(visit, prepared, "training_operations, integrated_circuit")
    field = page.locator("#answer")
    for typed, read in READ.items():
        field.fill("")
        expect(page.locator("#said")).to_be_empty()
        field.fill(typed)
        expect(page.locator("#said")).to_contain_text(f"{read} operations")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_read_is_refused_with_help_and_stays(
    visit: Visit, prepared: Addresses, language: str
) -> None:
    page = question(visit, prepared, "training_operations, integrated_circuit")
    if language == "zh":
        page.locator("button[value=zh-hans]").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for typed, words in REFUSED.items():
        # A script or an old browser may send more than the field takes.
        page.locator("#answer").evaluate("(field) => field.removeAttribute('maxlength')")
        page.locator("#answer").fill(typed)
        page.locator("main form button.button").first.click()
        expect(page.locator(".error-summary")).to_be_focused()
        expect(page.locator(".error-summary")).to_contain_text(words[language == "zh"])
        expect(page.locator(".field-error")).to_contain_text(words[language == "zh"])
        expect(page.locator("#answer")).to_have_value(typed)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.reload()
        expect(page.locator(".error-summary")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_title_with_what_cannot_be_seen(visit: Visit, language: str) -> None:
    page = visit("/cases/new/")
    if language == "zh":
        page.locator("button[value=zh-hans]").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for typed in ("Rhein\u202ewerk", "a\u200bb", "x" * 10_000):
        page.locator("#title").evaluate("(field) => field.removeAttribute('maxlength')")
        page.locator("#title").fill(typed)
        page.locator("main form button.button").click()
        expect(page.locator(".error-summary")).to_be_focused()
        message = page.locator(".error-summary li").inner_text()
        assert re.search("[\u4e00-\u9fff]", message) if language == "zh" else message.isascii()
        expect(page.locator("#title")).to_have_value(typed)


def test_names_of_every_script_and_emoji_are_names(visit: Visit) -> None:
    page = visit("/cases/new/")
    title = "شركة الحوسبة 🚀 株式会社さくら Łódź"
    page.get_by_label("What shall we call this case?").fill(title)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".progress bdi")).to_have_text(title)


def test_a_country_written_in_chinese_with_an_input_method(visit: Visit, prepared: Addresses) -> None:
    page = question(visit, prepared, "destination, integrated_circuit")
    field = page.get_by_role("combobox")
    field.focus()
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "he lan", "selectionStart": 6, "selectionEnd": 6})
    # Enter belongs to the input method while it composes: nothing is chosen, nothing is sent.
    page.evaluate(
        """document.querySelector("[role=combobox]").dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    assert page.locator("select[name=answer]").evaluate("(select) => select.value") == ""
    typing.send("Input.insertText", {"text": "荷兰"})
    expect(page.get_by_role("option").first).to_have_text("Netherlands")
    field.press("Enter")
    assert page.locator("select[name=answer]").evaluate("(select) => select.value") == "NL"


@pytest.mark.parametrize("typed", ["Atlantis", "🇩🇪", "\u202eynamreG", "x" * 10_000])
def test_what_is_no_country_is_refused(visit: Visit, prepared: Addresses, typed: str) -> None:
    page = question(visit, prepared, "destination, integrated_circuit")
    page.get_by_role("combobox").fill(typed)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".field-error")).to_contain_text("Select a country")
