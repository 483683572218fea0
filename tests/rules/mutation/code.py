"""Faults in the code that reads the law: one expression changed, in a copy of the package, under its own tests."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
KILLED, ENDLESS, SURVIVED = ("killed", "did not end", "survived")
PROCESSES = 2
SECONDS = 6  # of processor time for one test, so that a busy machine kills no mutant; none takes three
FATES = ROOT / "var" / "mutants.jsonl"
LINE = re.compile(r" ?line \d+")
MODULES = ("truth", "conditions", "law", "numbers", "facts", "engine", "weighing", "left", "plans", "possibility",
           "diagram", "determination", "enforcement")  # fmt: skip
# Quick ones first: a mutant is dead at the first failure. A lot is read only if those before it find nothing.
OWN: dict[str, tuple[str, ...]] = {
    "truth": ("test_conditions.py",),
    "conditions": ("test_conditions.py",),
    "law": ("test_law.py",),
    "numbers": ("test_numbers.py",),
    "facts": ("test_facts.py",),
    "engine": ("test_trace.py",),
    "determination": ("test_determination.py",),
    "enforcement": ("test_determination.py",),
}
OF_THE_DIAGRAM = (
    "test_settled_by_numbers.py", "test_diagram.py", "test_periods.py",
    *(f"test_reasoning.py::test_{name}" for name in (
        "a_result_is_a_node_that_leads_nowhere", "equal_planes_are_one_in_whole_numbers",
        "what_is_left_of_planes_without_a_number", "numbers_weighed_together", "unknown_reads_back",
        "equal_plans_are_one_and_so_are_answers_that_lead_on_alike",
    )),
    "test_verification.py::test_numbers_weighed_together_come_out_exactly_as_some_numbers_do",
    "test_weighing.py", "test_plans.py", "test_questions_left.py",
)  # fmt: skip
QUICK = ("test_conditions.py", "test_law.py", "test_trace.py", "test_determination.py", *OF_THE_DIAGRAM)
SEEDS = range(4)  # of tests that draw their transactions at random: enough for faults in code
AT_RANDOM = {
    "test_reasoning.py": (
        "the_same_as_the_interview_written_out",
        "results_read_off_the_ways_left_open_are_those_of_what_is_left",
        "what_is_not_sure_is_not_asked_and_the_questions_left_are_counted_right",
    ),
    "test_exactness.py": (
        "no_completion_gives_anything_that_is_not_listed",
        "every_listed_decision_is_given_by_some_completion",
        "a_decision_is_given_exactly_when_every_completion_gives_it",
        "the_interview_ends_within_what_it_said_and_agrees_with_the_oracle",
    ),
}
SLOW = (
    "test_answers_offered.py",
    *(f"test_against_oracle.py::test_{name}" for name in (
        "says_what_the_oracle_says_of_a_fixed_sample[0]", "the_trees_alone_say_what_a_determination_says",
    )),
    *(f"{file}::test_{test}[{seed}]" for file, tests in AT_RANDOM.items() for test in tests for seed in SEEDS),
    "test_red_flag_28.py",
)  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What one expression or statement can be changed to, with the kind of change."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=comparators):
            if other := COMPARISONS.get(type(operator)):
                yield "comparison turned", ast.Compare(left, [other()], comparators)
        case ast.BoolOp(op=ast.And(), values=values):
            yield "and for or", ast.BoolOp(ast.Or(), values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield "and for or", ast.BoolOp(ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "not removed", operand
        case ast.BinOp(left=left, op=operator, right=right):
            if arithmetic := OPERATORS.get(type(operator)):
                yield "operator turned", ast.BinOp(left, arithmetic(), right)
        case ast.Constant(value=bool() as value):
            yield "constant changed", ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield "constant changed", ast.Constant(value + 1)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield "branches swapped", ast.IfExp(test, orelse, body)
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield "return of nothing", ast.Return(ast.Constant(None))


def _declared(tree: ast.AST) -> set[int]:
    """The nodes of annotations, which nothing evaluates, and of decorators, which say what a class or function is."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        for part in (*parts, *getattr(node, "decorator_list", ())):
            if isinstance(part, ast.AST):
                found.update(id(one) for one in ast.walk(part))
    return found


def _owners(node: ast.AST, owner: str = "") -> Iterator[tuple[int, str]]:
    """The function or class in which each node stands."""
    for one in ast.iter_child_nodes(node):
        inner = owner
        if isinstance(one, (ast.FunctionDef, ast.ClassDef)):
            inner = f"{owner}.{one.name}".lstrip(".")
        yield id(one), inner
        yield from _owners(one, inner)


