"""All modules together: what a name means across files, and where runs begin."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.classes import Classes
from repro_lint.flow.links import Links
from repro_lint.flow.modules import ModuleTable, folder_of, joined
from repro_lint.flow.target import Target
from repro_lint.flow.types import Types
from repro_lint.flow.variables import Variables
from repro_lint.syntax.index import Name, Result
from repro_lint.syntax.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.dispatch import Dispatch
    from repro_lint.flow.estimators import Estimators
    from repro_lint.flow.facts import Facts
    from repro_lint.repository.dependencies.records import Dependencies
    from repro_lint.repository.files import Repository
    from repro_lint.repository.manifests import Manifests
    from repro_lint.syntax.index import Call, Function, ModuleIndex, Value

REEXPORT_STEPS = 8
# What names mean that libraries for notebooks hand on by star imports.
USUAL_NAMES = {"np": "numpy", "pd": "pandas", "tf": "tensorflow", "torch": "torch"}


class Program(Links):
    """The modules of a repository, linked by name."""

    def __init__(
        self,
        modules: Mapping[str, ModuleIndex],
        repository: Repository,
        manifests: Manifests | None = None,
    ) -> None:
        """Keep the modules; links are made when asked for."""
        self.modules = modules
        self.repository = repository
        self.manifests = manifests
        self.table = ModuleTable(modules, repository.paths)
        self.definitions = {path: definitions(index) for path, index in modules.items()}
        self._names: dict[str, Names] = {}
        self._members: dict[tuple[str, str], Target | None] = {}
        self._calls: dict[tuple[str, int], Target | None] = {}
        self._companions: dict[tuple[str, str], frozenset[str]] = {}
        self._around: dict[tuple[str, int], Target | None] = {}
        self._beside: dict[str, frozenset[str]] = {}
        self._by_module: dict[str, dict[str, list[int]]] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        self._dependencies: dict[str, Dependencies] = {}
        self._aliases: set[tuple[str, str]] = set()
        self.classes = Classes(self)
        self.variables = Variables(self)
        self.types = Types(self)

    @cached_property
    def targets(self) -> Mapping[str, frozenset[str]]:
        """For each module the library names and builtins that its calls mean."""
        return {
            path: frozenset([call.target for call in index.calls])
            for path, index in self.modules.items()
        }

    @cached_property
    def dispatch(self) -> Dispatch:
        """What calls may run where no single definition is known."""
        from repro_lint.flow.dispatch import Dispatch  # noqa: PLC0415  it asks the program

        return Dispatch(self)

    @cached_property
    def facts(self) -> Facts:
        """The calls that knowledge says something about, and where values are used."""
        from repro_lint.flow.facts import Facts  # noqa: PLC0415  it asks the program

        return Facts(self)

    @cached_property
    def estimators(self) -> Estimators:
        """The estimators that get no seed, and where they are trained."""
        from repro_lint.flow.estimators import Estimators  # noqa: PLC0415  it asks the program

        return Estimators(self.facts)

    def names(self, path: str) -> Names:
        """The name resolution of one module."""
        found = self._names.get(path)
        if found is None:
            index = self.modules[path]
            found = self._names[path] = Names(index.functions, index.imports)
        return found

    def function(self, target: Target) -> Function:
        """The record of a function or class of the repository."""
        return self.modules[target.path].functions[target.place]

    def callee(self, path: str, place: int) -> Target | None:
        """What a call calls; None if that cannot be known."""
        key = (path, place)
        if key not in self._calls:
            found = self.resolve_call(path, self.modules[path].calls[place])
            # Reading the types of a function asks for its calls, in their order: that answer stays.
            self._calls.setdefault(key, found)
        return self._calls[key]

    def resolve_call(self, path: str, call: Call) -> Target | None:
        """Resolve the callee of a call without asking the kept answers."""
        if call.receiver is None:
            return self.resolve(path, call.function, call.name)
        attributes = call.name.lstrip(".")
        if isinstance(call.receiver, Result):
            before = self.modules[path].calls[call.receiver.call]
            if before.target == "builtins.super":
                return self.above(path, call.function, attributes)
        kinds = self.types.kinds_of(path, call.function, call.receiver)
        return self.member_of_kinds(kinds, attributes)

    def above(self, path: str, function: int, name: str) -> Target | None:
        """What `super().name` means in a method."""
        holder = self.enclosing_class(path, function)
        return None if holder is None else self.classes.above(holder, name)

    def member_of_kinds(self, kinds: tuple[Target, ...], rest: str) -> Target | None:
        """The method that a chain of attributes names on each of these classes, if it is one."""
        before, _, name = rest.rpartition(".")
        found = {self.member_of_type(kind, name) for kind in self.types.attribute(kinds, before)}
        return found.pop() if len(found) == 1 else None

    def resolve(self, path: str, function: int, name: str) -> Target | None:
        """What a dotted name means inside a function."""
        dotted = self.names(path).target(function, name)
        if dotted.startswith("builtins."):
            return Target("library", dotted=dotted)
        if dotted:
            return self.resolve_dotted(path, dotted)
        return self.resolve_local(path, function, name)

    def resolve_local(self, path: str, function: int, name: str) -> Target | None:
        """Resolve a name that no import binds: a definition here, or a typed variable."""
        head, _, rest = name.partition(".")
        found = self.definition(path, function, head)
        if found is None and head in ("self", "cls"):
            return self.resolve_self(path, function, rest)
        if found is not None:
            return self.below(found, rest)
        kinds = self.types.kinds(path, function, head)
        if kinds:
            return self.member_of_kinds(kinds, rest)
        found = self.resolve_alias(path, function, name)
        return self.resolve_starred(path, function, name) if found is None else found

    def resolve_alias(self, path: str, function: int, name: str) -> Target | None:
        """Resolve a variable that is given the name of something else, once."""
        head, _, rest = name.partition(".")
        values = self.types.values(path, function, head)
        if len(values) != 1 or not isinstance(values[0], Name) or (path, name) in self._aliases:
            return None
        self._aliases.add((path, name))
        scope = self.types.scope_of(path, function, head)
        found = self.resolve(path, scope, values[0].text + ("." + rest if rest else ""))
        self._aliases.discard((path, name))
        return found if found is None or found.kind != "module" else None

    def resolve_starred(self, path: str, function: int, name: str) -> Target | None:
        """Resolve a name that nothing in its module binds: a star import may bring it."""
        index = self.modules[path]
        head, _, rest = name.partition(".")
        scope = function
        while scope >= 0:
            if head in index.functions[scope].bound:
                return None
            scope = index.functions[scope].parent
        found = self.starred(index, head, 0)
        if found is None or not rest:
            return found
        if found.kind == "library":
            return Target("library", dotted=f"{found.dotted}.{rest}")
        if found.kind == "module":
            return self.inside(found.path, rest.split("."), 0)
        return self.below(found, rest)

    def definition(self, path: str, function: int, head: str) -> Target | None:
        """A function or class of the module that is visible under a name."""
        functions = self.modules[path].functions
        known = self.definitions[path]
        scope = function
        while scope >= 0:
            outer = functions[scope]
            if scope == function or outer.kind != "class":
                place = known.get(f"{outer.name}.{head}" if outer.name else head)
                if place is not None:
                    return Target(functions[place].kind, path, place)
                if head in outer.bound and scope != 0:
                    return None
            scope = outer.parent
        return None

    def resolve_self(self, path: str, function: int, rest: str) -> Target | None:
        """Resolve what follows `self.`: a method, or a method of a typed attribute."""
        holder = self.enclosing_class(path, function)
        if holder is None or not rest:
            return holder
        if "." not in rest:
            found = self.method(holder, rest)
            if found is not None:
                return found
            return self.member_of_kinds(self.types.attribute_kinds(holder, rest), "")
        return self.member_of_kinds((holder,), rest)

    def enclosing_class(self, path: str, function: int) -> Target | None:
        """The class whose body holds a function, however deep."""
        key = (path, function)
        if key not in self._around:
            functions = self.modules[path].functions
            scope = function
            while scope >= 0 and functions[scope].kind != "class":
                scope = functions[scope].parent
            self._around[key] = Target("class", path, scope) if scope >= 0 else None
        return self._around[key]

    def below(self, target: Target, rest: str) -> Target | None:
        """The member of a definition that a dotted rest names."""
        if not rest:
            return target
        if target.kind != "class" or "." in rest:
            return None
        return self.method(target, rest)

    def method(self, holder: Target, name: str) -> Target | None:
        """A method of a class or of its bases; a library's class gives a library's name."""
        if holder.kind == "library":
            return Target("library", dotted=f"{holder.dotted}.{name}")
        return self.classes.method(holder, name)

    def base_class(self, holder: Target, base: Value) -> Target | None:
        """The class that a base names."""
        if not isinstance(base, Name):
            return None
        outer = self.function(holder).parent
        return self.resolve(holder.path, outer, base.text)

    def library_bases(self, holder: Target) -> tuple[str, ...]:
        """The qualified names of a library's classes that a class descends from."""
        return self.classes.library_bases(holder)

    def member_of_type(self, holder: Target, name: str) -> Target | None:
        """A method of the class of a value; what runs when the value is called for no name."""
        return self.method(holder, name) if name else self.called_instance(holder)

    def called_instance(self, holder: Target) -> Target | None:
        """What runs when an object is called."""
        if holder.kind != "class":
            return None
        found = (self.classes.method(holder, name) for name in ("__call__", "forward", "call"))
        return next((method for method in found if method is not None), None)

    def resolve_dotted(self, path: str, dotted: str, depth: int = 0) -> Target | None:
        """What a dotted name through imports means, seen from a module."""
        if depth > REEXPORT_STEPS:
            return None
        if dotted.partition(".")[0] not in self.table.components and not dotted.startswith("."):
            return Target("library", dotted=dotted)
        dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
        parts = dotted.lstrip(".").split(".")
        for count in range(len(parts), -1 if dots else 0, -1):
            module = self.table.find(path, dots + ".".join(parts[:count]))
            if module and (module != path or count < len(parts)):
                return self.inside(module, parts[count:], depth)
        return None if dots else Target("library", dotted=dotted)

    def inside(self, module: str, rest: list[str], depth: int) -> Target | None:
        """What the members named by `rest` mean in a module of the repository."""
        if not rest:
            return Target("module", module)
        found = self.member(module, rest[0], depth)
        if found is None:
            return self.of_variable(module, rest)
        if len(rest) == 1:
            return found
        if found.kind == "library":
            return Target("library", dotted=".".join([found.dotted, *rest[1:]]))
        if found.kind == "module":
            return self.inside(found.path, rest[1:], depth + 1)
        return self.below(found, ".".join(rest[1:]))

    def of_variable(self, module: str, rest: list[str]) -> Target | None:
        """What members of a variable of a module mean."""
        if rest[0] not in self.modules[module].functions[0].bound:
            return None
        return self.resolve_local(module, 0, ".".join(rest))

    def member(self, module: str, name: str, depth: int) -> Target | None:
        """A name of a module: its own definition, what it imports, or a submodule."""
        key = (module, name)
        if key not in self._members:
            self._members[key] = None
            self._members[key] = self.search_member(module, name, depth)
        return self._members[key]

    def search_member(self, module: str, name: str, depth: int) -> Target | None:
        """Look for a member without asking the kept answers."""
        index = self.modules[module]
        place = self.definitions[module].get(name)
        if place is not None:
            return Target(index.functions[place].kind, module, place)
        dotted = self.names(module).imported[0].get(name)
        if dotted is not None:
            return self.resolve_dotted(module, dotted, depth + 1)
        if module.endswith("__init__.py"):
            found = self.table.file(joined(folder_of(module), name))
            if found:
                return Target("module", found)
        return self.starred(index, name, depth)

    def starred(self, index: ModuleIndex, name: str, depth: int) -> Target | None:
        """A name that comes through a star import, from a library only where all call it so."""
        if depth > REEXPORT_STEPS or name.startswith("_"):
            return None
        unseen = False
        for entry in index.imports:
            if entry.member == "*" and entry.function == 0:
                module = self.table.find(index.path, entry.module)
                unseen = unseen or not module
                if module and module != index.path:
                    found = self.member(module, name, depth + 1)
                    if found is not None:
                        return found
        usual = USUAL_NAMES.get(name, "") if unseen else ""
        return self.resolve_dotted(index.path, usual, depth + 1) if usual else None


def definitions(index: ModuleIndex) -> dict[str, int]:
    """The functions and classes of a module by qualified name; the last one counts."""
    return {
        function.name: place
        for place, function in enumerate(index.functions)
        if function.kind in ("function", "class") and place
    }
