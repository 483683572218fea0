"""Numbers as pages show them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def grouped(number: int) -> str:
    """A count, in groups of three digits: 1,000,000."""
    return f"{number:,}"
