"""Deciding memos again: after a correction each on its own date, after a change of the law as of a given day.

The edition of the law that decides a transaction is that of the transaction's day. So there are two questions, and a
run asks one of them:

  - without a day: was anything corrected? Each memo's answers are decided on their own date by the law as encoded now.
  - with a day: what would the same transaction be on that day? The answers are decided as if it took place then.

A run goes over every live memo, those on which the desk still waits included, in the order of their ids. It is
carried on by whoever claims it, batch by batch: what a batch found and how far it came are stored in one transaction,
so a worker may be killed at any moment and another goes on after the last whole batch.
"""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

import rules
from rules import facts
from rules.facts import FACTS, Facts, InvalidTransaction, InvalidValue
from wizard import record
from wizard.desk.comparison import DECISION, because, differences, steps
from wizard.interview import walk
from wizard.models import Memo, Redetermination, Redetermined

BATCH = 200
"""Memos of one transaction; a run that is killed loses no more than that."""

LEASE = datetime.timedelta(seconds=60)
"""A run whose worker has not been heard of for so long may be carried on by another."""

Result = Redetermined.Result


class RefusedError(Exception):
    """The law as encoded now does not take these answers; `problems` says why, by fact ("" for the memo as such)."""

    def __init__(self, problems: Mapping[str, Sequence[InvalidValue]]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Found:
    """What deciding a memo again gave. `result` is None where it came out as it was."""

    result: str | None
    outcome: str = ""
    differences: Mapping[str, list[Any]] = field(default_factory=dict)
    because: Sequence[str] = ()


# ------------------------------------------------------------------------------------------------ one memo


def decide(content: Mapping[str, Any], day: datetime.date | None) -> dict[str, Any]:
    """What the law gives now for a memo's answers, on the given day or on their own date.

    Raises:
        RefusedError: it does not take the answers.
    """
    return rules.determine(facts_of(content, day)).to_json()


def facts_of(content: Mapping[str, Any], day: datetime.date | None) -> Facts:
    """The facts of a memo's answers, on the given day or on their own date.

    An answer that was set aside and does not fit the others is left out, as the interview leaves it out.

    Raises:
        RefusedError: an answer that counts is refused.
    """
    answers = _on(content["answers"], day)
    try:
        return facts.read(answers)
    except InvalidTransaction as error:
        unknown = {one.field: [one.problem] for one in error.errors if one.field not in FACTS}
    if unknown:
        raise RefusedError(unknown)
    interview = walk(answers)
    counting = {name: why for name, why in interview.refused.items() if name not in content["set_aside"]}
    if counting:
        raise RefusedError(counting)
    return interview.facts


def _on(answers: Mapping[str, Any], day: datetime.date | None) -> dict[str, Any]:
    return {**answers, "date": day.isoformat()} if day else dict(answers)


def examine(canonical: str, sha256: str, day: datetime.date | None) -> Found:
    """A sealed memo decided again and compared with what it says."""
    if record.sha256(canonical) != sha256:
        return Found(Result.REFUSED, because=("",))
    content = without_words(canonical)
    return _examined(
        *(json.dumps(content[name]) for name in ("answers", "set_aside", "determination")),
        day,
    )


def without_words(canonical: str) -> dict[str, Any]:
    """What a memo says, but for its text in the languages of the site, which is most of it.

    In canonical bytes the keys are in order, "text" is the last, and no string can hold these marks as they stand here.
    """
    head, _mark, _text = canonical.partition(',"text":{')
    content: dict[str, Any] = json.loads(head + "}")
    return content


# Thousands of memos are of a few dozen kinds, so the same facts under the same sealed result are decided once.
@lru_cache(maxsize=20_000)
def _examined(answers: str, set_aside: str, sealed: str, day: datetime.date | None) -> Found:
    before = json.loads(sealed)
    try:
        after = decide({"answers": json.loads(answers), "set_aside": json.loads(set_aside)}, day)
    except RefusedError as error:
        return Found(Result.REFUSED, because=tuple(error.problems))
    differing = differences(before, after)
    if not differing:
        return Found(None, after["outcome"])
    result = Result.FLIPPED if DECISION & differing.keys() else Result.DIFFERS
    return Found(result, after["outcome"], differing, tuple(because(steps(before, after))))


def forget() -> None:
    """Decide everything anew: only needed where the law itself is exchanged while the program runs, as tests do."""
    _examined.cache_clear()


# ------------------------------------------------------------------------------------------------ a run


def live() -> Any:
    """The memos that count: nothing has superseded them."""
    return Memo.objects.filter(superseded_by=None)


def begin(by: User | None, day: datetime.date | None) -> Redetermination:
    """A run over the memos that are live now; a worker has yet to carry it on."""
    memos = live()
    return Redetermination.objects.create(
        by=by,
        day=day,
        revision=settings.REVISION,
        last=memos.aggregate(last=Max("pk"))["last"] or 0,
        total=memos.count(),
    )


def waiting() -> Any:
    """Runs that are not finished and that no worker has been heard of lately, oldest first."""
    silent = Q(heard=None) | Q(heard__lt=timezone.now() - LEASE)
    return Redetermination.objects.filter(silent, finished=None).order_by("pk")


def carry_on(run: Redetermination) -> Iterator[Redetermination]:
    """Do what is left of a run; gives the run after each batch. Does nothing if another worker has it."""
    worker = uuid.uuid4()
    if not waiting().filter(pk=run.pk).update(worker=worker, heard=timezone.now()):
        return
    while (after := _batch(run.pk, worker)) is not None:
        yield after
        if after.finished:
            return


def _batch(pk: int, worker: uuid.UUID) -> Redetermination | None:
    """One batch: decided first, then stored whole. None if another worker has taken the run over."""
    run = Redetermination.objects.get(pk=pk)
    memos = list(
        live()
        .filter(pk__gt=run.position, pk__lte=run.last)
        .order_by("pk")
        .values_list("pk", "canonical", "sha256", "outcome")[:BATCH]
    )
    rows = []
    for memo, canonical, sha256, outcome in memos:
        found = examine(canonical, sha256, run.day)
        if found.result is not None:
            rows.append(
                Redetermined(
                    run=run,
                    memo_id=memo,
                    result=found.result,
                    outcome_before=outcome,
                    outcome_after=found.outcome,
                    differences=found.differences,
                    because=list(found.because),
                )
            )
    now = timezone.now()
    with transaction.atomic():
        kept = Redetermination.objects.filter(pk=pk, worker=worker, position=run.position)
        if not kept.update(
            position=memos[-1][0] if memos else F("last"),
            done=F("done") + len(memos),
            flipped=F("flipped") + sum(row.result == Result.FLIPPED for row in rows),
            differing=F("differing") + sum(row.result == Result.DIFFERS for row in rows),
            refused=F("refused") + sum(row.result == Result.REFUSED for row in rows),
            heard=now,
            finished=now if len(memos) < BATCH else None,
        ):
            return None
        Redetermined.objects.bulk_create(rows)
    run.refresh_from_db()
    return run


_started: list[subprocess.Popen[bytes]] = []


def start_worker() -> bool:
    """Start `manage.py redetermine --pending` as a process of its own; whether that was possible.

    One too many does no harm: a run is claimed in the database, so whoever finds nothing to claim ends.
    """
    _started[:] = [one for one in _started if one.poll() is None]  # those that have ended are let go
    try:
        _started.append(
            subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "redetermine", "--pending"],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
    except OSError:
        return False
    return True
