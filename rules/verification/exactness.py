"""Point 1: exact under incomplete facts, for every combination of answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from rules import places
from rules.conditions import ByPeriod, Condition, InGroup, Known, Since, Term, Test, Weigh, all_of, not_
from rules.determination import edition
from rules.diagram import Diagram, Start, Variable, decimal, fraction, periods
from rules.facts import FACTS, Facts, Kind
from rules.law import Ordered, Provision, walk
from rules.possibility import ASKING_ORDER, AT_MOST, Possibilities
from rules.truth import TRUE
from rules.verification import elimination
from rules.verification.graph import Graph, completed
from rules.verification.proof import TINY, Proof, sampled, shown
from rules.verification.questions import no_idle
from rules.verification.residual import Formulas
from rules.verification.space import Space
from rules.verification.subject import Law


def whole_space(law: Law) -> Iterator[Proof]:
    """Diagram and trees give the same result for every combination of classes, under every reading."""
    space = Space(law.diagram)
    readings: list[tuple[str, Ordered[Any], str | None]] = [("decision", law.decision, None)]
    readings += [("decision", law.decision, one) for one in law.interpretations]
    readings += [(name, ordered, None) for name, ordered in law.conclusions.items() if name != "decision"]
    states, results, faults = 0, 0, []
    for name, ordered, alternative in readings:
        found = space.covered(ordered, law.formulas, alternative)
        states += found.states
        results += len(found.combinations)
        faults += [f"{name} {alternative or ''}: {fault}" for fault in found.faults]
        if found.combinations.total() != space.size:
            faults.append(f"{name}: {found.combinations.total()} combinations of {space.size}")
    yield Proof(
        f"combinations of classes, each for {len(readings)} results ({len(law.interpretations)} other readings of "
        f"the decision among them); shared in {states:,} states, {results} results, and summed again to the whole",
        space.size,
        faults,
    )


def periods_joined(law: Law) -> Iterator[Proof]:
    """The diagram that answers, in which a limit that goes by period is one test of date and number, is proven too."""
    roots = list(_roots(law))
    diagram = Diagram(ASKING_ORDER, roots, joined=True)
    space, formulas, faults, states = Space(diagram), Formulas(diagram), [], 0
    readings = [("decision", law.decision, one) for one in law.interpretations]
    readings += [(name, ordered, None) for name, ordered in law.conclusions.items()]  # type: ignore[misc]
    for name, ordered, alternative in readings:
        found = space.covered(ordered, formulas, alternative)
        states += found.states
        faults += [f"{name} {alternative or ''}: {fault}" for fault in found.faults]
        if found.combinations.total() != space.size:
            faults.append(f"{name}: {found.combinations.total()} combinations of {space.size}")
    yield Proof(
        f"combinations of classes, with a limit that goes by period as one test, each for {len(readings)} results; "
        f"shared in {states:,} states",
        space.size,
        faults,
    )
    proof = Proof(
        "dates and numbers around every such limit, where the one test says what the condition says; classes of days "
        "and other facts"
    )
    for condition in {node for root in roots for node in walk(root) if isinstance(node, ByPeriod)}:
        by_period = periods(condition)
        eves = [day - datetime.timedelta(days=1) for day in by_period.days[1:]]
        limits = {Fraction(limit[0]) for _day, limit in by_period.rows if limit}  # type: ignore[arg-type]
        for day in (*by_period.days, *eves, *diagram.days, datetime.date.max):
            for number in {
                max(one + step, Fraction(0)) for one in limits for step in (-TINY, Fraction(0), TINY)
            }:
                holds = condition.value(Known({"date": day, by_period.fact: decimal(number)})) is TRUE
                proof.check(holds is by_period.holds(day, number), f"{by_period.fact} {number} on {day}")
    for fact, variable in diagram.of_fact.items():
        if not any(fact in test.facts for test in diagram.joint if test.periods):
            alike = law.diagram.of_fact[fact]
            same = (variable.starts, variable.classes) == (alike.starts, alike.classes)
            proof.check(same, f"{fact} has other classes")
    _days(diagram, *_single_tests(roots, ByPeriod), law.diagram.days, proof)
    yield proof


def classes(law: Law) -> Iterator[Proof]:
    """One value speaks for its class: every country, every day of 2024 to 2029, the ends of every range of numbers."""
    tests, provisions = _single_tests(_roots(law), ())
    proof = Proof(
        "tests of a country, a day or the end of a range, against the value that speaks for its class"
    )
    _countries(law, tests, proof)
    first, last = datetime.date(2024, 1, 1), datetime.date(2030, 1, 1)
    days = [first + datetime.timedelta(days=number) for number in range((last - first).days)]
    _days(law.diagram, tests, provisions, days, proof)
    for fact, own in tests.items():
        variable = law.diagram.of_fact[fact]
        if FACTS[fact].kind not in (Kind.NUMBER, Kind.COUNT):
            continue
        for branch, (ends, value) in enumerate(zip(_ends(variable), variable.values, strict=True)):
            for end in ends:
                proof.check(
                    variable.branch(decimal(end)) == branch, f"{fact}: {end} is not in class {branch}"
                )
                for test in own:
                    proof.check(_passes(test, {fact: end}) is _passes(test, {fact: value}), f"{fact}: {end}")
    yield proof


def _countries(law: Law, tests: Mapping[str, list[Test]], proof: Proof) -> None:
    for fact in (name for name, one in FACTS.items() if one.kind is Kind.COUNTRY):
        variable = law.diagram.of_fact[fact]
        for code in places.COUNTRIES:
            if fact == "destination" and code == "US":
                continue
            sample = variable.values[variable.branch(code)]
            for test in dict.fromkeys(tests.get(fact, ())):
                for day in law.diagram.days if isinstance(test, InGroup) else law.diagram.days[:1]:
                    same = _passes(test, {fact: code, "date": day}) is _passes(
                        test, {fact: sample, "date": day}
                    )
                    proof.check(same, f"{fact}: {code} is not like {sample} on {day}")


def _single_tests(
    roots: Iterable[Condition], whole: type[Condition] | tuple[()]
) -> tuple[dict[str, list[Test]], list[Provision]]:
    """The tests that look at one fact, a country's group aside, by that fact; and the provisions."""
    tests: dict[str, list[Test]] = {}
    provisions: list[Provision] = []
    for root in roots:
        for node in walk(root, whole):
            if isinstance(node, Provision):
                provisions.append(node)
            if isinstance(node, Test) and not (isinstance(node, Weigh) and len(node.facts) > 1):
                tests.setdefault(node.facts[0], []).append(node)
    return tests, provisions


