"""Console scripts that packages declare, and scripts that Snakefiles run."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.modules import base_name
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target

POINT = pattern(r"^\s*[\w.-]+\s*=\s*([\w.]+)\s*:\s*(\w+)\s*(?:\[.*\])?$")
QUOTED_POINT = pattern(r"[\"']\s*[\w.-]+\s*=\s*([\w.]+)\s*:\s*(\w+)\s*(?:\[[^\]]*\])?[\"']")
SECTION = pattern(r"console_scripts\s*=\s*\n((?:[ \t]+.*\n?|\s*\n)+)")
SNAKE = pattern(
    r"\bpython[\d.]*\s+([\w./-]+\.py)\b|^\s*script:\s*\n?\s*[\"']([\w./-]+\.py)[\"']", re.MULTILINE
)
MOST_TEXT = 400_000


class Script(Record):
    """A function that a console script runs, and the file that declares it."""

    module: str
    function: str
    path: str


def console_scripts(program: Program) -> Iterator[Target]:
    """The functions that the console scripts of the repository run."""
    for script in declared(program):
        module = program.table.find(script.path, script.module)
        if module:
            found = program.member(module, script.function, 0)
            if found is not None and found.kind == "function":
                yield found


def declared(program: Program) -> Iterator[Script]:
    """What the packaging files of a repository declare."""
    for path in program.repository.paths:
        read = READERS.get(base_name(path))
        if read is not None:
            text = program.repository.text(path) or ""
            if "script" in text and len(text) <= MOST_TEXT:
                for module, function in read(text):
                    yield Script(module, function, path)


def in_pyproject(text: str) -> Iterator[tuple[str, str]]:
    """The scripts of `[project.scripts]` and of Poetry."""
    from repro_lint.toml import parse  # noqa: PLC0415

    try:
        data = parse(text)
    except ValueError:
        return
    tables = [table_of(data, "project", key) for key in ("scripts", "gui-scripts")]
    tables.append(table_of(data, "tool", "poetry", "scripts"))
    for table in tables:
        for name, value in table.items():
            match = POINT.match(f"{name}={value}") if isinstance(value, str) else None
            if match:
                yield match[1], match[2]


def table_of(data: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """A table inside tables, empty where one is absent."""
    for key in keys:
        inner = data.get(key)
        if not isinstance(inner, dict):
            return {}
        data = inner
    return data


def in_setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    """The console scripts of a `setup.cfg`."""
    for section in SECTION.finditer(text):
        for line in section[1].split("\n"):
            match = POINT.match(line)
            if match:
                yield match[1], match[2]


def in_setup_py(text: str) -> Iterator[tuple[str, str]]:
    """The console scripts of a `setup.py`."""
    if "console_scripts" in text:
        for match in QUOTED_POINT.finditer(text):
            yield match[1], match[2]
        yield from in_setup_cfg(text)


READERS = {"pyproject.toml": in_pyproject, "setup.cfg": in_setup_cfg, "setup.py": in_setup_py}


def snake_scripts(program: Program) -> Iterator[tuple[str, str]]:
    """The scripts that Snakefiles run, as written, with the Snakefile."""
    for path in program.repository.paths:
        if base_name(path) in ("Snakefile", "snakefile") or path.endswith(".smk"):
            text = program.repository.text(path) or ""
            for match in SNAKE.finditer(text[:MOST_TEXT]):
                yield match[1] or match[2], path
