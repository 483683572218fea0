"""15 CFR 748.15 and supplement no. 10 to part 748: data center validated end users, universal and national."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import MappingProxyType

from rules.conditions import ByPeriod, Condition, all_of, any_of, at_most, is_, is_country, not_, since, weigh
from rules.law import Clause, Obligation, provision
from rules.provisions.country_groups import (
    ANY_IN_D5_OR_MACAU,
    DESTINATION_IN_D5_OR_MACAU,
    RECIPIENT_IN_5A,
    in_supplement_5a,
)
from rules.provisions.items import COMPUTING_ITEM, EXPORT_OR_REEXPORT
from rules.provisions.s740_2 import EMBARGO
from rules.wording import _

# Table 1 to 748.15(a)(2)(iii)(B): first day of the period, cumulative installed TPP per company and country.
NVEU_ALLOCATIONS: tuple[tuple[str, int], ...] = (
    ("2025-01-01", 633_000_000),
    ("2025-04-01", 949_500_000),
    ("2025-07-01", 1_266_000_000),
    ("2025-10-01", 1_582_500_000),
    ("2026-01-01", 1_899_000_000),
    ("2026-04-01", 2_690_250_000),
    ("2026-07-01", 3_481_500_000),
    ("2026-10-01", 4_272_750_000),
    ("2027-01-01", 5_064_000_000),
)
NVEU_TABLE_ENDS = datetime.date(2027, 12, 31)

# Paragraph 6 of supplement no. 10: the share of the group's total TPP that each part may be at most.
UVEU_SHARES: Mapping[str, str] = MappingProxyType(
    {"uveu_outside_tpp": "0.25", "uveu_country_tpp": "0.07", "uveu_outside_us_tpp": "0.5"}
)

_NOT_MANUFACTURING = Clause(
    "15 CFR 748.15, introductory text, (d)(2)(i)",
    _("For use in the end user's own data center, not for manufacturing."),
    not_(is_("purpose", "manufacturing")),
)
_SHIPMENT = Clause("15 CFR 748.15, introductory text", _("It is an export or reexport."), EXPORT_OR_REEXPORT)
_COMPUTING = Clause("15 CFR 748.15(c)", _("Chips, computers, their software or technology."), COMPUTING_ITEM)
_NO_EMBARGO = Clause("15 CFR 740.2(a)(6); part 746", _("The destination is not embargoed."), not_(EMBARGO))


def _share(fact: str) -> Condition:
    """`fact` is not more than its share of the group's total TPP."""
    return weigh(0, (1, fact), (f"-{UVEU_SHARES[fact]}", "uveu_total_tpp"))


UVEU = provision(
    "s748_15_uveu",
    "15 CFR 748.15(a)(2)(ii), (b)(2)(i); supplement no. 10 to part 748",
    _("Universal validated end user"),
    _(
        "Exports and reexports to a listed universal validated end user of supplement no. 5(a), anywhere but Macau or "
        "D:5, within its shares: 25 percent outside supplement no. 5(a), 7 percent in one such country, and for one "
        "with a US headquarters or parent 50 percent outside the United States."
    ),
    all_of(
        _COMPUTING,
        Clause("15 CFR 748.15(a)(1)", _("A listed universal validated end user."), is_("veu", "uveu")),
        _NOT_MANUFACTURING,
        _SHIPMENT,
        Clause(
            "15 CFR 748.15(b)(2)(i)",
            _("Headquarters or ultimate parent is in supplement no. 5(a)."),
            RECIPIENT_IN_5A,
        ),
        Clause(
            "15 CFR 748.15(b)(2)(i)",
            _("The site is outside Macau and D:5."),
            not_(DESTINATION_IN_D5_OR_MACAU),
        ),
        Clause(
            "Supplement no. 10 to part 748, paragraph 6",
            _("Outside supplement no. 5(a): not more than 25 percent of the total."),
            any_of(in_supplement_5a("destination"), _share("uveu_outside_tpp")),
        ),
        Clause(
            "Supplement no. 10 to part 748, paragraph 6",
            _("In one country outside supplement no. 5(a): not more than 7 percent of the total."),
            any_of(in_supplement_5a("destination"), _share("uveu_country_tpp")),
        ),
        Clause(
            "Supplement no. 10 to part 748, paragraph 6",
            _(
                "With a US headquarters or parent: not more than 50 percent of the total outside the United States."
            ),
            any_of(
                not_(any_of(is_country("headquarters", "US"), is_country("ultimate_parent", "US"))),
                _share("uveu_outside_us_tpp"),
            ),
        ),
        _NO_EMBARGO,
    ),
    open_points=(
        _(
            "Paragraph 6 says US-headquartered; the 50 percent limit is taken to bind one with a US parent too."
        ),
        _("No grant of either status was found in the sources."),
    ),
)


def _within_the_quarter() -> Condition:
    """Installed TPP within the figure of the transaction's quarter; there is no figure after 2027."""
    ends = [start for start, _figure in NVEU_ALLOCATIONS[1:]]
    ends.append((NVEU_TABLE_ENDS + datetime.timedelta(days=1)).isoformat())
    return ByPeriod(
        tuple(
            all_of(since(start), not_(since(end)), at_most("nveu_installed_tpp", figure))
            for (start, figure), end in zip(NVEU_ALLOCATIONS, ends, strict=True)
        )
    )


