"""90 FR 4544, its dates: from when the rule applies."""

from __future__ import annotations

from rules.conditions import since
from rules.law import EFFECTIVE, provision
from rules.wording import _

IN_FORCE = provision(
    "effective_date",
    "90 FR 4544",
    _("The rule is in force"),
    _("The rule is effective from 2025-01-13. Transactions before that day are outside it."),
    since(EFFECTIVE.isoformat()),
    open_points=(
        _(
            "Compliance with most of the rule was asked only from 2025-05-15; the text applies from its effective date."
        ),
        _("A savings clause for shipments under way on 2025-05-15 was not read and is not modeled."),
    ),
)