def _days(
    diagram: Diagram,
    tests: Mapping[str, list[Test]],
    provisions: list[Provision],
    days: Iterable[datetime.date],
    proof: Proof,
) -> None:
    variable = diagram.of_fact["date"]
    by_date = [test for own in tests.values() for test in own if isinstance(test, (Since, InGroup))]
    by_test = {test.group if isinstance(test, InGroup) else test.day: test for test in by_date}
    for day in days:
        sample = diagram.days[variable.branch(day)]
        for test in by_test.values():
            if isinstance(test, Since):
                proof.check((day >= test.day) is (sample >= test.day), f"{day} is not like {sample}")
            else:
                members = [{code for code in places.ROWS if test.holds(code, one)} for one in (day, sample)]
                proof.check(members[0] == members[1], f"{test.group}: {day} is not like {sample}")
        for one in dict.fromkeys(provisions):
            proof.check(one.version(day) is one.version(sample), f"{one.id}: {day} is not like {sample}")
        proof.check(edition(day) == edition(sample), f"the edition of {day} is not that of {sample}")


def _passes(test: Test, known: Mapping[str, Any]) -> object:
    facts = {name: decimal(one) if isinstance(one, Fraction) else one for name, one in known.items()}
    return test.value(Known(facts))


def _ends(variable: Variable) -> Iterator[list[Fraction]]:
    """Of each range of numbers: its first value and its last, as near as makes no difference."""
    following = [*variable.starts[1:], (Fraction(10) ** 40, 0)]
    for (low, after), (high, past) in zip(variable.starts, following, strict=True):
        assert isinstance(low, (int, Fraction))
        assert isinstance(high, (int, Fraction))
        yield [Fraction(low) + (TINY if after else 0), Fraction(high) - (0 if past else TINY)]


def _roots(law: Law) -> list[Condition]:
    roots = [*law.conditions.values(), *law.provisions.values()]
    for ordered in (law.decision, *law.beside.values()):
        roots += [condition for condition, _result in ordered.steps]
    return roots


def branches_agree(law: Law, graph: Graph | None = None) -> Iterator[Proof]:
    """A way through every branch of the interview, answered by plain evaluation of the trees."""
    graph = graph or law.graph
    proof = Proof(
        f"ways, one through every branch of the interview's {len(graph.places):,} places ({graph.paths:,} in all): "
        "plain evaluation gives the interview's decision however the facts not asked are filled in"
    )
    agree(law, graph, proof)
    yield proof


def agree(law: Law, graph: Graph, proof: Proof) -> None:
    for turn, (place, branch) in enumerate(graph.branches()):
        known = place.with_branch(branch)
        decision = graph.end(branch.place, known, turn)
        open_ends = law.decision.results(Known(known))
        proof.check(decision in open_ends, f"plain evaluation rules out {decision}: {shown(known)}")
        for last in (False, True):
            whole = completed(known, law.samples, last)
            found = law.decision.results(Known(whole))
            if found != [decision]:
                proof.faults.append(f"{decision}, the trees say {found}: {shown(whole)}")


