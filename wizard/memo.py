"""What a result and a memo say, as data; and the sealing of a memo.

`findings` puts a determination into words, once, for the result page and for the memo alike. `seal` stores
a memo: the answers as they were asked and given, the determination, and the findings in every language of
the site, as canonical bytes. What is shown of a memo later comes from those bytes alone.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rules import INTERPRETATIONS, law, missing_for_reading
from rules.facts import NOT_SURE
from rules.provisions.conclusion import UNDETERMINED
from rules.provisions.part_744 import AFFILIATES_RULE_STAYED_UNTIL, AFTER_THE_STAY
from rules.questions import BY_FACT
from wizard import record, wording
from wizard.answers import amounts_to, ask, given_by, say, say_date, say_moment
from wizard.desk import acts, letters, search
from wizard.interview import Interview, walk
from wizard.models import Answer, AnswerEvent, Case, Docket, Memo, Serial

FORMAT = 1
"""The number of this layout of a memo's content; a change of keys or meanings takes the next."""

_PRESENTED = ("item", "activity", "destination", "date")
"""The facts that the question presented names."""


class ResultChangedError(Exception):
    """The answers, or what the law makes of them, are no longer those of the page that was declared."""


class KeyReusedError(Exception):
    """A submission key came back with a different submission."""


def state(interview: Interview) -> str:
    """A digest of the answers and the determination, to know a result page that has gone out of date."""
    return record.digest(
        {"answers": dict(interview.answers), "determination": interview.determination.to_json()}
    )


def findings(interview: Interview) -> dict[str, Any]:
    """The determination of an interview in the words of the active language."""
    found = interview.determination.to_json()
    return {
        "question_presented": [
            say(name, interview.answers[name])
            for name in _PRESENTED
            if interview.answers.get(name) is not None
        ],
        "outcome": _outcome(str(found["outcome"])),
        "possible_outcomes": [_outcome(code) for code in found["possible_outcomes"]],
        "review_policy": _words(wording.REVIEW_POLICIES, found["review_policy"]),
        "classification": found["classification"] or "",
        "warnings": [
            *(str(wording.WARNINGS[code]) for code in found["warnings"]),
            *_not_in_the_sources(interview),
        ],
        "red_flags": [str(wording.RED_FLAGS[code]) for code in found["red_flags"]],
        "issues": _by_value(_issues(found["trace"], interview)),
        "authorizations": sorted(
            (_authorization(name, item) for name, item in found["authorizations"].items()),
            key=lambda item: list(wording.STATUSES).index(item["status"]),
        ),
        "codified": _codified(found["license_required"]),
        "enforced": _enforced(found["enforcement"]),
        "interpretations": [_interpretation(item, interview) for item in found["interpretations"]],
        "obligations": [
            {
                "authorization": str(wording.OWED_FOR.get(item["authorization"], item["authorization"])),
                "when": str(wording.WHEN[item["when"]]),
                "text": _(item["text"]),
                "citation": item["citation"],
                "deadline": _(item["deadline"]) if item["deadline"] else "",
                "threshold": _(item["threshold"]) if item["threshold"] else "",
                "applies": str(wording.APPLIES[item["applies"]]),
                "applies_code": item["applies"],
            }
            for item in found["obligations"]
        ],
        "unknown": [_unknown(name, interview) for name in found["missing"]],
        **_open_in_authorizations(interview),
        "assumptions": _assumptions(),
        "edition": _say_date(found["edition"]) if found["edition"] else "",
        "sources_checked": say_date(law.SOURCES_CHECKED),
    }


