"""Texts that people write by hand, within the length that their parsers take in good time."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository

LARGEST = 300_000
LONGEST_LINE = 4_000


def small_text(repository: Repository, path: str) -> str | None:
    """The text of a file, lines of unlikely length left blank; None, noted, if it is too long."""
    text = repository.text(path)
    if text is None:
        return None
    if len(text) > LARGEST:
        repository.note(path, 0, f"has more than {LARGEST:,} characters, too many for its kind")
        return None
    if max(map(len, text.split("\n"))) <= LONGEST_LINE:
        return text
    lines = (line if len(line) <= LONGEST_LINE else "" for line in text.split("\n"))
    return "\n".join(lines)
