"""From a new case to a printed memo, with JavaScript and without; two windows at once; many submissions at once."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import threading
import urllib.parse
from collections import Counter
from functools import partial
from operator import ne
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

# The tests share two cores with each other; a page may take seconds and still be right.
expect.set_options(timeout=20_000)

LABELS = {
    "What is this deal about?": "AI model weights",
    "What will happen to it?": "Export",
    "Are the weights of U.S. origin, or in the United States?": "Yes",
    "Are the model weights published?": "No, they are closed",
    "Is it shown that the model is below the best published model?": "No",
}


def go_on(page: Page) -> None:
    """Continue, and wait for another question or page."""
    before = page.locator("h1").inner_text()
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator("h1")).not_to_have_text(before)


def choose(page: Page, label: str) -> None:
    """Chooses the answer whose label begins so, by clicking the label, which covers the whole row."""
    page.locator(".choice label").filter(has_text=re.compile(rf"^\s*{label}")).click()


def heading(page: Page) -> str:
    """The page's heading."""
    return page.locator("h1").inner_text()


def start(page: Page, title: str) -> None:
    """Names the case and goes to the first question."""
    page.get_by_label("What shall we call this case?").fill(title)
    go_on(page)


def pick_country(page: Page, name: str, *, script: bool) -> None:
    """Picks a country, by typing where there is JavaScript."""
    if script:
        page.get_by_role("combobox").fill(name)
        page.get_by_role("option", name=name, exact=True).click()
        expect(page.locator("#said")).to_contain_text("AI Authorization country")
    else:
        page.get_by_label(heading(page)).select_option(label=name)


def answer_weights_case(page: Page, *, script: bool) -> None:
    """Answers as a salesperson would: what they know, what they can estimate, "same as", "not sure" once."""
    for question, label in LABELS.items():
        if heading(page) == "On what day will it happen?":
            page.get_by_label("On what day will it happen?").fill("2026-09-01")
            go_on(page)
        if heading(page) == "How many operations did it take to train the model in all?":
            estimate(page)
        assert heading(page) == question
        choose(page, re.escape(label))
        go_on(page)
    assert heading(page) == "Where are the weights going?"
    pick_country(page, "Germany", script=script)
    go_on(page)
    page.get_by_role("button", name="Same as the destination: Germany").click()
    expect(page.locator("h1")).to_contain_text("ultimate parent")
    page.get_by_role("button", name="I’m not sure").click()
    expect(page.locator("h1")).not_to_contain_text("ultimate parent")
    while "/result/" not in page.url:
        choose(page, "No" if "suspect" in heading(page) else "Yes")
        go_on(page)


def estimate(page: Page) -> None:
    """Works the operations out from parameters and tokens, and uses the figure."""
    page.get_by_text("Estimate from parameters and tokens").click()
    page.get_by_label("Parameters").fill("1.2e12")
    page.get_by_label("Training tokens").fill("2e13")
    page.get_by_role("button", name="Work it out").first.click()
    expect(page.get_by_text("= 1.44 × 10²⁶ operations")).to_be_visible()
    page.get_by_role("button", name="Use this number").click()
    expect(page.locator("h1")).not_to_contain_text("How many operations")


