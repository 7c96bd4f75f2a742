"""What a name means in a module: an import, a definition of its own, or a builtin."""

from __future__ import annotations

import builtins

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from repro_lint.syntax.index import Import

    class Scope(Protocol):
        """The part of a function that decides what its names mean."""

        @property
        def kind(self) -> str:
            """Tell a class body from a function."""

        @property
        def parent(self) -> int:
            """The place of the enclosing scope, -1 for none."""

        @property
        def bound(self) -> Sequence[str] | set[str]:
            """The names that the body binds other than by import."""


BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


def imported_name(entry: Import) -> str:
    """The dotted name that an import binds its alias to."""
    if not entry.member:
        whole = entry.module
        return whole if entry.alias != whole.partition(".")[0] else entry.alias
    return entry.module + ("" if entry.module.endswith(".") else ".") + entry.member


class Names:
    """Resolves names of one module by its scopes; answers are kept."""

    def __init__(self, scopes: Sequence[Scope], imports: Sequence[Import]) -> None:
        """Sort the imports by scope; a later one wins, except in a try statement."""
        self.scopes = scopes
        self.bound: dict[int, frozenset[str] | set[str]] = {}
        self.imported: list[dict[str, str]] = [{} for _ in scopes]
        self.answers: list[dict[str, str]] = [{} for _ in scopes]
        for entry in imports:
            known = self.imported[entry.function]
            if entry.member != "*" and not (entry.optional and entry.alias in known):
                known[entry.alias] = imported_name(entry)

    def target(self, function: int, name: str) -> str:
        """The name through imports, `builtins.x` for a builtin, "" for anything else."""
        answers = self.answers[function]
        found = answers.get(name)
        if found is None:
            head, _, rest = name.partition(".")
            found = self.head(function, head)
            if found and rest:
                found = found + "." + rest
            answers[name] = found
        return found

    def head(self, function: int, name: str) -> str:
        """Resolve a name without dots, from the innermost scope outwards."""
        found = self.imported[function].get(name)
        if found is not None:
            return found
        if name in (self.bound.get(function) or self.bound_in(function)):
            return ""
        scope = self.scopes[function].parent
        while scope >= 0 and self.scopes[scope].kind == "class":
            scope = self.scopes[scope].parent
        if scope >= 0:
            return self.target(scope, name)
        return "builtins." + name if name in BUILTINS else ""

    def bound_in(self, function: int) -> frozenset[str] | set[str]:
        """The names that a scope binds other than by import."""
        bound = self.scopes[function].bound
        found = self.bound[function] = bound if isinstance(bound, set) else frozenset(bound)
        return found
