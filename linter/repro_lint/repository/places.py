"""Where a word of a text file stands, for findings on files that no parser of ours marks."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Location

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository


def place_of(
    repository: Repository, path: str, line: int, word: str = "", last_line: int = 0
) -> Location:
    """The first place of a word from a line to another, else the text of the first line."""
    lines = (repository.text(path) or "").split("\n")
    if word:
        pattern = re.compile(rf"(?<![\w./-]){re.escape(word)}(?![\w-])")
        for number in range(line, min(max(last_line, line), len(lines)) + 1):
            match = pattern.search(lines[number - 1])
            if match:
                start, end = match.span()
                return Location(path, number, start + 1, number, end + 1)
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    start = len(text) - len(text.lstrip())
    return Location(path, line, start + 1, line, len(text.rstrip()) + 1)
