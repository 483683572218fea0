"""`manage.py back_up DIRECTORY`: the database, the keys and the file of heads in a new directory."""

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wizard.backup import back_up


class Command(BaseCommand):
    """Copies what must be kept together, while the application works."""

    help = "Copies the database, the keys and the file of heads into a new directory that only its owner may read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if the copy is not whole."""
        try:
            back_up(options["directory"])
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
            raise CommandError(f"Nothing to rely on was made: {error}") from error
        self.stdout.write(
            f"Backed up into {options['directory']}. It holds private keys: keep it where no other can read."
        )
