"""Walks one function in order of evaluation and sums up what it does to streams."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import SHARED, may_seed_by_name
from repro_lint.flow.entries import is_main_test
from repro_lint.flow.transfer import (
    DEFINITE,
    ENTROPY,
    FROM_ENTROPY,
    IDENTITY,
    SEEDED,
    Exposure,
    Site,
    Summary,
    composed,
    joined,
    level_of,
    seeded,
)
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import (
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
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.target import Target
    from repro_lint.flow.transfer import Exposures, Transfer
    from repro_lint.syntax.index import Call, Operation, Value

SITES_KEPT = 400


class Walk:
    """The walk over one function; used once."""

    def __init__(self, flow: SeedFlow, path: str, place: int, *, main: bool) -> None:
        """Start at the top of a function; `main` runs the main guard of a module."""
        self.flow = flow
        self.program = flow.program
        self.path = path
        self.index = flow.program.modules[path]
        self.place = place
        self.function = self.index.functions[place]
        self.main = main
        self.exposures: Exposures = {}
        self.returned: Transfer | None = None
        self.left_loop: list[Transfer | None] = []

    def run(self) -> Summary:
        """Walk the body and sum up."""
        out = self.block(self.function.body, IDENTITY)
        return Summary(joined(out, self.returned), self.exposures)

    def block(self, body: tuple[Operation, ...], state: Transfer | None) -> Transfer | None:
        """The state after a block, None if its end is never reached."""
        for operation in body:
            if state is None:
                break
            state = self.step(operation, state)
        return state

    def step(self, operation: Operation, state: Transfer) -> Transfer | None:
        """The state after one operation."""
        match operation:
            case Evaluate(call=place):
                return self.call(place, state)
            case Branch():
                return self.branch(operation, state)
            case Loop():
                return self.loop(operation, state)
            case Try():
                return self.attempt(operation, state)
            case With(context=context, body=body):
                inside = self.entered(context, state)
                return None if inside is None else self.block(body, inside)
            case Exit():
                self.leave(operation, state)
                return None
            case Define(kind="class", function=place):
                return self.lift(self.flow.summary(self.path, place), state, None)
            case Assign(value=Name() as value):
                return self.passed_on((value,), state)
            case Bind(imports=imports):
                return self.imported(imports, state)
        return state

    def entered(self, context: Value, state: Transfer) -> Transfer | None:
        """The state after the `__enter__` of a class of the repository."""
        holder = self.program.types.type_of(self.path, self.place, context)
        if holder is None or holder.kind != "class":
            return state
        method = self.program.method(holder, "__enter__")
        if method is None or method.kind != "function":
            return state
        return self.lift(self.flow.summary(method.path, method.place), state, None)

    def leave(self, operation: Exit, state: Transfer) -> None:
        """Note the state at an exit; nothing follows it."""
        if operation.kind == "return":
            self.returned = joined(self.returned, state)
        elif operation.kind in ("break", "continue") and self.left_loop:
            self.left_loop[-1] = joined(self.left_loop[-1], state)

    def branch(self, operation: Branch, state: Transfer) -> Transfer | None:
        """Walk both ways of a branch; the main guard runs only in the entry itself."""
        if self.function.kind == "module" and is_main_test(operation):
            return self.block(operation.body if self.main else operation.orelse, state)
        if isinstance(operation.test, Literal):
            return self.block(operation.body if operation.test.value else operation.orelse, state)
        return joined(self.block(operation.body, state), self.block(operation.orelse, state))

    def loop(self, operation: Loop, state: Transfer) -> Transfer | None:
        """Walk a loop: no round, or one after another."""
        if isinstance(operation.iterable, Compound):
            state = self.passed_on(operation.iterable.parts, state)
        self.left_loop.append(None)
        first = self.block(operation.body, state)
        again = joined(state, joined(first, self.left_loop[-1]))
        self.block(operation.body, again)
        left = self.left_loop.pop()
        after = joined(first, left)
        if not self.runs_once(operation):
            after = joined(state, after)
        return None if after is None else self.block(operation.orelse, after)

    def runs_once(self, operation: Loop) -> bool:
        """Whether a loop surely runs at least one round."""
        source = operation.iterable
        if operation.kind == "while":
            return isinstance(source, Literal) and bool(source.value)
        if isinstance(source, Result):
            call = self.index.calls[source.call]
            ends = call.arguments[-1] if call.arguments else None
            return (
                call.target == "builtins.range"
                and isinstance(ends, Literal)
                and isinstance(ends.value, int)
                and ends.value > 0
            )
        return (
            isinstance(source, Compound) and source.kind in ("List", "Tuple") and bool(source.parts)
        )

    def attempt(self, operation: Try, state: Transfer) -> Transfer | None:
        """Walk a try statement: a handler may start anywhere in the body."""
        body = self.block(operation.body, state)
        outs = None if body is None else self.block(operation.orelse, body)
        for handler in operation.handlers:
            start = joined(state, body)
            outs = joined(outs, None if start is None else self.block(handler, start))
        if outs is None:
            self.block(operation.final, state)
            return None
        return self.block(operation.final, outs)

    def imported(self, imports: tuple[int, ...], state: Transfer) -> Transfer | None:
        """Run the modules of the repository that an import statement loads."""
        out: Transfer | None = state
        for place in imports:
            entry = self.index.imports[place]
            dot = "" if entry.module.endswith(".") else "."
            member = entry.module + dot + entry.member if entry.member else ""
            for dotted in (entry.module, member):
                module = self.program.table.find(self.path, dotted) if dotted else ""
                if module and module != self.path and out is not None:
                    out = self.lift(self.flow.summary(module, 0), out, None)
        return out

    def call(self, place: int, state: Transfer) -> Transfer | None:
        """The state after a call, its arguments included."""
        call = self.index.calls[place]
        state = self.passed_on(call.arguments, state)
        state = self.passed_on((value for _, value in call.keywords), state)
        if call.target.startswith("builtins."):
            return None if knowledge().trait(call.target, "exit") else state
        site = Site(self.path, place)
        target = self.program.callee(self.path, place)
        found = self.flow.events(self.path, place)
        for event in found:
            if event.kind == "draw":
                for stream in event.streams:
                    self.expose(Exposure(stream, DEFINITE, (site,)), state)
            elif event.kind in ("seed", "restore"):
                gen = ENTROPY if event.seed == "entropy" else SEEDED
                state = seeded(state, event.streams, gen)
        if target is None or (target.kind == "library" and not found):
            return self.unknown_call(call, target, state)
        if target.kind in ("function", "class"):
            return self.project_call(target, site, state)
        return state

    def unknown_call(self, call: Call, target: Target | None, state: Transfer) -> Transfer | None:
        """A callee that is not known seeds if its name, or a namesake here, says so."""
        dotted = target.dotted if target is not None else ""
        if dotted and knowledge().trait(dotted, "exit"):
            return None
        runner = knowledge().trait(dotted, "runner") if dotted else None
        given = call.argument(runner.position, runner.parameter) if runner is not None else None
        if given is not None:
            return self.run_argument(call, given, state)
        if may_seed_by_name(call):
            return seeded(state, SHARED, SEEDED)
        if target is None:
            bare = call.name.rpartition(".")[2]
            streams = self.flow.seeding_names.get(bare)
            if streams:
                return seeded(state, tuple(streams), SEEDED)
        return state

    def run_argument(self, call: Call, given: Value, state: Transfer) -> Transfer | None:
        """A library that does nothing but call the function that it is given."""
        for target in self.flow.mentioned(self.path, call.function, given):
            summary = self.flow.summary(target.path, target.place)
            return self.lift(summary, state, None)
        return state

    def passed_on(self, values: Iterable[Value], state: Transfer) -> Transfer:
        """A function that is handed on may run from here on; if it seeds, the stream is seeded."""
        for value in values:
            streams = self.flow.handed_streams(self.path, self.place, value)
            if streams:
                state = seeded(state, tuple(streams), SEEDED)
        return state

    def project_call(self, target: Target, site: Site, state: Transfer) -> Transfer | None:
        """Walk into a function or the constructor of a class of the repository."""
        if target.kind == "class":
            return self.construct(target, site, state)
        function = self.program.function(target)
        streams = self.flow.decorator_streams(target.path, function)
        if streams:
            state = seeded(state, tuple(streams), SEEDED)
        return self.lift(self.flow.summary(target.path, target.place), state, site)

    def construct(self, target: Target, site: Site, state: Transfer) -> Transfer | None:
        """Walk into `__init__`, which may be a base's."""
        constructor = self.program.method(target, "__init__")
        if constructor is None or constructor.kind != "function":
            return state
        return self.lift(self.flow.summary(constructor.path, constructor.place), state, site)

    def lift(self, summary: Summary, state: Transfer, site: Site | None) -> Transfer | None:
        """Take over the exposures of a callee and the state that it leaves."""
        for exposure in summary.exposures.values():
            trace = exposure.trace if site is None else (site, *exposure.trace)
            self.expose(exposure._replace(trace=trace), state)
        if summary.transfer is None:
            return None
        return composed(state, summary.transfer)

    def expose(self, exposure: Exposure, state: Transfer) -> None:
        """Note a draw unless the stream is surely seeded here."""
        level = level_of(state, exposure.stream, exposure.level)
        if not level or level == FROM_ENTROPY:
            return
        key = (exposure.stream, level, exposure.trace[-1])
        known = self.exposures.get(key)
        if known is None and len(self.exposures) >= SITES_KEPT:
            return
        if known is None or len(known.trace) > len(exposure.trace):
            self.exposures[key] = exposure._replace(level=level)
