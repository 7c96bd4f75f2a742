"""Finds the values of keys in mappings that the text of a program writes out."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Compound, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.symbols import Symbols
    from repro_lint.syntax.index import Value


def shown_at(
    symbols: Symbols, path: str, function: int, holder: Value, keys: tuple[str, ...]
) -> tuple[str, int, Value] | None:
    """The value of a key, with the module and function where it stands; None if none is shown."""
    shown = display(symbols, path, function, holder)
    if shown is None or len(keys) != 1:
        return None
    where, place, found = shown
    if isinstance(found, Result):
        given = symbols.program.modules[where].calls[found.call].keyword(keys[0])
        return None if given is None else (where, place, given)
    pairs = zip(found.parts[::2], found.parts[1::2], strict=True)
    values = [value for key, value in pairs if key == Literal(keys[0])]
    return (where, place, values[-1]) if values else None


def display(
    symbols: Symbols, path: str, function: int, holder: Value
) -> tuple[str, int, Compound | Result] | None:
    """The dict display, or the call of `dict`, that a name stands for, and where it is."""
    if isinstance(holder, Compound) and holder.kind == "Dict":
        return path, function, holder
    if isinstance(holder, Result):
        call = symbols.program.modules[path].calls[holder.call]
        return (path, function, holder) if call.target == "builtins.dict" else None
    if not isinstance(holder, Name):
        return None
    functions, scope = symbols.program.modules[path].functions, function
    while scope >= 0:
        places = symbols.bindings.of(path, scope, holder.text)
        if places:
            value = places[0].value
            is_one = len(places) == 1 and not isinstance(value, Name)
            return display(symbols, path, scope, value) if is_one else None
        scope = functions[scope].parent
    dotted = symbols.program.names(path).target(function, holder.text)
    head, _, name = dotted.rpartition(".")
    module = symbols.program.table.find(path, head) if head else ""
    if not module or module == path:
        return None
    return display(symbols, module, 0, Name(name))
