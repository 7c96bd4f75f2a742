"""Finds what attributes, keys, imported names and results of calls stand for."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.assigned import Assigned
from repro_lint.flow.displays import shown_at
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import every
from repro_lint.flow.options import Options
from repro_lint.flow.resolved import (
    OPEN,
    SOME,
    Resolved,
    Where,
    agreed,
    is_missing,
    optional,
)
from repro_lint.flow.seed_tests import is_seed_name
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.syntax.index import UNKNOWN, Compound, Exit, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.options import Option
    from repro_lint.flow.settings_files import SettingsFiles
    from repro_lint.flow.symbols import Symbols
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Value

BASE_STEPS = 8
# How many workers there are, which decides where code runs.
COUNT_NAME = pattern(
    r"(^|_)(num_?workers|n_?workers|workers|n_?jobs|num_jobs|jobs|num_proc(esses)?|n_?procs?)$"
)
# In place of a function, where any option is asked for and not only seeds.
ANY_OPTION = -2
ENVIRONMENT = ("os.environ.get", "os.getenv")
BY_KEY = frozenset(("get", "getint", "getfloat", "getboolean", "pop", "setdefault"))


class Lookups:
    """The part of `Symbols` that leaves the function at hand."""

    def __init__(self, symbols: Symbols) -> None:
        """Keep the symbols, which resolve what is found."""
        self.symbols = symbols
        self.program = symbols.program
        self.options = Options(symbols.program)
        self._by_name: dict[tuple[str, tuple[str, ...], int], Resolved] = {}
        self.assigned = Assigned(symbols)
        self.any_option = False

    @cached_property
    def files(self) -> SettingsFiles:
        """The configuration files of the repository."""
        from repro_lint.flow.settings_files import SettingsFiles  # noqa: PLC0415

        return SettingsFiles(self.program)

    def option(self, option: Option) -> Resolved:
        """What an option is if people do not set it."""
        call = self.program.modules[option.path].calls[option.place]
        where = Where(option.path, call.span.line)
        if option.default is None:
            return Resolved("option", SOME if option.given else UNKNOWN, where)
        found = self.symbols.value(option.path, call.function, option.default)
        if found.kind == "unknown":
            return Resolved("option", found.value, where)
        return optional(found)._replace(where=where)

    def imported(self, path: str, function: int, text: str) -> Resolved:
        """What a name is that an import binds."""
        dotted = self.program.names(path).target(function, text)
        if not dotted:
            return self._starred(path, text)
        if dotted.startswith("builtins."):
            return OPEN
        return self.member(path, dotted)

    def member(self, path: str, dotted: str) -> Resolved:
        """What a dotted name through imports is, if a module of the repository binds it."""
        dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
        parts = dotted.lstrip(".").split(".")
        for count in range(len(parts) - 1, -1 if dots else 0, -1):
            module = self.program.table.find(path, dots + ".".join(parts[:count]))
            if module and module in self.program.modules:
                return self.symbols.named(module, 0, ".".join(parts[count:]))
        return OPEN

    def _starred(self, path: str, text: str) -> Resolved:
        """What a name is that star imports may bring."""
        for entry in self.program.modules[path].imports:
            if entry.member == "*" and entry.function == 0:
                module = self.program.table.find(path, entry.module)
                if module and module != path:
                    head = text.partition(".")[0]
                    if head in self.program.modules[module].functions[0].bound:
                        return self.symbols.named(module, 0, text)
        return OPEN

    def attribute(self, path: str, function: int, text: str) -> Resolved:
        """What `args.seed` is: by the class of the object, else by the name of the attribute."""
        head, _, rest = text.partition(".")
        keys = tuple(rest.split("."))
        dotted = self.program.names(path).target(function, text)
        if dotted:
            found = self.member(path, dotted)
            return found if found.kind != "unknown" else self.by_name(path, keys, function)
        if head in ("self", "cls"):
            return self._own(path, function, keys)
        holder = self.program.resolve(path, function, head)
        if holder is None or holder.kind != "class":
            holder = self.program.types.variable_type(path, function, head)
        if holder is not None and holder.kind == "class" and len(keys) == 1:
            own = self.field(holder, keys[0])
            if own is not None:
                return agreed((own, *self._constructed(holder, keys[0])))
        return self.by_name(path, keys, function)

    def _own(self, path: str, function: int, keys: tuple[str, ...]) -> Resolved:
        """What `self.seed` is: what the methods of the class assign, else its field."""
        holder = self.program.enclosing_class(path, function)
        if holder is None:
            return OPEN
        if len(keys) > 1:
            return self.by_name(path, keys[1:], function)
        found = self.field(holder, keys[0])
        return OPEN if found is None else found

    def field(self, holder: Target, name: str, steps: int = BASE_STEPS) -> Resolved | None:
        """What an attribute of the objects of a class is; None if nothing here binds it."""
        functions = self.program.modules[holder.path].functions
        found = []
        for place, function in enumerate(functions):
            if function.parent == holder.place and function.kind == "function":
                places = self.symbols.bindings.of(holder.path, place, "self." + name)
                if places:
                    whole = (holder.path, place, "self." + name)
                    found.append(self.symbols.settled(*whole, None, places))
        if found:
            return agreed(found)
        if name in functions[holder.place].bound:
            places = self.symbols.bindings.of(holder.path, holder.place, name)
            whole = (holder.path, holder.place, name)
            return optional(self.symbols.settled(*whole, None, places))
        for base in functions[holder.place].bases:
            parent = self.program.base_class(holder, base)
            if parent is not None and parent.kind == "class" and steps:
                inherited = self.field(parent, name, steps - 1)
                if inherited is not None:
                    return inherited
        return None

    def _constructed(self, holder: Target, name: str) -> Iterator[Resolved]:
        """What calls of a class that makes fields pass for one of them by its name."""
        bare = self.program.function(holder).name.rpartition(".")[2]
        for path, place in self.program.calls_beside(holder.path, bare):
            call = self.program.modules[path].calls[place]
            given = call.keyword(name)
            if given is None or TEST_PATH.search(path):
                continue
            if self.program.callee(path, place) == holder:
                yield self.symbols.value(path, call.function, given)

    def by_name(self, path: str, keys: tuple[str, ...], function: int = -1) -> Resolved:
        """What an attribute or key of a configuration is, by its name and what is in reach.

        What `function` itself assigns to it is left to who asks.
        """
        if not is_seed_name(keys[-1]) and not COUNT_NAME.search(keys[-1]):
            return self._switch(path, keys[-1]) if self.any_option else OPEN
        if not any(True for _ in self.symbols.bindings.ending(path, function, keys[-1])):
            function = -1
        key = (path, keys, function)
        known = self._by_name.get(key)
        if known is None:
            self._by_name[key] = OPEN
            known = self._by_name[key] = self._search(path, keys, function)
        return known

    def _switch(self, path: str, name: str) -> Resolved:
        """What an option is that nothing but its declaration gives a value."""
        if name not in self.options.declared:
            return OPEN
        key = (path, (name,), ANY_OPTION)
        known = self._by_name.get(key)
        if known is None:
            found = (tuple(self._declared(paths, name)) for paths in self.levels(path))
            known = agreed(next((each for each in found if each), ()))
            if known.kind != "unknown" and self.assigned.beside(path, name):
                known = OPEN
            self._by_name[key] = known
        return known

    def _search(self, path: str, keys: tuple[str, ...], function: int) -> Resolved:
        """Look in this module, then in what it imports, then in what runs it."""
        for paths in self.levels(path):
            found = [*self._declared(paths, keys[-1])]
            if found:
                whole = agreed(found)
                # An option that may be given a value elsewhere is not known to stay None.
                if is_missing(whole):
                    others = self._assignments(path, keys[-1], function)
                    return whole if all(is_missing(other) for other in others) else OPEN
                return whole
        others = self._assignments(path, keys[-1], function)
        if others:
            return agreed(others)
        for paths in self.levels(path):
            found = [*self.files.values(paths, keys)]
            if found:
                return agreed(found)
        return OPEN

    def levels(self, path: str) -> Iterator[frozenset[str]]:
        """A module; what it imports; what runs with it, by the entries that reach it."""
        yield frozenset((path,))
        yield frozenset(self.program.closure(path))
        entries = self.program.entries_reaching(path)
        if entries:
            yield frozenset(p for e in entries for p in self.program.reached[e.path])

    def _declared(self, paths: frozenset[str], name: str) -> Iterator[Resolved]:
        """What the declarations of an option in some modules say."""
        for option in self.options.declared.get(name, ()):
            if option.path in paths:
                yield self.option(option)
        for option in self.options.replaced.get(name, ()):
            if option.path in paths:
                yield self.option(option)
        for holder in self.options.fields.get(name, ()):
            if holder.path in paths:
                found = self.field(holder, name)
                if found is not None:
                    yield found

    def _assignments(self, path: str, name: str, asking: int) -> list[Resolved]:
        """What other functions in reach assign to attributes of this name, `self` apart."""
        paths = frozenset().union(*self.levels(path))
        found = []
        for other, function in self.assigned.of(name):
            if other in paths and (other, function) != (path, asking):
                for text, places in self.symbols.bindings.ending(other, function, name):
                    found.append(self.symbols.settled(other, function, text, None, places))
        return found

    def item(self, path: str, function: int, value: Compound) -> Resolved:
        """What `config["seed"]` is."""
        keys: list[str] = []
        inner: Value = value
        while isinstance(inner, Compound) and inner.kind == "Subscript":
            key = inner.parts[1]
            if not isinstance(key, Literal) or not isinstance(key.value, str):
                return Resolved("option") if is_argv(inner) else OPEN
            keys.insert(0, key.value)
            inner = inner.parts[0]
        if not isinstance(inner, Name):
            return OPEN
        if self.program.names(path).target(function, inner.text) == "os.environ":
            return Resolved("option", SOME)
        found = self.entry(path, function, inner, tuple(keys))
        if found is not None:
            return found
        return self.by_name(path, (*inner.text.split(".")[1:], *keys))

    def entry(
        self, path: str, function: int, holder: Value, keys: tuple[str, ...]
    ) -> Resolved | None:
        """What a key of a mapping is that the text shows; None where it shows none."""
        shown = shown_at(self.symbols, path, function, holder, keys)
        return None if shown is None else self.symbols.value(*shown)

    def result(self, path: str, function: int, place: int) -> Resolved:
        """What a call gives."""
        call = self.program.modules[path].calls[place]
        where = Where(path, call.span.line)
        fact = knowledge().trait(call.target, "option") if call.target else None
        if fact is not None and fact.kind == "field":
            given = call.argument(fact.position, fact.parameter)
            if given is None or given == Literal(...):
                hidden = call.keyword("default_factory") or call.keyword("factory")
                return Resolved("option", UNKNOWN if hidden else SOME, where)
            return optional(self.symbols.value(path, function, given))._replace(where=where)
        if call.target and knowledge().trait(call.target, "converts") is not None:
            return self._converted(path, function, call)
        if call.target in ENVIRONMENT:
            return self._by_key(path, function, call, 1, None)
        if call.target == "builtins.getattr" and len(call.arguments) > 1:
            return self._asked(path, function, call)
        if not call.target and call.name.rpartition(".")[2] in BY_KEY and call.arguments:
            holder = call.receiver or Name(call.name.rpartition(".")[0])
            return self._by_key(path, function, call, 1, holder)
        target = self.program.callee(path, place)
        if target is not None and target.kind == "function":
            return self._returned(target)
        return OPEN

    def _converted(self, path: str, function: int, call: Call) -> Resolved:
        """What `int(value)` and the like give."""
        if not call.arguments:
            return OPEN
        found = self.symbols.value(path, function, call.arguments[0])
        if isinstance(found.value, str) and call.target == "builtins.int":
            text = found.value.strip()
            return found._replace(value=int(text) if text.isdecimal() else SOME)
        return found

    def _by_key(
        self, path: str, function: int, call: Call, position: int, holder: Value | None
    ) -> Resolved:
        """What `config.get("seed", default)` gives."""
        found = OPEN
        keys = tuple(
            a.value for a in call.arguments if isinstance(a, Literal) and isinstance(a.value, str)
        )
        if holder is not None and keys and is_seed_name(keys[-1]):
            shown = self.entry(path, function, holder, keys)
            before = holder.text.split(".")[1:] if isinstance(holder, Name) else []
            found = self.by_name(path, (*before, *keys)) if shown is None else shown
        if found.kind != "unknown":
            return found
        default = call.argument(position, "default") or call.keyword("fallback")
        where = Where(path, call.span.line)
        if default is None:
            return Resolved("option", None, where) if holder is None else OPEN
        value = optional(self.symbols.value(path, function, default))
        if is_missing(value) and holder is not None:
            return OPEN
        return value._replace(where=where)

    def _asked(self, path: str, function: int, call: Call) -> Resolved:
        """What `getattr(args, "seed", default)` gives."""
        key = call.arguments[1]
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            return OPEN
        found = OPEN
        if isinstance(call.arguments[0], Name):
            found = self.attribute(path, function, f"{call.arguments[0].text}.{key.value}")
        if found.kind == "unknown" and len(call.arguments) > 2:  # noqa: PLR2004  the default
            default = self.symbols.value(path, function, call.arguments[2])
            return OPEN if is_missing(default) else optional(default)
        return found

    def _returned(self, target: Target) -> Resolved:
        """What a function of the repository returns."""
        record = self.program.function(target)
        if record.is_generator:
            return OPEN
        return agreed(
            self.symbols.value(target.path, target.place, operation.value)
            for operation in every(record.body)
            if isinstance(operation, Exit) and operation.kind == "return"
        )

    def told(self, path: str, function: int, place: int) -> bool | None:
        """What `hasattr(args, "seed")` and `isinstance(seed, int)` say by default."""
        call = self.program.modules[path].calls[place]
        if call.target == "builtins.isinstance" and call.arguments:
            found = self.symbols.value(path, function, call.arguments[0])
            if is_missing(found):
                return False
            is_number = isinstance(found.value, int) and not isinstance(found.value, bool)
            return True if is_number and call.arguments[1] == Name("int") else None
        if call.target == "builtins.hasattr" and len(call.arguments) > 1:
            return self.holds(path, function, call.arguments[0], call.arguments[1])
        return None

    def holds(self, path: str, function: int, holder: Value, key: Value) -> bool | None:
        """Whether a configuration surely has a key; None where that is not known."""
        if not isinstance(key, Literal) or not isinstance(key.value, str):
            return None
        found = self.entry(path, function, holder, (key.value,))
        found = found or self.by_name(path, (key.value,))
        return None if found.kind == "unknown" else True

    def is_run(self, path: str, function: int) -> bool:
        """Whether a function is handed to a library that runs it with the options of people."""
        name = self.program.modules[path].functions[function].name
        return (path, name) in self.run_by_libraries

    @cached_property
    def run_by_libraries(self) -> frozenset[tuple[str, str]]:
        """The functions, by path and name, that are handed to a library that runs them."""
        found = set()
        for (target, _), calls in self.program.callees.items():
            fact = knowledge().trait(target, "runner") if target else None
            for path, place in calls if fact is not None else ():
                call = self.program.modules[path].calls[place]
                given = call.argument(fact.position, fact.parameter) if fact is not None else None
                if given is None and call.arguments:
                    given = call.arguments[0]
                if given is None and fact is not None:
                    found.add((path, "main"))
                elif isinstance(given, Name):
                    holder = self.program.resolve(path, call.function, given.text)
                    if holder is not None and holder.kind == "function":
                        found.add((holder.path, self.program.function(holder).name))
        return frozenset(found)


def is_argv(value: Value) -> bool:
    """Whether a value is one of the arguments of the program."""
    return isinstance(value, Compound) and value.parts[0] == Name("sys.argv")
