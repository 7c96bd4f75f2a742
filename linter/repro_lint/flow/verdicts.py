"""One word for each entry and stream: whether what the entry draws is seeded.

`proved` is said only if a strict flow agrees, which takes no name for a seeding call,
no loop for one that runs, and no unknown call for one that does not draw. It rests on
this: libraries draw only where knowledge says so, nobody replaces their functions, and
files that people name on the command line to be run only set options.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.transfer import mask, streams
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.flow.entries import Entry
    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.transfer import Masks

EXPOSED, PARTLY, CONDITIONAL, ENTROPY = "exposed", "partly", "conditional", "entropy"
ASSUMED, PROVED = "assumed", "proved"


class Row(Record):
    """The verdict for one entry and stream."""

    entry: str
    stream: str
    word: str


def verdicts(flow: SeedFlow) -> tuple[Row, ...]:
    """The verdicts of all entries, sorted; none for a stream from which nothing draws."""
    found = []
    for entry in flow.program.entries:
        for stream in streams():
            word = verdict(flow, entry, stream)
            if word:
                found.append(Row(entry.path, stream, word))
    return tuple(sorted(found))


def verdict(flow: SeedFlow, entry: Entry, stream: str) -> str:
    """The word for one entry and stream, "" if nothing draws."""
    bit = mask((stream,))
    words = {word_of(flow, entry, outline.masks, bit) for outline in flow.outlines(entry)}
    return words.pop() if len(words) == 1 else PARTLY


def word_of(flow: SeedFlow, entry: Entry, masks: Masks, bit: int) -> str:
    """The word for one way to run an entry."""
    if not masks.drawn & bit:
        return ""
    if masks.definite & bit:
        return EXPOSED
    if masks.partly & bit:
        return PARTLY
    if (masks.optional | masks.configured) & bit:
        return CONDITIONAL
    if masks.entropy & bit:
        return ENTROPY
    return ASSUMED if masks.maybe & bit or is_doubtful(flow, entry, bit) else PROVED


def is_doubtful(flow: SeedFlow, entry: Entry, bit: int) -> bool:
    """Whether a flow that takes nothing for granted finds a draw or an unknown call."""
    outline = flow.strictly.summary(entry.path, 0, main=True)
    return any(is_open(masks, bit) for masks in (outline.masks, outline.summary.unresolved))


def is_open(masks: Masks, bit: int) -> bool:
    """Whether a stream may be unseeded at a draw."""
    return any(which & bit for which in masks[:-1])
