"""RNG: seeds that are another one in each run, or the same one again and again."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.bindings import tested
from repro_lint.flow.cosmetic import is_cosmetic
from repro_lint.flow.draws import seed_argument
from repro_lint.flow.loops import looped_calls
from repro_lint.flow.seed_sources import NO_SOURCE, seed_source
from repro_lint.flow.seed_tests import is_seed_test
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, takes_effect
from repro_lint.syntax.index import Compound, Evaluate, Literal, Name
from repro_lint.syntax.values import is_none, unpacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.uses import Use
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, Value

MAIN_NAMES = ("", "main", "run", "train", "__init__", "__main__")


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
            found = seed_source(context, known, given) if given is not None else NO_SOURCE
            where = context.facts.place_of(known.path, known.call.span)
            if found.name and not is_cosmetic(context.facts, known.path, known.place):
                unless = " unless a seed is set" if found.is_default else ""
                message = f"`{known.call.name}` is seeded from `{found.name}`, so each run differs"
                logged = isinstance(given, Name) and is_recorded(context, known, given)
                sure = Confidence.MEDIUM if found.is_default else Confidence.HIGH
                meant = logged or makes_seed(context, known)
                yield self.at(where, message + unless, confidence=Confidence.LOW if meant else sure)
            elif not found.name and self.omits_seed(context, known, given):
                message = f"`{known.call.name}` gets no seed, so each run starts from other numbers"
                yield self.at(where, message, confidence=Confidence.MEDIUM)

    def omits_seed(self, context: Context, known: Known, given: Value | None) -> bool:
        """Whether a global stream is seeded with nothing; workers may be, so as to differ."""
        if known.fact.role != "seed" or known.fact.omitted != "entropy" or unpacks(known.call):
            return False
        function = context.facts.function(known.path, known.call.function)
        if not is_none(given) or WORKER_NAME.search(function.name):
            return False
        # Where people ask for no seed, they get none.
        index = context.modules[known.path]
        return not any(
            isinstance(operation, Evaluate)
            and operation.call == known.place
            and test is not None
            and is_seed_test(index, test)
            for operation, test, _ in tested(function.body)
        )


def makes_seed(context: Context, known: Known) -> bool:
    """Whether a private generator stands in a function that is there to think up a seed."""
    function = context.facts.function(known.path, known.call.function)
    return known.fact.role == "generator" and function.name.lower().endswith("_seed")


WORKER_NAME = pattern(r"worker|init_fn|fork|process|child", re.IGNORECASE)
RECORDING = frozenset(
    ("print", "info", "debug", "log", "warning", "write", "dump", "log_param", "save")
)


def is_recorded(context: Context, known: Known, name: Name) -> bool:
    """Whether a seed is printed, logged or saved, so that the run can be repeated."""
    uses = context.facts.uses(known.path)
    return any(
        records(context, known.path, use) for use in uses.of_name(known.call.function, name.text)
    )


def records(context: Context, path: str, use: Use) -> bool:
    """Whether one use of a seed writes it down, through `str()` too."""
    if use.kind == "assigned":
        target = getattr(use.operation, "target", None)
        return isinstance(target, Compound) and target.kind == "Subscript"
    if use.kind != "argument":
        return False
    call = context.modules[path].calls[use.call]
    if call.target == "builtins.str":
        return any(records(context, path, u) for u in context.facts.uses(path).of_result(use.call))
    return call.name.rpartition(".")[2] in RECORDING


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
            return draws_in(context, known, inside.__contains__)
    return False


def called_in_loop(context: Context, known: Known) -> bool:
    """Whether a call in a loop runs the function that holds a seeding call."""
    function = context.facts.function(known.path, known.call.function)
    bare = function.name.rpartition(".")[2]
    for path, place in context.program.calls_beside(known.path, bare):
        target = context.program.callee(path, place)
        if target is not None and target[1:3] == (known.path, known.call.function):
            caller = context.modules[path].calls[place].function
            body = context.modules[path].functions[caller].body
            if any(place in places for places in looped_calls(body)):
                return True
    return False


def draws_in(context: Context, known: Known, wanted: Callable[[Call], bool]) -> bool:
    """Whether a call that is wanted draws from a stream that a seeding call seeds."""
    return any(
        draw.path == known.path
        and draw.fact.library not in OWN_RULES
        and takes_effect(context, draw)
        and set(draw.fact.streams) & set(known.fact.streams)
        and wanted(draw.call)
        for draw in context.facts.role("draw")
    )


RULES: tuple[type[Rule], ...] = (EntropySeed, ConstantReseed)
