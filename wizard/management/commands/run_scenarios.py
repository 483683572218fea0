"""`manage.py run_scenarios`: whether the law as encoded gives what the kept scenarios expect."""

import argparse
import datetime
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard.desk import scenarios


class Command(BaseCommand):
    """Tries every scenario and lists what does not hold."""

    help = "Tries every scenario that lawyers keep. Exit status 1 if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day."""
        parser.add_argument(
            "--day",
            type=_day,
            metavar="DATE",
            help="as if each transaction took place on this day (default: each on its own date)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, whose exit status is 1, after listing what does not hold."""
        tried = [scenarios.attempt(version, options["day"]) for version in scenarios.newest()]
        failing = [one for one in tried if not one.holds]
        for one in failing:
            reasons = [f"{name}: {message}" for name, message in one.refused]
            reasons += [
                f"{failure.name}: {json.dumps(failure.given)}, not {json.dumps(failure.expected)}"
                for failure in one.failures
            ]
            self.stdout.write(f"{one.version.scenario.name} {one.version.title} | {'; '.join(reasons)}")
        self.stdout.write(f"{len(tried) - len(failing)} of {len(tried)} scenarios hold")
        if failing:
            raise CommandError(f"{len(failing)} scenarios do not hold.")


def _day(written: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no date: write it as 2026-07-10") from None
