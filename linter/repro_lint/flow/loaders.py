"""What data loaders read, in how many workers, and whether streams are seeded where one is made."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.counts import count_of
from repro_lint.flow.draws import Event
from repro_lint.flow.keras_workers import keras_reads
from repro_lint.flow.seeds import SeedFlow
from repro_lint.flow.transfer import DEFINITE, Site, mask
from repro_lint.flow.wrapped import functions_in
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Name, Result
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.keras_workers import KerasRead
    from repro_lint.flow.program import Program
    from repro_lint.flow.resolved import Resolved
    from repro_lint.flow.symbols import Symbols
    from repro_lint.flow.target import Target
    from repro_lint.flow.transfer import Exposure
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Value

# What a loader calls on a data set, in its workers if it has some.
READS = ("__getitem__", "__getitems__", "__iter__")
STREAMS = ("python", "numpy", "torch")
NONE, SOME, UNCLEAR = "none", "some", "unclear"
STEPS = 4


class Loader(Record):
    """A call that makes a data loader.

    `datasets` are the classes of what it reads, `reads` the functions that it calls on
    each example or batch. `workers` says whether it has any: none, some or unclear.
    """

    known: Known
    datasets: tuple[Target, ...]
    reads: tuple[Target, ...]
    workers: str
    number: Resolved | None
    has_initializer: bool


class Probe(SeedFlow):
    """A flow in which loaders draw from all streams when they are made, and nothing else draws."""

    def __init__(self, program: Program, sites: frozenset[Site]) -> None:
        """Keep the places of the loaders."""
        super().__init__(program)
        self.sites = sites

    def events(self, path: str, place: int) -> tuple[Event, ...]:
        """What a call does to streams, draws left out."""
        found = super().events(path, place)
        kept = tuple(event for event in found if event.kind != "draw")
        return (*kept, Event("draw", STREAMS, None)) if Site(path, place) in self.sites else kept


class Loaders:
    """The data loaders of a program."""

    def __init__(self, facts: Facts, flow: SeedFlow, symbols: Symbols) -> None:
        """Keep what is known."""
        self.facts = facts
        self.program = facts.program
        self.flow = flow
        self.symbols = symbols

    @cached_property
    def all(self) -> tuple[Loader, ...]:
        """The loaders, in order of path and place."""
        return tuple(
            self.loader(known) for known in self.facts.role("worker") if known.fact.kind == "loader"
        )

    @cached_property
    def keras(self) -> tuple[KerasRead, ...]:
        """The data sets that Keras reads in several processes."""
        return tuple(keras_reads(self.facts, self.symbols))

    def loader(self, known: Known) -> Loader:
        """What is known of one loader."""
        path, function = known.path, known.call.function
        given = known.call.argument(known.fact.position, known.fact.parameter)
        datasets = () if given is None else self.classes(path, function, given, STEPS)
        reads = [m for d in datasets for m in self.methods(d, READS)]
        facts = knowledge().lookup(known.fact.name)
        for fact in facts:
            if fact.role == "worker" and fact.kind == "collate":
                value = known.call.argument(fact.position, fact.parameter)
                if value is not None:
                    reads.extend(functions_in(self.program, path, function, value))
        pool = next(fact for fact in facts if fact.role == "pool")
        workers, number = self.workers(known, pool)
        seeds = any(
            not is_none(known.call.argument(fact.position, fact.parameter))
            for fact in facts
            if fact.role == "initializer"
        )
        return Loader(known, datasets, tuple(reads), workers, number, seeds)

    def workers(self, known: Known, fact: Api) -> tuple[str, Resolved | None]:
        """Whether a loader has workers, and how many."""
        given = known.call.argument(fact.position, fact.parameter)
        if given is None:
            return (UNCLEAR if unpacks(known.call) else NONE), None
        found = count_of(self.symbols, known.path, known.call.function, given)
        if found.kind in ("constant", "option") and isinstance(found.value, int):
            return (SOME if found.value > 0 else NONE), found
        return UNCLEAR, found

    def classes(self, path: str, function: int, value: Value, steps: int) -> tuple[Target, ...]:
        """The classes of the repository that a data set is of, or of its parts."""
        kinds = self.program.types.kinds_of(path, function, value)
        own = tuple(kind for kind in kinds if kind.kind == "class")
        if own or not steps:
            return own
        if isinstance(value, Compound) and value.kind in ("List", "Tuple"):
            parts = [self.classes(path, function, part, steps - 1) for part in value.parts]
            return tuple(dict.fromkeys(c for part in parts for c in part))
        if isinstance(value, Name) and "." not in value.text:
            values = self.program.types.values(path, function, value.text)
            found = [self.classes(path, function, given, steps - 1) for given in values]
            return tuple(dict.fromkeys(c for part in found for c in part))
        if isinstance(value, Result):
            call = self.program.modules[path].calls[value.call]
            for known in self.facts.of_call(path, value.call):
                if known.fact.kind == "part":
                    given = call.argument(known.fact.position, known.fact.parameter)
                    if given is not None:
                        return self.classes(path, call.function, given, steps - 1)
        return ()

    def methods(self, holder: Target, names: tuple[str, ...]) -> Iterator[Target]:
        """Those methods of a class that the repository defines."""
        for name in names:
            found = self.program.method(holder, name)
            if found is not None and found.kind == "function":
                yield found

    def draws(self, target: Target, stream: str) -> tuple[Exposure, ...]:
        """What a function surely draws from a stream without having seeded it."""
        outline = self.flow.summary(target.path, target.place)
        if not outline.masks.definite & mask((stream,)):
            return ()
        return tuple(e for e in outline.of_stream(stream).values() if e.level == DEFINITE)

    def is_random(self, loader: Loader) -> bool:
        """Whether what a loader reads is changed at random, in the workers if there are any."""
        return any(
            self.flow.summary(read.path, read.place).masks.drawn & mask(STREAMS)
            for read in loader.reads
        )

    @cached_property
    def probe(self) -> Probe:
        """The flow that tells how open streams are where loaders are made."""
        sites = frozenset(Site(x.known.path, x.known.place) for x in self.all if x.reads)
        return Probe(self.program, sites)

    def open_in(self, loader: Loader, entry: Entry) -> dict[str, Exposure]:
        """The streams that surely are unseeded where a run makes a loader, and the way there."""
        site = Site(loader.known.path, loader.known.place)
        outline = self.probe.summary(entry.path, 0, main=True)
        found = {}
        for stream in STREAMS:
            if outline.masks.definite & mask((stream,)):
                exposure = outline.of_stream(stream).get((stream, DEFINITE, site))
                if exposure is not None:
                    found[stream] = exposure
        return found

    @cached_property
    def judged(self) -> frozenset[Site]:
        """The draws of data sets whose loaders are known: how these are made decides."""
        return frozenset(
            exposure.site
            for loader in self.all
            for read in loader.reads
            for stream in STREAMS
            for exposure in self.draws(read, stream)
        )
