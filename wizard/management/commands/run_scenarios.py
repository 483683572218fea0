"""`manage.py run_scenarios`: whether the law as encoded gives what the kept scenarios expect."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard.desk import scenarios
from wizard.management.arguments import day


class Command(BaseCommand):
    """Tries every scenario and lists what does not hold."""

    help = "Tries every scenario that lawyers keep. Exit status 1 if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day."""
        parser.add_argument(
            "--day",
            type=day,
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
