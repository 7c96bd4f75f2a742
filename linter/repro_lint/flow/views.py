"""One module as whoever follows an object asks for it: by names, and by the tests around calls."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments, blocks
from repro_lint.syntax.index import Branch, Evaluate, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from repro_lint.flow.facts import Facts
    from repro_lint.syntax.index import Assign, Function, Operation, Value

    # A test, and those around it.
    Tests: TypeAlias = "tuple[Value, Tests] | None"


class View:
    """The names of one module, each with all functions at once."""

    def __init__(self, facts: Facts, path: str) -> None:
        """Keep the module; it is read when asked."""
        self.index = facts.program.modules[path]
        self.functions = self.index.functions
        self.read = facts.uses(path)
        self._assigned: dict[int, dict[str, list[Assign]]] = {}

    @cached_property
    def naming(self) -> Mapping[str, tuple[int, ...]]:
        """For each name without dots the functions that use it or give it a value."""
        found: dict[str, set[int]] = {}
        for place in range(len(self.functions)):
            for name in (*self.read.names_in(place), *self.assigned(place)):
                found.setdefault(name.partition(".")[0], set()).add(place)
        return {name: tuple(sorted(places)) for name, places in found.items()}

    def assigned(self, place: int) -> Mapping[str, list[Assign]]:
        """The assignments of one function by the name that takes the value."""
        found = self._assigned.get(place)
        if found is None:
            found = self._assigned[place] = {}
            for assignment in assignments(self.functions[place].body):
                if isinstance(assignment.target, Name):
                    found.setdefault(assignment.target.text, []).append(assignment)
        return found

    @cached_property
    def _inner(self) -> Mapping[int, list[int]]:
        """The functions that stand directly in another."""
        found: dict[int, list[int]] = {}
        for place, function in enumerate(self.functions):
            found.setdefault(function.parent, []).append(place)
        return found

    @cached_property
    def _classes(self) -> Mapping[str, list[int]]:
        """The classes by their bare names, and by those of their bases."""
        found: dict[str, list[int]] = {}
        for place, function in enumerate(self.functions):
            if function.kind == "class":
                for name in (function.name.rpartition(".")[2], *base_names(function)):
                    found.setdefault(name, []).append(place)
        return found

    def around(self, home: int) -> Iterator[int]:
        """A function and all that stand in it."""
        waiting = [home]
        while waiting:
            place = waiting.pop()
            yield place
            waiting.extend(self._inner.get(place, ()))

    def family(self, place: int) -> list[int]:
        """The functions of the class around a function, of its bases and its heirs."""
        while place > 0 and self.functions[place].kind != "class":
            place = self.functions[place].parent
        if place <= 0:
            return []
        record = self.functions[place]
        bare, bases = record.name.rpartition(".")[2], base_names(record)
        related = [c for c in self._classes.get(bare, ()) if self.is_kin(c, bare)]
        for base in bases:
            named = self._classes.get(base, ())
            related += [c for c in named if self.functions[c].name.rpartition(".")[2] == base]
        classes = dict.fromkeys([place, *related])
        return [f for c in classes for f in self.around(c) if self.functions[f].kind != "class"]

    def is_kin(self, place: int, bare: str) -> bool:
        """Whether a class derives from one of this name."""
        return bare in base_names(self.functions[place])

    @cached_property
    def defaults(self) -> frozenset[int]:
        """The calls whose result is the default of a parameter."""
        return frozenset(
            parameter.default.call
            for function in self.functions
            for parameter in function.parameters
            if isinstance(parameter.default, Result)
        )

    @cached_property
    def _tests(self) -> Mapping[int, Tests]:
        """For each call below a test this test and those around it."""
        found: dict[int, Tests] = {}
        stack: list[tuple[tuple[Operation, ...], Tests]] = []
        stack.extend((function.body, None) for function in self.functions)
        while stack:
            body, tests = stack.pop()
            for operation in body:
                if isinstance(operation, Evaluate):
                    if tests is not None:
                        found[operation.call] = tests
                    continue
                inner = (operation.test, tests) if isinstance(operation, Branch) else tests
                stack.extend((block, inner) for block in blocks(operation) if block)
        return found

    def tested(self, place: int) -> Iterator[str]:
        """The last parts of the names in the tests around a call."""
        tests = self._tests.get(place)
        while tests is not None:
            test, tests = tests
            for name in names_inside(test):
                yield name.rpartition(".")[2]


def owns(function: Function, name: str) -> bool:
    """Whether a name is a parameter of a function, whose callers may give what it holds."""
    return any(parameter.name.lstrip("*") == name for parameter in function.parameters)


def base_names(function: Function) -> tuple[str, ...]:
    """The names of the bases of a class."""
    return tuple(name for base in function.bases for name in names_inside(base))
