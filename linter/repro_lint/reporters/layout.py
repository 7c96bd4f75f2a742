"""Styled text, laid out once: printed as it is, or in colour on a terminal."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

WIDTH = 80


class Segment(Record):
    """A piece of a line, and the name of its style."""

    text: str
    style: str = ""


Line = tuple[Segment, ...]
BLANK: Line = ()


def line(*parts: str | tuple[str, str]) -> Line:
    """A line of pieces, each a text or a text with its style."""
    return tuple(Segment(part) if isinstance(part, str) else Segment(*part) for part in parts)


def plain(lines: Iterable[Line]) -> str:
    """The lines without styles."""
    return "".join("".join(part.text for part in one).rstrip() + "\n" for one in lines)


def width_of(text: str) -> int:
    """How many columns a text takes; East Asian wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(width_of_character(character) for character in text)


def width_of_character(character: str) -> int:
    """How many columns one character takes: none, one or two."""
    import unicodedata  # noqa: PLC0415

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def visible(text: str) -> str:
    """The text without what could move the cursor, change colours or hide: one line."""
    if text.isprintable():
        return text
    spaced = text.replace("\t", "    ").replace("\n", " ")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in spaced)


def wrap(text: str, first: int, rest: int) -> list[str]:
    """Words in lines: the first of one width, the others of another; long words stay whole."""
    lines: list[str] = []
    current = ""
    room = first
    for word in text.split():
        longer = f"{current} {word}" if current else word
        # A first line that is too short even for one word stays empty, if others are longer.
        if (current or (not lines and first < rest)) and width_of(longer) > room:
            lines.append(current)
            current, room = word, rest
        else:
            current = longer
    return [*lines, current]


def paragraph(head: Sequence[Segment], text: str, indent: int, width: int) -> Iterator[Line]:
    """A text after a head, wrapped, its later lines indented; `code` gets its style."""
    used = sum(width_of(part.text) for part in head)
    inside = False
    for number, words in enumerate(wrap(visible(text), width - used, width - indent)):
        parts: list[Segment] = []
        for position, piece in enumerate(words.split("`")):
            if position:
                parts.append(Segment("`", "tick"))
                inside = not inside
            parts.append(Segment(piece, "quoted" if inside else ""))
        start = head if number == 0 else (Segment(" " * indent),)
        yield (*start, *(part for part in parts if part.text))
