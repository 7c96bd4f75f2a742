"""Reads conda environments and the environments that MLflow writes."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.repository.dependencies.facts import Facts
from repro_lint.repository.dependencies.names import Place, from_text, normalise, pin_of
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import (
    DependencyFile,
    PythonVersion,
    Requirement,
)
from repro_lint.repository.yaml_text import Items, Scalar, Table, child, compose_file, items_of

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository

_ITEM = pattern(r"(?:[\w/-]+::)?([A-Za-z0-9_][\w.-]*)\s*(\[.*\])?\s*(.*)$")


def read_environment(repository: Repository, path: str) -> Facts | None:
    """Read an environment; None if the file is about something else."""
    text = repository.text(path)
    if text is None or not re.search(r"^dependencies\s*:", text, re.MULTILINE):
        return None
    top = compose_file(repository, path)
    listed = child(top, "dependencies")
    if not isinstance(listed, Items):
        return None
    reader = _Reader(path)
    python = child(top, "python")
    if isinstance(python, Scalar):
        reader.state(python.text, python.line)
    for item in listed.items:
        reader.take(item, is_pip=python is not None)
    if not (reader.requirements or reader.includes):
        return None
    file = DependencyFile(path, "conda", tuple(reader.requirements), tuple(reader.includes))
    return Facts((file,), (), tuple(reader.pythons))


class _Reader:
    """Gathers the requirements of one environment."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.requirements: list[Requirement] = []
        self.pythons: list[PythonVersion] = []
        self.includes: list[str] = []

    def state(self, text: str, line: int) -> None:
        found = statement(self._path, line, text)
        self.pythons.extend([found] if found else [])

    def take(self, item: object, *, is_pip: bool) -> None:
        """Read one entry of `dependencies`, which may be a list for `pip`."""
        if isinstance(item, Scalar) and is_pip:
            self._take_pip(item)
        elif isinstance(item, Scalar):
            self._take_conda(item)
        elif isinstance(item, Table):
            for entry in items_of(item.get("pip")):
                self.take(entry, is_pip=True)

    def _take_pip(self, item: Scalar) -> None:
        text = item.text.split(" #")[0].strip()
        option = re.match(r"(?:-r|--requirement)[\s=]*(\S+)", text)
        if option:
            folder = self._path.rpartition("/")[0]
            self.includes.append(f"{folder}/{option[1]}".lstrip("/").replace("/./", "/"))
            return
        if text.startswith("-") and not text.startswith(("-e", "--editable")):
            return
        editable = re.match(r"(?:-e|--editable)[\s=]+(\S+)", text)
        found = from_text(editable[1] if editable else text, Place(self._path, item.line))
        if found:
            self.requirements.append(found._replace(editable=editable is not None))

    def _take_conda(self, item: Scalar) -> None:
        match = _ITEM.match(item.text.strip())
        if match is None:
            return
        name, bracket, rest = normalise(match[1]), match[2] or "", match[3]
        inner = re.search(r"version\s*=\s*['\"]?([^'\"\]]+)", bracket)
        specifier = (inner[1] if inner else rest).strip()
        if name == "python":
            self.state(re.sub(r"^(==?[^=\s]+)[=\s]\S+$", r"\1", specifier), item.line)
        self.requirements.append(
            Requirement(name, item.text, specifier, conda_pin(specifier), self._path, item.line)
        )


def conda_pin(specifier: str) -> str:
    """Tell how a conda specifier pins: `=1.10` names one series, which conda calls a pin."""
    bare = specifier.strip()
    if not bare or bare == "*":
        return "none"
    if re.match(r"==", bare):
        return pin_of(bare.split("=", 3)[2].join(("==", "")))
    single = re.match(r"=?\s*(\d[^=\s,|<>]*)(?:[=\s]\S+)?$", bare)
    if single is None:
        return "range"
    version = single[1].removesuffix(".*")
    return "exact" if "." in version and "*" not in version else "range"
