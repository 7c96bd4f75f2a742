"""Which exposed draws are worth a finding, and the way from an entry to them."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Step
from repro_lint.flow.control import DEFERRED
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.draws import is_random
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import every
from repro_lint.flow.overwritten import is_overwritten
from repro_lint.flow.status import SEED_PARAMETER
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Branch, Compound, Evaluate, Name
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Known
    from repro_lint.flow.transfer import Exposure, Site
    from repro_lint.flow.uses import Container
    from repro_lint.knowledge.model import Api
    from repro_lint.rules.base import Context

# Draws through these libraries have rules of their own, which name the parameter to set.
OWN_RULES = frozenset(
    ("scikit-learn", "pandas", "datasets", "optuna", "hyperopt", "skopt", "gymnasium")
)
SEED_NAME = pattern(r"(^|[._])seeds?(_|$)", re.IGNORECASE)
TRIAL_NAME = pattern(
    r"(^|[._])(_?tests?|demo|example|main|benchmark|profile\w*)(_|$)", re.IGNORECASE
)

# Files that tell how fast code is, draw or write out the graph of a model, and what makes
# numbers for a model to work on.
SPEED_PATH = pattern(
    r"(^|/)(benchmarks?|profiling)/|(^|[/_-])(benchmark\w*|profile\w*|latency|throughput|speed|flops"
    r"|\w*onnx\w*|torchscript|visuali[sz]e_(graph|model|net\w*|arch\w*))[^/]*\.py$",
    re.IGNORECASE,
)
FRESH_NUMBERS = frozenset(
    ("rand", "randn", "randint", "random", "random_sample", "normal", "uniform", "standard_normal")
)


def only_without(context: Context, known: Known, parameter: str) -> bool:
    """Whether a draw only happens, or only makes a seed, where a seed parameter is not given."""
    uses = context.facts.uses(known.path)
    for use in uses.of_result(known.place):
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Name) and target.text == parameter:
            return True
    body = context.facts.function(known.path, known.call.function).body
    for operation in every(body):
        if isinstance(operation, Branch) and parameter in names_inside(operation.test):
            inside = (*every(operation.body), *every(operation.orelse))
            if any(isinstance(o, Evaluate) and o.call == known.place for o in inside):
                return True
    return False


def is_deferred(context: Context, exposure: Exposure) -> bool:
    """Whether a call only makes something that draws later, when data are read or trained on."""
    site = exposure.trace[-1]
    events = context.seed_flow.events(site.path, site.call)
    return all(event.fact is not None and event.fact.kind in DEFERRED for event in events)


def in_trial(context: Context, known: Known) -> bool:
    """Whether a draw belongs to a function that only tries something out."""
    return bool(TRIAL_NAME.search(context.facts.function(known.path, known.call.function).name))


def takes_effect(context: Context, known: Known) -> bool:
    """Whether a call surely does what the fact says: draws, or makes a generator, unseeded."""
    if (known.path, known.place) in context.program.estimators.trainings:
        return is_random(known.call, known.fact)
    events = context.seed_flow.events(known.path, known.place)
    return any(event.fact == known.fact for event in events)


def is_worth_telling(context: Context, entry: Entry, exposure: Exposure) -> bool:
    """Leave out what has its own rule, what is cosmetic, and weights that nobody trains."""
    site = exposure.trace[-1]
    if TEST_PATH.search(site.path) or is_seed_fallback(context, site):
        return False
    facts = [
        event.fact
        for event in context.seed_flow.events(site.path, site.call)
        if event.kind == "draw" and event.fact is not None and exposure.stream in event.streams
    ]
    if not facts or all(is_told_elsewhere(fact) or is_harmless(fact) for fact in facts):
        return False
    if (all(is_initialisation(fact) for fact in facts) or is_parameter(context, site)) and (
        entry.kind != "training" or is_overwritten(context.facts, exposure.trace)
    ):
        return False
    if is_deferred(context, exposure) and (
        entry.kind != "training" or seeds_somewhere(context, entry, exposure.stream)
    ):
        return False
    return not is_cosmetic(context.facts, site.path, site.call)


def only_measures(context: Context, entry: Entry, exposures: list[Exposure]) -> bool:
    """Whether a run looks at speed or structure, and only draws the numbers to work on."""
    if not SPEED_PATH.search(entry.path):
        return False
    calls = [context.modules[e.site.path].calls[e.site.call] for e in exposures]
    return all(call.name.rpartition(".")[2] in FRESH_NUMBERS for call in calls)


def is_parameter(context: Context, site: Site) -> bool:
    """Whether a draw only gives a parameter of a model its first value."""
    calls = context.modules[site.path].calls
    uses = context.facts.uses(site.path).of_result(site.call)
    return bool(uses) and all(
        use.kind == "argument" and calls[use.call].name.rpartition(".")[2] == "Parameter"
        for use in uses
    )


def makes_seed(context: Context, known: Known) -> bool:
    """Whether a draw is only kept as a seed: what draws with it is judged, not this."""
    uses = context.facts.uses(known.path).of_result(known.place)
    targets = [getattr(use.operation, "target", None) for use in uses]
    return bool(targets) and all(
        isinstance(target, Name) and SEED_NAME.search(target.text) for target in targets
    )


def is_told_elsewhere(fact: Api) -> bool:
    """Whether the draws of a library have rules of their own."""
    return fact.library in OWN_RULES


def is_harmless(fact: Api) -> bool:
    """Whether a draw changes no result: it only moves the stream, or lays out a picture."""
    return fact.effect == "draws" or fact.kind == "layout"


def is_seed_fallback(context: Context, site: Site) -> bool:
    """Whether a draw only gives the seed where none is given: `args.seed or randint(...)`."""
    uses = context.facts.uses(site.path).of_result(site.call)
    return bool(uses) and all(
        any(chooses_seed(container) for container in use.containers) for use in uses
    )


def chooses_seed(container: Container) -> bool:
    """Whether an expression takes a seed where there is one, else something else."""
    if not isinstance(container, Compound) or container.kind not in ("BoolOp", "IfExp"):
        return False
    names = names_inside(container.parts[0])
    return any(SEED_PARAMETER.match(name.rpartition(".")[2]) for name in names)


def seeds_somewhere(context: Context, entry: Entry, stream: str) -> bool:
    """Whether any module that a run imports may seed a stream, early or late."""
    paths = context.program.reached[entry.path]
    return any(stream in context.draws.seeded_in(path) for path in paths)


def is_initialisation(fact: Api) -> bool:
    """Whether a draw only gives weights their first values, or switches units off."""
    return fact.kind in ("layer", "initialiser", "dropout")


def trace(context: Context, exposure: Exposure) -> tuple[Step, ...]:
    """The calls from an entry to a draw, each where it stands."""
    steps = []
    for site in exposure.trace:
        call = context.modules[site.path].calls[site.call]
        steps.append(Step(context.facts.place_of(site.path, call.span), call.name or "call"))
    return tuple(steps)
