"""Reads TOML and JSON texts safely, and finds the lines of their entries."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.toml import parse

if TYPE_CHECKING:
    from typing import Any

    from repro_lint.repository.files import Repository


def parse_toml(text: str) -> dict[str, Any]:
    """Read TOML; raises ValueError, whose text ends in the place."""
    try:
        return parse(text)
    except RecursionError:
        message = "nested too deeply"
        raise ValueError(message) from None


def load_toml(repository: Repository, path: str) -> dict[str, Any] | None:
    """Read a TOML file; what cannot be read is noted, and None."""
    text = repository.text(path)
    if text is None:
        return None
    try:
        return parse_toml(text)
    except ValueError as problem:
        line = re.search(r"at line (\d+)", str(problem))
        reason = re.sub(r"\s*\(at .*", "", str(problem))
        repository.note(path, int(line[1]) if line else 0, f"not valid TOML: {reason}")
    return None


def load_json(repository: Repository, path: str) -> dict[str, Any] | None:
    """Read a JSON file whose top is an object; what cannot be read is noted."""
    import json  # noqa: PLC0415

    text = repository.text(path)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except json.JSONDecodeError as problem:
        repository.note(path, problem.lineno, f"not valid JSON: {problem.msg}")
        return None
    except RecursionError:
        repository.note(path, 0, "not read: JSON nested too deeply")
        return None
    return found if isinstance(found, dict) else None


class Lines:
    """Finds the line on which an entry stands in a text whose parser forgets lines."""

    def __init__(self, text: str) -> None:
        """Keep the lines of the text, comments blanked."""
        self._lines = [
            "" if line.lstrip().startswith(("#", ";")) else line for line in text.split("\n")
        ]

    def find(self, pattern: str, start: int = 1) -> int:
        """The first line from `start` that the pattern matches, 0 if there is none."""
        matcher = re.compile(pattern)
        for number in range(max(start, 1), len(self._lines) + 1):
            if matcher.search(self._lines[number - 1]):
                return number
        return 0

    def section(self, name: str) -> int:
        """The line of the header of a section or table, 1 if it has none."""
        parts = r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in name.split("."))
        return self.find(rf"^\s*\[+\s*{parts}\s*[\].]") or 1

    def entry(self, section: str, key: str) -> int:
        """The line of a key in a section, or of the section if the key is not found."""
        start = self.section(section)
        quoted = rf"[\"']?{re.escape(key)}[\"']?"
        return (
            self.find(rf"^\s*{quoted}\s*[=.]", start)
            or self.find(rf"^\s*\[.*{quoted}\s*\]", start)
            or start
        )

    def text(self, value: str, start: int) -> int:
        """The line from `start` that holds a text, or its first word, else `start`."""
        word = re.escape(re.split(r"[\s\[<>=!~;@]", value.strip())[0])
        return (
            self.find(re.escape(value), start)
            or self.find(rf"(?<![\w-]){word}(?![\w-])", start)
            or start
        )
