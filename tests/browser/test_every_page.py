"""What holds on every page there is: found by axe, fits the narrowest screen, says what it is, keeps nothing.

The pages come from the addresses of the site, so that a new page without a check fails; the questions from the law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, Look, Visit
from tests.browser.serving import Addresses

DESK, PHONE = 1280, 360
TWICE, NARROWEST = 640, 320
"""1280 pixels at 200 percent and, as WCAG 2.2's reflow has it, at 400 percent."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe looks for; the size of targets is among wcag22aa, and off unless it is named."""

PAGES: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "login": (None, ("/sign-in/", "/sign-in/?next=/cases/new/")),
    "password_change": ("sales", ("/password/",)),
    "password_change_done": ("sales", ("/password/changed/",)),
    "home": ("sales", ("/",)),
    "cases": ("sales", ("/cases/",)),
    "start": ("sales", ("/cases/new/",)),
    "product": ("sales", ("{empty}product/", "{chip}product/")),
    "check": ("sales", ("{case}check/", "{empty}check/")),
    "question": ("sales", ("{case}destination/?back=check", "{chip}tpp/")),
    "estimate": (
        "sales",
        (
            "{empty}training_operations/estimate/parameters/?parameters=1.2e12&tokens=2e13",
            "{chip}lpp_tpp_received_this_year/estimate/chips/?tpp1=15824&count1=500",
            "{chip}exceeds_country_allocation/estimate/allocation/?counted=0&tpp=15824&units=8",
        ),
    ),
    "result": ("sales", ("{case}result/",)),
    "drawing": ("sales", ("{case}path/",)),
    "what_if": ("sales", ("{case}what-if/",)),
    "ask": ("sales", ("{chip}tpp/ask/", "{case}destination/ask/")),
    "colleague": (None, ("{asked}", "{asked_choice}", "{withdrawn}")),
    "colleague_done": (None, ()),  # by answering, below
    "memo": ("sales", ("{memo}", "{older}")),
    "review": ("legal", ("{memo}review/",)),
    "memo_drawing": ("sales", ("{memo}path/",)),
    "memo_retention": ("legal", ("{memo}retention/",)),
    "dashboard": ("legal", ("/desk/dashboard/",)),
    "export": ("legal", ("/desk/export/",)),
    "export_taken": ("legal", ("{export}",)),
    "law": ("legal", ("/law/",)),
    "provision": ("legal", ("/law/provisions/s740_29/",)),
    "law_changes": ("legal", ("/law/changes/",)),
    "compare_memos": ("legal", ("/law/memos/", "/law/memos/?one=M-2026-0001&other=M-2026-0002")),
    "compare_dates": ("legal", ("{dates}",)),
    "redeterminations": ("legal", ("/law/redeterminations/",)),
    "redetermination": ("legal", ("{run}",)),
    "redetermined": ("legal", ("{redetermined}",)),
    "scenarios": ("legal", ("/scenarios/",)),
    "scenarios_in": ("legal", ("/scenarios/in/",)),
    "scenario": ("legal", ("{scenario}",)),
    "retention_report": ("legal", ("/desk/retention/",)),
    "verify": (None, ("/verify/", "/verify/?code=7Q4D-2K5A-XM3C-ABCD")),
    "glossary": ("sales", ("/glossary/",)),
}
"""Who sees the page of each name, and where: every question and every outcome are looked at besides."""

MORE = (("legal", "/"), ("administrator", "/"), ("legal", "{memo}"), ("legal", "{case}result/"))
"""Pages that other roles see differently."""

NO_PAGES = {
    "demo_sign_in": "answers a form",
    "logout": "answers a form",
    "set_language": "answers a form",
    "record": "answers a form, and shows its errors on the result's page",
    "case": "leads on to a question or to the result",
    "said": "a part of a page",
    "withdraw": "answers a form",
    **dict.fromkeys(("assign_many", "keep_view", "drop_view", "comment", "assign"), "answers a form"),
    **dict.fromkeys(("carry_over", "scenario_from_case", "scenario_from_memo"), "answers a form"),
    "redetermination_progress": "a part of a page",
    "scenarios_out": "a file",
    **dict.fromkeys(("send_back", "approve"), "answers a form, and shows its errors on the review's page"),
    "export_file": "a file",
    "memo_json": "a file",
    "memo_pdf": "a file",
    "memo_word": "a file",
    "memo_proof": "a file",
    "checkpoint": "a file",
    "consistency": "a file",
}
"""Addresses that show no page of their own, and why."""

PARTS = 3
"""Into which many pages are parted, so that tests that run side by side end together."""

LANGUAGES = {"en": "en", "zh-hans": "zh-Hans"}


