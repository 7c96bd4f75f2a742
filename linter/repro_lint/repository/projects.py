"""Where the projects of a tree begin: one repository may hold several beside each other."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What makes a folder one piece of work, not a collection of several.
PACKAGING_FILES = frozenset(
    (
        "Pipfile",
        "environment.yaml",
        "environment.yml",
        "poetry.lock",
        "pyproject.toml",
        "requirements.txt",
        "setup.cfg",
        "setup.py",
        "uv.lock",
    )
)
PROJECT_FILES = frozenset(
    (
        ".git",
        "Dockerfile",
        "LICENSE",
        "Makefile",
        "README.md",
        "README.rst",
        "README.txt",
        *PACKAGING_FILES,
    )
)


class Projects:
    """The folders of a tree that look like the root of a project, by the paths of all files."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Keep the paths; folders are sorted out when first asked for."""
        self._paths = paths
        self._whole: dict[str, str] = {}

    @cached_property
    def marked(self) -> frozenset[str]:
        """The folders that look like the root of a project, by what lies beside the code."""
        return frozenset(_folder(path) for path in self._paths if _name(path) in PROJECT_FILES)

    @cached_property
    def collections(self) -> frozenset[str]:
        """The folders with a README or a licence that have no code of their own and no packaging.

        What lies below them are projects of their own, which only share a place.
        """
        code = {_folder(path) for path in self._paths if path.endswith((".py", ".ipynb"))}
        packaged = {_folder(path) for path in self._paths if _name(path) in PACKAGING_FILES}
        return self.marked - packaged - {self.nearest(folder) for folder in code}

    def nearest(self, folder: str) -> str:
        """The root of the project that a folder belongs to; the folder itself where none shows."""
        return next((outer for outer in _around(folder) if outer in self.marked), folder)

    def whole(self, folder: str) -> str:
        """The outermost project around a folder, collections aside; else the folder."""
        found = self._whole.get(folder)
        if found is None:
            around = [outer for outer in _around(folder) if outer in self.marked]
            whole = [outer for outer in around if outer not in self.collections]
            found = self._whole[folder] = (whole or around or [folder])[-1]
        return found


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _around(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = _folder(folder)
        yield folder
