"""Many made-up memos for a demonstration, sealed in its ledger, quickly: what an installation holds after five years.

Each is a valid memo of a finished case with its answers, its row in the docket and its acts of review. The words of a
determination are put together once for equal facts, with marks where a memo's own number, title, people and moments
go. Everything else is the record's own: the same leaves, tree and signed heads, in tables as well protected as ever. It
is quick because a transaction takes thousands of memos, rows go in by the thousand and past the models, and a large
filling makes the indexes that keep nothing unique when the rows are there.

A memo says a moment in those years; the ledger says when it was really entered, which is now.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import itertools
import json
import operator
import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max
from django.utils import timezone, translation

from rules import places
from wizard import accounts, record
from wizard.accounts import Role
from wizard.answers import given, say_date, say_moment
from wizard.desk import acts, search
from wizard.desk.models import SearchText
from wizard.interview import Interview, walk
from wizard.ledger import log
from wizard.ledger.models import as_text
from wizard.memo import content, state
from wizard.models import (
    Answer,
    AnswerEvent,
    Case,
    Docket,
    LedgerEntry,
    LedgerNode,
    Memo,
    ReviewAct,
    Serial,
    TreeHead,
    told,
)
from wizard.samples import SAMPLES

YEARS = 5

TRANSACTION = 10_000
"""Memos that are entered together."""

LARGE = 50_000
"""From so many memos on, plain indexes are made when the rows are there."""

AT_ONCE = 500
"""Memos whose rows are sent to the database together."""

SALES, LEGAL = 40, 8
"""People who own the cases, and people who review the memos."""

_TRIES = 12
"""Transactions that are thought up for each period."""

_RULE, _BEFORE = datetime.datetime(2025, 1, 13, tzinfo=datetime.UTC), 0.1
"""When the rule appeared, and the share of the memos that are older."""


# -------------------------------------------------------------------------------------------------- what it is about

_FIRST = (
    *(
        "Nordwind",
        "Aurora",
        "Meridian",
        "Kestrel",
        "Lumen",
        "Polaris",
        "Cobalt",
        "Juniper",
        "Summit",
        "Harbor",
    ),
    *("Vertex", "Orion", "Cedar", "Falcon", "Granite", "Helios", "Lattice", "Magnolia", "Nimbus", "Quartz"),
)
_SECOND = (
    "AI",
    "Compute",
    "Cloud",
    "Data",
    "Robotics",
    "Research",
    "Semiconductor",
    "Systems",
    "Networks",
    "Labs",
)
_FORMS = {
    **dict.fromkeys(("DE", "AT", "CH"), "GmbH"),
    "FR": "SAS",
    "PL": "Sp. z o.o.",
    "NO": "AS",
    "SE": "AB",
    "JP": "K.K.",
    "NL": "B.V.",
    "IT": "S.p.A.",
    "IN": "Pvt. Ltd.",
    "BR": "Ltda.",
    "AE": "FZ-LLC",
    "KR": "Co., Ltd.",
    "MX": "S.A. de C.V.",
    "MY": "Sdn. Bhd.",
}
_CITIES = ("上海", "深圳", "北京", "香港", "台北", "新加坡", "广州", "杭州")
_NAMES = ("云帆", "星河", "华南", "东海", "智源", "天枢", "远景", "青松", "长风", "明德", "海川", "金桥")
_TRADES = ("人工智能", "云计算", "数据", "半导体", "机器人", "科技")
_WHAT = {
    "model_weights": (
        ("closed weights", "model for a secured facility", "fine-tuned model"),
        ("模型权重", "微调模型"),
    ),
    "integrated_circuit": (
        ("accelerators", "chips for a data center", "inference cards"),
        ("加速器", "数据中心芯片"),
    ),
}
_ANYWHERE = tuple(places.COUNTRIES)
_OFTEN = (
    "DE",
    "FR",
    "GB",
    "JP",
    "KR",
    "TW",
    "NL",
    "IN",
    "PL",
    "SG",
    "AE",
    "CN",
    "HK",
    "BR",
    "MX",
    "MY",
    "IL",
    "CH",
)
_IN_CHINESE = frozenset({"CN", "HK", "MO", "TW", "SG"})
_PEOPLE = (
    ("Anna", "Bruno", "Chiara", "David", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jonas"),
    ("Keller", "Lindgren", "Moreau", "Novak", "Okoye", "Petrov", "Quiroga", "Rossi", "Sato", "Tan"),
)


def _title(chance: random.Random, item: str, country: str) -> str:
    """What somebody might call such a case."""
    english, chinese = _WHAT[item]
    if country in _IN_CHINESE or chance.random() < 0.1:
        name = f"{chance.choice(_CITIES)}{chance.choice(_NAMES)}{chance.choice(_TRADES)}有限公司"
        return f"{name}：{chance.choice(chinese)}"
    name = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {_FORMS.get(country, 'Ltd.')}"
    return f"{name}: {chance.choice(english)}"


def _answers(chance: random.Random, day: datetime.date) -> dict[str, Answer]:
    """Some transaction on that day, with an answer to whatever is asked about it."""
    weights, chips = dict(SAMPLES[0].answers), dict(SAMPLES[2].answers)
    country = chance.choice(_OFTEN if chance.random() < 0.7 else _ANYWHERE)
    parent = country if chance.random() < 0.8 else chance.choice(_OFTEN)
    common: dict[str, Answer] = {
        "date": day.isoformat(),
        "destination": country,
        "headquarters": parent,
        "ultimate_parent": parent,
        "part_744_concern": chance.random() < 0.02,
    }
    if chance.random() < 0.6:
        return {
            **weights,
            **common,
            # Most deals are about models that no entry reaches.
            "training_operations": chance.choice(("9e24", "5.5e25", "8e25", "1.2e26", "3e26")),
            "storage_compliant": chance.choice((True, True, False, "not_sure")),
        }
    return {
        **chips,
        **common,
        "tpp": chance.choice(("15832", "4680", "2368", "989")),
        "performance_density": chance.choice(("19.449", "5.7", "2.9")),
        "units": chance.choice(("64", "512", "1,024", "8,000")),
        "purpose": chance.choice(("own_use", "cloud_service")),
        "private_sector": chance.choice((True, True, "not_sure")),
    }


# -------------------------------------------------------------------------------------------------- words

_CREATED = datetime.datetime(1999, 11, 30, 17, 34, 56, 789012, tzinfo=datetime.UTC)
_ANSWERED = datetime.datetime(1998, 10, 29, 17, 21, tzinfo=datetime.UTC)
_CHANGED = datetime.datetime(1997, 9, 28, 15, 12, tzinfo=datetime.UTC)
"""Moments that stand in for a memo's own: recorded, answered, an answer changed."""

