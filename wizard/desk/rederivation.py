"""Whether a sealed determination follows from the memo's answers, byte for byte, and if not, exactly why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from wizard import record
from wizard.desk.comparison import differences, steps
from wizard.desk.redetermination import RefusedError, decide, without_words

BATCH = 200

LIKE, EXPLAINED, UNEXPLAINED = "like", "explained", "unexplained"


@dataclass(frozen=True)
class Rederived:
    """How one memo came out; `reasons` are for whoever runs the command."""

    number: str
    kind: str
    reasons: tuple[str, ...] = ()


def rederived(canonical: str, sha256: str) -> Rederived:
    """A memo's determination derived anew and compared with the sealed one.

    A difference is explained when another revision of the code made the memo; then the reasons name what of the law
    differs. By the same revision the same answers must give the same bytes.
    """
    if record.sha256(canonical) != sha256:
        return Rederived(
            "?", UNEXPLAINED, (f"the bytes with SHA-256 {sha256} are not those that were sealed",)
        )
    content = without_words(canonical)
    reasons = _reasons(*(json.dumps(content[name]) for name in ("answers", "set_aside", "determination")))
    if not reasons:
        return Rederived(content["number"], LIKE)
    same = content["revision"] == settings.REVISION
    made_by = f"made by revision {content['revision']}, derived by {settings.REVISION}"
    return Rederived(content["number"], UNEXPLAINED if same else EXPLAINED, (made_by, *reasons))


@lru_cache(maxsize=20_000)
def _reasons(answers: str, set_aside: str, sealed: str) -> tuple[str, ...]:
    before = json.loads(sealed)
    try:
        after = decide({"answers": json.loads(answers), "set_aside": json.loads(set_aside)}, None)
    except RefusedError as error:
        return tuple(
            f"{name}: {' '.join(str(problem) for problem in problems)}"
            for name, problems in error.problems.items()
        )
    if record.canonical(before) == record.canonical(after):
        return ()
    return tuple(_why(before, after))


def _why(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, (one, other) in differences(before, after).items():
        yield f"{name}: {one!r} then, {other!r} now"
    for change in steps(before, after):
        if change.amended:
            yield (
                f"{change.provision} ({change.citation}): version of {change.version_before} then, of "
                f"{change.version_after} now"
            )
        elif not change.before or not change.after:
            side = "now" if change.after else "then"
            yield f"{change.provision} ({change.citation}): reached only {side}"
        else:
            yield f"{change.provision} ({change.citation}): {change.before} then, {change.after} now"
    parts = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    yield f"bytes of: {', '.join(parts)}"


def forget() -> None:
    """Derive everything anew: only needed where the law itself is exchanged while the program runs, as tests do."""
    _reasons.cache_clear()
