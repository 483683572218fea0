"""Point 7: the same answers give the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rules.determination import determine
from rules.facts import Value, as_json, read
from rules.provisions.conclusion import Decision
from rules.verification.proof import Proof, sampled
from rules.verification.subject import Law

ENVIRONMENTS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4544", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/New_York"},
    {"PYTHONHASHSEED": "random", "LANG": "de_DE.UTF-8", "TZ": "Asia/Shanghai"},
)


def stable(law: Law, environments: Iterable[Mapping[str, str]] = ENVIRONMENTS) -> Iterator[Proof]:
    """The same facts give the same bytes in other processes, hash seeds, locales and time zones, in any order."""
    ends: dict[Decision, Mapping[str, Value]] = {}
    for place in law.graph.places:
        if place.decision is not None:
            ends.setdefault(place.decision, place.known)
    partial = list(sampled(law, 20))
    lines = [{name: as_json(value) for name, value in one.items()} for one in (*ends.values(), *partial)]
    here = "".join(json.dumps(determine(read(one)).to_json(), ensure_ascii=False) + "\n" for one in lines)
    proof = Proof(
        f"determinations ({len(ends)} decisions, {len(partial)} open), byte for byte in other processes"
    )
    wanted = hashlib.sha256(here.encode()).hexdigest()
    root = Path(__file__).resolve().parents[2]
    for number, environment in enumerate(environments):
        shuffled = [dict(sorted(one.items(), reverse=bool(number % 2))) for one in lines]
        done = subprocess.run(
            [sys.executable, "-m", "rules", "determine", "-"],
            input="".join(json.dumps(one) + "\n" for one in shuffled).encode(),
            capture_output=True,
            cwd=root,
            env={**os.environ, **environment},
            check=False,
        )
        same = hashlib.sha256(done.stdout).hexdigest() == wanted
        for _line in lines:
            proof.count += 1
        if not same or done.returncode:
            proof.faults.append(f"other bytes under {dict(environment)}: {done.stderr.decode()[-200:]}")
    yield proof
