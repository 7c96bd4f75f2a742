"""The classes of values: what calls make and give back, what annotations and assignments say."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.annotations import class_names
from repro_lint.flow.kinds import NOTHING, UNCLEAR, Locals, only, piece, united, wrapped
from repro_lint.flow.operations import every
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import (
    Assign,
    Compound,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
    With,
)

if TYPE_CHECKING:
    from repro_lint.flow.kinds import Kinds
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Value

DEEPEST = 12


class Types:
    """The classes of the values of a program, as far as assignments tell."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._locals: dict[tuple[str, int], Locals] = {}
        self._open: set[tuple[str, int]] = set()
        self._attributes: dict[tuple[Target, str], Kinds] = {}
        self._returned: dict[tuple[Target, int], Kinds] = {}
        self._depth = 0

    def variable_type(self, path: str, function: int, name: str) -> Target | None:
        """The class of a local or module variable; None unless every assignment agrees."""
        return only(self.kinds(path, function, name))

    def type_of(self, path: str, function: int, value: Value) -> Target | None:
        """The class of a value; None unless there is exactly one."""
        return only(self.kinds_of(path, function, value))

    def scope_of(self, path: str, function: int, name: str) -> int:
        """The function in which a variable lives that is seen from another; 0 for the module."""
        functions = self.program.modules[path].functions
        scope = function
        while scope > 0:
            record = functions[scope]
            if (scope == function or record.kind != "class") and name in record.bound:
                return scope
            scope = record.parent
        return 0

    def kinds(self, path: str, function: int, name: str) -> Kinds:
        """The classes that a local or module variable may have; none where one is unclear."""
        scope = self.scope_of(path, function, name)
        return self.locals(path, scope).kinds.get(name, UNCLEAR)

    def values(self, path: str, function: int, name: str) -> tuple[Value, ...]:
        """What a variable is given, all of it; nothing where a part is unknown."""
        scope = self.scope_of(path, function, name)
        return self.locals(path, scope).values.get(name) or ()

    def locals(self, path: str, function: int) -> Locals:
        """What is known of the variables of one function."""
        key = (path, function)
        found = self._locals.get(key)
        if found is None:
            if self._depth >= DEEPEST:
                return NOTHING
            # `found` grows on the way, as later assignments call methods of earlier variables.
            found = self._locals[key] = Locals()
            self._open.add(key)
            self._depth += 1
            try:
                self.collect(path, function, found)
            finally:
                self._depth -= 1
                self._open.discard(key)
        return found

    def collect(self, path: str, function: int, found: Locals) -> None:
        """Read the classes of variables from annotations and assignments, in their order."""
        record = self.program.modules[path].functions[function]
        for parameter in record.parameters:
            starred = parameter.kind.startswith("*")
            text = "" if starred else parameter.annotation
            found.kinds[parameter.name] = self.annotated(path, record.parent, text)
            found.values[parameter.name] = None
        for operation in every(record.body):
            if isinstance(operation, Assign):
                self.assign(path, function, operation, found)
            elif isinstance(operation, With):
                kinds = self.entered(path, function, operation.context)
                self.bind(path, function, operation.target, kinds, found)
            elif isinstance(operation, Loop):
                kinds = self.elements(path, function, operation.iterable)
                self.bind(path, function, operation.target, kinds, found)

    def assign(self, path: str, function: int, operation: Assign, found: Locals) -> None:
        """Note what one assignment says."""
        target, value = operation.target, operation.value
        if isinstance(target, Name):
            found.give(target.text, None if operation.augmented else value)
            if operation.annotation:
                kinds = self.annotated(path, function, operation.annotation)
                if kinds:
                    found.note(target.text, kinds)
                    return
            if not (isinstance(value, Literal) and value.value is None):
                found.note(target.text, self.kinds_of(path, function, value))
        elif isinstance(target, Compound) and target.kind in ("Tuple", "List"):
            for place, part in enumerate(target.parts):
                if isinstance(part, Name):
                    found.give(part.text, None)
                    count = len(target.parts)
                    found.note(part.text, self.part(path, function, value, place, count))

    def bind(self, path: str, function: int, target: Value, kinds: Kinds, found: Locals) -> None:
        """Note the classes of what a loop or a with statement binds."""
        if isinstance(target, Name):
            found.give(target.text, None)
            found.note(target.text, kinds)
        elif isinstance(target, Compound):
            for part in target.parts:
                self.bind(path, function, part, UNCLEAR, found)

    def part(self, path: str, function: int, value: Value, place: int, count: int) -> Kinds:
        """The classes of one of several values that are unpacked."""
        if isinstance(value, Compound) and value.kind in ("Tuple", "List"):
            fits = len(value.parts) == count
            return self.kinds_of(path, function, value.parts[place]) if fits else UNCLEAR
        if isinstance(value, Result):
            made = self.program.callee(path, value.call)
            if made is not None and made.kind == "function":
                return self.returned(made, place)
        return UNCLEAR

    def entered(self, path: str, function: int, context: Value) -> Kinds:
        """The classes of what a with statement binds: what `__enter__` gives back."""
        found = []
        for holder in self.kinds_of(path, function, context):
            if holder.kind != "class":
                return UNCLEAR
            enter = self.program.method(holder, "__enter__")
            if enter is None or enter.kind != "function":
                return UNCLEAR
            found.append(self.returned(enter, -1, holder))
        return united(found)

    def elements(self, path: str, function: int, iterable: Value) -> Kinds:
        """The classes of the elements of a list that is written out."""
        if isinstance(iterable, Name) and "." not in iterable.text:
            values = self.values(path, function, iterable.text)
            iterable = values[0] if len(values) == 1 else iterable
        if isinstance(iterable, Compound) and iterable.kind in ("List", "Tuple", "Set"):
            return united(self.kinds_of(path, function, part) for part in iterable.parts)
        return UNCLEAR

    def kinds_of(self, path: str, function: int, value: Value) -> Kinds:
        """The classes of a value: of what a call makes, or of a variable or attribute."""
        if isinstance(value, Name):
            return self.named(path, function, value.text)
        if isinstance(value, Result):
            return self.made(path, value.call)
        if isinstance(value, Compound):
            if value.kind == "IfExp":
                ways = [part for part in value.parts[1:] if part != Literal(None)]
                return united(self.kinds_of(path, function, way) for way in ways)
            if value.kind == "Attribute":
                return self.attribute(self.kinds_of(path, function, value.parts[0]), value.detail)
        return UNCLEAR

    def named(self, path: str, function: int, name: str) -> Kinds:
        """The classes of a dotted name; `self` has the class around it."""
        head, _, rest = name.partition(".")
        if head == "self":
            holder = self.program.enclosing_class(path, function)
            return UNCLEAR if holder is None else self.attribute((holder,), rest)
        dotted = self.program.names(path).target(function, name)
        if not dotted:
            return self.attribute(self.kinds(path, function, head), rest)
        home = self.program.variables.imported(path, dotted)
        if home is None:
            return UNCLEAR
        return self.attribute(self.kinds(home.path, 0, home.name), home.rest)

    def attribute(self, holders: Kinds, rest: str) -> Kinds:
        """The classes of what a chain of attributes leads to."""
        while rest and holders:
            name, _, rest = rest.partition(".")
            holders = united(self.attribute_kinds(holder, name) for holder in holders)
        return holders

    def attribute_kinds(self, holder: Target, name: str) -> Kinds:
        """The classes of an attribute of the objects of a class."""
        if holder.kind != "class":
            return UNCLEAR
        key = (holder, name)
        found = self._attributes.get(key)
        if found is None:
            found = UNCLEAR
            line = self.program.classes.line(holder)
            for owner in line:
                own = self.own_attribute(owner, name) if owner.kind == "class" else None
                if own is not None:
                    found = own
                    break
            if not self.is_open(line):
                self._attributes[key] = found
        return found

    def is_open(self, line: Kinds) -> bool:
        """Whether a method of one of these classes is being read, so that an answer may grow."""
        if not self._open:
            return False
        modules = self.program.modules
        within = {(path, modules[path].functions[place].parent) for path, place in self._open}
        return any((owner.path, owner.place) in within for owner in line)

    def own_attribute(self, owner: Target, name: str) -> Kinds | None:
        """The classes of an attribute that a class itself sets, None if it does not."""
        method = self.program.classes.own_method(owner, name)
        if method is not None:
            if method.kind == "function" and self.is_property(method):
                return self.returned(method, -1, owner)
            return UNCLEAR
        wanted = "self." + name
        constructor = self.program.classes.own_method(owner, "__init__")
        if constructor is not None and constructor.kind == "function":
            known = self.locals(constructor.path, constructor.place).kinds.get(wanted)
            if known:
                return known
        known = self.locals(owner.path, owner.place).kinds.get(name)
        if known:
            return known
        places = self.program.classes.methods_of(owner)
        groups = [self.locals(owner.path, place).kinds.get(wanted) for place in places]
        found = [group for group in groups if group is not None]
        return united(found) if found else known

    def is_property(self, method: Target) -> bool:
        """Whether a method is read like an attribute."""
        decorators = self.program.function(method).decorators
        names = [value.text for value in decorators if isinstance(value, Name)]
        return any(name.rpartition(".")[2] in ("property", "cached_property") for name in names)

    def annotated(self, path: str, function: int, annotation: str) -> Kinds:
        """The classes that an annotation names: `X`, `X | None`, `Optional[X]`, `Union[X, Y]`."""
        if not annotation:
            return UNCLEAR
        found = []
        for name in class_names(annotation):
            target = self.program.resolve(path, max(function, 0), name)
            known = target is not None and target.kind in ("class", "library")
            found.append((target,) if target is not None and known else UNCLEAR)
        return united(found)

    def made(self, path: str, place: int) -> Kinds:
        """The classes of what a call gives back."""
        target = self.program.callee(path, place)
        if target is None:
            return UNCLEAR
        if target.kind == "class":
            return (target,)
        if target.kind == "function":
            return self.returned(target, -1, self.receiver(path, place))
        if target.kind != "library":
            return UNCLEAR
        call = self.program.modules[path].calls[place]
        value = wrapped(call, target.dotted)
        if value is not None:
            return self.kinds_of(path, call.function, value)
        dotted = knowledge().returns(target.dotted)
        if not dotted:
            return UNCLEAR
        holder = self.receiver(path, place)
        if holder is not None and dotted in self.canonical_bases(holder):
            return (holder,)
        return (Target("library", dotted=dotted),)

    def canonical_bases(self, holder: Target) -> list[str]:
        """The names under which the library bases of a class are known."""
        bases = self.program.classes.library_bases(holder)
        return [knowledge().canonical(dotted) for dotted in bases]

    def receiver(self, path: str, place: int) -> Target | None:
        """The class of the object whose method a call runs."""
        call = self.program.modules[path].calls[place]
        if call.receiver is not None:
            kinds = self.kinds_of(path, call.function, call.receiver)
        else:
            before = call.name.rpartition(".")[0]
            kinds = self.kinds_of(path, call.function, Name(before)) if before else UNCLEAR
        found = only(kinds)
        return found if found is not None and found.kind == "class" else None

    def returned(self, target: Target, part: int = -1, holder: Target | None = None) -> Kinds:
        """The classes of what a function gives back, of one part of it where `part` is not -1.

        A method that gives back its own object gives one of the class of `holder`.
        """
        key = (target, part)
        found = self._returned.get(key)
        if found is None:
            if self._depth >= DEEPEST:
                return UNCLEAR
            self._returned[key] = UNCLEAR
            self._depth += 1
            try:
                found = self._returned[key] = self.returned_kinds(target, part)
            finally:
                self._depth -= 1
        if holder is not None and len(found) == 1 and found[0] in self.around(target, holder):
            return (holder,)
        return found

    def around(self, target: Target, holder: Target) -> Kinds:
        """The class of a method, if the class of its object descends from it."""
        own = self.program.enclosing_class(target.path, target.place)
        return (own,) if own is not None and own in self.program.classes.line(holder) else ()

    def returned_kinds(self, target: Target, part: int) -> Kinds:
        """Look at each return statement of a function."""
        record = self.program.function(target)
        if record.is_generator:
            return UNCLEAR
        groups = []
        for operation in every(record.body):
            if isinstance(operation, Exit) and operation.kind == "return":
                value = operation.value
                if isinstance(value, Literal) and value.value is None:
                    continue
                if part >= 0:
                    value = piece(value, part)
                groups.append(self.kinds_of(target.path, target.place, value))
                if not groups[-1]:
                    return UNCLEAR
        return united(groups)
