"""Reads `Pipfile`."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.facts import Facts, table
from repro_lint.repository.dependencies.names import Place, from_table
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import DependencyFile
from repro_lint.repository.dependencies.texts import Lines, load_toml

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository


def read_pipfile(repository: Repository, path: str) -> Facts:
    """Read the packages and the Python version of a `Pipfile`."""
    data = load_toml(repository, path)
    if data is None:
        return Facts()
    lines = Lines(repository.text(path) or "")
    found = [
        from_table(name, value, Place(path, lines.entry(section, name), group))
        for section, group in (("packages", "runtime"), ("dev-packages", "dev"))
        for name, value in table(data, section).items()
    ]
    pythons = []
    for key in ("python_full_version", "python_version"):
        value = table(data, "requires").get(key)
        if isinstance(value, str):
            stated = statement(path, lines.entry("requires", key), value)
            pythons.extend([stated] if stated else [])
    return Facts((DependencyFile(path, "pipfile", tuple(found)),), (), tuple(pythons))