def together(law: Law) -> Iterator[Proof]:
    """Tests that weigh several numbers: exactly those outcomes are held possible together that some numbers give."""
    proof = Proof(
        "sets of outcomes of ranges and tests that weigh numbers together, with none or one of the numbers known: held "
        "possible exactly when limits can be met (by eliminating one number after another)"
    )
    tests = list(_weighing(law))
    for group in _groups(tests):
        own = [test for test in tests if set(test.facts) <= group]
        ranges = [list(_ranges(law.diagram.of_fact[fact])) for fact in sorted(group)]
        combined = [
            (
                all_of(*(one for one, _limits in chosen)),
                [limit for _one, limits in chosen for limit in limits],
            )
            for chosen in product(*ranges, *(_outcomes(test) for test in own))
        ]
        related = [_relation()] if group & set(AT_MOST) else []
        for known in [{}, *_single_numbers(law, group)]:
            possibilities = Possibilities(Facts({fact: decimal(value) for fact, value in known.items()}))
            fixed = [limit for fact, value in known.items() for limit in _exactly(fact, value)]
            for condition, limits in combined:
                if known and any(" * " in name for limit in limits for name, _value in limit.coefficients):
                    continue  # a product of which one factor is known is linear in the other; sampled below
                wanted = elimination.satisfiable([*limits, *related, *fixed])
                proof.check((True in possibilities.results(condition)) is wanted, f"{known}: {limits}")
    yield proof


def _weighing(law: Law) -> Iterator[Weigh]:
    """Every test of several numbers that a decision, or what is said beside it, can turn on; alike ones once."""
    seen = set()
    for ordered in (law.decision, *law.beside.values()):
        for condition, _result in ordered.steps:
            for node in walk(condition):
                if isinstance(node, Weigh) and len(node.facts) > 1:
                    key = (frozenset(node.terms), node.limit, node.strict)
                    if key not in seen:
                        seen.add(key)
                        yield node


def _groups(tests: Iterable[Weigh]) -> list[set[str]]:
    groups: list[set[str]] = []
    for test in tests:
        joined = set(test.facts).union(*(one for one in groups if one & set(test.facts)))
        groups = [one for one in groups if not one & joined] + [joined]
    return groups


def _single_numbers(law: Law, group: set[str]) -> Iterator[dict[str, Fraction]]:
    for fact in sorted(group):
        limits = {
            fraction(value)
            for value in law.samples[fact]
            if not isinstance(value, (str, bool, datetime.date))
        }
        yield from ({fact: value} for value in sorted({*limits, *(2 * one for one in limits)}))


def _ranges(variable: Variable) -> Iterator[tuple[Condition, list[elimination.Limit]]]:
    """Each range of a number as a condition and as limits."""
    fact = variable.facts[0]
    for low, high in zip(variable.starts, [*variable.starts[1:], None], strict=True):
        limits = [_below(fact, low).opposite()] if low[0] else []
        conditions = [not_(_weigh(fact, low))] if low[0] else []
        if high is not None:
            limits.append(_below(fact, high))
            conditions.append(_weigh(fact, high))
        yield all_of(*conditions), limits


def _weigh(fact: str, start: Start) -> Weigh:
    """A number comes before the start of a range."""
    assert not isinstance(start[0], datetime.date)
    return Weigh((Term(Fraction(1), (fact,)),), Fraction(start[0]), strict=not start[1])


def _below(fact: str, start: Start) -> elimination.Limit:
    assert not isinstance(start[0], datetime.date)
    return elimination.limit({fact: Fraction(1)}, -Fraction(start[0]), strict=not start[1])


def _outcomes(test: Weigh) -> list[tuple[Condition, list[elimination.Limit]]]:
    """Both outcomes of a test, a product of facts taken as a number of its own."""
    limit = elimination.limit(
        {" * ".join(term.factors): term.coefficient for term in test.terms}, -test.limit, strict=test.strict
    )
    return [(test, [limit]), (not_(test), [limit.opposite()])]


def _relation() -> elimination.Limit:
    return elimination.limit({AT_MOST[0]: Fraction(1), AT_MOST[1]: Fraction(-1)}, Fraction(0))


def _exactly(fact: str, value: Fraction) -> list[elimination.Limit]:
    limit = elimination.limit({fact: Fraction(1)}, -value)
    return [limit, elimination.limit({fact: Fraction(-1)}, value)]


def incomplete(law: Law, graphs: int) -> Iterator[Proof]:
    """The same of interviews that start from facts known in any order: a sample of them, each one walked whole."""
    proof = Proof(
        f"ways, one through every branch of {graphs} sampled interviews that start with some facts known, in no order"
    )
    for known in sampled(law, graphs):
        graph = Graph(Facts(known))
        agree(law, graph, proof)
        no_idle(law, graph, proof)
        bounds = set(law.decision.results(Known(known)))
        proof.check(graph.places[0].results <= bounds, f"plain evaluation rules out more: {shown(known)}")
    yield proof
