"""Follows seeds and draws from each entry point, across functions and files.

Every function gets a summary in terms of `transfer`; summaries are composed along
calls that resolve to exactly one definition. What cannot be followed neither draws
nor keeps a stream unseeded if its name says that it seeds, so doubt ends in silence.
"""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import SHARED, events
from repro_lint.flow.seeding import Seeding, seeded_by_name
from repro_lint.flow.transfer import DEFINITE, NOTHING, Exposure, Site, Summary
from repro_lint.flow.walk import Walk
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Lambda, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.draws import Event
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Function, Value


class Verdict(Record):
    """The draws from one stream that one entry reaches unseeded."""

    entry: Entry
    stream: str
    exposures: tuple[Exposure, ...]


class SeedFlow:
    """Which draws are seeded when a run gets there."""

    def __init__(self, program: Program) -> None:
        """Keep the program; summaries are made when asked for."""
        self.program = program
        self._events: dict[Site, tuple[Event, ...]] = {}
        self._summaries: dict[tuple[str, int, bool], Summary] = {}
        self._open: set[tuple[str, int, bool]] = set()

    def events(self, path: str, place: int) -> tuple[Event, ...]:
        """What a call does to streams."""
        site = Site(path, place)
        found = self._events.get(site)
        if found is None:
            found = self._events[site] = events(self.program, path, place)
        return found

    def summary(self, path: str, place: int, *, main: bool = False) -> Summary:
        """The summary of a function; a call of itself counts as nothing."""
        key = (path, place, main)
        found = self._summaries.get(key)
        if found is None:
            if key in self._open:
                return NOTHING
            self._open.add(key)
            try:
                found = Walk(self, path, place, main=main).run()
            except RecursionError:
                # A chain of calls deeper than the interpreter's stack ends in silence.
                found = NOTHING
            self._summaries[key] = found
            self._open.remove(key)
        return found

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """For each entry and stream the draws that are surely exposed."""
        found = []
        for entry in self.program.entries:
            exposures = self.summary(entry.path, 0, main=True).exposures
            for stream in SHARED:
                exposed = tuple(
                    exposure
                    for exposure in exposures.values()
                    if exposure.stream == stream and exposure.level == DEFINITE
                )
                if exposed:
                    found.append(Verdict(entry, stream, exposed))
        return tuple(found)

    @cached_property
    def followed(self) -> frozenset[tuple[str, int]]:
        """The functions, by path and place, that some entry was followed into."""
        for entry in self.program.entries:
            self.summary(entry.path, 0, main=True)
        return frozenset((path, place) for path, place, _ in self._summaries)

    @cached_property
    def seeding(self) -> Seeding:
        """Which functions may seed."""
        return Seeding(self.program)

    @cached_property
    def seeding_names(self) -> Mapping[str, frozenset[str]]:
        """The streams that functions of a bare name may seed, for callees that are unknown."""
        found: dict[str, frozenset[str]] = {}
        for (path, place), streams in self.seeding.streams.items():
            function = self.program.modules[path].functions[place]
            if function.kind == "function":
                bare = function.name.rpartition(".")[2]
                found[bare] = found.get(bare, frozenset()) | streams
        return found

    def may_seed(self, path: str, place: int) -> frozenset[str]:
        """The streams that a function, or one inside it, may seed."""
        return self.seeding.of(path, place)

    def mentioned(self, path: str, function: int, value: Value) -> Iterator[Target]:
        """The functions that a value passes on without calling them."""
        if isinstance(value, Name):
            found = self.program.resolve(path, function, value.text)
            if found is not None and found.kind == "function":
                yield found
        elif isinstance(value, Compound):
            for part in value.parts:
                yield from self.mentioned(path, function, part)

    def handed_streams(self, path: str, function: int, value: Value) -> frozenset[str]:
        """The streams that a function may seed which a value hands on without a call."""
        if isinstance(value, Lambda):
            return self.may_seed(path, value.function)
        if not isinstance(value, Name):
            return frozenset()
        last = value.text.rpartition(".")[2]
        if last not in self.seeding_names and "seed" not in last:
            return frozenset()
        target = self.program.resolve(path, function, value.text)
        if target is not None and target.kind == "function":
            return self.may_seed(target.path, target.place)
        return seeded_by_name(target.dotted) if target is not None else frozenset()

    def decorator_streams(self, path: str, function: Function) -> frozenset[str]:
        """The streams that the decorators of a function may seed before it runs."""
        found: set[str] = set()
        for decorator in function.decorators:
            if isinstance(decorator, Name):
                target = self.program.resolve(path, max(function.parent, 0), decorator.text)
            elif isinstance(decorator, Result):
                target = self.program.callee(path, decorator.call)
            else:
                continue
            if target is not None and target.kind == "function":
                found |= self.may_seed(target.path, target.place)
        return frozenset(found)
