"""Part 734: which items are subject to the EAR at all."""

from __future__ import annotations

from rules.conditions import any_of, is_, yes
from rules.law import provision
from rules.provisions.items import COMPUTE_SERVICE, DEEMED
from rules.wording import _

ORIGIN = provision(
    "s734_3",
    "15 CFR 734.3(a)",
    _("Items of US origin or in the United States"),
    _("An item made in the United States, or in or moving through it, is subject to the EAR wherever it is."),
    is_("origin", "us"),
)

FOREIGN_DIRECT_PRODUCT = provision(
    "s734_9",
    "15 CFR 734.9(h), (l)",
    _("Foreign direct product rules for advanced computing items and for model weights"),
    _(
        "A foreign-made chip or computer is subject to the EAR when it is the direct product of listed technology, "
        "software or a plant. Foreign-made 4E091 weights are when a plant outside the United States, or a major part "
        "of one, that made them is itself subject to the EAR and on the listed entries: in plain words, trained "
        "abroad on controlled chips. Both rules reach every destination."
    ),
    yes("foreign_direct_product"),
    open_points=(
        _(
            "734.9(l) refers to 742.6(b)(10) for the review policy; the policy for weights is 742.6(b)(14). A slip."
        ),
        _(
            "Some transcriptions ask that the plant of 734.9(l) be a direct product of US technology. The rule does "
            "not: the plant itself must be subject to the EAR and in a listed entry."
        ),
    ),
)

DE_MINIMIS = provision(
    "s734_4",
    "15 CFR 734.4",
    _("De minimis US content"),
    _(
        "A foreign-made item is also subject to the EAR when controlled US content is more than 25 percent of its "
        "value, or 10 percent for a destination in E:1 or E:2."
    ),
    yes("de_minimis_exceeded"),
    open_points=(
        _(
            "No zero-percent rule names 3A090, 4A090 or 4E091; 734.4(a)(1) may reach some AI servers (4A003.b)."
        ),
    ),
)

SUBJECT_TO_THE_EAR = provision(
    "subject_to_ear",
    "15 CFR 734.3",
    _("Subject to the EAR"),
    _("The item is of US origin, a foreign direct product, or carries more than de minimis US content."),
    any_of(ORIGIN, FOREIGN_DIRECT_PRODUCT, DE_MINIMIS),
)

SERVICE = provision(
    "s734_13_service",
    "15 CFR 734.13; supplement no. 3 to part 732, red flag 28",
    _("A computing service ships nothing"),
    _(
        "Training a customer's model as a service is no export of an item by the provider; red flag 28 still applies."
    ),
    COMPUTE_SERVICE,
)

RELEASE = provision(
    "s734_13_release",
    "15 CFR 734.13(a)(2), 734.14(a)(2)",
    _("Deemed exports"),
    _("Releasing software or technology to a foreign person counts as an export to that person's country."),
    DEEMED,
    open_points=(
        _(
            "The text for releases of chip software and technology is not among the sources: refer to counsel."
        ),
    ),
)
