"""The draws that a function leaves open, each with the shortest way to it."""

from __future__ import annotations

from collections import deque

from repro_lint import TYPE_CHECKING
from repro_lint.flow.transfer import (
    CONFIGURED,
    DEFINITE,
    FROM_ENTROPY,
    MAYBE,
    OPTIONAL,
    PARTLY,
    Exposure,
    streams,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Key, Summary
    from repro_lint.flow.transfer import Levels, Masks, Site

    Link: TypeAlias = "tuple[Site, object] | None"
    Found: TypeAlias = "dict[tuple[str, str, Site], Exposure]"

SITES_KEPT = 400
# Along a way the weakest level counts.
ORDER = (DEFINITE, PARTLY, MAYBE, OPTIONAL, CONFIGURED, FROM_ENTROPY, "")
RANKS = {level: rank for rank, level in enumerate(ORDER)}


class Witnesses:
    """Searches the calls below one function for the draws from one stream, nearest first."""

    def __init__(self, flow: SeedFlow, stream: str, *, doubts: bool = False) -> None:
        """Look for draws from a stream, or for unknown calls while it is open."""
        self.flow = flow
        self.stream = stream
        self.bit = 1 << streams().index(stream)
        self.doubts = doubts
        self.found: Found = {}
        self.seen: set[tuple[Key, str]] = set()
        self.waiting: deque[tuple[Key, str, Link]] = deque()

    def search(self, root: Key) -> Found:
        """The draws that are open at the start of a function, by stream, level and place."""
        self.visit(root, DEFINITE, None)
        while self.waiting and len(self.found) < SITES_KEPT:
            key, level, link = self.waiting.popleft()
            summary = self.flow.summary_of(key)
            self.note(summary, level, link)
            self.follow(summary, level, link)
        return self.found

    def visit(self, key: Key, level: str, link: Link) -> None:
        """Queue a function unless it was there with this level."""
        if (key, level) not in self.seen:
            self.seen.add((key, level))
            self.waiting.append((key, level, link))

    def note(self, summary: Summary, level: str, link: Link) -> None:
        """Note the draws of a function itself."""
        openings = summary.doubts if self.doubts else summary.draws
        for (prefix, site, which), here in openings.items():
            if not which & self.bit:
                continue
            inner = level_of(here, self.bit)
            found = weaker(level, inner)
            if found:
                key = (self.stream, found, site)
                if key not in self.found:
                    whole = extended(link, prefix)
                    self.found[key] = Exposure(self.stream, found, site, whole)

    def follow(self, summary: Summary, level: str, link: Link) -> None:
        """Queue the callees through which a draw may be reached."""
        for (prefix, site, key, exact), here in summary.edges.items():
            callee = self.flow.summary_of(key)
            masks = callee.unresolved if self.doubts else callee.masks
            inner = level_of(here, self.bit)
            if not exact and inner in (DEFINITE, PARTLY):
                inner = MAYBE
            # Where a stream is seeded already, only what a callee itself undoes matters.
            reached = weaker(level, inner)
            if not (self.is_open(masks) if reached else self.is_undone(masks)):
                continue
            whole = extended(link, prefix)
            self.visit(key, reached, whole if site is None else (site, whole))

    def is_open(self, masks: Masks) -> bool:
        """Whether a draw of a function depends on what is seeded before."""
        open_ = masks.definite | masks.partly | masks.maybe | masks.optional
        return bool((open_ | masks.configured | masks.entropy) & self.bit)

    def is_undone(self, masks: Masks) -> bool:
        """Whether a draw of a function is badly seeded whatever was before."""
        return bool((masks.configured | masks.entropy) & self.bit)


def level_of(levels: Levels, bit: int) -> str:
    """How open one stream is."""
    if levels.definite & bit:
        return DEFINITE
    if levels.partly & bit:
        return PARTLY
    if levels.maybe & bit:
        return MAYBE
    if levels.optional & bit:
        return OPTIONAL
    if levels.configured & bit:
        return CONFIGURED
    return FROM_ENTROPY if levels.entropy & bit else ""


def weaker(outer: str, inner: str) -> str:
    """The level of what has one level where its surroundings have another."""
    if inner in (CONFIGURED, FROM_ENTROPY) or not outer:
        return inner if inner in (CONFIGURED, FROM_ENTROPY) else ""
    return ORDER[max(RANKS[outer], RANKS[inner])]


def extended(link: Link, prefix: tuple[Site, ...]) -> Link:
    """A way with more calls at its end."""
    for site in prefix:
        link = (site, link)
    return link


def reached_sites(flow: SeedFlow, root: Key) -> Iterator[Key]:
    """All functions below one, nearest first."""
    seen, waiting = {root}, deque([root])
    while waiting:
        key = waiting.popleft()
        yield key
        for callee in flow.callees(key):
            if callee not in seen:
                seen.add(callee)
                waiting.append(callee)
