"""Puts edits into the bytes of a file: all that they do not touch stays as it is."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record
from repro_lint.repository.text import Refusal, split_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from repro_lint.fixes.plan import Edit

LINE_END = re.compile(r"\r\n|\r|\n")


class Change(Record):
    """A piece of text, by line and column of both ends, that becomes another."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def order(change: Change) -> tuple[object, ...]:
    """The order of changes; at one place imports, then constants, then other lines, then words."""
    text = change.text
    if not text.endswith("\n"):
        rank = 3
    elif text.startswith(("import ", "from ")):
        rank = 0
    else:
        rank = 1 if text.lstrip("\n")[:1].isupper() else 2
    return change.start, change.end, rank, text


def changes_of(text: str, edits: Iterable[Edit]) -> list[Change] | None:
    """What edits change in a text with plain line ends, None where one cannot be made."""
    lines = text.split("\n")
    found: list[Change] = []
    for edit in edits:
        start = (edit.span.line, edit.span.column)
        end = (edit.span.end_line, edit.span.end_column)
        old = between(lines, start, end)
        new = edit.make(old)
        if new is None:
            return None
        found += smallest(start, end, old, new)
    return sorted(set(found), key=order)


def between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one place to another."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] - 1 : end[1] - 1]
    first = lines[start[0] - 1][start[1] - 1 :]
    last = lines[end[0] - 1][: end[1] - 1]
    return "\n".join([first, *lines[start[0] : end[0] - 1], last])


def smallest(start: tuple[int, int], end: tuple[int, int], old: str, new: str) -> list[Change]:
    """The changes that make one text of another and leave alone what both share."""
    if old and (at := new.find(old)) >= 0:
        around = ((start, new[:at]), (end, new[at + len(old) :]))
        return [Change(place, place, text) for place, text in around if text]
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    left, right = moved(start, old[:head]), moved(start, old[: len(old) - tail])
    changed = new[head : len(new) - tail]
    return [Change(left, right, changed)] if changed or left != right else []


def shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    count = 0
    for a, b in zip(one, other):  # noqa: B905  the shorter one ends it
        if a != b:
            break
        count += 1
    return count


def moved(start: tuple[int, int], text: str) -> tuple[int, int]:
    """The place after some text."""
    lines = text.split("\n")
    if len(lines) == 1:
        return start[0], start[1] + len(text)
    return start[0] + len(lines) - 1, len(lines[-1]) + 1


def rewritten(data: bytes, changes: Sequence[Change], *, python: bool) -> bytes | None:
    """The bytes of a text file after changes, None where its encoding has no word for them."""
    split = split_encoding(data, python=python)
    if isinstance(split, Refusal):
        return None
    mark, coding = split
    raw = data[len(mark) :].decode(coding)
    starts = [0, *(found.end() for found in LINE_END.finditer(raw))]
    ending = found[0] if (found := LINE_END.search(raw)) else "\n"
    for change in sorted(changes, key=order, reverse=True):
        left, right = (starts[line - 1] + column - 1 for line, column in change[:2])
        raw = raw[:left] + change.text.replace("\n", ending) + raw[right:]
    try:
        return mark + raw.encode(coding)
    except UnicodeEncodeError:
        return None
