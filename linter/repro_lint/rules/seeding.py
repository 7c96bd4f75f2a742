"""RNG001: draws from shared streams that nothing has seeded when a run gets there."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.status import UNREACHED
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import (
    DEFERRED,
    OWN_RULES,
    draws_data,
    in_trial,
    is_deferred,
    is_worth_telling,
    only_without,
    takes_effect,
    trace,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.seeds import Verdict
    from repro_lint.flow.transfer import Exposure
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
        for verdict in context.seed_flow.verdicts:
            shown = [e for e in verdict.exposures if is_worth_telling(context, verdict.entry, e)]
            if shown:
                # What stands in the file that people run comes first: there the seed is to go.
                here = verdict.entry.path
                shown.sort(key=lambda e: (e.trace[-1].path != here, is_deferred(context, e)))
                yield self.exposed(context, verdict, shown)
        yield from self.unreached(context)

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

    def unreached(self, context: Context) -> Iterator[Finding]:
        """One finding for each file and stream that is drawn from in code that no entry reaches."""
        found: dict[tuple[str, str, str], list[Known]] = {}
        for known in context.facts.role("draw"):
            stream = known.fact.streams[0]
            if known.fact.library in OWN_RULES or stream not in knowledge().streams:
                continue
            parameter = context.draws.ignored_parameter(known.path, known.call.function)
            if not parameter and not draws_data(known):
                continue
            if self.is_open(context, known, stream, parameter):
                found.setdefault((known.path, stream, parameter), []).append(known)
        for (path, stream, parameter), draws in found.items():
            yield self.ignored(context, path, stream, parameter, draws)

    def is_open(self, context: Context, known: Known, stream: str, parameter: str) -> bool:
        """Whether nothing that is known of a draw speaks for its being seeded or harmless."""
        if known.path.endswith(".ipynb") or in_trial(context, known):
            return False
        if not takes_effect(context, known):
            return False
        if context.draws.status(known.path, known.place, stream).state != UNREACHED:
            return False
        if context.draws.surroundings_seed(known.path, known.call.function, stream):
            return False
        if parameter and only_without(context, known, parameter):
            return False
        return not is_cosmetic(context.facts, known.path, known.place)

    def ignored(
        self, context: Context, path: str, stream: str, parameter: str, draws: list[Known]
    ) -> Finding:
        """The finding for draws of one file from one stream."""
        label = knowledge().streams[stream].label
        count = f" ({len(draws)} draws)" if len(draws) > 1 else ""
        sites = tuple(context.facts.place_of(path, known.call.span) for known in draws)
        near = context.draws.seeded_near(path, stream)
        if parameter:
            reason = f"though `{parameter}` is given to this code"
            confidence = Confidence.MEDIUM if near else Confidence.HIGH
            if has_other_purpose(parameter, draws) or draws_later(context, stream, draws):
                confidence = Confidence.LOW
        else:
            reason = "which nothing here seeds"
            confidence = Confidence.LOW if near else Confidence.MEDIUM
        message = f"`{draws[0].call.name}` draws from {label}, {reason}{count}"
        finding = self.at(
            sites[0],
            message,
            severity=Severity.HIGH,
            confidence=confidence,
            group=f"{path}:{stream}:{parameter}",
        )
        return finding._replace(stream=stream, sites=sites if len(sites) > 1 else ())


PURPOSE = pattern(
    r"^(?!random_|base_|global_|rng_|np_|torch_|numpy_|main_|master_|init_)(\w+)_seed$"
)


def has_other_purpose(parameter: str, draws: list[Known]) -> bool:
    """Whether a seed parameter is named after one thing, as `shuffle_seed`, and draws do others."""
    found = PURPOSE.match(parameter)
    return found is not None and not any(found[1] in known.call.name for known in draws)


def draws_later(context: Context, stream: str, draws: list[Known]) -> bool:
    """Whether calls only make what draws later, and some code of the repository may seed that."""
    if not all(known.fact.kind in DEFERRED for known in draws):
        return False
    return any(stream in context.draws.seeded_in(path) for path in context.facts.modules)


RULES: tuple[type[Rule], ...] = (UnseededDraw,)
