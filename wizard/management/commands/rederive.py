"""`manage.py rederive`: whether every memo's determination follows from its answers, byte for byte."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wizard.desk.rederivation import BATCH, LIKE, UNEXPLAINED, rederived
from wizard.models import Memo


class Command(BaseCommand):
    """Derives the determination of every memo anew from its sealed answers and compares the bytes."""

    help = "Derives every memo anew from its answers; says of each that differs exactly why."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, whose exit status is 1, if a memo is damaged or differs with no change to explain it."""
        count, like, unexplained = 0, 0, 0
        rows = Memo.objects.order_by("pk").values_list("canonical", "sha256")
        for canonical, sha256 in rows.iterator(BATCH):
            found = rederived(canonical, sha256)
            count += 1
            like += found.kind == LIKE
            unexplained += found.kind == UNEXPLAINED
            if found.kind != LIKE:
                self.stdout.write(f"{found.number}: " + "; ".join(found.reasons))
        self.stdout.write(
            f"{like} of {count} memos give the same determination, byte for byte, by revision {settings.REVISION}."
        )
        if unexplained:
            raise CommandError(f"{unexplained} memos differ without the law or the code having changed.")
