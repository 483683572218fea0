"""The sample cases and memos of a demonstration."""

from __future__ import annotations

import pytest

from wizard.accounts import make_demo_accounts
from wizard.interview import walk
from wizard.models import Case, Memo
from wizard.samples import SAMPLES, make_samples


@pytest.mark.django_db
def test_samples_are_made_once_and_cover_every_shape_of_outcome() -> None:
    make_demo_accounts()
    for _time in range(2):
        make_samples()
    assert Case.objects.count() == len(SAMPLES)
    assert Memo.objects.count() == sum(sample.recorded for sample in SAMPLES)
    assert all(memo.intact for memo in Memo.objects.all())
    assert {memo.outcome for memo in Memo.objects.all()} >= {
        "license_required", "authorization_available", "undetermined", "not_controlled",
    }  # fmt: skip
    assert all(walk(case.answers).finished == case.memos.exists() for case in Case.objects.all())
