"""Reads `pyproject.toml`: standard metadata, dependency groups, Poetry, PDM and uv."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.facts import Facts, listed, table
from repro_lint.repository.dependencies.names import (
    Place,
    from_table,
    from_text,
    normalise,
    with_source,
)
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import DependencyFile, PythonVersion, Requirement
from repro_lint.repository.dependencies.texts import Lines, load_toml

if TYPE_CHECKING:
    from typing import Any

    from repro_lint.repository.files import Repository

_SIGNS = ("classifiers", "urls", "scripts", "keywords", "entry-points")
_POETRY_SIGNS = ("classifiers", "urls", "scripts", "keywords", "repository", "homepage")


def read_pyproject(repository: Repository, path: str) -> Facts:
    """Read one `pyproject.toml`."""
    data = load_toml(repository, path)
    if data is None:
        return Facts()
    return _Pyproject(repository, path, data).read()


class _Pyproject:
    """Gathers what one `pyproject.toml` says."""

    def __init__(self, repository: Repository, path: str, data: dict[str, Any]) -> None:
        self._repository = repository
        self._path = path
        self._data = data
        self._lines = Lines(repository.text(path) or "")
        self._found: list[Requirement] = []
        self._project = table(data, "project")
        self._poetry = table(data, "tool", "poetry")
        self._sources = table(data, "tool", "uv", "sources")

    def read(self) -> Facts:
        declares = self._read_project() | self._read_groups() | self._read_poetry()
        declares |= self._read_older_groups()
        self._texts(table(self._data, "build-system").get("requires"), "build-system", "requires",
                    group="build")  # fmt: skip
        dynamic = "dependencies" in listed(self._project.get("dynamic"))
        facts = Facts(signs=self._signs(), pythons=self._pythons())
        if not (declares or dynamic):
            return facts
        own = normalise(str(self._project.get("name", self._poetry.get("name", ""))))
        requirements = tuple(r for r in self._found if r.name != own or not own)
        file = DependencyFile(
            self._path, "pyproject", requirements, self._dynamic_includes(),
            is_metadata=bool(self._project or self._poetry), is_dynamic=dynamic,
        )  # fmt: skip
        return facts._replace(files=(file,))

    def _read_project(self) -> bool:
        self._texts(self._project.get("dependencies"), "project", "dependencies")
        for extra, texts in sorted(table(self._project, "optional-dependencies").items()):
            self._texts(texts, "project.optional-dependencies", extra, group=extra)
        return "dependencies" in self._project or "optional-dependencies" in self._project

    def _read_groups(self) -> bool:
        groups = table(self._data, "dependency-groups")
        for group, texts in sorted(groups.items()):
            self._texts(texts, "dependency-groups", group, group=f"group {group}")
        return bool(groups)

    def _read_older_groups(self) -> bool:
        """Read the development groups of PDM and uv that came before the standard."""
        groups = table(self._data, "tool", "pdm", "dev-dependencies")
        for group, texts in sorted(groups.items()):
            self._texts(texts, "tool.pdm.dev-dependencies", group, group="dev")
        texts = table(self._data, "tool", "uv").get("dev-dependencies")
        self._texts(texts, "tool.uv", "dev-dependencies", group="dev")
        return bool(groups or texts)

    def _texts(self, texts: object, section: str, key: str, *, group: str = "runtime") -> None:
        start = self._lines.entry(section, key)
        for text in listed(texts):
            if not isinstance(text, str):
                continue
            line = self._lines.text(text, start)
            found = from_text(text, Place(self._path, line, group))
            if found is None:
                self._repository.note(self._path, line, f"`{text}` is no requirement")
                continue
            self._found.append(self._with_source(found, section))

    def _with_source(self, found: Requirement, section: str) -> Requirement:
        """Apply the source that uv takes a package from, wherever it is asked for."""
        if section == "build-system":
            return found
        for name, source in self._sources.items():
            choices = source if isinstance(source, list) else [source]
            if normalise(name) == found.name and choices and isinstance(choices[0], dict):
                line = self._lines.entry("tool.uv.sources", name)
                placed = with_source(found, choices[0])
                return placed._replace(line=line) if placed.pin != found.pin else found
        return found

    def _read_poetry(self) -> bool:
        tables = [("tool.poetry.dependencies", table(self._poetry, "dependencies"), "runtime")]
        older = table(self._poetry, "dev-dependencies")
        tables.append(("tool.poetry.dev-dependencies", older, "dev"))
        for group, content in sorted(table(self._poetry, "group").items()):
            inner = table(content, "dependencies") if isinstance(content, dict) else {}
            label = f"group {group}"
            tables.append((f"tool.poetry.group.{group}.dependencies", inner, label))
        for section, entries, group in tables:
            for name, value in entries.items():
                self._poetry_entry(section, name, value, group)
        return any(entries for _, entries, _ in tables)

    def _poetry_entry(self, section: str, name: str, value: object, group: str) -> None:
        if normalise(name) == "python":
            return
        place = Place(self._path, self._lines.entry(section, name), group)
        choices = value if isinstance(value, list) else [value]
        self._found.extend(from_table(name, choice, place) for choice in choices[:1])

    def _pythons(self) -> tuple[PythonVersion, ...]:
        poetry = table(self._poetry, "dependencies").get("python")
        stated = (
            ("project", "requires-python", self._project.get("requires-python")),
            ("tool.poetry.dependencies", "python", poetry),
        )
        found = [
            statement(self._path, self._lines.entry(section, key), value)
            for section, key, value in stated
            if isinstance(value, str)
        ]
        return tuple(python for python in found if python)

    def _dynamic_includes(self) -> tuple[str, ...]:
        """The requirements files that setuptools or hatch reads the list from."""
        dynamic = table(self._data, "tool", "setuptools", "dynamic", "dependencies")
        files = dynamic.get("file")
        hooks = table(self._data, "tool", "hatch", "metadata", "hooks", "requirements_txt")
        names = [*listed(files), *listed(hooks.get("files"))]
        names += [files] if isinstance(files, str) else []
        folder = self._path.rpartition("/")[0]
        return tuple(f"{folder}/{name}".lstrip("/") for name in names)

    def _signs(self) -> tuple[str, ...]:
        """What shows that the package is meant to be published."""
        if "build-system" not in self._data and not self._poetry:
            return ()
        private = [c for c in listed(self._project.get("classifiers")) if "Private ::" in str(c)]
        if private or self._poetry.get("package-mode") is False:
            return ()
        found = [sign for sign in _SIGNS if self._project.get(sign)]
        found += [sign for sign in _POETRY_SIGNS if self._poetry.get(sign)]
        return tuple(f"{sign} in {self._path}" for sign in sorted(set(found)))
