"""PAR: draws in processes and threads, whose streams are not those that the program seeded."""

from __future__ import annotations

from abc import abstractmethod

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity, Step
from repro_lint.flow.entries import Entry
from repro_lint.flow.processes import LOKY, REMOTE
from repro_lint.flow.starting import FORK, FORKSERVER, SPAWN, THREAD
from repro_lint.flow.transfer import mask
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import is_worth_telling, trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.processes import Drawn
    from repro_lint.flow.transfer import Exposure, Site
    from repro_lint.rules.base import Context

FRESH = {
    SPAWN: "a process that starts from nothing",
    FORKSERVER: "a process that starts from nothing",
    LOKY: "a worker process of joblib",
    REMOTE: "a worker process of a cluster",
}


class WorkerDraw(Rule):
    """Shared by the rules about draws in workers."""

    def applies(self, context: Context) -> bool:
        """Judge repositories that start workers."""
        return bool(context.starts.all)

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each function that workers run, and stream."""
        told: set[Site] = set()
        for drawn in context.starts.drawn:
            if not self.concerns(drawn) or is_covered(context, drawn):
                continue
            entry = entry_of(context, drawn)
            if entry is None:
                continue
            shown = [e for e in drawn.exposures if is_told(context, entry, e, told)]
            if shown:
                shown.sort(key=lambda e: (e.trace[-1].path != drawn.target.path, len(e.trace)))
                told.update(exposure.trace[-1] for exposure in shown)
                yield self.found(context, drawn, entry, shown)

    @abstractmethod
    def concerns(self, drawn: Drawn) -> bool:
        """Whether the rule is about these workers and this stream."""

    @abstractmethod
    def words(self, drawn: Drawn, name: str) -> str:
        """What is wrong."""

    def found(self, context: Context, drawn: Drawn, entry: Entry, shown: list[Exposure]) -> Finding:
        """The finding for what one function draws from one stream."""
        first = shown[0]
        start = drawn.start
        call = context.modules[first.trace[-1].path].calls[first.trace[-1].call]
        count = f" ({len(shown)} draws)" if len(shown) > 1 else ""
        steps = trace(context, first)
        if start.place >= 0:
            started = context.modules[start.path].calls[start.place]
            place = context.facts.place_of(start.path, started.span)
            steps = (Step(place, started.name or "call"), *steps)
        confidence = self.confidence
        if entry.origin == NO_ENTRY:
            far = len(steps) > NEAR
            confidence = min(confidence, Confidence.LOW if far else Confidence.MEDIUM)
        elif entry.kind == "smoke":
            confidence = Confidence.LOW
        target = drawn.target
        group = f"{target.path}:{target.place}:{drawn.stream}"
        message = self.words(drawn, call.name) + count
        finding = self.at(steps[-1].location, message, confidence=confidence, group=group)
        sites = tuple(trace(context, e)[-1].location for e in shown)
        return finding._replace(
            entry="" if entry.origin == NO_ENTRY else entry.path,
            stream=drawn.stream,
            sites=sites if len(sites) > 1 else (),
            trace=steps,
        )


NO_ENTRY = "none"
# In code that no entry reaches a draw behind more calls than these may be one that never runs.
NEAR = 3


def entry_of(context: Context, drawn: Drawn) -> Entry | None:
    """An entry whose run starts the workers; None if all that do are told of the stream already."""
    entries = context.program.entries_reaching(drawn.start.path)
    if not entries:
        return Entry(drawn.start.path, 1, "library", drawn.start.path, NO_ENTRY, 1.0)
    told = {
        verdict.entry
        for verdict in context.seed_flow.verdicts
        if verdict.stream == drawn.stream
        and verdict.entry in entries
        and any(is_worth_telling(context, verdict.entry, e) for e in verdict.exposures)
    }
    left = [entry for entry in entries if entry not in told]
    return min(left, key=lambda entry: (entry.kind != "training", entry.path), default=None)


def is_told(context: Context, entry: Entry, exposure: Exposure, told: set[Site]) -> bool:
    """Whether a draw is worth telling, and was not told."""
    site = exposure.trace[-1]
    return site not in told and is_worth_telling(context, entry, exposure)


def is_covered(context: Context, drawn: Drawn) -> bool:
    """Whether something seeds a stream in each worker before it runs its function."""
    start, stream = drawn.start, drawn.stream
    if stream in start.covered:
        return True
    if start.kind not in FRESH:
        return False
    # A process that starts from nothing imports the modules again, and what they seed.
    entries = context.program.entries_reaching(start.path)
    paths = {drawn.target.path, start.path, *(entry.path for entry in entries)}
    return any(seeds_on_import(context, path, stream) for path in paths)


def seeds_on_import(context: Context, path: str, stream: str) -> bool:
    """Whether the import of a module surely seeds a stream."""
    state = context.seed_flow.summary(path, 0).state
    return state is not None and not (state.keep | state.soft) & mask((stream,))


class ForkedRandom(WorkerDraw):
    """Python's `random` in a forked process."""

    code = "PAR001"
    name = "forked-random"
    severity = Severity.HIGH
    remedy = "give each task a seed, and draw from random.Random(seed)"

    def concerns(self, drawn: Drawn) -> bool:
        """Draws from `random` after a fork."""
        return drawn.start.kind == FORK and drawn.stream == "python"

    def words(self, drawn: Drawn, name: str) -> str:  # noqa: ARG002  as for its namesakes
        """What is wrong."""
        return (
            f"`{name}` runs in a forked process, where Python seeds `random` anew from the system:"
            " no seed set before counts there"
        )


class ForkedCopies(WorkerDraw):
    """A stream that forked processes have copies of."""

    code = "PAR002"
    name = "repeated-worker-stream"
    severity = Severity.MEDIUM
    remedy = "give each task a seed of its own, as from SeedSequence.spawn"

    def concerns(self, drawn: Drawn) -> bool:
        """Draws from a stream that a fork copies, in several processes."""
        start = drawn.start
        return start.kind == FORK and start.several and drawn.stream in ("numpy", "torch")

    def words(self, drawn: Drawn, name: str) -> str:
        """What is wrong."""
        label = knowledge().streams[drawn.stream].label
        return f"`{name}` runs in forked processes: each has a copy of {label} and repeats it"


class FreshProcess(WorkerDraw):
    """A process that starts from nothing, also without seeds."""

    code = "PAR003"
    name = "unseeded-worker"
    severity = Severity.HIGH
    remedy = "pass each task a seed and seed the worker with it"

    def concerns(self, drawn: Drawn) -> bool:
        """Draws in processes that inherit nothing."""
        return drawn.start.kind in FRESH

    def words(self, drawn: Drawn, name: str) -> str:
        """What is wrong."""
        where = FRESH[drawn.start.kind]
        return f"`{name}` runs in {where}: no seed of the process that starts it counts there"


class SharedByThreads(WorkerDraw):
    """A stream that threads share."""

    code = "PAR004"
    name = "stream-shared-by-threads"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "give each task a generator of its own"

    def concerns(self, drawn: Drawn) -> bool:
        """Draws in several threads."""
        return drawn.start.kind == THREAD and drawn.start.several

    def words(self, drawn: Drawn, name: str) -> str:
        """What is wrong."""
        label = knowledge().streams[drawn.stream].label
        return f"`{name}` runs in threads that share {label}: which gets which number is a race"


RULES: tuple[type[Rule], ...] = (ForkedRandom, ForkedCopies, FreshProcess, SharedByThreads)
