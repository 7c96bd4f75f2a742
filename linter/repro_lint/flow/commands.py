"""Commands of programs: what click, typer, fire and argparse run, as people ask for it."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.candidates import Candidates
from repro_lint.flow.target import Target
from repro_lint.flow.variables import Variable
from repro_lint.syntax.index import Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.callables import Callables
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Call

COMMAND = frozenset(("command", "callback", "default", "async_command"))
MOST_COMMANDS = 40


class Commands:
    """Finds the functions that a command line program runs."""

    def __init__(self, program: Program, callables: Callables) -> None:
        """Keep the program."""
        self.program = program
        self.callables = callables
        self.registries = callables.registries
        self._chosen: dict[tuple[str, str], tuple[Target, ...]] = {}

    def of_group(self, target: Target) -> tuple[Target, ...]:
        """The commands of a group, which is a function itself (click)."""
        record = self.program.function(target)
        calls = self.program.modules[target.path].calls
        for decorator in record.decorators:
            called = calls[decorator.call].name if isinstance(decorator, Result) else ""
            name = decorator.text if isinstance(decorator, Name) else called
            if name.rpartition(".")[2] == "group":
                home = Variable(target.path, record.name, "")
                return tuple(dict.fromkeys(self.decorated(home)))[:MOST_COMMANDS]
        return ()

    def of_application(self, path: str, call: Call) -> Candidates | None:
        """What a call of an application object runs, None if it is none.

        `app()` of typer, and `args.func(args)` where parsers set `func`.
        """
        before, _, bare = call.name.rpartition(".")
        if before and "." not in before:
            chosen = self.chosen(path, bare)
            if chosen:
                return Candidates(chosen)
        name = before if bare in ("meta", "main") else call.name
        if name not in self.registries.decorated:
            return None
        home = self.program.variables.home(path, call.function, name)
        found = tuple(dict.fromkeys(self.decorated(home))) if home is not None else ()
        return Candidates(found[:MOST_COMMANDS]) if found else None

    def decorated(self, home: Variable) -> Iterator[Target]:
        """What an application or group decorates as its commands."""
        for path, place, name in self.registries.decorated.get(home.name, ()):
            before, _, last = name.rpartition(".")
            outer = max(self.program.modules[path].functions[place].parent, 0)
            if last in COMMAND and before and self.is_same(path, outer, before, home):
                yield self.registries.target(path, place)
        for path, place in self.program.calls_named.get("add_command", ()):
            call = self.program.modules[path].calls[place]
            before = call.name.rpartition(".")[0]
            if before and self.is_same(path, call.function, before, home):
                yield from self.registries.arguments(path, place)

    def is_same(self, path: str, function: int, name: str, home: Variable) -> bool:
        """Whether a name means an application: a variable, or the function that is a group."""
        found = self.program.resolve(path, function, name)
        if found is not None and found.kind == "function":
            record = self.program.function(found)
            return (found.path, record.name) == (home.path, home.name)
        return self.registries.is_home(path, function, name, home)

    def chosen(self, path: str, name: str) -> tuple[Target, ...]:
        """The functions that parsers of a module set as a default: `set_defaults(func=train)`."""
        key = (path, name)
        found = self._chosen.get(key)
        if found is None:
            targets: list[Target] = []
            for owner, place in self.program.calls_named.get("set_defaults", ()):
                call = self.program.modules[owner].calls[place]
                value = call.keyword(name) if owner == path else None
                if value is not None:
                    # A helper that makes each parser gets the function from its callers.
                    known = self.callables.of(path, call.function, value, 0)
                    targets.extend(t for t in known.targets if t.kind == "function")
            found = self._chosen[key] = tuple(dict.fromkeys(targets))[:MOST_COMMANDS]
        return found

    @cached_property
    def run_by_choice(self) -> frozenset[Target]:
        """The functions that parsers set as a default, where the module calls them by that name."""
        return frozenset(
            target
            for path, place in self.program.calls_named.get("set_defaults", ())
            for name, _ in self.program.modules[path].calls[place].keywords
            if any(owner == path for owner, _ in self.program.calls_named.get(name, ()))
            for target in self.chosen(path, name)
        )

    def fire(self, path: str, place: int) -> Candidates | None:
        """What `fire.Fire` runs: a class's methods, or any function of the module."""
        call = self.program.modules[path].calls[place]
        functions = self.program.modules[path].functions
        if not call.arguments and not call.keywords:
            known = self.program.definitions[path].values()
            own = [p for p in known if functions[p].kind == "function" and not functions[p].parent]
            return Candidates(tuple(Target("function", path, p) for p in own[:MOST_COMMANDS]))
        value = call.argument(0, "component")
        if not isinstance(value, Name):
            return None
        holder = self.program.resolve(path, call.function, value.text)
        if holder is None or holder.kind != "class":
            return None
        places = self.program.classes.methods_of(holder)
        modules = self.program.modules[holder.path].functions
        public = [p for p in places if not modules[p].name.rpartition(".")[2].startswith("_")]
        later = tuple(Target("function", holder.path, p) for p in public[:MOST_COMMANDS])
        return Candidates((holder,), later=later)
