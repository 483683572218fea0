"""What commands read from their command line."""

import argparse
import datetime


def day(written: str) -> datetime.date:
    """A day as it is written in records: 2026-07-10."""
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no date: write it as 2026-07-10") from None
