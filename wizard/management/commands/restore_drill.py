"""`manage.py restore_drill DIRECTORY`: whether a backup made now can be restored, with every hash right."""

import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard.backup import drill


class Command(BaseCommand):
    """Backs up, restores into an empty place and verifies everything there. Run it every week, and believe no backup
    that it has not shown to work."""

    help = "Backs up into DIRECTORY/backup, restores into DIRECTORY/restored and runs verify_ledger there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, whose exit status is 1, if the restored copy is not whole and right."""
        started = time.monotonic()
        try:
            found = drill(options["directory"])
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
            raise CommandError(f"The drill failed: {error}") from error
        self.stdout.write(found.said)
        if not found.passed:
            raise CommandError("The restored copy does not pass. Do not rely on this backup.")
        self.stdout.write(
            f"Restored and verified: {found.memos} memos, {found.size} ledger entries, in "
            f"{time.monotonic() - started:.0f} s. Recorded after the copy was taken: {found.newer} entries."
        )
