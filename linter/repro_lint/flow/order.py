"""Whether the order of an unordered value (a listing, a set) can reach a result.

A value is followed from use to use through names, wrappers and comprehensions. The
answer is the strongest sink found; sorting anywhere on the way, or a use that no
order can change, is no sink. What is not understood is no sink either.
"""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING
from repro_lint.flow.growth import of_table
from repro_lint.flow.handed import handed, leaves_ties
from repro_lint.flow.operations import assignments
from repro_lint.flow.rounds import of_loop
from repro_lint.flow.sinks import (
    DATA_NAME,
    INDEXED,
    KEEPS_METHODS,
    KEPT,
    LAST,
    RETURNED,
    SAFE,
    SELECTS,
    SLICED,
    SORT_STEPS,
    STRONG,
    WEAK,
    Sink,
    as_list,
    chooses_one,
    frees,
    names_and_texts,
    rank,
    sets_alike,
)
from repro_lint.flow.uses import ELEMENT
from repro_lint.syntax.index import (
    Assign,
    Compound,
    Comprehension,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use, Uses
    from repro_lint.syntax.index import ModuleIndex, Value

STEPS = 8


SORTS_ROWS = frozenset(("sort_values", "sort_index"))


class Order:
    """Follows unordered values of one module."""

    def __init__(self, facts: Facts, path: str) -> None:
        """Keep the module and where its values are used."""
        self.facts = facts
        self.path = path
        self.index: ModuleIndex = facts.program.modules[path]
        self.uses: Uses = facts.uses(path)

    def of_call(self, place: int, steps: int = STEPS) -> Sink | None:
        """The strongest sink that the order of a call's result reaches."""
        return self.strongest(self.uses.of_result(place), steps)

    def names_given(self, place: int) -> tuple[Name, ...]:
        """The names that take the result of a call."""
        uses = [use for use in self.uses.of_result(place) if use.kind == "assigned"]
        targets = [getattr(use.operation, "target", None) for use in uses]
        found = [target for target in targets if isinstance(target, Name)]
        for use in uses:
            nearest = use.containers[0] if len(use.containers) == 1 else None
            if isinstance(nearest, Compound) and nearest.kind == "Tuple":
                found.extend(self.taking(nearest, use))
        return tuple(found)

    def taking(self, value: Compound, use: Use) -> Iterator[Name]:
        """The names of `a, b = x, y` that take the one of the values of which a use tells."""
        target = getattr(use.operation, "target", None)
        names = target.parts if isinstance(target, Compound) else ()
        if len(names) == len(value.parts):
            for name, part in zip(names, value.parts, strict=True):
                if isinstance(name, Name) and self.is_taken(part, use):
                    yield name

    def of_name(self, function: int, name: str, steps: int = STEPS, line: int = 0) -> Sink | None:
        """The strongest sink that the order of a variable's value reaches.

        With a line only uses between the assignment there and the next one count.
        """
        uses = list(self.name_uses(function, name))
        if any(self.sorts(use, name) for use in uses):
            return None
        if line and not name.startswith("self."):
            last = self.next_assignment(function, name, line)
            uses = [use for use in uses if line <= self.line_of(use) <= last]
        sink = self.strongest(uses, steps)
        by_place = sink is not None and sink.what in (INDEXED, LAST)
        return None if by_place and any(self.is_single(use) for use in uses) else sink

    def values_of(self, function: int, name: str) -> list[Value]:
        """What a function assigns to a name."""
        body = self.index.functions[function].body
        return [made.value for made in assignments(body) if made.target == Name(name)]

    def beside(self, path: str) -> Order:
        """Follows unordered values of another module, or of this one."""
        return self if path == self.path else Order(self.facts, path)

    def next_assignment(self, function: int, name: str, line: int) -> int:
        """The line of the next assignment to a name after a line; a large one if none."""
        body = self.index.functions[function].body
        lines = [
            made.span.line
            for made in assignments(body)
            if made.target == Name(name) and made.span.line > line and not made.augmented
        ]
        return min(lines, default=sys.maxsize)

    def line_of(self, use: Use) -> int:
        """The line of a use, 0 if it has none."""
        if use.call >= 0:
            return self.index.calls[use.call].span.line
        span = getattr(use.operation, "span", None)
        return span.line if span is not None else getattr(use.operation, "line", 0)

    def is_single(self, use: Use) -> bool:
        """Whether a use checks that there is exactly one element."""
        if use.kind != "argument" or self.index.calls[use.call].target != "builtins.len":
            return False
        for outer in self.uses.of_result(use.call):
            for container in outer.containers:
                if isinstance(container, Compound) and Literal(1) in container.parts:
                    return True
        return False

    def name_uses(self, function: int, name: str) -> Iterator[Use]:
        """The uses of a variable; of an attribute those in the whole module."""
        if name.startswith("self."):
            return self.uses.everywhere(name)
        return self.uses.everywhere(name, self.inner_functions(function))

    def inner_functions(self, function: int) -> frozenset[int]:
        """A function and those inside it; all of the module for its top level."""
        if function == 0:
            return frozenset(range(len(self.index.functions)))
        found = {function}
        for place, record in enumerate(self.index.functions):
            if record.parent in found:
                found.add(place)
        return frozenset(found)

    def sorts(self, use: Use, name: str) -> bool:
        """Whether a use sorts the value in place, or replaces it by a sorted one."""
        if use.kind == "receiver":
            return use.detail == "sort"
        if use.kind != "argument":
            return False
        call = self.index.calls[use.call]
        if call.name.rpartition(".")[2] in ("sort", "natsorted", "argsort"):
            return True
        return self.replaces(use.call, name, SORT_STEPS)

    def replaces(self, place: int, name: str, steps: int) -> bool:
        """Whether what sorting makes of a call's result takes the name of its source."""
        call = self.index.calls[place]
        is_sorted = call.target == "builtins.sorted" and not leaves_ties(self, call)
        for outer in self.uses.of_result(place):
            target = getattr(outer.operation, "target", None)
            if is_sorted and outer.kind == "assigned" and target == Name(name):
                return True
            if outer.kind == "argument" and steps and self.replaces(outer.call, name, steps - 1):
                return True
        return False

    def strongest(self, uses: Iterable[Use], steps: int) -> Sink | None:
        """The strongest sink among uses."""
        best: Sink | None = None
        for use in uses:
            sink = self.of_use(use, steps)
            if sink is not None and (best is None or rank(sink) > rank(best)):
                best = sink
        return best

    def of_use(self, use: Use, steps: int) -> Sink | None:
        """The sink that one use is or leads to."""
        if steps <= 0:
            return None
        if use.kind == "index":
            return None if chooses_one(use) or sets_alike(use) else Sink(STRONG, SELECTS, data=True)
        for place, container in enumerate(use.containers):
            if isinstance(container, Comprehension):
                return self.of_comprehension(container, use, place, steps)
            if container.kind == "Subscript":
                return None if self.is_best(container, use) else self.of_subscript(container)
            if container.kind in (ELEMENT, "Compare", "JoinedStr", "UnaryOp", "BoolOp"):
                return None
            if container.kind == "BinOp" and container.detail not in (
                "Add",
                "Sub",
                "BitAnd",
                "BitOr",
                "BitXor",
            ):
                return None
            if container.kind == "Tuple" and use.kind == "returned":
                return Sink(WEAK, RETURNED, self.returns_data(use, place))
            if container.kind in ("Dict", "List", "Set", "Tuple"):
                return self.of_element(container, use, place, steps)
        return self.of_owner(use, steps)

    def returns_data(self, use: Use, place: int) -> bool:
        """Whether a returned tuple names the value as data, or its function does."""
        name = self.index.functions[use.function].name
        parts = use.containers[place]
        texts = [part.text for part in getattr(parts, "parts", ()) if isinstance(part, Name)]
        return any(DATA_NAME.search(text) for text in (name, *texts))

    def of_element(self, container: Compound, use: Use, place: int, steps: int) -> Sink | None:
        """A value inside a display matters where a sink gets the display, or takes it out again."""
        rest = use._replace(containers=use.containers[place + 1 :])
        if container.kind == "Set" or rest.containers:
            return None
        if use.kind == "argument":
            return self.of_argument(rest, 0)
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and container.kind == "Tuple":
            nearest = use.containers[0] is container
            return self.of_unpacked(container, use, steps) if nearest else None
        if use.kind == "assigned" and container.kind == "Dict" and isinstance(target, Name):
            taken = [
                found._replace(containers=found.containers[1:])
                for found in self.name_uses(use.function, target.text)
                if found.containers and getattr(found.containers[0], "kind", "") == "Subscript"
            ]
            return self.strongest(taken, steps - 2)
        return None

    def of_unpacked(self, value: Compound, use: Use, steps: int) -> Sink | None:
        """Follow the names of `a, b = x, y` that take the unordered one of the values."""
        line = self.line_of(use)
        names = [name.text for name in self.taking(value, use)]
        found = [self.of_name(use.function, name, steps - 1, line) for name in names]
        return max((sink for sink in found if sink is not None), key=rank, default=None)

    def is_taken(self, part: Value, use: Use) -> bool:
        """Whether a part of a tuple is the value of which a use tells."""
        if isinstance(part, Result):
            return any(found is use for found in self.uses.of_result(part.call))
        if isinstance(part, Name):
            return any(found is use for found in self.uses.of_name(use.function, part.text))
        return False

    def of_subscript(self, container: Compound) -> Sink | None:
        """Taking an item or a slice of an unordered list."""
        index = container.parts[1]
        if isinstance(index, Compound) and index.kind == "Slice":
            whole = index.parts == (Literal(None),) * 3
            return None if whole else Sink(STRONG, SLICED, data=True)
        if isinstance(index, Literal):
            if isinstance(index.value, int) and index.value < 0:
                return Sink(WEAK, LAST, data=True)
            return Sink(WEAK, INDEXED) if isinstance(index.value, int) else None
        return Sink(STRONG, INDEXED, data=True)

    def is_best(self, container: Compound, use: Use) -> bool:
        """Whether a subscript takes the element whose place a search for the best found."""
        place = container.parts[1]
        made = [place]
        if isinstance(place, Name):
            made = self.values_of(use.function, place.text)
        return bool(made) and all(self.is_found_place(value) for value in made)

    def is_found_place(self, value: Value) -> bool:
        """Whether a value is the place of a greatest, smallest or wanted element."""
        if not isinstance(value, Result):
            return False
        call = self.index.calls[value.call]
        if call.name.rpartition(".")[2] in ("argmax", "argmin", "index"):
            return True
        inside = (*call.arguments, *((call.receiver,) if call.receiver is not None else ()))
        return call.target == "builtins.int" and all(self.is_found_place(v) for v in inside)

    def of_comprehension(
        self, made: Comprehension, use: Use, place: int, steps: int
    ) -> Sink | None:
        """A comprehension over an unordered value has its order, unless it makes a set."""
        if made.kind == "set":
            return None
        rest = use._replace(containers=use.containers[place + 1 :])
        if made.kind == "dict":
            target = getattr(rest.operation, "target", None)
            if rest.containers or rest.kind != "assigned" or not isinstance(target, Name):
                return None
            return of_table(self, target.text, rest.function, made.span.line, steps - 1)
        return as_list(self.of_use(rest, steps - 1))

    def weaker(self, sink: Sink | None) -> Sink | None:
        """A sink of which it is less sure that it matters."""
        return None if sink is None else sink._replace(strength=WEAK)

    def of_owner(self, use: Use, steps: int) -> Sink | None:
        """The sink that the user of a value is."""
        operation = use.operation
        if use.kind == "argument":
            return self.of_argument(use, steps)
        if use.kind == "receiver":
            if use.detail in KEEPS_METHODS:
                return self.of_call(use.call, steps - 1)
            return None
        if use.kind == "assigned" and isinstance(operation, Assign):
            return self.of_assignment(operation, use, steps)
        if use.kind == "iterated" and isinstance(operation, Loop):
            return of_loop(self, operation, use.function, steps)
        if use.kind == "returned" and isinstance(operation, Exit):
            return self.of_return(use.function, steps)
        if use.kind == "yielded":
            return Sink(WEAK, RETURNED)
        return None

    def of_assignment(self, operation: Assign, use: Use, steps: int) -> Sink | None:
        """Follow the name that takes an unordered value."""
        target = operation.target
        if isinstance(target, Compound) and target.kind == "Subscript":
            return self.kept(" ".join(names_and_texts(target)))
        if isinstance(target, Name):
            line = 0 if operation.augmented else operation.span.line
            sink = self.of_name(use.function, target.text, steps - 1, line)
            if sink is None and target.text.startswith("self."):
                return self.kept(target.text)
            if sink is not None and DATA_NAME.search(target.text):
                return sink._replace(data=True)
            return sink
        return None

    def kept(self, text: str) -> Sink | None:
        """A list kept under a name that says data, for others to use, who find it unsorted."""
        if any(self.sorts(use, text) for use in self.uses.everywhere(text)):
            return None
        return Sink(WEAK, KEPT, data=True) if DATA_NAME.search(text) else None

    def of_argument(self, use: Use, steps: int) -> Sink | None:
        """The sink that a call is for its argument."""
        return handed(self, use, steps)

    def of_return(self, function: int, steps: int) -> Sink | None:
        """A function that returns an unordered list: what its callers do decides."""
        record = self.index.functions[function]
        if record.kind != "function":
            return None
        sinks = list(self.callers(function, steps))
        found = [sink for sink in sinks if sink is not None and sink is not SAFE]
        if found:
            return max(found, key=rank)
        private = record.name.rpartition(".")[2].startswith("_")
        if (private and not sinks) or (sinks and all(sink is SAFE for sink in sinks)):
            return None
        return Sink(WEAK, RETURNED, bool(DATA_NAME.search(record.name)))

    def callers(self, function: int, steps: int) -> Iterator[Sink | None]:
        """What each call of a function in the repository does with the order of its result."""
        name = self.index.functions[function].name.rpartition(".")[2]
        for path, place in self.facts.program.calls_beside(self.path, name):
            target = self.facts.program.callee(path, place)
            if target is not None and target[1:3] == (self.path, function):
                other = self.beside(path)
                if other.is_freed(place):
                    yield SAFE
                else:
                    yield other.of_call(place, steps - 2)

    def is_freed(self, place: int) -> bool:
        """Whether the result of a call goes straight to something that no order changes."""
        return any(
            use.kind == "argument" and frees(self.index.calls[use.call].target)
            for use in self.uses.of_result(place)
        )
