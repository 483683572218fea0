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

from django.utils.translation import gettext, gettext_lazy as _

from rules.numbers import MAX_CHARACTERS, plain, say_number
from wizard.wording import Words

# Wide enough for a product of all inputs at their longest; anything it could not hold exactly would raise.
_EXACT = Context(prec=400, traps=[Inexact])


class TooLongError(ValueError):
    """The exact result has more digits than an answer may have."""


@dataclass(frozen=True)
class Input:
    """One figure an estimate needs: its field name, label and the line of help under it."""

    name: str
    label: Words
    help: Words


@dataclass(frozen=True)
class Estimate:
    """A calculator: what it asks for, the factors it multiplies beside the inputs, and its formula in words.

    The result is `factor` times every input, in the unit of the fact it is for.
    """

    key: str
    title: Words
    explains: Words
    inputs: tuple[Input, ...]
    factor: Decimal
    formula: Callable[[Mapping[str, str]], str]

    def result(self, figures: Mapping[str, Decimal]) -> str:
        """The estimate, in the notation of an answer.

        Raises:
            TooLongError: the exact product has more digits than an answer may have.
        """
        product = self.factor
        for item in self.inputs:
            product = _EXACT.multiply(product, figures[item.name])
        written = plain(product)
        if len(written) > MAX_CHARACTERS:
            raise TooLongError
        return written

    def basis(self, figures: Mapping[str, Decimal]) -> str:
        """The calculation with its figures, as the record keeps it."""
        return self.formula({name: say_number(figure) for name, figure in figures.items()})


_SIX_ND = Estimate(
    "parameters",
    _("Estimate from parameters and tokens"),
    _("Operations are about 6 × parameters × tokens, over all training runs that led to these weights."),
    (
        Input("parameters", _("Parameters"), _("For example 70,000,000,000 or 7e10.")),
        Input(
            "tokens", _("Training tokens"), _("For example 15,000,000,000,000 or 1.5e13. Count every epoch.")
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
        Input("tops", _("Peak dense TOPS or TFLOPS"), _("For example 1,979.")),
        Input("bits", _("Bit length"), _("For example 8 for FP8 or INT8, 16 for FP16.")),
    ),
    Decimal(1),
    lambda said: gettext("%(tops)s TOPS × %(bits)s bits") % said,
)

ESTIMATES: Mapping[str, tuple[Estimate, ...]] = MappingProxyType(
    {
        "training_operations": (_SIX_ND, _GPU_HOURS),
        "synthetic_data_operations": (_SIX_ND, _GPU_HOURS),
        "additional_operations": (_SIX_ND, _GPU_HOURS),
        "tpp": (_DATA_SHEET,),
    }
)
"""The calculators that each fact's page offers."""
