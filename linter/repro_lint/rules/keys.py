"""RNG: keys of JAX that are used more than once."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.keys import Reuse
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call


class ReusedKey(Rule):
    """A key that gives the same numbers twice."""

    code = "RNG012"
    name = "reused-key"
    severity = Severity.MEDIUM
    remedy = "split the key and use each part once"

    def applies(self, context: Context) -> bool:
        """Judge repositories that draw with keys."""
        return any(
            known.fact.library == "jax"
            for role in ("draw", "generator")
            for known in context.facts.role(role)
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the second use of each key."""
        from repro_lint.flow.keys import Keys  # noqa: PLC0415  few repositories need it

        for reuse in Keys(context.facts).reuses():
            where = context.facts.place_of(reuse.path, span_of(context, reuse))
            confidence = Confidence.HIGH if reuse.certain else Confidence.MEDIUM
            yield self.at(where, told(context, reuse), confidence=confidence)


def called(context: Context, reuse: Reuse, place: int) -> Call:
    """A call of the module of a reuse."""
    return context.modules[reuse.path].calls[place]


def span_of(context: Context, reuse: Reuse) -> Span:
    """Where the key is used again: the call, or the argument that keeps it."""
    span = called(context, reuse, reuse.second).span
    source = context.repository.source(reuse.path) if reuse.keyword else None
    if source is None:
        return span
    argument = re.compile(rf"\b{reuse.keyword}\s*=\s*{re.escape(reuse.name)}(?![\w.])")
    lines = source.text.split("\n")
    for line in range(span.line, span.end_line + 1):
        start = span.column - 1 if line == span.line else 0
        found = argument.search(lines[line - 1], start)
        if found is not None:
            return Span(line, found.start() + 1, line, found.end() + 1)
    return span


def told(context: Context, reuse: Reuse) -> str:
    """What a reuse does."""
    name = called(context, reuse, reuse.second).name
    if reuse.first == reuse.second:
        return f"`{reuse.name}` is the same in each round, so `{name}` gives the same each time"
    first = called(context, reuse, reuse.first)
    line = context.facts.place_of(reuse.path, first.span).line
    before = f"which `{first.name}` on line {line} has used up"
    if reuse.keyword:
        return f"`{name}` keeps `{reuse.name}`, {before}"
    return f"`{name}` uses `{reuse.name}` again, {before}"


RULES: tuple[type[Rule], ...] = (ReusedKey,)
