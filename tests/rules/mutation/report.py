"""Runs the mutants, holds the survivors against the list of equivalents, and writes the figures."""

from __future__ import annotations

import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rules.verification import CLAIMS, Finding, said, verify
from rules.verification.subject import Law, the_law
from tests.rules.mutation import code
from tests.rules.mutation.data import Mutant, mutants
from tests.rules.mutation.equivalent import CODE, DATA
from tests.rules.mutation.killing import Cases, Conclusions

DOCUMENT = Path(__file__).parents[3] / "docs" / "verification.md"
KILLED, PROVEN, SURVIVED = "killed", "proven equivalent", "survived"
FIRST = 150


@dataclass
class Run:
    """What became of a set of mutants."""

    fates: list[tuple[str, str, str]]
    seconds: float
    faults: list[str]
    endless: int = 0

    def table(self) -> Iterator[str]:
        """How many of each kind, as rows of a table."""
        kinds = Counter(kind for kind, _name, _fate in self.fates)
        killed = Counter(kind for kind, _name, fate in self.fates if fate == KILLED)
        yield "| kind | mutants | killed | equivalent |"
        yield "|---|---:|---:|---:|"
        for kind in sorted(kinds):
            yield f"| {kind} | {kinds[kind]:,} | {killed[kind]:,} | {kinds[kind] - killed[kind]:,} |"
        total, dead = len(self.fates), killed.total()
        yield f"| **all** | **{total:,}** | **{dead:,}** | **{total - dead:,}** |"


def run_data(law: Law | None = None) -> Run:
    """Every mutant of the law's data, two at a time."""
    law = law or the_law()
    before = time.perf_counter()
    cases, conclusions = Cases(), Conclusions(law)
    every = list(mutants(law))

    def fate(mutant: Mutant) -> str:
        if cases.kill(mutant, last=FIRST):
            return KILLED
        if conclusions.same(mutant):
            return PROVEN
        return KILLED if cases.kill(mutant, first=FIRST) else SURVIVED

    global _fate  # noqa: PLW0603 - inherited by the forked workers, which cannot be sent the cases
    _fate = [lambda number=number: fate(every[number]) for number in range(len(every))]
    with multiprocessing.get_context("fork").Pool(2) as workers:
        found = workers.map(_judge, range(len(every)), chunksize=10)
    fates = [(mutant.kind, mutant.name, one) for mutant, one in zip(every, found, strict=True)]
    return Run(fates, time.perf_counter() - before, list(_unnamed(fates, DATA, needs=PROVEN)))


_fate: list[object] = []


def _judge(number: int) -> str:
    return _fate[number]()  # type: ignore[operator,no-any-return]


def _unnamed(fates: list[tuple[str, str, str]], named: dict[str, str], needs: str) -> Iterator[str]:
    """Survivors without a name in the list of equivalents, or without the proof; names of nothing that survived."""
    survivors = [(name, fate) for _kind, name, fate in fates if fate != KILLED]
    for name, fate in survivors:
        if not any(re.fullmatch(pattern, name) for pattern in named):
            yield f"{fate}, and not named: {name}"
        elif fate != needs:
            yield f"named equivalent, and some answers tell it apart or no proof was found: {name}"
    for pattern in named:
        if not any(re.fullmatch(pattern, name) for name, _fate in survivors):
            yield f"named equivalent, and nothing that survived is called so: {pattern}"


def run_code() -> Run:
    """Every mutant of the code, two at a time. One that keeps a test from ending is killed by that test."""
    before = time.perf_counter()
    found = code.run()
    fates = [(kind, name, KILLED if fate == code.ENDLESS else fate) for kind, name, fate in found]
    seconds = time.perf_counter() - before
    endless = sum(fate == code.ENDLESS for _kind, _name, fate in found)
    return Run(fates, seconds, list(_unnamed(fates, CODE, needs=SURVIVED)), endless)


