"""The Chinese: complete, consistent, compiled, and nothing in English left on the pages."""

from __future__ import annotations

import ast
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from pytest_django import Settings

from rules.chips import CATALOG
from rules.conditions import Condition
from rules.enforcement import EVENTS
from rules.facts import FACTS
from rules.glossary import TERMS
from rules.law import Clause, Interpretation, Provision, walk
from rules.numbers import ALLOWED
from rules.places import CHANGES, COUNTRIES, describe
from rules.provisions.conclusion import OBLIGATIONS
from rules.questions import QUESTIONS
from rules.wholeness import PROVISIONS
from tests.factories import (
    CHIPS_TO_POLAND,
    OPEN_QUESTIONS,
    WEIGHTS_TO_GERMANY,
    WEIGHTS_TO_INDIA,
    CaseFactory,
    MemoFactory,
)
from tests.wizard.conftest import SignIn
from wizard.models import Case

ROOT = Path(configured.BASE_DIR)
PO = ROOT / "wizard/locale/zh_Hans/LC_MESSAGES/django.po"
NOT_OURS = (".venv", ".git", ".*_cache", ".hypothesis", "staticfiles", "tests", "var", "__pycache__", "fonts")

HAN = "[\u4e00-\u9fff]"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|<[^>]+>")
CITATION = re.compile(r"\d[\w.]*(?:\(\w+\))+")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

TERMS_OF_THE_LAW = {
    r"licen[sc]e exceptions?\b": "许可例外",
    r"\blicenses?\b(?! (exception|agreement))": "许可",
    r"\breexports?\b": "再出口",
    r"\bdeemed export": "视同出口",
    r"\bdeemed reexport": "视同再出口",
    r"\bin-country\b": "国内转移",
    r"\bend users?\b": "最终用户",
    r"\bend uses?\b": "最终用途",
    r"\bvalidated end user": "经验证最终用户",
    r"\bultimate consignee": "最终收货人",
    r"\bheadquarter": "总部",
    r"\bultimate parent": "最终母公司",
    r"\b(presumption of denial|denial (is )?presumed|presumes to deny)\b": "推定拒绝",
    r"\b(presumption of approval|approval (is )?presumed|presumes to approve)\b": "推定批准",
    r"\bpolicy of denial\b": "拒绝政策",
    r"\bcase by case\b": "逐案审查",
    r"\btotal processing performance\b": "总处理性能",
    r"\bperformance density\b": "性能密度",
    r"\bmodel weights\b": "模型权重",
    r"\bEntity List\b": "实体清单",
    r"\bred flag": "红旗警示",
    r"\bde minimis\b": "最低限度",
    r"\bforeign direct product": "外国直接产品",
    r"\bCountry Groups?\b": "国家组",
    r"\bAI Authorization countr": "AI 授权目的地",
    r"\bsupplement no\.": "附录",
    r"\bobligations?\b": "义务",
    r"\bmemos?\b": "备忘录",
}
"""What a term of the law is called in Chinese, wherever an English message has it."""

ABBREVIATED = {"No."}
"""What ends in a full stop without being a sentence."""

LATIN_WORDS = frozenset(
    {"Certification", "Cookie", "Limit", "Python", "Reached", "Shipment", "Word", "Yes"}
    | {"Lines", "destination", "expect", "facts", "id", "name", "source", "title", "value"}
    | {"bis", "de", "doc", "epoch", "false", "gov", "informed", "is", "minimis", "token", "true"}
)
"""What may stay in a Chinese sentence: names, subjects of messages to BIS, fields of a file, words of the program."""


@cache
def catalog() -> Catalog:
    """The catalog as it is in the repository."""
    with PO.open("rb") as lines:
        return read_po(lines, locale="zh_Hans", abort_invalid=True)


def said(message: Message) -> tuple[list[str], list[str]]:
    """A message's English forms and its Chinese ones."""

    def forms(of: object) -> list[str]:
        return [of] if isinstance(of, str) else [str(form) for form in of] if isinstance(of, tuple) else []

    return forms(message.id), forms(message.string)


def messages() -> Iterator[tuple[str, str]]:
    """Every message: the English, in the plural where there is one, and the Chinese."""
    for message in catalog():
        if message.id:
            english, chinese = said(message)
            yield english[-1], chinese[0]


# ------------------------------------------------------------------------------------------------ the catalog


def test_the_catalog_has_exactly_the_messages_of_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    copy = tmp_path / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_OURS))
    monkeypatch.chdir(copy)
    settings.LOCALE_PATHS = [copy / "wizard/locale"]
    call_command("makemessages", locale=["zh_Hans"], no_obsolete=True, no_wrap=True, verbosity=0)
    with (copy / PO.relative_to(ROOT)).open("rb") as lines:
        in_code = {str(message.id) for message in read_po(lines, locale="zh_Hans")}
    in_catalog = {str(message.id) for message in catalog()}
    assert in_code - in_catalog == set(), "new in the code: run `make messages` and translate these"
    assert in_catalog - in_code == set(), "no longer in the code: run `make messages`"


