"""Where a memo stands at the desk, as far as its acts of review prove it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wizard.desk import acts
from wizard.desk.models import Docket, ReviewAct
from wizard.ledger import audit
from wizard.models import Memo


@dataclass(frozen=True)
class Standing:
    """A memo's row in the docket, its acts, and which of these are in the ledger as they stand here.

    `agree` says whether the row says what they say; else its state is not to be believed.
    """

    row: Docket | None
    done: Sequence[ReviewAct]
    entered: Collection[str]
    agree: bool

    @property
    def approval(self) -> ReviewAct | None:
        """The act by which the memo is approved, if that is proven and stands."""
        if not self.agree or self.row is None or self.row.state != Docket.State.APPROVED:
            return None
        # Not one that was added after the row was read.
        read = [act for act in self.done if act.number <= self.row.acts]
        return [act for act in read if act.kind == ReviewAct.Kind.APPROVED][-1]


def standing(memo: Memo) -> Standing:
    """Where this memo stands now."""
    row = Docket.objects.select_related("assignee", "owner", "author").filter(memo=memo).first()
    done = list(ReviewAct.objects.filter(memo=memo).select_related("by").order_by("number"))
    entered = audit.entered(done)
    return Standing(row, done, entered, row is not None and acts.agree(row, memo, done, entered))
