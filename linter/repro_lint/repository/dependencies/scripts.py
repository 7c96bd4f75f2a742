"""Reads the metadata that a script may carry in its comments (`# /// script`)."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.repository.dependencies.facts import Facts, listed
from repro_lint.repository.dependencies.names import Place, from_text
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import DependencyFile
from repro_lint.repository.dependencies.texts import parse_toml

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository

_BLOCK = pattern(r"^# /// script[ \t]*\n((?:#(?: .*)?\n)+?)# ///[ \t]*$", re.MULTILINE)


def read_script(repository: Repository, path: str) -> Facts | None:
    """Read the block of a script; None if it has none."""
    text = repository.text(path)
    if text is None or "# /// script" not in text:
        return None
    block = _BLOCK.search(text)
    if block is None:
        return None
    first = text.count("\n", 0, block.start(1)) + 1
    lines = block[1].split("\n")
    return _read_block(repository, path, [line[2:] for line in lines], first)


def _read_block(repository: Repository, path: str, lines: list[str], first: int) -> Facts | None:
    try:
        data = parse_toml("\n".join(lines))
    except ValueError:
        repository.note(path, first, "the script metadata is not valid TOML")
        return None

    def line_of(word: str) -> int:
        return first + next((n for n, line in enumerate(lines) if word in line), 0)

    texts = [text for text in listed(data.get("dependencies")) if isinstance(text, str)]
    found = [from_text(text, Place(path, line_of(text))) for text in texts]
    requirements = tuple(requirement for requirement in found if requirement)
    python = data.get("requires-python")
    stated = statement(path, line_of("requires-python"), str(python)) if python else None
    file = DependencyFile(path, "script", requirements)
    return Facts((file,), (), (stated,) if stated else ())
