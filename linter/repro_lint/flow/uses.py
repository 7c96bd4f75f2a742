"""Where the results of calls and the names of a module are used."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import every
from repro_lint.records import Record
from repro_lint.syntax.index import (
    Assign,
    Branch,
    Compound,
    Comprehension,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
    With,
    Yield,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TypeAlias

    from repro_lint.syntax.index import ModuleIndex, Operation, Span, Value

new = tuple.__new__
# Stands between the element of a comprehension and the comprehension, which does not run over it.
ELEMENT = "Element"
Container: TypeAlias = "Compound | Comprehension"


class Use(Record):
    """One use of a value.

    `kind` is argument, index (of a subscript), receiver (a method is called on it),
    assigned, target (part of an assignment's target), iterated, tested, returned,
    yielded, raised, context (of a with statement) or discarded. `containers` are the
    compounds and comprehensions between the value and its user, the nearest first.
    `call` is the user of an argument or receiver and `detail` the position, keyword or
    method; `operation` is the user otherwise. `function` is where it happens.
    """

    kind: str
    containers: tuple[Container, ...]
    function: int
    call: int = -1
    detail: str = ""
    operation: Operation | None = None


class Uses:
    """The uses in one module, read function by function when asked for.

    `displays` are the set displays and set comprehensions that were read, by their
    span, and `sets` their uses.
    """

    def __init__(self, index: ModuleIndex) -> None:
        """Sort the calls by function; read no function yet."""
        self.index = index
        self.results: dict[int, list[Use]] = {}
        self.names: dict[int, dict[str, list[Use]]] = {}
        self.sets: dict[Span, list[Use]] = {}
        self.displays: dict[Span, Container] = {}
        self.known: set[int] = set()
        self.calls: dict[int, list[int]] = {}
        for place, call in enumerate(index.calls):
            self.calls.setdefault(call.function, []).append(place)

    def of_result(self, place: int) -> list[Use]:
        """The uses of the result of a call."""
        self.read_function(self.index.calls[place].function)
        return self.results.get(place, [])

    def of_name(self, function: int, name: str) -> list[Use]:
        """The uses of a name in one function."""
        return self.names_in(function).get(name, [])

    def everywhere(self, name: str, functions: Iterable[int] | None = None) -> Iterator[Use]:
        """The uses of a name in some functions, in all of the module if none are given."""
        wanted = range(len(self.index.functions)) if functions is None else sorted(functions)
        for function in wanted:
            yield from self.of_name(function, name)

    def names_in(self, function: int) -> Mapping[str, list[Use]]:
        """The uses of each name in one function."""
        self.read_function(function)
        return self.names.get(function, {})

    def read_function(self, function: int) -> None:
        """Read the operations and calls of one function, once."""
        if function in self.known:
            return
        self.known.add(function)
        for operation in every(self.index.functions[function].body):
            self.read_operation(operation, function)
        for place in self.calls.get(function, ()):
            self.read_call(place)

    def read_call(self, place: int) -> None:
        """Note what a call uses: its arguments, and what its method is called on."""
        call = self.index.calls[place]
        function = call.function
        for position, value in enumerate(call.arguments):
            if type(value) is not Literal:
                use = new(Use, ("argument", (), function, place, str(position), None))
                self.read(value, use)
        for keyword, value in call.keywords:
            if type(value) is not Literal:
                self.read(value, new(Use, ("argument", (), function, place, keyword, None)))
        self.read_receiver(self.index, place)
        if place in self.index.discarded:
            self.results.setdefault(place, []).append(Use("discarded", (), call.function))

    def read_receiver(self, index: ModuleIndex, place: int) -> None:
        """A method call uses what stands before its last dot."""
        call = index.calls[place]
        head, dot, method = call.name.rpartition(".")
        if call.receiver is not None or dot:
            use = new(Use, ("receiver", (), call.function, place, method, None))
            self.read(Name(head) if call.receiver is None else call.receiver, use)

    def read_operation(self, operation: Operation, function: int) -> None:
        """Note the values that an operation uses."""
        for kind, value in operands(operation):
            if type(value) is not Literal:
                self.read(value, new(Use, (kind, (), function, -1, "", operation)))

    def read(self, value: Value, use: Use) -> None:
        """Note a use of a value and of all that it is made of."""
        if isinstance(value, Result):
            self.results.setdefault(value.call, []).append(use)
        elif isinstance(value, Name):
            names = self.names.setdefault(use.function, {})
            names.setdefault(value.text, []).append(use)
        elif isinstance(value, (Compound, Comprehension)):
            if value.span is not None and value.kind in ("Set", "set"):
                self.sets.setdefault(value.span, []).append(use)
                self.displays[value.span] = value
            kind, containers, *rest = use
            inner = new(Use, (kind, (value, *containers), *rest))
            if isinstance(value, Compound) and value.kind == "Subscript":
                self.read(value.parts[0], inner)
                self.read(
                    value.parts[1], use._replace(kind="index", containers=(value,), detail="")
                )
                return
            parts = value.parts if isinstance(value, Compound) else value.iterables
            if isinstance(value, Compound) and value.kind == "IfExp":
                tested = use._replace(kind="tested", containers=(value,), detail="")
                self.read(parts[0], tested)
                parts = parts[1:]
            for part in parts:
                self.read(part, inner)
            if isinstance(value, Comprehension):
                marked = Compound(ELEMENT, "", (value.element,), None)
                self.read(value.element, new(Use, (kind, (marked, value, *containers), *rest)))


def operands(operation: Operation) -> Iterator[tuple[str, Value]]:
    """The values that an operation itself uses, each with the kind of use."""
    if isinstance(operation, Assign):
        yield "assigned", operation.value
        if not isinstance(operation.target, Name):
            yield "target", operation.target
    elif isinstance(operation, Branch):
        yield "tested", operation.test
    elif isinstance(operation, Loop) and operation.kind == "while":
        yield "tested", operation.iterable
    elif isinstance(operation, Loop) and operation.kind == "for":
        yield "iterated", operation.iterable
    elif isinstance(operation, Exit):
        yield ("returned" if operation.kind == "return" else "raised"), operation.value
    elif isinstance(operation, Yield):
        yield "yielded", operation.value
    elif isinstance(operation, With):
        yield "context", operation.context
