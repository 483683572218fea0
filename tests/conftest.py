"""What tests of every part may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test starts in English, whatever language the one before left active."""
    with translation.override("en"):
        yield
