"""Reads notebooks: their cells, their Python code in order, and where its lines stand."""

from __future__ import annotations

import json

from repro_lint import TYPE_CHECKING
from repro_lint.findings import NotAnalysed
from repro_lint.records import Record
from repro_lint.repository.cell_lines import Line, SourceFinder
from repro_lint.repository.magics import Command, read_cell
from repro_lint.repository.sources import CellLine, CellMap, SourceFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

__all__ = ["Cell", "Command", "Notebook", "NotebookCommand", "read_notebook"]

OLDEST, NEWEST = 3, 4
# Languages of kernels that say only their name.
KERNELS = {"ir": "r", "python": "python", "julia": "julia", "xpython": "python"}
PYTHON = frozenset({"python", "ipython", "pyspark"})


class Cell(Record):
    """A cell: numbered from 1, `kind` is code, markdown or raw, `line` its first in the file."""

    number: int
    kind: str
    lines: tuple[str, ...]
    execution_count: int | None
    has_outputs: bool
    has_error_output: bool
    tags: tuple[str, ...]
    line: int


class NotebookCommand(Record):
    """A shell command or magic, with the cell, the line of it, and the line of the file."""

    kind: str
    name: str
    text: str
    cell: int
    cell_line: int
    line: int


class Notebook(Record):
    """A notebook.

    `source` is the code of all cells that are Python, None where the language is
    another one. `unread` are the cells that may hold Python that could not be read, `faults`
    those that hold none where they should, each with its first wrong line.
    """

    path: str
    language: str
    kernel: str
    cells: tuple[Cell, ...]
    commands: tuple[NotebookCommand, ...]
    source: SourceFile | None
    unread: tuple[int, ...]
    faults: tuple[tuple[int, int], ...] = ()


def read_notebook(path: str, text: str) -> tuple[Notebook | None, tuple[NotAnalysed, ...]]:
    """Read the JSON of a notebook; what cannot be read is in the second part."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as fault:
        return None, (NotAnalysed(path, fault.lineno, "is not valid JSON"),)
    except (ValueError, RecursionError):
        return None, (NotAnalysed(path, 0, "is not valid JSON"),)
    if not isinstance(data, dict):
        return None, (NotAnalysed(path, 0, "is not a notebook"),)
    version = data.get("nbformat")
    if not isinstance(version, int) or not OLDEST <= version <= NEWEST:
        return None, (NotAnalysed(path, 0, f"has the notebook format {version!r}, not 3 or 4"),)
    cells = _cells(data, version)
    if cells is None:
        return None, (NotAnalysed(path, 0, "is a notebook without cells"),)
    return _assemble(path, text, _mapping(data.get("metadata")), cells)


def _assemble(
    path: str, text: str, metadata: Mapping[str, Any], raw: Sequence[Mapping[str, Any]]
) -> tuple[Notebook, tuple[NotAnalysed, ...]]:
    language = _language(metadata, raw)
    finder = SourceFinder(text)
    positions = [finder.find(*_source(cell)) for cell in raw]
    cells = tuple(
        _cell(number, *pair) for number, pair in enumerate(zip(raw, positions, strict=True), 1)
    )
    code = _Code(path)
    if language in PYTHON:
        for cell, found, data in zip(cells, positions, raw, strict=True):
            if cell.kind == "code" and _cell_language(data) in {"", *PYTHON}:
                code.add(cell, found)
    kernel = _text(_mapping(metadata.get("kernelspec")).get("name"))
    source = code.source() if language in PYTHON else None
    notebook = Notebook(
        path,
        language,
        kernel,
        cells,
        tuple(code.commands),
        source,
        tuple(code.unread),
        tuple(code.faults),
    )
    return notebook, tuple(code.notes)


class _Code:
    """The Python of the cells, gathered in order."""

    def __init__(self, path: str) -> None:
        self.commands: list[NotebookCommand] = []
        self.notes: list[NotAnalysed] = []
        self.unread: list[int] = []
        self.faults: list[tuple[int, int]] = []
        self._path = path
        self._lines: list[str] = []
        self._map: list[CellLine] = []

    def add(self, cell: Cell, positions: Sequence[Line]) -> None:
        """Add what is Python in a cell; note what should be and is not."""
        read = read_cell(cell.lines)
        number = cell.number
        for command in read.commands:
            kind, text, line = command
            physical = positions[line - 1].line
            found = NotebookCommand(kind, command.name, text, number, line, physical)
            self.commands.append(found)
        if read.fault:
            reason = f"cell {number} is not valid Python"
            self.notes.append(NotAnalysed(self._path, positions[read.fault - 1].line, reason))
            self.faults.append((number, read.fault))
        if read.fault or not (read.is_python or read.is_known):
            self.unread.append(number)
        self._lines += read.lines
        self._map += [
            CellLine(number, line, positions[line - 1].line, read.indent)
            for line in range(1, len(read.lines) + 1)
        ]

    def source(self) -> SourceFile:
        """All code as one file."""
        text = "".join(f"{line}\n" for line in self._lines)
        return SourceFile(self._path, text, "notebook", CellMap(tuple(self._map)))


def _cells(data: Mapping[str, Any], version: int) -> list[Mapping[str, Any]] | None:
    if version == NEWEST:
        cells = data.get("cells")
    else:
        sheets = data.get("worksheets")
        if not isinstance(sheets, list):
            return None
        cells = [cell for sheet in sheets for cell in _list(_mapping(sheet).get("cells"))]
    return [_mapping(cell) for cell in cells] if isinstance(cells, list) else None


def _source(cell: Mapping[str, Any]) -> tuple[str, object]:
    """The key that holds the source of a cell (version 3 says `input` of code), and it."""
    key = "input" if "input" in cell and cell.get("cell_type") == "code" else "source"
    return key, cell.get(key)


def _cell(number: int, raw: Mapping[str, Any], positions: Sequence[Line]) -> Cell:
    outputs = [_mapping(output) for output in _list(raw.get("outputs"))]
    count = raw.get("execution_count", raw.get("prompt_number"))
    tags = _list(_mapping(raw.get("metadata")).get("tags"))
    kind = _text(raw.get("cell_type"))
    return Cell(
        number,
        kind if kind in {"code", "raw"} else "markdown",
        tuple(position.text for position in positions),
        count if isinstance(count, int) else None,
        bool(outputs),
        any(output.get("output_type") in {"error", "pyerr"} for output in outputs),
        tuple(tag for tag in tags if isinstance(tag, str)),
        positions[0].line if positions else 0,
    )


def _language(metadata: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> str:
    """The language of the kernel, lower case; python where nothing is said."""
    kernel = _mapping(metadata.get("kernelspec"))
    said = _text(kernel.get("language")) or _text(
        _mapping(metadata.get("language_info")).get("name")
    )
    if not said:
        name = _text(kernel.get("name")).lower()
        said = KERNELS.get(name.rstrip("-.0123456789"), name)
    if not said:
        said = next((text for cell in cells if (text := _text(cell.get("language")))), "python")
    return said.lower().rstrip("-.0123456789")


def _cell_language(cell: Mapping[str, Any]) -> str:
    """The language of one cell where it has its own, else ""."""
    code = _mapping(_mapping(cell.get("metadata")).get("vscode"))
    return (_text(code.get("languageId")) or _text(cell.get("language"))).lower()


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
