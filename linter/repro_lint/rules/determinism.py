"""DET: switches that make results on a GPU repeat, or keep them from doing so."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.operations import blocks
from repro_lint.flow.switches import is_measuring, is_option, lines_with, only_warns
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.rules.determinism_policy import MissingPolicy
from repro_lint.syntax.index import Assign, Literal, Mention, Name, Try

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.entries import Entry
    from repro_lint.flow.facts import Known
    from repro_lint.flow.switches import Switch, Switches
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Operation, Span

EVALUATION = pattern(r"(^|_)(valid\w*|decod\w*|synth\w*|transcrib\w*|translat\w*|export\w*)[_.]")
TRAINING = (".backward", ".fit", ".learn", ".fit_generator")
SWITCH_WORDS = ("seed", "determinis")
SWITCH_LINE = pattern(
    r"[ \t]*[\w.]*(\.\w*(seed|determinis\w*) *=(?!=)|(seed\w*|determinis\w*) *(;|#|$))",
    re.MULTILINE,
)


class CudnnBenchmark(Rule):
    """cuDNN chooses its algorithms by a race."""

    code = "DET001"
    name = "cudnn-benchmark"
    severity = Severity.MEDIUM
    remedy = "set torch.backends.cudnn.benchmark to False"

    def applies(self, context: Context) -> bool:
        """Judge repositories that set a switch of cuDNN or make a trainer."""
        set_here = map(context.switches.cudnn, context.facts.modules)
        return bool(context.facts.role("switch")) or any(set_here)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each place that turns benchmarking on for good."""
        for path in context.facts.modules:
            for switch in context.switches.cudnn(path):
                if not turns_on(switch, "benchmark") or is_option(switch.tests):
                    continue
                if not is_undone(context, context.switches, switch):
                    yield from self.found(context, path, switch.span, "cudnn.benchmark = True")
        for known in context.facts.role("switch"):
            given = known.call.keyword("benchmark")
            if known.fact.parameter == "benchmark" and given == Literal(True):  # noqa: FBT003
                shown = f"{known.call.name}(benchmark=True)"
                yield from self.found(context, known.path, known.call.span, shown)

    def found(self, context: Context, path: str, span: Span, shown: str) -> Iterator[Finding]:
        """The finding, graded by what runs through the module."""
        if is_measuring(path):
            return
        kinds = {kind_of_run(context, entry) for entry in runs(context, path)}
        severity, confidence = Severity.MEDIUM, Confidence.HIGH
        if "training" not in kinds:
            severity = Severity.LOW if kinds else Severity.MEDIUM
            confidence = Confidence.MEDIUM
        where = context.facts.place_of(path, span)
        message = f"`{shown}`: the fastest algorithm is measured anew, and may differ, in each run"
        yield self.at(where, message, severity=severity, confidence=confidence)


def turns_on(switch: Switch, name: str) -> bool:
    """Whether an assignment surely turns a switch on."""
    return switch.name == name and switch.value == Literal(True)  # noqa: FBT003  the value looked for


def runs(context: Context, path: str) -> list[Entry]:
    """The entries that run a module: itself where it is one, else those that import it."""
    reaching = context.program.entries_reaching(path)
    own = [entry for entry in reaching if entry.path == path]
    return own or list(reaching)


def kind_of_run(context: Context, entry: Entry) -> str:
    """What an entry does; a notebook trains if it calls what trains."""
    if entry.kind == "notebook":
        calls = context.modules[entry.path].calls
        return "training" if any(call.name.endswith(TRAINING) for call in calls) else "notebook"
    return "evaluation" if EVALUATION.search(entry.path.rpartition("/")[2]) else entry.kind


def is_undone(context: Context, switches: Switches, switch: Switch) -> bool:
    """Whether code that runs later in the same module sets the switch again."""
    others = [other for other in switches.cudnn(switch.path) if other.name == switch.name]
    if any(sets_later(switch, other) for other in others):
        return True
    for place, call in enumerate(context.modules[switch.path].calls):
        if call.function not in (switch.function, 0) or call.span <= switch.span:
            continue
        target = context.program.callee(switch.path, place)
        if target is None or target.kind != "function" or target.path not in context.facts.modules:
            continue
        for other in switches.cudnn(target.path):
            if other.function == target.place and turned_off(other, switch.name):
                return True
    return False


