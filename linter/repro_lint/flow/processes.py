"""Where workers start, processes and threads alike, how they start, and what runs in them."""

from __future__ import annotations

import sys
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.counts import count_of
from repro_lint.flow.loops import looped_calls
from repro_lint.flow.operations import every
from repro_lint.flow.starting import FORK, POOL, PROCESS, THREAD, Methods
from repro_lint.flow.transfer import DEFINITE, mask, streams
from repro_lint.flow.wrapped import functions_in
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Assign, Compound, Literal, Name, With
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.symbols import Symbols
    from repro_lint.flow.target import Target
    from repro_lint.flow.transfer import Exposure, Site
    from repro_lint.flow.uses import Use
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Operation, Value

# Methods of pools that run their function once for each call.
ONCE = frozenset(("apply", "apply_async", "submit", "pipe", "apipe"))
NO_STREAMS: frozenset[str] = frozenset()
LOKY, REMOTE = "loky", "remote"


class Start(Record):
    """A call that runs functions in workers.

    `kind` says how these start (fork, spawn, forkserver, loky, remote, thread). Where `several`,
    more than one runs the functions. `covered` are the streams that each worker seeds before.
    """

    path: str
    place: int
    kind: str
    targets: tuple[Target, ...]
    several: bool
    covered: frozenset[str] = NO_STREAMS


class Drawn(Record):
    """What a function that workers run surely draws from one stream on what it finds there."""

    start: Start
    target: Target
    stream: str
    exposures: tuple[Exposure, ...]


class Pool(Record):
    """Workers that wait for functions: how they start, and what each seeds before."""

    kind: str
    several: bool
    covered: frozenset[str] | None


