"""What the callers of a function give for its parameters."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import every
from repro_lint.flow.target import Target
from repro_lint.records import Record
from repro_lint.syntax.index import Assign, Literal, Loop, Name, With
from repro_lint.syntax.values import unpacks

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Function, Value

MOST_CALLS = 40


class Given(Record):
    """A value and the function in which it stands."""

    path: str
    function: int
    value: Value


class Callers:
    """Answers what a parameter may be, as far as every caller shows it."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._given: dict[tuple[str, int, str], tuple[Given, ...]] = {}

    def given(self, path: str, function: int, name: str) -> tuple[Given, ...]:
        """What each caller gives for a parameter; nothing where that cannot be told of one."""
        key = (path, function, name)
        found = self._given.get(key)
        if found is None:
            self._given[key] = ()
            found = self._given[key] = self.search(path, function, name)
        return found

    def search(self, path: str, function: int, name: str) -> tuple[Given, ...]:
        """Look at the calls of a function without asking the kept answers."""
        record = self.program.modules[path].functions[function]
        names = [p.name for p in record.parameters if not p.kind.startswith("*")]
        if name not in names or name in ("self", "cls") or is_assigned(record, name):
            return ()
        position = -1
        positional = [p.name for p in record.parameters if p.kind == "positional"]
        if name in positional:
            position = positional.index(name) - self.is_bound(path, record)
        found = []
        calls = self.calls(path, function)
        default = record.parameters[[p.name for p in record.parameters].index(name)].default
        for caller, place in calls:
            call = self.program.modules[caller].calls[place]
            value = call.argument(position, name)
            if value is None:
                if unpacks(call):
                    return ()
                if default is not None:
                    found.append(Given(path, max(record.parent, 0), default))
            else:
                found.append(Given(caller, call.function, value))
        none = Literal(None)
        return tuple(dict.fromkeys(given for given in found if given.value != none))

    def is_bound(self, path: str, record: Function) -> bool:
        """Whether the first parameter is the object or the class."""
        outer = self.program.modules[path].functions[record.parent] if record.parent > 0 else None
        if outer is None or outer.kind != "class":
            return False
        return Name("staticmethod") not in record.decorators

    def calls(self, path: str, function: int) -> list[tuple[str, int]]:
        """The calls of a function, of test code only if there are no others; [] if too many."""
        program = self.program
        wanted = {(path, function)}
        record = program.modules[path].functions[function]
        names = {record.name.rpartition(".")[2]}
        if names == {"__init__"} and record.parent > 0:
            holder = Target("class", path, record.parent)
            heirs = [c for c in program.classes.all_derived(holder) if self.inherits(c, wanted)]
            names = {program.function(c).name.rpartition(".")[2] for c in (holder, *heirs)}
            wanted = {(c.path, c.place) for c in (holder, *heirs)}
        named = [call for name in sorted(names) for call in program.calls_beside(path, name)]
        if len(named) > MOST_CALLS:
            return []
        found = []
        for caller, place in named:
            target = program.callee(caller, place)
            if target is not None and (target.path, target.place) in wanted:
                found.append((caller, place))
        return [call for call in found if not TEST_PATH.search(call[0])] or found

    def inherits(self, holder: Target, constructors: set[tuple[str, int]]) -> bool:
        """Whether a class is made by one of these constructors."""
        found = self.program.classes.method(holder, "__init__")
        return found is not None and (found.path, found.place) in constructors


def is_assigned(record: Function, name: str) -> bool:
    """Whether the body of a function binds a parameter anew."""
    target = Name(name)
    return any(
        operation.target == target
        for operation in every(record.body)
        if isinstance(operation, (Assign, Loop, With))
    )
