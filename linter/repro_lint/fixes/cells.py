"""Puts changes into the cells of a notebook: the JSON around the edited lines stays as it is."""

from __future__ import annotations

import json
import re

from repro_lint import TYPE_CHECKING
from repro_lint.fixes.sources import Change, order
from repro_lint.repository.cell_lines import DECODER, NEXT, SourceFinder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from repro_lint.repository.files import Repository

# What one character of a text is in JSON: itself, an escape, or the escapes of both its halves.
UNIT = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|[^\\\"]", re.DOTALL)


def rewritten_cells(
    repository: Repository, path: str, data: bytes, changes: Sequence[Change]
) -> bytes | None:
    """The bytes of a notebook after changes of its code, None where one cannot be made."""
    source = repository.source(path)
    if source is None or source.cells is None or data.startswith(b"\xef\xbb\xbf"):
        return None
    raw = data.decode("utf-8")
    tokens = list(cell_tokens(raw))
    edits: list[tuple[int, int, int, str]] = []
    for change in sorted(changes, key=order):
        at = source.cells.at(change.start[0])
        line = source.line(change.start[0])
        notebook = repository.notebook(path)
        cell = notebook.cells[at.cell - 1] if notebook is not None else None
        written = cell.lines[at.cell_line - 1] if cell is not None else ""
        if written[at.indent :] != line or change.start[0] != change.end[0]:
            return None
        place = tokens[at.cell - 1].get(at.cell_line)
        if place is None:
            return None
        made = change_in(raw, place, change, at.indent, written)
        if made is None:
            return None
        edits += [(left, right, len(edits), text) for left, right, text in made]
    # Of several at one place the first must end up first.
    for start, end, _, text in sorted(edits, reverse=True):
        raw = raw[:start] + text + raw[end:]
    return raw.encode("utf-8")


def change_in(
    raw: str, place: tuple[int, int], change: Change, indent: int, written: str
) -> list[tuple[int, int, str]] | None:
    """The edits of the JSON for one change of a line: whole lines, or a part of it."""
    start, in_list = place
    if change.text.endswith("\n"):
        if change.start[1] != 1 or change.start != change.end:
            return None
        lines = [written[:indent] + line for line in change.text.splitlines(keepends=True)]
        if not in_list:
            return [(at := start + (raw[start] == '"'), at, escaped("".join(lines)))]
        after = separator(raw, start)
        return [(start, start, "".join(f'"{escaped(line)}"{after}' for line in lines))]
    units = unit_places(raw, start)
    left, right = change.start[1] - 1 + indent, change.end[1] - 1 + indent
    if right >= len(units) or "\n" in change.text:
        return None
    return [(units[left], units[right], escaped(change.text))]


def separator(raw: str, start: int) -> str:
    """What stands between the strings of a list, as before the one at a place."""
    before = raw[:start]
    space = before[len(before.rstrip(" \t\r\n")) :]
    return f",{space}"


def escaped(text: str) -> str:
    """A text as JSON holds it, without quotes."""
    return json.dumps(text, ensure_ascii=text.isascii())[1:-1]


def unit_places(raw: str, start: int) -> list[int]:
    """Where in the JSON each character of a string begins, and where the last one ends."""
    found = []
    at = start + (raw[start] == '"')
    while (unit := UNIT.match(raw, at)) is not None and unit[0] != "\\n":
        found.append(at)
        at = unit.end()
    return [*found, at]


def cell_tokens(raw: str) -> Iterator[Mapping[int, tuple[int, int]]]:
    """For each cell the places of its lines in the JSON: where one begins, and 1 in a list."""
    finder = SourceFinder(raw)
    data = json.loads(raw)
    sheets = data.get("worksheets")
    cells: list[Any] = data.get("cells") or [c for s in sheets or () for c in s.get("cells", ())]
    for cell in cells:
        key = "input" if "input" in cell and cell.get("cell_type") == "code" else "source"
        source = cell.get(key)
        start = finder.value(key, source)
        yield {} if start is None else dict(line_places(raw, start, source))


def line_places(raw: str, start: int, source: object) -> Iterator[tuple[int, tuple[int, int]]]:
    """The places of the lines of one source."""
    parts = [source] if isinstance(source, str) else source
    if not isinstance(parts, list):
        return
    number, opened = 1, False
    for _ in parts:
        opening = NEXT.match(raw, start)
        at = opening.end() if opening else start
        text, end = DECODER.raw_decode(raw, at)
        if not opened and text:
            yield number, (at, int(isinstance(source, list)))
        for place in line_starts(raw, at, end):
            number += 1
            opened = True
            if place < end - 1:
                yield number, (place, 0)
            else:
                opened = False
        opened = bool(text) and not text.endswith("\n")
        start = end


def line_starts(raw: str, start: int, end: int) -> Iterator[int]:
    """Where in a string of JSON lines begin after the first."""
    at = start + 1
    while at < end - 1 and (unit := UNIT.match(raw, at)) is not None:
        at = unit.end()
        if unit[0] == "\\n":
            yield at
