"""Kinds of item and activity, as other provisions speak of them (supplement no. 1 to part 774; 734.13 to 734.16)."""

from __future__ import annotations

from rules.conditions import any_of, is_

WEIGHTS = is_("item", "model_weights")
MEMORY = is_("item", "high_bandwidth_memory")
COMMODITY = is_("item", "integrated_circuit", "computer")
COMPUTING_ITEM = is_("item", "integrated_circuit", "computer", "software", "technology")
DEEMED = is_("activity", "deemed_export", "deemed_reexport")
EXPORT_OR_REEXPORT = is_("activity", "export", "reexport")
TRANSFER = is_("activity", "transfer_in_country")
COMPUTE_SERVICE = is_("activity", "compute_service")

# The .z software that travels with the commodities in 740.8(a) and 744.23(a)(3)(i)(A).
COMMODITY_OR_5D002_5D992 = any_of(COMMODITY, is_("entry", "5D002", "5D992"))
