"""Runs the mutants, holds the survivors against the list of equivalents, and writes the figures."""

from __future__ import annotations

import multiprocessing
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
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
        yield "| kind | mutants | killed | survived |"
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


def _unnamed(
    fates: list[tuple[str, str, str]],
    named: dict[str, str],
    needs: str,
    *,
    whole: bool = True,
    slowed: Iterable[str] = (),
) -> Iterator[str]:
    """Survivors without a name in the list of equivalents, or without the proof; names of nothing that survived.

    A mutant that only takes longer survives or is `slowed` beyond its time, as the machine has it.
    """
    survivors = [(name, fate) for _kind, name, fate in fates if fate != KILLED]
    for name, fate in survivors:
        if not any(re.fullmatch(pattern, name) for pattern in named):
            yield f"{fate}, and not named: {name}"
        elif fate != needs:
            yield f"named equivalent, and some answers tell it apart or no proof was found: {name}"
    found = [*(name for name, _fate in survivors), *slowed]
    for pattern in named:
        if whole and not any(re.fullmatch(pattern, name) for name in found):
            yield f"named equivalent, and nothing that survived is called so: {pattern}"


def run_code() -> Run:
    """Every mutant of the code, two at a time. One that keeps a test from ending is killed by that test."""
    return _of_code(code.run())


def known_of_code() -> Run:
    """What earlier runs have found out and must be so still, without trying anything."""
    before, found, untried = code.Before(), list[code.Fate](), Counter[str]()
    for module in code.MODULES:
        for kind, name, _number in code.mutants(module):
            if fate := before.fate(kind, name):
                found.append(fate)
            else:
                untried[module] += 1
    run = _of_code(found, whole=not untried)
    run.faults += [
        f"not tried in the present state of law and tests: {number} mutants of `{module}`"
        for module, number in untried.items()
    ]
    return run


def _of_code(found: list[code.Fate], *, whole: bool = True) -> Run:
    fates = [(one.kind, one.name, KILLED if one.fate == code.ENDLESS else one.fate) for one in found]
    seconds = sum(one.seconds for one in found) / code.PROCESSES
    endless = [one.name for one in found if one.fate == code.ENDLESS]
    faults = list(_unnamed(fates, CODE, needs=SURVIVED, whole=whole, slowed=endless))
    return Run(fates, seconds, faults, len(endless))


def main(arguments: list[str]) -> int:
    """Does what is asked for, each into its section of the page; the exit status."""
    wanted = set(arguments) or {"proofs", "data", "code"}
    failed = False
    if "proofs" in wanted:
        findings = list(verify())
        failed |= not all(one.holds for one in findings)
        write(_PROOFS, proofs(findings))
    if "data" in wanted:
        run = run_data()
        failed |= bool(run.faults)
        write(_DATA, planted(run, DATA))
    if "code" in wanted:
        run = run_code()
        failed |= bool(run.faults)
        write(_CODE, planted(run, CODE))
    if "known" in wanted:
        run = known_of_code()
        failed |= bool(run.faults)
        write(_CODE, planted(run, CODE))
    return 1 if failed else 0


def write(beginning: str, lines: Iterator[str]) -> None:
    """Puts a section of the page in the place of what stood under its title."""
    title = beginning.partition("\n")[0]
    section = "\n".join([beginning, "", *lines]) + "\n"
    sys.stdout.write(section)
    before, _title, rest = DOCUMENT.read_text("utf-8").partition(f"{title}\n")
    _old, next_title, after = rest.partition("\n## ")
    DOCUMENT.write_text(before + section + next_title + after, "utf-8")


def proofs(findings: list[Finding]) -> Iterator[str]:
    """The table of what was proven."""
    yield "| point | what was covered | how many | seconds | |"
    yield "|---|---|---:|---:|---|"
    for one in findings:
        verdict = "holds" if one.holds else "**fails**"
        claim = f"{one.point}. {CLAIMS[one.point]}"
        yield f"| {claim} | {one.covered} | {said(one.count)} | {one.seconds:.0f} | {verdict} |"


def planted(run: Run, named: dict[str, str]) -> Iterator[str]:
    """What became of planted faults, and why the survivors are none."""
    yield from run.table()
    yield ""
    endless = f" Of the killed, {run.endless} kept a test from ending." if run.endless else ""
    yield f"{run.seconds:.0f} seconds, two processes.{endless}"
    yield ""
    yield from (f"- {fault}" for fault in run.faults)
    for pattern, reason in named.items():
        names = [name for _kind, name, fate in run.fates if fate != KILLED and re.fullmatch(pattern, name)]
        if names:
            yield f"- {reason} ({len(names)})"
        yield from (f"  - {name}" for name in names[:12])
        if len(names) > 12:
            yield f"  - and {len(names) - 12} more of the same form"


_PROOFS = """## What holds, over the whole space

Facts fall into finitely many classes that every test of the law treats alike, and a test that weighs several numbers
counts as one more answer, so the law of all dates is a finite function. `python -m rules verify` compares its diagram
with the trees branch by branch: a state is a node of the diagram with what is left of the trees under the same answers.
Each combination of classes passes through some state, and the combinations below all states add up to the whole.
Where the weighed numbers cannot give a set of outcomes together, the comparison covers more than can occur. What is
sampled says so; everything else is every case."""
_DATA = """## Faults planted in the law's data

Each mutant changes one thing in memory: a threshold or share by one in its last place, strict for not strict, a
part of a condition dropped, all for any, a not removed, a value or country dropped, a date by a day, a reading
swapped, a step dropped, moved or given its neighbor's result, and each country put into or taken out of each of
the six groups that the law uses. What finds them: the worked cases, an independent oracle on a fixed sample, and
both sides of every limit, day and group (`tests/rules/boundaries.py`). A survivor counts as equivalent only when
the diagram proves that no combination of answers tells it from the law (for a country: that every test of it has
the same value on every day) and it is named below."""
_CODE = f"""## Faults planted in the code

Each mutant changes one expression of the code that reads the law, in a copy of the package: a comparison, operator
or constant turned, "and" for "or", a "not" removed, the branches of a choice swapped, nothing returned. Each is tried
in a process of its own, in which the code as it is passes. What finds them: the tests under
`tests/rules` that `tests/rules/mutation/code.py` lists, quick ones first. A test that takes {code.SECONDS} seconds of
processor time, where none takes three, counts as one that does not end. A survivor is listed with the reason why it is
no fault, or as one that has none."""
