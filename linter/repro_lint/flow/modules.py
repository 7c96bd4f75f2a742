"""Finds the file that an import means, as Python would from where the program is run."""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING
from repro_lint.repository.projects import Projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE_ROOTS = ("src", "lib", "python")


def folder_of(path: str) -> str:
    """The folder of a path, "" for the root."""
    return path.rpartition("/")[0]


def joined(folder: str, rest: str) -> str:
    """A path below a folder, which may be the root."""
    return f"{folder}/{rest}" if folder else rest


class ModuleTable:
    """All Python files of a repository, found by dotted name."""

    def __init__(self, paths: Iterable[str], surroundings: Iterable[str] = ()) -> None:
        """Keep the paths; suffixes are sorted out when first asked for.

        `surroundings` are the paths of all files, which tell where projects begin.
        """
        self.layout = Projects(tuple(surroundings))
        self.paths = frozenset(path for path in paths if path.endswith(".py"))
        self.components = frozenset(part for path in self.paths for part in components(path))
        self.suffixes: dict[str, list[str]] | None = None
        self.answers: dict[tuple[str, str], str] = {}
        self.roots_of: dict[str, tuple[str, ...]] = {}
        self._folders: frozenset[str] | None = None

    def find(self, importer: str, dotted: str) -> str:
        """The file that `dotted` names when `importer` imports it, "" if none here.

        Leading dots are relative to the folder of the importer.
        """
        if dotted.partition(".")[0] not in self.components and not dotted.startswith("."):
            return ""
        key = (folder_of(importer), dotted)
        found = self.answers.get(key)
        if found is None:
            found = self.answers[key] = self.search(importer, dotted)
        return found

    def search(self, importer: str, dotted: str) -> str:
        """Look for a module without asking the kept answers."""
        if dotted.startswith("."):
            return self.relative(folder_of(importer), dotted)
        rest = dotted.replace(".", "/")
        for root in self.roots(importer):
            found = self.file(joined(root, rest))
            if found:
                return found
        if dotted.partition(".")[0] in sys.stdlib_module_names:
            return ""
        return self.only_suffix(folder_of(importer), rest)

    def relative(self, folder: str, dotted: str) -> str:
        """The file of a relative import."""
        rest = dotted.lstrip(".")
        for _ in range(len(dotted) - len(rest) - 1):
            folder = folder_of(folder)
        return self.file(joined(folder, rest.replace(".", "/")) if rest else folder)

    def file(self, stem: str) -> str:
        """The module or package with this path but no extension, "" if none."""
        if stem + ".py" in self.paths:
            return stem + ".py"
        package = joined(stem, "__init__.py")
        return package if package in self.paths else ""

    def roots(self, importer: str) -> tuple[str, ...]:
        """The folders that would be searched: the importer's own first, then those around it."""
        folder = folder_of(importer)
        found = self.roots_of.get(folder)
        if found is None:
            top = folder
            while top and joined(top, "__init__.py") in self.paths:
                top = folder_of(top)
            near = [root for outer in (top, *ancestors(top)) for root in source_roots(outer)]
            known = [root for root in near if not root or root in self.folders]
            found = self.roots_of[folder] = tuple(dict.fromkeys([*known, folder]))
        return found

    @property
    def folders(self) -> frozenset[str]:
        """The folders that hold a Python file, directly or not."""
        if self._folders is None:
            direct = {folder_of(path) for path in self.paths}
            above = {outer for folder in direct for outer in ancestors(folder)}
            self._folders = frozenset(direct | above)
        return self._folders

    def project(self, folder: str) -> str:
        """The root of the project that a folder belongs to; the folder itself where none shows."""
        return self.layout.home(folder)

    def whole_project(self, folder: str) -> str:
        """The outermost folder around this one that looks like a project; else the folder."""
        return self.layout.whole(folder)

    def only_suffix(self, folder: str, rest: str) -> str:
        """The one file of the importer's project whose path ends so, "" if several or none.

        What lies inside a package is not found by its own name alone, and what lies in
        another project beside this one is not found at all.
        """
        if self.suffixes is None:
            self.suffixes = {}
            for path in sorted(self.paths):
                for suffix in path_suffixes(path):
                    self.suffixes.setdefault(suffix, []).append(path)
        found = self.suffixes.get(rest)
        if not found:
            return ""
        within = self.project(folder)
        near = [path for path in found if is_below(path, within) and self.is_top(path, rest)]
        return near[0] if len(near) == 1 else ""

    def is_top(self, path: str, rest: str) -> bool:
        """Whether the folder from which a file has this name could be one that is searched."""
        stem = path.removesuffix(".py").removesuffix("/__init__")
        root = stem[: len(stem) - len(rest)].rstrip("/")
        return joined(root, "__init__.py") not in self.paths


def source_roots(folder: str) -> Iterator[str]:
    """A folder, and those below it that usually hold the packages."""
    yield folder
    for name in SOURCE_ROOTS:
        yield joined(folder, name)


def is_below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder, however deep."""
    return not folder or path.startswith(folder + "/")


def base_name(path: str) -> str:
    """The name of a file without its folder."""
    return path.rpartition("/")[2]


def components(path: str) -> list[str]:
    """The names of the folders and of the file of a module, without extension."""
    return path.removesuffix(".py").split("/")


def ancestors(folder: str) -> Iterator[str]:
    """The folders above a folder, nearest first, the root last."""
    while folder:
        folder = folder_of(folder)
        yield folder


def path_suffixes(path: str) -> Iterator[str]:
    """The module name of a file, as a path, from each folder above it."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    while stem:
        yield stem
        stem = stem.partition("/")[2]