def seal(case: Case, author: User, *, name: str, key: uuid.UUID, seen: str) -> Memo:
    """Record the case's result as a memo, exactly once for a submission key.

    `name` is the name typed under the declaration; `seen` is the `state` of the result page that was
    declared. A memo that the case already has is superseded.

    Raises:
        ResultChangedError: the result is no longer the one that was shown.
        KeyReusedError: the key already belongs to a different submission.
    """
    submission = record.digest({"case": str(case.public_id), "author": author.pk, "name": name, "seen": seen})
    with transaction.atomic():
        # Holding the case keeps its answers still and lets a second, equal submission wait for the first.
        held = Case.objects.select_for_update().get(pk=case.pk)
        earlier = Memo.objects.filter(submission_key=key).first()
        if earlier is not None:
            if earlier.submission_digest != submission:
                raise KeyReusedError
            return earlier
        interview = walk(held.answers)
        if not interview.finished or state(interview) != seen:
            raise ResultChangedError
        edition = interview.determination.edition
        superseded = held.memos.order_by("-id").first()
        memo = Memo(
            public_id=uuid.uuid4(),
            number=Serial.next("M"),
            case=held,
            author=author,
            created=timezone.now(),
            edition=datetime.date.fromisoformat(edition) if edition else None,
            revision=settings.REVISION,
            outcome=interview.determination.outcome,
            supersedes=superseded,
            submission_key=key,
            submission_digest=submission,
        )
        events = held.events.select_related("by", "invitation__asked_by").order_by("version")
        memo.write(content(memo, interview, name, list(events)))
        memo.destination = str(memo.settled.get("destination", ""))
        if superseded is not None:
            acts.supersede(superseded, author, memo.number)
        memo.save()
        Docket.objects.enter(memo)
        search.index(memo)
        letters.after_commit(letters.recorded, memo)
        return memo


def content(memo: Memo, interview: Interview, name: str, events: list[AnswerEvent]) -> dict[str, Any]:
    """Everything a memo says; `events` are those of its case, in their order."""
    case, author = memo.case, memo.author
    return {
        "format": FORMAT,
        "public_id": str(memo.public_id),
        "number": memo.number,
        "created": record.timestamp(memo.created),
        "legal_date": timezone.localdate(memo.created).isoformat(),
        "edition": memo.edition.isoformat() if memo.edition else None,
        "revision": memo.revision,
        "supersedes": memo.supersedes.number if memo.supersedes else None,
        "case": {
            "public_id": str(case.public_id),
            "reference": case.reference,
            "title": case.title,
            "version": case.version,
        },
        "author": {
            "username": author.get_username(),
            "name": name,
        },
        "answers": dict(interview.answers),
        "asked": list(interview.asked),
        "set_aside": list(interview.set_aside),
        "not_sure": list(interview.not_sure),
        "determination": interview.determination.to_json(),
        "text": {
            language: _text(memo, interview, events, language) for language, _name in settings.LANGUAGES
        },
    }


def _text(memo: Memo, interview: Interview, events: list[AnswerEvent], language: str) -> dict[str, Any]:
    """The memo's words in one language."""
    with translation.override(language):
        latest = {event.fact: event for event in events}
        return {
            "date": say_date(timezone.localdate(memo.created)),
            "findings": findings(interview),
            "facts": [
                {"number": number, **_fact(name, interview, latest, language)}
                for number, name in enumerate(interview.asked, 1)
            ],
            "set_aside": [_fact(name, interview, latest, language) for name in interview.set_aside],
            "changes": [
                {
                    "question": _question(event.fact, event, interview, language),
                    "old": say(event.fact, event.old),
                    "new": say(event.fact, event.new),
                    "by": given_by(event),
                    "at": say_moment(event.at),
                    "outcome_before": (
                        str(wording.OUTCOMES[event.outcome_before].heading) if event.outcome_before else ""
                    ),
                }
                for event in events
                if event.old is not None and event.old != event.new
            ],
            "declaration": str(wording.DECLARATION),
        }


def _fact(
    name: str, interview: Interview, latest: Mapping[str, AnswerEvent], language: str
) -> dict[str, Any]:
    """One fact: the question as it was asked, the answer, who gave it, when and how."""
    event = latest[name]
    answer: Answer = interview.answers[name]
    return {
        "fact": name,
        "question": _question(name, event, interview, language),
        "answer": say(name, answer),
        "more": amounts_to(name, answer, interview.facts),
        "not_sure": answer == NOT_SURE,
        "by": given_by(event),
        "at": say_moment(event.at),
        "way": str(AnswerEvent.Way(event.way).label),
        "basis": event.basis,
    }


def _question(name: str, event: AnswerEvent, interview: Interview, language: str) -> str:
    """The very words asked; in the other language, today's words of the same question."""
    return event.question if event.language == language else ask(name, interview.facts)


def _outcome(code: str) -> dict[str, Any]:
    shown = wording.OUTCOMES[code]
    return {
        "code": code,
        "shape": shown.shape,
        "heading": str(shown.heading),
        "meaning": str(shown.meaning),
        "steps": [str(step) for step in shown.steps],
    }


