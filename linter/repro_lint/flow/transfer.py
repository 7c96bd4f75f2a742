"""How a piece of code changes the seededness of streams, and which draws it leaves open.

All streams are treated at once: each number here is a set of streams, one bit each. A
state says for every stream what it may be at a place, as far as that is known from the
start of the function: what it was at the start (`keep`), the same but at least seeded
if people configure it (`soft`), or seeded, seeded if configured, seeded from entropy.
"""

from __future__ import annotations

from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

new = tuple.__new__

DEFINITE = "definite"
PARTLY = "partly"
MAYBE = "maybe"
OPTIONAL = "optional"
CONFIGURED = "configured"
FROM_ENTROPY = "entropy"


class State(Record):
    """What each stream may be, as sets of streams; see above."""

    keep: int
    soft: int
    seeded: int
    configured: int
    entropy: int


EVERY = -1
START = State(EVERY, 0, 0, 0, 0)


class Levels(Record):
    """How open streams are at a place, as disjoint sets; the rest is seeded.

    `definite`: as at the start of the function; `partly`: seeded on some paths only;
    `maybe`: either of them, where the code only runs if people ask for it;
    `optional`: as at the start, but seeded if people configure it; `configured` and
    `entropy`: whatever the start, seeded only if configured, or from entropy.
    """

    definite: int
    partly: int
    maybe: int
    optional: int
    configured: int
    entropy: int


class Masks(Record):
    """The streams from which a function may draw, by how open they are at its start.

    `maybe` are draws that only run if a guess at a callee is right, or if an option is
    set that is off, `drawn` all draws.
    """

    definite: int
    partly: int
    maybe: int
    optional: int
    configured: int
    entropy: int
    drawn: int


NO_DRAWS = Masks(0, 0, 0, 0, 0, 0, 0)


class Site(Record):
    """The place of a call in a module."""

    path: str
    call: int


class Exposure(Record):
    """A draw that runs while the state at the start of the code still matters.

    `site` is the draw, `link` holds the calls that lead to it, the innermost first, as
    a chain of pairs: chains of calls are shared, and may be thousands of calls long.
    """

    stream: str
    level: str
    site: Site
    link: tuple[Site, object] | None = None

    @property
    def trace(self) -> tuple[Site, ...]:
        """The calls that lead to the draw, the outermost first, and the draw."""
        found = [self.site]
        link: object = self.link
        while isinstance(link, tuple):
            found.append(link[0])
            link = link[1]
        return tuple(reversed(found))


@cache
def streams() -> tuple[str, ...]:
    """All streams, in the order of their bits."""
    return tuple(knowledge().streams)


def mask(names: Iterable[str]) -> int:
    """The set of some streams; names of no shared stream are left out."""
    known = streams()
    found = 0
    for name in names:
        if name in known:
            found |= 1 << known.index(name)
    return found


def seeded(state: State, which: int, gen: str = "constant") -> State:
    """The state after streams were seeded."""
    rest = ~which
    keep, soft, seeded_, configured, entropy = state
    return new(
        State,
        (
            keep & rest,
            soft & rest,
            seeded_ & rest | (which if gen == "constant" else 0),
            configured & rest | (which if gen == CONFIGURED else 0),
            entropy & rest | (which if gen == FROM_ENTROPY else 0),
        ),
    )


def softened(state: State, which: int) -> State:
    """The state where streams would be seeded, had people configured it."""
    moved = state.keep & which
    return state._replace(keep=state.keep & ~which, soft=state.soft | moved)


def mixed(state: State, other: State, which: int) -> State:
    """The state, for some streams that of another place."""
    return new(
        State,
        [one & ~which | two & which for one, two in zip(state, other, strict=True)],
    )


def composed(state: State, then: State) -> State:
    """The state after code that does `then` in a state."""
    if then is START or then == START:
        return state
    keep, soft, seeded_, configured, entropy = state
    then_keep, then_soft, then_seeded, then_configured, then_entropy = then
    passed = then_keep | then_soft
    return new(
        State,
        (
            keep & then_keep,
            keep & then_soft | soft & passed,
            then_seeded | seeded_ & passed,
            then_configured | configured & passed,
            then_entropy | entropy & passed,
        ),
    )


def joined(one: State | None, other: State | None) -> State | None:
    """The state where either way may have been taken; None is a way that never ends."""
    if one is None or one is other:
        return other
    if other is None or one == other:
        return one
    return new(State, [first | second for first, second in zip(one, other, strict=True)])


def levels(state: State) -> Levels:
    """How open each stream is in a state."""
    keep, soft, seeded_, configured, entropy = state
    other = soft | seeded_ | configured | entropy
    closed = ~(keep | soft)
    return new(
        Levels,
        (keep & ~other, keep & other, 0, soft & ~keep, closed & configured, closed & entropy),
    )


def unsure(level: Levels) -> Levels:
    """How open streams are where code only runs if people ask for it."""
    maybe = level.definite | level.partly | level.maybe
    return level._replace(definite=0, partly=0, maybe=maybe)


def merged(one: Levels, other: Levels) -> Levels:
    """The more open of two levels for each stream."""
    found = []
    taken = 0
    for first, second in zip(one, other, strict=True):
        both = (first | second) & ~taken
        taken |= both
        found.append(both)
    return new(Levels, found)


def drawn(level: Levels, which: int) -> Masks:
    """What a draw from streams does at a place."""
    definite, partly, maybe, optional, configured, entropy = level
    return new(
        Masks,
        (
            definite & which,
            partly & which,
            maybe & which,
            optional & which,
            configured & which,
            entropy & which,
            which,
        ),
    )


def lifted(masks: Masks, level: Levels, *, exact: bool) -> Masks:
    """What the draws of a callee are for its caller, where the call stands at a level."""
    definite, partly, maybe, optional, configured, entropy, all_drawn = masks
    open_ = definite | partly | maybe | optional
    hard = level.definite
    keep = hard | level.partly | level.maybe
    sure = definite & hard
    some = partly & hard | (definite | partly) & level.partly
    guessed = maybe & keep | (definite | partly) & level.maybe
    if not exact:
        sure, some, guessed = 0, 0, guessed | sure | some
    return new(
        Masks,
        (
            sure,
            some,
            guessed,
            optional & keep | open_ & level.optional,
            configured | open_ & level.configured,
            entropy | open_ & level.entropy,
            all_drawn,
        ),
    )


def united(one: Masks, other: Masks) -> Masks:
    """All draws of two pieces of code."""
    return new(Masks, [first | second for first, second in zip(one, other, strict=True)])
