"""`manage.py make_memos`: as many made-up memos as it takes to see how the wizard does with them."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard import archive


class Command(BaseCommand):
    """Enters made-up memos with their cases, answers and reviews into a demonstration's record."""

    help = "Makes NUMBER made-up memos of the last five years. Only with WIZARD_DEMO=1, and with nobody else at work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, metavar="NUMBER")
        parser.add_argument("--seed", type=int, default=1, help="another seed makes other memos")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError outside a demonstration: nothing takes a memo out of a record again."""
        if not settings.DEMO:
            raise CommandError("Made-up memos are made only with WIZARD_DEMO=1.")
        started = time.monotonic()
        for done in archive.fill(options["number"], options["seed"]):
            seconds = time.monotonic() - started
            self.stdout.write(
                f"{done.memos:,} memos and {done.acts:,} acts of review in {seconds:.0f} s "
                f"({done.memos / seconds:,.0f} memos a second)"
            )
            self.stdout.flush()
