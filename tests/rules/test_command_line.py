"""`python -m rules`: one answer for each transaction, in order, whatever is wrong with the others."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import rules
from rules.questions import QUESTIONS

WEIGHTS = {
    "date": "2025-06-01", "activity": "export", "item": "model_weights", "origin": "us",
    "training_operations": "1.2e26", "synthetic_data": False, "weights_status": "closed",
    "below_published_frontier": False, "storage_compliant": True, "destination": "IN", "headquarters": "IN",
    "ultimate_parent": "IN", "part_744_concern": False,
}  # fmt: skip


def run(*arguments: str, text: str = "") -> tuple[int, list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-m", "rules", *arguments], input=text.encode(), capture_output=True, check=False
    )
    assert not done.stderr, done.stderr.decode()
    return done.returncode, [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_one_transaction_pretty_printed(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(WEIGHTS, indent=2), "utf-8")
    status, answers = run("determine", str(file))
    assert status == 0
    assert [answer["outcome"] for answer in answers] == ["license_required"]
    assert answers[0]["review_policy"] == "presumption_of_denial"


def test_lines_are_answered_in_order_around_refusals() -> None:
    lines = [
        json.dumps(WEIGHTS),
        json.dumps({**WEIGHTS, "destination": "US"}),
        "{not json",
        "[1]",
        '{"item": "other", "item": "software"}',
        "",
        json.dumps({**WEIGHTS, "training_operations": "99999999999999999999999999"}),
    ]
    status, answers = run("determine", "-", text="\n".join(lines))
    assert status == 2
    assert [answer.get("outcome") for answer in answers] == [
        "license_required",
        *[None] * 4,
        "not_controlled",
    ]
    errors = [answer["errors"] for answer in answers[1:5]]
    assert [one[0]["field"] for one in errors] == ["destination", "", "", "item"]  # type: ignore[index]
    assert all(one[0]["message"] for one in errors)  # type: ignore[index]


def test_json_numbers_keep_every_digit() -> None:
    below, at = "99999999999999999999999999.9999999999", "100000000000000000000000000"
    bare = json.dumps({**WEIGHTS, "training_operations": 0})
    lines = [
        bare.replace('"training_operations": 0', f'"training_operations": {number}') for number in (below, at)
    ]
    _status, answers = run("determine", text="\n".join(lines))
    assert [answer["classification"] for answer in answers] == ["none", "4E091"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "1e1000"])
def test_numbers_outside_the_contract_are_refused(number: str) -> None:
    status, answers = run("determine", text=f'{{"tpp": {number}}}')
    assert status == 2
    assert answers[0]["errors"][0]["field"] == "tpp"  # type: ignore[index]


def test_next_asks_until_nothing_can_change_and_never_twice() -> None:
    known: dict[str, object] = {}
    asked = []
    while True:
        _status, (answer,) = run("next", text=json.dumps(known))
        fact = answer["next"]
        if fact is None:
            break
        asked.append(fact)
        known[str(fact)] = WEIGHTS.get(str(fact), "not_sure")
    assert answer == {"next": None, "at_least": 0, "at_most": 0}
    assert len(asked) == len(set(asked))
    assert set(asked) <= set(WEIGHTS)


def test_not_sure_is_not_asked_again_and_never_counts_as_no() -> None:
    unsure = {**WEIGHTS, "part_744_concern": "not_sure"}
    _status, (left,) = run("next", text=json.dumps(unsure))
    _status, (answer,) = run("determine", text=json.dumps(unsure))
    assert left == {"next": None, "at_least": 0, "at_most": 0}
    assert answer["outcome"] == "undetermined"
    assert answer["possible_outcomes"] == ["refer_to_legal", "license_required"]
    assert answer["missing"] == ["part_744_concern"]


def test_questions_lists_one_for_each_fact_in_asking_order() -> None:
    status, lines = run("questions")
    assert status == 0
    assert [line["fact"] for line in lines] == [question.fact for question in QUESTIONS]


def test_the_law_imports_the_standard_library_and_itself_only() -> None:
    names = [name for _finder, name, _package in pkgutil.walk_packages(rules.__path__, "rules.")]
    program = (
        "import sys, importlib\n"
        f"for name in {[name for name in names if name not in ('rules.columnar', 'rules.__main__')]!r}:\n"
        "    importlib.import_module(name)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(Path.cwd())!r})\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) <= {"__main__", "rules"}


def test_a_file_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "rules", "determine", "no-such-file.json"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("no-such-file.json cannot be read: ")


def test_a_reader_who_stops_early_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "rules", "determine"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write((json.dumps(WEIGHTS) + "\n").encode() * 50)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1
