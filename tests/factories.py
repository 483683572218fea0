"""People, cases and memos for the tests, made through the code that users' pages use."""

# mypy: disable-error-code="no-untyped-call,untyped-decorator,attr-defined"
# factory-boy declares its types only in part.

from __future__ import annotations

from typing import Any

import factory
from django.contrib.auth.models import Group, User
from factory.django import DjangoModelFactory

from wizard.accounts import Role
from wizard.models import Case, Memo
from wizard.samples import SAMPLES, play, record

WEIGHTS_TO_GERMANY = SAMPLES[0].answers
WEIGHTS_TO_INDIA = SAMPLES[1].answers
CHIPS_TO_POLAND = SAMPLES[2].answers
OPEN_QUESTIONS = SAMPLES[4].answers


class UserFactory(DjangoModelFactory[User]):
    """A salesperson; `role` gives another role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Example {n}")

    @factory.post_generation
    def role(self, create: bool, extracted: Role | None, **_kwargs: Any) -> None:
        """Put the person into the role's group."""
        self.groups.add(Group.objects.get(name=(extracted or Role.SALES).value))


class CaseFactory(DjangoModelFactory[Case]):
    """A case of `owner`, answered as far as `answers` go."""

    class Meta:
        model = Case

    owner = factory.SubFactory(UserFactory)
    title = "Rheinwerk KI GmbH"
    answers: Any = factory.LazyFunction(dict)

    @classmethod
    def _create(cls, model_class: type[Case], *args: Any, **kwargs: Any) -> Case:
        case = model_class.objects.start(kwargs["owner"], kwargs["title"])
        play(case, kwargs["owner"], kwargs["answers"])
        return case


class MemoFactory(DjangoModelFactory[Memo]):
    """A memo of a finished case, recorded by the case's owner."""

    class Meta:
        model = Memo

    case = factory.SubFactory(CaseFactory, answers=WEIGHTS_TO_GERMANY)

    @classmethod
    def _create(cls, model_class: type[Memo], *args: Any, **kwargs: Any) -> Memo:
        case: Case = kwargs["case"]
        return record(case, case.owner)
