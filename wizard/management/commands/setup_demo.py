"""`manage.py setup_demo`: the accounts and sample memos of a demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wizard.accounts import make_demo_accounts
from wizard.samples import make_samples


class Command(BaseCommand):
    """Makes the demo accounts and the sample memos; running it again adds nothing twice."""

    help = "Makes the demo accounts and sample memos. Only with WIZARD_DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError outside a demonstration: the demo accounts open without a password."""
        if not settings.DEMO:
            raise CommandError("Demo accounts are made only with WIZARD_DEMO=1.")
        make_demo_accounts()
        make_samples()
