"""RNG: seeds of streams that nothing draws from, and library code that seeds for its callers."""

from __future__ import annotations

import re
import sys

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.draws import SHARED, seed_argument
from repro_lint.flow.modules import folder_of, joined
from repro_lint.flow.transfer import mask
from repro_lint.flow.words import text_of
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.exposure import OWN_RULES, is_worth_telling, takes_effect
from repro_lint.syntax.index import Name
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Known
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Function

# What may draw from a stream without a call that can be seen: any mention but these.
# Each begins with a plain word: texts are searched for that word at once.
MENTIONS = {
    "python": pattern(
        r"random(?:(?<![.\w]random)\.(?!seed\b|Random\b|SystemRandom\b|getstate\b|setstate\b)\w"
        r"|(?<=from random) import|(?<=import random) as)"
    ),
    "numpy": pattern(
        r"random(?:(?:(?<=\bnp\.random)|(?<=\bnumpy\.random))\.(?!seed\b|default_rng\b"
        r"|Generator\b|RandomState\b|get_state\b|set_state\b|SeedSequence\b)\w"
        r"|(?<=from numpy import random)|(?<=from numpy\.random) import|(?<=import numpy\.random))"
    ),
}
SEEDER_NAME = pattern(
    r"seed|determinis|reproduc|random_state|_rng|set_random|init_random|worker|setup|init_env"
    r"|fork|freeze|fix_|main|run|train|fit|evaluate|experiment|test|demo|example|benchmark",
    re.IGNORECASE,
)
SCRIPT_FOLDER = pattern(
    r"(^|/)(examples?|scripts?|benchmarks?|demos?|tutorials?|notebooks?|docs?|tools?|experiments?"
    r"|projects?|recipes?|bin|contrib)/"
)
STATE = pattern(r"get_state|getstate|get_rng_state|set_rng_state|set_state|setstate|fork_rng")
DOCUMENTED = pattern(r'("""|\'\'\').{0,400}?(\bseeds?\b|reproducib|determinis)', re.DOTALL)


