"""`manage.py verify_ledger`: whether everything in the ledger is as it was signed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wizard.ledger.audit import audit

SHOWN = 200
"""Faults that are listed one by one."""


class Command(BaseCommand):
    """Checks the ledger, the records in it, its signatures and its file of heads."""

    help = "Checks every memo, review, ledger entry, signed head and table trigger. Exit status 1 if anything is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, whose exit status is 1, after listing what is wrong and where."""
        report = audit()
        counted = ", ".join(f"{number} {kind}" for kind, number in sorted(report.kinds.items()))
        self.stdout.write(f"Ledger   {report.origin or 'empty'}")
        self.stdout.write(f"Entries  {report.size}{f' ({counted})' if counted else ''}")
        self.stdout.write(f"Root     {report.root}")
        for fault in report.faults[:SHOWN]:
            self.stdout.write(self.style.ERROR(str(fault)))
        if len(report.faults) > SHOWN:
            self.stdout.write(f"... and {len(report.faults) - SHOWN} more")
        if report.faults:
            raise CommandError(f"{len(report.faults)} faults. Do not rely on the records named above.")
        self.stdout.write(
            "Everything agrees: records, entries, tree, signatures, the file of heads, triggers, queue, retention."
        )
