"""Where the nodes of a libcst tree stand, counted as the standard parser counts."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

Point = tuple[int, int]


class Places:
    """Points in the text: lines from 1, columns in bytes from 0."""

    def __init__(self, text: str, lost: Mapping[int, int], ranges: Mapping[Any, Any]) -> None:
        """Take the text, the columns that lines lost before libcst saw it, and its ranges."""
        self.ranges = ranges
        self.lines = [] if text.isascii() else text.split("\n")
        self.lost = lost

    def start(self, node: Any) -> Point:
        """Where a node starts, its parentheses left out."""
        return self.point(self.ranges[node].start)

    def end(self, node: Any) -> Point:
        """Where a node ends, its parentheses left out."""
        return self.point(self.ranges[node].end)

    def outer_start(self, node: Any) -> Point:
        """Where a node starts, its parentheses included."""
        opened = getattr(node, "lpar", ())
        return self.start(opened[0] if opened else node)

    def outer_end(self, node: Any) -> Point:
        """Where a node ends, its parentheses included."""
        closed = getattr(node, "rpar", ())
        return self.end(closed[-1] if closed else node)

    def point(self, position: Any) -> Point:
        """Turn a position of libcst into one of the standard parser."""
        line, column = position.line, position.column
        column += self.lost.get(line, 0)
        if self.lines:
            column = len(self.lines[line - 1][:column].encode())
        return line, column


def put(kind: Any, start: Point, end: Point, **fields: Any) -> Any:
    """A node of the standard library's syntax tree at its place."""
    node = kind(**fields)
    node.lineno, node.col_offset = start
    node.end_lineno, node.end_col_offset = end
    return node
