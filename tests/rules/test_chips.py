"""The catalog: its figures are accepted as answers, and give the known class of each product."""

from decimal import Decimal

import pytest

from rules import facts
from rules.chips import BY_KEY, CATALOG, Chip, facts_of

# The class of each product as filings and published tables have it.
CLASS_OF = {
    "nvidia-h100-sxm": "a", "nvidia-h800": "a", "nvidia-h200-sxm": "a", "nvidia-a100": "a",
    "nvidia-a800": "a", "nvidia-h20": "none", "nvidia-l40s": "a", "nvidia-l40": "b", "nvidia-l20": "none",
    "nvidia-l4": "a", "nvidia-l2": "none", "nvidia-a30": "b", "nvidia-a10": "none",
    "nvidia-v100-sxm2": "none", "nvidia-b200": "a", "nvidia-geforce-rtx-4090": "a",
    "nvidia-geforce-rtx-4090-d": "none", "nvidia-geforce-rtx-4080": "none", "amd-instinct-mi300x": "a",
    "amd-instinct-mi325x": "a", "amd-instinct-mi250x": "a", "amd-instinct-mi210": "b", "intel-gaudi-2": "a",
    "intel-gaudi-3": "a", "google-tpu-v5p": "a", "huawei-ascend-910b": "a", "nvidia-dgx-h100": "a",
    "nvidia-hgx-h200": "a", "nvidia-dgx-a100": "a",
}  # fmt: skip

each_chip = pytest.mark.parametrize("chip", CATALOG, ids=lambda chip: chip.key)


def branches(chip: Chip) -> set[str]:
    """The classes that ECCN 3A090 can give a product, whatever a density that is not known may be."""
    densities = [chip.performance_density]
    if chip.performance_density is None:
        densities = [Decimal(text) for text in ("0", "1.6", "3.2", "5.92")]
    return {_branch(chip.tpp, density, chip.datacenter) for density in densities if density is not None}


def _branch(tpp: Decimal, density: Decimal, datacenter: bool) -> str:
    if not datacenter and tpp < 4800:
        return "none"
    if tpp >= 4800 or (tpp >= 1600 and density >= Decimal("5.92")):
        return "a"
    if tpp >= 2400 and Decimal("1.6") <= density < Decimal("5.92"):
        return "b"
    if tpp >= 1600 and Decimal("3.2") <= density < Decimal("5.92"):
        return "b"
    return "none"


def test_keys_are_unique_and_every_product_has_a_known_class() -> None:
    assert len(BY_KEY) == len(CATALOG)
    assert set(BY_KEY) == set(CLASS_OF)


@each_chip
def test_the_figures_give_the_known_class(chip: Chip) -> None:
    assert branches(chip) == {CLASS_OF[chip.key]}


@each_chip
def test_the_answers_are_accepted(chip: Chip) -> None:
    answers = facts_of(chip)
    read = facts.read(answers)
    assert read["tpp"] == chip.tpp
    assert read["datacenter"] is chip.datacenter
    assert ("performance_density" in answers) is (chip.performance_density is not None)
    assert ("dram_bandwidth" in answers) is (chip.dram_bandwidth is not None)
    assert answers["item"] == ("computer" if chip.form == "server" else "integrated_circuit")


@each_chip
def test_a_figure_has_a_source_and_a_confidence(chip: Chip) -> None:
    assert chip.source
    assert chip.confidence in {"high", "medium", "low"}
    assert chip.needs_check is (chip.confidence == "low")


@each_chip
def test_the_density_is_that_of_the_die_area(chip: Chip) -> None:
    if chip.die_area is None:
        assert chip.performance_density is None
    else:
        assert chip.performance_density is not None
        assert abs(chip.tpp / chip.die_area - chip.performance_density) < Decimal("0.02")


def test_a_server_has_the_figures_of_its_chips() -> None:
    for server, chip in (
        ("nvidia-dgx-h100", "nvidia-h100-sxm"),
        ("nvidia-hgx-h200", "nvidia-h200-sxm"),
        ("nvidia-dgx-a100", "nvidia-a100"),
    ):
        ours = {
            name: value for name, value in facts_of(BY_KEY[server]).items() if name not in {"item", "entry"}
        }
        theirs = {
            name: value for name, value in facts_of(BY_KEY[chip]).items() if name not in {"item", "entry"}
        }
        assert ours == theirs
