"""RNG: numbers of the system that decide which data are used, or their order."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Context


class SystemEntropy(Rule):
    """A choice of data that no seed reaches."""

    code = "RNG015"
    name = "system-entropy"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "draw from a seeded generator"

    def applies(self, context: Context) -> bool:
        """Judge repositories that ask the system for numbers, or for addresses of objects."""
        called = context.program.calls_named
        return any(name in called for name in SORTING) or any(
            target in ASKED or target.startswith(("uuid.", "secrets.", "random.SystemRandom"))
            for targets in context.program.targets.values()
            for target in targets
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls whose numbers decide an order, a choice, a bucket or a seed."""
        from repro_lint.flow.entropy import Entropy  # noqa: PLC0415  few repositories need it

        for decision in Entropy(context.facts).decisions():
            call = context.modules[decision.path].calls[decision.place]
            where = context.facts.place_of(decision.path, call.span)
            named = "id" if call.keyword("key") is not None else call.name
            yield self.at(where, f"`{named}` {decision.what}, and no seed reaches it")


ASKED = frozenset(("os.urandom", "os.getrandom", "builtins.id"))
SORTING = ("sorted", "sort", "nsmallest", "nlargest")
RULES: tuple[type[Rule], ...] = (SystemEntropy,)