NVEU = provision(
    "s748_15_nveu",
    "15 CFR 748.15(a)(2)(iii), (b)(2)(ii)",
    _("National validated end user"),
    _(
        "Exports and reexports to a national validated end user listed for the destination, with destination, "
        "headquarters and ultimate parent outside Macau and D:5, within the quarter's cumulative installed figure."
    ),
    all_of(
        _COMPUTING,
        Clause(
            "15 CFR 748.15(a)(1), note 1 to (d)",
            _("A national validated end user listed for this destination."),
            is_("veu", "nveu"),
        ),
        _NOT_MANUFACTURING,
        _SHIPMENT,
        Clause(
            "15 CFR 748.15(b)(2)(ii)",
            _("Destination, headquarters and ultimate parent are outside Macau and D:5."),
            not_(ANY_IN_D5_OR_MACAU),
        ),
        Clause(
            "15 CFR 748.15(a)(2)(iii)(B), table 1",
            _(
                "Installed in the country, this shipment included, within the quarter's figure (none after 2027)."
            ),
            _within_the_quarter(),
        ),
        _NO_EMBARGO,
    ),
    open_points=(
        _("Table 1 ends with 2027: without a figure nothing is taken to be allowed from 2028."),
        _(
            "(b)(2)(ii) admits entities of Groups A, B and D:1 to D:4, allies too; paragraph 12 speaks of non-allies."
        ),
    ),
)


def _veu_obligation(id: str, name: str, when: str, says: str, citation: str, deadline: str) -> Obligation:
    return Obligation(f"{name.lower()}_{id}", name, when, says, citation, deadline=deadline)


OBLIGATIONS = (
    _veu_obligation(
        "new_site",
        "UVEU",
        "before",
        _("The validated end user notifies BIS of a data center in a new location."),
        "15 CFR 748.15(a)(2)(ii)(A)",
        _("180 days before any export, reexport or transfer to it"),
    ),
    _veu_obligation(
        "intra_company",
        "UVEU",
        "before",
        _(
            "The validated end user notifies BIS before it moves chips between countries or plans new countries."
        ),
        "Supplement no. 10 to part 748, paragraph 5",
        _("60 days in advance"),
    ),
    *(
        _veu_obligation(*row)
        for name in ("UVEU", "NVEU")
        for row in (
            (
                "authorization_letter",
                name,
                "before",
                _(
                    "Have the listing in supplement no. 7 to part 748 or the BIS authorization letter, with the site."
                ),
                "15 CFR 748.15(a)(2)(ii)(A), (iii)(A)",
                _("Before the shipment"),
            ),
            (
                "own_facility",
                name,
                "after",
                _(
                    "The validated end user uses the items only at its own facility in an authorized destination and "
                    "sends them on only to its own authorized sites, unless separately authorized."
                ),
                "15 CFR 748.15(d)(2)(i), (iii)",
                _("As long as the items are held"),
            ),
            (
                "no_transfer",
                name,
                "after",
                _(
                    "No transfer of branch a chips to entities of D:5 or Macau, to those acting for listed parties, or "
                    "to government personnel of D:5 or Macau, without authorization."
                ),
                "Supplement no. 10 to part 748, paragraph 4",
                _("As long as the items are held"),
            ),
            (
                "weights_storage",
                name,
                "after",
                _(
                    "4E091 weights are kept only in supplement no. 5(a) countries, or outside D:5 and Macau in "
                    "facilities of supplement no. 5(a) entities that meet paragraphs 14, 15 and 18."
                ),
                "Supplement no. 10 to part 748, paragraph 8",
                _("As long as the items are held"),
            ),
            (
                "prohibited_uses",
                name,
                "after",
                _(
                    "No support for part 744 activities, for military or intelligence entities of D:5 or Macau, or "
                    "for abuses of human rights."
                ),
                "Supplement no. 10 to part 748, paragraph 9",
                _("As long as the items are held"),
            ),
            (
                "disposal",
                name,
                "after",
                _("Chips are sanitized and disposed of at end of life in a way that can be verified."),
                "Supplement no. 10 to part 748, paragraph 17",
                _("At end of life"),
            ),
            (
                "semiannual_reports",
                name,
                "after",
                _("Reexporters and the end user report to BIS every half year."),
                "15 CFR 748.15(f)(1)",
                _("By July 15 (January to June) and January 15 (July to December)"),
            ),
            (
                "chip_accounting",
                name,
                "after",
                _("The validated end user accounts for its chips, facility by facility."),
                "Supplement no. 10 to part 748, paragraph 10",
                _("By February 1 and August 1"),
            ),
            (
                "losses",
                name,
                "after",
                _("The validated end user reports theft, loss or tampering in transit."),
                "Supplement no. 10 to part 748, paragraph 16",
                _("Within 30 days"),
            ),
            (
                "training_limits",
                name,
                "after",
                _(
                    "No training of 4E091 models outside supplement no. 5(a) or as a service for entities "
                    "headquartered outside it; fine-tuning up to 25 percent of the original's operations."
                ),
                "Supplement no. 10 to part 748, paragraph 7",
                _("As long as the items are held"),
            ),
            (
                "records",
                name,
                "after",
                _("The validated end user keeps all records of these conditions."),
                "Supplement no. 10 to part 748, paragraph 11",
                _("Five years"),
            ),
        )
    ),
)
