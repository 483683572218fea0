"""Every fact of a transaction: what it says, its unit, what may be entered, and where the law asks for it.

`read` is the only way in: it takes a transaction in the notation of a case or of a JSON line and gives `Facts`, or
refuses it with a message for each field that cannot be right.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from rules import places
from rules.numbers import MAX_CHARACTERS, InvalidValue, plain, read_number, say_number
from rules.wording import _

__all__ = [
    "ENTRIES",
    "FACTS",
    "NOT_SURE",
    "Fact",
    "FieldError",
    "Facts",
    "InvalidTransaction",
    "InvalidValue",
    "Kind",
    "Value",
    "as_json",
    "read",
    "read_number",
    "read_value",
    "say_number",
]

NOT_SURE = "not_sure"

Value = str | bool | Decimal | datetime.date


class Kind(Enum):
    """What sort of value a fact has."""

    CHOICE = "choice"
    FLAG = "flag"
    NUMBER = "number"
    COUNT = "count"
    COUNTRY = "country"
    DATE = "date"


@dataclass(frozen=True)
class Fact:
    """One fact of a transaction: its name, kind, allowed values, unit, meaning and the paragraph that asks for it."""

    name: str
    kind: Kind
    meaning: str
    source: str
    values: tuple[str, ...] = ()
    unit: str = ""


WEIGHTS, CIRCUIT, COMPUTER = "model_weights", "integrated_circuit", "computer"
SOFTWARE, TECHNOLOGY, MEMORY, OTHER = "software", "technology", "high_bandwidth_memory", "other"
ITEMS = (WEIGHTS, CIRCUIT, COMPUTER, SOFTWARE, TECHNOLOGY, MEMORY, OTHER)
HARDWARE = frozenset({CIRCUIT, COMPUTER, MEMORY})
DEEMED = ("deemed_export", "deemed_reexport")

# The Commerce Control List entries that can describe each kind of item (supplement no. 1 to part 774).
ENTRIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CIRCUIT: ("3A090", "3A001", "5A002", "5A004", "5A992"),
        COMPUTER: ("4A090", "4A003", "4A004", "4A005", "5A002", "5A004", "5A992"),
        SOFTWARE: ("3D001", "4D001", "4D090", "5D002", "5D992"),
        TECHNOLOGY: ("3E001", "4E001", "5E002", "5E992"),
    }
)
ALL_ENTRIES = tuple(dict.fromkeys(entry for entries in ENTRIES.values() for entry in entries))

_TPP, _OPERATIONS = "TPP", _("operations")


def _choice(name: str, values: tuple[str, ...], meaning: str, source: str) -> Fact:
    return Fact(name, Kind.CHOICE, meaning, source, values)


def _flag(name: str, meaning: str, source: str) -> Fact:
    return Fact(name, Kind.FLAG, meaning, source)


def _number(name: str, unit: str, meaning: str, source: str) -> Fact:
    return Fact(name, Kind.NUMBER, meaning, source, unit=unit)


def _country(name: str, meaning: str, source: str) -> Fact:
    return Fact(name, Kind.COUNTRY, meaning, source)


_LIST = (
    Fact("date", Kind.DATE, _("Day of the export, reexport, transfer, release or service."), "90 FR 4544"),
    _choice(
        "activity",
        ("export", "reexport", "transfer_in_country", *DEEMED, "compute_service"),
        _("What is done; a compute service trains a customer's model and ships nothing."),
        "734.13, 734.14, 734.16; supplement no. 3 to part 732",
    ),
    _choice("item", ITEMS, _("What kind of item it is."), "ECCNs 4E091, 3A090, 4A090"),
    _choice(
        "entry", ALL_ENTRIES, _("Commerce Control List entry before performance is looked at."), "Supp. 1 to 774"
    ),
    _choice(
        "origin", ("us", "foreign"), _("US origin, or in or moving through the United States; or foreign."), "734.3",
    ),
    _flag("foreign_direct_product", _("A foreign direct product within 734.9(h)(1) or (l)(1)."), "734.9(h), (l)"),
    _flag("de_minimis_exceeded", _("More than the de minimis share of controlled US content."), "734.4"),
    _number(
        "training_operations", _OPERATIONS, _("All pre-training and later training, the base model's included."),
        "4E091 technical note 2",
    ),
    _flag(
        "synthetic_data", _("More than 10 percent of operations train on the generated data that the note counts."),
        "4E091 technical note 3",
    ),
    _number("synthetic_data_operations", _OPERATIONS, _("What the note then adds."), "4E091 technical note 3"),
    _choice(
        "weights_status", ("closed", "published", "derived_from_published"), _("Whether the weights are published."),
        "4E091 note 1; 734.7(a)",
    ),
    _number("additional_operations", _OPERATIONS, _("Training added to the published base model."), "4E091 note 1"),
    _flag(
        "below_published_frontier", _("Note 2's exclusion applies, shown as it requires."), "4E091 note 2; 748.3(f)",
    ),
    _flag(
        "storage_compliant", _("The weights will be stored in a facility that meets paragraphs 14, 15 and 18."),
        "740.27(a)(3)(ii); supp. 10 to 748",
    ),
    _number(
        "tpp", _TPP, _("Total processing performance of the circuit that decides."), "3A090 technical notes 1 to 3",
    ),
    _number("performance_density", "TPP/mm²", _("TPP divided by applicable die area."), "3A090 technical note 4"),
    _flag("datacenter", _("Designed or marketed for datacenters."), "3A090 note 2"),
    Fact("units", Kind.COUNT, _("Circuits in this shipment."), "740.29(a)", unit=_("chips")),
    _number("dram_bandwidth", "GB/s", _("Total DRAM bandwidth of one circuit."), "91 FR 1684"),
    _flag(
        "authorized_designer", _("Designed by an approved or authorized integrated circuit designer."), "90 FR 5298",
    ),
    _flag(
        "china_certifications", _("Every certification of 91 FR 1684 can be given."),
        "Supp. 2 (dd) to 748; 91 FR 1684",
    ),
    _country("destination", _("Where it goes; in a deemed export the person's country."), "734.13, 734.14"),
    _country(
        "headquarters", _("Where the recipient is headquartered; of several, the most restricted."), "742.6; 740.27",
    ),
    _country("ultimate_parent", _("Where the recipient's ultimate parent is headquartered."), "742.6; 740.27"),
    _flag("private_sector", _("Neither a government nor controlled by one, the US Government aside."), "740.28(d)"),
    _flag(
        "permanent_regular_employee", _("A permanent regular employee of the recipient."),
        "742.6(a)(13); 734.20(d)(2)",
    ),
    _choice(
        "purpose", ("own_use", "manufacturing", "cloud_service"), _("What the recipient does with it."), "740.28(a)",
    ),
    _flag("final_customers_outside_d5", _("Ultimately for customers outside D:5 and Macau."), "740.28(a)"),
    _flag(
        "trains_4e091_for_outsiders", _("Will train a 4E091 model for an entity outside supplement no. 5(a)."),
        "740.27(a), (b)(2)(iii)",
    ),
    _flag("direct_to_consignee", _("Goes directly to one ultimate consignee."), "740.29(a)"),
    _number(
        "lpp_tpp_received_this_year", _TPP, _("Received under LPP this calendar year, from everyone."), "740.29(d)",
    ),
    _choice("veu", ("none", "uveu", "nveu"), _("Listed validated end user, for this destination."), "748.15"),
    _number("uveu_total_tpp", _TPP, _("The group's total, this shipment included."), "Supp. 10 to 748, para. 6"),
    _number("uveu_outside_tpp", _TPP, _("Of it outside supplement no. 5(a)."), "Supp. 10 to 748, para. 6"),
    _number("uveu_country_tpp", _TPP, _("Of it in this destination."), "Supp. 10 to 748, para. 6"),
    _number("uveu_outside_us_tpp", _TPP, _("Of it outside the United States."), "Supp. 10 to 748, para. 6"),
    _number(
        "nveu_installed_tpp", _TPP, _("Installed in this destination, this shipment too."), "748.15(a)(2)(iii)(B)",
    ),
    _flag(
        "exceeds_country_allocation", _("Goes past what is left of the country's allocation."),
        "742.6(b)(10)(iii)(B)",
    ),
    _flag("uae_exempt_recipient", _("UAE Government, or a recipient the UAE rule names."), "91 FR 43034"),
    _flag("part_744_concern", _("A prohibited end use or user, listed party or unresolved red flag."), "Part 744"),
)  # fmt: skip

FACTS: Mapping[str, Fact] = MappingProxyType({fact.name: fact for fact in _LIST})


@dataclass(frozen=True)
class FieldError:
    """Why one field of a transaction is refused, and what is allowed."""

    field: str
    problem: InvalidValue

    @property
    def message(self) -> str:
        """The problem in English."""
        return str(self.problem)


class InvalidTransaction(ValueError):
    """A transaction that is refused, with an error for each field at fault."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


