"""RNG008: seeds that people set, and that reach no stream."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.calls_of import argument_of, callers_of
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.namespaces import Namespaces
from repro_lint.flow.operations import every
from repro_lint.flow.seed_tests import is_seed_name
from repro_lint.flow.status import UNREACHED
from repro_lint.flow.transfer import mask, streams
from repro_lint.flow.words import occurrences, text_of
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Assign, Literal, Name, Result
from repro_lint.syntax.values import is_none

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.options import Option
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Function, ModuleIndex, Value

SEED_PARAMETER = pattern(r"^((random|rng|manual|global)_?)?seed$|^random_state$")
OVERWRITTEN = pattern(r"\.(seed|manual_seed|manual_seed_all|set_seed|set_random_seed)\s*=(?!=)")
MEANT_AS_SEED = frozenset(("rand", "randn", "random", "random_sample", "ranf"))
COMMAND_DECORATORS = frozenset(
    ("command", "group", "option", "argument", "pass_context", "version_option", "help_option")
)
HARMLESS_DECORATORS = frozenset(("staticmethod", "classmethod", "no_grad", "inference_mode"))
MEMBERS = pattern(r"^__(?!init__)\w+__$")


class DeadSeed(Rule):
    """A seed that reaches nothing that draws."""

    code = "RNG008"
    name = "dead-seed"
    severity = Severity.HIGH
    remedy = "hand the seed to what draws, or remove it"

    def applies(self, context: Context) -> bool:
        """Judge repositories whose code speaks of seeds."""
        return any(
            "seed" in code or "random" in code
            for code in map(context.repository.code, context.facts.modules)
        )

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield dead options, parameters, assignments over seeders and streams thrown away."""
        yield from self.options(context)
        yield from self.parameters(context)
        yield from self.assignments(context)
        yield from self.discarded(context)

    def options(self, context: Context) -> Iterator[Finding]:
        """Yield options of a command line whose value nothing reads."""
        namespaces = Namespaces(context.facts)
        for name, declared in sorted(context.symbols.lookups.options.declared.items()):
            if not is_seed_name(name):
                continue
            for option in declared:
                paths = runs_with(context, option.path)
                if self.is_dead(context, option, paths) and namespaces.are_followed(paths):
                    call = context.modules[option.path].calls[option.place]
                    message = f"the option `{name}` is declared, but nothing reads it"
                    yield self.at(context.facts.place_of(option.path, call.span), message)

    def is_dead(self, context: Context, option: Option, paths: frozenset[str]) -> bool:
        """Whether the name of an option stands nowhere but in its declaration."""
        call = context.modules[option.path].calls[option.place]
        if not paths or not call.name.endswith("add_argument"):
            return False
        own = text_of(context.repository.code(option.path), call.span)
        left = occurrences(own, option.name)
        # The file itself first: most options are read where they are declared.
        for path in sorted(paths, key=lambda path: (path != option.path, path)):
            left -= occurrences(context.repository.code(path), option.name)
            if left < 0:
                return False
        return True

    def parameters(self, context: Context) -> Iterator[Finding]:
        """Yield functions that take a seed from their callers and do nothing with it."""
        takers = list(seed_takers(context))
        named: dict[str, list[str]] = {}
        for path, _, function, _ in takers:
            named.setdefault(function.name.rpartition(".")[2], []).append(path)
        for path, place, function, name in takers:
            yield from self.decorated(context, path, function, name)
            bare = function.name.rpartition(".")[2]
            if bare != "__init__" and has_namesake(context, path, named[bare]):
                continue
            if not is_free(context, path, function):
                continue
            if is_unused(context, path, function, name) and gets_seed(context, path, place, name):
                message = f"`{function.name}` takes `{name}` and never uses it"
                start = function.span
                where = context.facts.place_of(
                    path, start._replace(end_line=start.line, end_column=start.column + 3)
                )
                covered = seeds_near(context, path, place)
                sure = Confidence.LOW if covered else Confidence.MEDIUM
                yield self.at(where, message, confidence=sure)

    def decorated(
        self, context: Context, path: str, function: Function, name: str
    ) -> Iterator[Finding]:
        """The finding for an option of a command whose function does not use it."""
        index = context.modules[path]
        names = [decorator_name(index, decorator) for decorator in function.decorators]
        if not names or not COMMAND_DECORATORS.issuperset(names):
            return
        option = context.symbols.lookups.options.of_decorators(path, function, name)
        text = text_of(context.repository.code(path), function.span)
        if option is None or "params" in text or not is_unused(context, path, function, name):
            return
        span = index.calls[option.place].span
        message = f"the option `{name}` is declared, but `{function.name}` does not use it"
        yield self.at(context.facts.place_of(path, span), message)

    def assignments(self, context: Context) -> Iterator[Finding]:
        """Yield assignments that replace a seeder by a number."""
        for path, index in context.facts.modules.items():
            if not OVERWRITTEN.search(context.repository.code(path)):
                continue
            for place, function in enumerate(index.functions):
                for operation in every(function.body):
                    if isinstance(operation, Assign) and isinstance(operation.target, Name):
                        yield from self.assigned(context, path, place, operation)

    def assigned(
        self, context: Context, path: str, place: int, operation: Assign
    ) -> Iterator[Finding]:
        """The finding for one assignment."""
        assert isinstance(operation.target, Name)  # noqa: S101  the caller has asked
        dotted = context.program.names(path).target(place, operation.target.text)
        if not dotted or not any(row.role == "seed" for row in knowledge().all_rows(dotted)):
            return
        if not is_number(context, path, place, operation.value):
            return
        message = (
            f"`{operation.target.text}` is a function: this replaces it by a value"
            " and seeds nothing"
        )
        yield self.at(context.facts.place_of(path, operation.span), message)

    def discarded(self, context: Context) -> Iterator[Finding]:
        """Yield draws and generators that are made with a seed and thrown away."""
        for known in (*context.facts.role("draw"), *context.facts.role("generator")):
            index = context.modules[known.path]
            call = known.call
            if known.place not in index.discarded or len(call.arguments) != 1:
                continue
            bare = call.name.rpartition(".")[2]
            if known.fact.role == "generator":
                if known.fact.kind or is_none(call.arguments[0]):
                    continue
                message = f"`{call.name}` makes a generator that nothing keeps: no stream is seeded"
            elif bare in MEANT_AS_SEED and is_count(call.arguments[0]):
                if known.path.endswith(".ipynb"):
                    continue
                message = f"`{call.name}` draws numbers that nothing keeps: it seeds no stream"
            else:
                continue
            yield self.at(
                context.facts.place_of(known.path, call.span),
                message,
                confidence=Confidence.MEDIUM,
            )


