"""How sure it is that a draw is unseeded, in code that an entry reaches or that none does."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from repro_lint.flow.draws import SHARED
from repro_lint.flow.transfer import DEFINITE, MAYBE, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.transfer import Exposure

SEED_PARAMETER = re.compile(
    r"^\*?\*?(random_state|(\w+_)?seed|rng|np_random|generator|random_seed|prng|numpy_rng)$"
)

EXPOSED, MAYBE_EXPOSED, COVERED, UNREACHED = "exposed", "maybe", "covered", "unreached"


class Status(NamedTuple):
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
            return Status(UNREACHED, None, local.exposures[(stream, DEFINITE, site)])
        return Status(MAYBE_EXPOSED)

    def owner(self, path: str, function: int) -> int:
        """The function itself; for a class body the scope that runs it."""
        functions = self.program.modules[path].functions
        while functions[function].kind == "class":
            function = functions[function].parent
        return function

    @cached_property
    def seeded_somewhere(self) -> frozenset[str]:
        """The shared streams that some code of the repository may seed."""
        found: set[str] = set()
        for path, index in self.program.modules.items():
            for place in range(len(index.functions)):
                found |= self.flow.may_seed(path, place)
            if found.issuperset(SHARED):
                break
        return frozenset(found)

    def ignored_parameter(self, path: str, function: int) -> str:
        """A seed parameter that the function, or the constructor of its class, takes; "" if none."""
        functions = self.program.modules[path].functions
        scope = function
        while scope > 0:
            record = functions[scope]
            if record.kind == "class":
                known = self.program.definitions[path]
                place = known.get(record.name + ".__init__")
                record = functions[place] if place is not None else record
            for parameter in record.parameters:
                if SEED_PARAMETER.match(parameter.name):
                    return parameter.name
            scope = functions[scope].parent
        return ""

    def class_seeds(self, path: str, function: int, stream: str) -> bool:
        """Whether a method of the class that holds a function may seed a stream."""
        holder = self.program.enclosing_class(path, function)
        return holder is not None and stream in self.flow.may_seed(holder.path, holder.place)
