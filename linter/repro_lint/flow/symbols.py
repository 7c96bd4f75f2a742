"""Finds what a seed is before the program runs: a constant, an option and its default, or entropy.

Each answer holds for the program as it is started without any option. What cannot be
known is `OPEN`.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.bindings import ADDED, EACH, Bindings
from repro_lint.flow.calls_of import argument_of, callers_of
from repro_lint.flow.draws import entropy_source
from repro_lint.flow.lookups import Lookups
from repro_lint.flow.resolved import (
    NOWHERE,
    OPEN,
    SOME,
    Resolved,
    Where,
    agreed,
    compared,
    is_missing,
    literal,
    optional,
    truth,
)
from repro_lint.flow.seed_tests import is_seed_test
from repro_lint.syntax.build import MAIN_TEST
from repro_lint.syntax.index import UNKNOWN, Compound, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.bindings import Binding
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import Parameter, Value

DEEPEST = 24
# Values may come from many returns, each of many others: what takes more steps stays open.
MOST_STEPS = 400
MOST_CALLERS = 40


class Symbols:
    """What values are, over all modules of a program."""

    def __init__(self, program: Program) -> None:
        """Keep the program; nothing is looked up before it is asked for."""
        self.program = program
        self.bindings = Bindings(program)
        self.lookups = Lookups(self)
        self._assumed: dict[tuple[str, int, str], Resolved] = {}
        self._open: set[tuple[object, ...]] = set()
        self._values: dict[tuple[str, int, Value], Resolved] = {}
        self._depth = 0
        self._steps = 0
        self._asked: Value | None = None

    def value(self, path: str, function: int, value: Value) -> Resolved:
        """What a value is that stands in a function."""
        if isinstance(value, Literal):
            return literal(value.value)
        if not isinstance(value, (Name, Result, Compound)) or self._depth > DEEPEST:
            return OPEN
        self._steps = self._steps + 1 if self._depth else 0
        if self._steps > MOST_STEPS:
            return OPEN
        key = (path, function, value)
        keeps = not self._assumed and self._asked is None
        if keeps:
            known = self._values.get(key)
            if known is not None:
                return known
        self._depth += 1
        try:
            found = self._search(path, function, value)
        finally:
            self._depth -= 1
        if keeps and not self._depth:
            self._values[key] = found
        return found

    def guard(self, path: str, function: int, test: Value) -> str:
        """How a test about seeds ends by default: "on" if it holds, "off" if not, else "unknown".

        The answer is "" where the test is about anything but whether, and with what, to seed.
        """
        if not is_seed_test(self.program.modules[path], test):
            return ""
        outer, self._asked = self._asked, test
        try:
            found = self.test(path, function, test)
        finally:
            self._asked = outer
        return "unknown" if found is None else "on" if found else "off"

    def default(self, path: str, function: int, test: Value) -> bool | None:
        """How a test about any options ends by default, None if that cannot be known."""
        outer, self._asked = self._asked, test
        self.lookups.any_option = True
        try:
            return self.test(path, function, test)
        finally:
            self._asked = outer
            self.lookups.any_option = False

    def test(self, path: str, function: int, test: Value) -> bool | None:
        """How a test ends by default, None if that cannot be known."""
        if isinstance(test, Compound):
            if test.kind == "Compare" and len(test.parts) == 2:  # noqa: PLR2004  two sides
                return self._compare(path, function, test)
            if test.kind == "BoolOp":
                decisive = test.detail == "Or"
                outcomes = [self.test(path, function, part) for part in test.parts]
                if decisive in outcomes:
                    return decisive
                return None if None in outcomes else not decisive
            if test.kind == "UnaryOp" and test.detail == "Not":
                found = self.test(path, function, test.parts[0])
                return None if found is None else not found
        if isinstance(test, Result):
            told = self.lookups.told(path, function, test.call)
            if told is not None:
                return told
        return truth(self.value(path, function, test).value)

    def _compare(self, path: str, function: int, test: Compound) -> bool | None:
        left, right = test.parts
        if test.detail in ("In", "NotIn"):
            found = self.lookups.holds(path, function, right, left)
            return found if found is None or test.detail == "In" else not found
        one, other = self.value(path, function, left), self.value(path, function, right)
        return compared(test.detail, one.value, other.value)

    def _search(self, path: str, function: int, value: Value) -> Resolved:
        """Look for what a value is without asking the kept answers."""
        if isinstance(value, Name):
            return self.named(path, function, value.text)
        if isinstance(value, Result):
            if entropy_source(self.program.modules[path], value):
                call = self.program.modules[path].calls[value.call]
                return Resolved("entropy", SOME, Where(path, call.span.line))
            return self.lookups.result(path, function, value.call)
        if not isinstance(value, Compound):
            return OPEN
        return self._compound(path, function, value)

    def _compound(self, path: str, function: int, value: Compound) -> Resolved:
        """What a value is that is made of others."""
        if value.kind == "BoolOp":
            return self._first_that_counts(path, function, value)
        if value.kind == "IfExp":
            return self._chosen(path, function, value)
        if value.kind == "BinOp":
            return self._combined(path, function, value)
        if value.kind == "Subscript":
            return self.lookups.item(path, function, value)
        if value.kind == "Attribute":
            return self.lookups.by_name(path, (value.detail,))
        if value.kind in ("Compare", "UnaryOp"):
            found = self.test(path, function, value)
            if found is not None and (value.kind, value.detail) != ("UnaryOp", "USub"):
                return literal(found)
        return Resolved("constant", SOME) if value.kind == "JoinedStr" else OPEN

    def _first_that_counts(self, path: str, function: int, value: Compound) -> Resolved:
        """What `a or b` and `a and b` are."""
        found = OPEN
        asked = False
        for part in value.parts:
            found = self.value(path, function, part)
            asked = asked or found.kind == "option"
            counts = truth(found.value)
            if counts is None:
                return Resolved(found.kind, SOME) if found.value is SOME else OPEN
            if counts is (value.detail == "Or"):
                break
        return optional(found) if asked else found

    def _chosen(self, path: str, function: int, value: Compound) -> Resolved:
        """What `a if test else b` is."""
        test, body, orelse = value.parts
        outcome = self.test(path, function, test)
        ways = [self.value(path, function, way) for way in (body, orelse)]
        if outcome is None:
            return agreed(ways)
        found = ways[0 if outcome else 1]
        return optional(found) if is_seed_test(self.program.modules[path], test) else found

    def _combined(self, path: str, function: int, value: Compound) -> Resolved:
        """What `seed + rank` is: as much an option, or as random, as its parts."""
        parts = [self.value(path, function, part) for part in value.parts]
        for part in parts:
            if part.kind == "entropy" or is_missing(part):
                return part
        asked = [part for part in parts if part.kind == "option" and part.value is not UNKNOWN]
        if asked:
            return asked[0]._replace(value=SOME)
        known = [part for part in parts if part.kind == "constant"]
        return Resolved("constant", SOME, known[0].where) if len(known) == len(parts) else OPEN

    def named(self, path: str, function: int, text: str) -> Resolved:
        """What a name or dotted name means in a function."""
        assumed = self._assumed.get((path, function, text))
        if assumed is not None:
            return assumed
        key = ("name", path, function, text)
        if key in self._open:
            return OPEN
        self._open.add(key)
        try:
            return self._named(path, function, text)
        finally:
            self._open.discard(key)

    def _named(self, path: str, function: int, text: str) -> Resolved:
        head, dot, _ = text.partition(".")
        functions = self.program.modules[path].functions
        scope = function
        while scope >= 0:
            record = functions[scope]
            if (scope == function or record.kind != "class") and head in record.bound:
                break
            scope = record.parent
        if dot:
            return self._dotted(path, function, scope, text)
        if scope < 0:
            return self.lookups.imported(path, function, text)
        return self._local(path, scope, text)

    def _local(self, path: str, scope: int, name: str) -> Resolved:
        """What a variable or parameter of a function is."""
        record = self.program.modules[path].functions[scope]
        base = None
        for parameter in record.parameters:
            if parameter.name == name:
                base = self.parameter(path, scope, parameter)
        return self.settled(path, scope, name, base, self.bindings.of(path, scope, name))

    def _dotted(self, path: str, function: int, scope: int, text: str) -> Resolved:
        """What an attribute is: as it is declared, then as this function changes it."""
        places = self.bindings.of(path, function, text)
        if not places and scope not in (function, -1):
            places = self.bindings.of(path, scope, text)
        if places and places[0].test is None:
            return self.settled(path, function, text, None, places)
        base = self.lookups.attribute(path, function, text)
        return self.settled(path, function, text, base, places)

    def settled(
        self,
        path: str,
        function: int,
        name: str,
        base: Resolved | None,
        places: tuple[Binding, ...],
    ) -> Resolved:
        """What a name is after all its bindings, in their order, those under tests included."""
        key = (path, function, name)
        outer = self._assumed.get(key)
        current = base
        for place in places:
            if place.test is not None and place.test == self._asked:
                # What hangs on the test that is asked about happens after it.
                break
            self._assumed[key] = OPEN if current is None else current
            found = self._bound(path, function, place, current)
            if place.test is None or place.test == MAIN_TEST:
                current = found
                continue
            outcome = self.test(path, function, place.test)
            if outcome is None:
                current = found if current is None else agreed((current, found))
            elif outcome is place.side:
                current = optional(found) if current and current.kind == "option" else found
        self._assumed.pop(key, None)
        if outer is not None:
            self._assumed[key] = outer
        return OPEN if current is None else current

    def _bound(
        self, path: str, function: int, place: Binding, current: Resolved | None
    ) -> Resolved:
        """What one binding gives."""
        if place.kind == ADDED:
            if current is None or current.value is UNKNOWN or is_missing(current):
                return OPEN
            return current._replace(value=SOME)
        if place.kind == EACH:
            return self._each(path, function, place.value)
        found = self.value(path, function, place.value)
        return found if found.where != NOWHERE else found._replace(where=Where(path, place.line))

    def _each(self, path: str, function: int, iterable: Value) -> Resolved:
        """What the elements of something are, all at once."""
        if isinstance(iterable, Compound) and iterable.kind in ("List", "Tuple", "Set"):
            return agreed([self.value(path, function, part) for part in iterable.parts])
        if isinstance(iterable, Result):
            call = self.program.modules[path].calls[iterable.call]
            if call.target == "builtins.range":
                return Resolved("constant", SOME, Where(path, call.span.line))
        return OPEN

    def parameter(self, path: str, function: int, parameter: Parameter) -> Resolved:
        """What a parameter is: what all calls that can be seen pass, or its default."""
        key = ("parameter", path, function, parameter.name)
        if key in self._open:
            return OPEN
        self._open.add(key)
        outer, self._assumed = self._assumed, {}
        try:
            return self._passed(path, function, parameter)
        finally:
            self._open.discard(key)
            self._assumed = outer

    def _passed(self, path: str, function: int, parameter: Parameter) -> Resolved:
        record = self.program.modules[path].functions[function]
        option = self.lookups.options.of_decorators(path, record, parameter.name)
        if option is not None:
            return self.lookups.option(option)
        default = OPEN
        if parameter.default is not None:
            default = self.value(path, max(record.parent, 0), parameter.default)
            default = default._replace(where=Where(path, record.span.line))
        callers = callers_of(self.program, path, function)
        if not callers:
            runs = bool(record.decorators) or self.lookups.is_run(path, function)
            return OPEN if is_missing(default) and not runs else optional(default)
        if len(callers) > MOST_CALLERS:
            return OPEN
        found = []
        hidden = 0
        for caller, place in callers:
            call = self.program.modules[caller].calls[place]
            given = argument_of(self.program, (path, function), call, parameter.name)
            if given is None:
                found.append(optional(default))
            elif given is UNKNOWN and self.lookups.any_option:
                # Few of the many settings that `**settings` hands on are set by it.
                hidden += 1
            else:
                found.append(self.value(caller, call.function, given))
        return agreed(found) if found or not hidden else OPEN
