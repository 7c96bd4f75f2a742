"""Makes plans of functions: drops all that neither seeds, draws, calls nor leaves."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.compiler import Compiler
from repro_lint.flow.nodes import EMPTY, NO_NAMES, Around, Callee, Plan, Scope
from repro_lint.syntax.index import UNKNOWN, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Key
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Function, Value

Layer = tuple[str, Plan]
# The mode of a notebook that runs in the order of its execution counts.
AS_EXECUTED = 2
CONSTANTS = (bool, int, float, str, type(None))


class Planner:
    """The plans of the functions of a program, each made when asked for."""

    def __init__(self, flow: SeedFlow) -> None:
        """Keep the flow, whose events the plans hold."""
        self.flow = flow
        self.program: Program = flow.program
        self._plans: dict[tuple[str, int], Plan] = {}
        self._flags: dict[tuple[str, int], frozenset[str]] = {}
        self._layers: dict[tuple[str, int], tuple[Layer, ...]] = {}
        self._children: dict[str, dict[int, list[int]]] = {}

    def plan(self, path: str, place: int) -> Plan:
        """The plan of a function itself, without its decorators."""
        key = (path, place)
        found = self._plans.get(key)
        if found is None:
            # A function whose class body holds a call of it is asked for while it is planned.
            self._plans[key] = EMPTY
            try:
                found = Compiler(self, path, place).plan()
            except RecursionError:
                # Blocks that nest deeper than the interpreter's stack end in silence.
                found = EMPTY
            self._plans[key] = found
        return found

    def flags(self, path: str, place: int) -> frozenset[str]:
        """The parameters that decide a branch of a function, or of one that it hands them to."""
        key = (path, place)
        found = self._flags.get(key)
        if found is None:
            plan = self.plan(path, place)
            found = plan.flags
            if plan.fixed:
                found |= {
                    value.text
                    for callee in plan.callees
                    for flag in self.plan(callee.path, callee.place).flags
                    if isinstance(value := self.bound(callee, flag), Name)
                    and value.text in plan.fixed
                }
            self._flags[key] = found
        return found

    def plan_of(self, key: Key) -> Plan:
        """The plan of a function as it is run: of its outermost decorator, if there is one."""
        if not key.place:
            return self.plan(key.path, 0) if key.mode < AS_EXECUTED else self.executed(key.path)
        layers = self.layers(key.path, key.place)
        if key.mode and key.mode <= len(layers):
            return layers[key.mode - 1][1]
        return self.plan(key.path, key.place)

    def executed(self, path: str) -> Plan:
        """The plan of a notebook whose cells run in the order in which they last did."""
        from repro_lint.flow.executed import executed_body  # noqa: PLC0415  for notebooks only

        key = (path, -1)
        if key not in self._plans:
            body = executed_body(self.program, path)
            self._plans[key] = Compiler(self, path, 0).plan(body) if body else EMPTY
        return self._plans[key]

    def path_of(self, key: Key) -> str:
        """The module where the plan of a key stands."""
        layers = self.layers(key.path, key.place)
        if key.place and key.mode and key.mode <= len(layers):
            return layers[key.mode - 1][0]
        return key.path

    def wrapped(self, key: Key) -> Key | None:
        """What a decorator wraps; None if the key is no decorator."""
        return key._replace(mode=key.mode - 1) if key.place and key.mode else None

    def callee(self, target: Target, call: Call | None) -> Callee:
        """A function as a call runs it, with all its decorators."""
        return Callee(target.path, target.place, len(self.layers(target.path, target.place)), call)

    def layers(self, path: str, place: int) -> tuple[Layer, ...]:
        """The decorators of a function that run something around it, the innermost first."""
        key = (path, place)
        found = self._layers.get(key)
        if found is None:
            self._layers[key] = ()
            record = self.program.modules[path].functions[place]
            found = ()
            if record.decorators and record.kind == "function":
                layers = [self.layer(path, record, value) for value in reversed(record.decorators)]
                found = tuple([layer for layer in layers if layer is not None])
            self._layers[key] = found
        return found

    def layer(self, path: str, record: Function, decorator: Value) -> Layer | None:
        """What a decorator runs around a function; None if that is nothing or not known."""
        factory = isinstance(decorator, Result)
        target = self.decorator(path, record, decorator)
        if target is None or target.kind != "function":
            return None
        if self.is_context(target.path, target.place):
            body = (Around(-1),)
            context = Scope(-1, Callee(target.path, target.place), (), (), 0, body)
            plan = self.plan(target.path, target.place)
            within = (*plan.callees, *plan.within)
            return path, Plan((context,), (), within, NO_NAMES, NO_NAMES, ())
        place = self.wrapper(target.path, target.place)
        if place is None and factory:
            for inner in self.children(target.path, target.place):
                place = self.wrapper(target.path, inner)
                if place is not None:
                    break
        return None if place is None else (target.path, self.plan(target.path, place))

    def decorator(self, path: str, record: Function, decorator: Value) -> Target | None:
        """The function that decorates, or makes the decorator."""
        if isinstance(decorator, Name):
            return self.program.resolve(path, max(record.parent, 0), decorator.text)
        if isinstance(decorator, Result):
            return self.program.callee(path, decorator.call)
        return None

    def wrapper(self, path: str, place: int) -> int | None:
        """The function inside a decorator that calls what is decorated."""
        function = self.program.modules[path].functions[place]
        if not function.parameters:
            return None
        wanted = function.parameters[0].name
        calls = self.program.modules[path].calls
        inner = set(self.children(path, place))
        for call in calls:
            if call.function in inner and call.name == wanted and call.receiver is None:
                return call.function
        return None

    def children(self, path: str, place: int) -> list[int]:
        """The functions right inside a function."""
        known = self._children.get(path)
        if known is None:
            known = self._children[path] = {}
            for number, function in enumerate(self.program.modules[path].functions):
                if function.kind == "function":
                    known.setdefault(function.parent, []).append(number)
        return known.get(place, [])

    def is_context(self, path: str, place: int) -> bool:
        """Whether a function is a generator that makes a context manager."""
        record = self.program.modules[path].functions[place]
        return any(
            isinstance(decorator, Name) and decorator.text.endswith("contextmanager")
            for decorator in record.decorators
        )

    def bound(self, callee: Callee, flag: str) -> Value:
        """What a call gives for a parameter; UNKNOWN where that cannot be seen."""
        call = callee.call
        if call is None:
            return UNKNOWN
        record = self.program.modules[callee.path].functions[callee.place]
        names = [parameter.name for parameter in record.parameters]
        place = names.index(flag)
        parameter = record.parameters[place]
        given = call.keyword(flag)
        if given is not None:
            return given
        if any(keyword == "**" for keyword, _ in call.keywords):
            return UNKNOWN
        if parameter.kind == "keyword":
            return parameter.default or UNKNOWN
        given = call.argument(place - self.shift(callee, record), flag)
        if given is None and not any(is_starred(value) for value in call.arguments):
            given = parameter.default
        return given or UNKNOWN

    def shift(self, callee: Callee, record: Function) -> int:
        """How many parameters the call does not give itself: `self` or `cls`."""
        functions = self.program.modules[callee.path].functions
        if record.parent <= 0 or functions[record.parent].kind != "class":
            return 0
        if any(isinstance(d, Name) and d.text == "staticmethod" for d in record.decorators):
            return 0
        first = callee.call.arguments[:1] if callee.call is not None else ()
        return 0 if first == (Name("self"),) else 1


def is_starred(value: Value) -> bool:
    """Whether an argument is `*values`."""
    return getattr(value, "kind", "") == "Starred"


def literal_of(value: Value) -> Literal | None:
    """The value where it is written down: a text, a number, True, False or None."""
    return value if isinstance(value, Literal) and isinstance(value.value, CONSTANTS) else None
