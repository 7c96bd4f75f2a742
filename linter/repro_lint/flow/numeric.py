"""Which values are surely numbers, or tuples of them: their hashes are the same in each run."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.bindings import EACH, bindings
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Compound, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.bindings import Binding
    from repro_lint.syntax.index import ModuleIndex, Value

STEPS = 4
MAKERS = frozenset(f"builtins.{name}" for name in ("int", "float", "len", "ord", "round", "abs"))
RANGE = "builtins.range"
ANNOTATED = frozenset(("int", "float", "bool"))
# A table of this name gives numbers.
NUMBERING = pattern(r"(to|2)_?(idx|id|ids|ix|index|ind|int|num|number)$", re.IGNORECASE)
# With a number on one side there are no texts on the other.
EITHER = frozenset(("Add", "Sub", "Div", "Pow"))


class Numbers:
    """What is a number in one function, at a line of it: later lines do not count."""

    def __init__(self, index: ModuleIndex, function: int, line: int) -> None:
        """Read what the names of the function are bound to."""
        self.index = index
        self.function = index.functions[function]
        self.bindings = bindings(index, function)
        self.line = line

    def is_number(self, value: Value, steps: int = STEPS) -> bool:
        """Whether a value is surely a number, or a tuple of numbers."""
        if isinstance(value, Literal):
            return isinstance(value.value, (int, float))
        if isinstance(value, Result):
            return self.index.calls[value.call].target in MAKERS
        if isinstance(value, Name):
            return bool(steps) and self.is_named_number(value.text, steps - 1)
        return isinstance(value, Compound) and self.is_made_number(value, steps)

    def is_made_number(self, value: Compound, steps: int) -> bool:
        """Whether what operators or a display make is a number, or a tuple of numbers."""
        if value.kind == "BinOp" and value.detail == "FloorDiv":
            return True
        if value.kind == "Subscript" and isinstance(value.parts[0], Name):
            return NUMBERING.search(value.parts[0].text) is not None
        parts = [self.is_number(part, steps) for part in value.parts]
        if value.kind == "BinOp":
            if value.detail in EITHER:
                return any(parts)
            return parts[0] if value.detail == "Mod" else all(parts)
        return value.kind in ("Tuple", "UnaryOp") and all(parts)

    def is_named_number(self, name: str, steps: int) -> bool:
        """Whether all that a name was bound to are numbers."""
        places = [place for place in self.bindings.get(name, ()) if place.line <= self.line]
        if places:
            return all(self.gives_number(place, steps) for place in places)
        parameters = self.function.parameters
        return any(p.name == name and p.annotation in ANNOTATED for p in parameters)

    def gives_number(self, place: Binding, steps: int) -> bool:
        """Whether one binding gives a name a number."""
        if place.kind != EACH:
            return self.is_number(place.value, steps)
        source = place.value
        return isinstance(source, Result) and self.index.calls[source.call].target == RANGE


def grows_by_numbers(index: ModuleIndex, names: tuple[str, ...]) -> bool:
    """Whether sets that some names hold are filled one by one, and by numbers only."""
    added = 0
    for call in index.calls:
        holder, _, method = call.name.rpartition(".")
        if holder not in names or method not in ("add", "update"):
            continue
        if method == "update" or len(call.arguments) != 1:
            return False
        if not Numbers(index, call.function, call.span.line).is_number(call.arguments[0]):
            return False
        added += 1
    return added > 0
