"""How long exact reasoning takes, complete or not, against how many facts are unknown.

    python -m benchmarks.reasoning [TRANSACTIONS]

Transactions are the worked cases and random complete ones, in turn, with a fixed seed; each fact is then dropped with
a given probability, or answered "not sure". Every transaction is read once; then `next_question` and `determine` are
timed for it in several rounds, in processor time. The quantiles are of each transaction's quickest round, which other
work on the machine disturbs least; beside the median stand those of the quickest and the slowest whole round. What is
timed is checked as well: the decision of the whole transaction must be among the possible ones, and the next question
must be the first of the missing facts that can be asked.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rules import Determination, Facts, determine, next_question, read
from tests.rules import sampling

CASES = Path(__file__).resolve().parent.parent / "tests" / "rules" / "worked_cases.jsonl"
SEED, ROUNDS = 4544, 5
Whole = dict[str, object]


def transactions(number: int) -> list[Whole]:
    """Complete transactions: the worked cases and random ones in turn."""
    rng = random.Random(SEED)
    cases = [json.loads(line)["facts"] for line in CASES.read_text("utf-8").splitlines()]
    return [rng.choice(cases) if one % 2 else sampling.random_complete(rng) for one in range(number)]


def dropped(wholes: list[Whole], share: float, not_sure: float) -> list[tuple[Whole, Facts]]:
    """Each transaction with its facts unknown with probability `share`, `not_sure` of these answered so."""
    rng = random.Random(SEED + 1)
    found = []
    for whole in wholes:
        known = {
            name: value
            if (draw := rng.random()) >= share
            else "not_sure"
            if draw < share * not_sure
            else None
            for name, value in whole.items()
        }
        found.append((whole, read(known)))
    return found


def interviewed(wholes: list[Whole]) -> list[tuple[Whole, Facts]]:
    """A state of each transaction's interview: what has been asked for up to some question."""
    rng = random.Random(SEED + 2)
    found = []
    for whole in wholes:
        states: list[Whole] = [{}]
        while (step := next_question(read(states[-1]))).next is not None:
            states.append({**states[-1], step.next: whole.get(step.next, "not_sure")})
        found.append((whole, read(rng.choice(states))))
    return found


def milliseconds(call: Callable[[Facts], object], states: list[tuple[Whole, Facts]]) -> list[float]:
    """The time of each call."""
    times = []
    for _whole, facts in states:
        before = time.process_time()
        call(facts)
        times.append(1000 * (time.process_time() - before))
    return times


def check(states: list[tuple[Whole, Facts]], decisions: Mapping[int, Determination]) -> None:
    """The answers that are timed are right."""
    for whole, facts in states:
        step, found, wanted = next_question(facts), determine(facts), decisions[id(whole)]
        if wanted.outcome != "undetermined":  # a worked case may state too little
            assert wanted.outcome in (found.possible_outcomes or (found.outcome,)), facts
        askable = [fact for fact in found.missing if fact not in facts.not_sure]
        assert step.next == (askable[0] if askable else None), facts


def rows(number: int) -> Iterator[str]:
    """The lines of the table."""
    wholes = transactions(number)
    kinds = {
        "complete": dropped(wholes, 0, 0),
        "1 of 10 unknown": dropped(wholes, 0.1, 0),
        "3 of 10 unknown": dropped(wholes, 0.3, 0),
        "half unknown": dropped(wholes, 0.5, 0),
        "7 of 10 unknown": dropped(wholes, 0.7, 0),
        "half unknown, 3 of 10 of these not sure": dropped(wholes, 0.5, 0.3),
        "a state of the interview": interviewed(wholes),
    }
    decisions = {id(whole): determine(facts) for whole, facts in kinds["complete"]}
    complete = [milliseconds(determine, kinds["complete"]) for _round in range(ROUNDS)]
    base = statistics.median(min(each) for each in zip(*complete, strict=True))
    yield "| facts | call | median (quickest to slowest round) | 90 % | 99 % | longest | median to complete |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    for kind, states in kinds.items():
        check(states, decisions)
        for call in (next_question, determine):
            timed = [milliseconds(call, states) for _round in range(ROUNDS)]
            rounds = sorted(statistics.median(times) for times in timed)
            times = sorted(min(each) for each in zip(*timed, strict=True))
            median, p90, p99 = (times[int(len(times) * share)] for share in (0.5, 0.9, 0.99))
            yield (
                f"| {kind} | `{call.__name__}` | {median:.2f} ({rounds[0]:.2f} to {rounds[-1]:.2f}) "
                f"| {p90:.2f} | {p99:.2f} | {times[-1]:.2f} | {median / base:.2f} |"
            )


def main() -> None:
    """Print the table, in milliseconds."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    started = time.perf_counter()
    next_question(read({}))
    print(
        f"compiled in {time.perf_counter() - started:.2f} s; {number} transactions of each kind, milliseconds\n"
    )
    for row in rows(number):
        print(row, flush=True)


if __name__ == "__main__":
    main()
