"""ECCN 4E091, supplement no. 1 to part 774: the weights of the largest AI models."""

from __future__ import annotations

from rules.conditions import all_of, any_of, at_least, at_most, is_, not_, sum_at_least, weigh, yes
from rules.law import Clause, Interpretation, provision
from rules.wording import _

COUNTED_OPERATIONS = provision(
    "eccn_4e091_operations",
    "ECCN 4E091, heading and technical notes 2 and 3",
    _("10^26 or more training operations"),
    _(
        "The parameters of a model trained with 10^26 or more operations. Pre-training and all later training count; "
        "collecting and curating data does not. When more than 10 percent of the operations train on unpublished "
        "data that one model generated, or several whose parameters are unpublished, the operations that technical "
        "note 3 names are added."
    ),
    any_of(
        Clause(
            "ECCN 4E091, heading",
            _("Training alone took 10^26 operations or more."),
            at_least("training_operations", "1e26"),
        ),
        Clause(
            "ECCN 4E091, technical note 3",
            _("With the operations behind synthetic data added, it took 10^26 or more."),
            all_of(
                yes("synthetic_data"),
                sum_at_least("1e26", "training_operations", "synthetic_data_operations"),
            ),
        ),
    ),
    open_points=(
        _("For several unpublished generating models only the one with the most operations is added."),
    ),
)

PUBLISHED = provision(
    "eccn_4e091_published",
    "ECCN 4E091, note 1, first sentence; 15 CFR 734.7(a)",
    _("Published weights"),
    _("Weights that have been published, as 734.7(a) has it, are not controlled."),
    is_("weights_status", "published"),
)

QUARTER_OF = Interpretation(
    "I1",
    "ECCN 4E091, note 1, second sentence",
    _("Note 1 allows training of up to 25 percent of the operations: 25 percent of which?"),
    _("Of the published base model's operations."),
    _("Of all counted operations of the resulting model."),
    # added ≤ 25% × (training − added)
    adopted=weigh(0, ("1.25", "additional_operations"), ("-0.25", "training_operations")),
    alternative=any_of(
        weigh(0, (1, "additional_operations"), ("-0.25", "training_operations")),
        all_of(
            yes("synthetic_data"),
            weigh(
                0,
                (1, "additional_operations"),
                ("-0.25", "training_operations"),
                ("-0.25", "synthetic_data_operations"),
            ),
        ),
    ),
)

DERIVED_FROM_PUBLISHED = provision(
    "eccn_4e091_derived",
    "ECCN 4E091, note 1, second sentence",
    _("Weights derived from published weights"),
    _(
        "Weights derived from published ones are not controlled unless the added training is more than the larger of "
        "2.5 × 10^25 operations and 25 percent."
    ),
    all_of(
        Clause(
            "ECCN 4E091, note 1",
            _("The model is derived from one whose weights are published."),
            is_("weights_status", "derived_from_published"),
        ),
        Clause(
            "ECCN 4E091, note 1",
            _("The added training is not more than the larger of 2.5 × 10^25 operations and 25 percent."),
            any_of(at_most("additional_operations", "2.5e25"), QUARTER_OF),
        ),
    ),
)

BELOW_FRONTIER = provision(
    "eccn_4e091_note_2",
    "ECCN 4E091, note 2; 15 CFR 748.3(f)",
    _("Below the best published model"),
    _(
        "Not controlled if trained with fewer operations than it takes, by the most efficient published methods, to "
        "match the most capable published model. The exporter may rely on BIS guidance, technical opinions of the AI "
        "Safety Institute and the Department of Energy, or a BIS classification."
    ),
    yes("below_published_frontier"),
)

CONTROLLED_WEIGHTS = provision(
    "eccn_4e091",
    "ECCN 4E091",
    _("Controlled model weights"),
    _("Weights of a model with 10^26 or more counted operations that none of the notes takes out."),
    all_of(COUNTED_OPERATIONS, not_(PUBLISHED), not_(DERIVED_FROM_PUBLISHED), not_(BELOW_FRONTIER)),
    open_points=(_("BIS's announcement of 2025-05-13 does not name model weights."),),
)
