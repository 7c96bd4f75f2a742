"""Walks the plan of one function in order of execution and sums up what it does to streams."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.decisions import outcome
from repro_lint.flow.nodes import (
    Around,
    Attempt,
    Capture,
    Doubt,
    Draw,
    Fork,
    Hand,
    Invoke,
    Leave,
    Repeat,
    Restore,
    Scope,
    Seed,
    Stop,
)
from repro_lint.flow.summary import NOTHING, Key, Summary
from repro_lint.flow.transfer import (
    EVERY,
    START,
    Site,
    composed,
    joined,
    levels,
    merged,
    mixed,
    seeded,
    softened,
    unsure,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from repro_lint.flow.nodes import Callee, Node
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Edges, Openings
    from repro_lint.flow.transfer import Levels, State
    from repro_lint.syntax.index import Value

SCOPES_DEEP = 4


class Sink:
    """What a walk finds: draws, doubts and calls, each with how open streams are there."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.draws: Openings = {}
        self.doubts: Openings = {}
        self.edges: Edges = {}


class Walk:
    """The walk over one piece of code; used once."""

    def __init__(
        self,
        flow: SeedFlow,
        key: Key,
        answers: Mapping[Value, bool],
        sink: Sink,
        *,
        prefix: tuple[Site, ...] = (),
    ) -> None:
        """Stand before the code; `prefix` are the calls through which it is walked in place."""
        self.flow = flow
        self.key = key
        self.path = flow.planner.path_of(key)
        self.known = flow.known_flags(key)
        self.answers = answers
        self.sink = sink
        self.prefix = prefix
        self.unsure = False
        self.drawing: dict[int, bool] = {}
        self.returned: State | None = None
        self.breaks: list[list[State | None]] = []
        self.attempts: list[list[State | None]] = []
        self.captured: dict[str, State] = {}
        self.on_yield: Callable[[State], State | None] | None = None

    def run(self, body: tuple[Node, ...], state: State) -> State | None:
        """The state after all of the code, None if it never returns."""
        out = self.block(body, state)
        return joined(out, self.returned)

    def block(self, body: tuple[Node, ...], state: State | None) -> State | None:
        """The state after a block, None if its end is never reached."""
        for node in body:
            if state is None:
                return None
            if self.attempts:
                self.attempts[-1][0] = joined(self.attempts[-1][0], state)
            state = STEPS[type(node)](self, node, state)
        return state

    def draw(self, node: Draw, state: State) -> State:
        """Note a draw."""
        self.open(self.sink.draws, node.call, state, node.streams)
        return state

    def doubt(self, node: Doubt, state: State) -> State:
        """Note an unknown call."""
        self.open(self.sink.doubts, node.call, state, EVERY)
        return state

    def open(self, into: Openings, call: int, state: State, which: int) -> None:
        """Note how open streams are where a call draws."""
        key = (self.prefix, Site(self.path, call), which)
        found = self.levels(state)
        known = into.get(key)
        into[key] = found if known is None else merged(known, found)

    def levels(self, state: State) -> Levels:
        """How open streams are here."""
        found = levels(state)
        return unsure(found) if self.unsure else found

    def seed(self, node: Seed, state: State) -> State:
        """The state after a seeding call, which a caller may have left without a seed."""
        missing = node.given is not None and self.known.get(node.given, 0) is None
        gen = (missing and node.omitted) or node.gen
        return state if gen == "nothing" else seeded(state, node.streams, gen)

    def stop(self, node: Stop, state: State) -> State | None:  # noqa: ARG002  the run ends
        """Nothing follows the end of the process."""
        return None

    def invoke(self, node: Invoke, state: State) -> State | None:
        """The state after a call of functions of the repository."""
        site = Site(self.path, node.call) if node.call >= 0 else None
        keys = [self.flow.key(callee, self.known) for callee in node.callees]
        return self.lift(keys, site, state, node)

    def lift(self, keys: list[Key], site: Site | None, state: State, node: Invoke) -> State | None:
        """Take over what callees do: one of them runs, or none where others may."""
        found = self.levels(state)
        # A guess that one of several is called ends in silence: what any of them seeds is seeded.
        guessed = not node.exact and not self.flow.strict
        sure = 0
        out = None if node.exhaustive else state
        for key in keys:
            summary = self.flow.summary_of(key)
            if summary is NOTHING:
                out = joined(out, state)
                continue
            edge = (self.prefix, site, key, node.exact)
            known = self.sink.edges.get(edge)
            self.sink.edges[edge] = found if known is None else merged(known, found)
            if summary.state is not None:
                out = joined(out, composed(state, summary.state))
                sure |= ~(summary.state.keep | summary.state.soft)
        return seeded(out, sure) if guessed and sure and out is not None else out

    def around(self, node: Around, state: State) -> State | None:
        """The wrapper of a decorator runs what it wraps; elsewhere this is an unknown call."""
        inner = self.flow.planner.wrapped(self.key)
        if inner is None:
            if self.flow.strict:
                self.open(self.sink.doubts, node.call, state, EVERY)
            return state
        site = Site(self.path, node.call) if node.call >= 0 else None
        return self.lift([inner], site, state, Invoke(node.call, ()))

    def capture(self, node: Capture, state: State) -> State:
        """Keep the state, for a later `restore`."""
        self.captured[node.name] = state
        return state

    def restore(self, node: Restore, state: State) -> State:
        """The state after the states of streams were put back."""
        saved = self.captured.get(node.name)
        if saved is None:
            return seeded(state, node.streams)
        return mixed(state, saved, node.streams)

    def fork(self, node: Fork, state: State) -> State | None:
        """Walk both ways of a branch, or the one that is known to be taken."""
        if node.main:
            return self.block(node.body if self.key.mode else node.orelse, state)
        if node.decides and (self.known or self.answers):
            taken = outcome(node.test, self.known, self.answers)
            if taken is not None:
                return self.block(node.body if taken else node.orelse, state)
        usual = self.usual(node)
        one = self.side(node.body, state, unusual=usual is False)
        other = self.side(node.orelse, state, unusual=usual is True)
        if one is None or other is None or one == other:
            return joined(one, other)
        return self.optional(node, one, other)

    def usual(self, node: Fork) -> bool | None:
        """How a test ends by default, where that decides over draws and an option says it."""
        if self.flow.strict or not node.decides:
            return None
        if not self.draws(node.body) and not self.draws(node.orelse):
            return None
        return self.flow.defaults.outcome(self.path, node.function, node.test)

    def side(self, body: tuple[Node, ...], state: State, *, unusual: bool) -> State | None:
        """The state after one side of a branch; what it draws is unsure if few runs take it."""
        outer, self.unsure = self.unsure, self.unsure or unusual
        out = self.block(body, state)
        self.unsure = outer
        return out

    def draws(self, body: tuple[Node, ...]) -> bool:
        """Whether a block may draw; found once for each block, as blocks nest."""
        found = self.drawing.get(id(body))
        if found is None:
            found = self.drawing[id(body)] = self.search_draws(body)
        return found

    def search_draws(self, body: tuple[Node, ...]) -> bool:
        """Look whether a block may draw."""
        for node in body:
            if isinstance(node, Draw):
                return True
            if isinstance(node, Invoke):
                keys = [self.flow.key(callee, self.known) for callee in node.callees]
                if any(self.flow.summary_of(key).masks.drawn for key in keys):
                    return True
            if any(self.draws(block) for block in blocks_of(node)):
                return True
        return False

    def optional(self, node: Fork, one: State, other: State) -> State | None:
        """The state after a branch that may be about whether to seed at all."""
        sure, other_sure = ~(one.keep | one.soft), ~(other.keep | other.soft)
        by_one, by_other = sure & ~other_sure, other_sure & ~sure
        out = joined(one, other)
        if not (by_one | by_other) or out is None:
            return out
        guard = self.flow.guard(self.path, node.function, node.test)
        if not guard:
            return out
        # By default one way is taken: what it seeds is seeded, what the other one may be.
        if guard == "on":
            return softened(mixed(out, one, by_one), by_other)
        if guard == "off":
            return softened(mixed(out, other, by_other), by_one)
        return softened(out, by_one | by_other)

    def repeat(self, node: Repeat, state: State) -> State | None:
        """Walk a loop: twice, as a second round starts from what the first one leaves."""
        self.breaks.append([None, None])
        first = self.block(node.body, state)
        after = joined(first, self.breaks[-1][1])
        again = joined(state, after)
        if again != state:
            after = joined(after, self.block(node.body, again))
        left = self.breaks.pop()[0]
        if node.endless:
            return left
        if not node.least or (after is None and left is None):
            after = joined(state, after)
        return joined(left, self.block(node.orelse, after))

    def attempt(self, node: Attempt, state: State) -> State | None:
        """Walk a try statement: a handler may start anywhere in the body."""
        outer, self.returned = self.returned, None
        self.attempts.append([None, None])
        body = self.block(node.body, state)
        before, raised = self.attempts.pop()
        self.attempts.append([joined(joined(before, body), raised), None])
        outs = self.block(node.orelse, body)
        for handler in node.handlers:
            outs = joined(outs, self.block(handler, self.handled(body, before, raised)))
        anywhere, again = self.attempts.pop()
        self.fail(node, joined(anywhere, again) if self.flow.strict else again)
        inner, self.returned = self.take_returned(), outer
        if inner is not None:
            self.returned = joined(outer, self.block(node.final, inner))
        if outs is None:
            if inner is None:
                self.block(node.final, state)
            return None
        return self.block(node.final, outs)

    def fail(self, node: Attempt, state: State | None) -> None:
        """Walk what is done in the end where something fails that no handler catches.

        What fails in a handler fails further out.
        """
        if self.flow.strict:
            state = self.block(node.final, state)
        if self.attempts:
            self.attempts[-1][1] = joined(self.attempts[-1][1], state)

    def take_returned(self) -> State | None:
        """The states at the returns so far."""
        return self.returned

    def handled(
        self, body: State | None, before: State | None, raised: State | None
    ) -> State | None:
        """The state where a handler starts.

        Strictly it may be any of the body. Else what fails is held to fail late: that a
        seeding call fails is no path that people take.
        """
        if self.flow.strict:
            return joined(joined(before, body), raised)
        return joined(body, raised) or before

    def scope(self, node: Scope, state: State) -> State | None:
        """Walk a with statement: what its context does before and after the body."""
        if node.generator is not None and len(self.prefix) < SCOPES_DEEP:
            return self.in_place(node, node.generator, state)
        inside: State | None = state
        for callee in node.enter:
            inside = None if inside is None else self.run_method(callee, inside)
        out = self.block(node.body, inside)
        for callee in node.leave:
            out = None if out is None else self.run_method(callee, out)
        return None if out is None else mixed(out, state, node.restored)

    def run_method(self, callee: Callee, state: State) -> State | None:
        """Run a method of a context."""
        return self.lift([self.flow.key(callee, self.known)], None, state, Invoke(-1, ()))

    def in_place(self, node: Scope, callee: Callee, state: State) -> State | None:
        """Walk a function that yields once, with the body of the with statement in its middle."""
        key = Key(callee.path, callee.place)
        prefix = (*self.prefix, Site(self.path, node.call)) if node.call >= 0 else self.prefix
        walk = Walk(self.flow, key, {}, self.sink, prefix=prefix)
        walk.unsure = self.unsure
        walk.on_yield = lambda inside: self.block(node.body, inside)
        return walk.run(self.flow.planner.plan(key.path, key.place).body, state)

    def leave(self, node: Leave, state: State) -> None:
        """Note the state at an exit; nothing follows it."""
        if node.kind == "return":
            self.returned = joined(self.returned, state)
        elif node.kind == "raise":
            if self.attempts:
                self.attempts[-1][1] = joined(self.attempts[-1][1], state)
        elif self.breaks:
            place = 0 if node.kind == "break" else 1
            self.breaks[-1][place] = joined(self.breaks[-1][place], state)

    def hand(self, node: Hand, state: State) -> State | None:  # noqa: ARG002  there is one kind
        """Run what a generator is walked around, if it is."""
        if self.on_yield is None:
            return state
        return self.on_yield(state)


