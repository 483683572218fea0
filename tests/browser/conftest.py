"""The site as `make run` serves it, and Chromium to look at it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

START_SECONDS = 60
"""The server must answer within this many seconds."""

Visit = Callable[..., Page]


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration of its own: a real server, a fresh database, the sample memos."""
    data = tmp_path_factory.mktemp("site")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WIZARD_DEMO": "1",
        "WIZARD_DATA": str(data),
    }
    for command in (["migrate"], ["collectstatic", "--no-input"], ["setup_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
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
        yield address
    finally:
        server.terminate()
        server.wait(20)


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
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if role:
            page.goto("/sign-in/")
            page.locator(f"button[name=role][value={role}]").click()
            page.wait_for_url(f"{site}/")
        page.goto(path)
        return page

    yield visit
    for context in opened:
        context.close()
    expected = ["status of 422"]  # Chromium reports every answer of this kind, meant or not
    if request.node.get_closest_marker("breaks_the_connection"):
        expected += ["ERR_FAILED", "htmx:sendError", "htmx:afterRequest"]
    assert [said for said in complaints if not any(part in said for part in expected)] == []
