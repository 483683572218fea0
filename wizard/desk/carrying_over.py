"""New cases from the answers of memos that a run decided again; the memos stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import translation

from rules import facts
from rules.facts import FACTS, NOT_SURE, InvalidValue
from wizard.answers import given
from wizard.models import AnswerEvent, CarriedOver, Case, Redetermined, Serial


def carry_over(found: Redetermined, by: User, title: str) -> Case:
    """A new case with a memo's answers, for the owner of the memo's case; the one there is, if it was begun before.

    Each answer is one that `by` carried over from the memo; the date is the run's day. Answers to facts that the law no
    longer knows stay behind. The memo is left as it is.
    """
    run, memo = found.run, found.memo
    with transaction.atomic():
        # Holding the memo's case lets a second, equal click wait for the first.
        held = Case.objects.select_for_update().get(pk=memo.case_id)
        earlier = CarriedOver.objects.filter(run=run, memo=memo).select_related("case").first()
        if earlier is not None:
            return earlier.case
        case = Case.objects.create(owner_id=held.owner_id, title=title, reference=Serial.next("C"))
        answers = {name: value for name, value in memo.content["answers"].items() if name in FACTS}
        carried = {name: value for name, value in answers.items() if value is not None}
        known = _known(carried)
        language = translation.get_language() or "en"
        order = [name for name in memo.content["asked"] if name in carried]
        order += [name for name in carried if name not in order]
        dated = run.day is not None
        case.save_answers(
            {
                name: given(name, carried[name], known, memo.number)
                for name in order
                if not (dated and name == "date")
            },
            by=by,
            way=AnswerEvent.Way.CARRIED_OVER,
            seen=0,
            language=language,
        )
        if run.day is not None:
            case.save_answers(
                {"date": given("date", run.day.isoformat(), known, memo.number)},
                by=by,
                way=AnswerEvent.Way.TYPED,
                seen=case.version,
                language=language,
            )
        CarriedOver.objects.create(case=case, memo=memo, run=run, by=by)
        return case


def _known(answers: Mapping[str, Any]) -> Mapping[str, object]:
    """As many of the answers as can be read, for the wording of the questions."""
    known: dict[str, object] = {}
    for name, value in answers.items():
        if value == NOT_SURE:
            continue
        try:
            known[name] = facts.read_value(name, value)
        except InvalidValue:
            continue
    return known
