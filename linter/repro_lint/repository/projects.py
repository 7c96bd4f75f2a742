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
# Code in so many folders beside each other, none of them a usual part, is not one project.
SEVERAL = 3
USUAL_PARTS = frozenset(
    (
        "",
        "agents",
        "benchmark",
        "benchmarks",
        "bin",
        "code",
        "common",
        "config",
        "configs",
        "core",
        "data",
        "dataset",
        "datasets",
        "docs",
        "evaluation",
        "examples",
        "experiments",
        "lib",
        "model",
        "models",
        "notebook",
        "notebooks",
        "preprocessing",
        "python",
        "scripts",
        "shared",
        "src",
        "test",
        "tests",
        "tools",
        "train",
        "training",
        "util",
        "utils",
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
        packaged = {_folder(path) for path in self._paths if _name(path) in PACKAGING_FILES}
        owners = {self.nearest(folder) for folder in self._with_code} - self._shelves
        return self.marked - packaged - owners

    @cached_property
    def _with_code(self) -> frozenset[str]:
        """The folders with a module or notebook in them."""
        return frozenset(_folder(p) for p in self._paths if p.endswith((".py", ".ipynb")))

    @cached_property
    def _shelves(self) -> frozenset[str]:
        """The marked folders with code only in several folders that are no parts of one whole."""
        parts: dict[str, set[str]] = {}
        for folder in self._with_code:
            owner = self.nearest(folder)
            inside = folder[len(owner) + 1 :] if owner else folder
            parts.setdefault(owner, set()).add(inside.partition("/")[0])
        packages = {_folder(path) for path in self._paths if _name(path) == "__init__.py"}
        return frozenset(
            owner
            for owner, names in parts.items()
            if owner in self.marked
            and len(names) >= SEVERAL
            and not names & USUAL_PARTS
            and not any((f"{owner}/{name}" if owner else name) in packages for name in names)
        )

    def nearest(self, folder: str) -> str:
        """The nearest folder around this one that is marked; the folder itself where none is."""
        return next((outer for outer in _around(folder) if outer in self.marked), folder)

    def home(self, folder: str) -> str:
        """The root of the project that a folder belongs to; of a collection, the part it is in."""
        return max(self.nearest(folder), self.whole(folder), key=len)

    def whole(self, folder: str) -> str:
        """The outermost project around a folder, collections aside; else the folder."""
        found = self._whole.get(folder)
        if found is None:
            around = [outer for outer in _around(folder) if outer in self.marked]
            whole = [outer for outer in around if outer not in self.collections]
            found = self._whole[folder] = whole[-1] if whole else self._on_shelf(folder, around)
        return found

    def _on_shelf(self, folder: str, around: list[str]) -> str:
        """The folder of a collection that a folder is in, or is."""
        if not around or around[0] not in self._shelves:
            return around[-1] if around else folder
        shelf = around[0]
        inside = folder[len(shelf) + 1 :] if shelf else folder
        name = inside.partition("/")[0]
        return f"{shelf}/{name}" if shelf else name


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _around(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = _folder(folder)
        yield folder
