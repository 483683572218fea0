"""The site as `make run` serves it, and Chromium to look at it with."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

START_SECONDS = 60
"""The server must answer within this many seconds."""

Visit = Callable[..., Page]
Look = Callable[..., Page]

Addresses = dict[str, dict[str, str]]
"""Addresses by what they show, as `tests.browser.prepared` makes them."""

AXE = (Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text("utf-8")


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    """A demonstration of its own: its address, and the addresses of what was prepared in it."""

    address: str
    prepared: Addresses


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A real server with a fresh database, the sample memos and the prepared cases."""
    data = tmp_path_factory.mktemp("site")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WIZARD_DEMO": "1",
        "WIZARD_DATA": str(data),
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout

    for command in ("migrate", "collectstatic --no-input", "setup_demo"):
        run("manage.py", *command.split())
    prepared: Addresses = json.loads(run("-m", "tests.browser.prepared"))
    port = free_port()
    log = data / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("granian")),
                *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "1", "--blocking-threads", "4", "config.wsgi:application"),
            ],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server, log)
        yield Site(address, prepared)
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def site(served: Site) -> str:
    """The site's address."""
    return served.address


@pytest.fixture(scope="session")
def prepared(served: Site) -> Addresses:
    """The addresses of what was prepared."""
    return served.prepared


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once the server answers; fails with its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/sign-in/", timeout=5)  # noqa: S310 - our own http address
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium")
    assert path, "Chromium is not installed: run `make test`, which installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


def sign_in(page: Page, role: str) -> None:
    """Signs in with one click."""
    page.goto("/sign-in/")
    page.locator(f"button[name=role][value={role}]").click()
    page.wait_for_url(re.compile(r"/$"))


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
    assert [said for complaints in used.values() for said in complaints] == []


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
