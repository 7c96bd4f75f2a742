"""Every call of a repository that knowledge says something about, read once for all rules."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import facts_of
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.uses import Uses
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from repro_lint.findings import Location
    from repro_lint.flow.program import Program
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Call, Function, ModuleIndex, Span


class Known(Record):
    """A call and one fact about its callee."""

    path: str
    place: int
    call: Call
    fact: Api


def place_of_call(known: Known) -> tuple[str, int]:
    """Where a known call stands."""
    return known.path, known.place


def is_promising(target: str, name: str) -> bool:
    """Whether knowledge may say something about a callee, before it is resolved."""
    if target.startswith("builtins."):
        return False
    known = knowledge()
    return bool(target and known.all_rows(target)) or known.is_method(name.rpartition(".")[2])


class Facts:
    """The known calls of all modules but tests, and where values are used."""

    def __init__(self, program: Program) -> None:
        """Keep the program; calls are read when asked for."""
        self.program = program
        self._uses: dict[str, Uses] = {}

    @cached_property
    def modules(self) -> Mapping[str, ModuleIndex]:
        """The modules that rules judge: all but test code."""
        return {
            path: index
            for path, index in self.program.modules.items()
            if not TEST_PATH.search(path)
        }

    @cached_property
    def by_role(self) -> Mapping[str, tuple[Known, ...]]:
        """Known calls by the role of the fact, in order of path and place."""
        found: dict[str, list[Known]] = {}
        for (target, name), calls in self.program.callees.items():
            if is_promising(target, name):
                for path, place in calls:
                    for known in self.of_call(path, place):
                        found.setdefault(known.fact.role, []).append(known)
        return {role: tuple(sorted(calls, key=place_of_call)) for role, calls in found.items()}

    def of_call(self, path: str, place: int) -> Iterator[Known]:
        """The facts about one call, none for test code."""
        if path in self.modules:
            for fact in facts_of(self.program, path, place):
                yield Known(path, place, self.modules[path].calls[place], fact)

    def role(self, role: str) -> tuple[Known, ...]:
        """The known calls with one role."""
        return self.by_role.get(role, ())

    def role_in(self, role: str, paths: Iterable[str]) -> Iterator[Known]:
        """The known calls with one role in some modules, in order of path and place."""
        known = self.role_by_module.get(role, {})
        for path in sorted(path for path in paths if path in known):
            yield from known[path]

    @cached_property
    def role_by_module(self) -> Mapping[str, Mapping[str, list[Known]]]:
        """Known calls by the role of the fact and by module."""
        found: dict[str, dict[str, list[Known]]] = {}
        for role, calls in self.by_role.items():
            modules = found[role] = {}
            for known in calls:
                modules.setdefault(known.path, []).append(known)
        return found

    def uses(self, path: str) -> Uses:
        """Where the values of a module are used."""
        found = self._uses.get(path)
        if found is None:
            found = self._uses[path] = Uses(self.program.modules[path])
        return found

    def function(self, path: str, place: int) -> Function:
        """A function of a module."""
        return self.program.modules[path].functions[place]

    def place_of(self, path: str, span: Span) -> Location:
        """Where a span of a module stands in its file."""
        source = self.program.repository.source(path)
        if source is None:
            raise LookupError(path)
        return source.place(span)
