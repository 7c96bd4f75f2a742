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
    from repro_lint.flow.uses import Use
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

    @cached_property
    def uses(self) -> Mapping[str, list[tuple[int, list[Use]]]]:
        """The uses of each name by function."""
        found: dict[str, list[tuple[int, list[Use]]]] = {}
        for function, name, uses in self.read.all_names():
            found.setdefault(name, []).append((function, uses))
        return found

    @cached_property
    def assigned(self) -> Mapping[str, list[tuple[int, Assign]]]:
        """The assignments to each name by function."""
        found: dict[str, list[tuple[int, Assign]]] = {}
        for place, function in enumerate(self.functions):
            for assignment in assignments(function.body):
                if isinstance(assignment.target, Name):
                    found.setdefault(assignment.target.text, []).append((place, assignment))
        return found

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


def class_of(functions: tuple[Function, ...], place: int) -> int:
    """The class around a function, 0 (the module) if there is none."""
    while place > 0 and functions[place].kind != "class":
        place = functions[place].parent
    return max(place, 0)


def is_below(functions: tuple[Function, ...], place: int, home: int) -> bool:
    """Whether a function stands inside another."""
    while place > 0:
        place = functions[place].parent
        if place == home:
            return True
    return False


def related(functions: tuple[Function, ...], one: int, two: int) -> bool:
    """Whether two functions belong to one class, or to a class and its base, by their names."""
    if functions[two].kind == "class":
        return False
    first, second = class_of(functions, one), class_of(functions, two)
    if first == second:
        return True
    names = [functions[place].name.rpartition(".")[2] for place in (first, second)]
    bases = [
        {name for base in functions[place].bases for name in names_inside(base)}
        for place in (first, second)
    ]
    return names[1] in bases[0] or names[0] in bases[1]
