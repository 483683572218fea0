"""The questions: one for each fact, in the fixed order, and readable by people who are not lawyers."""

import json
import re

import pytest

from rules import facts, questions
from rules.facts import FACTS, Kind
from rules.glossary import BY_SLUG, TERMS, Term, terms_in
from rules.questions import BY_FACT, QUESTIONS, Question

_ORDER = """
    item activity date origin foreign_direct_product de_minimis_exceeded weights_status
    training_operations additional_operations synthetic_data synthetic_data_operations
    below_published_frontier entry tpp performance_density datacenter destination headquarters
    ultimate_parent part_744_concern uae_exempt_recipient permanent_regular_employee storage_compliant
    authorized_designer trains_4e091_for_outsiders direct_to_consignee units lpp_tpp_received_this_year
    purpose private_sector final_customers_outside_d5 veu uveu_total_tpp uveu_outside_tpp
    uveu_country_tpp uveu_outside_us_tpp nveu_installed_tpp dram_bandwidth china_certifications
    exceeds_country_allocation
"""
ORDER = _ORDER.split()

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.fact)


def test_every_fact_has_one_question_in_the_fixed_order() -> None:
    assert [question.fact for question in QUESTIONS] == ORDER
    assert set(ORDER) == set(FACTS)
    assert list(BY_FACT) == ORDER


@each_question
def test_a_question_is_complete(question: Question) -> None:
    for wording in question.wordings():
        assert wording.text.endswith("?")
        assert wording.text.count("?") == 1
        assert wording.help.endswith(".")
        assert "\n" not in wording.help
    assert question.why.endswith(".")
    assert question.citation
    assert question.find_out.endswith((".", "?"))
    assert question.who
    assert not question.who.endswith(".")
    assert question.not_sure is (question.fact not in {"item", "activity", "date"})


@each_question
def test_options_are_the_values_of_the_fact(question: Question) -> None:
    fact = FACTS[question.fact]
    offered = [option.value for option in question.options]
    assert len(offered) == len(set(offered))
    assert all(option.label for option in question.options)
    if fact.kind is Kind.CHOICE:
        assert set(offered) == set(fact.values)
        assert all(facts.read_value(question.fact, value) == value for value in offered)
    elif fact.kind is Kind.FLAG:
        assert offered == ["true", "false"]
    else:
        assert not offered
    assert bool(question.unit) is (fact.kind in {Kind.NUMBER, Kind.COUNT})


@pytest.mark.parametrize("item", facts.ITEMS)
def test_options_of_a_case_are_those_that_it_may_have(item: str) -> None:
    for name in ("entry", "activity"):
        offered = {option.value for option in questions.options(BY_FACT[name], {"item": item})}
        if name == "entry" and item not in facts.ENTRIES:
            continue  # never asked for such an item
        for value in FACTS[name].values:
            try:
                facts.read({"item": item, name: value})
            except facts.InvalidTransaction:
                assert value not in offered
            else:
                assert value in offered


@pytest.mark.parametrize("name", ["entry", "activity"])
def test_every_option_is_offered_while_the_item_is_unknown(name: str) -> None:
    assert questions.options(BY_FACT[name], {}) == BY_FACT[name].options


@each_question
def test_variants_ask_about_values_that_exist_and_each_can_be_reached(question: Question) -> None:
    for variant in question.variants:
        case = {}
        for name, values in variant.when.items():
            assert values
            assert set(values) <= set(FACTS[name].values)
            case[name] = values[0]
        assert question.wording(case) == variant.wording


def test_the_words_follow_the_case() -> None:
    assert (
        BY_FACT["destination"].wording({"activity": "deemed_export"}).text == "What is the person's country?"
    )
    assert BY_FACT["destination"].wording({"activity": "export"}).text == "Where is it going?"
    assert "employer" in BY_FACT["headquarters"].wording({"activity": "deemed_reexport"}).text
    assert "service" in BY_FACT["headquarters"].wording({"activity": "compute_service"}).text
    assert "it is for" in BY_FACT["tpp"].wording({"item": "software"}).text
    assert BY_FACT["tpp"].wording({"item": "integrated_circuit"}).text == "What is the TPP of one chip?"