def _issues(trace: Iterable[Mapping[str, Any]], interview: Interview) -> list[dict[str, Any]]:
    """The trace by provision, in the order in which the law came to them: the provision, then its clauses."""
    issues: dict[str, dict[str, Any]] = {}
    for step in trace:
        finding = {
            "citation": step["citation"],
            "says": _(step["says"]),
            "value": step["value"],
            "words": str(wording.TRUTHS[step["value"]]),
            "interpretation": step["interpretation"],
        }
        if step["provision"] in issues:
            issues[step["provision"]]["steps"].append(finding)
            continue
        issues[step["provision"]] = {
            **finding,
            "title": _(step["title"]),
            "version": _say_date(step["version"]) if step["version"] else "",
            "source": step["source"],
            "facts": [
                {"number": number, "answer": say(name, interview.answers[name])}
                for number, name in enumerate(interview.asked, 1)
                if name in step["facts"]
            ],
            "steps": [],
        }
    return list(issues.values())


def _by_value(issues: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The issues met, not met and open, each in the order of the law."""
    sorted_out: dict[str, list[dict[str, Any]]] = {value: [] for value in wording.TRUTHS}
    for issue in issues:
        sorted_out[issue["value"]].append(issue)
    return sorted_out


def _authorization(name: str, item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": str(wording.AUTHORIZATIONS[name]),
        "status": item["status"],
        "words": str(wording.STATUSES[item["status"]]),
        "reasons": [
            {"text": _(reason["text"]), "citation": reason["citation"]} for reason in item["reasons"]
        ],
    }


def _codified(license_required: bool | None) -> str:
    return str(wording.CODIFIED[_truth(license_required)])


def _enforced(enforcement: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "posture": _words(wording.POSTURES, enforcement["posture"]),
        "words": str(wording.ENFORCED[_truth(enforcement["license_required"])]),
        "events": [
            {"date": _say_date(event["date"]), "text": _(event["text"]), "source": event["source"]}
            for event in enforcement["events"]
        ],
    }


def _interpretation(item: Mapping[str, Any], interview: Interview) -> dict[str, Any]:
    read = INTERPRETATIONS[item["id"]]
    depends = missing_for_reading(item["id"], interview.facts) if item["outcome"] == UNDETERMINED else ()
    return {
        "id": item["id"],
        "question": _(read.question),
        "adopted": _(read.adopted_says),
        "alternative": _(read.alternative_says),
        "citation": read.citation,
        "outcome": str(wording.OUTCOMES[item["outcome"]].heading),
        "review_policy": _words(wording.REVIEW_POLICIES, item["review_policy"]),
        **({"depends": [ask(name, interview.facts) for name in depends]} if depends else {}),
    }


def _not_in_the_sources(interview: Interview) -> Iterator[str]:
    """What may apply by the day of the transaction, and the sources cannot say whether it does."""
    day = interview.facts.get("date")
    if isinstance(day, datetime.date) and day > AFFILIATES_RULE_STAYED_UNTIL:
        yield _(AFTER_THE_STAY)


def _open_in_authorizations(interview: Interview) -> dict[str, list[str]]:
    """The questions that tell which authorization is available; nothing where one is for certain, or none."""
    asked = [ask(name, interview.facts) for name in interview.open_in_authorizations]
    return {"open_in_authorizations": asked} if asked else {}


def _unknown(name: str, interview: Interview) -> dict[str, str]:
    question = BY_FACT[name]
    return {
        "fact": name,
        "question": ask(name, interview.facts),
        "who": _(question.who),
        "find_out": _(question.find_out),
        "citation": question.citation,
    }


def _assumptions() -> list[str]:
    return [
        _("The facts are as answered. Nobody has checked them against documents."),
        _("Only the AI Diffusion rule and what this memo cites was applied. The rest of the EAR was not."),
        _("The sources were last checked on %(day)s. What happened after that day is not known here.")
        % {"day": say_date(law.SOURCES_CHECKED)},
    ]


def _words(words: Mapping[str, wording.Words], code: str | None) -> str:
    return str(words[code]) if code else ""


def _truth(value: bool | None) -> str:
    return "unknown" if value is None else "true" if value else "false"


def _say_date(iso: str) -> str:
    return say_date(datetime.date.fromisoformat(iso))
