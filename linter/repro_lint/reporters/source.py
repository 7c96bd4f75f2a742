"""The line of source that a finding stands on, cut to the width, with its span underlined."""

from __future__ import annotations

from repro_lint.records import Record
from repro_lint.reporters.layout import visible, width_of, width_of_character

_DOTS = "…"
_TAB = "    "


class Excerpt(Record):
    """What is seen of a line, and the columns to underline; none where `marks` is 0."""

    text: str
    offset: int
    marks: int


def excerpt(text: str, start: int, end: int, room: int) -> Excerpt:
    """Cut a line to the room there is, around the span from column `start` to `end`.

    Columns count characters from 1; `end` 0 is the end of the line.
    """
    whole = text.rstrip()
    indent = len(whole) - len(whole.lstrip())
    first = max(start - 1, indent)
    last = min(end - 1, len(whole)) if end else len(whole)
    before, inside, after = (
        _seen(part) for part in (whole[indent:first], *_cut(whole, first, last))
    )
    if width_of(before + inside + after) > room:
        before, inside, after = _fit(before, inside, after, room)
    marks = max(width_of(inside), 1) if start and first < len(whole) else 0
    return Excerpt(before + inside + after, width_of(before), marks)


def _cut(whole: str, first: int, last: int) -> tuple[str, str]:
    return whole[first : max(first, last)], whole[max(first, last) :]


def _seen(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _fit(before: str, inside: str, after: str, room: int) -> tuple[str, str, str]:
    """Keep the span, and of both sides what has room; of a long span its start."""
    if width_of(inside) > room - 2:
        if width_of(before) > room // 3:
            before = _DOTS
        return before, _head(inside, room - width_of(before)), ""
    free = room - width_of(inside)
    left = min(width_of(before), max(free - width_of(after), free // 2))
    if left < width_of(before):
        before = _DOTS + _tail(before, left - 1)
    return before, inside, _head(after, free - width_of(before))


def _head(text: str, room: int) -> str:
    """The start of a text, with dots where something is cut."""
    if width_of(text) <= room:
        return text
    kept = ""
    for character in text:
        room -= width_of_character(character)
        if room < 1:
            break
        kept += character
    return kept + _DOTS


def _tail(text: str, room: int) -> str:
    kept = ""
    for character in reversed(text):
        room -= width_of_character(character)
        if room < 0:
            break
        kept = character + kept
    return kept
