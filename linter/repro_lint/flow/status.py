"""How sure it is that a draw is unseeded, in code that an entry reaches or that none does."""

from __future__ import annotations

import re
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.target import Target
from repro_lint.flow.transfer import DEFINITE, Site
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.transfer import Exposure
    from repro_lint.syntax.index import Parameter

SEED_PARAMETER = pattern(
    r"^\*?\*?(random_state|(\w+_)?seed|rng|np_random|generator|random_seed|prng|numpy_rng)$"
)

EXAMPLE_PATH = pattern(
    r"(^|/)(\w*examples?|docs?|doc_src|tutorials?|notebooks?|demos?|benchmarks?|gallery"
    r"|\.\w+)(/|$)",
    re.IGNORECASE,
    kept=True,
)

BASE_STEPS = 8
EXPOSED, MAYBE_EXPOSED, COVERED, UNREACHED = "exposed", "maybe", "covered", "unreached"


def takes_seed(parameter: Parameter) -> bool:
    """Whether a parameter takes a seed or what draws random numbers, as its name tells."""
    if not SEED_PARAMETER.match(parameter.name):
        return False
    # `generator` may be a network or an iterator as well.
    kind, default = parameter.annotation, parameter.default
    return parameter.name != "generator" or (
        kind.removesuffix("| None").strip().endswith("Generator") or default == Literal(None)
    )


class Status(Record):
    """What is known of one draw: its state, and the entry and calls that show it."""

    state: str
    entry: Entry | None = None
    exposure: Exposure | None = None


class Draws:
    """The status of every draw of a repository."""

    def __init__(self, flow: SeedFlow) -> None:
        """Keep the flow."""
        self.flow = flow
        self.program = flow.program
        self._importers: dict[str, frozenset[str]] = {}
        self._seeded_in: dict[str, frozenset[str]] = {}

    @cached_property
    def exposed(self) -> Mapping[tuple[Site, str], Status]:
        """For each draw and stream that an entry reaches unseeded, the first such entry."""
        found: dict[tuple[Site, str], Status] = {}
        for entry in self.program.entries:
            for exposure in self.flow.summary(entry.path, 0, main=True).exposures.values():
                key = (exposure.trace[-1], exposure.stream)
                state = EXPOSED if exposure.level == DEFINITE else MAYBE_EXPOSED
                known = found.get(key)
                if known is None or (known.state == MAYBE_EXPOSED and state == EXPOSED):
                    found[key] = Status(state, entry, exposure)
        return found

    def status(self, path: str, place: int, stream: str) -> Status:
        """What is known of one draw from one stream."""
        site = Site(path, place)
        found = self.exposed.get((site, stream))
        if found is not None:
            return found
        function = self.program.modules[path].calls[place].function
        if (path, self.owner(path, function)) in self.flow.followed:
            return Status(COVERED)
        local = self.flow.summary(path, self.owner(path, function))
        if (stream, DEFINITE, site) in local.exposures:
            if self.flow.escapes.runs_late(path, function, stream):
                return Status(COVERED)
            return Status(UNREACHED, None, local.exposures[(stream, DEFINITE, site)])
        return Status(MAYBE_EXPOSED)

    def standing(self, path: str, place: int, stream: str) -> Status:
        """What is known of one draw, where no self test counts, nor an example for a library.

        What an entry may reach unseeded is judged as what none reaches.
        """
        status = self.status(path, place, stream)
        if status.entry is not None and status.entry.kind == "smoke":
            return Status(UNREACHED, None, status.exposure)
        if status.state not in (COVERED, MAYBE_EXPOSED):
            return status
        if status.state == COVERED and not self.is_shown_only(path):
            return status
        site = Site(path, place)
        owner = self.owner(path, self.program.modules[path].calls[place].function)
        local = self.flow.summary(path, owner)
        found = local.exposures.get((stream, DEFINITE, site))
        return status if found is None else Status(UNREACHED, None, found)

    def is_shown_only(self, path: str) -> bool:
        """Whether the entries that reach a module are examples, and it is none itself."""
        entries = self.program.entries_reaching(path)
        return not EXAMPLE_PATH.search(path) and all(
            EXAMPLE_PATH.search(entry.path) for entry in entries
        )

    def owner(self, path: str, function: int) -> int:
        """The function itself; for a class body the scope that runs it."""
        functions = self.program.modules[path].functions
        while functions[function].kind == "class":
            function = functions[function].parent
        return function

    def seeded_near(self, path: str, stream: str) -> bool:
        """Whether a module, or one that imports it however indirectly, may seed a stream."""
        return any(stream in self.seeded_in(other) for other in self.importers(path))

    def seeded_by_users(self, path: str, stream: str) -> bool:
        """Whether code of the repository that uses a module seeds, what only shows it aside."""
        shown = EXAMPLE_PATH.search(path)
        return any(
            stream in self.seeded_in(other)
            for other in self.importers(path)
            if shown or not EXAMPLE_PATH.search(other)
        )

    def importers(self, path: str) -> frozenset[str]:
        """A module and all that import it, directly or not."""
        found = self._importers.get(path)
        if found is None:
            waiting, seen = [path], {path}
            while waiting:
                for other in self.imported_by.get(waiting.pop(), ()):
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
            found = self._importers[path] = frozenset(seen)
        return found

    @cached_property
    def imported_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each module those that import it."""
        found: dict[str, list[str]] = {}
        for importer, paths in sorted(self.program.imported_paths.items()):
            for path in paths:
                found.setdefault(path, []).append(importer)
        return {path: tuple(importers) for path, importers in found.items()}

    def seeded_in(self, path: str) -> frozenset[str]:
        """The streams that the code of a module, test code aside, may seed."""
        found = self._seeded_in.get(path)
        if found is None:
            streams: set[str] = set()
            if not TEST_PATH.search(path):
                for place in range(len(self.program.modules[path].functions)):
                    streams |= self.flow.may_seed(path, place)
            found = self._seeded_in[path] = frozenset(streams)
        return found

    def ignored_parameter(self, path: str, function: int) -> str:
        """A seed parameter that a function or the constructor of its class takes, "" if none."""
        functions = self.program.modules[path].functions
        scope = function
        while scope > 0:
            record = functions[scope]
            if record.kind == "class":
                known = self.program.definitions[path]
                place = known.get(record.name + ".__init__")
                record = functions[place] if place is not None else record
            for parameter in record.parameters:
                if takes_seed(parameter):
                    return parameter.name
            scope = functions[scope].parent
        return ""

    def surroundings_seed(self, path: str, function: int, stream: str) -> bool:
        """Whether what is around a function, base classes included, may seed a stream."""
        functions = self.program.modules[path].functions
        scope = function
        while scope > 0:
            if stream in self.flow.may_seed(path, scope):
                return True
            if functions[scope].kind == "class" and self.bases_seed(
                path, scope, stream, BASE_STEPS
            ):
                return True
            scope = functions[scope].parent
        return False

    def bases_seed(self, path: str, place: int, stream: str, steps: int) -> bool:
        """Whether a base of a class, or one above it, may seed a stream."""
        holder = Target("class", path, place)
        for base in self.program.function(holder).bases:
            parent = self.program.base_class(holder, base)
            if parent is None or parent.kind != "class" or not steps:
                continue
            if stream in self.flow.may_seed(parent.path, parent.place):
                return True
            if self.bases_seed(parent.path, parent.place, stream, steps - 1):
                return True
        return False
