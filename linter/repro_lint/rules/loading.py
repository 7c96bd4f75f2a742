"""DTL: draws in data sets, which workers make on streams of their own."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.loaders import NONE, SOME
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import is_worth_telling, trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.loaders import Loader
    from repro_lint.flow.target import Target
    from repro_lint.flow.transfer import Exposure
    from repro_lint.rules.base import Context

AUGMENTING = ("python", "numpy")


class UnseededDataset(Rule):
    """A data set draws from a stream that nothing has seeded where its loader is made."""

    code = "DTL001"
    name = "unseeded-dataset"
    severity = Severity.HIGH
    remedy = "seed the stream before the loader is made"

    def applies(self, context: Context) -> bool:
        """Judge repositories with loaders of their own data sets."""
        return any(loader.reads for loader in context.loaders.all)

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each function that reads examples, and stream."""
        told: set[tuple[Target, str]] = set()
        for loader in context.loaders.all:
            for read in loader.reads:
                for stream in AUGMENTING:
                    exposures = context.loaders.draws(read, stream)
                    if not exposures:
                        continue
                    finding = self.judge(context, loader, stream, exposures)
                    if finding is not None and (read, finding.group) not in told:
                        told.add((read, finding.group))
                        yield finding

    def judge(
        self, context: Context, loader: Loader, stream: str, exposures: tuple[Exposure, ...]
    ) -> Finding | None:
        """The finding for the draws of one function, in the first run that makes them unseeded."""
        for entry in context.program.entries_reaching(loader.known.path):
            open_ = context.loaders.open_in(loader, entry)
            missing = seed_missing(loader, stream, frozenset(open_))
            if not missing or is_told(context, entry, missing):
                continue
            shown = [e for e in exposures if is_worth_telling(context, entry, e)]
            if shown:
                return self.found(context, entry, stream, missing, open_[missing], shown)
        return None

    def found(  # noqa: PLR0913, PLR0917  each says another thing of the draws
        self,
        context: Context,
        entry: Entry,
        stream: str,
        missing: str,
        way: Exposure,
        shown: list[Exposure],
    ) -> Finding:
        """The finding for the draws of one function from one stream."""
        shown.sort(key=lambda e: len(e.trace))
        last = shown[0].trace[-1]
        call = context.modules[last.path].calls[last.call]
        streams = knowledge().streams
        where = "reads examples" if missing == stream else "reads examples in workers"
        source = (
            "" if missing == stream else f", which take their seeds from {streams[missing].label}"
        )
        count = f" ({len(shown)} draws)" if len(shown) > 1 else ""
        message = (
            f"`{call.name}` {where}{source}, and nothing has seeded"
            f" {streams[missing].label} where the loader is made{count}"
        )
        steps = (*trace(context, way), *trace(context, shown[0]))
        confidence = Confidence.LOW if entry.kind == "smoke" else Confidence.HIGH
        # Several streams may lack one seed: that is one finding.
        group = f"{last.path}:{missing}"
        finding = self.at(steps[-1].location, message, confidence=confidence, group=group)
        sites = tuple(trace(context, e)[-1].location for e in shown)
        return finding._replace(
            entry=entry.path,
            stream=stream,
            sites=sites if len(sites) > 1 else (),
            trace=steps,
        )


def seed_missing(loader: Loader, stream: str, open_: frozenset[str]) -> str:
    """The stream whose seed is missing where a loader is made, "" if none surely is.

    Workers take the seeds of their streams from PyTorch's; the process itself has its own.
    """
    if loader.workers == NONE:
        return stream if stream in open_ else ""
    if loader.has_initializer:
        return ""
    if loader.workers == SOME:
        return "torch" if "torch" in open_ and not has_generator(loader) else ""
    return stream if {stream, "torch"} <= open_ and not has_generator(loader) else ""


def has_generator(loader: Loader) -> bool:
    """Whether a loader takes the seeds of its workers from a generator that it is given."""
    call = loader.known.call
    return call.keyword("generator") is not None or call.keyword("**") is not None


def is_told(context: Context, entry: Entry, stream: str) -> bool:
    """Whether it is told already that nothing seeds a stream in a run."""
    return any(
        verdict.entry == entry
        and verdict.stream == stream
        and any(is_worth_telling(context, entry, e) for e in verdict.exposures)
        for verdict in context.seed_flow.verdicts
    )


RULES: tuple[type[Rule], ...] = (UnseededDataset,)