CALLS = {
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy",
}  # fmt: skip


def test_the_collection_overlooks_no_message_of_python() -> None:
    """xgettext reads neither inside f-strings nor escapes such as a backslash with u; the program does."""
    known = {form for message in catalog() for form in said(message)[0]}
    overlooked = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {argument.value!r}"
        for package in ("config", "rules", "wizard")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and argument.value not in known
    ]
    assert overlooked == []


def test_every_message_is_translated_and_none_is_doubtful() -> None:
    missing = [said(message)[0][0] for message in catalog() if message.id and not all(said(message)[1])]
    doubtful = [said(message)[0][0] for message in catalog() if message.id and message.fuzzy]
    assert (missing, doubtful) == ([], [])
    assert not catalog().obsolete


def test_the_compiled_catalog_is_that_of_the_text() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalog())
    assert PO.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_placeholders_and_tags_are_those_of_the_english() -> None:
    def marks(text: str) -> Counter[str]:
        return Counter(mark for mark in PLACEHOLDER.findall(text) if mark != "%%")

    assert [english for english, chinese in messages() if marks(english) != marks(chinese)] == []


def test_every_number_of_the_english_is_in_the_chinese() -> None:
    def numbers(text: str) -> set[str]:
        return set(NUMBER.findall(text))

    assert [
        (english, lost) for english, chinese in messages() if (lost := numbers(english) - numbers(chinese))
    ] == []


def test_terms_of_the_law_have_one_name() -> None:
    assert [
        (term, english)
        for english, chinese in messages()
        for pattern, term in TERMS_OF_THE_LAW.items()
        if re.search(pattern, english, re.IGNORECASE) and term not in chinese
    ] == []


def test_the_chinese_is_simplified_and_set_as_chinese() -> None:
    for english, chinese in messages():
        assert not re.search(f"{HAN}[,;:?!]|[,;:?!]{HAN}", chinese), f"half-width punctuation: {chinese}"
        assert not re.search(f"{HAN}\\.(?!z)", chinese), f"half-width full stop: {chinese}"
        assert not re.search(f"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}", chinese), f"no space: {chinese}"
        assert english.endswith((".", "?")) == chinese.endswith(("。", "？")) or english in ABBREVIATED, (
            f"end of sentence: {chinese}"
        )
        # GB 2312 has the simplified characters only.
        "".join(re.findall(HAN, chinese)).encode("gb2312")


def test_no_english_word_is_left_in_the_chinese() -> None:
    left = {
        word
        for english, chinese in messages()
        for word in re.findall(r"(?<![\w.(])[A-Za-z][a-z]+(?![\w²])", PLACEHOLDER.sub(" ", chinese))
        if word not in LATIN_WORDS
    }
    assert left == set()


# ------------------------------------------------------------------------------------------------ the law's sentences


def sentences_of_the_law() -> Iterator[str]:
    """Every English sentence, title or phrase of the law that a page, a memo or a drawing may show."""
    for provision in PROVISIONS.values():
        yield from (provision.title, provision.says, *provision.open_points)
        for node in walk(provision):
            yield from _sentences_of(node)
    for obligation in OBLIGATIONS:
        yield from (obligation.says, obligation.deadline, obligation.threshold)
    for question in QUESTIONS:
        for wording in question.wordings():
            yield from (wording.text, wording.help)
        yield from (question.why, question.find_out, question.who, question.unit)
        for option in question.options:
            yield from (option.label, option.hint)
    for term in TERMS:
        yield from (term.term, term.definition)
    for fact in FACTS.values():
        yield from (fact.meaning, fact.unit)
    yield from (describe(code, day) for code in COUNTRIES for day in CHANGES)
    yield from (event.says for event in EVENTS)
    yield from (chip.confidence for chip in CATALOG)
    yield ALLOWED


def _sentences_of(node: Condition) -> Iterator[str]:
    if isinstance(node, Clause):
        yield node.says
    elif isinstance(node, Interpretation):
        yield from (node.question, node.adopted_says, node.alternative_says)
    elif isinstance(node, Provision):
        yield from (node.title, node.says)


def test_every_sentence_of_the_law_is_in_the_catalog() -> None:
    known = {form for message in catalog() for form in said(message)[0]}
    units = {"TPP", "GB/s", "TPP/mm²"}
    assert {sentence for sentence in sentences_of_the_law() if sentence} - known - units == set()