@pytest.mark.parametrize("script", [True, False])
def test_from_a_new_case_to_a_printed_memo(visit: Visit, tmp_path: Path, script: bool) -> None:
    page = visit("/cases/new/", java_script_enabled=script)
    start(page, "Journey GmbH")
    answer_weights_case(page, script=script)
    assert heading(page) == "Cannot be determined yet"
    expect(page.get_by_text("Who could settle it: the customer's procurement contact")).to_be_visible()

    # The answer comes in: change it from Check your answers.
    page.get_by_role("link", name="Check or change your answers").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    page.get_by_role("link", name=re.compile("Change.*ultimate parent")).click()
    page.get_by_role("button", name="Same as the headquarters: Germany").click()
    expect(page.locator(".notice")).to_contain_text("The result was: Cannot be determined yet.")
    expect(page.locator(".notice")).to_contain_text("It is now: A license is required, unless")
    page.get_by_role("link", name="See the result").click()
    expect(page.locator("h1")).to_contain_text("A license is required, unless you use an authorization")
    expect(page.get_by_text("740.27").first).to_be_visible()

    # Record it: refused without the declaration, then sealed.
    page.get_by_label("Your full name").fill("Maya Torres")
    page.get_by_role("button", name="Record this memo").click()
    expect(page.locator(".error-summary")).to_contain_text("Confirm the declaration")
    expect(page.get_by_label("Your full name")).to_have_value("Maya Torres")
    page.get_by_label(re.compile("I have answered truthfully")).check()
    page.get_by_role("button", name="Record this memo").click()
    page.wait_for_url(re.compile("/memos/"))
    number = heading(page)
    assert re.fullmatch(r"M-\d{4}-\d{4}", number)
    expect(page.get_by_text("worked out: 6 × 1,200,000,000,000 parameters")).to_be_visible()
    expect(page.get_by_text("Answers that were changed")).to_be_visible()

    for paper in ("Letter", "A4"):
        path = tmp_path / f"{paper}.pdf"
        page.pdf(path=path, format=paper)
        text = _text(path)
        for part in (number, "Question presented", "Brief answer", "Analysis", "Obligations", "Sign-off"):
            assert part in text
        assert re.search(r"\b1 ?/ ?\d", text), "pages are numbered"
        assert "Sign out" not in text


