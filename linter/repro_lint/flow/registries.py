"""Tables of functions and classes: written out, filled by assignments, or by decorators."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import every
from repro_lint.flow.target import Target
from repro_lint.flow.variables import Variable
from repro_lint.syntax.index import Assign, Compound, Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import ModuleIndex, Value

MOST_MEMBERS = 100
FILLING = frozenset(("register", "register_module", "add", "register_class", "update"))
STEPS = 3


class Registries:
    """The members of the tables of a program."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._members: dict[tuple[str, str], tuple[Target, ...]] = {}

    @cached_property
    def decorated(self) -> Mapping[str, list[tuple[str, int, str]]]:
        """What is decorated, as path and place, with the decorator's name, by each part of it."""
        found: dict[str, list[tuple[str, int, str]]] = {}
        for path, index in self.program.modules.items():
            for place, record in enumerate(index.functions):
                for decorator in record.decorators:
                    name = decorator_name(index, decorator)
                    for part in set(name.split(".")) if name else ():
                        found.setdefault(part, []).append((path, place, name))
        return found

    def members(self, home: Variable) -> tuple[Target, ...]:
        """The functions and classes that a table of a module holds; nothing if there are many."""
        key = (home.path, home.name)
        found = self._members.get(key)
        if found is None:
            self._members[key] = ()
            all_found = dict.fromkeys(self.search(home))
            found = tuple(all_found) if len(all_found) <= MOST_MEMBERS else ()
            self._members[key] = found
        return found

    def search(self, home: Variable) -> Iterator[Target]:
        """Look for the members of a table."""
        for value in self.program.types.values(home.path, 0, home.name):
            yield from self.shown(home.path, 0, value)
        yield from self.stored(home)
        yield from self.decorated_with(home)
        yield from self.handed_in(home)

    def shown(self, path: str, function: int, value: Value) -> Iterator[Target]:
        """The definitions that a value names: a dict or list that is written out, or one name."""
        waiting = [value]
        while waiting:
            current = waiting.pop(0)
            if isinstance(current, Name):
                found = self.program.resolve(path, function, current.text)
                if found is not None and found.kind in ("function", "class"):
                    yield found
            else:
                waiting[:0] = held(self.program.modules[path], current)

    def entry(self, home: Variable, key: object) -> Target | None:
        """What a dict that is written out holds for a constant key."""
        values = self.program.types.values(home.path, 0, home.name)
        if len(values) != 1 or not isinstance(values[0], Compound) or values[0].kind != "Dict":
            return None
        pairs = values[0].parts
        found = [pairs[n + 1] for n in range(0, len(pairs) - 1, 2) if pairs[n] == Literal(key)]
        shown = list(self.shown(home.path, 0, found[-1])) if found else []
        return shown[0] if len(shown) == 1 else None

    def stored(self, home: Variable) -> Iterator[Target]:
        """What the functions of a module store in one of its tables.

        A function that stores its own parameter is a registrar: what it decorates or is
        given becomes a member.
        """
        index = self.program.modules[home.path]
        for place, record in enumerate(index.functions):
            for operation in every(record.body):
                if isinstance(operation, Assign) and is_entry_of(operation.target, home.name):
                    yield from self.shown(home.path, place, operation.value)
                    if isinstance(operation.value, Name) and place:
                        yield from self.registered(home.path, place)

    def registered(self, path: str, place: int) -> Iterator[Target]:
        """What a registrar, or the function around it, decorates or is given."""
        functions = self.program.modules[path].functions
        while functions[place].parent > 0 and functions[functions[place].parent].kind != "class":
            place = functions[place].parent
        wanted = (path, place)
        bare = functions[place].name.rpartition(".")[2]
        for owner, target, name in self.decorated.get(bare, ()):
            outer = max(self.program.modules[owner].functions[target].parent, 0)
            found = self.program.resolve(owner, outer, name)
            if found is not None and (found.path, found.place) == wanted:
                yield self.target(owner, target)
        for caller, called in islice(self.program.calls_beside(path, bare), MOST_MEMBERS):
            found = self.program.callee(caller, called)
            if found is not None and (found.path, found.place) == wanted:
                yield from self.arguments(caller, called)

    def decorated_with(self, home: Variable) -> Iterator[Target]:
        """What a method of a table decorates: `@MODELS.register("small")`."""
        for path, place, name in self.decorated.get(home.name, ()):
            before = name.rpartition(".")[0]
            outer = max(self.program.modules[path].functions[place].parent, 0)
            if before and self.is_home(path, outer, before, home):
                yield self.target(path, place)

    def handed_in(self, home: Variable) -> Iterator[Target]:
        """What is given to a method that fills a table: `MODELS.register("small", Small)`."""
        for verb in sorted(FILLING):
            for path, place in islice(self.program.calls_beside(home.path, verb), MOST_MEMBERS):
                call = self.program.modules[path].calls[place]
                before = call.name.rpartition(".")[0]
                if before.rpartition(".")[2] == home.name and self.is_home(
                    path, call.function, before, home
                ):
                    yield from self.arguments(path, place)

    def arguments(self, path: str, place: int) -> Iterator[Target]:
        """The definitions that a call is given."""
        call = self.program.modules[path].calls[place]
        for value in (*call.arguments, *(value for _, value in call.keywords)):
            yield from self.shown(path, call.function, value)

    def is_home(self, path: str, function: int, name: str, home: Variable) -> bool:
        """Whether a name means a certain variable."""
        found = self.program.variables.home(path, function, name)
        return found is not None and found == Variable(home.path, home.name, "")

    def target(self, path: str, place: int) -> Target:
        """A definition by its place."""
        return Target(self.program.modules[path].functions[place].kind, path, place)


def held(index: ModuleIndex, value: Value) -> tuple[Value, ...]:
    """What a dict, list or partial application that is written out holds."""
    if isinstance(value, Compound) and value.kind == "Dict":
        return value.parts[1::2]
    if isinstance(value, Compound) and value.kind in ("List", "Tuple", "Set"):
        return value.parts
    if isinstance(value, Result):
        call = index.calls[value.call]
        if call.target == "builtins.dict":
            return tuple(part for _, part in call.keywords)
        if call.target == "functools.partial":
            return call.arguments[:1]
    return ()


def decorator_name(index: ModuleIndex, decorator: Value) -> str:
    """The dotted name of a decorator, whether or not it is called."""
    if isinstance(decorator, Name):
        return decorator.text
    return index.calls[decorator.call].name if isinstance(decorator, Result) else ""


def is_entry_of(target: Value, name: str) -> bool:
    """Whether an assignment stores in a table of this name."""
    if not isinstance(target, Compound) or target.kind != "Subscript":
        return False
    return target.parts[0] == Name(name)
