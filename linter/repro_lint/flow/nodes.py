"""The steps of a function that matter to streams, in order of execution.

A plan is what is left of a function when everything else is dropped. It is made once
and walked as often as the analysis needs.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from typing import TypeAlias

    from repro_lint.syntax.index import Call, Name, Value


class Draw(Record):
    """A call draws from streams."""

    call: int
    streams: int


class Seed(Record):
    """A call seeds streams; `gen` says from what: constant, configured or entropy.

    `given` is the parameter that is the seed, None if that is anything else; `omitted`
    is what the call does where that is None: "entropy" or "nothing".
    """

    call: int
    streams: int
    gen: str
    given: Name | None = None
    omitted: str = ""


class Doubt(Record):
    """A call of something unknown, which might draw."""

    call: int


class Stop(Record):
    """The process ends."""

    call: int


class Callee(Record):
    """A function that a call may run, with some of its decorators, and that call."""

    path: str
    place: int
    mode: int = 0
    call: Call | None = None


class Invoke(Record):
    """A call of functions of the repository; `call` is -1 where an import runs a module."""

    call: int
    callees: tuple[Callee, ...]
    exhaustive: bool = True
    exact: bool = True


class Around(Record):
    """The wrapper of a decorator calls what it wraps."""

    call: int


class Capture(Record):
    """A variable takes the states of streams, to put them back later."""

    name: str


class Restore(Record):
    """The states of streams are put back from a variable."""

    call: int
    name: str
    streams: int


class Fork(Record):
    """One of two ways; `decides` where the test may be known from flags.

    `function` is where the test stands; `main` marks the main guard of a module.
    """

    test: Value
    body: tuple[Node, ...]
    orelse: tuple[Node, ...]
    function: int
    decides: bool
    main: bool = False


class Repeat(Record):
    """Rounds of a loop: `least` 0 or 1 of them, without end where `endless`."""

    body: tuple[Node, ...]
    orelse: tuple[Node, ...]
    least: int
    endless: bool


class Attempt(Record):
    """A try statement."""

    body: tuple[Node, ...]
    handlers: tuple[tuple[Node, ...], ...]
    orelse: tuple[Node, ...]
    final: tuple[Node, ...]


class Scope(Record):
    """A with statement.

    `generators` are functions that yield once, `enter` and `leave` methods of classes;
    the states of `restored` are put back at the end.
    """

    call: int
    generator: Callee | None
    enter: tuple[Callee, ...]
    leave: tuple[Callee, ...]
    restored: int
    body: tuple[Node, ...]


class Leave(Record):
    """Leaves the block: return, raise, break or continue."""

    kind: str


class Hand(Record):
    """A generator hands out a value."""


Node: TypeAlias = (
    "Draw | Seed | Doubt | Stop | Invoke | Around | Capture | Restore | Fork | Repeat"
    " | Attempt | Scope | Leave | Hand"
)


class Plan(Record):
    """What matters of one function.

    `callees` are all functions that it may run, `within` those of the contexts that it
    walks in place, `flags` its parameters that decide a branch, `fixed` those that are
    never set anew, `twins` the tests that are asked more than once with the same answer.
    """

    body: tuple[Node, ...]
    callees: tuple[Callee, ...]
    within: tuple[Callee, ...]
    flags: frozenset[str]
    fixed: frozenset[str]
    twins: tuple[Value, ...]


NO_NAMES: frozenset[str] = frozenset()
EMPTY = Plan((), (), (), NO_NAMES, NO_NAMES, ())
