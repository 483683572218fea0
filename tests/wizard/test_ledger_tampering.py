"""More ways to tamper with the record: the answers behind the memos, and proofs made to mislead the verifier.

`python -m tests.proofs` runs the long forms.
"""

from __future__ import annotations

import pytest

from tests import proofs
from tests.wizard.ledger_copies import ON_POSTGRESQL, Installation

ANSWER = "(SELECT id FROM wizard_answerevent ORDER BY id LIMIT 1 OFFSET 2)"
"""An answer that a memo says."""

ANSWERS = {
    "an answer": f"UPDATE wizard_answerevent SET new = '\"IN\"' WHERE id = {ANSWER}",
    "what an answer was before": f"UPDATE wizard_answerevent SET old = '\"IN\"' WHERE id = {ANSWER}",
    "the fact that was asked": f"UPDATE wizard_answerevent SET fact = 'veu' WHERE id = {ANSWER}",
    "the words that were asked": f"UPDATE wizard_answerevent SET question = 'Is it so?' WHERE id = {ANSWER}",
    "what an answer rests on": f"UPDATE wizard_answerevent SET basis = 'a guess' WHERE id = {ANSWER}",
    "when it was given": f"UPDATE wizard_answerevent SET at = '2025-01-15 12:00:00' WHERE id = {ANSWER}",
    "the language it was asked in": f"UPDATE wizard_answerevent SET language = 'zh-hans' WHERE id = {ANSWER}",
    "who gave it": "UPDATE wizard_answerevent SET by_id = (SELECT id FROM auth_user WHERE id <> by_id LIMIT 1) "
    f"WHERE id = {ANSWER}",
    "the colleague who gave it": f"UPDATE wizard_answerevent SET colleague = 'Grace' WHERE id = {ANSWER}",
    "the words of the answer": f"UPDATE wizard_answerevent SET answer = 'Norway' WHERE id = {ANSWER}",
    "the way it came about": f"UPDATE wizard_answerevent SET way = 'catalog' WHERE id = {ANSWER}",
    "the order of two answers": f"UPDATE wizard_answerevent SET version = 1000 WHERE id = {ANSWER}; "
    f"UPDATE wizard_answerevent SET version = 3 WHERE id = {ANSWER} + 1; "
    f"UPDATE wizard_answerevent SET version = 4 WHERE id = {ANSWER}",
    "its place": f"UPDATE wizard_answerevent SET version = 1000 WHERE id = {ANSWER}",
    "its case": f"UPDATE wizard_answerevent SET version = 1000, case_id = (SELECT max(id) FROM wizard_case) "
    f"WHERE id = {ANSWER}",
    "an answer deleted": f"DELETE FROM wizard_answerevent WHERE id = {ANSWER}",
    "every answer deleted": "DELETE FROM wizard_answerevent",
}
if ON_POSTGRESQL:
    ANSWERS["answers emptied"] = "TRUNCATE wizard_answerevent"
else:
    ANSWERS["an answer replaced"] = (
        "INSERT OR REPLACE INTO wizard_answerevent (id, version, fact, old, new, at, way, language, question, answer, "
        "basis, outcome_before, colleague, by_id, case_id) SELECT id, version, fact, old, '\"IN\"', at, way, language, "
        "question, answer, basis, outcome_before, colleague, by_id, case_id FROM wizard_answerevent "
        f"WHERE id = {ANSWER}"
    )


@pytest.mark.parametrize("name", ANSWERS)
def test_changed_answers_are_found(installation: Installation, name: str) -> None:
    with installation.unprotected() as connection:
        changed = [connection.execute(part).rowcount for part in ANSWERS[name].split("; ")]
    faults = installation.audit().faults
    assert any(changed), "The statement must have changed something."
    assert any("an answer behind it" in fault.what for fault in faults)
    assert not [fault for fault in faults if not fault.where.startswith(("memo ", "answers of memo "))]
    assert not [fault for fault in faults if "trigger" in fault.what]


def test_an_answer_after_the_memo_is_none_of_its_business(installation: Installation) -> None:
    """A case may be answered anew once its memo is recorded: that is no tampering."""
    installation.run(
        "import django; django.setup()\n"
        "from wizard.models import Case, AnswerEvent\n"
        "from wizard.answers import given\n"
        "case = Case.objects.order_by('id').first()\n"
        "case.save_answers({'part_744_concern': given('part_744_concern', True, {})}, by=case.owner,\n"
        "                  way=AnswerEvent.Way.TYPED, seen=case.version, language='en')"
    )
    assert installation.audit().faults == []


def test_two_thousand_mutated_proofs_are_refused() -> None:
    assert proofs.mutated_proofs(2_000, seconds=60).wrong == 0


def test_what_attacks_the_reader_of_proofs_is_refused() -> None:
    assert len(proofs.ATTACKS) > 20
    assert proofs.attacks_accepted() == []


def test_memos_are_checked_offline_quickly() -> None:
    """A hundred thousand in a minute of processor time: five hundred, with room for a busy machine."""
    tried = proofs.offline(500)
    assert tried.wrong == 0
    assert tried.seconds < 3


def test_the_same_bytes_in_other_environments() -> None:
    """Hash seed, time zone, locale and process: each value of each once."""
    assert len({*proofs.bytes_in(proofs.ENVIRONMENTS[::21]), *proofs.bytes_in([{}])}) == 1
