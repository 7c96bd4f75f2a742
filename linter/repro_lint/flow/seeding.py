"""Which functions may seed a stream, directly or through what they call."""

from __future__ import annotations

from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import (
    SHARED,
    ever_seeded,
    is_seeder_name,
    may_seed_by_name,
    telling_facts,
)
from repro_lint.knowledge.load import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call

NO_STREAMS: frozenset[str] = frozenset()


class Seeding:
    """The streams that each function of a program may seed.

    A function also counts what the functions inside it seed. The answer errs on the
    side of seeding: it is asked before something is called unseeded.
    """

    def __init__(self, program: Program) -> None:
        """Find the calls that seed, then carry their streams to all callers."""
        self.program = program
        self.streams: dict[tuple[str, int], frozenset[str]] = {}
        self.waiting: list[tuple[str, int]] = []
        for (target, name), calls in program.callees.items():
            if may_be_seeder(target, name):
                for path, place in calls:
                    self.note(path, place)
        while self.waiting:
            self.carry(*self.waiting.pop())

    def of(self, path: str, function: int) -> frozenset[str]:
        """The streams that a function may seed."""
        return self.streams.get((path, function), NO_STREAMS)

    def note(self, path: str, place: int) -> None:
        """Note what one call seeds for the function that holds it."""
        call = self.program.modules[path].calls[place]
        found = self.direct(path, place, call)
        if found:
            self.add(path, call.function, found)

    def direct(self, path: str, place: int, call: Call) -> frozenset[str]:
        """The streams that one call seeds, or may seed by its name alone."""
        if call.target:
            if call.target.startswith("builtins."):
                return NO_STREAMS
            found = seeded_by_name(call.target)
            if found:
                return found
        if not may_seed_by_name(call):
            if call.target:
                return NO_STREAMS
            telling = telling_facts(call)
            return frozenset(s for fact in telling if fact.role in SEEDERS for s in fact.streams)
        target = self.program.callee(path, place)
        return frozenset(SHARED) if target is None or target.kind == "library" else NO_STREAMS

    def add(self, path: str, function: int, streams: frozenset[str]) -> None:
        """Note streams for a function; what is new is carried on later."""
        key = (path, function)
        known = self.streams.get(key, NO_STREAMS)
        if not streams <= known:
            self.streams[key] = known | streams
            self.waiting.append(key)

    def carry(self, path: str, function: int) -> None:
        """Carry the streams of a function to the one around it and to its callers."""
        streams = self.streams[(path, function)]
        record = self.program.modules[path].functions[function]
        if record.parent > 0:
            self.add(path, record.parent, streams)
        for caller, place in self.callers(path, function):
            self.add(caller, self.program.modules[caller].calls[place].function, streams)

    def callers(self, path: str, function: int) -> Iterator[tuple[str, int]]:
        """The calls that run a function, or make an object of the class whose body it is in."""
        record = self.program.modules[path].functions[function]
        names = [record.name.rpartition(".")[2]]
        wanted = {(path, function)}
        if names == ["__init__"]:
            names = [record.name.split(".")[-2]]
            wanted.add((path, record.parent))
        for caller, place in self.program.calls_beside(path, names[0]):
            target = self.program.callee(caller, place)
            if target is not None and target[1:3] in wanted:
                yield caller, place


def may_be_seeder(target: str, name: str) -> bool:
    """Whether calls of this callee have to be looked at."""
    if target.startswith("builtins."):
        return False
    bare = name.rpartition(".")[2]
    if is_seeder_name(bare) or (target and seeded_by_name(target)):
        return True
    return not target and knowledge().is_seeding_method(bare)


SEEDERS = ("seed", "restore")


@cache
def seeded_by_name(dotted: str) -> frozenset[str]:
    """The streams that a library's function of this name seeds."""
    facts = [fact for fact in knowledge().lookup(dotted) if fact.role in SEEDERS]
    return frozenset(stream for fact in facts for stream in ever_seeded(fact))
