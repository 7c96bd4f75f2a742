"""Finds the files of a repository: sorted, links judged, nothing followed out of it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import NotAnalysed
from repro_lint.repository.folders import Disk, Kind, Memory, why
from repro_lint.repository.ignores import Patterns, ignored
from repro_lint.repository.listing import Excluded, Listing
from repro_lint.repository.shown import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Chain = tuple[tuple[int, Patterns], ...]

# Folders that tools make; nobody writes code there.
SKIPPED = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        ".tox",
        ".nox",
        ".eggs",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".ipynb_checkpoints",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    ]
)
ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
PACKED = (".whl", ".tar.gz", ".zip", ".egg")
BUILT = ("lib.", "bdist.", "temp.")


def discover(root: str, exclude: Sequence[str] = ()) -> Listing:
    """List the regular files below a folder that no pattern ignores."""
    return _Walk(Disk(root), exclude).listing()


def discover_in(contents: Mapping[str, str | bytes], exclude: Sequence[str] = ()) -> Listing:
    """List files in memory as those of a folder would be."""
    return _Walk(Memory(contents), exclude).listing()


class _Walk:
    """One pass over a folder; the order in which the system lists entries does not show."""

    def __init__(self, source: Disk | Memory, exclude: Sequence[str]) -> None:
        self._source = source
        self._exclude = Patterns(exclude) if exclude else None
        self._files: list[str] = []
        self._links: list[str] = []
        self._excluded: list[Excluded] = []
        self._not_analysed: list[NotAnalysed] = []
        self._open: list[tuple[str, Chain]] = []

    def listing(self) -> Listing:
        """All that was found, sorted; a link counts as a file if its target is not listed."""
        self._run()
        links = self._judge_links()
        return Listing(
            _by_shown_path(self._files),
            dict(sorted(links.items())),
            tuple(sorted(self._excluded)),
            tuple(sorted(self._not_analysed)),
        )

    def _run(self) -> None:
        """Visit each folder once; only links could make a loop, and none is followed."""
        self._open.append(("", self._extended((), "", ".git/info/exclude")))
        while self._open:
            self._visit(*self._open.pop())

    def _visit(self, folder: str, chain: Chain) -> None:
        try:
            entries = self._source.entries(folder)
        except OSError as fault:
            reason = f"the folder cannot be read: {why(fault)}"
            self._not_analysed.append(NotAnalysed(shown(folder[:-1]) or ".", 0, reason))
            return
        names = {name for name, _ in entries}
        if folder and (reason := artefact(folder, names)):
            self._excluded.append(Excluded(shown(folder[:-1]), reason))
            return
        if ".gitignore" in names:
            chain = self._extended(chain, folder, f"{folder}.gitignore")
        for name, kind in entries:
            self._sort_in(folder, name, kind, chain)

    def _extended(self, chain: Chain, folder: str, path: str) -> Chain:
        lines = self._source.lines(path)
        return (*chain, (len(folder), Patterns(lines))) if lines else chain

    def _sort_in(self, folder: str, name: str, kind: Kind, chain: Chain) -> None:
        if kind is Kind.FOLDER:
            if name in SKIPPED or name.endswith(".egg-info"):
                return
            name += "/"
        path = folder + name
        if chain and ignored(chain, path, name):
            return
        if self._exclude and self._exclude.verdict(path, name):
            self._excluded.append(Excluded(shown(path.rstrip("/")), "excluded by configuration"))
        elif kind is Kind.FOLDER:
            self._open.append((path, chain))
        elif kind is Kind.FILE:
            self._files.append(path)
        elif kind is Kind.LINK:
            self._links.append(path)

    def _judge_links(self) -> dict[str, str]:
        listed = set(self._files)
        links: dict[str, str] = {}
        for link in self._links:
            target = self._source.target(link)
            if target in listed:
                links[shown(link)] = shown(target)
            elif target:
                self._files.append(link)
            elif target is not None:
                links[shown(link)] = ""
        return links


def artefact(folder: str, names: set[str]) -> str:
    """Why a folder with these entries holds no source of this repository, "" if it may."""
    if not ENVIRONMENT_MARKS.isdisjoint(names):
        return "virtual environment"
    if ".git" in names:
        return "another repository"
    name = folder.rstrip("/").rpartition("/")[2]
    if name == "build" and ("lib" in names or any(entry.startswith(BUILT) for entry in names)):
        return "build output"
    if name == "dist" and names and all(entry.endswith(PACKED) for entry in names):
        return "build output"
    return ""


def _by_shown_path(paths: Iterable[str]) -> dict[str, str]:
    """The paths by how they are shown; two that look alike are told apart by a number."""
    by_shown: dict[str, str] = {}
    for path in sorted(paths):
        name, number = shown(path), 2
        while name in by_shown:
            name, number = f"{shown(path)} ({number})", number + 1
        by_shown[name] = path
    return dict(sorted(by_shown.items()))
