"""How many workers code asks for: a number in the text, or the default of an option.

This asks one step at a time, and gives up where a number comes from further away.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.calls_of import argument_of, callers_of
from repro_lint.flow.resolved import OPEN, Resolved, literal, optional
from repro_lint.syntax.index import Compound, Literal, Name

if TYPE_CHECKING:
    from repro_lint.flow.symbols import Symbols
    from repro_lint.syntax.index import Parameter, Value

STEPS = 4
MOST_CALLERS = 20


def count_of(
    symbols: Symbols, path: str, function: int, value: Value, steps: int = STEPS
) -> Resolved:
    """What a number of workers is; unknown if that takes more than a few steps to find out."""
    if isinstance(value, Literal):
        return literal(value.value)
    if isinstance(value, Compound) and value.kind == "UnaryOp" and value.detail == "USub":
        inner = value.parts[0]
        if isinstance(inner, Literal) and isinstance(inner.value, int):
            return literal(-inner.value)
    if not isinstance(value, Name) or not steps:
        return OPEN
    head, dot, rest = value.text.partition(".")
    if head in ("self", "cls") and dot:
        return of_attribute(symbols, path, function, value.text, steps)
    if dot:
        return symbols.lookups.by_name(path, (rest.rpartition(".")[2],), function)
    return of_variable(symbols, path, function, head, steps)


def of_variable(symbols: Symbols, path: str, function: int, name: str, steps: int) -> Resolved:
    """What a variable or a parameter is."""
    program = symbols.program
    scope = program.types.scope_of(path, function, name)
    record = program.modules[path].functions[scope]
    values = program.types.values(path, function, name)
    for parameter in record.parameters:
        if parameter.name == name:
            return OPEN if values else of_parameter(symbols, path, scope, parameter)
    return count_of(symbols, path, scope, values[0], steps - 1) if len(values) == 1 else OPEN


def of_parameter(symbols: Symbols, path: str, function: int, parameter: Parameter) -> Resolved:
    """What a parameter is: its default, unless a call passes anything else."""
    if not isinstance(parameter.default, Literal):
        return OPEN
    callers = callers_of(symbols.program, path, function)
    if len(callers) > MOST_CALLERS:
        return OPEN
    for caller, place in callers:
        call = symbols.program.modules[caller].calls[place]
        given = argument_of(symbols.program, (path, function), call, parameter.name)
        if given not in (None, parameter.default):
            return OPEN
    return optional(literal(parameter.default.value))


def of_attribute(symbols: Symbols, path: str, function: int, text: str, steps: int) -> Resolved:
    """What an attribute of an object is, if its constructor alone sets it."""
    program = symbols.program
    holder = program.enclosing_class(path, function)
    constructor = None if holder is None else program.method(holder, "__init__")
    if constructor is None or constructor.kind != "function":
        return OPEN
    values = program.types.locals(constructor.path, constructor.place).values.get(text) or ()
    if len(values) != 1:
        return OPEN
    return count_of(symbols, constructor.path, constructor.place, values[0], steps - 1)