_CASE_ID, _MEMO_ID = uuid.UUID(int=0xCA5E << 64), uuid.UUID(int=0x3E30 << 64)
_MARKS = ("m-number", "c-reference", "c-title", "u-username", "u-name", "e-number")
_NUMBER, _REFERENCE, _TITLE, _USERNAME, _NAME, _EARLIER = (
    f"\N{SECTION SIGN}{mark}\N{SECTION SIGN}" for mark in _MARKS
)


def _own_words(
    *,
    memo_id: uuid.UUID,
    number: str,
    created: datetime.datetime,
    case_id: uuid.UUID,
    reference: str,
    title: str,
    username: str,
    name: str,
    answered: datetime.datetime,
    changed: datetime.datetime | None,
    earlier: str,
) -> dict[str, str]:
    """What does not follow from the facts, as the memo's bytes have it, by what stands in its place.

    Only a memo that supersedes another has a moment at which an answer was changed.
    """
    day = timezone.localdate(created)
    return {
        str(_MEMO_ID): str(memo_id),
        str(_CASE_ID): str(case_id),
        _NUMBER: number,
        _REFERENCE: reference,
        _TITLE: json.dumps(title, ensure_ascii=False)[1:-1],
        _USERNAME: username,
        _NAME: name,
        _EARLIER: earlier,
        "1999-11-30T17:34:56.789012Z": record.timestamp(created),
        "1999-11-30": day.isoformat(),
        "November 30, 1999": _say_day(day, "en"),
        "1999年11月30日": _say_day(day, "zh-hans"),
        "1998-10-29 12:21 EST": say_moment(answered),
        "1997-09-28 11:12 EDT": say_moment(changed) if changed else "",
    }


