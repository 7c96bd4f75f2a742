"""The classes of values: what a call makes, what annotations and assignments say of variables."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Name, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Value


class Types:
    """The classes of the values of a program, as far as single assignments tell."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._types: dict[tuple[str, int], dict[str, Target]] = {}

    def variable_type(self, path: str, function: int, name: str) -> Target | None:
        """The class of a local or module variable; None unless every assignment agrees."""
        functions = self.program.modules[path].functions
        scope = function
        while scope >= 0:
            if name in functions[scope].bound or scope == 0:
                return self.local_types(path, scope).get(name)
            scope = functions[scope].parent
        return None

    def local_types(self, path: str, function: int) -> Mapping[str, Target]:
        """The classes of the variables of one function."""
        key = (path, function)
        if key not in self._types:
            self._types[key] = {}
            self.collect_types(path, function, self._types[key])
        return self._types[key]

    def collect_types(self, path: str, function: int, found: dict[str, Target]) -> None:
        """Read the classes of variables from annotations and assignments, in their order.

        `found` grows on the way, as later assignments call methods of earlier variables.
        """
        record = self.program.modules[path].functions[function]
        unclear = set()
        for parameter in record.parameters:
            kind = self.annotated(path, record.parent, parameter.annotation)
            if kind is None:
                unclear.add(parameter.name)
            else:
                found[parameter.name] = kind
        for operation in assignments(record.body):
            if not isinstance(operation.target, Name):
                continue
            name = operation.target.text
            kind = self.annotated(path, function, operation.annotation)
            kind = kind or self.type_of(path, function, operation.value)
            if kind is None or name in unclear or found.get(name, kind) != kind:
                unclear.add(name)
                found.pop(name, None)
            else:
                found[name] = kind

    def attribute_types(self, holder: Target) -> Mapping[str, Target]:
        """The classes of the attributes that `__init__` assigns."""
        constructor = self.program.method(holder, "__init__")
        if constructor is None or constructor.kind != "function":
            return {}
        types = self.local_types(constructor.path, constructor.place)
        prefix = "self."
        return {
            name.removeprefix(prefix): kind
            for name, kind in types.items()
            if name.startswith(prefix)
        }

    def annotated(self, path: str, function: int, annotation: str) -> Target | None:
        """The class that an annotation names, `X | None` and `Optional[X]` included."""
        text = annotation.removesuffix("| None").strip()
        if text.startswith(("Optional[", "typing.Optional[")):
            text = text[text.index("[") + 1 : -1]
        if not text or not text.replace(".", "").replace("_", "").isalnum():
            return None
        found = self.program.resolve(path, max(function, 0), text)
        return found if found is not None and found.kind in ("class", "library") else None

    def type_of(self, path: str, function: int, value: Value) -> Target | None:
        """The class of a value: of what a call makes, or of a typed variable."""
        if isinstance(value, Name):
            if "." in value.text:
                return None
            return self.variable_type(path, function, value.text)
        if not isinstance(value, Result):
            return None
        made = self.program.callee(path, value.call)
        if made is None:
            return None
        if made.kind == "library":
            dotted = knowledge().returns(made.dotted)
            return Target("library", dotted=dotted) if dotted else None
        return made if made.kind == "class" else None