@dataclass(frozen=True, eq=False)
class Facts(Mapping[str, Value]):
    """The known facts of a transaction. Absent is unknown; `not_sure` names those a person could not settle."""

    _known: Mapping[str, Value] = field(default_factory=dict)
    not_sure: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Value:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def to_json(self) -> dict[str, object]:
        """The facts in the notation they are read in, numbers as canonical strings, in a fixed order."""
        return {
            name: NOT_SURE if name in self.not_sure else as_json(self._known[name])
            for name in FACTS
            if name in self._known or name in self.not_sure
        }


def as_json(value: Value) -> str | bool:
    """One value in the notation it is read in; numbers in one canonical spelling."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def read(transaction: Mapping[str, object]) -> Facts:
    """The facts of a transaction given by name; `None` is unknown and `"not_sure"` is unknown too.

    Raises:
        InvalidTransaction: with an error for every field that is unknown, of the wrong kind, or at odds with another.
    """
    known: dict[str, Value] = {}
    not_sure: set[str] = set()
    errors: list[FieldError] = []
    for name, raw in transaction.items():
        if raw is None and name in FACTS:
            continue
        if raw == NOT_SURE and name in FACTS:
            not_sure.add(name)
            continue
        try:
            known[name] = read_value(name, raw)
        except InvalidValue as error:
            errors.append(FieldError(str(name), error))
    errors += contradictions(known)
    if errors:
        raise InvalidTransaction(tuple(errors))
    return Facts(MappingProxyType(known), frozenset(not_sure))


def read_value(name: str, raw: object) -> Value:
    """One fact's value.

    Raises:
        InvalidValue: an unknown fact or a value it cannot have; the message says what is allowed.
    """
    fact = FACTS.get(name)
    if fact is None:
        raise InvalidValue(_("There is no fact of this name. Known facts: {facts}."), facts=", ".join(FACTS))
    return _READERS[fact.kind](fact, raw)


def _read_choice(fact: Fact, raw: object) -> str:
    if isinstance(raw, str) and raw in fact.values:
        return raw
    raise InvalidValue(_("Choose one of: {values}."), values=", ".join(fact.values))


def _read_flag(_fact: Fact, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    raise InvalidValue(_("Answer true or false."))


def _read_number(fact: Fact, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal)):
        raise InvalidValue(_("Give a number, exactly, in {unit}."), unit=fact.unit)
    if isinstance(raw, int) and abs(raw) >= 10**MAX_CHARACTERS:
        raise InvalidValue(_("This is longer than 60 characters."))  # and str() of it could take very long
    return read_number(str(raw))


def _read_count(fact: Fact, raw: object) -> Decimal:
    number = _read_number(fact, raw)
    _sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if exponent < 0 and any(digits[exponent:]):
        raise InvalidValue(_("Give a whole number of {unit}."), unit=fact.unit)
    return number


def _read_country(fact: Fact, raw: object) -> str:
    if not isinstance(raw, str) or raw not in places.COUNTRIES:
        raise InvalidValue(
            _("Give a country by its two-letter ISO 3166 code, in capitals, such as DE or CN.")
        )
    if fact.name == "destination" and raw == "US":
        raise InvalidValue(
            _("The United States cannot be the destination of an export. Give another country.")
        )
    return raw


def _read_date(_fact: Fact, raw: object) -> datetime.date:
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
        try:
            return datetime.date.fromisoformat(raw)
        except ValueError as error:
            raise InvalidValue(_("There is no such day. Give a date as 2025-06-01.")) from error
    raise InvalidValue(_("Give a date as year-month-day, such as 2025-06-01."))


_READERS: Mapping[Kind, Callable[[Fact, object], Value]] = {
    Kind.CHOICE: _read_choice,
    Kind.FLAG: _read_flag,
    Kind.NUMBER: _read_number,
    Kind.COUNT: _read_count,
    Kind.COUNTRY: _read_country,
    Kind.DATE: _read_date,
}


def can_stand_together(item: str, known: Mapping[str, Value]) -> bool:
    """Whether an item can go with the entry and the activity that are known."""
    deemed_hardware = item in HARDWARE and known.get("activity") in DEEMED
    return not deemed_hardware and ("entry" not in known or known["entry"] in ENTRIES.get(item, ()))


def contradictions(known: Mapping[str, Value]) -> list[FieldError]:
    """Facts that are well formed one by one and cannot stand together."""
    errors = []
    item, activity, entry = known.get("item"), known.get("activity"), known.get("entry")
    hardware = item in HARDWARE or (item is None and not any(can_stand_together(one, known) for one in ITEMS))
    if hardware and activity in DEEMED:  # without an item the entry may tell that it is hardware
        problem = InvalidValue(
            _("A deemed export releases software, technology or weights to a person, never hardware."),
            _("Choose one of: {values}."),
            values=", ".join(value for value in FACTS["activity"].values if value not in DEEMED),
        )
        errors.append(FieldError("activity", problem))
    if item is not None and entry is not None and entry not in ENTRIES.get(str(item), ()):
        problem = InvalidValue(
            _("This entry is not of the item's kind. Allowed: {entries}."),
            entries=", ".join(ENTRIES.get(str(item), ())) or _("none for this item"),
        )
        errors.append(FieldError("entry", problem))
    total, added = known.get("training_operations"), known.get("additional_operations")
    if isinstance(total, Decimal) and isinstance(added, Decimal) and added > total:
        problem = InvalidValue(
            _("The training added cannot be more than all training operations together: at most {total}."),
            total=say_number(total),
        )
        errors.append(FieldError("additional_operations", problem))
    return errors
