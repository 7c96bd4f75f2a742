"""Sums up functions in an order in which callees come before their callers, without recursion."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.summary import BOTTOM, NOTHING
from repro_lint.flow.transfer import START
from repro_lint.flow.walk import summed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Key, Summary

# Effects only grow from round to round, and there are few of them; this is never reached.
MOST_ROUNDS = 200


class CallGraph:
    """Finds the cycles of calls below a function, the innermost first (Tarjan), and sums them up.

    Used once for each function that is asked for; what is summed up already is left out.
    """

    def __init__(self, flow: SeedFlow) -> None:
        """Start with no function seen."""
        self.flow = flow
        self.numbers: dict[Key, int] = {}
        self.lowest: dict[Key, int] = {}
        self.path: list[Key] = []
        self.on_path: set[Key] = set()
        self.open: list[tuple[Key, Iterator[Key]]] = []

    def sum_up(self, root: Key) -> None:
        """Sum up a function and all that it may run."""
        self.enter(root)
        while self.open:
            key, rest = self.open[-1]
            for callee in rest:
                if callee in self.flow.summaries:
                    continue
                if callee not in self.numbers:
                    self.enter(callee)
                    break
                if callee in self.on_path:
                    self.lowest[key] = min(self.lowest[key], self.numbers[callee])
            else:
                self.open.pop()
                self.finish(key)

    def enter(self, key: Key) -> None:
        """Begin with one function."""
        self.numbers[key] = self.lowest[key] = len(self.numbers)
        self.path.append(key)
        self.on_path.add(key)
        self.open.append((key, iter(self.flow.callees(key))))

    def finish(self, key: Key) -> None:
        """End one function; sum up its cycle where it was the first of it."""
        if self.open:
            caller = self.open[-1][0]
            self.lowest[caller] = min(self.lowest[caller], self.lowest[key])
        if self.lowest[key] < self.numbers[key]:
            return
        members = []
        while True:
            member = self.path.pop()
            self.on_path.discard(member)
            members.append(member)
            if member == key:
                break
        self.settle(members)

    def settle(self, members: list[Key]) -> None:
        """Sum up the functions of one cycle, or the one function that is in none."""
        summaries = self.flow.summaries
        if len(members) == 1 and members[0] not in self.flow.callees(members[0]):
            summaries[members[0]] = self.walked(members[0])
            return
        # A function that is being called has not returned; a module that is being imported
        # again is passed over.
        for member in members:
            summaries[member] = BOTTOM if member.place else NOTHING
        self.repeat(members)
        stuck = [member for member in members if summaries[member].state is None]
        if stuck:
            # What only calls itself must end in some way that is not seen here.
            for member in stuck:
                summaries[member] = NOTHING
            self.repeat(members)

    def repeat(self, members: list[Key]) -> None:
        """Walk the functions of a cycle until nothing changes."""
        summaries = self.flow.summaries
        for _ in range(MOST_ROUNDS):
            changed = False
            for member in members:
                found = self.walked(member)
                if not found.same(summaries[member]):
                    changed = True
                summaries[member] = found
            if not changed:
                return

    def walked(self, key: Key) -> Summary:
        """The summary of one function from those of its callees."""
        try:
            found = summed(self.flow, key)
        except RecursionError:
            # Blocks that nest deeper than the interpreter's stack end in silence.
            return NOTHING
        if not (found.draws or found.doubts or found.edges) and found.state == START:
            return NOTHING
        found.add_up(self.flow)
        return found
