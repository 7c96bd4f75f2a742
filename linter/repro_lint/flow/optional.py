"""Finds seeding that is off unless people ask for it, and the ways that lead there."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.calls_of import callers_of
from repro_lint.flow.draws import SHARED
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import blocks
from repro_lint.records import Record
from repro_lint.syntax.index import Branch, Evaluate, Exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.symbols import Symbols
    from repro_lint.syntax.index import Operation

MOST_STEPS = 500
ON, OFF = "on", "off"


class Gate(Record):
    """A test about seeds, the outcome that a call hangs on, and how it ends by default."""

    branch: Branch
    side: bool
    default: str

    @property
    def is_shut(self) -> bool:
        """Whether the call does not run by default."""
        return self.default in (ON, OFF) and (self.default == ON) is not self.side


class Site(Record):
    """A call that seeds, directly or further on, and the tests about seeds before it."""

    place: int
    streams: frozenset[str]
    gates: tuple[Gate, ...]

    @property
    def shut(self) -> Gate | None:
        """The first test that keeps the call from running by default."""
        return next((gate for gate in self.gates if gate.is_shut), None)


class Guarded(Record):
    """A test that turns the seeding of some streams off by default."""

    path: str
    function: int
    gate: Gate
    streams: frozenset[str]


class OptionalSeeding:
    """The calls that seed, and which of them run by default."""

    def __init__(self, facts: Facts, flow: SeedFlow, symbols: Symbols) -> None:
        """Keep what is asked."""
        self.facts = facts
        self.flow = flow
        self.symbols = symbols
        self.program = facts.program
        self._sites: dict[tuple[str, int], tuple[Site, ...]] = {}

    @cached_property
    def calls(self) -> Mapping[tuple[str, int], Mapping[int, frozenset[str]]]:
        """For each function the calls in it that may seed, with their streams."""
        found: dict[tuple[str, int], dict[int, frozenset[str]]] = {}
        for known in self.facts.role("seed"):
            streams = frozenset(known.fact.streams).intersection(SHARED)
            if streams:
                found.setdefault((known.path, known.call.function), {})[known.place] = streams
        for (path, function), streams in sorted(self.flow.seeding.streams.items()):
            if self.program.modules[path].functions[function].kind != "function":
                continue
            for caller, place in callers_of(self.program, path, function):
                owner = self.program.modules[caller].calls[place].function
                known_streams = found.setdefault((caller, owner), {}).get(place, frozenset())
                found[(caller, owner)][place] = known_streams | streams
        return found

    def guards(self) -> Iterator[Guarded]:
        """The tests that leave streams unseeded by default, in order of path and line."""
        for path, function in sorted(self.calls):
            if TEST_PATH.search(path):
                continue
            shut: dict[Gate, frozenset[str]] = {}
            for site in self.sites(path, function):
                if site.shut is not None:
                    shut[site.shut] = shut.get(site.shut, frozenset()) | site.streams
            for gate, streams in shut.items():
                if self.is_open_way(path, function, streams):
                    yield Guarded(path, function, gate, streams)

    def sites(self, path: str, function: int) -> tuple[Site, ...]:
        """The calls of a function that may seed."""
        key = (path, function)
        known = self._sites.get(key)
        if known is None:
            wanted = self.calls.get(key, {})
            body = self.program.modules[path].functions[function].body
            found = (
                Site(place, wanted[place], gates)
                for place, gates in self.gated(path, function, body, ())
                if place in wanted
            )
            known = self._sites[key] = tuple(found) if wanted else ()
        return known

    def gated(
        self, path: str, function: int, body: tuple[Operation, ...], around: tuple[Gate, ...]
    ) -> Iterator[tuple[int, tuple[Gate, ...]]]:
        """Each call of a body with the tests about seeds that it hangs on."""
        for operation in body:
            if isinstance(operation, Evaluate):
                yield operation.call, around
            if not isinstance(operation, Branch):
                for block in blocks(operation):
                    yield from self.gated(path, function, block, around)
                continue
            default = self.symbols.guard(path, function, operation.test)
            for side, block in ((True, operation.body), (False, operation.orelse)):
                more = (Gate(operation, side, default),) if default else ()
                yield from self.gated(path, function, block, (*around, *more))
            if default and leaves(operation.body):
                around = (*around, Gate(operation, False, default))  # noqa: FBT003

    def is_open_way(
        self, path: str, function: int, streams: frozenset[str], place: int = -1
    ) -> bool:
        """Whether an entry leads to a function without anything that surely seeds the streams."""
        waiting, seen = [(path, function, place)], {(path, function, place)}
        while waiting and len(seen) < MOST_STEPS:
            here = waiting.pop(0)
            if self.seeds_anyhow(*here[:2], streams, here[2]):
                continue
            if self.is_start(*here[:2]):
                return True
            found = [way for way in self.ways_to(*here[:2]) if way not in seen]
            seen.update(found)
            waiting.extend(found)
        return False

    def is_start(self, path: str, function: int) -> bool:
        """Whether a run starts with a function, or a library starts it in a run."""
        record = self.program.modules[path].functions[function]
        if record.kind == "module":
            return any(entry.path == path for entry in self.program.entries)
        if callers_of(self.program, path, function):
            return False
        started = bool(record.decorators) or self.symbols.lookups.is_run(path, function)
        return started and any(path in paths for paths in self.program.reached.values())

    def ways_to(self, path: str, function: int) -> Iterator[tuple[str, int, int]]:
        """The calls of a function that run by default, each with the function that it is in."""
        for caller, call in callers_of(self.program, path, function):
            owner = self.program.modules[caller].calls[call].function
            sites = {site.place: site for site in self.sites(caller, owner)}
            site = sites.get(call)
            if site is None or site.shut is None:
                yield caller, owner, call

    def seeds_anyhow(self, path: str, function: int, streams: frozenset[str], place: int) -> bool:
        """Whether a function may seed the streams by default, by other calls than one."""
        covered: set[str] = set()
        for site in self.sites(path, function):
            if site.place != place and site.shut is None:
                covered |= site.streams
        return bool(covered & streams)


def leaves(body: tuple[Operation, ...]) -> bool:
    """Whether a block ends by leaving its function."""
    last = body[-1] if body else None
    return isinstance(last, Exit) and last.kind in ("return", "raise")
