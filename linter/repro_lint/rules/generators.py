"""RNG: private generators and searches that start from fresh entropy."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, takes_effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.objects import Fate
    from repro_lint.rules.base import Context


# Of these libraries other rules tell which parameter to give.
NAMED_ELSEWHERE = OWN_RULES | {"scipy"}
MEANT = pattern(
    r"#.*(entropy|unseeded|not seeded|no seed|non-?determin|intention|on purpose)", re.IGNORECASE
)


class UnseededGenerator(Rule):
    """A private generator that starts from fresh entropy."""

    code = "RNG006"
    name = "unseeded-generator"
    severity = Severity.HIGH
    remedy = "give the generator a seed"

    def applies(self, context: Context) -> bool:
        """Judge repositories that make generators."""
        return bool(context.facts.role("generator"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield generators made without a seed that nothing seeds later."""
        from repro_lint.flow.objects import Objects  # noqa: PLC0415  few repositories need it

        objects = Objects(context.facts)
        for known in context.facts.role("generator"):
            if known.fact.library in NAMED_ELSEWHERE or known.fact.streams != ("entropy",):
                continue
            # What takes no seed, as `random.SystemRandom`, is meant to differ.
            if not known.fact.parameter or not takes_effect(context, known):
                continue
            fate = objects.fate(known.path, known.place)
            if is_excused(fate) or is_only_shown(context, known, fate):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` has no seed, so its numbers differ in each run"
            confidence = Confidence.LOW if is_meant(context, known) else Confidence.HIGH
            yield self.at(where, message, confidence=confidence)


class ConstantGenerator(Rule):
    """A torch generator that keeps its built-in seed."""

    code = "RNG007"
    name = "default-generator-seed"
    severity = Severity.LOW
    remedy = "call manual_seed on the generator"

    def applies(self, context: Context) -> bool:
        """Judge repositories that make generators."""
        return bool(context.facts.role("generator"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield generators with a fixed first state that nothing seeds."""
        from repro_lint.flow.objects import Objects  # noqa: PLC0415  few repositories need it

        objects = Objects(context.facts)
        for known in context.facts.role("generator"):
            if known.fact.library != "torch" or known.fact.streams != ("fixed",):
                continue
            if is_excused(objects.fate(known.path, known.place)):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` keeps its built-in seed: no seed option reaches it"
            yield self.at(where, message)


def is_excused(fate: Fate) -> bool:
    """Whether a generator is seeded later, stands in for another, or is never used."""
    return fate.seeded or fate.fallback or not fate.used


def is_meant(context: Context, known: Known) -> bool:
    """Whether a comment on the line says that the numbers shall differ."""
    source = context.repository.source(known.path)
    line = source.text.split("\n")[known.call.span.end_line - 1] if source else ""
    return bool(MEANT.search(line))


def is_only_shown(context: Context, known: Known, fate: Fate) -> bool:
    """Whether all that a generator draws is cosmetic, such as names of files."""
    if is_cosmetic(context.facts, known.path, known.place):
        return True
    return bool(fate.draws) and all(is_cosmetic(context.facts, *draw) for draw in fate.draws)


class UnseededSearch(Rule):
    """A search over hyper-parameters that samples differently in each run."""

    code = "RNG017"
    name = "unseeded-search"
    severity = Severity.HIGH
    remedy = "give the sampler a seed"

    def applies(self, context: Context) -> bool:
        """Judge repositories that search."""
        return any(k.fact.library in SEARCHES for k in context.facts.role("generator"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield samplers and studies without a seed."""
        for role in ("generator", "draw"):
            for known in context.facts.role(role):
                if known.fact.library not in SEARCHES or known.fact.streams != ("entropy",):
                    continue
                if takes_effect(context, known):
                    where = context.facts.place_of(known.path, known.call.span)
                    message = f"`{known.call.name}` has no seed: no global seed reaches its sampler"
                    yield self.at(where, message)


SEARCHES = frozenset(("optuna", "hyperopt", "skopt", "ray", "nevergrad"))
RULES: tuple[type[Rule], ...] = (UnseededGenerator, ConstantGenerator, UnseededSearch)
