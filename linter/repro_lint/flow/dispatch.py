"""What calls may run: overriding methods, tables of functions, parameters that callers agree on.

`Program.callee` tells the one definition that names and classes show; this asks further.
The first question that has an answer decides.
"""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.callables import Callables
from repro_lint.flow.candidates import INSTANTIATING, UNRESOLVED, Candidates, either, perhaps
from repro_lint.flow.commands import Commands
from repro_lint.flow.namesakes import namesakes
from repro_lint.syntax.index import Evaluate, Exit, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.hydra import Hydra
    from repro_lint.flow.kinds import Kinds
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Value

BUILDING = frozenset(
    ("build", "create", "make", "get", "instantiate", "construct", "build_from_cfg")
)


class Dispatch:
    """Answers what each call may run."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self.callables = Callables(program)
        self.registries = self.callables.registries
        self.commands = Commands(program, self.callables)
        self._found: dict[tuple[str, int], Candidates] = {}

    @cached_property
    def hydra(self) -> Hydra:
        """The targets that configuration files name."""
        from repro_lint.flow.hydra import Hydra  # noqa: PLC0415  few repositories need it

        return Hydra(self.program)

    def of(self, path: str, place: int) -> Candidates:
        """What a call may run."""
        key = (path, place)
        found = self._found.get(key)
        if found is None:
            # A call whose answer asks for itself is unresolved there.
            self._found[key] = UNRESOLVED
            found = self._found[key] = self.search(path, place)
        return found

    def search(self, path: str, place: int) -> Candidates:
        """Look for what a call may run without asking the kept answers."""
        call = self.program.modules[path].calls[place]
        target = self.program.callee(path, place)
        if target is None:
            return self.unknown(path, call)
        if target.kind == "library":
            return self.library(path, place, target)
        if target.kind == "function":
            return self.project(path, call, target)
        return Candidates((target,))

    def library(self, path: str, place: int, target: Target) -> Candidates:
        """A library's function: it may make or run what a configuration or a module names."""
        if target.dotted in INSTANTIATING:
            return perhaps(self.hydra.targets(path, place))
        if target.dotted.startswith("argparse.Namespace."):
            call = self.program.modules[path].calls[place]
            return self.commands.of_application(path, call) or Candidates((target,))
        if target.dotted == "fire.Fire":
            return self.commands.fire(path, place) or Candidates((target,))
        return Candidates((target,))

    def project(self, path: str, call: Call, target: Target) -> Candidates:
        """A function of the repository: methods may be overridden, groups run a command."""
        bare = call.name.rpartition(".")[2]
        if self.program.function(target).decorators:
            commands = self.commands.of_group(target)
            if commands:
                return Candidates((target,), later=commands)
        if bare in BUILDING and call.receiver is None:
            members = self.of_registry(path, call)
            if members:
                return perhaps((target, *members))
        if len(self.program.classes.methods_named.get(bare, ())) > 1:
            return self.overridden(path, call, bare, target)
        return Candidates((target,))

    def of_registry(self, path: str, call: Call) -> tuple[Target, ...]:
        """The members of the registry that a call asks for one: `MODELS.build(config)`."""
        before = call.name.rpartition(".")[0]
        home = self.program.variables.home(path, call.function, before) if before else None
        return self.registries.members(home) if home is not None and not home.rest else ()

    def overridden(self, path: str, call: Call, bare: str, target: Target) -> Candidates:
        """A method, and those that override it in classes that the object may have."""
        classes = self.program.classes
        found = {target: None}
        before = call.name.rpartition(".")[0]
        if call.receiver is not None:
            found.update(dict.fromkeys(self.above(path, call, bare)))
        else:
            for holder in self.open_kinds(path, call.function, before):
                for heir in classes.all_derived(holder):
                    method = classes.method(heir, bare)
                    if method is not None:
                        found[method] = None
        if len(found) == 1:
            return Candidates((target,))
        concrete = [t for t in found if not self.is_abstract(t)] or [target]
        return Candidates(tuple(concrete), exact=len(concrete) == 1)

    def above(self, path: str, call: Call, bare: str) -> list[Target]:
        """What `super().name` means for objects of classes that derive from the one around it."""
        if not isinstance(call.receiver, Result):
            return []
        if self.program.modules[path].calls[call.receiver.call].target != "builtins.super":
            return []
        holder = self.program.enclosing_class(path, call.function)
        if holder is None:
            return []
        classes = self.program.classes
        found = [classes.above(holder, bare, heir) for heir in classes.all_derived(holder)]
        return [target for target in found if target is not None and target.kind == "function"]

    def open_kinds(self, path: str, function: int, before: str) -> Kinds:
        """The class of a receiver that may also be a derived one: `self`, or as annotated."""
        program = self.program
        if before in ("self", "cls"):
            holder = program.enclosing_class(path, function)
            return () if holder is None else (holder,)
        if not before or not self.is_annotated(path, function, before):
            return ()
        return tuple(
            kind for kind in program.types.named(path, function, before) if kind.kind == "class"
        )

    def is_annotated(self, path: str, function: int, name: str) -> bool:
        """Whether the class of a variable or attribute is known from an annotation."""
        sources = self.callables.sources(path, function, name, of_parameters=False)
        if not sources:
            return True
        for given in sources:
            if isinstance(given.value, Name) and "." not in given.value.text:
                scope = self.program.types.scope_of(given.path, given.function, given.value.text)
                record = self.program.modules[given.path].functions[scope]
                if any(p.name == given.value.text and p.annotation for p in record.parameters):
                    return True
        return False

    def is_abstract(self, target: Target) -> bool:
        """Whether a method is there to be overridden."""
        if target.kind != "function":
            return False
        record = self.program.function(target)
        names = [d.text for d in record.decorators if isinstance(d, Name)]
        if any(name.rpartition(".")[2].startswith("abstract") for name in names):
            return True
        last = record.body[-1] if record.body else None
        if not isinstance(last, Exit) or last.kind != "raise":
            return False
        raised = last.value
        if isinstance(raised, Result):
            raised = Name(self.program.modules[target.path].calls[raised.call].name)
        alone = all(isinstance(operation, Evaluate) for operation in record.body[:-1])
        return alone and raised == Name("NotImplementedError")

    def unknown(self, path: str, call: Call) -> Candidates:
        """A call whose callee names and classes do not show."""
        if not call.name:
            return UNRESOLVED if call.receiver is None else self.called(path, call, call.receiver)
        before, _, bare = call.name.rpartition(".")
        if call.receiver is None and not before:
            return self.commands.of_application(path, call) or self.called(
                path, call, Name(call.name)
            )
        return self.method(path, call, before, bare)

    def called(self, path: str, call: Call, value: Value) -> Candidates:
        """A value that is called."""
        return self.callables.of(path, call.function, value, 0)

    def method(self, path: str, call: Call, before: str, bare: str) -> Candidates:
        """A method of an object whose class one assignment does not tell."""
        if call.receiver is not None:
            kinds = self.program.types.kinds_of(path, call.function, call.receiver)
            if kinds:
                return self.of_kinds(kinds, bare)
            return perhaps(namesakes(self.program, path, call))
        if not self.is_promising(path, before, bare):
            return UNRESOLVED
        for question in (self.built, self.commands.of_application, self.of_heirs):
            found = question(path, call)
            if found is not None:
                return found
        kinds = self.callables.kinds(path, call.function, before)
        if kinds:
            return self.of_kinds(kinds, bare)
        found = self.called(path, call, Name(call.name))
        if found.targets or call.target:
            return found
        return perhaps(namesakes(self.program, path, call))

    def is_promising(self, path: str, before: str, bare: str) -> bool:
        """Whether anything of the repository may run under such a name."""
        if before == "self" or bare in BUILDING or bare in self.program.classes.methods_named:
            return True
        return bool(self.commands.chosen(path, bare)) or bare in ("main", "meta")

    def built(self, path: str, call: Call) -> Candidates | None:
        """What a registry of no known class makes."""
        if call.name.rpartition(".")[2] not in BUILDING:
            return None
        members = self.of_registry(path, call)
        return perhaps(members) if members else None

    def of_kinds(self, kinds: Kinds, name: str) -> Candidates:
        """A method of an object that has one of several classes."""
        methods = [self.program.member_of_type(kind, name) for kind in kinds]
        return either([UNRESOLVED if m is None else Candidates((m,)) for m in methods])

    def of_heirs(self, path: str, call: Call) -> Candidates | None:
        """A method of `self` that only the classes that derive from this one define."""
        before, _, bare = call.name.rpartition(".")
        classes = self.program.classes
        if before not in ("self", "cls") or bare not in classes.methods_named:
            return None
        holder = self.program.enclosing_class(path, call.function)
        heirs = () if holder is None else classes.all_derived(holder)
        known = [m for m in (classes.method(heir, bare) for heir in heirs) if m is not None]
        return either([Candidates((method,)) for method in known]) if known else None
