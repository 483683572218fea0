"""A few realistic cases and memos for a demonstration, made through the same code as those of users."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import get_language

from rules.facts import NOT_SURE
from wizard.accounts import DEMO_ACCOUNTS, Role
from wizard.answers import given
from wizard.interview import Interview, walk
from wizard.memo import seal, state
from wizard.models import Answer, AnswerEvent, Case, Memo


@dataclass(frozen=True)
class Sample:
    """A transaction as someone might bring it: its title, its answers, and whether its result was
    recorded."""

    title: str
    answers: Mapping[str, Answer]
    recorded: bool = True


_WEIGHTS: Mapping[str, Answer] = {
    "date": "2026-09-01",
    "activity": "export",
    "item": "model_weights",
    "origin": "us",
    "training_operations": "1.2e26",
    "synthetic_data": False,
    "weights_status": "closed",
    "below_published_frontier": False,
    "part_744_concern": False,
}
_CHIPS: Mapping[str, Answer] = {
    "date": "2026-09-01",
    "activity": "export",
    "item": "integrated_circuit",
    "entry": "3A090",
    "origin": "us",
    "tpp": "15832",
    "performance_density": "19.449",
    "datacenter": True,
    "dram_bandwidth": "4800",
    "units": "1,024",
    "authorized_designer": True,
    "private_sector": True,
    "purpose": "own_use",
    "trains_4e091_for_outsiders": False,
    "direct_to_consignee": True,
    "lpp_tpp_received_this_year": "0",
    "veu": "none",
    "exceeds_country_allocation": False,
    "china_certifications": False,
    "uae_exempt_recipient": False,
    "part_744_concern": False,
}

SAMPLES = (
    Sample(
        "Rheinwerk KI GmbH: closed weights to a secured facility",
        {
            **_WEIGHTS,
            "destination": "DE",
            "headquarters": "DE",
            "ultimate_parent": "DE",
            "storage_compliant": True,
        },
    ),
    Sample(
        "Bharat Compute: frontier weights",
        {
            **_WEIGHTS,
            "training_operations": "10²⁶",
            "destination": "IN",
            "headquarters": "IN",
            "ultimate_parent": "IN",
        },
    ),
    Sample(
        "Warta Data: 1,024 accelerators for a data center",
        {**_CHIPS, "destination": "PL", "headquarters": "PL", "ultimate_parent": "PL"},
    ),
    Sample(
        "Huanan Cloud: accelerators",
        {**_CHIPS, "destination": "CN", "headquarters": "CN", "ultimate_parent": "CN"},
    ),
    Sample(
        "Nordlicht AI AS: ownership of the parent still unclear",
        {
            **_WEIGHTS,
            "destination": "NO",
            "headquarters": "NO",
            "ultimate_parent": NOT_SURE,
            "storage_compliant": NOT_SURE,
        },
    ),
    Sample(
        "Sakura Robotics: small model", {**_WEIGHTS, "training_operations": "9.9e25", "destination": "JP"}
    ),
    Sample(
        "Lumen Labs: sizing a first order",
        {"item": "integrated_circuit", "activity": "export"},
        recorded=False,
    ),
)


def play(case: Case, by: User, answers: Mapping[str, Answer]) -> Interview:
    """Answer the case's questions one by one, as far as `answers` go, the way a person would; where it
    then stands."""
    interview = walk(case.answers)
    while interview.next is not None and interview.next in answers:
        fact = interview.next
        value = answers[fact]
        case.save_answers(
            {fact: given(fact, value, interview.facts)},
            by=by,
            way=AnswerEvent.Way.NOT_SURE if value == NOT_SURE else AnswerEvent.Way.TYPED,
            seen=case.version,
            language=get_language() or "en",
        )
        interview = walk(case.answers)
    return interview


def record(case: Case, by: User) -> Memo:
    """Record the case's result as `by` would on the result page."""
    interview = walk(case.answers)
    return seal(
        case, by, name=by.get_full_name() or by.get_username(), key=uuid.uuid4(), seen=state(interview)
    )


def make_samples() -> None:
    """Make the samples as cases of the demo account for sales; none that it already has under the same title.

    Raises:
        User.DoesNotExist: the demo accounts were not made.
    """
    owner = User.objects.get(username=DEMO_ACCOUNTS[Role.SALES][0])
    for sample in SAMPLES:
        if owner.cases.filter(title=sample.title).exists():
            continue
        case = Case.objects.start(owner, sample.title)
        play(case, owner, sample.answers)
        if sample.recorded:
            record(case, owner)