@functools.lru_cache(maxsize=32)
def _say_day(day: datetime.date, language: str) -> str:
    with translation.override(language):
        return say_date(day)


@dataclass(frozen=True)
class Kept:
    """A transaction worked out and put into words: a memo's pieces between its own parts, and what its rows say."""

    answers: dict[str, Answer]
    events: list[dict[str, Any]]
    pieces: list[str]
    outcome: str
    edition: datetime.date | None
    seen: str
    docket: dict[str, Any]
    words: str

    def canonical(self, own: dict[str, str]) -> str:
        """The bytes of one memo of this transaction."""
        return "".join([own.get(piece, piece) for piece in self.pieces])


def keep(answers: dict[str, Answer], change: tuple[str, Answer] | None = None) -> Kept | None:
    """Work a transaction out as a person would; None if the interview finds no end.

    With `change`, an answer is changed after a first memo, which this one supersedes.
    """
    owner = User(username=_USERNAME, first_name=_NAME)
    case = Case(public_id=_CASE_ID, reference=_REFERENCE, title=_TITLE, owner=owner)
    events: list[AnswerEvent] = []

    def answer(fact: str, value: Answer, interview: Interview, at: datetime.datetime) -> Interview:
        said = given(fact, value, interview.facts)
        case.version += 1
        events.append(
            AnswerEvent(
                case=case,
                version=case.version,
                fact=fact,
                old=case.answers.get(fact),
                new=value,
                by=owner,
                at=at,
                way=AnswerEvent.Way.NOT_SURE if value == "not_sure" else AnswerEvent.Way.TYPED,
                language="en",
                question=said.question,
                answer=said.answer,
                outcome_before=interview.determination.outcome if fact in case.answers else "",
            )
        )
        case.answers[fact] = value
        return walk(case.answers)

    def go_on(interview: Interview, at: datetime.datetime) -> Interview:
        # A question that comes again had an answer that does not fit the others; that has no end.
        while interview.next in answers and interview.next not in case.answers:
            interview = answer(interview.next, answers[interview.next], interview, at)
        return interview

    with translation.override("en"):
        interview = go_on(walk({}), _ANSWERED)
        if change is not None:
            if not interview.finished or interview.answers.get(change[0]) in (None, change[1]):
                return None
            interview = go_on(answer(*change, interview, _CHANGED), _CHANGED)
    if not interview.finished:
        return None
    found = interview.determination
    memo = Memo(
        public_id=_MEMO_ID,
        number=_NUMBER,
        case=case,
        author=owner,
        created=_CREATED,
        edition=datetime.date.fromisoformat(found.edition) if found.edition else None,
        revision=settings.REVISION,
        outcome=found.outcome,
        supersedes=Memo(number=_EARLIER) if change else None,
    )
    whole = content(memo, interview, _NAME, events)
    memo.canonical = record.canonical(whole)
    memo.destination = str(memo.settled.get("destination", ""))
    marks = "|".join(sorted(map(re.escape, _marks()), key=len, reverse=True))
    unnamed = {**whole, "number": "", "case": {"reference": "", "title": ""}}
    return Kept(
        words=search.words_of(unnamed, 0, (), ()).partition(" ")[2],
        answers=dict(case.answers),
        events=[
            {**{field.attname: getattr(event, field.attname) for field in _EVENT}, "said": event.said}
            for event in events
        ],
        pieces=re.split(f"({marks})", memo.canonical),
        outcome=found.outcome,
        edition=memo.edition,
        seen=state(interview),
        docket={
            **Docket.objects.derived(memo),
            "transaction_date": datetime.date.fromisoformat(str(case.answers["date"])),
        },
    )


_EVENT = AnswerEvent._meta.concrete_fields


def _marks() -> list[str]:
    return list(
        _own_words(
            memo_id=_MEMO_ID,
            number=_NUMBER,
            created=_CREATED,
            case_id=_CASE_ID,
            reference=_REFERENCE,
            title=_TITLE,
            username=_USERNAME,
            name=_NAME,
            answered=_ANSWERED,
            changed=_CHANGED,
            earlier=_EARLIER,
        )
    )


# -------------------------------------------------------------------------------------------------- rows