def main(arguments: list[str]) -> int:
    """Runs what is asked for; the exit status."""
    wanted = set(arguments) or {"data", "code"}
    failed = False
    data = run_data() if "data" in wanted else None
    coded = run_code() if "code" in wanted else None
    for name, run in (("data", data), ("code", coded)):
        if run is not None:
            failed |= bool(run.faults)
            lines = [f"\n{name}: {run.seconds:.0f} s", *run.table(), *run.faults]
            sys.stdout.write("\n".join(lines) + "\n")
    if data and coded:
        findings = list(verify())
        failed |= not all(one.holds for one in findings)
        write(findings, data, coded)
    return 1 if failed else 0


def write(findings: list[Finding], data: Run, coded: Run) -> None:
    """Writes the page of figures."""
    DOCUMENT.write_text("\n".join(document(findings, data, coded)) + "\n", "utf-8")


def document(findings: list[Finding], data: Run, coded: Run) -> Iterator[str]:
    """The page of figures."""
    yield _PAGE
    yield "| point | what was covered | how many | seconds | |"
    yield "|---|---|---:|---:|---|"
    for one in findings:
        verdict = "holds" if one.holds else "**fails**"
        claim = f"{one.point}. {CLAIMS[one.point]}"
        yield f"| {claim} | {one.covered} | {said(one.count)} | {one.seconds:.0f} | {verdict} |"
    for title, run, named, how in (
        ("Faults planted in the law's data", data, DATA, _DATA),
        ("Faults planted in the code", coded, CODE, _CODE),
    ):
        yield ""
        yield f"## {title}"
        yield ""
        yield how
        yield ""
        yield from run.table()
        yield ""
        endless = f" Of the killed, {run.endless} kept a test from ending." if run.endless else ""
        yield f"{run.seconds:.0f} seconds, two processes.{endless}"
        yield ""
        yield from (f"- {fault}" for fault in run.faults)
        for pattern, reason in named.items():
            names = [
                name for _kind, name, fate in run.fates if fate != KILLED and re.fullmatch(pattern, name)
            ]
            yield f"- {reason} ({len(names)})"
            yield from (f"  - {name}" for name in names[:12])
            if len(names) > 12:
                yield f"  - and {len(names) - 12} more of the same form"


_PAGE = """# How the law is verified

Written by `python -m tests.rules.mutation`, which proves every point and plants every fault again.

## What holds, over the whole space

Facts fall into finitely many classes that every test of the law treats alike, and a test that weighs several numbers
counts as one more answer, so the law of all dates is a finite function. `python -m rules verify` compares its diagram
with the trees branch by branch: a state is a node of the diagram with what is left of the trees under the same answers.
Each combination of classes passes through some state, and the combinations below all states add up to the whole.
Where the weighed numbers cannot give a set of outcomes together, the comparison covers more than can occur. What is
sampled says so; everything else is every case.
"""
_DATA = (
    "Each mutant changes one thing in memory: a threshold or share by one in its last place, strict for not strict, a\n"
    "part of a condition dropped, all for any, a not removed, a value or country dropped, a date by a day, a reading\n"
    "swapped, a step dropped, moved or given its neighbor's result, and each country put into or taken out of each of\n"
    "the six groups that the law uses. What finds them: the worked cases, an independent oracle on a fixed sample, and\n"
    "both sides of every limit, day and group (`tests/rules/boundaries.py`). A survivor counts as equivalent only when\n"
    "the diagram proves that no combination of answers tells it from the law (for a country: that every test of it has\n"
    "the same value on every day) and it is named below."
)
_CODE = (
    "Each mutant changes one expression of the code that reads the law, in a copy of the package: a comparison, operator\n"
    "or constant turned, and for or, a not removed, the branches of a choice swapped, nothing returned. What finds them:\n"
    "the tests under `tests/rules`, quick ones first, each mutant in a process of its own; the code as it is passes them\n"
    "there. A test that takes 20 seconds of processor time, where none takes five, counts as one that does not end. A\n"
    "survivor is listed with the reason why it is no fault, or as one without."
)