STEPS: dict[type, Callable[..., State | None]] = {
    Draw: Walk.draw,
    Doubt: Walk.doubt,
    Seed: Walk.seed,
    Stop: Walk.stop,
    Invoke: Walk.invoke,
    Around: Walk.around,
    Capture: Walk.capture,
    Restore: Walk.restore,
    Fork: Walk.fork,
    Repeat: Walk.repeat,
    Attempt: Walk.attempt,
    Scope: Walk.scope,
    Leave: Walk.leave,
    Hand: Walk.hand,
}


def blocks_of(node: Node) -> tuple[tuple[Node, ...], ...]:
    """The blocks inside a node."""
    if isinstance(node, (Fork, Repeat)):
        return node.body, node.orelse
    if isinstance(node, Attempt):
        return node.body, *node.handlers, node.orelse, node.final
    return (node.body,) if isinstance(node, Scope) else ()


def summed(flow: SeedFlow, key: Key) -> Summary:
    """Walk the function of a key, once for each answer to the tests that it repeats."""
    plan = flow.planner.plan_of(key)
    if not plan.body:
        return Summary(START)
    sink = Sink()
    out: State | None = None
    for answers in assumptions(plan.twins):
        walk = Walk(flow, key, answers, sink)
        out = joined(out, walk.run(plan.body, START))
    return Summary(out, sink.draws, sink.doubts, sink.edges)


def assumptions(tests: tuple[Value, ...]) -> list[dict[Value, bool]]:
    """All ways to answer some tests."""
    found: list[dict[Value, bool]] = [{}]
    for test in tests:
        found = [{**answers, test: answer} for answers in found for answer in (True, False)]
    return found
