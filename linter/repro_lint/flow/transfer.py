"""How a piece of code changes the seededness of streams: transfer functions and exposures.

For each stream a transfer function is a pair (keep, gen): the state after is the
state before, if `keep`, and `gen`. A state is a set of SEEDED and ENTROPY; a stream
that no function mentions keeps its state.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

SEEDED = 1
ENTROPY = 2

Transfer: TypeAlias = "Mapping[str, tuple[bool, int]]"
IDENTITY: Transfer = {}
KEPT = (True, 0)

DEFINITE = "definite"
MAYBE = "maybe"
FROM_ENTROPY = "entropy"


class Site(Record):
    """The place of a call in a module."""

    path: str
    call: int


class Exposure(Record):
    """A draw that runs while the state at the start of the code still matters.

    `trace` holds the calls that lead to it, the outermost first.
    """

    stream: str
    level: str
    trace: tuple[Site, ...]


Exposures: TypeAlias = "dict[tuple[str, str, Site], Exposure]"


class Summary(Record):
    """What a function does: its transfer (None if it never returns) and its exposures."""

    transfer: Transfer | None
    exposures: Mapping[tuple[str, str, Site], Exposure]


NOTHING = Summary(IDENTITY, {})


def seeded(state: Transfer, streams: tuple[str, ...], gen: int) -> Transfer:
    """The state after streams were seeded."""
    found = dict(state)
    for stream in streams:
        found[stream] = (False, gen)
    return found


def composed(state: Transfer, then: Transfer) -> Transfer:
    """The effect of `then` after `state`."""
    found = dict(state)
    for stream, (keep, gen) in then.items():
        before_keep, before_gen = state.get(stream, KEPT)
        found[stream] = (keep and before_keep, gen | (before_gen if keep else 0))
    return found


def joined(one: Transfer | None, other: Transfer | None) -> Transfer | None:
    """The effect where either way may have been taken."""
    if one is None or one is other:
        return other
    if other is None:
        return one
    found = {}
    for stream in {*one, *other}:
        keep, gen = one.get(stream, KEPT)
        other_keep, other_gen = other.get(stream, KEPT)
        found[stream] = (keep or other_keep, gen | other_gen)
    return found


def level_of(state: Transfer, stream: str, inner: str) -> str:
    """How exposed a draw of level `inner` is after `state`; "" if it is covered."""
    keep, gen = state.get(stream, KEPT)
    if inner == FROM_ENTROPY:
        return FROM_ENTROPY
    if keep:
        return DEFINITE if gen == 0 and inner == DEFINITE else MAYBE
    return FROM_ENTROPY if gen & ENTROPY else ""
