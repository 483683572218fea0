"""`python -m rules verify`: what must hold of the law, proven over the whole space of transactions.

The law of all dates is a finite function: facts fall into classes that every test treats alike, and a test that weighs
several numbers counts as one more answer. `space` proves the diagram equal to the trees for every combination; `graph`
is the interview itself, place by place; `exactness`, `questions`,
`outcomes`, `thresholds` and `stability` say what is proven of both.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rules.verification import exactness, outcomes, questions, stability, thresholds
from rules.verification.proof import Proof
from rules.verification.subject import Law, the_law

__all__ = ["Finding", "Law", "report", "table", "the_law", "verify"]

CLAIMS = {
    1: "Exact under incomplete facts",
    2: "No idle question",
    3: "Order does not matter",
    4: "Total",
    5: "Traced",
    6: "Both sides of every threshold and date",
    7: "Stable",
}

PROOFS: tuple[tuple[int, Callable[[Law], Iterator[Proof]]], ...] = (
    (1, exactness.whole_space),
    (1, exactness.periods_joined),
    (1, exactness.classes),
    (1, exactness.branches_agree),
    (1, exactness.together),
    (1, lambda law: exactness.incomplete(law, graphs=20)),
    (2, questions.no_idle_question),
    (2, lambda law: questions.not_sure(law, interviews=25)),
    (3, questions.order),
    (3, lambda law: questions.any_order(law, transactions=20)),
    (4, outcomes.total),
    (5, outcomes.traced),
    (6, thresholds.both_sides),
    (7, stability.stable),
)


@dataclass(frozen=True)
class Finding:
    """One line of the table: a point, what was covered, how many, in how long, and the faults."""

    point: int
    covered: str
    count: int
    seconds: float
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether no fault was found, and something was looked at."""
        return not self.faults and self.count > 0


def verify(law: Law | None = None) -> Iterator[Finding]:
    """Proves every point, one finding after another."""
    law = law or the_law()
    for point, prove in PROOFS:
        before = time.perf_counter()
        for proof in prove(law):
            seconds = time.perf_counter() - before
            yield Finding(point, proof.covered, proof.count, seconds, tuple(proof.faults))
            before = time.perf_counter()


def said(count: int) -> str:
    """A count as the table shows it."""
    return f"{count:,}" if count < 10**12 else f"{count:.3e}"


def report() -> int:
    """Proves every point and writes the table as it goes; the exit status."""
    failed = False

    def watched() -> Iterator[Finding]:
        nonlocal failed
        for finding in verify():
            failed |= not finding.holds
            yield finding

    before = time.perf_counter()
    for line in table(watched()):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    verdict = "Something does not hold" if failed else "Everything holds"
    sys.stdout.write(f"\n{verdict}. {time.perf_counter() - before:.0f} s\n")
    return 1 if failed else 0


def table(findings: Iterator[Finding]) -> Iterator[str]:
    """The findings as lines of a table, with the faults below each."""
    shown = 0
    for finding in findings:
        if finding.point != shown:
            shown = finding.point
            yield f"\n{shown}. {CLAIMS[shown]}"
        verdict = "holds" if finding.holds else "FAILS"
        yield f"   {verdict}  {said(finding.count):>12}  {finding.seconds:6.1f} s  {finding.covered}"
        for fault in finding.faults[:5]:
            yield f"          - {fault}"
        if len(finding.faults) > 5:
            yield f"          - and {len(finding.faults) - 5:,} more"
