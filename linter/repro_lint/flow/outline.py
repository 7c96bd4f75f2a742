"""The summary of a function for those who ask from outside."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.transfer import mask, streams
from repro_lint.flow.witness import Witnesses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.flow.seeds import SeedFlow
    from repro_lint.flow.summary import Key, Summary
    from repro_lint.flow.transfer import Exposure, Site


class Outline:
    """A summary, and the draws that it speaks of."""

    def __init__(self, flow: SeedFlow, key: Key, summary: Summary) -> None:
        """Keep the summary; the draws are searched for when asked for."""
        self.flow = flow
        self.key = key
        self.state = summary.state
        self.masks = summary.masks
        self.summary = summary

    @cached_property
    def exposures(self) -> Mapping[tuple[str, str, Site], Exposure]:
        """The draws that depend on what the caller left, by stream, level and place."""
        found: dict[tuple[str, str, Site], Exposure] = {}
        for stream in streams():
            found.update(self.of_stream(stream))
        return found

    def of_stream(self, stream: str) -> Mapping[tuple[str, str, Site], Exposure]:
        """The same for one stream."""
        one, *rest = self.masks[:6]
        for other in rest:
            one |= other
        if not one & mask((stream,)):
            return {}
        return Witnesses(self.flow, stream).search(self.key)
