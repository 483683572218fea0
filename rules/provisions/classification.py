"""Which entry of the Commerce Control List an item falls in once its performance is looked at (supp. 1 to 774)."""

from __future__ import annotations

from rules.conditions import Condition, all_of, is_, not_
from rules.facts import ENTRIES
from rules.law import Ordered
from rules.provisions.eccn_3a090 import BRANCH_A, BRANCH_B, HIGH_BANDWIDTH_MEMORY
from rules.provisions.eccn_4e091 import CONTROLLED_WEIGHTS
from rules.provisions.effective_date import IN_FORCE
from rules.provisions.items import WEIGHTS

NONE = "none"
CONTROLLED_MODEL = all_of(WEIGHTS, CONTROLLED_WEIGHTS)


def _name(entry: str, branch: str) -> str:
    """How an entry is written for branch `a` or `b`."""
    if entry in ("3A090", "4A090"):
        return f"{entry}.{branch}"
    if entry in ENTRIES["software"] + ENTRIES["technology"] and entry not in ("5D002", "5D992"):
        return f"{entry} (for .{branch})"
    return f"{entry}.z"


def _names() -> tuple[tuple[Condition, str], ...]:
    entries = dict.fromkeys(entry for kind in ENTRIES.values() for entry in kind)
    return tuple(
        (all_of(branch, is_("entry", entry)), _name(entry, letter))
        for entry in entries
        for letter, branch in (("a", BRANCH_A), ("b", BRANCH_B))
    )


CLASSIFICATION: Ordered[str | None] = Ordered(
    (
        (not_(IN_FORCE), None),
        (CONTROLLED_MODEL, "4E091"),
        (HIGH_BANDWIDTH_MEMORY, "3A090.c"),
        *_names(),
    ),
    otherwise=NONE,
)
