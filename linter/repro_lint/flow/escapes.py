"""Code that is handed on and never called in view: it is held to run after what seeds."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments
from repro_lint.flow.target import Target
from repro_lint.flow.transfer import mask, streams
from repro_lint.syntax.index import Lambda, Name
from repro_lint.syntax.values import all_names, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.program import Program
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.syntax.index import Value


class Escapes:
    """Which functions a program hands on, and which runs have seeded before these can run."""

    def __init__(self, flow: SeedFlow) -> None:
        """Keep the flow; modules are read when asked for."""
        self.flow = flow
        self.program = flow.program
        self._mentions: dict[str, frozenset[str]] = {}
        self._near: dict[tuple[str, str], tuple[str, ...]] = {}

    def runs_late(self, path: str, function: int, stream: str) -> bool:
        """Whether a function is handed on in a run that surely seeds a stream."""
        modules = self.modules_near(path, stream)
        names = frozenset(self.names_around(path, function)) if modules else frozenset()
        return bool(names) and any(
            not names.isdisjoint(self.mentions(module)) for module in modules
        )

    def modules_near(self, path: str, stream: str) -> tuple[str, ...]:
        """The modules of all runs that import a module and surely seed a stream."""
        key = (path, stream)
        if key not in self._near:
            found = {
                module: None
                for entry in self.program.entries_reaching(path)
                if stream in self.seeded[entry]
                for module in sorted(self.program.reached[entry.path])
            }
            self._near[key] = tuple(found)
        return self._near[key]

    @cached_property
    def seeded(self) -> dict[Entry, frozenset[str]]:
        """The streams that each run has surely seeded at its end."""
        found = {}
        for entry in self.program.entries:
            state = self.flow.outlines(entry)[0].state
            left = -1 if state is None else state.keep | state.soft
            found[entry] = frozenset(name for name in streams() if not left & mask((name,)))
        return found

    def names_around(self, path: str, function: int) -> Iterator[str]:
        """The bare names of a function and of what it stands in, the module aside."""
        functions = self.program.modules[path].functions
        while function > 0:
            yield functions[function].name.rpartition(".")[2]
            function = functions[function].parent

    def mentions(self, path: str) -> frozenset[str]:
        """The last parts of the names that a module hands on without calling them."""
        found = self._mentions.get(path)
        if found is None:
            index = self.program.modules[path]
            values: list[Value] = []
            for call in index.calls:
                values += call.arguments
                values += [value for _, value in call.keywords]
            for function in index.functions:
                values += [made.value for made in assignments(function.body)]
            names = [name.rpartition(".")[2] for name in all_names(values)]
            found = self._mentions[path] = frozenset(names)
        return found


def handed_on(program: Program, path: str, function: int, value: Value) -> Iterator[Target]:
    """The functions and classes that a value passes on without calling them."""
    for part in inside(value):
        if isinstance(part, Lambda):
            yield Target("function", path, part.function)
        elif isinstance(part, Name):
            found = program.resolve(path, function, part.text)
            if found is not None and found.kind in ("function", "class"):
                yield found
