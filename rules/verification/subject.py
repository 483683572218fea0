"""What is verified: the law's own objects, gathered so that a test can put a faulty one in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from rules.conditions import Condition
from rules.diagram import Diagram
from rules.enforcement import ENFORCED
from rules.facts import Value
from rules.law import Interpretation, Obligation, Ordered, Provision
from rules.possibility import ASKING_ORDER
from rules.provisions.classification import CLASSIFICATION
from rules.provisions.conclusion import (
    AUTHORIZATIONS,
    DECISION,
    INTERPRETATIONS,
    OBLIGATIONS,
    PROVISIONS,
    REQUIRED,
    SUBJECT,
    Decision,
)
from rules.provisions.part_744 import RED_FLAG_28
from rules.verification.graph import Graph, sample_values
from rules.verification.residual import Formulas


@dataclass(frozen=True)
class Law:
    """The order in which the law decides, what it says beside, and its provisions."""

    decision: Ordered[Decision]
    beside: Mapping[str, Ordered[Any]]
    conditions: Mapping[str, Condition]
    provisions: Mapping[str, Provision]
    interpretations: Mapping[str, Interpretation]
    obligations: tuple[Obligation, ...]
    faulty: Diagram | None = field(default=None)

    @cached_property
    def diagram(self) -> Diagram:
        """A diagram of its own, compiled from these trees."""
        if self.faulty is not None:
            return self.faulty
        roots = [*self.conditions.values()]
        for ordered in (self.decision, *self.beside.values()):
            roots += [condition for condition, _result in ordered.steps]
        return Diagram(ASKING_ORDER, roots)

    @cached_property
    def formulas(self) -> Formulas:
        """The same trees as formulas over the diagram's variables."""
        return Formulas(self.diagram)

    @cached_property
    def graph(self) -> Graph:
        """The interview from its first question."""
        return Graph()

    @cached_property
    def samples(self) -> dict[str, tuple[Value, ...]]:
        """Values of every fact, one of each class at least."""
        return sample_values({fact: one.values for fact, one in self.diagram.of_fact.items()})

    @property
    def conclusions(self) -> Mapping[str, Ordered[Any]]:
        """Everything that the law concludes, one condition as true or false."""
        single = {name: Ordered(((one, True),), False) for name, one in self.conditions.items()}
        return {"decision": self.decision, **self.beside, **single}

    def but(self, **changes: Any) -> Law:
        """The same law with something else in place of a part."""
        return replace(self, **changes)


def the_law() -> Law:
    """The law as it is encoded."""
    conditions: dict[str, Condition] = {**AUTHORIZATIONS, "red flag 28": RED_FLAG_28}
    conditions |= {one.id: one.applies for one in OBLIGATIONS if one.applies is not None}
    beside: dict[str, Ordered[Any]] = {
        "classification": CLASSIFICATION, "subject": SUBJECT, "requirement": REQUIRED, "enforcement": ENFORCED,
    }  # fmt: skip
    return Law(DECISION, beside, conditions, PROVISIONS, INTERPRETATIONS, OBLIGATIONS)