_spell = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""The canonical form, quickly: it is the same for texts, truth values and small whole numbers under names in ASCII."""

_split = functools.lru_cache(maxsize=64)(lambda text: tuple(search.split(text)))
_sealed_columns = functools.cache(lambda model: model.sealed_columns())

Values = dict[str, Any]
"""A row by its columns."""


class _Table:
    """Rows on their way into one table."""

    def __init__(self, model: type[models.Model], connection: BaseDatabaseWrapper) -> None:
        fields = model._meta.concrete_fields
        self.name = f'"{model._meta.db_table}"'
        self.columns = ", ".join(f'"{field.column}"' for field in fields)
        self.marks = ", ".join(["%s"] * len(fields))
        self.pick = operator.itemgetter(*(field.attname for field in fields))
        self.spelled: list[tuple[int, Callable[[Any], Any]]] = [
            (place, spell)
            for place, field in enumerate(fields)
            for kind, spell in _SPELLED[connection.vendor].items()
            if isinstance(field, kind)
        ]
        self.waiting: list[Sequence[Any]] = []

    def add(self, row: Values) -> None:
        """A row, as saving it would store it."""
        values = list(self.pick(row))
        for place, spell in self.spelled:
            if values[place] is not None:
                values[place] = spell(values[place])
        self.waiting.append(values)


_SPELLED: dict[str, dict[type[models.Field[Any, Any]], Callable[[Any], Any]]] = {
    "sqlite": {
        models.DateTimeField: lambda moment: str(moment)[:-6],  # in UTC, as every moment here is
        models.UUIDField: operator.attrgetter("hex"),
        models.JSONField: json.dumps,
    },
    "postgresql": {models.JSONField: json.dumps},
}
"""How each database keeps values that it does not take as they are."""


class _Rows:
    """Rows on their way into the database, sent many at a time, in the order in which tables refer to each other."""

    MODELS: tuple[type[models.Model], ...] = (
        *(Case, AnswerEvent, Memo, Docket, SearchText, ReviewAct),
        *(LedgerEntry, LedgerNode, TreeHead),
    )

    def __init__(self, using: str) -> None:
        self.connection = connections[using]
        self.tables = {model: _Table(model, self.connection) for model in self.MODELS}

    def add(self, model: type[models.Model], row: Values) -> None:
        """A row of this table."""
        self.tables[model].add(row)

    def send(self) -> None:
        """Insert what waits. Triggers and constraints see each row as they see any."""
        with self.connection.cursor() as cursor:
            for model, table in self.tables.items():
                if self.connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table.name} ({table.columns}) FROM STDIN") as copy:
                        for row in table.waiting:
                            copy.write_row(row)
                    if model is SearchText:
                        words = (word for _memo, said in table.waiting for word in said.split())
                        search.learn(words, self.connection.alias)
                else:
                    into = f"INSERT INTO {table.name} ({table.columns}) VALUES ({table.marks})"  # noqa: S608
                    cursor.executemany(into, table.waiting)
                    if model is SearchText:
                        into = "INSERT INTO wizard_search (rowid, words) VALUES (%s, %s)"
                        cursor.executemany(into, table.waiting)
                table.waiting.clear()

    def numbered(self) -> None:
        """Let the database go on numbering after these rows."""
        for statement in self.connection.ops.sequence_reset_sql(no_style(), list(self.MODELS)):
            with self.connection.cursor() as cursor:
                cursor.execute(statement)


def _after(model: type[models.Model], using: str) -> Iterator[int]:
    """The numbers of new rows."""
    last: int | None = model._base_manager.using(using).aggregate(last=Max("pk"))["last"]
    return itertools.count((last or 0) + 1)


# -------------------------------------------------------------------------------------------------- filling


@dataclass(frozen=True)
class Filled:
    """What has been entered so far."""

    memos: int
    acts: int


def fill(number: int, seed: int = 1, using: str = "default") -> Iterator[Filled]:
    """Enter so many memos, with their cases and acts of review; tells after each transaction how far it is."""
    with _hurried(using), _indexes_later(using) if number >= LARGE else contextlib.nullcontext():
        filling = _Filling(number, seed, using)
        while filling.memos < number:
            with transaction.atomic(using=using):
                filling.transaction(min(number, filling.memos + TRANSACTION))
            yield Filled(filling.memos, filling.acts)


@contextlib.contextmanager
def _hurried(using: str) -> Iterator[None]:
    """Let SQLite keep more in memory and not wait for the disk meanwhile. A power cut then costs the demonstration."""
    connection = connections[using]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    hurried = {"synchronous": "OFF", "journal_mode": "MEMORY", "cache_size": "-1000000"}
    with connection.cursor() as cursor:
        before = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in hurried}
        try:
            for name, value in hurried.items():
                cursor.execute(f"PRAGMA {name} = {value}")
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")


@contextlib.contextmanager
def _indexes_later(using: str) -> Iterator[None]:
    """Do without the tables' plain indexes meanwhile and make them anew, which is quicker than adding to them.

    Those that keep something unique stay. A process that is killed in between leaves a database without the others.
    """
    connection = connections[using]
    tables = [model._meta.db_table for model in _Rows.MODELS]
    kept = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX%%'"
        if connection.vendor == "sqlite"
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s "
        "AND indexdef LIKE 'CREATE INDEX%%'"
    )
    with connection.cursor() as cursor:
        indexes: dict[str, str] = {}
        for table in tables:
            cursor.execute(kept, [table])
            indexes.update(cursor.fetchall())
        for name in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        try:
            yield
        finally:
            for statement in indexes.values():
                cursor.execute(statement, None)
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO wizard_search (wizard_search) VALUES ('optimize')")
        else:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")


@dataclass(frozen=True)
class _Person:
    """Somebody of the demonstration, as rows and records name them."""

    pk: int
    username: str
    name: str
    said: dict[str, str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, user: User) -> _Person:
        said = accounts.person(user)
        words = (*search.split(said["name"]), *search.split(said["username"]))
        return cls(user.pk, said["username"], said["name"], said, words)


@dataclass
class _Entered:
    """A memo that more may still happen to: its own columns, its row in the docket and its words."""

    memo: Values
    docket: Values
    words: list[str]


class _Filling:
    def __init__(self, number: int, seed: int, using: str) -> None:
        self.using, self.chance = using, random.Random(seed)  # noqa: S311 - not for secrets
        self.memos = self.acts = 0
        self.sales, self.legal = ([_Person.of(user) for user in users] for users in _people(using))
        self.now = timezone.now().replace(microsecond=0)
        self.start = self.now - datetime.timedelta(days=round(YEARS * 365.25))
        self.number = number
        self.periods = max(6, min(12 * YEARS, number // 1000))
        self.period = -1
        self.deals: list[tuple[Kept, ...]] = []

    def transaction(self, until: int) -> None:
        """Enter memos up to that count, under the ledger's lock."""
        self.ledger = log.end(self.using)
        self.rows = _Rows(self.using)
        self.numbers = {model: _after(model, self.using) for model in (Case, AnswerEvent, Memo, ReviewAct)}
        self.last = Counter(dict(Serial.objects.using(self.using).values_list("series", "last")))
        sent = self.memos
        while self.memos < until:
            self.case(self.chance.choice(self._deals())[: until - self.memos])
            if self.memos - sent >= AT_ONCE:
                self.rows.send()
                sent = self.memos
        self.rows.send()
        self.rows.numbered()
        for series, last in self.last.items():
            Serial.objects.using(self.using).update_or_create(series=series, defaults={"last": last})
        transaction.on_commit(lambda: log.complete_heads_file(self.using), using=self.using)

    def _deals(self) -> list[tuple[Kept, ...]]:
        """The transactions of the time that the filling has come to: most have one memo, some are changed later."""
        period = self.memos * self.periods // self.number
        if period != self.period:
            self.period = period
            self.deals = []
            for _ in range(_TRIES):
                answers = _answers(self.chance, timezone.localdate(self._moment()))
                first = keep(answers)
                change = (
                    ("training_operations", "2e26") if "training_operations" in answers else ("tpp", "4681")
                )
                second = keep(answers, change) if self.chance.random() < 0.15 else None
                if first is not None:
                    self.deals.append((first, second) if second is not None else (first,))
            assert self.deals, "Some transaction has an end."
        return self.deals

    def _moment(self) -> datetime.datetime:
        """When the next memo was recorded: one in ten before there was a rule, ever more of them since."""
        share = (self.memos + 0.999) / self.number
        if share < _BEFORE:
            return self.start + (_RULE - self.start) * (share / _BEFORE)
        since: float = ((share - _BEFORE) / (1 - _BEFORE)) ** 0.8
        return _RULE + (self.now - _RULE) * since

    def case(self, deal: tuple[Kept, ...]) -> None:
        """A case with its answers, and a memo for each time its result was recorded."""
        chance = self.chance
        owner = chance.choice(self.sales)
        moment = self._moment()
        # The first of two memos, then the change of an answer, then the second memo, which is recorded now.
        recorded = [moment - datetime.timedelta(minutes=10 * later) for later in reversed(range(len(deal)))]
        answered = recorded[0] - datetime.timedelta(minutes=chance.randint(3, 40))
        changed = moment - datetime.timedelta(minutes=2)
        item, country = str(deal[0].answers["item"]), str(deal[0].answers.get("destination", ""))
        case = {
            "id": next(self.numbers[Case]),
            "public_id": self._uuid(),
            "reference": self._reference("C", answered),
            "owner_id": owner.pk,
            "title": _title(chance, item, country),
            "answers": deal[-1].answers,
            "version": len(deal[-1].events),
            "created": answered - datetime.timedelta(minutes=12),
            "updated": answered,
        }
        self.rows.add(Case, case)
        memo: _Entered | None = None
        trail: list[dict[str, str]] = []
        for kept, created in zip(deal, recorded, strict=True):
            for event in kept.events[len(deal[0].events) if memo else 0 :]:
                at = changed if memo else answered
                own = {
                    "id": next(self.numbers[AnswerEvent]),
                    "case_id": case["id"],
                    "by_id": owner.pk,
                    "at": at,
                }
                self.rows.add(AnswerEvent, {**event, **own})
                trail.append(told(event["version"], event["said"], at, owner.pk))
            memo = self.memo(case, owner, kept, memo, created, answered, changed, trail)
        assert memo is not None, "A deal has a memo."
        self.desk(memo, owner)

    def memo(
        self,
        case: Values,
        owner: _Person,
        kept: Kept,
        earlier: _Entered | None,
        created: datetime.datetime,
        answered: datetime.datetime,
        changed: datetime.datetime,
        trail: list[dict[str, str]],
    ) -> _Entered:
        """A memo, its entry in the ledger, its row in the docket and what the desk did about it."""
        number, public_id = self._reference("M", created), self._uuid()
        seen = {"case": str(case["public_id"]), "author": owner.pk, "name": owner.name, "seen": kept.seen}
        memo = {
            "id": next(self.numbers[Memo]),
            "public_id": public_id,
            "number": number,
            "case_id": case["id"],
            "author_id": owner.pk,
            "created": created,
            "edition": kept.edition,
            "revision": settings.REVISION,
            "outcome": kept.outcome,
            "destination": kept.docket["destination"],
            "supersedes_id": earlier.memo["id"] if earlier else None,
            "submission_key": self._uuid(),
            "submission_digest": record.sha256(_spell(seen)),
            "trail": record.sha256(_spell(trail)),
        }
        canonical = kept.canonical(
            _own_words(
                memo_id=public_id,
                number=number,
                created=created,
                case_id=case["public_id"],
                reference=case["reference"],
                title=case["title"],
                username=owner.username,
                name=owner.name,
                answered=answered,
                changed=changed if earlier else None,
                earlier=earlier.memo["number"] if earlier else "",
            )
        )
        if earlier is not None:
            self.act(earlier, acts.Kind.SUPERSEDED, owner, {"successor": number})
            self.desk(earlier, owner)
        self.seal(Memo, memo, canonical)
        self.memos += 1
        docket = {
            **kept.docket,
            "memo_id": memo["id"],
            "number": number,
            "title": case["title"],
            "reference": case["reference"],
            "owner_id": owner.pk,
            "author_id": owner.pk,
            "assignee_id": None,
            "state": Docket.State.WAITING.value,
            "created": created,
            "touched": created,
            "acts": 0,
        }
        entered = _Entered(memo, docket, [kept.words])
        for kind, by, words in self._reviews(kept, created):
            self.act(entered, kind, by, words)
        return entered

    def desk(self, memo: _Entered, owner: _Person) -> None:
        """The memo's row in the docket, and the words by which it is found, when nothing more happens to it."""
        row = memo.docket
        self.rows.add(Docket, row)
        own = (word for name in ("number", "reference", "title") for word in search.split(row[name]))
        words = " ".join([search.owned_by(owner.pk), *own, *owner.words, *memo.words])
        self.rows.add(SearchText, {"memo_id": row["memo_id"], "words": words})

    def seal(self, model: type[Memo | ReviewAct], row: Values, canonical: str) -> None:
        """Add a row with what it says, and its entry in the ledger."""
        row["sha256"] = record.sha256(canonical)
        columns = _sealed_columns(model)
        digest = record.sha256(_spell({name: as_text(row[name]) for name in columns}))
        self.rows.add(model, {**row, "canonical": canonical})
        entry, nodes, head = self.ledger.add(
            model.KIND, str(row["public_id"]), row["sha256"], log.covered(columns, digest), _spell
        )
        self.rows.add(LedgerEntry, entry)
        for node in nodes:
            self.rows.add(LedgerNode, node)
        self.rows.add(TreeHead, head)

    def act(self, memo: _Entered, kind: ReviewAct.Kind, by: _Person, words: Values) -> None:
        """One act of review, some hours after the one before."""
        docket = memo.docket
        docket["acts"] += 1
        docket["touched"] = min(
            self.now, docket["touched"] + datetime.timedelta(minutes=self.chance.randint(5, 3000))
        )
        docket["state"] = acts.BECOMES.get(kind, docket["state"])
        if kind == acts.Kind.ASSIGNED:
            docket["assignee_id"] = by.pk
        act = {
            "id": next(self.numbers[ReviewAct]),
            "public_id": self._uuid(),
            "memo_id": docket["memo_id"],
            "number": docket["acts"],
            "kind": kind.value,
            "by_id": by.pk,
            "at": docket["touched"],
            "submission_key": None,
        }
        about = {"number": docket["number"], "sha256": memo.memo["sha256"]}
        content = acts.layout(
            str(act["public_id"]),
            about,
            act["number"],
            act["kind"],
            by.said,
            record.timestamp(act["at"]),
            words,
        )
        self.seal(ReviewAct, act, _spell(content))
        self.acts += 1
        for text in (words.get("text", ""), *(one["text"] for one in words.get("questions", ()))):
            memo.words += _split(text)

    def _reviews(
        self, kept: Kept, created: datetime.datetime
    ) -> Iterator[tuple[ReviewAct.Kind, _Person, Values]]:
        """What the desk has done about a memo: much about an old one, little about a new one."""
        chance, by = self.chance, self.chance.choice(self.legal)
        done = chance.random() < (0.9 if (self.now - created).days > 30 else 0.4)
        if chance.random() < 0.3:
            yield acts.Kind.ASSIGNED, by, {"assignee": by.said}
        if chance.random() < 0.1:
            fact = chance.choice(kept.events)["fact"]
            yield (
                acts.Kind.COMMENTED,
                by,
                {"text": "Checked against the order.", "fact": fact, "paragraph": ""},
            )
        if done and chance.random() < 0.08:
            asked = [{"fact": chance.choice(kept.events)["fact"], "text": "What does this rest on?"}]
            yield acts.Kind.RETURNED, by, {"text": "", "questions": asked}
        elif done:
            yield acts.Kind.APPROVED, by, {"text": "", "name": by.name}

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def _reference(self, prefix: str, moment: datetime.datetime) -> str:
        series = f"{prefix}-{timezone.localdate(moment).year}"
        self.last[series] += 1
        return f"{series}-{self.last[series]:04d}"


def _people(using: str) -> tuple[list[User], list[User]]:
    """Those who own the cases and those who review; they cannot sign in."""
    groups = {role: Group.objects.using(using).get(name=role.value) for role in (Role.SALES, Role.LEGAL)}
    found: dict[Role, list[User]] = {Role.SALES: [], Role.LEGAL: []}
    for number, (first, family) in enumerate(itertools.product(*_PEOPLE)):
        role = Role.SALES if number < SALES else Role.LEGAL
        if number >= SALES + LEGAL:
            break
        person, _made = User.objects.using(using).get_or_create(
            username=f"{first}.{family}".lower(),
            defaults={"first_name": first, "last_name": family, "password": make_password(None)},
        )
        person.groups.add(groups[role])
        found[role].append(person)
    return found[Role.SALES], found[Role.LEGAL]