def names(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    """The names of all addresses but those of Django's own administration."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from names(pattern.url_patterns)
        else:
            yield str(pattern.name)


def kinds(prepared: Addresses) -> list[tuple[str | None, str]]:
    """One page of each kind, with who sees it."""
    listed = [(role, address) for role, addresses in PAGES.values() for address in addresses]
    return [(role, address.format(**prepared["pages"])) for role, address in [*listed, *MORE]]


ALIKE = ".law-drawing > g:nth-of-type(n+30), tbody tr:nth-child(n+12)"
"""Lines of a drawing and rows of a table after many like them: axe takes seconds for them and finds what it found."""


def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it is shown: by all that it knows, or by these `rules`."""
    options = {
        "runOnly": rules or RULES,
        "rules": {} if rules else {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    found: list[str] = page.evaluate(
        """([exclude, options]) => axe.run({ exclude }, options).then(({ violations }) => violations.map((rule) =>
            `${rule.id}: ${rule.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`))""",
        [[ALIKE], options],
    )
    return found


SHAPE = """() => {
  const { scrollWidth } = document.documentElement;
  const wrong = [];
  const none = (what, selector) => {
    for (const one of document.querySelectorAll(selector)) wrong.push(`${what}: ${one.outerHTML.slice(0, 120)}`);
  };
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (scrollWidth > window.innerWidth) wrong.push(`${scrollWidth} px wide`);
  none("a link that leads nowhere", "a:not([href])");
  none("a script or a style in the page", "script:not([src]), style, [style], [onclick], [onchange]");
  none("a control that is none", "[role=button]:not(button)");
  none("an order of its own", "[tabindex]:not([tabindex='0'], [tabindex='-1'])");
  return wrong;
}"""
"""What must hold of a page's form at any width."""


def faults(page: Page, language: str, looked_at: tuple[int, ...] = (DESK, PHONE)) -> list[str]:
    """What is wrong with the page that is open: at the widths where axe has `looked_at` it, those of a desk and of a
    phone; in English, whose words are longer, at 200 and at 400 percent too.
    """
    found = []
    if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
        found.append("another language")
    if not re.fullmatch(r"[^–]*[^–\s]+.* – \S.*", page.title()):
        found.append(f"title {page.title()!r}")
    for width in (DESK, TWICE, NARROWEST, PHONE) if language == "en" else looked_at:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width} px: {fault}" for fault in page.evaluate(SHAPE)]
        if width in looked_at:
            found += [f"{width} px: {fault}" for fault in axe(page)]
    if page.evaluate("localStorage.length + sessionStorage.length"):
        found.append("something is kept in the browser")
    return found


def sound(page: Page, language: str = "en") -> None:
    """Nothing is wrong with the page that is open; it has the size that it had."""
    size = page.viewport_size
    assert size is not None
    page.evaluate(AXE)
    assert faults(page, language) == [], page.url
    page.set_viewport_size(size)


def test_every_address_is_looked_at_or_no_page() -> None:
    assert set(names(get_resolver().url_patterns)) == PAGES.keys() | NO_PAGES.keys()
    assert not PAGES.keys() & NO_PAGES.keys()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_of_each_kind(look: Look, prepared: Addresses, language: str, part: int) -> None:
    found = {}
    for role, address in kinds(prepared)[part::PARTS]:
        page = look(address, role, language)
        found[address] = faults(page, language, (DESK, PHONE) if language == "en" else (PHONE,))
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_thanks_for_an_answer_by_a_link(visit: Visit, prepared: Addresses) -> None:
    page = visit(prepared["pages"]["answered"], role=None)
    page.evaluate(AXE)
    page.locator("#name").fill("Ada Example")
    page.locator("#answer").fill("4,800")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks/")
    assert faults(page, "en") == []


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question(look: Look, prepared: Addresses, language: str, part: int) -> None:
    found = {}
    for name, address in [*prepared["questions"].items()][part::PARTS]:
        page = look(address, language=language)
        found[name] = faults(page, language)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome(look: Look, prepared: Addresses, language: str) -> None:
    found = {}
    for code, address in prepared["results"].items():
        found[code] = faults(look(address, language=language), language)
    assert {code: wrong for code, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("part", [0, 1])
def test_dark_and_in_the_readers_own_colors(look: Look, prepared: Addresses, part: int) -> None:
    """What is read is as plain in the dark; nothing is lost or too small where the reader's own colors stand."""
    found = {}
    for role, address in kinds(prepared)[part::2]:
        page = look(address, role)
        page.set_viewport_size({"width": DESK, "height": 900})
        page.emulate_media(color_scheme="dark")
        found[address] = axe(page, "color-contrast", "link-in-text-block")
        page.emulate_media(color_scheme="light", forced_colors="active")
        found[address] += axe(page, "target-size", "button-name", "link-name", "svg-img-alt", "role-img-alt")
        page.emulate_media(forced_colors="none")
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


FEWER = """(header) => {
  if (!header) document.getElementById("main").focus();
  const more = "li.choice:nth-child(n+4), tbody tr:nth-child(n+3)";
  document.querySelectorAll(`main :is(${more})`).forEach((one) => one.remove());
}"""
"""Leaves of what is alike on the page the first few; the header to the first page."""

FOCUS = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  if (one === document.body) return null;
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return outlined && box.bottom > 0 && box.top < window.innerHeight ? "" : one.outerHTML.slice(0, 160);
}"""
"""The control that has the focus and does not show it; "" where it does, null at the page's end."""


@pytest.mark.parametrize("part", [0, 1])
def test_the_focus_is_seen_on_every_control(look: Look, prepared: Addresses, part: int) -> None:
    """Tab reaches every control, and each shows that it has the focus."""
    unseen: dict[str, list[str]] = {}
    for number, (role, address) in enumerate(kinds(prepared)[part::2]):
        page = look(address, role)
        page.set_viewport_size({"width": DESK, "height": 900})
        page.evaluate(FEWER, number == 0)
        unseen[address] = []
        for _time in range(60):
            page.keyboard.press("Tab")
            seen = page.evaluate(FOCUS)
            if seen is None:
                break
            if seen:
                unseen[address].append(seen)
    assert {address: wrong for address, wrong in unseen.items() if wrong} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_there(visit: Visit, language: str) -> None:
    page = visit("/")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    answer = page.request.get("/nothing-here/")
    assert answer.status == 404
    page.set_content(answer.text())
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[language])
