"""Mail to people: plain text, in the reader's language. A letter that cannot be sent is reported, never an error."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

LOGGER = logging.getLogger(__name__)


def send(letter: str, to: str, language: str, words: Mapping[str, Any]) -> bool:
    """Send the letter of this name to one address: its first line is the subject. Whether it was handed over."""
    with translation.override(language):
        subject, _line, body = (
            render_to_string(f"wizard/letters/{letter}.txt", dict(words)).strip().partition("\n")
        )
    try:
        return send_mail(subject.strip(), body.strip() + "\n", None, [to]) == 1
    except OSError:  # what mail servers answer is among these
        LOGGER.exception("The letter %r could not be sent.", letter)
        return False