@each_question
def test_a_question_is_plain_data(question: Question) -> None:
    data = question.to_json()
    assert json.loads(json.dumps(data)) == data
    assert data["fact"] == question.fact


# Endings that are spoken, and endings that are only written: "listed", but "stored".
_SPOKEN = re.compile(r"(?:[td]ed|(?:[sxzcg]|ch|sh)es)$")
_SILENT = re.compile(r"(?:(?<=[^aeiouyl])|(?<=[aeiouy]l))es?$|(?<=[^aeiouy])ed$")
_VOWELS = re.compile(r"[aeiouy]+")
# Neighboring vowels that are spoken apart: "material", "video", "actual", "buyer", "going", "beyond", "area".
_APART = re.compile(r"i[aou](?!u)(?!n)|eo(?!p)|[^gq]ua|uou|y(?:er|ee|ing)|oing|eyo|pie|rea$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def syllables(word: str) -> int:
    """How many syllables an English word has, nearly: its groups of vowels, silent endings aside."""
    count = 0
    for part in re.split(r"['’-]", word.casefold()):
        spoken = part if _SPOKEN.search(part) else _SILENT.sub("", part)
        if part not in {"", "s"}:
            count += max(1, len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken)))
    return max(1, count)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; a term of the glossary or a number counts as one short word."""
    forms = sorted({form for term in TERMS for form in (term.term, *term.forms)}, key=len, reverse=True)
    pattern = r"(?<![\w.])(?:" + "|".join(re.escape(form) for form in forms) + r")(?!\w)"
    plain = re.sub(pattern, " term ", text, flags=re.IGNORECASE)
    plain = plain.replace("U.S.", "US").replace("no. ", "number ")
    plain = re.sub(r"\S*\d\S*?(?=[.?!,;:]?(?:\s|$))", " one ", plain)
    sentences = len(re.findall(r"[.?!](?:\s|$)", plain))
    words = _WORD.findall(plain)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("make", 1), ("makes", 1), ("listed", 2), ("needed", 2), ("stored", 1), ("trained", 1),
        ("table", 2), ("country", 2), ("countries", 2), ("company", 3), ("person", 2), ("services", 3),
        ("computer", 3), ("area", 3), ("employee", 3), ("security", 4), ("material", 4), ("million", 2),
        ("use", 1), ("uses", 2), ("the", 1), ("rules", 1), ("going", 2), ("people", 2), ("model", 2),
        ("long-term", 2), ("customer's", 3), ("united", 3),
    ],
)  # fmt: skip
def test_the_measure_counts_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_measure_tells_hard_from_easy() -> None:
    assert grade("The cat sat on the mat. It was happy there.") < 2
    assert grade(
        "Notwithstanding any authorization otherwise applicable, the aforementioned organization must "
        "simultaneously demonstrate comprehensive administrative accountability."
    ) > 16  # fmt: skip


@each_question
def test_a_question_reads_at_grade_eight_or_lower(question: Question) -> None:
    for wording in question.wordings():
        assert grade(f"{wording.text} {wording.help} {question.why}") <= 8, wording
        assert grade(f"{wording.text} {wording.help} {question.why} {question.find_out}") <= 8, wording


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.slug)
def test_a_definition_reads_at_grade_nine_or_lower(term: Term) -> None:
    assert grade(term.definition) <= 9


def test_the_glossary_is_sound() -> None:
    assert len(BY_SLUG) == len(TERMS) >= 40
    names = [term.term.lstrip(".").casefold() for term in TERMS]
    assert names == sorted(names)
    forms = [form.casefold() for term in TERMS for form in (term.term, *term.forms)]
    assert len(forms) == len(set(forms))
    for term in TERMS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term.slug)
        assert term.definition.endswith(".")
        assert term.citation


def test_terms_are_found_in_a_sentence_longest_first() -> None:
    found = [
        term.slug
        for term in terms_in("Is the ultimate parent in Country Group D:5 or Macau? Count TPP. And TPP.")
    ]
    assert found == ["ultimate-parent", "country-group-d5", "tpp"]
    assert terms_in("Nothing of law is here.") == ()