def mutants(module: str) -> Iterator[tuple[str, str, int]]:
    """Kind, name and number of every mutant of a module; a name says the place and is no other's."""
    tree = ast.parse(_source(module))
    unread, owners = _declared(tree), dict(_owners(tree))
    named = {id(node.value): f"{node.arg}=" for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    seen: Counter[str] = Counter()
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in unread:
            for kind, _change in _changes(node):
                shown = named.get(id(node), "") + ast.unparse(node).splitlines()[0][:100]
                place = f"{owners[id(node)]} line {getattr(node, 'lineno', 0)}".lstrip()
                name = f"{module}: {kind}, {shown} ({place})"
                seen[name] += 1
                yield kind, name if seen[name] == 1 else f"{name} ({seen[name]})", number


def _source(module: str) -> str:
    return (ROOT / "rules" / f"{module}.py").read_text("utf-8")


def mutated(module: str, number: int, kind: str) -> str:
    """The source of a module with one mutant in it."""
    tree = ast.parse(_source(module))
    node = next(one for position, one in enumerate(ast.walk(tree)) if position == number)
    change = next(one for name, one in _changes(node) if name == kind)
    return ast.unparse(ast.fix_missing_locations(_Replaced(node, change).visit(tree)))


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else super().generic_visit(node)


def tests(module: str) -> Iterator[list[str]]:
    """The tests that a module's mutants go through, in lots."""
    done: set[str] = set()
    for lot in (OWN.get(module, OF_THE_DIAGRAM), QUICK, SLOW):
        yield [f"tests/rules/{name}" for name in lot if name not in done]
        done.update(lot)


class Trials:
    """A process that tries one mutant after another in a copy of its own."""

    def __init__(self, copy: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        for name in ("rules", "tests/rules", "docs"):
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        (copy / "tests" / "__init__.py").touch()
        command = [sys.executable, "-m", "tests.rules.mutation.trials"]
        self._process = subprocess.Popen(
            command, cwd=copy, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, module: str, number: int = 0, kind: str = "", first: str = "") -> tuple[str, str]:
        """What became of a mutant, or of the code as it is, and by which test; one test can be tried first."""
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(f"{module}\t{number}\t{kind}\t{first}\n")
        asking.flush()
        fate, _tab, test = answering.readline().rstrip("\n").partition("\t")
        if fate not in (KILLED, ENDLESS, SURVIVED):
            raise RuntimeError(f"{module}, {kind}: the tests could not be run: {fate} {test}")
        return fate, test

    def end(self) -> None:
        """No mutant is left."""
        self._process.communicate()


def run(tell: Callable[[Fate], None] | None = None, modules: Sequence[str] = MODULES) -> list[Fate]:
    """The fate of every mutant, two at a time; what was found out before and must be so still is not tried again."""
    every = [mutant for module in modules for mutant in mutants(module)]
    before = Before()
    with tempfile.TemporaryDirectory() as folder, FATES.open("a", encoding="utf-8") as log:
        free: Queue[Trials] = Queue()
        for number in range(PROCESSES):
            free.put(Trials(Path(folder) / str(number)))

        def fate(mutant: tuple[str, str, int]) -> Fate:
            kind, name, number = mutant
            if known := before.fate(kind, name):
                return known
            trials, begun = free.get(), time.perf_counter()
            try:
                found, test = trials(name.partition(":")[0], number, kind, before.found_by(name))
            finally:
                free.put(trials)
            new = Fate(kind, name, found, test, before.state(test), time.perf_counter() - begun)
            log.write(json.dumps(new) + "\n")
            log.flush()
            if tell:
                tell(new)
            return new

        for one in [free.get() for _number in range(PROCESSES)]:
            found, test = one("")
            if found != SURVIVED:
                raise RuntimeError(f"the tests fail without any fault planted: {found} {test}")
            free.put(one)
        with ThreadPoolExecutor(PROCESSES) as workers:
            fates = list(workers.map(fate, every))
        while not free.empty():
            free.get().end()
        return fates


class Fate(NamedTuple):
    """What became of a mutant: by which test, in which state of the law and the tests, in how many seconds."""

    kind: str
    name: str
    fate: str
    test: str
    state: str
    seconds: float


class Before:
    """What earlier runs have found out.

    A fault that a test found is found while the law and that test stay as they were, whatever other tests there are;
    one that survived, or that kept a test from ending, while nothing at all has changed.
    """

    def __init__(self) -> None:
        FATES.parent.mkdir(exist_ok=True)
        lines = FATES.read_text("utf-8").splitlines() if FATES.exists() else []
        self._fates = {one.name: one for one in (Fate(*json.loads(line)) for line in lines)}
        self._tests = {LINE.sub("", one.name): one.test for one in self._fates.values() if "::" in one.test}
        tests = ROOT / "tests" / "rules"
        files = [*(ROOT / "rules").rglob("*.*"), *tests.glob("*.*"), *(tests / "mutation").glob("[ct]*.py")]
        self._hashes = {
            path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(files)
            if path.suffix in (".py", ".csv", ".json", ".jsonl")
        }

    def state(self, test: str) -> str:
        """The state of all that decides whether a test finds a fault; of everything, if there is no test."""
        file = test.partition("::")[0]
        apart = {name for name in self._hashes if "/test_" in name or "/mutation/" in name}
        counted = self._hashes.keys() - (apart - {file}) if file in self._hashes else self._hashes.keys()
        told = "".join(self._hashes[name] for name in sorted(counted))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def fate(self, kind: str, name: str) -> Fate | None:
        """What became of a mutant, if it must be so still."""
        known = self._fates.get(name)
        return known if known and known.kind == kind and known.state == self.state(known.test) else None

    def found_by(self, name: str) -> str:
        """The test that found it, or one much like it, the last time."""
        return self._tests.get(LINE.sub("", name), "")
