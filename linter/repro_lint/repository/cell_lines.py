"""Finds where in the JSON of a notebook each line of a cell is written."""

from __future__ import annotations

import re
from functools import cache
from json import JSONDecoder

from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.text import normalise

NEXT = pattern(r"[\s,\[]*")
DECODER = JSONDecoder()


class Line(Record):
    """A line of a cell and the line of the file, from 1, that it starts on."""

    text: str
    line: int


class SourceFinder:
    """Looks for the sources of cells one after the other, each after the last one found."""

    def __init__(self, text: str) -> None:
        """Start at the first line."""
        self._text = text
        self._place = 0
        self._counted = 0
        self._line = 1
        self._is_lost = False

    def find(self, key: str, source: object) -> tuple[Line, ...]:
        """The lines of a source, a text or a list of texts that the file holds under a key."""
        parts = [source] if isinstance(source, str) else source
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            return ()
        start = self._start(key, source)
        lines = [
            (line, part) for part, line in zip(parts, self._part_lines(start, parts), strict=True)
        ]
        return _split(lines)

    def value(self, key: str, source: object) -> int | None:
        """Where the value of a source begins in the file; None where that is not known."""
        parts = [source] if isinstance(source, str) else source
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            return None
        start = self._start(key, source)
        return None if self._is_lost else start

    def _start(self, key: str, source: object) -> int:
        """The place of the value in the file; where it is not found, that of the last one.

        Outputs may hold the same key, so the value is compared. A file that spells its
        keys with escapes is not searched again for each cell.
        """
        search = () if self._is_lost else _key(key).finditer(self._text, self._place)
        for found in search:
            value, end = DECODER.raw_decode(self._text, found.end())
            if value == source:
                self._place = end
                return found.end()
        self._is_lost = True
        return self._place

    def _part_lines(self, start: int, parts: list[str]) -> list[int]:
        lines = []
        place = start
        for _ in parts:
            opening = NEXT.match(self._text, place)
            place = opening.end() if opening else place
            lines.append(self._line_of(place))
            if self._text[place : place + 1] == '"':
                _, place = DECODER.raw_decode(self._text, place)
        return lines

    def _line_of(self, place: int) -> int:
        """The line of a place; places are asked for in rising order."""
        self._line += self._text.count("\n", self._counted, place)
        self._counted = max(place, self._counted)
        return self._line


def _split(parts: list[tuple[int, str]]) -> tuple[Line, ...]:
    """The lines of all parts together: nothing but a line end ends a line."""
    lines: list[Line] = []
    open_line = ""
    open_at = 0
    for at, part in parts:
        first, *others = normalise(_valid(part)).split("\n")
        open_at = open_at if open_line else at
        open_line += first
        for other in others:
            lines.append(Line(open_line, open_at))
            open_line, open_at = other, at
    if open_line or (parts and not lines):
        lines.append(Line(open_line, open_at))
    return tuple(lines)


def _valid(text: str) -> str:
    """The text without halves of characters, which JSON can spell and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@cache
def _key(name: str) -> re.Pattern[str]:
    return re.compile(f'"{name}"\\s*:\\s*')