class WrongStream(Rule):
    """One stream is seeded, another one is drawn from."""

    code = "RNG009"
    name = "wrong-stream"
    severity = Severity.MEDIUM
    remedy = "seed the stream that is drawn from"

    def applies(self, context: Context) -> bool:
        """Judge repositories that run and seed something."""
        return bool(context.program.entries and context.facts.role("seed"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield seeds of streams from which nothing draws where another is drawn unseeded."""
        seen: set[tuple[str, int]] = set()
        for entry in context.program.entries:
            if entry.kind == "smoke":
                continue
            for known, stream in lone_seeds(context, entry):
                if (known.path, known.place) in seen or not is_idle(context, entry, stream):
                    continue
                drawn = unseeded_draw(context, entry, stream)
                if drawn:
                    seen.add((known.path, known.place))
                    label = knowledge().streams[stream].label
                    message = (
                        f"`{known.call.name}` seeds {label}, from which nothing draws"
                        f" in a run of `{entry.path}`; {drawn}"
                    )
                    where = context.facts.place_of(known.path, known.call.span)
                    yield self.at(where, message)._replace(entry=entry.path, stream=stream)


def lone_seeds(context: Context, entry: Entry) -> Iterator[tuple[Known, str]]:
    """The calls in a run that seed Python's or NumPy's stream and no other."""
    reached = context.program.reached[entry.path]
    for known in context.facts.role_in("seed", reached):
        streams = [stream for stream in known.fact.streams if stream != "keras"]
        if len(streams) == 1 and streams[0] in MENTIONS:
            yield known, streams[0]


def is_idle(context: Context, entry: Entry, stream: str) -> bool:
    """Whether nothing that a run loads can draw from a stream."""
    if context.seed_flow.summary(entry.path, 0, main=True).masks.drawn & mask((stream,)):
        return False
    reached = context.program.reached[entry.path]
    if any(stream in known.fact.streams for known in draws(context, reached)):
        return False
    return not any(may_draw(context, path, stream) for path in sorted(reached))


def draws(context: Context, paths: frozenset[str]) -> Iterator[Known]:
    """Every call of some modules that may draw, whatever its conditions."""
    for role in ("draw", "restore"):
        yield from context.facts.role_in(role, paths)


def may_draw(context: Context, path: str, stream: str) -> bool:
    """Whether a module mentions draws from a stream, or a library that may draw from it."""
    if MENTIONS[stream].search(context.repository.code(path)):
        return True
    for entry in context.modules[path].imports:
        if entry.module.startswith(".") or context.program.table.find(path, entry.module):
            continue
        head = entry.module.partition(".")[0]
        if head in sys.stdlib_module_names or head == "numpy":
            continue
        if knowledge().trait(head, "quiet") is None:
            return True
    return False


def unseeded_draw(context: Context, entry: Entry, idle: str) -> str:
    """What a run draws from another stream that nothing seeds, as words; "" if nothing."""
    reached = context.program.reached[entry.path]
    for known in context.facts.role_in("generator", reached):
        if "entropy" not in known.fact.streams:
            continue
        if takes_effect(context, known) and not known.fact.kind:
            return f"`{known.call.name}` takes no notice of it"
    for verdict in context.seed_flow.verdicts:
        if verdict.entry.path != entry.path or verdict.stream == idle:
            continue
        if any(verdict.stream in context.draws.seeded_in(path) for path in reached):
            continue
        for exposure in verdict.exposures:
            if is_worth_telling(context, entry, exposure):
                site = exposure.trace[-1]
                name = context.modules[site.path].calls[site.call].name
                label = knowledge().streams[verdict.stream].label
                return f"`{name}` draws from {label}, which nothing seeds"
    return ""


class LibrarySeed(Rule):
    """Code for others to import that seeds a stream of the whole process."""

    code = "RNG011"
    name = "library-seed"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    remedy = "draw from a generator of its own, made from the seed"

    def applies(self, context: Context) -> bool:
        """Judge repositories that seed something."""
        return bool(context.facts.role("seed"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first seed of each function that seeds only for its own draws."""
        seen: set[tuple[str, int]] = set()
        for known in context.facts.role("seed"):
            key = (known.path, known.call.function)
            if key in seen or not is_library(context, known.path):
                continue
            function = context.facts.function(*key)
            reason = why(context, known, function)
            if reason:
                seen.add(key)
                stream = next(stream for stream in known.fact.streams if stream in SHARED)
                label = knowledge().streams[stream].label
                message = f"`{known.call.name}` sets {label} for the whole program {reason}"
                where = context.facts.place_of(known.path, known.call.span)
                # A caller that hands a seed in knows of it, and may have no other plans.
                given = isinstance(seed_argument(known.call, known.fact), Name)
                asked = function.kind == "function" and given
                sure = Confidence.LOW if asked else Confidence.MEDIUM
                yield self.at(where, message, confidence=sure)._replace(stream=stream)


def is_library(context: Context, path: str) -> bool:
    """Whether a module belongs to a package and is none that people run."""
    if path.endswith(".ipynb") or SCRIPT_FOLDER.search(path):
        return False
    if joined(folder_of(path), "__init__.py") not in context.modules:
        return False
    return all(entry.path != path for entry in context.program.entries)


def why(context: Context, known: Known, function: Function) -> str:
    """Why a seed should stay inside a function, "" if it is there for its callers."""
    streams = set(known.fact.streams).intersection(SHARED)
    if not streams or known.fact.kind or is_none(seed_argument(known.call, known.fact)):
        return ""
    if function.kind == "module":
        guard = context.modules[known.path].main_guard
        line = known.call.span.line
        if guard is not None and guard.line <= line <= guard.end_line:
            return ""
        if known.path not in context.program.imported_somewhere:
            return ""
        return "as soon as this module is imported"
    if function.kind != "function" or SEEDER_NAME.search(function.name):
        return ""
    text = text_of(context.repository.code(known.path), function.span)
    if STATE.search(text) or DOCUMENTED.search(text):
        return ""
    for draw in context.facts.role("draw"):
        if (draw.path, draw.call.function) != (known.path, known.call.function):
            continue
        own_rule = draw.fact.library in OWN_RULES or not streams & set(draw.fact.streams)
        if not own_rule and takes_effect(context, draw):
            return f"to steer `{draw.call.name}` here"
    return ""


RULES: tuple[type[Rule], ...] = (WrongStream, LibrarySeed)
