"""RNG101: library functions that draw from a shared stream and leave their callers no choice."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow import control
from repro_lint.flow.control import DEFERRED, Controls
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, is_initialisation
from repro_lint.rules.unreached import is_plain, open_draws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context

NO_CHOICE = frozenset((control.NOBODY, control.ELSEWHERE, control.NEAR))


class Drawing(Record):
    """A function of a file that draws from a stream."""

    path: str
    function: int
    stream: str


class UncontrolledDraw(Rule):
    """A library function draws from a shared stream and takes no seed or generator."""

    code = "RNG101"
    name = "uncontrolled-draw"
    severity = Severity.LOW
    confidence = Confidence.MEDIUM
    preview = True
    remedy = "take a generator as a parameter"

    def applies(self, context: Context) -> bool:
        """Judge repositories with a draw."""
        return bool(context.facts.role("draw"))

    def check(self, context: Context) -> Iterator[Finding]:
        """One finding for each function and stream that RNG001 has not told of."""
        told = {
            (known.path, known.place)
            for known, judged in open_draws(context)
            if judged.confidence > Confidence.LOW
        }
        found: dict[Drawing, list[Known]] = {}
        for known in uncontrolled(context):
            drawing = Drawing(known.path, known.call.function, known.fact.streams[0])
            found.setdefault(drawing, []).append(known)
        for drawing, draws in found.items():
            if all((known.path, known.place) not in told for known in draws):
                yield self.finding_of(context, drawing, draws)

    def finding_of(self, context: Context, drawing: Drawing, draws: list[Known]) -> Finding:
        """The finding for one function and stream."""
        name = context.facts.function(drawing.path, drawing.function).name
        label = knowledge().streams[drawing.stream].label
        sites = tuple(context.facts.place_of(drawing.path, known.call.span) for known in draws)
        message = f"`{name}` draws from {label} and takes no seed or generator"
        finding = self.at(sites[0], message, group=f"{drawing.path}:{name}:{drawing.stream}")
        return finding._replace(stream=drawing.stream, sites=sites if len(sites) > 1 else ())


def uncontrolled(context: Context) -> Iterator[Known]:
    """The draws in functions of modules that others import, where callers hand nothing on."""
    controls = Controls(context.facts, context.draws)
    entries = {entry.path for entry in context.program.entries}
    for known in context.facts.role("draw"):
        stream = known.fact.streams[0]
        if known.path in entries or stream not in knowledge().streams:
            continue
        if known.fact.library in OWN_RULES or known.fact.kind in DEFERRED:
            continue
        if is_initialisation(known.fact) or not is_plain(context, known, stream):
            continue
        function = context.facts.function(known.path, known.call.function)
        if function.kind != "function" or controls.of(known, stream).kind not in NO_CHOICE:
            continue
        if not is_cosmetic(context.facts, known.path, known.place):
            yield known


RULES: tuple[type[Rule], ...] = (UncontrolledDraw,)
