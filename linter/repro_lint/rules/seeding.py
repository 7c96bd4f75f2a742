"""RNG: draws from shared streams, and seeds that do not do what they seem to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_lint.findings import Confidence, Finding, Severity, Step
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.draws import entropy_source, seed_argument
from repro_lint.flow.loops import looped_calls
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.status import UNREACHED
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Branch, Evaluate, Literal, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Known
    from repro_lint.flow.seeds import Verdict
    from repro_lint.flow.transfer import Exposure
    from repro_lint.knowledge.model import Api
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Value

# Draws through these libraries have rules of their own, which name the parameter to set.
OWN_RULES = frozenset(
    ("scikit-learn", "pandas", "datasets", "optuna", "hyperopt", "skopt", "gymnasium")
)
DEFERRED = frozenset(("augmentation", "dropout", "sampler", "collator"))
MAIN_NAMES = ("", "main", "run", "train", "__init__", "__main__")


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
                shown.sort(key=lambda exposure: is_deferred(context, exposure))
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
        steps = trace(context, verdict.entry, first)
        found = self.at(
            steps[-1].location, message, confidence=ENTRY_CONFIDENCE[verdict.entry.kind], group=group
        )
        sites = tuple(trace(context, verdict.entry, e)[-1].location for e in shown)
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
        if not surely_draws(context, known):
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
        if parameter:
            reason, confidence = f"though `{parameter}` is given to this code", Confidence.HIGH
        else:
            near = context.draws.seeded_near(path, stream)
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


ENTRY_CONFIDENCE = {
    "training": Confidence.HIGH,
    "data": Confidence.HIGH,
    "notebook": Confidence.HIGH,
    "evaluation": Confidence.MEDIUM,
    "smoke": Confidence.LOW,
    "library": Confidence.LOW,
}
DATA_DRAWS = frozenset(
    "sample shuffle choice choices permutation permuted randperm random_split".split()
)
TRIAL_NAME = pattern(r"(^|[._])(_?tests?|demo|example|main|benchmark|profile\w*)(_|$)", re.IGNORECASE)


def draws_data(known: Known) -> bool:
    """Whether what is drawn may decide which data are used."""
    return known.call.name.rpartition(".")[2] in DATA_DRAWS


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


def surely_draws(context: Context, known: Known) -> bool:
    """Whether a call draws now, without a seed of its own."""
    return any(
        event.kind == "draw" and event.fact == known.fact
        for event in context.seed_flow.events(known.path, known.place)
    )


def is_worth_telling(context: Context, entry: Entry, exposure: Exposure) -> bool:
    """Leave out what has its own rule, what is cosmetic, and weights that nobody trains."""
    site = exposure.trace[-1]
    facts = [
        event.fact
        for event in context.seed_flow.events(site.path, site.call)
        if event.kind == "draw" and event.fact is not None and exposure.stream in event.streams
    ]
    if not facts or all(fact.library in OWN_RULES or fact.effect == "draws" for fact in facts):
        return False
    if entry.kind != "training" and all(is_initialisation(fact) for fact in facts):
        return False
    if is_deferred(context, exposure) and (
        entry.kind != "training" or seeds_somewhere(context, entry, exposure.stream)
    ):
        return False
    return not is_cosmetic(context.facts, site.path, site.call)


def seeds_somewhere(context: Context, entry: Entry, stream: str) -> bool:
    """Whether any module that a run imports may seed a stream, early or late."""
    paths = context.program.reached[entry.path]
    return any(stream in context.draws.seeded_in(path) for path in paths)


def is_initialisation(fact: Api) -> bool:
    """Whether a draw only gives weights their first values, or switches units off."""
    return fact.kind in ("layer", "initialiser", "dropout")


def trace(context: Context, entry: Entry, exposure: Exposure) -> tuple[Step, ...]:
    """The calls from an entry to a draw, each where it stands."""
    steps = []
    for site in exposure.trace:
        call = context.modules[site.path].calls[site.call]
        steps.append(Step(context.facts.place_of(site.path, call.span), call.name or "call"))
    return tuple(steps)


class EntropySeed(Rule):
    """A seed that is another one in each run."""

    code = "RNG005"
    name = "entropy-seed"
    severity = Severity.HIGH
    remedy = "take the seed from the configuration"

    def applies(self, context: Context) -> bool:
        """Judge repositories that seed something."""
        return bool(context.facts.role("seed") or context.facts.role("generator"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield seeding calls whose seed comes from the clock, the process or nothing."""
        for known in (*context.facts.role("seed"), *context.facts.role("generator")):
            given = seed_argument(known.call, known.fact)
            source = self.source(context, known, given)
            if source:
                message = f"`{known.call.name}` is seeded from `{source}`, so each run differs"
                where = context.facts.place_of(known.path, known.call.span)
                logged = isinstance(given, Name) and is_recorded(context, known, given)
                yield self.at(
                    where, message, confidence=Confidence.LOW if logged else Confidence.HIGH
                )

    def source(self, context: Context, known: Known, given: Value | None) -> str:
        """The call behind a seed that differs in each run, "" if there is none."""
        index = context.modules[known.path]
        if isinstance(given, Name):
            values = assigned_values(context, known, given)
            fallback = is_only_default(context, known, given)
            given = values[0] if len(values) == 1 and not fallback else None
        return entropy_source(index, given) if given is not None else ""


