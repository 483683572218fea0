"""The site and the browser of these tests: one of each for the whole session."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser import serving
from tests.browser.serving import Addresses, Site, sign_in

Visit = Callable[..., Page]
Look = Callable[..., Page]

AXE = (Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text("utf-8")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration of its own."""
    with serving.serve(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def site(served: Site) -> str:
    """The site's address."""
    return served.address


@pytest.fixture(scope="session")
def prepared(served: Site) -> Addresses:
    """The addresses of what was prepared."""
    return served.prepared


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with serving.chromium() as browser:
        yield browser


def note(complaints: list[str], page: Page) -> None:
    """Notes what the browser complains about, such as a breach of the content security policy."""

    def heard(said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            complaints.append(said.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, site: str) -> Iterator[Callable[[str | None], tuple[Page, list[str]]]]:
    """One page for each role, kept for the whole session, with axe in it; and what its browser complained about."""
    pages: dict[str | None, tuple[Page, list[str]]] = {}

    def page_of(role: str | None) -> tuple[Page, list[str]]:
        if role not in pages:
            context = chromium.new_context(base_url=site, reduced_motion="reduce")
            context.add_init_script(AXE)
            page = context.new_page()
            complaints: list[str] = []
            note(complaints, page)
            if role:
                sign_in(page, role)
            pages[role] = page, complaints
        return pages[role]

    yield page_of
    for page, _complaints in pages.values():
        page.context.close()


@pytest.fixture
def look(signed_in: Callable[[str | None], tuple[Page, list[str]]]) -> Iterator[Look]:
    """Opens an address as `role` in a language, in the browser that is signed in already: for looking, not for doing.

    A complaint of the browser fails the test.
    """
    used: dict[str | None, list[str]] = {}

    def look(address: str, role: str | None = "sales", language: str = "en") -> Page:
        page, complaints = signed_in(role)
        if role not in used:
            complaints.clear()
            used[role] = complaints
        url = page.url if page.url.startswith("http") else "http://127.0.0.1/"
        host = urllib.parse.urlsplit(url).hostname
        page.context.add_cookies(
            [{"name": "django_language", "value": language, "domain": str(host), "path": "/"}]
        )
        page.goto(address)
        return page

    yield look
    # A link that no longer opens anything is answered 410, which Chromium reports.
    assert [said for heard in used.values() for said in heard if "status of 410" not in said] == []


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser, site: str) -> Iterator[Visit]:
    """Opens a page of the site in a browser of its own, signed in as `role` unless that is None.

    Whatever else is named (`viewport`, `color_scheme`, `java_script_enabled`, ...) is given to the browser. A message
    on the browser's console, such as a breach of the content security policy, fails the test.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(path: str = "/", role: str | None = "sales", **options: Any) -> Page:
        context = chromium.new_context(base_url=site, **options)
        opened.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        note(complaints, page)
        if role:
            sign_in(page, role)
        if role is None or path != "/":
            page.goto(path)
        return page

    yield visit
    for context in opened:
        context.close()
    expected = ["status of 422"]  # Chromium reports every answer of this kind, meant or not
    if request.node.get_closest_marker("breaks_the_connection"):
        expected += ["ERR_FAILED", "htmx:sendError", "htmx:afterRequest"]
    assert [said for said in complaints if not any(part in said for part in expected)] == []
