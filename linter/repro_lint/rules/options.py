"""RNG: seeds that people must ask for, and seeds that reach nothing."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.draws import seed_argument
from repro_lint.flow.operations import every
from repro_lint.flow.resolved import OPEN, is_missing
from repro_lint.flow.seed_tests import subject
from repro_lint.flow.transfer import mask
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Branch, Evaluate, Literal, Span
from repro_lint.syntax.values import names_inside, unpacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.optional import Guarded
    from repro_lint.flow.optional import OptionalSeeding as Seeding
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Value


class OptionalSeeding(Rule):
    """Seeding that nobody gets who does not ask for it."""

    code = "RNG004"
    name = "optional-seeding"
    severity = Severity.MEDIUM
    remedy = "give the seed a number as its default, which people may change"

    def applies(self, context: Context) -> bool:
        """Judge repositories that run and seed something."""
        return bool(context.facts.role("seed")) and bool(context.program.entries)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield tests that are false by default, and seeds that are None by default."""
        from repro_lint.flow.optional import OptionalSeeding as Seeding  # noqa: PLC0415  few ask

        seeding = Seeding(context.facts, context.seed_flow, context.symbols)
        for guarded in seeding.guards():
            yield self.guarded(context, guarded)
        for known in context.facts.role("seed"):
            if known.fact.omitted == "entropy" and known.call.arguments:
                yield from self.unguarded(context, seeding, known)

    def unguarded(self, context: Context, seeding: Seeding, known: Known) -> Iterator[Finding]:
        """The finding for a seeder that gets None by default."""
        given = seed_argument(known.call, known.fact)
        if given is None or isinstance(given, Literal) or unpacks(known.call):
            return
        found = context.symbols.value(known.path, known.call.function, given)
        streams = frozenset(known.fact.streams)
        way = (known.path, known.call.function, streams, known.place)
        sites = seeding.sites(known.path, known.call.function)
        shut = any(site.place == known.place and site.gates for site in sites)
        shut = shut or is_asked_for(context, known, given)
        if shut or not is_missing(found) or not seeding.is_open_way(*way):
            return
        shown, _ = subject(context.modules[known.path], given)
        what = f"`{shown}`, which is None by default" if shown else "None by default"
        message = f"`{known.call.name}` gets {what}, so each run differs unless a seed is set"
        confidence = Confidence.MEDIUM if found.where.path == "" else Confidence.HIGH
        where = context.facts.place_of(known.path, known.call.span)
        yield self.at(where, message, confidence=confidence)

    def guarded(self, context: Context, guarded: Guarded) -> Finding:
        """The finding for a test that turns seeding off."""
        test = guarded.gate.branch.test
        shown, value = subject(context.modules[guarded.path], test)
        found = OPEN
        if value is not None:
            found = context.symbols.value(guarded.path, guarded.function, value)
        if found.kind == "unknown" or not shown:
            message = "nothing is seeded by default, because this test is false"
        elif found.value == 0 and found.value is not False:
            message = f"`{shown}` is 0 by default, which this test takes for no seed"
        else:
            message = f"nothing is seeded unless `{shown}` is set: it is `{found.value}` by default"
        span = line_span(context, guarded.path, guarded.gate.branch.line)
        # A switch of another name, or a program whose draws are not seen, may be meant so.
        sure = "seed" in shown.lower() and draws_somewhere(context, guarded)
        return self.at(
            context.facts.place_of(guarded.path, span),
            message,
            confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        )


def is_asked_for(context: Context, known: Known, given: Value) -> bool:
    """Whether a call stands under a test that mentions the seed among other things."""
    mentioned = set(names_inside(given))
    body = context.facts.function(known.path, known.call.function).body
    for operation in every(body):
        if isinstance(operation, Branch) and mentioned & set(names_inside(operation.test)):
            inside = (*every(operation.body), *every(operation.orelse))
            if any(isinstance(o, Evaluate) and o.call == known.place for o in inside):
                return True
    return False


def draws_somewhere(context: Context, guarded: Guarded) -> bool:
    """Whether a run that imports the test draws from a stream that it leaves unseeded."""
    flow, streams = context.seed_flow, mask(guarded.streams)
    return any(
        flow.summary(entry.path, 0, main=True).masks.drawn & streams
        for entry in context.program.entries_reaching(guarded.path)
    )


def line_span(context: Context, path: str, line: int) -> Span:
    """The text of a line, without the blanks around it."""
    text = context.repository.code(path).split("\n")[line - 1]
    start = len(text) - len(text.lstrip())
    return Span(line, start + 1, line, len(text.rstrip()) + 1)


RULES: tuple[type[Rule], ...] = (OptionalSeeding,)
