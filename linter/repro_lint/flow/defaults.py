"""Which way of a branch is only taken if people, or callers out of sight, ask for it."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.calls_of import callers_of
from repro_lint.flow.seed_tests import is_seed_test
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Compound, Literal, Name
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from repro_lint.flow.symbols import Symbols
    from repro_lint.syntax.index import Function, Value

# Options that say what a script is to do: people set one of them in each run.
MODE = pattern(
    r"(^|_)(re)?(train|fit|tune|fine_?tun|pretrain|run|learn|eval|valid|test|predict|infer"
    r"|generat|sampl|play|demo|search|mode|stage|task|action|command|all|main|split|prepare"
    r"|preproc)\w*$",
    re.IGNORECASE,
)
CONSTANT = pattern(r"[A-Z_][A-Z0-9_]*$")
ANSWERABLE = frozenset(("BoolOp", "UnaryOp", "Compare"))


class Defaults:
    """The outcomes of tests in runs in which nobody sets an option; each is found once."""

    def __init__(self, symbols: Symbols) -> None:
        """Keep what tells of values; tests are looked at when asked for."""
        self.symbols = symbols
        self.program = symbols.program
        self._found: dict[tuple[str, int, Value], bool | None] = {}

    def outcome(self, path: str, function: int, test: Value) -> bool | None:
        """How a test ends by default, where that is an option's or a parameter's to say."""
        key = (path, function, test)
        if key not in self._found:
            self._found[key] = self.search(path, function, test)
        return self._found[key]

    def search(self, path: str, function: int, test: Value) -> bool | None:
        """Look how a test ends without asking the kept answers."""
        if is_seed_test(self.program.modules[path], test) or not is_plain(test):
            return None
        names = [part.text for part in inside(test) if isinstance(part, Name)]
        if not names or not all(self.is_option(path, function, name) for name in names):
            return None
        return self.symbols.default(path, function, test)

    def is_option(self, path: str, function: int, name: str) -> bool:
        """Whether a name keeps what people or callers set: nothing else gives it values."""
        head, dot, _ = name.partition(".")
        if dot:
            if head not in ("self", "cls") and MODE.search(name.rpartition(".")[2]):
                return False
            return not self.symbols.bindings.of(path, function, name)
        functions = self.program.modules[path].functions
        scope = function
        while scope > 0 and not is_home(functions[scope], head):
            scope = functions[scope].parent
        if any(parameter.name == head for parameter in functions[scope].parameters):
            return self.is_set_in_view(path, scope, head)
        if not CONSTANT.match(head) or MODE.search(head):
            return False
        return len(self.symbols.bindings.of(path, scope, head)) == 1

    def is_set_in_view(self, path: str, function: int, name: str) -> bool:
        """Whether all that set a parameter can be seen, and the function itself does not."""
        if self.symbols.bindings.of(path, function, name):
            return False
        if callers_of(self.program, path, function):
            return True
        decorated = bool(self.program.modules[path].functions[function].decorators)
        return decorated and not MODE.search(name)


def is_home(function: Function, name: str) -> bool:
    """Whether a name that is read inside a function is one of its own."""
    return function.kind != "class" and name in function.bound


def is_plain(test: Value) -> bool:
    """Whether a test is made of names and numbers only."""
    if isinstance(test, Compound):
        return test.kind in ANSWERABLE and all(is_plain(part) for part in test.parts)
    # Which of several models to take is a choice, and no more usual than another.
    if isinstance(test, Literal):
        return not isinstance(test.value, (str, bytes))
    return isinstance(test, Name)
