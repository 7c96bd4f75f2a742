"""What a program lets people set when they start it, with the values that hold if they do not."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.program import Program
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Call, Function, ModuleIndex, Value

SETTINGS_NAME = pattern(
    r"(config|configuration|cfg|args?|arguments|settings|options|opts|params|parameters|hparams"
    r"|hyperparameters|flags)$",
    2,
)
SETTINGS_BASES = ("NamedTuple", "BaseModel", "BaseSettings", "Tap", "Struct", "Serializable")
# Whose methods declare options, where the class of the receiver is unknown.
OWNERS = ("argparse.ArgumentParser", "absl.flags")
BY_IMPORT = frozenset(("argument", "option"))
FIELD_MAKERS = ("dataclass", "define", "frozen", "mutable", "attrs", "s", "configclass")


class Option(Record):
    """One declaration of an option by a call, found under the attribute that holds it.

    `given` tells that it has a value even if people say nothing: its `default`, a value of
    the same function, or None where people must set it.
    """

    path: str
    place: int
    name: str
    given: bool
    default: Value | None


class Options:
    """The options of a program by name; found when first asked for."""

    def __init__(self, program: Program) -> None:
        """Keep the program."""
        self.program = program

    @cached_property
    def declared(self) -> Mapping[str, tuple[Option, ...]]:
        """The options that calls declare, by the name of the attribute."""
        found: dict[str, list[Option]] = {}
        for option in sorted(self._declarations(), key=lambda o: (o.path, o.place)):
            found.setdefault(option.name, []).append(option)
        return {name: tuple(options) for name, options in found.items()}

    def _declarations(self) -> Iterator[Option]:
        """Each call that declares an option, code for tests left out."""
        bare_names = knowledge().telling("option") | BY_IMPORT
        for (target, name), calls in self.program.callees.items():
            fact = fact_of(target, name) if name.rpartition(".")[2] in bare_names else None
            if fact is None or fact.kind == "field":
                continue
            for path, place in calls:
                if not TEST_PATH.search(path):
                    yield from declared(path, place, self.program.modules[path].calls[place], fact)

    @cached_property
    def replaced(self) -> Mapping[str, tuple[Option, ...]]:
        """The defaults that `parser.set_defaults(name=value)` puts in place of others."""
        found: dict[str, list[Option]] = {}
        for path, place in self.program.calls_named.get("set_defaults", ()):
            for name, value in self.program.modules[path].calls[place].keywords:
                option = Option(path, place, name, given=True, default=value)
                found.setdefault(name, []).append(option)
        return {name: tuple(options) for name, options in found.items()}

    @cached_property
    def fields(self) -> Mapping[str, tuple[Target, ...]]:
        """The classes that hold settings, by the names that their bodies bind."""
        found: dict[str, list[Target]] = {}
        for path, index in self.program.modules.items():
            if TEST_PATH.search(path):
                continue
            for place, function in enumerate(index.functions):
                if function.kind == "class" and (
                    holds_settings(function) or has_fields(index, function)
                ):
                    for name in function.bound:
                        found.setdefault(name, []).append(Target("class", path, place))
        return {name: tuple(classes) for name, classes in found.items()}

    def of_decorators(self, path: str, function: Function, name: str) -> Option | None:
        """The option that a decorator of a function declares for one of its parameters."""
        for decorator in function.decorators:
            if isinstance(decorator, Result):
                call = self.program.modules[path].calls[decorator.call]
                fact = knowledge().trait(call.target, "option") if call.target else None
                if fact is not None:
                    for option in declared(path, decorator.call, call, fact):
                        if option.name == name:
                            return option
        return None


def fact_of(target: str, name: str) -> Api | None:
    """What is known of a callee that declares options, its receiver unknown or not."""
    fact = knowledge().trait(target, "option") if target else None
    bare = name.rpartition(".")[2]
    if fact is None and bare in knowledge().telling("option"):
        facts = (knowledge().trait(f"{owner}.{bare}", "option") for owner in OWNERS)
        fact = next((found for found in facts if found is not None), None)
    return fact


def declared(path: str, place: int, call: Call, fact: Api) -> Iterator[Option]:
    """The option that a call declares, if its name can be read."""
    name = named(call) if fact.kind == "flags" else first_text(call)
    if not name:
        return
    given = call.argument(fact.position, fact.parameter)
    if given is None:
        given = implied(call, fact)
    elif isinstance(given, Literal):
        given = converted(call, given)
    yield Option(path, place, name, given is not None or is_required(call, fact), given)


def named(call: Call) -> str:
    """The attribute under which an option with flags is kept."""
    dest = call.keyword("dest")
    if isinstance(dest, Literal) and isinstance(dest.value, str):
        return dest.value
    flags = [a.value for a in call.arguments if isinstance(a, Literal) and isinstance(a.value, str)]
    plain = [flag for flag in flags if not flag.startswith("-")]
    long = [flag for flag in flags if flag.startswith("--")]
    chosen = (plain or long or flags or [""])[0]
    return chosen.partition("/")[0].lstrip("-").replace("-", "_")


def first_text(call: Call) -> str:
    """The first argument where it is a text."""
    first = call.argument(0, "name")
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else ""


def implied(call: Call, fact: Api) -> Literal | None:
    """The default of an option whose declaration states none; None where people must set it."""
    action = call.keyword("action")
    if action == Literal("store_true") or call.keyword("is_flag") == Literal(value=True):
        return Literal(value=False)
    if action == Literal("store_false"):
        return Literal(value=True)
    return None if is_required(call, fact) else Literal(None)


def is_required(call: Call, fact: Api) -> bool:
    """Whether people must set an option."""
    if fact.required or call.keyword("required") == Literal(value=True):
        return True
    if call.keyword("prompt") is not None:
        return True
    flags = [a.value for a in call.arguments if isinstance(a, Literal)]
    optional = call.keyword("nargs") in (Literal("?"), Literal("*"))
    dashed = any(isinstance(flag, str) and flag.startswith("-") for flag in flags)
    return fact.kind == "flags" and not dashed and not optional


def converted(call: Call, given: Literal) -> Literal:
    """A default as text in the type that the option has."""
    kind = call.keyword("type")
    if isinstance(given.value, str) and kind == Name("int"):
        text = given.value.strip()
        return Literal(int(text)) if text.removeprefix("-").isdecimal() else given
    return given


def holds_settings(record: Function) -> bool:
    """Whether a class is there to hold settings, as its decorators, bases or name tell."""
    if SETTINGS_NAME.search(record.name):
        return True
    bases = [base.text.rpartition(".")[2] for base in record.bases if isinstance(base, Name)]
    return any(base in SETTINGS_BASES or SETTINGS_NAME.search(base) for base in bases)


def has_fields(index: ModuleIndex, record: Function) -> bool:
    """Whether a decorator makes fields of what the body of a class binds."""
    for decorator in record.decorators:
        if isinstance(decorator, Result):
            name = index.calls[decorator.call].name
        elif isinstance(decorator, Name):
            name = decorator.text
        else:
            continue
        if name.rpartition(".")[2] in FIELD_MAKERS:
            return True
    return False
