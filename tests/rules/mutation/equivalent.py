"""Mutants that are no faults, by pattern of their names, each with the reason. The run fails if one is not needed."""

from __future__ import annotations

DATA: dict[str, str] = {}
CODE: dict[str, str] = {}
