"""What each name of a function is bound to, and under which test."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import blocks
from repro_lint.records import Record
from repro_lint.syntax.index import (
    UNKNOWN,
    Assign,
    Branch,
    Compound,
    Loop,
    Name,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import ModuleIndex, Operation, Value

EACH = "each"
VALUE = "value"
ADDED = "added"


class Binding(Record):
    """One place that gives a name a value.

    `kind` is value, added (by `+=`) or each (the elements of a loop). `test` is the test
    of the nearest branch around it, None if there is none, and `side` its outcome there.
    """

    kind: str
    value: Value
    line: int
    test: Value | None = None
    side: bool = True


class Bindings:
    """The bindings of every function of a program, read when asked for."""

    def __init__(self, program: Program) -> None:
        """Keep the program."""
        self.program = program
        self._tables: dict[tuple[str, int], Mapping[str, tuple[Binding, ...]]] = {}

    def of(self, path: str, function: int, name: str) -> tuple[Binding, ...]:
        """The bindings of a name, with its dots, in one function, in source order."""
        return self.table(path, function).get(name, ())

    def ending(
        self, path: str, function: int, attribute: str
    ) -> Iterator[tuple[str, tuple[Binding, ...]]]:
        """The bindings in one function of an attribute of any object but `self`."""
        if function < 0:
            return
        for name, places in self.table(path, function).items():
            head, _, last = name.rpartition(".")
            if last == attribute and head not in ("", "self"):
                yield name, places

    def table(self, path: str, function: int) -> Mapping[str, tuple[Binding, ...]]:
        """The bindings of one function by name."""
        key = (path, function)
        found = self._tables.get(key)
        if found is None:
            found = self._tables[key] = bindings(self.program.modules[path], function)
        return found


def bindings(index: ModuleIndex, function: int) -> Mapping[str, tuple[Binding, ...]]:
    """The bindings of one function by name."""
    found: dict[str, list[Binding]] = {}
    for operation, test, side in tested(index.functions[function].body):
        if isinstance(operation, Assign):
            kind = ADDED if operation.augmented else VALUE
            parts = bound(operation.target, operation.value, kind)
            line = operation.span.line
        elif isinstance(operation, Loop):
            parts = bound(operation.target, operation.iterable, EACH)
            line = operation.span.line
        elif isinstance(operation, With):
            parts = bound(operation.target, UNKNOWN, VALUE)
            line = operation.line
        else:
            continue
        for name, kind, value in parts:
            found.setdefault(name, []).append(Binding(kind, value, line, test, side))
    return {name: tuple(places) for name, places in found.items()}


def tested(
    body: tuple[Operation, ...],
) -> Iterator[tuple[Operation, Value | None, bool]]:
    """Each operation of a body in source order, with the nearest test that it hangs on."""
    waiting: list[tuple[Operation, Value | None, bool]] = [
        (operation, None, True) for operation in reversed(body)
    ]
    while waiting:
        operation, test, side = waiting.pop()
        yield operation, test, side
        if isinstance(operation, Branch):
            waiting.extend((o, operation.test, False) for o in reversed(operation.orelse))
            waiting.extend((o, operation.test, True) for o in reversed(operation.body))
            continue
        inner = [o for block in blocks(operation) for o in block]
        waiting.extend((o, test, side) for o in reversed(inner))


def bound(target: Value, value: Value, kind: str) -> Iterator[tuple[str, str, Value]]:
    """The names that a target binds, each with its part of the value."""
    if isinstance(target, Name):
        yield target.text, kind, value
    elif isinstance(target, Compound) and target.kind in ("Tuple", "Starred"):
        same = isinstance(value, Compound) and value.kind in ("Tuple", "List")
        values = value.parts if isinstance(value, Compound) and same else ()
        fits = len(values) == len(target.parts)
        for place, part in enumerate(target.parts):
            given = values[place] if fits and kind == VALUE else UNKNOWN
            yield from bound(part, given, VALUE)
