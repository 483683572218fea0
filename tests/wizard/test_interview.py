"""The interview's walk: what it hands to the law, what it sets aside, and what it asks again."""

from __future__ import annotations

import pytest

import rules
from rules.facts import NOT_SURE
from tests.factories import CHIPS_TO_POLAND, OPEN_QUESTIONS, WEIGHTS_TO_GERMANY
from wizard.interview import walk
from wizard.models import Answer


def answered(answers: dict[str, Answer]) -> dict[str, Answer]:
    """The answers that a person with all of `answers` would have given by the end."""
    given: dict[str, Answer] = {}
    while (fact := walk(given).next) is not None:
        given[fact] = answers[fact]
    return given


def test_starts_with_the_first_question_of_the_law() -> None:
    interview = walk({})
    assert interview.next == rules.next_question(rules.read({})).next
    assert interview.asked == ()
    assert not interview.finished


def test_ends_with_the_law_s_determination() -> None:
    interview = walk(answered(dict(WEIGHTS_TO_GERMANY)))
    assert interview.finished
    assert (interview.at_least, interview.at_most) == (0, 0)
    assert interview.determination == rules.determine(rules.read(dict(WEIGHTS_TO_GERMANY)))


def test_order_of_answering_does_not_matter() -> None:
    given = answered(dict(CHIPS_TO_POLAND))
    turned = dict(reversed(given.items()))
    assert walk(turned).asked == walk(given).asked


def test_an_answer_that_no_longer_matters_is_set_aside_and_comes_back() -> None:
    given = answered(dict(WEIGHTS_TO_GERMANY))
    small: dict[str, Answer] = {**given, "training_operations": "1e20"}
    interview = walk(small)
    assert interview.next == "synthetic_data"
    assert "destination" in interview.asked, "synthetic data could still make it matter"
    settled = walk({**small, "synthetic_data": False})
    assert settled.determination.outcome == "not_controlled"
    assert "destination" in settled.set_aside
    again = walk({**small, "training_operations": "1.2e26", "synthetic_data": False})
    assert "destination" in again.asked
    assert again.set_aside == ("synthetic_data",)


def test_set_aside_answers_do_not_change_the_determination() -> None:
    given = answered(dict(WEIGHTS_TO_GERMANY))
    more = {**given, "tpp": "4800", "veu": "none"}
    interview = walk(more)
    assert interview.set_aside == ("tpp", "veu")
    decided, alone = interview.determination, walk(given).determination
    assert (decided.outcome, decided.review_policy) == (alone.outcome, alone.review_policy)


def test_an_embargoed_destination_is_not_forgotten_when_it_is_set_aside() -> None:
    small = {**answered({**WEIGHTS_TO_GERMANY, "destination": "IR"}), "training_operations": "1e20"}
    interview = walk({**small, "synthetic_data": False})
    assert "destination" in interview.set_aside
    assert interview.determination.outcome == "not_controlled"
    assert interview.determination.warnings == ("embargo",)


def test_an_answer_given_early_spares_questions() -> None:
    given = answered(dict(WEIGHTS_TO_GERMANY))
    early = {name: given[name] for name in ("item", "date", "destination")}
    interview = walk(early)
    assert interview.next == "activity"
    assert interview.asked == ("item", "date", "destination")
    assert interview.next == rules.next_question(rules.read(early)).next


def test_not_sure_is_handed_over_and_never_asked_again() -> None:
    given = answered(dict(OPEN_QUESTIONS))
    interview = walk(given)
    assert interview.finished
    assert interview.determination.outcome == "undetermined"
    assert set(interview.determination.missing) <= set(interview.not_sure)
    assert given["ultimate_parent"] == NOT_SURE


def test_an_answer_that_no_longer_fits_is_asked_again_with_the_reason() -> None:
    given = answered(dict(CHIPS_TO_POLAND))
    interview = walk({**given, "item": "computer"})
    assert interview.next == "entry"
    assert "Allowed: " in str(interview.refused["entry"][0])
    assert "entry" not in interview.set_aside


def test_an_answer_that_no_longer_fits_nor_matters_is_set_aside() -> None:
    given = answered(dict(CHIPS_TO_POLAND))
    interview = walk({**given, "item": "software"})
    assert interview.next != "entry"
    assert "entry" in interview.set_aside
    assert "entry" not in interview.facts


def test_facts_with_refuses_what_contradicts_earlier_answers() -> None:
    interview = walk({"item": "integrated_circuit"})
    with pytest.raises(rules.InvalidTransaction):
        interview.facts_with("activity", "deemed_export")
    assert interview.facts_with("activity", "export")["activity"] == "export"
