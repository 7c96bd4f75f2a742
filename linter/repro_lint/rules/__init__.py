"""All rules, in one tuple sorted by code."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.rules.base import Rule

_FAMILIES = (
    "containers",
    "data",
    "dependencies",
    "determinism",
    "estimators",
    "notebooks",
    "ordering",
    "seeding",
    "structure",
)
ALL: tuple[type[Rule], ...] = tuple(
    sorted(
        (
            rule
            for family in _FAMILIES
            if find_spec(f"repro_lint.rules.{family}")
            for rule in import_module(f"repro_lint.rules.{family}").RULES
        ),
        key=lambda rule: rule.code,
    )
)
