"""Small calculators beside a number question, for people who know what goes into the number but not the
number.

They are aids, not the law: each works exactly, shows its formula, and leaves the figure for the person to
accept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from types import MappingProxyType

from django.utils.translation import gettext, gettext_lazy as _, ngettext

from rules.numbers import MAX_CHARACTERS, plain, say_number
from wizard.wording import Words

EXACT = Context(prec=400, traps=[Inexact])
"""Arithmetic that never rounds: a result too wide to be held exactly raises Inexact."""


class TooLongError(ValueError):
    """The exact result has more digits than an answer may have."""


def written(number: Decimal) -> str:
    """A figure in the notation of an answer.

    Raises:
        TooLongError: it has more digits than an answer may have.
    """
    figure = plain(number)
    if len(figure) > MAX_CHARACTERS:
        raise TooLongError
    return figure


@dataclass(frozen=True)
class Input:
    """One figure an estimate needs: its field name, label and the line of help under it.

    It may count things, and it may be what the case's answer about a fact already says.
    """

    name: str
    label: Words
    help: Words
    whole: bool = False
    fact: str = ""


@dataclass(frozen=True)
class Estimate:
    """A calculator: what it asks for, the factors it multiplies beside the inputs, and its formula in words.

    The result is the sum of what its rows come to, in the unit of the fact it is for; a row is `factor` times
    every input in it. With `blank_rows`, a row left blank counts nothing.
    """

    key: str
    title: Words
    explains: Words
    rows: tuple[tuple[Input, ...], ...]
    factor: Decimal
    formula: Callable[[Mapping[str, str]], str]
    blank_rows: bool = False

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs of all rows."""
        return tuple(item for row in self.rows for item in row)

    def result(self, figures: Mapping[str, Decimal]) -> str:
        """The estimate, in the notation of an answer.

        Raises:
            TooLongError: the exact result has more digits than an answer may have.
        """
        total = Decimal(0)
        try:
            for row in self.rows:
                if row[0].name in figures:
                    product = self.factor
                    for item in row:
                        product = EXACT.multiply(product, figures[item.name])
                    total = EXACT.add(total, product)
        except Inexact as error:
            raise TooLongError from error
        return written(total)

    def basis(self, figures: Mapping[str, Decimal]) -> str:
        """The calculation with its figures, as the record keeps it."""
        return self.formula({name: say_number(figure) for name, figure in figures.items()})


def say_chips(tpp: str, count: str) -> str:
    """So many chips of so much TPP, as a product."""
    words = ngettext(
        "%(tpp)s TPP × %(count)s chip", "%(tpp)s TPP × %(count)s chips", 1 if count == "1" else 2
    )
    return words % {"tpp": tpp, "count": count}


_SIX_ND = Estimate(
    "parameters",
    _("Estimate from parameters and tokens"),
    _("Operations are about 6 × parameters × tokens, over all training runs that led to these weights."),
    (
        (
            Input("parameters", _("Parameters"), _("For example 70,000,000,000 or 7e10.")),
            Input(
                "tokens",
                _("Training tokens"),
                _("For example 15,000,000,000,000 or 1.5e13. Count every epoch."),
            ),
        ),
    ),
    Decimal(6),
    lambda said: gettext("6 × %(parameters)s parameters × %(tokens)s tokens") % said,
)

_GPU_HOURS = Estimate(
    "gpu-hours",
    _("Estimate from GPU-hours"),
    _(
        "Operations are GPU-hours × 3,600 seconds × peak operations per second × the share of the peak that "
        "was used."
    ),
    (
        (
            Input(
                "hours",
                _("GPU-hours"),
                _("The number of processors times the hours each ran. For example 30,000,000."),
            ),
            Input(
                "teraflops",
                _("Peak TFLOP/s of one GPU"),
                _("Dense, at the precision used in training. For example 989."),
            ),
            Input(
                "percent",
                _("Utilization, percent"),
                _("Use 100 if you do not know it: the estimate is then an upper bound."),
            ),
        ),
    ),
    Decimal("36e12"),  # 3,600 s/h × 10^12 operations per teraflop ÷ 100 percent
    lambda said: (
        gettext("%(hours)s GPU-hours × 3,600 s × %(teraflops)s TFLOP/s × %(percent)s percent") % said
    ),
)

_DATA_SHEET = Estimate(
    "data-sheet",
    _("Work it out from the data sheet"),
    _(
        "Multiply the peak TOPS or TFLOPS by the bit length of the operation. Use dense figures, not "
        "sparse, of all processors on the chip together; do it for each bit length and take the highest."
    ),
    (
        (
            Input("tops", _("Peak dense TOPS or TFLOPS"), _("For example 1,979.")),
            Input("bits", _("Bit length"), _("For example 8 for FP8 or INT8, 16 for FP16.")),
        ),
    ),
    Decimal(1),
    lambda said: gettext("%(tops)s TOPS × %(bits)s bits") % said,
)

_CHIPS = Estimate(
    "chips",
    _("Add up chips"),
    _(
        "TPP of one chip × number of chips, for up to three kinds. Count those that the question asks for, and "
        "leave the rest empty."
    ),
    (
        (
            Input("tpp1", _("TPP of one chip"), _("For example 15,824.")),
            Input(
                "count1", _("Number of chips"), _("A server with eight chips counts as eight."), whole=True
            ),
        ),
        (
            Input("tpp2", _("Second kind: TPP of one chip"), ""),
            Input("count2", _("Second kind: number of chips"), "", whole=True),
        ),
        (
            Input("tpp3", _("Third kind: TPP of one chip"), ""),
            Input("count3", _("Third kind: number of chips"), "", whole=True),
        ),
    ),
    Decimal(1),
    lambda said: " + ".join(
        say_chips(said[f"tpp{row}"], said[f"count{row}"]) for row in (1, 2, 3) if f"tpp{row}" in said
    ),
    blank_rows=True,
)

_COUNTRY_ALLOCATION = Estimate(
    "allocation",
    _("Add up this country’s TPP"),
    _(
        "This shipment is added to what counts against the country’s allocation. You choose the answer yourself."
    ),
    (
        (
            Input(
                "counted",
                _("TPP already counted for this country"),
                _("Ask BIS for this figure. Do not guess it."),
            ),
        ),
        (
            Input("tpp", _("TPP of one chip"), _("For example 15,824."), fact="tpp"),
            Input(
                "units",
                _("Number of chips"),
                _("A server with eight chips counts as eight."),
                whole=True,
                fact="units",
            ),
        ),
    ),
    Decimal(1),
    lambda said: f"{said['counted']} TPP + {say_chips(said['tpp'], said['units'])}",
)

ESTIMATES: Mapping[str, tuple[Estimate, ...]] = MappingProxyType(
    {
        "training_operations": (_SIX_ND, _GPU_HOURS),
        "synthetic_data_operations": (_SIX_ND, _GPU_HOURS),
        "additional_operations": (_SIX_ND, _GPU_HOURS),
        "tpp": (_DATA_SHEET,),
        "lpp_tpp_received_this_year": (_CHIPS,),
        "uveu_total_tpp": (_CHIPS,),
        "uveu_outside_tpp": (_CHIPS,),
        "uveu_country_tpp": (_CHIPS,),
        "uveu_outside_us_tpp": (_CHIPS,),
        "nveu_installed_tpp": (_CHIPS,),
        "exceeds_country_allocation": (_COUNTRY_ALLOCATION,),
    }
)
"""The calculators that each fact's page offers."""
