"""Modules that a program imports by a name which it makes up."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import folder_of
from repro_lint.syntax.index import Compound, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.modules import ModuleTable
    from repro_lint.syntax.index import Value

MOST_MODULES = 100


def named_modules(table: ModuleTable, path: str, name: Value) -> list[str]:
    """The modules that a name means: the one of a text, or all of a package: `f"models.{x}"`."""
    if isinstance(name, Literal) and isinstance(name.value, str):
        found = table.find(path, name.value)
        return [found] if found else []
    start = beginning(name)
    if not start.endswith(".") or start.startswith("."):
        return []
    inside = list(below(table, path, start.rstrip(".")))
    return inside if len(inside) <= MOST_MODULES else []


def beginning(name: Value) -> str:
    """The text that a name which is made up begins with."""
    if isinstance(name, Compound) and name.kind in ("JoinedStr", "BinOp") and name.parts:
        first = name.parts[0]
        if isinstance(first, Literal) and isinstance(first.value, str):
            return first.value
    return ""


def below(table: ModuleTable, path: str, package: str) -> Iterator[str]:
    """The modules directly in a package, which need not have an `__init__.py`."""
    rest = package.replace(".", "/")
    folders = [f"{root}/{rest}" if root else rest for root in table.roots(path)]
    folder = next((folder for folder in folders if folder in table.folders), "")
    if folder:
        yield from sorted(other for other in table.paths if folder_of(other) == folder)
