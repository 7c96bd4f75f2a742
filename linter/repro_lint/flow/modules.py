"""Finds the file that an import means, as Python would from where the program is run."""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE_ROOTS = ("", "src", "lib", "python")


def folder_of(path: str) -> str:
    """The folder of a path, "" for the root."""
    return path.rpartition("/")[0]


def joined(folder: str, rest: str) -> str:
    """A path below a folder, which may be the root."""
    return f"{folder}/{rest}" if folder else rest


class ModuleTable:
    """All Python files of a repository, found by dotted name."""

    def __init__(self, paths: Iterable[str]) -> None:
        """Keep the paths; suffixes are sorted out when first asked for."""
        self.paths = frozenset(path for path in paths if path.endswith(".py"))
        self.components = frozenset(part for path in self.paths for part in components(path))
        self.suffixes: dict[str, list[str]] | None = None
        self.answers: dict[tuple[str, str], str] = {}
        self.roots_of: dict[str, tuple[str, ...]] = {}

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
        return self.only_suffix(rest)

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
        """The folders that would be searched, the most likely first."""
        folder = folder_of(importer)
        if folder not in self.roots_of:
            top = folder
            while joined(top, "__init__.py") in self.paths and top:
                top = folder_of(top)
            found = dict.fromkeys([top, *SOURCE_ROOTS, *ancestors(top), folder])
            self.roots_of[folder] = tuple(found)
        return self.roots_of[folder]

    def only_suffix(self, rest: str) -> str:
        """The one file whose path ends so, "" if there are several or none."""
        if self.suffixes is None:
            self.suffixes = {}
            for path in sorted(self.paths):
                for suffix in path_suffixes(path):
                    self.suffixes.setdefault(suffix, []).append(path)
        found = self.suffixes.get(rest, [])
        return found[0] if len(found) == 1 else ""


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
