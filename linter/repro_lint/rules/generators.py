"""RNG: private generators and searches that start from fresh entropy."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Finding, Severity
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.operations import assignments
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, takes_effect
from repro_lint.syntax.index import Name, Result
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context


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
        for known in context.facts.role("generator"):
            if known.fact.library in OWN_RULES or known.fact.streams != ("entropy",):
                continue
            if not known.fact.parameter:  # It takes no seed, as `random.SystemRandom`.
                continue
            if not takes_effect(context, known) or is_fallback(context, known):
                continue
            if is_seeded_later(context, known) or is_cosmetic(
                context.facts, known.path, known.place
            ):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            yield self.at(
                where, f"`{known.call.name}` has no seed, so its numbers differ in each run"
            )


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
        for known in context.facts.role("generator"):
            if known.fact.library != "torch" or known.fact.streams != ("fixed",):
                continue
            if is_seeded_later(context, known) or is_fallback(context, known):
                continue
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` keeps its built-in seed: no seed option reaches it"
            yield self.at(where, message)


SEEDING_METHODS = frozenset(
    ("seed", "manual_seed", "set_state", "setstate", "set_seed", "__setstate__")
)


def is_fallback(context: Context, known: Known) -> bool:
    """Whether a generator is only made where the caller gave none."""
    function = context.facts.function(known.path, known.call.function)
    parameters = {parameter.name for parameter in function.parameters}
    for use in context.facts.uses(known.path).of_result(known.place):
        if any(getattr(c, "kind", "") in ("BoolOp", "IfExp") for c in use.containers):
            return True
        operation = use.operation
        if use.kind == "returned" and parameters:
            return True
        target = getattr(operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Name) and target.text in parameters:
            return True
    return False


def is_seeded_later(context: Context, known: Known) -> bool:
    """Whether a generator is seeded after it is made, or handed to code that may do so."""
    uses = context.facts.uses(known.path)
    for use in uses.of_result(known.place):
        if use.kind == "receiver" and use.detail in SEEDING_METHODS:
            return True
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Name):
            return name_is_seeded(context, known.path, target.text) or made_again(
                context, known, target
            )
    return False


def made_again(context: Context, known: Known, target: Name) -> bool:
    """Whether the module elsewhere puts a generator with a seed under the same name."""
    index = context.modules[known.path]
    targets = [target]
    if index.functions[known.call.function].kind == "class":
        targets.append(Name("self." + target.text))
    for function in index.functions:
        for made in assignments(function.body):
            if made.target in targets and isinstance(made.value, Result):
                call = index.calls[made.value.call]
                seeded = any(not is_none(argument) for argument in call.arguments)
                if call.target == known.call.target and seeded:
                    return True
    return False


def name_is_seeded(context: Context, path: str, name: str) -> bool:
    """Whether some code of a module seeds what a name holds, or hands it to a function here."""
    program = context.program
    uses = context.facts.uses(path)
    for use in (*uses.everywhere(name), *uses.everywhere(name + ".bit_generator")):
        if use.kind == "receiver" and use.detail in SEEDING_METHODS:
            return True
        if use.kind == "argument":
            target = program.callee(path, use.call)
            if target is not None and target.kind == "function":
                return True
    return False


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
