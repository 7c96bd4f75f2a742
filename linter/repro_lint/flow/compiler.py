"""Makes the plan of one function from its operations."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.decisions import names_of, positive
from repro_lint.flow.effects import Effects
from repro_lint.flow.entries import is_main_test
from repro_lint.flow.nodes import (
    Attempt,
    Callee,
    Capture,
    Doubt,
    Draw,
    Fork,
    Hand,
    Invoke,
    Leave,
    Plan,
    Repeat,
    Restore,
    Scope,
    Seed,
    Stop,
)
from repro_lint.flow.seed_tests import is_seed_test
from repro_lint.patterns import pattern
from repro_lint.syntax.index import (
    UNKNOWN,
    Assign,
    Bind,
    Branch,
    Compound,
    Define,
    Evaluate,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
    Try,
    With,
    Yield,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from repro_lint.flow.nodes import Node
    from repro_lint.flow.plans import Planner
    from repro_lint.syntax.index import Operation, Value

GETTER = pattern(r"(^|\.)get_?(rng_|random_)?state(_all)?$")
MOST_TWINS = 2


class Compiler(Effects):
    """Reads one function; used once."""

    def __init__(self, planner: Planner, path: str, place: int) -> None:
        """Stand before the body of a function."""
        super().__init__(planner, path, place)
        self.tests: list[Value] = []
        self.assigned: dict[str, int] = {}
        self.loops = 0

    def plan(self, operations: tuple[Operation, ...] | None = None) -> Plan:
        """The plan of the function, or of other operations in its place."""
        body = self.block(self.function.body if operations is None else operations)
        if operations is None and not self.place:
            body += self.started()
        hands_on = self.planner.is_context(self.path, self.place)
        if not self.has_effect and not hands_on and not never_returns(body):
            body = ()
        fixed = frozenset(p.name for p in self.function.parameters if p.name not in self.assigned)
        callees, within = tuple(self.callees), tuple(self.within)
        return Plan(body, callees, within, self.flags(), fixed, self.twins())

    def started(self) -> tuple[Node, ...]:
        """What console scripts run after the module: a main part of its own."""
        places = self.program.started.get(self.path, ())
        if not places:
            return ()
        self.has_effect = True
        callees = tuple([Callee(self.path, place) for place in places])
        self.callees.extend(callees)
        run = Invoke(-1, callees, exhaustive=True, exact=True)
        return (Fork(UNKNOWN, (run,), (), 0, decides=False, main=True),)

    def flags(self) -> frozenset[str]:
        """The parameters that decide a branch, or seed, and are never set anew."""
        if not self.tests and not self.seeds:
            return frozenset()
        known = {p.name for p in self.function.parameters} - self.assigned.keys()
        if not known:
            return frozenset()
        asked = {name for test in self.tests for name in names_of(test) or ()}
        return frozenset(known & (asked | self.seeds))

    def twins(self) -> tuple[Value, ...]:
        """The tests that are asked again and must give the same answer."""
        found: dict[Value, int] = {}
        for test in self.tests:
            key = positive(test)
            found[key] = found.get(key, 0) + 1
        again = [test for test, count in found.items() if count > 1 and self.is_fixed(test)]
        return tuple(again[:MOST_TWINS])

    def is_fixed(self, test: Value) -> bool:
        """Whether nothing here can change what a test comes to."""
        names = names_of(test)
        if not names:
            return False
        if self.planner.flow.strict and any("." in name for name in names):
            return False
        return all(self.assigned.get(name.partition(".")[0], 0) <= 1 for name in names) and all(
            self.assigned.get(name, 0) <= 1 for name in names
        )

    def block(self, body: tuple[Operation, ...]) -> tuple[Node, ...]:
        """The nodes of a block."""
        found: list[Node] = []
        for operation in body:
            read = READERS.get(type(operation))
            if read is not None:
                read(self, operation, found)
        return tuple(found)

    def evaluate(self, operation: Evaluate, found: list[Node]) -> None:
        """A call runs."""
        self.call(operation.call, found)

    def branch(self, operation: Branch, found: list[Node]) -> None:
        """One of two ways, the surviving one where the text decides."""
        test = operation.test
        if isinstance(test, Literal):
            found.extend(self.block(operation.body if test.value else operation.orelse))
            return
        if isinstance(test, Name) and test.text.endswith("TYPE_CHECKING"):
            found.extend(self.block(operation.orelse))
            return
        self.asked.append(test)
        body, orelse = self.block(operation.body), self.block(operation.orelse)
        self.asked.pop()
        if not body and not orelse:
            return
        main = not self.place and is_main_test(operation)
        # Whether to seed at all is a question of its own, whatever the caller says.
        asks_seed = is_seed_test(self.index, test)
        decides = not main and not asks_seed and self.is_statement(operation)
        if decides:
            self.tests.append(test)
        found.append(Fork(test, body, orelse, self.place, decides, main))

    def is_statement(self, operation: Branch) -> bool:
        """Whether a branch is no `a or b()`, which looks like `a and b()` here."""
        last = operation.body[-1] if operation.body else None
        return not isinstance(last, Evaluate) or last.call in self.index.discarded

    def loop(self, operation: Loop, found: list[Node]) -> None:
        """Rounds of a loop."""
        if isinstance(operation.iterable, Compound):
            self.handed(operation.iterable.parts, found)
        self.resume(operation.iterable, found)
        self.bind(operation.target, 2)
        self.loops += 1
        body, orelse = self.block(operation.body), self.block(operation.orelse)
        self.loops -= 1
        endless = operation.kind == "while" and is_true(operation.iterable)
        if not body and not orelse:
            return
        # A loop that never runs a round is no run that anybody looks at.
        least = 1 if not self.planner.flow.strict or endless or self.runs_once(operation) else 0
        found.append(Repeat(body, orelse, least, endless))

    def runs_once(self, operation: Loop) -> bool:
        """Whether a loop surely runs at least one round."""
        source = operation.iterable
        if isinstance(source, Result):
            call = self.index.calls[source.call]
            ends = call.arguments[-1] if len(call.arguments) == 1 else None
            return (
                call.target == "builtins.range"
                and isinstance(ends, Literal)
                and isinstance(ends.value, int)
                and ends.value > 0
            )
        return (
            isinstance(source, Compound)
            and source.kind in ("List", "Tuple")
            and any(getattr(part, "kind", "") != "Starred" for part in source.parts)
        )

    def attempt(self, operation: Try, found: list[Node]) -> None:
        """A try statement."""
        body = self.block(operation.body)
        handlers = tuple([self.block(handler) for handler in operation.handlers])
        orelse, final = self.block(operation.orelse), self.block(operation.final)
        if body or orelse or final or any(handlers):
            found.append(Attempt(body, handlers, orelse, final))

    def context(self, operation: With, found: list[Node]) -> None:
        """A with statement: what its context does, around its body."""
        self.bind(operation.target, 1)
        scope = self.entered(operation.context, found)
        body = self.block(operation.body)
        if scope is None:
            found.extend(body)
        else:
            found.append(scope._replace(body=body))

    def exit(self, operation: Exit, found: list[Node]) -> None:
        """The block is left."""
        if operation.kind == "return":
            self.handed((operation.value,), found)
        found.append(Leave(operation.kind))

    def define(self, operation: Define, found: list[Node]) -> None:
        """A class body runs where it stands; functions only come into being."""
        if operation.kind == "class":
            body = self.index.functions[operation.function].body
            if any(type(inner) is not Define and type(inner) in READERS for inner in body):
                found.extend(self.block(body))

    def assign(self, operation: Assign, found: list[Node]) -> None:
        """A variable takes a function, or the states of streams."""
        self.bind(operation.target, 2 if self.loops else 1)
        value = operation.value
        if isinstance(value, Name):
            self.handed((value,), found)
        elif (
            isinstance(value, Result)
            and isinstance(operation.target, Name)
            and GETTER.search(self.index.calls[value.call].name)
        ):
            found.append(Capture(operation.target.text))
        elif isinstance(value, Result) and isinstance(operation.target, Name):
            self.defer(operation.target.text, value.call, found)

    def defer(self, name: str, call: int, found: list[Node]) -> None:
        """A generator that a variable takes runs where the variable is run over."""
        last = found[-1] if found else None
        if not isinstance(last, Invoke) or last.call != call:
            return
        functions = [self.program.modules[c.path].functions[c.place] for c in last.callees]
        if all(function.is_generator for function in functions):
            self.deferred[name] = last
            if not self.planner.flow.strict:
                found.pop()

    def bind(self, target: Value, times: int) -> None:
        """Count how often names are assigned."""
        if isinstance(target, Name):
            self.assigned[target.text] = self.assigned.get(target.text, 0) + times
        elif isinstance(target, Compound) and target.kind in ("Tuple", "Starred"):
            for part in target.parts:
                self.bind(part, times)

    def imported(self, operation: Bind, found: list[Node]) -> None:
        """An import statement runs modules of the repository."""
        for place in operation.imports:
            entry = self.index.imports[place]
            for module in self.planner.flow.modules_run(self.path, entry.module, entry.member):
                self.has_effect = True
                callee = Callee(module, 0)
                self.callees.append(callee)
                found.append(Invoke(-1, (callee,)))

    def hand(self, operation: Yield, found: list[Node]) -> None:  # noqa: ARG002
        """A generator hands out a value."""
        found.append(Hand())


READERS: dict[type, Callable[[Compiler, Any, list[Node]], None]] = {
    Evaluate: Compiler.evaluate,
    Branch: Compiler.branch,
    Loop: Compiler.loop,
    Try: Compiler.attempt,
    With: Compiler.context,
    Exit: Compiler.exit,
    Define: Compiler.define,
    Assign: Compiler.assign,
    Bind: Compiler.imported,
    Yield: Compiler.hand,
}
__all__ = ["Compiler", "Doubt", "Draw", "Restore", "Scope", "Seed", "Stop"]


def is_true(value: Value) -> bool:
    """Whether a value is written as something true."""
    return isinstance(value, Literal) and bool(value.value)


def never_returns(body: tuple[Node, ...]) -> bool:
    """Whether a body surely raises, and is no stand-in for what subclasses do."""
    kinds = [node.kind for node in body if isinstance(node, Leave)]
    return bool(kinds) and kinds[0] == "raise" and len(body) > 1
