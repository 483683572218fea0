"""How many questions the interview asks on the worked cases, against the facts that each case states.

    python -m benchmarks.interview_length

Every worked case is walked from the first question, each answered as the case states it; a fact the case does not
state is answered "not sure". The facts counted against it are all those of the case that bear on items of its kind.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path

from rules import FACTS, next_question, read

CASES = Path(__file__).resolve().parent.parent / "tests" / "rules" / "worked_cases.jsonl"


def asked(facts: dict[str, object]) -> list[str]:
    """The facts the interview asks for, in order."""
    answers: dict[str, object] = {}
    while (step := next_question(read(answers))).next is not None:
        answers[step.next] = facts.get(step.next, "not_sure")
    return list(answers)


def main() -> None:
    """Print the table."""
    rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in CASES.read_text("utf-8").splitlines():
        facts = json.loads(line)["facts"]
        rows[str(facts.get("item", "not stated"))].append((len(asked(facts)), len(facts)))
    print("| item | cases | questions asked: fewest | median | most | facts stated: median |")
    print("|---|--:|--:|--:|--:|--:|")
    everything = [pair for pairs in rows.values() for pair in pairs]
    for item, pairs in [*sorted(rows.items()), ("all", everything)]:
        counts = [count for count, _stated in pairs]
        stated = statistics.median(stated for _count, stated in pairs)
        print(
            f"| {item} | {len(pairs)} | {min(counts)} | {statistics.median(counts):g} | {max(counts)} | {stated:g} |"
        )
    print(f"\nThe law weighs {len(FACTS)} facts in all.")


if __name__ == "__main__":
    main()