def has_namesake(context: Context, path: str, owners: list[str]) -> bool:
    """Whether several functions of one name take a seed in the project of a module."""
    if len(owners) == 1:
        return False
    beside = context.program.companions(path)
    return sum(owner in beside for owner in owners) > 1


def runs_with(context: Context, path: str) -> frozenset[str]:
    """The modules that run in one program with a module; none where no entry reaches it."""
    entries = context.program.entries_reaching(path)
    return frozenset(p for e in entries for p in context.program.reached[e.path])


def seed_takers(context: Context) -> Iterator[tuple[str, int, Function, str]]:
    """The functions with a parameter for a seed, each with the parameter's name."""
    for path, index in context.facts.modules.items():
        code = context.repository.code(path)
        if "seed" not in code and "random_state" not in code:
            continue
        for place, function in enumerate(index.functions):
            if function.kind == "function":
                for parameter in function.parameters:
                    if SEED_PARAMETER.match(parameter.name):
                        yield path, place, function, parameter.name


def is_free(context: Context, path: str, function: Function) -> bool:
    """Whether nothing but its callers decides which parameters a function has."""
    index = context.modules[path]
    if any(decorator_name(index, d) not in HARMLESS_DECORATORS for d in function.decorators):
        return False
    if MEMBERS.match(function.name.rpartition(".")[2]):
        return False
    outer = index.functions[function.parent] if function.parent > 0 else None
    if outer is None:
        return True
    # A nested function is often handed on, and a base decides what its methods take.
    return outer.kind == "class" and all(base == Name("object") for base in outer.bases)


def decorator_name(index: ModuleIndex, decorator: Value) -> str:
    """The last part of the name of a decorator."""
    if isinstance(decorator, Name):
        return decorator.text.rpartition(".")[2]
    if isinstance(decorator, Result):
        return index.calls[decorator.call].name.rpartition(".")[2]
    return ""


def is_unused(context: Context, path: str, function: Function, name: str) -> bool:
    """Whether the text of a function that does something names its parameter only once."""
    text = text_of(context.repository.code(path), function.span)
    return occurrences(text, name) == 1 and not re.search(r"\b(locals|vars)\s*\(", text)


def gets_seed(context: Context, path: str, place: int, name: str) -> bool:
    """Whether a call hands a seed to a function that draws, and that has no finding yet."""
    if not context.seed_flow.summary(path, place).masks.drawn:
        return False
    for known in context.facts.role("draw"):
        if (known.path, known.call.function) == (path, place):
            stream = known.fact.streams[0]
            if context.draws.status(path, known.place, stream).state == UNREACHED:
                return False
    for caller, call in callers_of(context.program, path, place):
        if TEST_PATH.search(caller):
            continue
        given = argument_of(
            context.program, (path, place), context.modules[caller].calls[call], name
        )
        if given is not None and not is_none(given):
            return True
    return False


def seeds_near(context: Context, path: str, place: int) -> bool:
    """Whether the program may seed all that a function draws from by other means."""
    drawn = context.seed_flow.summary(path, place).masks.drawn
    return all(
        context.draws.seeded_near(path, stream) for stream in streams() if drawn & mask((stream,))
    )


def is_number(context: Context, path: str, function: int, value: Value) -> bool:
    """Whether a value is a number or named like a seed, and so no function."""
    if isinstance(value, Literal):
        return isinstance(value.value, int)
    found = context.symbols.value(path, function, value)
    if isinstance(found.value, int):
        return True
    return (
        isinstance(value, Name)
        and is_seed_name(value.text)
        and "." not in value.text[:1]
        and (context.program.resolve(path, function, value.text) is None)
    )


def is_count(value: Value) -> bool:
    """Whether a value is a whole number as seeds are."""
    return isinstance(value, Literal) and type(value.value) is int


RULES: tuple[type[Rule], ...] = (DeadSeed,)
