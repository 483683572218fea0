"""ECCN 3A090, and the entries that borrow its parameters: 4A090, the .z paragraphs, and software and technology.

3A090's thresholds are "or more" and "less than", so each is tested on both sides.
"""

from __future__ import annotations

from rules.conditions import all_of, any_of, at_least, below, is_, not_, yes
from rules.law import Clause, provision
from rules.provisions.items import COMPUTING_ITEM
from rules.wording import _

OUTSIDE_DATACENTERS = provision(
    "eccn_3a090_note_2",
    "ECCN 3A090, note 2",
    _("Not for datacenters, below 4800"),
    _(
        "3A090.a and .b leave out items that are not designed or marketed for datacenters and have a total processing "
        "performance below 4800; the .z paragraphs leave them out too."
    ),
    all_of(not_(yes("datacenter")), below("tpp", 4800)),
)

_PARAMETERS_OF_A = any_of(
    Clause("ECCN 3A090.a.1", _("Total processing performance of 4800 or more."), at_least("tpp", 4800)),
    Clause(
        "ECCN 3A090.a.2",
        _("Total processing performance of 1600 or more and performance density of 5.92 or more."),
        all_of(at_least("tpp", 1600), at_least("performance_density", "5.92")),
    ),
)

_PARAMETERS_OF_B = any_of(
    Clause(
        "ECCN 3A090.b.1",
        _(
            "Total processing performance from 2400 to below 4800 and performance density from 1.6 to below 5.92."
        ),
        all_of(
            at_least("tpp", 2400),
            below("tpp", 4800),
            at_least("performance_density", "1.6"),
            below("performance_density", "5.92"),
        ),
    ),
    Clause(
        "ECCN 3A090.b.2",
        _("Total processing performance of 1600 or more and performance density from 3.2 to below 5.92."),
        all_of(
            at_least("tpp", 1600),
            at_least("performance_density", "3.2"),
            below("performance_density", "5.92"),
        ),
    ),
)

BRANCH_A = provision(
    "eccn_3a090_a",
    "ECCN 3A090.a, 4A090.a and the .z paragraphs that meet them",
    _("Branch a"),
    _(
        "A circuit with a total processing performance of 4800 or more, or of 1600 or more and a performance density "
        "of 5.92 or more; a computer that contains one; their software and technology."
    ),
    all_of(COMPUTING_ITEM, not_(OUTSIDE_DATACENTERS), _PARAMETERS_OF_A),
    open_points=(
        _(
            "A front-end fabricator or OSAT company must presume 3A090.a for advanced logic chips (note 1, "
            "90 FR 5298); the presumption binds only them and is not modeled here. Its text has no figure for 2028."
        ),
        _("TPP of the H100 is 15,824 by BIS's round numbers and 15,832 by the datasheet; both are branch a."),
    ),
)

BRANCH_B = provision(
    "eccn_3a090_b",
    "ECCN 3A090.b, 4A090.b and the .z paragraphs that meet them",
    _("Branch b"),
    _(
        "Not branch a, and a total processing performance from 2400 to below 4800 with a density from 1.6 to below "
        "5.92, or of 1600 or more with a density from 3.2 to below 5.92."
    ),
    all_of(COMPUTING_ITEM, not_(OUTSIDE_DATACENTERS), not_(_PARAMETERS_OF_A), _PARAMETERS_OF_B),
    open_points=(
        _("A circuit that meets both a.1 and b.2 falls under .a: the worldwide requirement reaches it."),
    ),
)

HIGH_BANDWIDTH_MEMORY = provision(
    "eccn_3a090_c",
    "ECCN 3A090.c; 15 CFR 744.23(a)(3)(i)(B)",
    _("High-bandwidth memory"),
    _("Memory with a bandwidth density above 2 GB/s per square millimeter: controlled by another rule."),
    is_("item", "high_bandwidth_memory"),
    open_points=(
        _("3A090.c is not part of this rule; see 742.6(a)(6)(i)(B), 744.23(a)(3)(i)(B) and 740.25."),
    ),
)
