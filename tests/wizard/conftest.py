"""What every test of the pages needs: people of each role, and browsers that are signed in as them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from tests.factories import UserFactory
from tests.wizard import ledger_copies
from tests.wizard.ledger_copies import Installation
from wizard.accounts import Role

SignIn = Callable[[User], Client]


@pytest.fixture
def sales(db: None) -> User:
    """A salesperson."""
    return UserFactory.create()


@pytest.fixture
def stranger(db: None) -> User:
    """Another salesperson, with no part in the first one's cases."""
    return UserFactory.create()


@pytest.fixture
def legal(db: None) -> User:
    """Someone of the legal desk."""
    return UserFactory.create(role=Role.LEGAL)


@pytest.fixture
def sign_in() -> SignIn:
    """Opens a browser signed in as someone."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.headings: list[str] = []
        self.fields: dict[str, str] = {}
        self.checked: list[tuple[str, str]] = []
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "h1":
            self.headings.append("")
        if tag == "input" and found.get("type") in ("hidden", "text", "date", ""):
            self.fields[found.get("name", "")] = found.get("value", "")
        if (tag == "input" and "checked" in found) or (tag == "option" and "selected" in found):
            self.checked.append((found.get("name", ""), found.get("value", "")))
        if tag not in ("input", "meta", "link", "br"):
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self.title += data
        if "h1" in self._in:
            self.headings[-1] += data.strip()


class Answered(Protocol):
    """A response, as far as a reader of its page cares."""

    @property
    def content(self) -> bytes: ...


def page(response: Answered) -> _Page:
    """What a page says: its title, its headings, its fields and what is chosen in it."""
    parsed = _Page()
    parsed.feed(response.content.decode())
    return parsed


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with memos in its ledger, made once."""
    made = ledger_copies.make(tmp_path_factory.mktemp("original") / "data", f"original_{uuid.uuid4().hex}")
    yield made
    made.drop()


@pytest.fixture
def installation(
    original: Installation, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Installation]:
    """A copy of that installation, whose keys and heads the settings of this test name."""
    copy = original.copy(tmp_path / "data", f"copy_{uuid.uuid4().hex}")
    settings.WIZARD_KEY_DIR = copy.key_dir
    settings.WIZARD_HEADS_FILE = copy.heads_file
    with django_db_blocker.unblock():
        yield copy
    copy.drop()
