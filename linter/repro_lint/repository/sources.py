"""One file as text, and where its lines stand for the user."""

from __future__ import annotations

from repro_lint.findings import Location
from repro_lint.records import Record


class CellLine(Record):
    """Where a line of a notebook's code stands: cell and line of it, and line of the file.

    `indent` is the number of columns that were cut off in front of the line.
    """

    cell: int
    cell_line: int
    line: int
    indent: int = 0


class CellMap(Record):
    """Each line of a notebook's code, in order."""

    lines: tuple[CellLine, ...]

    def at(self, line: int) -> CellLine:
        """The place of a line of the code, from 1; the nearest one outside of the code."""
        if not self.lines:
            return CellLine(0, 0, 0)
        return self.lines[min(max(line, 1), len(self.lines)) - 1]


class SourceFile(Record):
    """A file's text; of a notebook, its code, and `cells` says where each line stands.

    `kind` is `python`, `notebook` or `text`.
    """

    path: str
    text: str
    kind: str
    cells: CellMap | None = None

    def place(self, span: tuple[int, int, int, int]) -> Location:
        """The location of a span of the text: line, column, end line, end column."""
        line, column, end_line, end_column = span
        if self.cells is None:
            return Location(self.path, line, column, end_line, end_column)
        start, end = self.cells.at(line), self.cells.at(end_line)
        return Location(
            self.path,
            start.line,
            column + start.indent,
            end.line,
            end_column + end.indent,
            start.cell,
            start.cell_line,
        )

    def line(self, number: int) -> str:
        """A line of the text, from 1; "" outside of it."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""
