"""The functions of a repository that a value stands for when it is handed to something else."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Compound, Lambda, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Value

STEPS = 4
NONE: tuple[Target, ...] = ()


def functions_in(
    program: Program, path: str, function: int, value: Value, steps: int = STEPS
) -> tuple[Target, ...]:
    """The functions that run when a value is called; none where one of them is not known."""
    if steps <= 0:
        return NONE
    if isinstance(value, Lambda):
        return (Target("function", path, value.function),)
    if isinstance(value, Result):
        return of_call(program, path, value.call, steps)
    if isinstance(value, Compound) and value.kind == "IfExp":
        ways = [functions_in(program, path, function, way, steps - 1) for way in value.parts[1:]]
        return tuple(dict.fromkeys(t for way in ways for t in way)) if all(ways) else NONE
    return named(program, path, function, value, steps) if isinstance(value, Name) else NONE


def named(
    program: Program, path: str, function: int, value: Name, steps: int
) -> tuple[Target, ...]:
    """The function that a name means, or what a variable of that name is given."""
    target = program.resolve(path, function, value.text)
    if target is not None and target.kind == "function":
        return (target,)
    if target is not None or "." in value.text:
        return NONE
    values = program.types.values(path, function, value.text)
    ways = [functions_in(program, path, function, way, steps - 1) for way in values]
    return tuple(dict.fromkeys(t for way in ways for t in way)) if all(ways) else NONE


def of_call(program: Program, path: str, place: int, steps: int) -> tuple[Target, ...]:
    """The function inside a wrapper, or the one that runs when an object of a class is called."""
    call = program.modules[path].calls[place]
    target = program.callee(path, place)
    if target is None:
        return NONE
    if target.kind == "library":
        fact = knowledge().trait(target.dotted, "wraps")
        given = call.argument(fact.position, fact.parameter) if fact is not None else None
        if given is None:
            return NONE
        return functions_in(program, path, call.function, given, steps - 1)
    found = program.called_instance(target) if target.kind == "class" else None
    return (found,) if found is not None and found.kind == "function" else NONE
