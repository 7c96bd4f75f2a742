"""Kinds of syntax nodes that the running interpreter may lack."""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class Alias(_ast.stmt):
    """Stands in for `type X = ...` on interpreters that do not know it."""

    _fields = ("name",)
    name: Any


TYPE_ALIAS: Any = getattr(_ast, "TypeAlias", Alias)