class Starts:
    """The places of a program that start workers."""

    def __init__(self, facts: Facts, flow: SeedFlow, symbols: Symbols) -> None:
        """Keep what is known; nothing is looked for before it is asked for."""
        self.facts = facts
        self.program = facts.program
        self.flow = flow
        self.symbols = symbols
        self.methods = Methods(facts)
        self._looped: dict[tuple[str, int], frozenset[int]] = {}

    @cached_property
    def all(self) -> tuple[Start, ...]:
        """Every start, in order of path and place."""
        found: dict[tuple[str, int, tuple[Target, ...]], Start] = {}
        starts = (*self.direct(), *self.of_contexts(), *self.of_pools(), *self.of_types())
        for start in (*starts, *self.of_classes()):
            if start.targets and start.kind:
                place = (start.path, start.place, start.targets if start.place < 0 else ())
                found.setdefault(place, start)
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def drawn(self) -> tuple[Drawn, ...]:
        """What workers draw without having seeded it, in order of the starts."""
        return tuple(drawn for start in self.all for drawn in self.of_start(start))

    @cached_property
    def told(self) -> frozenset[Site]:
        """The draws that the rules about workers tell of."""
        return frozenset(
            exposure.site
            for drawn in self.drawn
            if drawn.start.several or (drawn.start.kind != THREAD and drawn.stream == "python")
            for exposure in drawn.exposures
        )

    def of_start(self, start: Start) -> Iterator[Drawn]:
        """What the workers of one start draw."""
        for target in start.targets:
            outline = self.flow.summary(target.path, target.place)
            for stream in streams():
                if outline.masks.definite & mask((stream,)):
                    found = outline.of_stream(stream).values()
                    surely = tuple(e for e in found if e.level == DEFINITE)
                    yield Drawn(start, target, stream, surely)

    def direct(self) -> Iterator[Start]:
        """Calls that start workers for one function."""
        for known in self.facts.role("worker"):
            if known.fact.kind in (PROCESS, THREAD, "spawn"):
                yield self.single(known, self.methods.of_call(known))
            elif known.fact.kind == REMOTE:
                yield self.made(known, REMOTE, several=True)

    def of_classes(self) -> Iterator[Start]:
        """Classes that are workers themselves, and what a decorator sends to a cluster."""
        from repro_lint.flow.worker_classes import remote, running  # noqa: PLC0415  few need it

        for found in (*remote(self.facts), *running(self.facts)):
            kind = self.methods.default(found.path) if found.kind == PROCESS else found.kind
            several = found.place < 0 or self.is_looped(found.path, found.place)
            seeds = frozenset(s for t in found.before for s in self.flow.may_seed(t.path, t.place))
            yield Start(found.path, found.place, kind, found.targets, several, seeds)

    def single(self, known: Known, kind: str) -> Start:
        """The start of one worker, or of one for each element."""
        name = known.call.name.rpartition(".")[2]
        several = name[:1].islower() or self.is_looped(known.path, known.place)
        return self.made(known, kind, several=several)

    def made(self, known: Known, kind: str, *, several: bool) -> Start:
        """The start of workers for the function that a call is given."""
        given = known.call.argument(known.fact.position, known.fact.parameter)
        targets = self.functions(known.path, known.call.function, given)
        return Start(known.path, known.place, kind, targets, several)

    def functions(self, path: str, function: int, value: Value | None) -> tuple[Target, ...]:
        """The functions of the repository that a value stands for."""
        return () if value is None else functions_in(self.program, path, function, value)

    def of_contexts(self) -> Iterator[Start]:
        """Processes and pools that are made by `get_context(...)`."""
        for known in self.facts.role("starting"):
            if known.fact.kind != "context":
                continue
            kind = self.methods.given(known)
            for use in self.receivers(known.path, known.place):
                call = self.facts.modules[known.path].calls[use.call]
                for fact in knowledge().lookup(f"multiprocessing.{use.detail}"):
                    made = known._replace(place=use.call, call=call, fact=fact)
                    if fact.role == "worker":
                        yield self.single(made, kind)
                    elif fact.role == "pool":
                        yield from self.members(made, kind)

    def of_pools(self) -> Iterator[Start]:
        """What runs in the workers of pools."""
        for known in self.facts.role("pool"):
            kind = known.fact.kind
            if kind == PROCESS:
                kind = self.methods.of_pool(known)
            yield from self.members(known, kind)

    def members(self, known: Known, kind: str) -> Iterator[Start]:
        """What runs in the workers of one pool."""
        pool = self.pool(known, kind)
        if pool is None or pool.covered is None:
            return
        held = knowledge().returns(known.fact.name)
        if pool.kind in (LOKY, THREAD, FORK) and held == "joblib.Parallel":
            yield from self.delayed(known, pool)
            return
        for use in self.receivers(known.path, known.place):
            for fact in knowledge().lookup(f"{held}.{use.detail}"):
                if fact.role == "worker" and fact.kind == POOL:
                    yield self.in_pool(known.path, use.call, fact, pool)

    def in_pool(self, path: str, place: int, fact: Api, pool: Pool) -> Start:
        """The start of a function in the workers of a pool."""
        call = self.facts.modules[path].calls[place]
        given = call.argument(fact.position, fact.parameter)
        once = fact.name.rpartition(".")[2] in ONCE
        several = pool.several and (not once or self.is_looped(path, place))
        targets = self.functions(path, call.function, given)
        return Start(path, place, pool.kind, targets, several, pool.covered or NO_STREAMS)

    def delayed(self, known: Known, pool: Pool) -> Iterator[Start]:
        """What joblib runs in the workers of a pool: the delayed calls of the same function."""
        others = [
            other
            for other in self.facts.role("pool")
            if other.path == known.path and other.call.function == known.call.function
        ]
        kinds = {self.methods.of_pool(other) for other in others if other.fact == known.fact}
        if len(kinds) > 1:
            return
        for wrapped in self.facts.role("worker"):
            if (
                wrapped.fact.kind == "delayed"
                and wrapped.path == known.path
                and wrapped.call.function == known.call.function
            ):
                start = self.made(wrapped, pool.kind, several=pool.several)
                yield start._replace(covered=pool.covered or NO_STREAMS)

    def of_types(self) -> Iterator[Start]:
        """What runs in pools of a known class that were made elsewhere."""
        for known in self.facts.role("worker"):
            if known.fact.kind != POOL:
                continue
            holder = known.fact.name.rpartition(".")[0]
            makers = [fact for fact in knowledge().lookup(holder) if fact.role == "pool"]
            for fact in makers:
                # What another function made may have an initializer, and another way to start.
                if fact.kind in (THREAD, REMOTE):
                    pool = Pool(fact.kind, several=True, covered=NO_STREAMS)
                    yield self.in_pool(known.path, known.place, known.fact, pool)

    def pool(self, known: Known, kind: str) -> Pool | None:
        """The workers that a call makes; None if there is only the process itself."""
        several = self.is_several(known)
        if several is False or not kind:
            return None
        if kind == LOKY:
            kind = self.methods.of_backend(known)
        return Pool(kind, several is True, self.seeded_first(known))

    def is_several(self, known: Known) -> bool | None:
        """Whether a pool has more than one worker; None for one worker beside the process."""
        given = known.call.argument(known.fact.position, known.fact.parameter)
        is_joblib = known.fact.default == 1
        if is_none(given):
            return not is_joblib
        found = count_of(self.symbols, known.path, known.call.function, given or Literal(None))
        if found.kind in ("none", "unknown", "entropy"):
            return not (is_joblib and found.kind == "none")
        if found.value == 1:
            return False if is_joblib else None
        return not (is_joblib and found.value is None)

    def seeded_first(self, known: Known) -> frozenset[str] | None:
        """The streams that the initializer of a pool may seed; None if it is not known."""
        for fact in knowledge().lookup(known.fact.name):
            if fact.role == "initializer":
                given = known.call.argument(fact.position, fact.parameter)
                if is_none(given):
                    return NO_STREAMS
                return self.initialised(known.path, known.call.function, given)
        hidden = any(key == "**" for key, _ in known.call.keywords)
        return None if hidden else NO_STREAMS

    def initialised(self, path: str, function: int, given: Value | None) -> frozenset[str] | None:
        """The streams that an initializer may seed."""
        if isinstance(given, Name):
            target = self.program.resolve(path, function, given.text)
            if target is not None and target.kind == "library":
                facts = [f for f in knowledge().lookup(target.dotted) if f.role == "seed"]
                return frozenset(s for fact in facts for s in fact.streams) if facts else None
        targets = self.functions(path, function, given)
        if not targets:
            return None
        seeds = [self.flow.may_seed(target.path, target.place) for target in targets]
        return frozenset().union(*seeds)

    def receivers(self, path: str, place: int) -> Iterator[Use]:
        """The calls of methods on the result of a call, also through the name that takes it."""
        uses = self.facts.uses(path)
        for use in uses.of_result(place):
            if use.kind == "receiver" and not use.containers:
                yield use
            target = getattr(use.operation, "target", None)
            if use.kind in ("assigned", "context") and not use.containers:
                for name in held_names(target):
                    yield from self.through(path, use, name)

    def through(self, path: str, use: Use, name: str) -> Iterator[Use]:
        """The calls of methods on a variable, up to where it is bound anew."""
        uses, index = self.facts.uses(path), self.facts.modules[path]
        first, last = 0, sys.maxsize
        if not name.startswith("self."):
            first = line_of(use.operation)
            last = next_binding(index.functions[use.function].body, name, first)
        for later in uses.everywhere(name, self.seen_from(path, use.function, name)):
            if later.kind == "receiver" and not later.containers:
                line = index.calls[later.call].span.line
                if later.function != use.function or first <= line < last:
                    yield later

    def seen_from(self, path: str, function: int, name: str) -> tuple[int, ...]:
        """The functions that see a variable: its own and those inside; for attributes all."""
        functions = self.facts.modules[path].functions
        if name.startswith("self."):
            return tuple(range(len(functions)))
        found = {function}
        for place, record in enumerate(functions):
            if record.parent in found and name not in record.bound:
                found.add(place)
        return tuple(sorted(found))

    def is_looped(self, path: str, place: int) -> bool:
        """Whether a call runs again and again in its function."""
        function = self.facts.modules[path].calls[place].function
        key = (path, function)
        if key not in self._looped:
            body = self.facts.function(path, function).body
            self._looped[key] = frozenset(p for round_ in looped_calls(body) for p in round_)
        return place in self._looped[key]


def line_of(operation: Operation | None) -> int:
    """The line of an assignment or a with statement."""
    if isinstance(operation, Assign):
        return operation.span.line
    return operation.line if isinstance(operation, With) else 0


def next_binding(body: tuple[Operation, ...], name: str, line: int) -> int:
    """The line after a line where a name is bound anew."""
    lines = [
        line_of(operation)
        for operation in every(body)
        if isinstance(operation, (Assign, With)) and operation.target == Name(name)
    ]
    return min((found for found in lines if found > line), default=sys.maxsize)


def held_names(target: Value | None) -> tuple[str, ...]:
    """The names that an assignment or a with statement gives a whole value."""
    if isinstance(target, Name):
        return (target.text,)
    if isinstance(target, Compound) and target.kind == "Chain":
        return tuple(part.text for part in target.parts if isinstance(part, Name))
    return ()
