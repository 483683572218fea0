"""`manage.py redetermine`: every live memo decided again, on its own date or as of a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from wizard.desk import redetermination
from wizard.management.arguments import day
from wizard.models import Redetermination


class Command(BaseCommand):
    """Begins a run and carries it through; or, with --pending, carries on the runs that nobody is working on."""

    help = (
        "Decides every live memo again and lists which decisions flip. Killed, it goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which run."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--day",
            type=day,
            metavar="DATE",
            help="as if each transaction took place on this day (default: today)",
        )
        which.add_argument(
            "--own-dates", action="store_true", help="each on its own date, after a correction of the law"
        )
        which.add_argument(
            "--pending", action="store_true", help="begin nothing: carry on the runs that have stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One line as each run ends; who is not finished is carried on by the next `--pending`."""
        if not options["pending"]:
            as_of = None if options["own_dates"] else options["day"] or timezone.localdate()
            self.finish(redetermination.begin(None, as_of))
            return
        while (run := redetermination.waiting().first()) is not None:
            self.finish(run)

    def finish(self, run: Redetermination) -> None:
        """Carry one run through."""
        for after in redetermination.carry_on(run):
            run = after
        if not run.finished:
            return  # another worker has it
        when = f"as of {run.day}" if run.day else "each on its own date"
        self.stdout.write(
            f"{run.done} memos decided again, {when}: {run.flipped} decisions flip, {run.differing} differ "
            f"otherwise, {run.refused} could not be decided, {run.alike} come out as they were."
        )
