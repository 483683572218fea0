"""Made-up memos in bulk are what the pages would have recorded, in a ledger that checks out."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from tests.wizard.ledger_copies import Installation
from wizard import archive, record
from wizard.desk import acts, search
from wizard.interview import walk
from wizard.ledger.audit import audit
from wizard.memo import content
from wizard.models import AnswerEvent, Case, Docket, Memo

MANY = 260


def test_many_memos_are_sealed_as_if_one_by_one(installation: Installation) -> None:
    with installation.opened() as alias:
        before = Memo.objects.using(alias).count()
        size = audit(alias).size
        *_rest, done = archive.fill(MANY, using=alias)
        report = audit(alias)
        assert report.faults == []
        assert report.size == size + MANY + done.acts
        memos = Memo.objects.using(alias).select_related("case__owner", "author", "supersedes")
        assert memos.count() == before + MANY
        made = list(memos.order_by("-pk")[:MANY])
        assert {row.supersedes is None for row in made} == {True, False}
        for later in made:
            if later.supersedes:
                change = (
                    AnswerEvent.objects.using(alias).filter(case=later.case, old__isnull=False).latest("at")
                )
                assert later.supersedes.created < change.at < later.created
        for memo in made:
            assert memo.intact
            kept = Docket.objects.using(alias).get(memo=memo)
            right = acts.derived(memo, alias)
            for field in Docket._meta.concrete_fields:
                assert getattr(kept, field.attname) == getattr(right, field.attname), field.name
        for memo in made[::10]:
            # The very bytes that recording the case's answers gives.
            events = list(AnswerEvent.objects.using(alias).filter(case=memo.case).order_by("version"))
            told = events[: memo.content["case"]["version"]]
            answers = {event.fact: event.new for event in told}
            again = Case.objects.using(alias).get(pk=memo.case_id)
            again.version = len(told)
            memo.case = again
            whole = content(memo, walk(answers), memo.content["author"]["name"], told)
            assert record.canonical(whole) == memo.canonical


def test_they_are_found_by_the_same_words(installation: Installation) -> None:
    with installation.opened() as alias:
        list(archive.fill(20, using=alias))
        for memo in Memo.objects.using(alias).select_related("author").order_by("-pk")[:20]:
            person: User = memo.author
            said = [json.loads(act.canonical)["said"] for act in memo.acts.order_by("number")]
            names = [memo.content["author"]["name"], person.get_username(), person.get_full_name()]
            words = search.words_of(memo.content, person.pk, names, said)
            assert set(memo.search_text.words.split()) == set(words.split())
            assert memo.pk in search.newest(f"{memo.number} {person.last_name[:3]}", using=alias)


def test_one_is_one(installation: Installation) -> None:
    with installation.opened() as alias:
        before = Memo.objects.using(alias).count()
        for seed in range(12):
            assert [done.memos for done in archive.fill(1, seed=seed, using=alias)] == [1]
        assert Memo.objects.using(alias).count() == before + 12


def test_another_seed_makes_others(installation: Installation) -> None:
    with installation.opened() as alias:
        list(archive.fill(12, seed=1, using=alias))
        list(archive.fill(12, seed=2, using=alias))
        titles = list(Case.objects.using(alias).order_by("-pk").values_list("title", flat=True)[:22])
        assert titles[:11] != titles[11:]
        assert audit(alias).faults == []


def test_plain_indexes_are_there_again_after_a_large_filling(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGE", 20)
    with installation.opened() as alias:

        def indexes() -> set[tuple[str, str]]:
            inspect = connections[alias].introspection
            with connections[alias].cursor() as cursor:
                return {
                    (model._meta.db_table, name)
                    for model in archive._Rows.MODELS
                    for name, found in inspect.get_constraints(cursor, model._meta.db_table).items()
                    if found["index"]
                }

        before = indexes()
        list(archive.fill(20, using=alias))
        assert indexes() == before
        assert audit(alias).faults == []
        assert search.newest("order", using=alias)


@pytest.mark.django_db
def test_only_in_a_demonstration(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="WIZARD_DEMO=1"):
        call_command("make_memos", "5")
    assert not Memo.objects.exists()
