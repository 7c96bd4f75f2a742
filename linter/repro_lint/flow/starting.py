"""How workers start: by fork, from nothing, or as threads, as the code and versions say."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Literal, Name, Result
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.knowledge.model import Api
    from repro_lint.repository.dependencies.records import Dependencies
    from repro_lint.syntax.index import Value

FORK, SPAWN, FORKSERVER, THREAD = "fork", "spawn", "forkserver", "thread"
PROCESS, POOL, LOKY = "process", "pool", "loky"
METHODS = (FORK, SPAWN, FORKSERVER)
BACKENDS = {"multiprocessing": FORK, "threading": THREAD, "loky": LOKY, "threads": THREAD}
# From this minor version of Python 3 on, processes start by a server that has no seeds.
WITHOUT_FORK = 14
MINOR = pattern(r"(?<![\d.<])(?:>=|==|~=|\^|=)?\s*3\.(\d+)")


class Methods:
    """How the workers of a program start."""

    def __init__(self, facts: Facts) -> None:
        """Keep what is known."""
        self.facts = facts
        self.program = facts.program
        self._defaults: dict[str, str] = {}

    def usual(self, path: str) -> str:
        """How processes start on Linux with the Python that the project of a module asks for."""
        return FORKSERVER if is_without_fork(self.program.dependencies_of(path)) else FORK

    def of_call(self, known: Known) -> str:
        """How the workers of a call start, "" if it cannot be known."""
        for fact in self.facts_of(known):
            if fact.kind == "worker":
                given = known.call.argument(fact.position, fact.parameter)
                return literal_method(given) if given is not None else str(fact.default)
        return self.default(known.path) if known.fact.kind == PROCESS else known.fact.kind

    def of_pool(self, known: Known) -> str:
        """How the workers of a pool start, "" if it cannot be known."""
        if known.fact.kind == LOKY:
            return self.of_backend(known)
        for fact in self.facts_of(known):
            if fact.kind == POOL:
                given = known.call.argument(fact.position, fact.parameter)
                if not is_none(given):
                    return self.of_context(known.path, known.call.function, given)
        return self.default(known.path) if known.fact.kind == PROCESS else known.fact.kind

    def facts_of(self, known: Known) -> Iterable[Api]:
        """What is known of how the workers of a call are told to start."""
        facts = knowledge().lookup(known.fact.name)
        return (fact for fact in facts if fact.role == "starting")

    def of_context(self, path: str, function: int, given: Value | None) -> str:
        """How the workers of a context start."""
        if isinstance(given, Name):
            values = self.program.types.values(path, function, given.text)
            given = values[0] if len(values) == 1 else None
        if not isinstance(given, Result):
            return ""
        found = [
            known
            for known in self.facts.of_call(path, given.call)
            if known.fact.role == "starting" and known.fact.kind == "context"
        ]
        return self.given(found[0]) if found else ""

    def given(self, known: Known) -> str:
        """The way to start that a call names; the usual one if it names none."""
        value = known.call.argument(known.fact.position, known.fact.parameter)
        return self.default(known.path) if is_none(value) else literal_method(value)

    def default(self, path: str) -> str:
        """How processes of a module start unless told, "" if several ways are named."""
        found = self._defaults.get(path)
        if found is None:
            found = self._defaults[path] = self.search_default(path)
        return found

    def search_default(self, path: str) -> str:
        """Look for calls of `set_start_method` in what runs with a module."""
        entries = self.program.entries_reaching(path)
        near = {other for entry in entries for other in self.program.reached[entry.path]} or {path}
        named = {
            self.given(known)
            for known in self.facts.role("starting")
            if known.fact.kind == "default" and known.path in near
        }
        if not named:
            return self.usual(path)
        return named.pop() if len(named) == 1 else ""

    def of_backend(self, known: Known) -> str:
        """How the workers of joblib start: as its backend says, "" if another call may say it."""
        if known.call.keyword("**") is not None:
            return ""
        if known.call.keyword("require") is not None:
            return THREAD
        for keyword in ("backend", "prefer"):
            given = known.call.argument(2 if keyword == "backend" else -1, keyword)
            if not is_none(given):
                value = given.value if isinstance(given, Literal) else None
                if value != "processes":
                    return BACKENDS.get(str(value), "")
        targets = self.program.targets[known.path]
        if any(name.startswith("joblib.parallel_") for name in targets):
            return ""
        return LOKY


def literal_method(value: Value | None) -> str:
    """The way to start that a literal names, "" if it is none."""
    named = value.value if isinstance(value, Literal) else None
    return str(named) if named in METHODS else ""


def is_without_fork(dependencies: Dependencies) -> bool:
    """Whether all that is said of the Python version leaves only those that do not fork."""
    minors = [
        int(found[1]) for version in dependencies.pythons for found in MINOR.finditer(version.text)
    ]
    return bool(minors) and min(minors) >= WITHOUT_FORK
