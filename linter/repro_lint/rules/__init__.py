"""All rules, in one tuple sorted by code."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Rule

_FAMILIES = (
    "containers",
    "data",
    "dependencies",
    "determinism",
    "estimators",
    "hashing",
    "notebooks",
    "ordering",
    "seeding",
    "structure",
)


def _rules() -> Iterator[type[Rule]]:
    for family in _FAMILIES:
        name = f"repro_lint.rules.{family}"
        try:
            module = import_module(name)
        except ModuleNotFoundError as absent:
            if absent.name != name:
                raise
            continue
        yield from module.RULES


ALL: tuple[type[Rule], ...] = tuple(sorted(_rules(), key=lambda rule: rule.code))