def _text(path: Path) -> str:
    reader = shutil.which("pdftotext")
    assert reader, "pdftotext is not installed: run `make test`, which installs it."
    return subprocess.run(
        [reader, "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout


def test_two_windows_lose_nothing(visit: Visit) -> None:
    page = visit("/cases/new/")
    start(page, "Two windows")
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    choose(page, "Chips")
    go_on(page)
    choose(other, "Computers")
    with other.expect_response(lambda response: response.status == 409):
        other.get_by_role("button", name="Continue", exact=True).click()
    expect(other.locator("h1")).to_have_text("This answer was changed on another page")
    expect(other.locator("main")).to_contain_text("Chips")
    expect(other.locator("main")).to_contain_text("Computers, or boards")
    other.get_by_role("button", name="Use my answer").click()
    expect(other.locator("h1")).to_have_text("What will happen to it?")
    expect(other.locator(".known")).to_contain_text("Computers, or boards")


def test_back_and_forward_show_the_last_state(visit: Visit) -> None:
    page = visit("/cases/new/")
    start(page, "Back and forward")
    choose(page, "Chips")
    go_on(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text("What is this deal about?")
    expect(page.get_by_role("radio", name=re.compile("^Chips"))).to_be_checked()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("What will happen to it?")


def test_the_catalog_answers_for_the_data_sheet(visit: Visit) -> None:
    page = visit("/cases/new/")
    start(page, "From the catalog")
    choose(page, "Chips")
    go_on(page)
    page.goto(page.url.replace("/activity/", "/tpp/"))
    page.get_by_role("link", name="Pick the product from the catalog").click()
    choose(page, "NVIDIA H200 SXM")
    go_on(page)
    page.goto(re.sub(r"/\w+/$", "/check/", page.url))
    expect(page.locator("main")).to_contain_text("15,832 TPP")
    expect(page.locator("main")).to_contain_text("from the product catalog: NVIDIA H200 SXM")


def test_a_hundred_submissions_of_one_page_make_one_memo(visit: Visit, site: str) -> None:
    page = visit("/")
    page.get_by_role("link", name=re.compile("^C-")).last.click()
    page.wait_for_url(re.compile("/result/"))
    form = page.locator("form[action$='/record/']")
    sent = {
        "csrfmiddlewaretoken": form.locator("[name=csrfmiddlewaretoken]").input_value(),
        "key": form.locator("[name=key]").input_value(),
        "seen": form.locator("[name=seen]").input_value(),
        "name": "Maya Torres",
        "declaration": "yes",
    }
    address = urllib.parse.urlsplit(site + str(form.get_attribute("action")))
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    outcomes: Counter[tuple[int, str]] = Counter()
    held = threading.Lock()

    def submit() -> None:
        for _time in range(10):
            connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
            connection.request(
                "POST",
                address.path,
                urllib.parse.urlencode(sent),
                {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies, "Referer": site},
            )
            answer = connection.getresponse()
            answer.read()
            with held:
                outcomes[answer.status, answer.headers.get("Location", "")] += 1
            connection.close()

    threads = [threading.Thread(target=submit) for _number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1, outcomes
    ((status, location), count) = outcomes.popitem()
    assert (status, count) == (302, 100)
    assert location.startswith("/memos/")


def press_to(page: Page, target: str, *, most: int = 60) -> None:
    """Tab until the focus is on what the selector names."""
    for _time in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(target) => document.activeElement.matches(target)", target):
            return
    pytest.fail(f"The keyboard does not reach {target}.")


def test_with_the_keyboard_alone(visit: Visit) -> None:
    """Tab, arrows, Space and Enter, from a new case to a recorded memo."""
    page = visit("/")
    press_to(page, "main a.button")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What shall we call this case?")
    expect(page.locator("h1")).to_be_focused()
    press_to(page, "#title")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("What is this deal about?")
    expect(page.locator("h1")).to_be_focused()
    countries = iter(["norw", "norw", "norw"])
    while not page.url.endswith("/result/"):
        fact, asked = page.url, heading(page)
        field = page.locator("main form [name=answer]").first
        kind = str(field.evaluate("(one) => one.type"))
        if kind == "radio":
            press_to(page, "[name=answer]")
            expect(field).to_be_focused()
            page.keyboard.press("Space")  # the first one; "No" is below "Yes"
            expect(field).to_be_checked()
            if any(word in fact for word in ("below_published", "part_744", "synthetic_data")):
                page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        elif kind == "select-one":
            press_to(page, "[role=combobox]")
            page.keyboard.type(next(countries))
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowUp")
            page.keyboard.press("Enter")
            expect(page.get_by_role("combobox")).to_have_value("Norway")
            press_to(page, "main form button.button")
            page.keyboard.press("Enter")
        else:
            press_to(page, "#answer")
            page.keyboard.type("09012026" if kind == "date" else "1.2e26")
            page.keyboard.press("Enter")
        expect(page.locator("h1")).not_to_have_text(asked)
        expect(page.locator("h1")).to_be_focused()
    expect(page.locator("h1")).to_contain_text("A license is required, unless you use an authorization")
    press_to(page, "#declaration", most=200)
    page.keyboard.press("Space")
    press_to(page, "#record button.button")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/memos/"))


def test_in_chinese_without_javascript(visit: Visit) -> None:
    """From a new case to a recorded memo, in one language throughout."""
    page = visit("/cases/new/", java_script_enabled=False)
    page.locator("button[value=zh-hans]").click()
    page.locator("#title").fill("莱茵韦克")
    page.locator("main form button.button").first.click()
    while not page.url.endswith("/result/"):
        before = page.url
        fact = before.rstrip("/").rsplit("/", 1)[1]
        assert re.search("[\u4e00-\u9fff]", heading(page)), fact
        if fact in {"destination", "headquarters", "ultimate_parent"}:
            page.locator("select[name=answer]").select_option(label="德国")
        elif fact == "date":
            page.locator("#answer").fill("2026-09-01")
        elif fact == "training_operations":
            page.locator("#answer").fill("１．２ｅ２６")
        else:
            answer = {
                "weights_status": "closed",
                "item": "model_weights",
                "activity": "export",
                "origin": "us",
            }
            flag = "true" if fact == "storage_compliant" else "false"
            page.locator(f"input[value={answer.get(fact, flag)}]").check()
        page.locator("main form button.button").first.click()
        page.wait_for_url(partial(ne, before))
    page.locator("#declaration").check()
    page.locator("#record button.button").click()
    page.wait_for_url(re.compile("/memos/"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    # What stays in English is marked as such: citations, names, the regulation's own words.
    left = page.evaluate(
        """() => { const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          const found = []; for (let node; (node = walker.nextNode()); ) {
            const text = node.textContent.trim();
            if (/[a-z]{4,}( [a-z]{2,}){3,}/.test(text) && !node.parentElement.closest("[lang=en], bdi, svg, pre, code"))
              found.push(text.slice(0, 80)); }
          return found; }"""
    )
    assert left == []
