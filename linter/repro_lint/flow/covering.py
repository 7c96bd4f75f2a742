"""The seeding call that covers a stream in a run, found anew when somebody asks."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.nodes import Around, Invoke, Restore, Scope, Seed
from repro_lint.flow.transfer import START, Site, mask
from repro_lint.flow.walk import STEPS, Sink, Walk, assumptions

if TYPE_CHECKING:
    from repro_lint.flow.nodes import Node
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Key
    from repro_lint.flow.transfer import State

LEAVES = (Seed, Restore, Invoke, Scope, Around)


class Observer(Walk):
    """A walk that notes the first steps after which a stream is no more as it was."""

    bit = 0
    closings: list[tuple[Node, str]]

    def block(self, body: tuple[Node, ...], state: State | None) -> State | None:
        """The state after a block, each step compared with the one before."""
        for node in body:
            if state is None:
                return None
            after = STEPS[type(node)](self, node, state)
            if after is not None and isinstance(node, LEAVES) and self.is_seeding(state, after):
                self.closings.append((node, self.path))
            state = after
        return state

    def is_seeding(self, before: State, after: State) -> bool:
        """Whether the stream may be seeded after a step, and was surely not before it."""
        others = before.seeded | before.configured | before.entropy
        gained = after.seeded | after.configured | after.entropy
        return bool(before.keep & ~others & (gained | ~after.keep) & self.bit)


def covering_seed(flow: SeedFlow, root: Key, stream: str) -> tuple[Site, ...]:
    """The calls that lead to the first seeding call for a stream, and that call; () if none."""
    found: list[Site] = []
    seen = set()
    key: Key | None = root
    while key is not None and key not in seen:
        seen.add(key)
        node, path = first_closing(flow, key, stream)
        if node is None:
            break
        call = getattr(node, "call", -1)
        if call >= 0:
            found.append(Site(path, call))
        if isinstance(node, (Seed, Restore)):
            return tuple(found) if call >= 0 else ()
        key = inner_key(flow, key, node, stream)
    return ()


def first_closing(flow: SeedFlow, key: Key, stream: str) -> tuple[Node | None, str]:
    """The first step of a function after which a stream is seeded on some path."""
    plan = flow.planner.plan_of(key)
    for answers in assumptions(plan.twins):
        walk = Observer(flow, key, answers, Sink())
        walk.bit, walk.closings = mask((stream,)), []
        walk.run(plan.body, START)
        if walk.closings:
            return walk.closings[0]
    return None, ""


def inner_key(flow: SeedFlow, key: Key, node: Node, stream: str) -> Key | None:
    """The function behind a step that seeds a stream."""
    if isinstance(node, Around):
        return flow.planner.wrapped(key)
    callees = []
    if isinstance(node, Invoke):
        callees = [flow.key(callee, flow.known_flags(key)) for callee in node.callees]
    elif isinstance(node, Scope):
        callees = [flow.key(callee, {}) for callee in (*node.enter, *node.leave)]
        if node.generator is not None:
            callees.append(flow.key(node.generator, {}))
    for callee in callees:
        if first_closing(flow, callee, stream)[0] is not None:
            return callee
    return None
