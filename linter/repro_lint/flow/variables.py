"""Variables of modules that other modules import: where they are bound."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import folder_of
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.flow.program import Program

REEXPORT_STEPS = 8


class Variable(Record):
    """A variable of a module, and the attributes of it that a dotted name asks for."""

    path: str
    name: str
    rest: str


class Variables:
    """Finds the module that binds a variable which an import brings."""

    def __init__(self, program: Program) -> None:
        """Keep the program; answers are kept."""
        self.program = program
        self._found: dict[tuple[str, str], Variable | None] = {}

    def imported(self, path: str, dotted: str) -> Variable | None:
        """The variable of a module of the repository that a dotted name through imports means."""
        head = dotted.partition(".")[0]
        if head and head not in self.program.table.components:
            return None
        key = (folder_of(path), dotted)
        if key not in self._found:
            self._found[key] = self.search(path, dotted)
        return self._found[key]

    def search(self, path: str, dotted: str) -> Variable | None:
        """Look for the home of a variable, through modules that hand it on."""
        for _ in range(REEXPORT_STEPS):
            module, rest = self.split(path, dotted)
            if not module:
                return None
            if rest[0] in self.program.modules[module].functions[0].bound:
                return Variable(module, rest[0], ".".join(rest[1:]))
            onward = self.program.names(module).imported[0].get(rest[0])
            if onward is None:
                return None
            path, dotted = module, ".".join([onward, *rest[1:]])
        return None

    def split(self, path: str, dotted: str) -> tuple[str, list[str]]:
        """The module that a dotted name begins with, and the members that follow."""
        dots = dotted[: len(dotted) - len(dotted.lstrip("."))]
        parts = dotted.lstrip(".").split(".")
        for count in range(len(parts) - 1, -1 if dots else 0, -1):
            module = self.program.table.find(path, dots + ".".join(parts[:count]))
            if module:
                return module, parts[count:]
        return "", []

    def home(self, path: str, function: int, name: str) -> Variable | None:
        """Where the variable lives that a dotted name begins with: here, or in another module."""
        dotted = self.program.names(path).target(function, name)
        if dotted:
            return self.imported(path, dotted)
        head, _, rest = name.partition(".")
        scope = self.program.types.scope_of(path, function, head)
        if scope or head not in self.program.modules[path].functions[0].bound:
            return None
        return Variable(path, head, rest)
