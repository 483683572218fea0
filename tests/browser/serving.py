"""The site as `make run` serves it, with cases prepared in it, and Chromium to look at it with."""

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
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60
"""The server must answer within this many seconds."""

Addresses = dict[str, dict[str, str]]
"""Addresses by what they show, as `tests.browser.prepared` makes them."""


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


@contextmanager
def serve(data: Path) -> Iterator[Site]:
    """A real server with a fresh database in `data`, the sample memos and the prepared cases."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "WIZARD_DEMO": "1",
        "WIZARD_DATA": str(data),
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=BASE,
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
            cwd=BASE,
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


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once the server answers; raises with its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/sign-in/", timeout=5)  # noqa: S310 - our own http address
        except urllib.error.URLError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


@contextmanager
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
