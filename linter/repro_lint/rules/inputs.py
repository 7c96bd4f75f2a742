"""TRK and DAT: inputs that are chosen by their age, or written over."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.constants import given_to
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Assign, Lambda, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from repro_lint.flow.uses import Use, Uses
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import ModuleIndex, Value

AGE = pattern(r"(^|\.)(get[mca]time|stat)$")
CHOOSING = ("builtins.max", "builtins.min")
GLANCE = pattern(r"(^|\.)(print|stat|get[mca]time|getsize|info|debug|warning|log)$")
REMOVING = pattern(r"(^|\.)(remove|unlink|rmtree|rmdir|move)$")


class NewestInput(Rule):
    """An input that is the newest of some files."""

    code = "TRK003"
    name = "newest-input"
    severity = Severity.MEDIUM
    remedy = "take the name of the run or of the file from the configuration"

    def applies(self, context: Context) -> bool:
        """Judge repositories that choose among values."""
        return any(target in CHOOSING for target, _ in context.program.callees)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each choice by age, unless files are removed by it."""
        for (target, _), calls in context.program.callees.items():
            if target not in CHOOSING:
                continue
            for path, place in calls:
                call = context.modules[path].calls[place]
                if path in context.facts.modules and is_by_age(context, path, place):
                    word = "newest" if target.endswith("max") else "oldest"
                    where = context.facts.place_of(path, call.span)
                    message = f"takes the {word} file, so another run decides what this one reads"
                    yield self.at(where, message)


def is_by_age(context: Context, path: str, place: int) -> bool:
    """Whether a call chooses the file that was written last, to read it."""
    index = context.modules[path]
    call = index.calls[place]
    key = call.keyword("key")
    if isinstance(key, Name):
        asks = AGE.search(key.text) is not None and not key.text.endswith("stat")
    elif isinstance(key, Lambda):
        inner = (c for c in index.calls if c.function == key.function)
        asks = any(AGE.search(c.name) for c in inner)
    else:
        asks = False
    if not asks:
        return False
    uses = context.facts.uses(path)
    if is_looked_at(uses, uses.of_result(place)):
        return False
    beside = uses.calls.get(call.function, ())
    return not any(REMOVING.search(index.calls[other].name) for other in beside)


def is_looked_at(uses: Uses, found: Sequence[Use], steps: int = 3) -> bool:
    """Whether a file is only told of and asked for its age, and never read."""
    return bool(found) and all(is_glance(uses, use, steps) for use in found)


def is_glance(uses: Uses, use: Use, steps: int) -> bool:
    """Whether one use of a file reads nothing of it."""
    if use.kind == "receiver":
        return GLANCE.search(use.detail) is not None
    if use.kind == "argument":
        call = uses.index.calls[use.call]
        if GLANCE.search(call.name):
            return True
        is_path = call.name.rpartition(".")[2] == "Path"
        return steps > 0 and is_path and is_looked_at(uses, uses.of_result(use.call), steps - 1)
    target = use.operation.target if isinstance(use.operation, Assign) else None
    if not isinstance(target, Name) or use.containers or steps <= 0:
        return False
    return is_looked_at(uses, uses.of_name(use.function, target.text), steps - 1)


class OverwrittenInput(Rule):
    """A data file that a program reads, changes and writes back."""

    code = "DAT009"
    name = "overwritten-input"
    severity = Severity.MEDIUM
    confidence = Confidence.MEDIUM
    remedy = "write the result to a file of its own"

    def applies(self, context: Context) -> bool:
        """Judge repositories that write tables."""
        return any(WRITES.search(name) for _, name in context.program.callees)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each table that is written to where it was read from."""
        for (_, name), calls in sorted(context.program.callees.items()):
            if not WRITES.search(name):
                continue
            for path, place in calls:
                if path in context.facts.modules and self.is_input(context, path, place):
                    call = context.modules[path].calls[place]
                    where = context.facts.place_of(path, call.span)
                    message = (
                        "writes over the file that was read: the next run starts from its result"
                    )
                    yield self.at(where, message)

    def is_input(self, context: Context, path: str, place: int) -> bool:
        """Whether the same function has read, before, the file that a call writes."""
        index = context.modules[path]
        call = index.calls[place]
        target = call.argument(0, "path_or_buf")
        if target is None or not is_data(index, call.function, target):
            return False
        beside = context.facts.uses(path).calls.get(call.function, ())
        if any(CARES.search(index.calls[other].name) for other in beside):
            return False
        kind = call.name.rpartition("to_")[2]
        reads = (index.calls[other] for other in beside if other < place)
        return any(
            read.name.endswith(f"read_{kind}") and read.argument(0, "filepath_or_buffer") == target
            for read in reads
        )


WRITES = pattern(r"\.to_(csv|parquet|pickle|feather|json|excel)$")
# Where a program asks whether the file is there it collects results in it.
CARES = pattern(r"(^|\.)(exists|isfile|is_file|concat|append|copy\w*)$")
RESULT = pattern(r"(?i)result|log|metric|score|history|submi|predict|summary|cache|tmp|temp|out")


def is_data(index: ModuleIndex, function: int, target: Value) -> bool:
    """Whether what is written is named, here once, and not as a result."""
    if isinstance(target, Literal):
        return isinstance(target.value, str) and not RESULT.search(target.value)
    if not isinstance(target, Name) or RESULT.search(target.text):
        return False
    given = given_to(index, function, target)
    shown = [v.value for v in given if isinstance(v, Literal) and isinstance(v.value, str)]
    return len(given) <= 1 and not any(map(RESULT.search, shown))


RULES: tuple[type[Rule], ...] = (NewestInput, OverwrittenInput)
