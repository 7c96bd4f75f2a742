"""RNG001, RNG002, RNG003: draws from shared streams that are not seeded when a run gets there."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity, Step
from repro_lint.flow.covering import covering_seed
from repro_lint.flow.transfer import DEFINITE, PARTLY, mask
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import is_deferred, is_worth_telling, only_measures, trace
from repro_lint.rules.unreached import unreached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.seeds import Verdict
    from repro_lint.flow.transfer import Exposure, Site
    from repro_lint.rules.base import Context

ENTRY_CONFIDENCE = {
    "training": Confidence.HIGH,
    "data": Confidence.HIGH,
    "notebook": Confidence.HIGH,
    "evaluation": Confidence.MEDIUM,
    "smoke": Confidence.LOW,
    "library": Confidence.LOW,
}


class StreamRule(Rule):
    """What the rules have in common that say one thing of each entry and stream."""

    def exposed(
        self,
        context: Context,
        verdict: Verdict,
        shown: list[Exposure],
        reason: str,
        *after: Step,
    ) -> Finding:
        """The finding for one entry and stream; `after` are steps that follow the draw."""
        first = shown[0]
        stream = knowledge().streams[verdict.stream]
        count = f" ({len(shown)} draws)" if len(shown) > 1 else ""
        call = context.modules[first.site.path].calls[first.site.call]
        message = f"`{call.name}` draws from {stream.label}, {reason}{count}"
        steps = trace(context, first)
        measures = only_measures(context, verdict.entry, shown)
        sure = Confidence.LOW if measures else ENTRY_CONFIDENCE[verdict.entry.kind]
        found = self.at(
            steps[-1].location,
            message,
            confidence=min(sure, self.confidence),
            group=f"{verdict.entry.path}:{verdict.stream}",
        )
        sites = tuple(trace(context, e)[-1].location for e in shown)
        return found._replace(
            entry=verdict.entry.path,
            stream=verdict.stream,
            sites=sites,
            trace=(*steps, *after, mending(context, first, stream.seed)),
        )


def mending(context: Context, exposure: Exposure, seed: str) -> Step:
    """Where a seed would have to stand: beside others on the way to a draw, else before all."""
    for site in exposure.trace:
        function = context.modules[site.path].calls[site.call].function
        for known in context.facts.role("seed"):
            beside = known.path == site.path and known.call.function == function
            if beside and known.place < site.call:
                place = context.facts.place_of(known.path, known.call.span)
                return Step(place, f"`{seed}` belongs beside this seed", remark=True)
    first = trace(context, exposure)[0]
    return Step(first.location, f"`{seed}` belongs before this line", remark=True)


def worth_telling(context: Context, verdict: Verdict) -> list[Exposure]:
    """The draws of a verdict that matter, those in the file that people run first."""
    shown = [e for e in verdict.exposures if is_worth_telling(context, verdict.entry, e)]
    here = verdict.entry.path
    shown.sort(key=lambda e: (e.site.path != here, is_deferred(context, e)))
    return shown


def is_late(context: Context, verdict: Verdict) -> bool:
    """Whether a run surely seeds the stream of a verdict, if not soon enough."""
    state = context.seed_flow.outlines(verdict.entry)[0].state
    bit = mask((verdict.stream,))
    if state is None or (state.keep | state.soft | state.entropy) & bit:
        return False
    return seed_step(context, verdict) is not None


def seed_step(context: Context, verdict: Verdict) -> Step | None:
    """The call that surely seeds the stream of a verdict in a run, None if there is none."""
    key = context.seed_flow.outlines(verdict.entry)[0].key
    sites = covering_seed(context.seed_flow, key, verdict.stream)
    if not sites or not any(e.kind == "seed" for e in context.seed_flow.events(*sites[-1])):
        return None
    call = context.modules[sites[-1].path].calls[sites[-1].call]
    return Step(context.facts.place_of(sites[-1].path, call.span), call.name)


class UnseededDraw(StreamRule):
    """A shared stream is drawn from, and nothing ever seeds it."""

    code = "RNG001"
    name = "unseeded-draw"
    severity = Severity.CRITICAL
    remedy = "seed the stream before the first draw"

    def applies(self, context: Context) -> bool:
        """Judge repositories with an entry or a draw."""
        return bool(context.program.entries or context.facts.role("draw"))

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each entry and stream, one for each unreached function."""
        told: set[Site] = set()
        for verdict in context.seed_flow.verdicts:
            shown = worth_telling(context, verdict)
            told.update(exposure.site for exposure in shown)
            if shown and not is_late(context, verdict):
                reason = f"which nothing has seeded in a run of `{verdict.entry.path}`"
                yield self.exposed(context, verdict, shown, reason)
        yield from unreached(self, context, told)


class LateSeed(StreamRule):
    """A shared stream is drawn from before it is seeded."""

    code = "RNG002"
    name = "late-seed"
    severity = Severity.HIGH
    remedy = "move the seeding call before the first draw"

    def applies(self, context: Context) -> bool:
        """Judge repositories with an entry that seeds."""
        return bool(context.program.entries and context.facts.role("seed"))

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each entry and stream."""
        for verdict in context.seed_flow.verdicts:
            if is_late(context, verdict):
                shown = worth_telling(context, verdict)
                seed = seed_step(context, verdict)
                if shown and seed is not None:
                    yield self.too_early(context, verdict, shown, seed)

    def too_early(
        self, context: Context, verdict: Verdict, shown: list[Exposure], seed: Step
    ) -> Finding:
        """The finding, with the seeding call after the draw."""
        reason = f"before `{seed.message}` seeds it in a run of `{verdict.entry.path}`"
        only = Step(seed.location, f"`{seed.message}` seeds it only here", remark=True)
        return self.exposed(context, verdict, shown, reason, only)


class PartialSeed(StreamRule):
    """A shared stream is seeded on some paths to a draw, and not on others."""

    code = "RNG003"
    name = "partial-seed"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "seed the stream on every path"

    def applies(self, context: Context) -> bool:
        """Judge repositories with an entry that seeds."""
        return bool(context.program.entries and context.facts.role("seed"))

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each entry and stream that is not told of already."""
        found = context.seed_flow.at_level(PARTLY)
        if not found:
            return
        told = {
            (verdict.entry, verdict.stream)
            for verdict in context.seed_flow.at_level(DEFINITE)
            if worth_telling(context, verdict)
        }
        for verdict in found:
            if (verdict.entry, verdict.stream) in told:
                continue
            shown = worth_telling(context, verdict)
            seed = seed_step(context, verdict) if shown else None
            if seed is not None:
                yield self.sometimes(context, verdict, shown, seed)

    def sometimes(
        self, context: Context, verdict: Verdict, shown: list[Exposure], seed: Step
    ) -> Finding:
        """The finding, with the seeding call after the draw."""
        entry = verdict.entry.path
        reason = f"which `{seed.message}` seeds on some paths only in a run of `{entry}`"
        sometimes = Step(seed.location, f"`{seed.message}` seeds it on some paths", remark=True)
        return self.exposed(context, verdict, shown, reason, sometimes)


RULES: tuple[type[Rule], ...] = (UnseededDraw, LateSeed, PartialSeed)
