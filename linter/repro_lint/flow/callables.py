"""What runs when a value is called: functions by other names, tables, parameters, attributes."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.callers import Callers, Given
from repro_lint.flow.candidates import UNRESOLVED, Candidates, either, perhaps
from repro_lint.flow.kinds import united, wrapped
from repro_lint.flow.operations import every
from repro_lint.flow.registries import Registries
from repro_lint.flow.target import Target
from repro_lint.syntax.index import Compound, Exit, Lambda, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.kinds import Kinds
    from repro_lint.flow.program import Program
    from repro_lint.flow.variables import Variable
    from repro_lint.syntax.index import Call, Value

DEEPEST = 4
MOST_MEMBERS = 40
MODULE_TABLES = ("builtins.globals", "builtins.vars", "builtins.locals")


class Callables:
    """Follows values to the definitions that run when they are called."""

    def __init__(self, program: Program) -> None:
        """Keep the program."""
        self.program = program
        self.callers = Callers(program)
        self.registries = Registries(program)

    def of(self, path: str, function: int, value: Value, depth: int) -> Candidates:
        """What runs when a value is called."""
        if depth > DEEPEST:
            return UNRESOLVED
        if isinstance(value, Name):
            return self.named(path, function, value.text, depth)
        if isinstance(value, Lambda):
            return Candidates((Target("function", path, value.function),))
        if isinstance(value, Result):
            return self.made(path, value.call, depth)
        if isinstance(value, Compound):
            if value.kind == "Subscript" and len(value.parts) == 2:  # noqa: PLR2004
                return self.element(path, function, value.parts[0], value.parts[1])
            if value.kind == "IfExp":
                ways = [part for part in value.parts[1:] if part != Literal(None)]
                return either([self.of(path, function, way, depth + 1) for way in ways])
            if value.kind == "BoolOp" and value.detail == "Or":
                return either([self.of(path, function, way, depth + 1) for way in value.parts])
        return UNRESOLVED

    def named(self, path: str, function: int, name: str, depth: int) -> Candidates:
        """What runs when a name is called."""
        found = self.program.resolve(path, function, name)
        if found is not None:
            return UNRESOLVED if found.kind == "module" else Candidates((found,))
        sources = self.sources(path, function, name)
        if sources:
            return either([self.of(g.path, g.function, g.value, depth + 1) for g in sources])
        return self.instances(self.kinds(path, function, name))

    def instances(self, kinds: Kinds) -> Candidates:
        """What runs when an object of one of these classes is called."""
        found = [self.program.called_instance(kind) for kind in kinds]
        return either([Candidates((t,)) if t is not None else UNRESOLVED for t in found])

    def sources(
        self, path: str, function: int, name: str, *, of_parameters: bool = True
    ) -> tuple[Given, ...]:
        """The values that a variable, attribute or parameter is given; () where one is unknown."""
        head, _, rest = name.partition(".")
        if head == "self" and rest and "." not in rest:
            return self.attribute(path, function, rest)
        types = self.program.types
        if not self.program.names(path).target(function, name):
            if rest:
                return ()
            scope = types.scope_of(path, function, head)
            values = types.values(path, scope, head)
            if values or not of_parameters:
                return tuple(Given(path, scope, value) for value in values)
            return self.callers.given(path, scope, head)
        home = self.program.variables.imported(
            path, self.program.names(path).target(function, name)
        )
        if home is None or home.rest:
            return ()
        return tuple(Given(home.path, 0, value) for value in types.values(home.path, 0, home.name))

    def attribute(self, path: str, function: int, name: str) -> tuple[Given, ...]:
        """The values that the methods of a class give one of its attributes."""
        holder = self.program.enclosing_class(path, function)
        if holder is None:
            return ()
        classes = self.program.classes
        wanted = "self." + name
        for owner in classes.line(holder):
            if owner.kind != "class":
                continue
            found: list[Given] = []
            for place in classes.methods_of(owner):
                values = self.program.types.locals(owner.path, place).values
                if wanted in values:
                    given = values[wanted]
                    if given is None:
                        return ()
                    found.extend(Given(owner.path, place, v) for v in given if v != Literal(None))
            if found:
                return tuple(found)
        return ()

    def kinds(self, path: str, function: int, name: str) -> Kinds:
        """The classes of a dotted name, those that callers give for a parameter included."""
        types = self.program.types
        found = types.named(path, function, name)
        if found:
            return found
        head, _, rest = name.partition(".")
        if head == "self" and rest:
            attribute, _, rest = rest.partition(".")
            given = self.attribute(path, function, attribute)
        else:
            given = self.sources(path, function, head)
        return types.attribute(united(self.kinds_given(g) for g in given), rest)

    def kinds_given(self, given: Given) -> Kinds:
        """The classes of a value, or of what callers give where it is a parameter."""
        types = self.program.types
        found = types.kinds_of(given.path, given.function, given.value)
        if found or not isinstance(given.value, Name) or "." in given.value.text:
            return found
        scope = types.scope_of(given.path, given.function, given.value.text)
        more = self.callers.given(given.path, scope, given.value.text)
        return united(types.kinds_of(g.path, g.function, g.value) for g in more)

    def made(self, path: str, place: int, depth: int) -> Candidates:
        """What runs when the value of a call is called."""
        call = self.program.modules[path].calls[place]
        target = self.program.callee(path, place)
        if target is None:
            return self.taken(path, call)
        if target.kind == "class":
            return self.instances((target,))
        if target.kind == "function":
            return self.returned(target, depth)
        if target.dotted == "builtins.getattr":
            return self.picked(path, call)
        value = wrapped(call, target.dotted)
        return UNRESOLVED if value is None else self.of(path, call.function, value, depth + 1)

    def taken(self, path: str, call: Call) -> Candidates:
        """A value that is taken from a table: `MODELS.get(name)`."""
        before, _, bare = call.name.rpartition(".")
        if bare not in ("get", "pop", "__getitem__") or not before or not call.arguments:
            return UNRESOLVED
        return self.element(path, call.function, Name(before), call.arguments[0])

    def returned(self, target: Target, depth: int) -> Candidates:
        """What runs when the value that a function gives back is called."""
        kinds = self.program.types.returned(target)
        if kinds:
            return self.instances(kinds)
        record = self.program.function(target)
        values = [
            operation.value
            for operation in every(record.body)
            if isinstance(operation, Exit)
            and operation.kind == "return"
            and operation.value != Literal(None)
        ]
        if len(values) > DEEPEST or record.is_generator:
            return UNRESOLVED
        return either([self.of(target.path, target.place, v, depth + 1) for v in values])

    def element(self, path: str, function: int, table: Value, key: Value) -> Candidates:
        """What runs when an entry of a table is called."""
        if isinstance(table, Result):
            call = self.program.modules[path].calls[table.call]
            if call.target in MODULE_TABLES:
                owner = Name(path) if not call.arguments else call.arguments[0]
                return self.of_module(path, function, owner, key)
            return UNRESOLVED
        if isinstance(table, Compound):
            return perhaps(self.registries.shown(path, function, table))
        if not isinstance(table, Name):
            return UNRESOLVED
        if table.text.endswith(".__dict__"):
            owner = Name(table.text.removesuffix(".__dict__"))
            return self.of_module(path, function, owner, key)
        home = self.program.variables.home(path, function, table.text)
        if home is None:
            sources = self.sources(path, function, table.text)
            tables = [g for g in sources if isinstance(g.value, Compound)]
            return perhaps(
                member
                for g in tables
                for member in self.registries.shown(g.path, g.function, g.value)
            )
        if home.rest:
            return UNRESOLVED
        return self.member(home, key)

    def member(self, home: Variable, key: Value) -> Candidates:
        """An entry of a table of a module: the one of a constant key, or any."""
        if isinstance(key, Literal):
            found = self.registries.entry(home, key.value)
            if found is not None:
                return Candidates((found,))
        return perhaps(self.registries.members(home))

    def picked(self, path: str, call: Call) -> Candidates:
        """What `getattr(owner, name)` may give: a member of a module or of a class."""
        if len(call.arguments) < 2 or not isinstance(call.arguments[0], Name):  # noqa: PLR2004
            return UNRESOLVED
        owner, key = call.arguments[0], call.arguments[1]
        if isinstance(key, Literal) and isinstance(key.value, str):
            found = self.program.resolve(path, call.function, f"{owner.text}.{key.value}")
            return UNRESOLVED if found is None else Candidates((found,))
        holder = self.program.resolve(path, call.function, owner.text)
        if holder is not None and holder.kind == "module":
            return self.of_module(path, call.function, owner, key)
        kinds = self.kinds(path, call.function, owner.text)
        start, end = known_ends(key)
        if len(kinds) != 1 or kinds[0].kind != "class" or not (start or end):
            return UNRESOLVED
        return perhaps(self.methods_like(kinds[0], start, end))

    def methods_like(self, holder: Target, start: str, end: str) -> list[Target]:
        """The methods of a class and its bases whose names begin and end so."""
        found: dict[str, Target] = {}
        for owner in self.program.classes.line(holder):
            places = self.program.classes.methods_of(owner) if owner.kind == "class" else []
            for place in places:
                name = self.program.modules[owner.path].functions[place].name.rpartition(".")[2]
                if name.startswith(start) and name.endswith(end):
                    found.setdefault(name, Target("function", owner.path, place))
        return list(found.values())[:MOST_MEMBERS]

    def of_module(self, path: str, function: int, owner: Value, key: Value) -> Candidates:
        """What a name that is made up as it runs may mean in a module."""
        module = path
        if not isinstance(owner, Name):
            return UNRESOLVED
        if owner.text != path:
            found = self.program.resolve(path, function, owner.text)
            if found is None or found.kind != "module":
                return UNRESOLVED
            module = found.path
        if isinstance(key, Literal) and isinstance(key.value, str):
            one = self.program.member(module, key.value, 0)
            return UNRESOLVED if one is None else Candidates((one,))
        start, end = known_ends(key)
        names = [n for n in self.public(module) if n.startswith(start) and n.endswith(end)]
        if len(names) > MOST_MEMBERS:
            return UNRESOLVED
        members = [self.program.member(module, name, 0) for name in names]
        return perhaps(m for m in members if m is not None and m.kind in ("function", "class"))

    def public(self, module: str) -> list[str]:
        """The public names that a module defines or imports from the repository."""
        program = self.program
        own = [name for name in program.definitions[module] if "." not in name]
        brought = [
            alias
            for alias, dotted in program.names(module).imported[0].items()
            if dotted.startswith(".") or dotted.partition(".")[0] in program.table.components
        ]
        return [name for name in (*own, *brought) if not name.startswith("_")]


def known_ends(key: Value) -> tuple[str, str]:
    """How a name that is made up begins and ends, as far as the text shows: `f"train_{x}"`."""
    if not isinstance(key, Compound) or key.kind not in ("JoinedStr", "BinOp") or not key.parts:
        return "", ""
    first, last = key.parts[0], key.parts[-1]
    start = first.value if isinstance(first, Literal) and isinstance(first.value, str) else ""
    end = last.value if isinstance(last, Literal) and isinstance(last.value, str) else ""
    return (start, end) if first is not last else ("", "")
