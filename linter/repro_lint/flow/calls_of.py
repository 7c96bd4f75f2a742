"""The calls that run a function, and what each of them passes for a parameter."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.syntax.index import UNKNOWN, Compound, Name

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call, Function, Value


def callers_of(program: Program, path: str, function: int) -> list[tuple[str, int]]:
    """The calls, test code aside, that run a function or the constructor of its class."""
    record = program.modules[path].functions[function]
    bare = record.name.rpartition(".")[2]
    wanted = {(path, function)}
    if bare == "__init__" and record.parent > 0:
        wanted.add((path, record.parent))
        bare = program.modules[path].functions[record.parent].name.rpartition(".")[2]
    found = []
    for caller, place in program.calls_beside(path, bare):
        if TEST_PATH.search(caller) and not TEST_PATH.search(path):
            continue
        target = program.callee(caller, place)
        if target is not None and target[1:3] in wanted:
            found.append((caller, place))
    return found


def argument_of(program: Program, place: tuple[str, int], call: Call, name: str) -> Value | None:
    """What a call passes for a parameter of a function; None if nothing, UNKNOWN if hidden."""
    path, function = place
    record = program.modules[path].functions[function]
    given = call.keyword(name)
    if given is not None:
        return given
    names = [parameter.name for parameter in record.parameters if parameter.kind == "positional"]
    if is_method(program, path, record):
        names = names[1:]
    if name in names:
        position = names.index(name)
        before = call.arguments[: position + 1]
        if any(isinstance(a, Compound) and a.kind == "Starred" for a in before):
            return UNKNOWN
        if position < len(call.arguments):
            return call.arguments[position]
    return UNKNOWN if any(key == "**" for key, _ in call.keywords) else None


def is_method(program: Program, path: str, record: Function) -> bool:
    """Whether the first parameter of a function is the object or class that it is called on."""
    if record.parent <= 0 or program.modules[path].functions[record.parent].kind != "class":
        return False
    return not any(isinstance(d, Name) and d.text == "staticmethod" for d in record.decorators)
