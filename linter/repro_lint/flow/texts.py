"""What `exec` runs: a file of the repository, or settings that people name when they start it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import folder_of, joined
from repro_lint.flow.operations import assignments, every
from repro_lint.syntax.index import Literal, Loop, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call, Value

STEPS = 4
ARGUMENTS = frozenset(("sys.argv", "argv"))


def executed_file(program: Program, path: str, place: int) -> str:
    """The module of the repository whose text a call of `exec` runs, "" if none is named."""
    name = file_name(program, path, place)
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        return ""
    for folder in dict.fromkeys((folder_of(path), "")):
        found = joined(folder, name.value.removeprefix("./"))
        if found in program.modules:
            return found
    return ""


def runs_settings(program: Program, path: str, place: int) -> bool:
    """Whether a call of `exec` runs a file that people name on the command line."""
    name = file_name(program, path, place)
    function = program.modules[path].calls[place].function
    return name is not None and is_argument(program, path, function, name)


def file_name(program: Program, path: str, place: int) -> Value | None:
    """The name of the file whose text a call runs: `exec(open(name).read())`."""
    calls = program.modules[path].calls
    call: Call = calls[place]
    for _ in range(STEPS):
        bare = call.name.rpartition(".")[2]
        if bare in ("open", "Path") and call.arguments:
            return call.arguments[0]
        inside = call.receiver if bare in ("read", "read_text") else None
        if inside is None and bare in ("exec", "compile") and call.arguments:
            inside = call.arguments[0]
        if not isinstance(inside, Result):
            return None
        call = calls[inside.call]
    return None


def is_argument(program: Program, path: str, function: int, value: Value) -> bool:
    """Whether a value comes from what people write behind the name of the program."""
    body = program.modules[path].functions[function].body
    waiting, seen = list(names_inside(value)), set()
    while waiting:
        name = waiting.pop()
        if name in ARGUMENTS:
            return True
        if name in seen:
            continue
        seen.add(name)
        sources = [made.value for made in assignments(body) if made.target == Name(name)]
        sources += [
            operation.iterable
            for operation in every(body)
            if isinstance(operation, Loop) and operation.target == Name(name)
        ]
        waiting.extend(inner for source in sources for inner in names_inside(source))
    return False
