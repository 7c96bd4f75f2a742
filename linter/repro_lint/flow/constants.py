"""The texts that values are before the program runs, as far as one module shows them."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments
from repro_lint.syntax.index import Compound, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.syntax.index import ModuleIndex, Value


def text_of(index: ModuleIndex, function: int, value: Value | None) -> str | None:
    """The text of a literal, or of a name that is given one literal here or at the top."""
    if isinstance(value, Name):
        given = given_to(index, function, value)
        value = given[0] if len(given) == 1 else None
    if isinstance(value, Literal) and isinstance(value.value, str):
        return value.value
    return None


def given_to(index: ModuleIndex, function: int, name: Name) -> list[Value]:
    """What a name is given in a function, else at the top of its module."""
    for place in dict.fromkeys((function, 0)):
        found = [o.value for o in assignments(index.functions[place].body) if o.target == name]
        if found:
            return found
    return []


def default_text(index: ModuleIndex, function: int, value: Value | None) -> str | None:
    """The text that a parameter has when it is not given."""
    if isinstance(value, Name):
        for parameter in index.functions[function].parameters:
            if parameter.name == value.text and isinstance(parameter.default, Literal):
                given = parameter.default.value
                return given if isinstance(given, str) else None
    return None


def texts_inside(value: Value) -> Iterator[str]:
    """The literal texts that a value is made of, but not the values of named entries."""
    if isinstance(value, Literal):
        if isinstance(value.value, str):
            yield value.value
    elif isinstance(value, Compound):
        for part in value.parts:
            yield from texts_inside(part)
