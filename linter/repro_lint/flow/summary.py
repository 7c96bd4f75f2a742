"""What is known of a function after its walk: its effect, its draws, and its calls."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.transfer import (
    EVERY,
    MAYBE,
    NO_DRAWS,
    START,
    drawn,
    lifted,
    united,
)
from repro_lint.records import Record

if TYPE_CHECKING:
    from typing import TypeAlias

    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.transfer import Levels, Masks, Site, State


class Key(Record):
    """A function as it is run: `flags` are the values of its parameters that matter.

    `mode` is 1 for a module that is run as the main program; for functions it counts the
    decorators around the function that are taken into account.
    """

    path: str
    place: int
    mode: int = 0
    flags: tuple[Flag, ...] = ()


# A parameter, its value, and the type of that: 1 is equal to True.
Flag: TypeAlias = "tuple[str, object, str]"
# A place that is walked in place of a call, the call, and the streams that are drawn from.
Openings: TypeAlias = "dict[tuple[tuple[Site, ...], Site, int], Levels]"
# The same for calls, with the callee and whether names tell that it is the callee.
Edges: TypeAlias = "dict[tuple[tuple[Site, ...], Site | None, Key, bool], Levels]"


class Summary:
    """What a function does.

    `state` is the state at its end from any at its start, None if it never returns.
    `masks` tells of its draws and those of its callees, `unresolved` of unknown calls.
    """

    __slots__ = ("doubts", "draws", "edges", "masks", "state", "unresolved")

    def __init__(
        self,
        state: State | None,
        draws: Openings | None = None,
        doubts: Openings | None = None,
        edges: Edges | None = None,
    ) -> None:
        """Keep what the walk found; the masks are added up later."""
        self.state = state
        self.draws: Openings = draws or {}
        self.doubts: Openings = doubts or {}
        self.edges: Edges = edges or {}
        self.masks: Masks = NO_DRAWS
        self.unresolved: Masks = NO_DRAWS

    def add_up(self, flow: SeedFlow) -> None:
        """Add up the draws of this function and of its callees."""
        masks, unresolved = NO_DRAWS, NO_DRAWS
        for (_, _, streams), level in self.draws.items():
            masks = united(masks, drawn(level, streams))
        for level in self.doubts.values():
            unresolved = united(unresolved, drawn(level, EVERY))
        for (_, _, key, exact), level in self.edges.items():
            callee = flow.summary_of(key)
            if callee.masks is not NO_DRAWS:
                masks = united(masks, lifted(callee.masks, level, exact=exact))
            if callee.unresolved is not NO_DRAWS:
                unresolved = united(unresolved, lifted(callee.unresolved, level, exact=exact))
        self.masks, self.unresolved = masks, unresolved

    def same(self, other: Summary) -> bool:
        """Whether another walk found the same."""
        return (
            self.state == other.state
            and self.masks == other.masks
            and self.unresolved == other.unresolved
        )


def flag_of(name: str, value: object) -> Flag:
    """A parameter with its value."""
    return name, value, type(value).__name__


BOTTOM = Summary(None)
NOTHING = Summary(START)
__all__ = ["BOTTOM", "MAYBE", "NOTHING", "Edges", "Flag", "Key", "Openings", "Summary", "flag_of"]
