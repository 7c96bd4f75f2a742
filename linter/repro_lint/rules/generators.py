"""RNG: private generators and searches that start from fresh entropy."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.cosmetic import is_cosmetic, is_in_cosmetic_code
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, takes_effect
from repro_lint.syntax.index import Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.objects import Fate
    from repro_lint.flow.uses import Use
    from repro_lint.rules.base import Context


# Of these libraries other rules tell which parameter to give.
NAMED_ELSEWHERE = OWN_RULES | {"scipy"}
OWN_KINDS = frozenset(("environment", "search"))
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
        comments: dict[str, frozenset[int]] = {}
        for known in context.facts.role("generator"):
            if known.fact.library in NAMED_ELSEWHERE or known.fact.kind in OWN_KINDS:
                continue
            # What takes no seed, as `random.SystemRandom`, is meant to differ.
            differs = known.fact.streams == ("entropy",) and known.fact.parameter
            if not differs or not takes_effect(context, known):
                continue
            fate = objects.fate(known.path, known.place)
            if is_excused(fate) or is_only_shown(context, known, fate):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` has no seed, so its numbers differ in each run"
            if known.path not in comments:
                comments[known.path] = meant(context, known.path)
            wanted = known.call.span.end_line in comments[known.path]
            confidence = Confidence.LOW if wanted else Confidence.HIGH
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


def meant(context: Context, path: str) -> frozenset[int]:
    """The lines of a module with a comment that numbers shall differ."""
    source = context.repository.source(path)
    lines = source.text.split("\n") if source else []
    return frozenset(number for number, line in enumerate(lines, 1) if MEANT.search(line))


def is_only_shown(context: Context, known: Known, fate: Fate) -> bool:
    """Whether all that a generator draws is cosmetic, such as names of files."""
    if fate.draws:
        return all(is_cosmetic(context.facts, *draw) for draw in fate.draws)
    return is_in_cosmetic_code(context.facts, known.path, known.place)


class UnseededSearch(Rule):
    """A search over hyper-parameters that samples differently in each run."""

    code = "RNG017"
    name = "unseeded-search"
    severity = Severity.HIGH
    remedy = "give the sampler a seed"

    def applies(self, context: Context) -> bool:
        """Judge repositories that search."""
        return any(is_search(k) for role in ROLES for k in context.facts.role(role))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield samplers and studies without a seed."""
        from repro_lint.flow.objects import Objects  # noqa: PLC0415  few repositories need it

        objects = Objects(context.facts)
        for role in ROLES:
            for known in context.facts.role(role):
                if not is_search(known) or not takes_effect(context, known):
                    continue
                if role == "generator" and known.call.name.rpartition(".")[2] != "fmin":
                    fate = objects.fate(known.path, known.place)
                    if is_excused(fate) or gets_sampler(context, known):
                        continue
                    if known.fact.parameter == "sampler" and is_only_read(context, known):
                        continue
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{known.call.name}` has no seed: no global seed reaches its sampler"
                yield self.at(where, message)


def is_search(known: Known) -> bool:
    """Whether a call makes or runs a search that starts from fresh entropy."""
    fact = known.fact
    return (
        fact.kind == "search"
        and fact.streams == ("entropy",)
        and fact.name.rpartition(".")[2] not in EXHAUSTIVE
    )


def is_only_read(context: Context, known: Known) -> bool:
    """Whether a study is made to look at the trials that it has stored."""
    uses = context.facts.uses(known.path)
    waiting: list[Use] = []
    for use in uses.of_result(known.place):
        name = name_of(use)
        waiting += [use] if not name else uses.everywhere(name)
    return not any(use.kind != "receiver" or use.detail in RUNNING for use in waiting)


def name_of(use: Use) -> str:
    """The name without dots that a use gives to a value, "" if none."""
    target = getattr(use.operation, "target", None)
    if use.kind != "assigned" or not isinstance(target, Name) or "." in target.text:
        return ""
    return target.text


def gets_sampler(context: Context, known: Known) -> bool:
    """Whether a study gets another sampler after it is made: `study.sampler = ...`."""
    for use in context.facts.uses(known.path).of_result(known.place):
        target = getattr(use.operation, "target", None)
        body = context.facts.function(known.path, use.function).body
        if isinstance(target, Name) and any(
            assignment.target == Name(target.text + ".sampler") for assignment in assignments(body)
        ):
            return True
    return False


ROLES = ("generator", "draw")
# Methods by which a study asks its sampler.
RUNNING = frozenset(("optimize", "ask"))
# What tries every point tries the same ones in each run, if in another order.
EXHAUSTIVE = frozenset(("BruteForceSampler",))
RULES: tuple[type[Rule], ...] = (UnseededGenerator, ConstantGenerator, UnseededSearch)
