"""`manage.py rebuild_docket`: the desk's queue and what it is searched by, made anew from the sealed records."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from wizard.desk import acts, retention, search
from wizard.models import Case, Docket, Memo, Retention, RetentionEvent

BATCH = 500


class Command(BaseCommand):
    """Puts every row of the docket right, and says how many were not; running it again changes nothing."""

    help = "Makes the desk's queue anew from the sealed memos and acts of review."

    def handle(self, *args: Any, **options: Any) -> None:
        """Each memo in a short transaction of its own, so that the desk can go on working."""
        mended = 0
        for pk in Memo.objects.order_by("pk").values_list("pk", flat=True).iterator(BATCH):
            mended += self.mend(Memo.objects.select_related("author", "case__owner").get(pk=pk))
        for pk in RetentionEvent.objects.order_by("case_id").values_list("case_id", flat=True).distinct():
            mended += self.mend_retention(pk)
        mended += Retention.objects.filter(case__retention_events=None).delete()[0]
        search.rebuild()
        self.stdout.write(f"{mended} rows of the docket were not as the sealed records say; now they are.")

    @staticmethod
    @transaction.atomic
    def mend(memo: Memo) -> bool:
        """Put one memo's row right; whether it was wrong."""
        Case.objects.select_for_update().get(pk=memo.case_id)
        search.index(memo)
        right = acts.derived(memo)
        columns = [field.attname for field in Docket._meta.concrete_fields]
        kept = Docket.objects.filter(memo=memo).values(*columns).first()
        if kept == {name: getattr(right, name) for name in columns}:
            return False
        right.save(force_insert=kept is None, force_update=kept is not None)
        return True

    @staticmethod
    @transaction.atomic
    def mend_retention(pk: int) -> bool:
        """Put right how long one case's memos are kept; whether it was wrong."""
        case = Case.objects.select_for_update().get(pk=pk)
        right = retention.derived(retention.of(case))
        if Retention.objects.filter(case=case).values(*right).first() == right:
            return False
        Retention.objects.update_or_create(case=case, defaults=right)
        return True