def assigned_values(context: Context, known: Known, name: Name) -> list[Value]:
    """The values that the function of a call assigns to a name."""
    body = context.facts.function(known.path, known.call.function).body
    return [operation.value for operation in assignments(body) if operation.target == name]


def is_only_default(context: Context, known: Known, name: Name) -> bool:
    """Whether a seed is an option, and only where it is not given another value takes its place."""
    function = context.facts.function(known.path, known.call.function)
    if any(parameter.name == name.text for parameter in function.parameters):
        return True
    return any(
        isinstance(operation, Branch)
        and name.text in names_inside(operation.test)
        and any(made.target == name for made in assignments((operation,)))
        for operation in every(function.body)
    )


RECORDING = frozenset(("print", "info", "debug", "log", "warning", "write", "dump", "log_param", "save"))


def is_recorded(context: Context, known: Known, name: Name) -> bool:
    """Whether a seed is printed, logged or saved, so that the run can be repeated."""
    uses = context.facts.uses(known.path).of_name(known.call.function, name.text)
    calls = context.modules[known.path].calls
    return any(
        use.kind == "argument" and calls[use.call].name.rpartition(".")[2] in RECORDING
        for use in uses
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
        for known in context.facts.role("generator"):
            if known.fact.library in OWN_RULES or known.fact.streams != ("entropy",):
                continue
            if not makes_unseeded(context, known) or is_fallback(context, known):
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


SEEDING_METHODS = frozenset(("seed", "manual_seed", "set_state", "setstate", "set_seed", "__setstate__"))


def makes_unseeded(context: Context, known: Known) -> bool:
    """Whether a call surely makes a generator without a seed."""
    return any(
        event.kind == "generator" and event.fact == known.fact
        for event in context.seed_flow.events(known.path, known.place)
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
    for function in index.functions:
        for made in assignments(function.body):
            if made.target == target and isinstance(made.value, Result):
                call = index.calls[made.value.call]
                if call.target == known.call.target and call.arguments:
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


LOOPED = "in each round of a loop, so each round draws the same numbers"


class ConstantReseed(Rule):
    """The same seed set again and again, so that draws repeat."""

    code = "RNG010"
    name = "repeated-constant-seed"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    remedy = "seed once, or use a local generator"

    def applies(self, context: Context) -> bool:
        """Judge repositories that seed something."""
        return bool(context.facts.role("seed"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield constant seeds inside a loop or a drawing function."""
        for known in context.facts.role("seed"):
            if not isinstance(seed_argument(known.call, known.fact), Literal):
                continue
            if known.fact.omitted == "" and not known.fact.streams:
                continue
            reason = self.reason(context, known)
            if reason:
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{known.call.name}` sets the same seed {reason}"
                # Equal starts for what a loop compares are often meant.
                confidence = Confidence.LOW if reason is LOOPED else Confidence.MEDIUM
                yield self.at(where, message, confidence=confidence)

    def reason(self, context: Context, known: Known) -> str:
        """Why draws repeat after a constant seed, "" if they do not."""
        if drawing_loop(context, known):
            return LOOPED
        function = context.facts.function(known.path, known.call.function)
        if function.kind != "function" or function.name.rpartition(".")[2] in MAIN_NAMES:
            return ""
        if known.path.endswith(".ipynb") or not called_in_loop(context, known):
            return ""
        if draws_in(context, known, lambda call: call.function == known.call.function):
            return "in each call of a function that runs in a loop"
        return ""


def drawing_loop(context: Context, known: Known) -> bool:
    """Whether the innermost loop around a seeding call also draws from its stream."""
    function = context.facts.function(known.path, known.call.function)
    for places in looped_calls(function.body):
        if known.place in places:
            calls = context.modules[known.path].calls
            inside = {calls[place] for place in places}
            return draws_in(context, known, lambda call: call in inside)
    return False


def called_in_loop(context: Context, known: Known) -> bool:
    """Whether a call in a loop runs the function that holds a seeding call."""
    for path, index in context.facts.modules.items():
        for function in index.functions:
            for places in looped_calls(function.body):
                for place in places:
                    target = context.program.callee(path, place)
                    if target is not None and target[1:3] == (known.path, known.call.function):
                        return True
    return False


def draws_in(context: Context, known: Known, wanted: object) -> bool:
    """Whether a call that is wanted draws from a stream that a seeding call seeds."""
    return any(
        draw.path == known.path
        and draw.fact.library not in OWN_RULES
        and surely_draws(context, draw)
        and set(draw.fact.streams) & set(known.fact.streams)
        and wanted(draw.call)  # type: ignore[operator]
        for draw in context.facts.role("draw")
    )


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
                events = context.seed_flow.events(known.path, known.place)
                if any(event.kind == role and event.fact == known.fact for event in events):
                    where = context.facts.place_of(known.path, known.call.span)
                    message = f"`{known.call.name}` has no seed: no global seed reaches its sampler"
                    yield self.at(where, message)


SEARCHES = frozenset(("optuna", "hyperopt", "skopt", "ray", "nevergrad"))
RULES: tuple[type[Rule], ...] = (
    UnseededDraw,
    EntropySeed,
    UnseededGenerator,
    ConstantGenerator,
    ConstantReseed,
    UnseededSearch,
)
