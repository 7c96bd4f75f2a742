"""What single calls of a function do: the nodes that they become."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.candidates import candidates
from repro_lint.flow.draws import SHARED, may_seed_by_name, seed_argument
from repro_lint.flow.nodes import Around, Callee, Doubt, Draw, Invoke, Restore, Scope, Seed, Stop
from repro_lint.flow.transfer import CONFIGURED, FROM_ENTROPY, mask
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Lambda, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.flow.candidates import Candidates
    from repro_lint.flow.draws import Event
    from repro_lint.flow.nodes import Node
    from repro_lint.flow.plans import Planner
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Value

# What these are given they call, before they or their results end.
CALLING = frozenset(f"builtins.{name}" for name in ("map", "filter", "sorted", "min", "max"))
RUNNING_TEXT = frozenset(("builtins.exec", "builtins.eval", "builtins.__import__"))
# Functions that are given under these names run in processes of their own.
ELSEWHERE = frozenset(("worker_init_fn", "initializer", "init_fn"))
DEFINITIONS = ("function", "class")


class Effects:
    """The half of the compiler that reads calls."""

    def __init__(self, planner: Planner, path: str, place: int) -> None:
        """Start with no call read."""
        self.planner = planner
        self.program = planner.program
        self.path = path
        self.place = place
        self.index = planner.program.modules[path]
        self.function = self.index.functions[place]
        self.callees: list[Callee] = []
        self.within: list[Callee] = []
        self.asked: list[Value] = []
        self.seeds: set[str] = set()
        self.deferred: dict[str, Node] = {}
        self.has_effect = False

    def call(self, place: int, found: list[Node]) -> None:
        """Add what a call does, after its arguments."""
        call = self.index.calls[place]
        if self.deferred:
            for value in call.arguments:
                self.resume(value, found)
        if self.starts_process(call):
            return
        self.handed(call.arguments, found)
        if call.keywords:
            values = [value for name, value in call.keywords if name not in ELSEWHERE]
            self.handed(values, found)
        if call.target.startswith("builtins."):
            self.builtin(place, call, found)
            return
        if self.is_dull(place, call) or self.is_delayed(call):
            return
        known = self.planner.flow.events(self.path, place)
        for event in known:
            self.event(event, place, call, found)
        choices = candidates(self.program, self.path, place)
        targets = [target for target in choices.targets if target.kind in DEFINITIONS]
        if targets:
            self.invoked(targets, choices, place, call, found)
            return
        self.drive(choices, place, found)
        if not known:
            self.unknown(place, call, choices, found)

    def drive(self, choices: Candidates, place: int, found: list[Node]) -> None:
        """Add what the loop of a library runs of the objects that it is given."""
        dotted = choices.targets[0].dotted if choices.targets else ""
        fact = knowledge().trait(dotted, "drives") if dotted else None
        if fact is None:
            return
        from repro_lint.flow.hooks import driven  # noqa: PLC0415  few programs need it

        for hook in driven(self.program, self.path, place, fact):
            callee = self.planner.callee(hook, None)
            self.callees.append(callee)
            self.note(Invoke(place, (callee,)), found)

    def is_dull(self, place: int, call: Call) -> bool:
        """Whether a call of a library's function surely does nothing that matters here."""
        dull = self.planner.flow.is_dull(call)
        return dull and not self.program.estimators.trains(self.path, place)

    def starts_process(self, call: Call) -> bool:
        """Whether a call makes a process: what that is given seeds nothing here."""
        if "rocess" not in call.name or not call.target:
            return False
        return any(fact.role == "worker" for fact in knowledge().lookup(call.target))

    def is_delayed(self, call: Call) -> bool:
        """Whether a call only says what another process is to do: `delayed(work)(1)`."""
        if not isinstance(call.receiver, Result):
            return False
        maker = self.index.calls[call.receiver.call]
        facts = knowledge().lookup(maker.target) if maker.target else ()
        return any(fact.role == "worker" and fact.kind == "delayed" for fact in facts)

    def resume(self, value: Value, found: list[Node]) -> None:
        """A variable that holds a generator is used: it runs from here on."""
        if isinstance(value, Name) and value.text in self.deferred:
            found.append(self.deferred.pop(value.text))

    def note(self, node: Node, found: list[Node]) -> None:
        """Add a node that does something."""
        self.has_effect = True
        found.append(node)

    def builtin(self, place: int, call: Call, found: list[Node]) -> None:
        """Add what a builtin does: it may end the process, or call what it is given."""
        if knowledge().trait(call.target, "exit"):
            self.note(Stop(place), found)
        elif call.target in CALLING:
            given = [*call.arguments[:1], *[v for name, v in call.keywords if name == "key"]]
            for value in given:
                self.run_argument(place, value, found, exhaustive=False)
        elif call.target in RUNNING_TEXT:
            self.run_text(place, found)

    def run_text(self, place: int, found: list[Node]) -> None:
        """Add what a text does that is run: a file of the repository, settings, or anything."""
        from repro_lint.flow import texts  # noqa: PLC0415  few programs run texts

        module = texts.executed_file(self.program, self.path, place)
        if module and module != self.path:
            # The file runs as part of this one, under its name.
            callee = Callee(module, 0, 1)
            self.callees.append(callee)
            self.note(Invoke(place, (callee,)), found)
        elif self.planner.flow.strict and not texts.runs_settings(self.program, self.path, place):
            self.note(Doubt(place), found)

    def event(self, event: Event, place: int, call: Call, found: list[Node]) -> None:
        """Add what knowledge says that a call does."""
        which = mask(event.streams)
        if not which:
            return
        if event.kind == "draw":
            self.note(Draw(place, which), found)
        elif event.kind == "restore":
            saved = call.arguments[0] if call.arguments else None
            if isinstance(saved, Name):
                self.note(Restore(place, saved.text, which), found)
            else:
                self.note(Seed(place, which, "constant"), found)
        elif event.kind == "seed":
            given = self.seed_parameter(event, call)
            omitted = event.fact.omitted.replace("fixed", "") if event.fact is not None else ""
            self.note(Seed(place, which, self.seed_of(event, call), given, omitted), found)

    def seed_parameter(self, event: Event, call: Call) -> Name | None:
        """The parameter of the function that is the seed of a call, None if there is none."""
        if event.seed != "given" or event.fact is None:
            return None
        given = seed_argument(call, event.fact)
        if not isinstance(given, Name) or all(
            p.name != given.text for p in self.function.parameters
        ):
            return None
        self.seeds.add(given.text)
        return given

    def seed_of(self, event: Event, call: Call) -> str:
        """What the streams are after a seeding call: seeded, if configured, or from entropy."""
        if event.seed == "entropy":
            return FROM_ENTROPY
        if event.seed == "given" and event.fact is not None:
            given = seed_argument(call, event.fact)
            asked = {name for test in self.asked for name in names_inside(test)}
            if given is not None and not asked.intersection(names_inside(given)):
                return self.planner.flow.seed_kind(self.path, call.function, given)
        return "constant"

    def invoked(
        self,
        targets: list[Target],
        choices: Candidates,
        place: int,
        call: Call,
        found: list[Node],
    ) -> None:
        """Add a call of functions of the repository."""
        callees = []
        for target in targets:
            for function in self.run_by(target):
                callees.append(self.planner.callee(function, call))
                record = self.program.function(function)
                if record.decorators and not callees[-1].mode:
                    streams = self.planner.flow.decorator_streams(function.path, record)
                    if streams and not self.planner.flow.strict:
                        self.note(Seed(place, mask(streams), "constant"), found)
        whole = choices.exhaustive and len(targets) == len(choices.targets)
        if len(callees) < len(targets):
            whole = whole and not callees
        if callees:
            self.callees.extend(callees)
            self.note(Invoke(place, tuple(callees), whole, choices.exact), found)
        later = tuple([self.planner.callee(t, None) for t in choices.later if t.kind == "function"])
        if later:
            self.callees.extend(later)
            self.note(Invoke(place, later, exhaustive=True, exact=choices.exact), found)
        if self.planner.flow.strict and not choices.exhaustive:
            self.note(Doubt(place), found)

    def run_by(self, target: Target) -> list[Target]:
        """The function that a call of a definition runs: for classes their constructor."""
        if target.kind == "function":
            return [target]
        for name in ("__init__", "__post_init__"):
            method = self.program.method(target, name)
            if method is not None and method.kind == "function":
                return [method]
        return []

    def unknown(self, place: int, call: Call, choices: Candidates, found: list[Node]) -> None:
        """A callee that is not known seeds if its name, or a namesake here, says so."""
        flow = self.planner.flow
        dotted = choices.targets[0].dotted if choices.targets else ""
        if dotted and knowledge().trait(dotted, "exit"):
            self.note(Stop(place), found)
            return
        runner = knowledge().trait(dotted, "runner") if dotted else None
        given = call.argument(runner.position, runner.parameter) if runner is not None else None
        if given is not None:
            self.run_argument(place, given, found, exhaustive=True)
            return
        if not choices.targets and self.is_wrapped(call):
            self.note(Around(place), found)
        elif flow.strict:
            if flow.is_doubtful(self.path, place, dotted):
                self.note(Doubt(place), found)
            self.escaping(place, call, found)
        elif may_seed_by_name(call):
            self.note(Seed(place, mask(SHARED), "constant"), found)
        elif not choices.targets:
            streams = flow.seeded_by_namesakes(self.path, call.name.rpartition(".")[2])
            if streams:
                self.note(Seed(place, mask(streams), "constant"), found)

    def escaping(self, place: int, call: Call, found: list[Node]) -> None:
        """What a library is given it may call, at once or later."""
        from repro_lint.flow.escapes import handed_on  # noqa: PLC0415  only to prove

        callees = tuple(
            self.planner.callee(target, None)
            for value in (*call.arguments, *[value for _, value in call.keywords])
            for mentioned in handed_on(self.program, self.path, self.place, value)
            for target in self.run_by(mentioned)
        )
        if callees:
            self.callees.extend(callees)
            self.note(Invoke(place, callees, exhaustive=False, exact=False), found)

    def is_wrapped(self, call: Call) -> bool:
        """Whether a call runs the parameter of the function around this one."""
        if call.receiver is not None or "." in call.name or call.name in self.function.bound:
            return False
        parent = self.function.parent
        if parent <= 0:
            return False
        parameters = self.index.functions[parent].parameters
        return bool(parameters) and parameters[0].name == call.name

    def run_argument(
        self,
        place: int,
        given: Value,
        found: list[Node],
        *,
        exhaustive: bool,
        exact: bool = True,
    ) -> None:
        """Add a call of the function that an argument names."""
        targets = self.planner.flow.mentioned(self.path, self.place, given)
        callees = tuple([self.planner.callee(target, None) for target in targets][:1])
        if callees:
            self.callees.extend(callees)
            self.note(Invoke(place, callees, exhaustive, exact), found)

    def handed(self, values: Iterable[Value], found: list[Node]) -> None:
        """A function that is handed on may run from here on; if it seeds, the stream is seeded."""
        for value in values:
            # What a worker does first is done there.
            if type(value) is Lambda or (type(value) is Name and "worker" not in value.text):
                streams = self.planner.flow.handed_streams(self.path, self.place, value)
                if streams:
                    self.note(Seed(-1, mask(streams), "constant"), found)

    def entered(self, context: Value, found: list[Node]) -> Scope | None:
        """What a context manager does around a body; None if that is nothing or not known."""
        place = context.call if isinstance(context, Result) else -1
        target = None
        if place >= 0:
            choices = candidates(self.program, self.path, place)
            target = choices.targets[0] if len(choices.targets) == 1 else None
        if target is not None and target.kind == "function":
            return self.generated(target, place, found)
        if target is not None and target.kind == "library":
            kept = self.planner.flow.kept_by(target.dotted)
            if kept:
                self.has_effect = True
                return Scope(place, None, (), (), kept, ())
        holder = self.program.types.type_of(self.path, self.place, context)
        if holder is None or holder.kind != "class":
            return None
        return self.of_class(holder, place)

    def generated(self, target: Target, place: int, found: list[Node]) -> Scope | None:
        """A context manager that a generator makes: it is walked around the body."""
        if not self.planner.is_context(target.path, target.place):
            return None
        while found and isinstance(found[-1], Invoke) and found[-1].call == place:
            found.pop()
        callee = Callee(target.path, target.place, 0, self.index.calls[place])
        # It is walked here, so what it calls is called here.
        plan = self.planner.plan(target.path, target.place)
        self.within.extend((*plan.callees, *plan.within))
        self.has_effect = True
        return Scope(place, callee, (), (), 0, ())

    def of_class(self, holder: Target, place: int) -> Scope | None:
        """A context manager of a class."""
        found: list[tuple[Callee, ...]] = []
        restored = 0
        for name in ("__enter__", "__exit__"):
            method = self.program.method(holder, name)
            if method is None or method.kind != "function":
                found.append(())
                continue
            found.append((Callee(method.path, method.place),))
            if name == "__exit__":
                restored = self.planner.flow.restored_in(method.path, method.place)
        if not any(found):
            return None
        self.callees.extend(callee for callees in found for callee in callees)
        self.has_effect = True
        return Scope(place, None, found[0], found[1], restored, ())


__all__ = ["CONFIGURED", "Effects"]
