"""What a fix is: a title, whether it may change numbers, and edits of spans."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record
from repro_lint.syntax.index import Span

if TYPE_CHECKING:
    from collections.abc import Callable

SAFE, UNSAFE = "safe", "unsafe"


class Edit(Record):
    """A change of one span of a file's code; an empty span at the start of a line adds lines.

    `make` turns the text of the span into the new one, None where it cannot. Of edits
    with the same `once` a file takes one in a round.
    """

    path: str
    span: Span
    make: Callable[[str], str | None]
    once: str = ""


class Plan(Record):
    """A fix of one finding."""

    title: str
    safety: str
    edits: tuple[Edit, ...]


def insertion(path: str, line: int, text: str, once: str = "") -> Edit:
    """An edit that adds whole lines before a line."""
    return Edit(path, Span(line, 1, line, 1), lambda _: text, once or f"{line}:{text}")