def sets_later(switch: Switch, other: Switch) -> bool:
    """Whether an assignment comes after another in one function and takes it back."""
    return (
        other.function == switch.function
        and other.span > switch.span
        and turned_off(other, switch.name)
    )


def turned_off(switch: Switch, name: str) -> bool:
    """Whether an assignment may turn a switch off."""
    return switch.name == name and not turns_on(switch, name)


class WarnOnly(Rule):
    """Deterministic mode that lets other algorithms pass with a warning."""

    code = "DET005"
    name = "warn-only-determinism"
    severity = Severity.LOW
    remedy = "drop warn_only where results are checked"

    def applies(self, context: Context) -> bool:
        """Judge repositories that call a switch."""
        return bool(context.facts.role("switch"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield switches that are set to warn."""
        for known in context.facts.role("switch"):
            shown = warns(known)
            if shown:
                where = context.facts.place_of(known.path, known.call.span)
                message = f"`{shown}` only warns where an operation is not deterministic"
                yield self.at(where, message)


def warns(known: Known) -> str:
    """How a call asks for warnings alone, "" if it does not."""
    call, fact = known.call, known.fact
    given = call.argument(fact.position, fact.parameter) if fact.parameter else None
    off = isinstance(given, Literal) and not given.value
    if given is None or off or not only_warns(call, fact):
        return ""
    told = fact.conditions[0]
    if told.position >= 0 and isinstance(given, Literal):
        return f"{fact.name.rpartition('.')[2]}({given.value!r})"
    asked = call.keyword(told.parameter)
    value = asked.value if isinstance(asked, Literal) else None
    return f'{told.parameter}="{value}"' if isinstance(value, str) else f"{told.parameter}={value}"


class UncalledSwitch(Rule):
    """A switch that is named but never called."""

    code = "DET006"
    name = "uncalled-switch"
    severity = Severity.HIGH
    remedy = "call the function"

    def applies(self, context: Context) -> bool:
        """Judge repositories that name a switch or a seeding function."""
        return any(names_switch(context, path) for path in context.facts.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield statements that name a switch, or give it another value, and do nothing."""
        for path in context.facts.modules:
            if not names_switch(context, path):
                continue
            lines = switch_lines(context.repository.code(path))
            for place, function in enumerate(context.modules[path].functions):
                if any(function.span.line <= line <= function.span.end_line for line in lines):
                    for operation in plain(function.body):
                        yield from self.judge(context, path, place, operation)

    def judge(
        self, context: Context, path: str, place: int, operation: Operation
    ) -> Iterator[Finding]:
        """The finding for a statement that names a function it should call."""
        if isinstance(operation, Mention):
            value, told = operation.value, "is named but not called"
        elif isinstance(operation, Assign) and isinstance(operation.value, Literal):
            value, told = operation.target, "is given another value, not called"
        else:
            return
        if not isinstance(value, Name) or not is_switch(context, path, place, value.text):
            return
        where = context.facts.place_of(path, operation.span)
        yield self.at(where, f"`{value.text}` {told}, so it does nothing")


def names_switch(context: Context, path: str) -> bool:
    """Whether the text of a module may name a switch or a seeding function."""
    return bool(switch_lines(context.repository.code(path)))


@cache
def switch_lines(text: str) -> tuple[int, ...]:
    """The lines that may name a switch or a seeding function, or give it another value."""
    return tuple(
        text.count("\n", 0, start) + 1
        for start in lines_with(text, SWITCH_WORDS)
        if SWITCH_LINE.match(text, start)
    )


def is_switch(context: Context, path: str, place: int, name: str) -> bool:
    """Whether a name is a library's function that turns determinism on, or seeds."""
    if "." not in name and "seed" not in name and "determinis" not in name:
        return False
    target = context.program.resolve(path, place, name)
    if target is None or target.kind != "library":
        return False
    return any(
        fact.role == "seed" or (fact.role == "switch" and fact.kind == "function")
        for fact in knowledge().lookup(target.dotted)
        if not fact.method
    )


def plain(body: tuple[Operation, ...]) -> Iterator[Operation]:
    """The operations of a body but those that a try statement tries out."""
    for operation in body:
        yield operation
        for block in blocks(operation)[isinstance(operation, Try) :]:
            yield from plain(block)


RULES: tuple[type[Rule], ...] = (CudnnBenchmark, MissingPolicy, WarnOnly, UncalledSwitch)
