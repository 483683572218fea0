"""`manage.py rotate_ledger_key`: another key signs the ledger's heads from now on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wizard.ledger import log
from wizard.ledger.heads import HeadsFileFault
from wizard.ledger.keys import KeyFault


class Command(BaseCommand):
    """Introduces the next signing key; heads signed before stay valid, because the old public key is kept."""

    help = "Lets a new key sign the ledger: the next of WIZARD_LEDGER_KEYS, else one made in WIZARD_KEY_DIR."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if the ledger or the keys are not in order; nothing has changed then."""
        try:
            entry = log.rotate()
        except (log.LedgerFault, HeadsFileFault, KeyFault, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"From ledger entry {entry.sequence} on, this key signs: {entry.object_id}")
        if entry.sequence:
            self.stdout.write(
                "The private key before it is no longer needed and may be destroyed; keep its .pub file."
            )