def test_no_two_answers_of_a_question_read_the_same_in_chinese() -> None:
    with override("zh-hans"):
        for question in QUESTIONS:
            labels = [gettext(option.label) for option in question.options]
            assert len(set(labels)) == len(labels), question.fact


# ------------------------------------------------------------------------------------------------ the pages


class Words(HTMLParser):
    """The words of a page that are to be in its language: none inside an element that says it is English, none
    that people or the program made."""

    _VOID = frozenset(
        {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
    )
    _NOT_WORDS = frozenset({"bdi", "code", "script", "style"})
    _SPOKEN = ("alt", "aria-label", "placeholder", "title", "data-fragment-failed", "data-connection-failed")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.english: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        aside = self._aside or tag in self._NOT_WORDS or (tag != "html" and found.get("lang") == "en")
        if not aside:
            self.words += [value for name in self._SPOKEN if (value := found.get(name))]
        if tag not in self._VOID:
            self._open.append((tag, aside))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if not self._aside and data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def _aside(self) -> bool:
        return bool(self._open) and self._open[-1][1]


NAMES = {chip.vendor for chip in CATALOG}


def english_in(html: str) -> list[str]:
    """The words of a page that are not set as Chinese: two plain English words in a row, a label of one, one within
    Chinese, or a Chinese word before an English mark."""
    parsed = Words()
    parsed.feed(html)
    return [
        words
        for words in (CITATION.sub("", words) for words in parsed.words)
        if re.search(r"(?<![\w.@/&-])[a-z]{2,}[,;:]? [a-z]{2,}(?![\w@/.-])", words.replace("de minimis", ""))
        or (re.fullmatch(r"[A-Za-z][a-z]+[.:,]?", words) and words not in NAMES)
        or (
            re.search(HAN, words)
            and set(re.findall(r"(?<![\w.@/-])[a-z]{3,}(?![\w.@/-])", words)) - LATIN_WORDS
        )
        or re.search(rf"{HAN}[.,;:]", words)
    ]


@pytest.fixture
def reader(sales: User, sign_in: SignIn) -> Client:
    """A browser whose pages are in Chinese."""
    browser = sign_in(sales)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-Hans"
    return browser


def read_in_chinese(browser: Client, *addresses: str) -> None:
    """Look each page up; it must be in Chinese from end to end."""
    for address in addresses:
        html = browser.get(address, follow=True).content.decode()
        assert '<html lang="zh-Hans">' in html
        assert english_in(html) == [], address


@pytest.mark.parametrize(
    "answers", [WEIGHTS_TO_GERMANY, WEIGHTS_TO_INDIA, CHIPS_TO_POLAND, OPEN_QUESTIONS], ids=range(4)
)
def test_a_case_and_its_memo_read_in_chinese(sales: User, reader: Client, answers: dict[str, object]) -> None:
    case: Case = CaseFactory.create(owner=sales, title="莱茵智能", answers=answers)
    at = [case.public_id]
    questions = [reverse("question", args=[*at, fact]) for fact in answers]
    memo = MemoFactory.create(case=case)
    pages = ("check", "result", "product")
    read_in_chinese(reader, *questions, *(reverse(page, args=at) for page in pages), memo.get_absolute_url())


def test_every_question_reads_in_chinese(sales: User, reader: Client) -> None:
    case = CaseFactory.create(owner=sales, title="莱茵智能", answers=CHIPS_TO_POLAND)
    read_in_chinese(reader, *(reverse("question", args=[case.public_id, fact]) for fact in FACTS))


def test_the_other_pages_read_in_chinese(reader: Client, client: Client) -> None:
    read_in_chinese(reader, *map(reverse, ("home", "start", "glossary", "password_change")), "/no-such-page/")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-Hans"
    read_in_chinese(client, reverse("login"))


@pytest.mark.parametrize(
    ("fact", "typed"),
    [
        ("training_operations", "10^"),
        ("training_operations", ""),
        ("additional_operations", "2e26"),
        ("units", "1.5"),
        ("date", "yesterday"),
        ("date", "2026-02-30"),
        ("destination", "US"),
    ],
)
def test_what_is_refused_is_refused_in_chinese(sales: User, reader: Client, fact: str, typed: str) -> None:
    case = CaseFactory.create(owner=sales, title="莱茵智能", answers=WEIGHTS_TO_GERMANY)
    address = reverse("question", args=[case.public_id, fact])
    response = reader.post(address, {"answer": typed, "version": case.version})
    assert response.status_code == 422
    assert english_in(response.content.decode()) == []


def test_the_chinese_says_that_it_is_unofficial(reader: Client, client: Client) -> None:
    note = "中文译文为非官方译文"
    assert note in reader.get(reverse("home")).content.decode()
    assert note not in client.get(reverse("login")).content.decode()
