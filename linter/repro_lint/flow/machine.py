"""Numbers that the machine decides, such as that of its processors."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Compound, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Value

STEPS = 5


def machine_call(
    program: Program, path: str, function: int, value: Value, steps: int = STEPS
) -> str:
    """The call that makes a number depend on the machine, "" if there is none.

    Where a bound is set, as by `min(8, os.cpu_count())`, most machines agree.
    """
    if not steps:
        return ""
    if isinstance(value, Result):
        call = program.modules[path].calls[value.call]
        if knowledge().trait(call.target, "machine"):
            return call.name
        if call.target in ("builtins.int", "builtins.len", "builtins.max"):
            return first(program, path, call.function, call.arguments, steps)
        return ""
    if isinstance(value, Compound) and value.kind in ("BinOp", "BoolOp"):
        return first(program, path, function, value.parts, steps)
    if isinstance(value, Name) and "." not in value.text:
        values = program.types.values(path, function, value.text)
        return first(program, path, function, values, steps) if len(values) == 1 else ""
    return ""


def first(program: Program, path: str, function: int, values: tuple[Value, ...], steps: int) -> str:
    """The first such call among values."""
    for value in values:
        found = machine_call(program, path, function, value, steps - 1)
        if found:
            return found
    return ""
