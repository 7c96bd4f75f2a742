"""RNG001: draws from shared streams that nothing has seeded when a run gets there."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.knowledge.load import knowledge
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import is_deferred, is_worth_telling, trace
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


class UnseededDraw(Rule):
    """A shared stream is drawn from before anything has seeded it."""

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
            shown = [e for e in verdict.exposures if is_worth_telling(context, verdict.entry, e)]
            if shown:
                # What stands in the file that people run comes first: there the seed is to go.
                here = verdict.entry.path
                shown.sort(key=lambda e: (e.trace[-1].path != here, is_deferred(context, e)))
                if verdict.entry.kind != "smoke":
                    told.update(exposure.trace[-1] for exposure in shown)
                yield self.exposed(context, verdict, shown)
        yield from unreached(self, context, told)

    def exposed(self, context: Context, verdict: Verdict, shown: list[Exposure]) -> Finding:
        """The finding for one entry and stream."""
        first = shown[0]
        label = knowledge().streams[verdict.stream].label
        count = f" ({len(shown)} draws)" if len(shown) > 1 else ""
        call = context.modules[first.trace[-1].path].calls[first.trace[-1].call]
        message = (
            f"`{call.name}` draws from {label}, which nothing has seeded"
            f" in a run of `{verdict.entry.path}`{count}"
        )
        group = f"{verdict.entry.path}:{verdict.stream}"
        steps = trace(context, first)
        confidence = ENTRY_CONFIDENCE[verdict.entry.kind]
        found = self.at(
            steps[-1].location,
            message,
            confidence=confidence,
            group=group,
        )
        sites = tuple(trace(context, e)[-1].location for e in shown)
        return found._replace(
            entry=verdict.entry.path, stream=verdict.stream, sites=sites, trace=steps
        )


RULES: tuple[type[Rule], ...] = (UnseededDraw,)
