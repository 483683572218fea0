"""The catalog of products, so that people can pick a name instead of looking up figures.

The table is ``data/chips.csv``. A figure is what its source says it is, no more: a row of low confidence
must be checked against the maker's data sheet before anyone relies on it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

_ITEM_OF_FORM: Mapping[str, str] = {"chip": "integrated_circuit", "server": "computer"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One product, and the facts of a transaction that it settles.

    ``form`` is ``chip`` or ``server``; the figures of a server are those of each of its chips. ``entry`` is
    the Commerce Control List entry of the bare product; another may fit a product better. ``tpp`` is total
    processing performance, ``performance_density`` TPP per square millimeter, ``dram_bandwidth`` gigabytes
    per second, ``die_area`` square millimeters (ECCN 3A090, technical notes 1 to 4). A figure that is not
    known is ``None``. ``confidence`` is ``high``, ``medium`` or ``low``.
    """

    key: str
    vendor: str
    model: str
    form: str
    entry: str
    tpp: Decimal
    performance_density: Decimal | None
    datacenter: bool
    dram_bandwidth: Decimal | None
    die_area: Decimal | None
    source: str
    confidence: str

    @property
    def item(self) -> str:
        """The kind of item it is: ``integrated_circuit`` or ``computer``."""
        return _ITEM_OF_FORM[self.form]

    @property
    def needs_check(self) -> bool:
        """Whether its figures must be compared with the maker's data sheet before anyone relies on them."""
        return self.confidence == "low"


def facts_of(chip: Chip) -> dict[str, object]:
    """The answers that picking a chip gives, as a transaction has them; unknown figures are left out."""
    answers: dict[str, object] = {
        "item": chip.item,
        "entry": chip.entry,
        "tpp": str(chip.tpp),
        "datacenter": chip.datacenter,
    }
    if chip.performance_density is not None:
        answers["performance_density"] = str(chip.performance_density)
    if chip.dram_bandwidth is not None:
        answers["dram_bandwidth"] = str(chip.dram_bandwidth)
    return answers


def _figure(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _read(row: Mapping[str, str]) -> Chip:
    return Chip(
        key=row["key"],
        vendor=row["vendor"],
        model=row["model"],
        form=row["form"],
        entry=row["entry"],
        tpp=Decimal(row["tpp"]),
        performance_density=_figure(row["performance_density"]),
        datacenter={"true": True, "false": False}[row["datacenter"]],
        dram_bandwidth=_figure(row["dram_bandwidth"]),
        die_area=_figure(row["die_area"]),
        source=row["source"],
        confidence=row["confidence"],
    )


with (Path(__file__).parent / "data" / "chips.csv").open(encoding="utf-8", newline="") as _lines:
    CATALOG: tuple[Chip, ...] = tuple(_read(row) for row in csv.DictReader(_lines))
"""Every product of the catalog, in the order of the table."""

BY_KEY: Mapping[str, Chip] = MappingProxyType({chip.key: chip for chip in CATALOG})
"""The catalog by key."""
