"""Faults in the code that reads the law: one expression changed, in a copy of the package, under its own tests."""

from __future__ import annotations

import ast
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parents[3]
MODULES = ("truth", "conditions", "law", "numbers", "facts", "engine", "weighing", "left", "plans", "possibility",
           "diagram", "determination", "enforcement")  # fmt: skip
# Quick ones first: a mutant is dead at the first failure.
TESTS = (
    "test_numbers.py", "test_facts.py", "test_determination.py",
    "test_against_oracle.py::test_says_what_the_oracle_says_of_a_fixed_sample[0]",
    "test_against_oracle.py::test_every_worked_case_through_the_command_line",
    "test_settled_by_numbers.py", "test_questions_left.py", "test_reasoning.py", "test_exactness.py",
)  # fmt: skip
SECONDS = 240  # of processor time, so that a busy machine kills no mutant
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


def mutants(module: str) -> Iterator[tuple[str, str, int]]:
    """Kind, name and number of every mutant of a module."""
    tree = ast.parse(_source(module))
    unread = _declared(tree)
    named = {id(node.value): f"{node.arg}=" for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in unread:
            for kind, _change in _changes(node):
                shown = named.get(id(node), "") + ast.unparse(node).splitlines()[0][:100]
                yield kind, f"{module}: {kind}, {shown} (line {getattr(node, 'lineno', 0)})", number


def _source(module: str) -> str:
    return (ROOT / "rules" / f"{module}.py").read_text("utf-8")


def _mutated(module: str, number: int, kind: str) -> str:
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


def run(number: int | None = None) -> list[tuple[str, str, str]]:
    """The fate of every mutant, or of so many of them, evenly chosen; two at a time."""
    every = [mutant for module in MODULES for mutant in mutants(module)]
    if number is not None:
        every = every[:: max(1, len(every) // number)]
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for name in ("one", "other"):
            copy = Path(folder) / name
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "rules", copy / "rules", ignore=ignored)
            shutil.copytree(ROOT / "tests" / "rules", copy / "tests" / "rules", ignore=ignored)
            shutil.copytree(ROOT / "docs", copy / "docs")
            (copy / "tests" / "__init__.py").touch()
            copies.put(copy)
        if _tested(copy):
            raise RuntimeError("the tests fail without any fault planted")

        def fate(mutant: tuple[str, str, int]) -> tuple[str, str, str]:
            kind, name, number = mutant
            module = name.partition(":")[0]
            copy = copies.get()
            path = copy / "rules" / f"{module}.py"
            original = path.read_text("utf-8")
            try:
                path.write_text(_mutated(module, number, kind), "utf-8")
                return kind, name, "killed" if _tested(copy) else "survived"
            finally:
                path.write_text(original, "utf-8")
                copies.put(copy)

        with ThreadPoolExecutor(2) as workers:
            return list(workers.map(fate, every))


def _tested(copy: Path) -> bool:
    """Whether some test fails, or does not end."""
    tests = [f"tests/rules/{test}" for test in TESTS]
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-c", "/dev/null", "--rootdir", ".", "-p", "no:django",
               "-p", "no:cacheprovider", *tests]  # fmt: skip
    limit = f"ulimit -t {SECONDS} && exec {shlex.join(command)}"
    return subprocess.run(["sh", "-c", limit], cwd=copy, capture_output=True, check=False).returncode != 0
