"""Which functions assign to attributes of a name, in a whole program."""

from __future__ import annotations

import re
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.symbols import Symbols


class Assigned:
    """The functions that assign to attributes, by the name of the attribute."""

    def __init__(self, symbols: Symbols) -> None:
        """Keep the symbols, which know what each function binds."""
        self.program = symbols.program
        self.bindings = symbols.bindings
        self._found: dict[str, tuple[tuple[str, int], ...]] = {}

    def of(self, name: str) -> tuple[tuple[str, int], ...]:
        """The functions, by path and place, that assign to attributes of a name."""
        known = self._found.get(name)
        if known is None:
            known = self._found[name] = tuple(self._search(name))
        return known

    def beside(self, path: str, name: str) -> bool:
        """Whether any code of a module's project assigns to attributes of a name."""
        owners = self.of(name)
        return bool(owners) and not self.program.companions(path).isdisjoint(p for p, _ in owners)

    def _search(self, name: str) -> Iterator[tuple[str, int]]:
        """Look for such functions where the text of a module shows an assignment."""
        written = re.compile(rf"\.{re.escape(name)}\s*(:[^=\n]+)?=(?!=)")
        for path, text in self._texts:
            if f".{name}" not in text:
                continue
            lines = [text.count("\n", 0, m.start()) + 1 for m in written.finditer(text)]
            functions = self.program.modules[path].functions if lines else ()
            for place, record in enumerate(functions):
                if not any(record.span.line <= line <= record.span.end_line for line in lines):
                    continue
                if any(True for _ in self.bindings.ending(path, place, name)):
                    yield path, place

    @cached_property
    def _texts(self) -> tuple[tuple[str, str], ...]:
        """The text of each module but those of tests."""
        return tuple(
            (path, self.program.repository.code(path))
            for path in self.program.modules
            if not TEST_PATH.search(path)
        )
