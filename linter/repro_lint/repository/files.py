"""The repository: its files in sorted order, from a folder, a mapping or one file."""

from __future__ import annotations

import os
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.errors import UserError
from repro_lint.findings import NotAnalysed
from repro_lint.repository.listing import Excluded, Listing
from repro_lint.repository.origins import is_generated, is_vendored, licensed_folders
from repro_lint.repository.shown import shown
from repro_lint.repository.sources import CellLine, CellMap, SourceFile
from repro_lint.repository.text import Refusal, decode, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from repro_lint.findings import Location
    from repro_lint.repository.notebooks import Notebook
    from repro_lint.repository.projects import Projects

__all__ = ["CellLine", "CellMap", "Excluded", "Repository", "SourceFile"]

MAX_BYTES = 2_000_000
# Stored outputs make notebooks large; their code is not.
MAX_NOTEBOOK_BYTES = 20_000_000


class Repository:
    """The files that are judged; texts are read when asked for, once."""

    def __init__(
        self,
        listing: Listing,
        *,
        root: str = "",
        contents: Mapping[str, str | bytes] | None = None,
        max_bytes: int = MAX_BYTES,
        single_file: bool = False,
    ) -> None:
        """Hold a listing and where its bytes are: below `root`, or in `contents`."""
        self.paths: tuple[str, ...] = tuple(listing.files)
        self.single_file = single_file
        self._listing = listing
        self._root = root
        self._contents = contents
        self._max_bytes = max_bytes
        self._notes = set(listing.not_analysed)
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, tuple[str, ...]] = {}
        self._sources: dict[str, SourceFile | None] = {}
        self._notebooks: dict[str, Notebook | None] = {}
        self._changes: dict[str, bytes] = {}

    @classmethod
    def from_folder(
        cls, root: Path | str, *, max_bytes: int = MAX_BYTES, exclude: Sequence[str] = ()
    ) -> Repository:
        """The repository in a folder."""
        from repro_lint.repository.discovery import discover  # noqa: PLC0415  not for one file

        folder = os.fspath(root)
        if not os.path.isdir(folder):  # noqa: PTH112
            raise UserError(f"`{shown(folder)}` is no folder", "name a folder or a Python file")
        return cls(discover(folder, exclude), root=folder, max_bytes=max_bytes)

    @classmethod
    def from_mapping(
        cls,
        files: Mapping[str, str | bytes],
        *,
        max_bytes: int = MAX_BYTES,
        exclude: Sequence[str] = (),
    ) -> Repository:
        """A repository in memory: contents by path."""
        from repro_lint.repository.discovery import discover_in  # noqa: PLC0415

        listing = discover_in(files, exclude)
        return cls(listing, contents=files, max_bytes=max_bytes)

    @classmethod
    def from_file(
        cls, path: Path | str, *, root: Path | str = "", max_bytes: int = MAX_BYTES
    ) -> Repository:
        """One file alone, shown relative to `root`, by default the folder that it is in."""
        file = os.fspath(path)
        if not os.path.isfile(file):  # noqa: PTH113
            raise UserError(f"`{shown(file)}` is no file", "name a folder or a Python file")
        folder = os.fspath(root) or os.path.dirname(file) or "."  # noqa: PTH120
        name = os.path.relpath(file, folder)
        if name.startswith(os.pardir):
            folder, name = os.path.split(file)
        listing = Listing({shown(name.replace(os.sep, "/")): name}, {}, (), ())
        return cls(listing, root=folder, max_bytes=max_bytes, single_file=True)

    def changed(self, contents: Mapping[str, bytes]) -> Repository:
        """The same repository with other contents of some files; nothing is written."""
        other = Repository(
            self._listing,
            root=self._root,
            contents=self._contents,
            max_bytes=self._max_bytes,
            single_file=self.single_file,
        )
        other._changes = {**self._changes, **contents}
        other._texts = {p: text for p, text in self._texts.items() if p not in contents}
        return other

    def data(self, path: str) -> bytes | None:
        """The bytes of a file as they stand; None if there is none or it cannot be read."""
        name = self._listing.files.get(path)
        found = None if name is None else self._bytes(path, name)
        if isinstance(found, str):
            return found.encode("utf-8", "surrogatepass")
        return found if isinstance(found, bytes) else None

    def disk_path(self, path: str) -> str:
        """Where a file stands on disk."""
        return os.path.join(self._root, self._listing.files[path])  # noqa: PTH118

    @property
    def root(self) -> str:
        """The folder of the repository; "" for one in memory."""
        return self._root

    @cached_property
    def python_paths(self) -> tuple[str, ...]:
        """The Python files that were written here."""
        return self._written_here(".py")

    @cached_property
    def notebook_paths(self) -> tuple[str, ...]:
        """The notebooks that were written here."""
        return self._written_here(".ipynb")

    @cached_property
    def projects(self) -> Projects:
        """Where projects begin."""
        from repro_lint.repository.projects import Projects  # noqa: PLC0415  not for one file

        return Projects(self.paths)

    @cached_property
    def excluded(self) -> tuple[Excluded, ...]:
        """What is not judged, and why: other environments, copied and generated code."""
        code = {*self.python_paths, *self.notebook_paths}
        others = [path for path in self.paths if path.endswith((".py", ".ipynb"))]
        copied = [
            Excluded(path, "vendored" if is_vendored(path, self._licensed) else "generated")
            for path in others
            if path not in code
        ]
        return tuple(sorted({*self._listing.excluded, *copied}))

    @property
    def read_paths(self) -> tuple[str, ...]:
        """The files that were read so far and have a text."""
        return tuple(sorted(path for path, text in self._texts.items() if text is not None))

    @property
    def not_analysed(self) -> tuple[NotAnalysed, ...]:
        """All that could not be read so far."""
        return tuple(sorted(self._notes))

    def note(self, path: str, line: int, reason: str) -> None:
        """Record that a file, or what starts at a line of it, could not be read."""
        self._notes.add(NotAnalysed(path, line, reason))

    def exists(self, path: str) -> bool:
        """Tell whether there is such a file, or a folder with files."""
        plain = path.removeprefix("./").removesuffix("/") or path
        if plain in self._listing.files or self._listing.links.get(plain):
            return True
        return plain in self._folders

    def text(self, path: str) -> str | None:
        """The text of a file as it stands; None if there is none or it cannot be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def code(self, path: str) -> str:
        """The Python text of a file, of a notebook that of its code cells; "" if there is none."""
        source = self.source(path)
        return source.text if source is not None else ""

    def source(self, path: str) -> SourceFile | None:
        """The file as it is judged: of a notebook, its Python code."""
        if path not in self._sources:
            self._sources[path] = self._make_source(path)
        return self._sources[path]

    def notebook(self, path: str) -> Notebook | None:
        """A notebook as records; None if there is none or it cannot be read."""
        if path not in self._notebooks:
            self._notebooks[path] = self._make_notebook(path)
        return self._notebooks[path]

    def line_text(self, location: Location) -> str:
        """The line of source at a location; of a notebook, the line of the cell."""
        if location.cell:
            notebook = self.notebook(location.path)
            lines = notebook.cells[location.cell - 1].lines if notebook else ()
            number = location.cell_line
        else:
            lines = self._lines_of(location.path)
            number = location.line
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _lines_of(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            self._lines[path] = tuple((self.text(path) or "").split("\n"))
        return self._lines[path]

    @cached_property
    def _folders(self) -> frozenset[str]:
        found = {".", ""}
        for path in (*self._listing.files, *self._listing.links):
            folder = path.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def _licensed(self) -> frozenset[str]:
        return licensed_folders(self.paths)

    def _written_here(self, ending: str) -> tuple[str, ...]:
        paths = [path for path in self.paths if path.endswith(ending)]
        if self.single_file:
            return tuple(paths)
        return tuple(
            path
            for path in paths
            if not is_vendored(path, self._licensed)
            and (ending != ".py" or not is_generated(path, self.text(path) or ""))
        )

    def _make_source(self, path: str) -> SourceFile | None:
        if path.endswith(".ipynb"):
            notebook = self.notebook(path)
            return notebook.source if notebook else None
        text = self.text(path)
        if text is None:
            return None
        return SourceFile(path, text, "python" if path.endswith(".py") else "text")

    def _make_notebook(self, path: str) -> Notebook | None:
        from repro_lint.repository.notebooks import read_notebook  # noqa: PLC0415

        text = self.text(path)
        if text is None:
            return None
        notebook, notes = read_notebook(path, text)
        self._notes.update(notes)
        return notebook

    def _read(self, path: str) -> str | None:
        target = self._listing.links.get(path, path)
        name = self._listing.files.get(target)
        if name is None:
            if path in self._listing.links:
                self.note(path, 0, "links to a file outside of the repository")
            return None
        data = self._bytes(target, name)
        if isinstance(data, str):
            return normalise(data.removeprefix("\ufeff"))
        read = decode(data, python=path.endswith(".py")) if isinstance(data, bytes) else data
        if isinstance(read, Refusal):
            self.note(path, read.line, read.reason)
            return None
        return read

    def _bytes(self, path: str, name: str) -> bytes | str | Refusal:
        is_notebook = path.endswith(".ipynb")
        limit = max(self._max_bytes, MAX_NOTEBOOK_BYTES) if is_notebook else self._max_bytes
        data: str | bytes
        if path in self._changes:
            data = self._changes[path]
        elif self._contents is not None:
            data = self._contents[name]
        else:
            try:
                with open(os.path.join(self._root, name), "rb") as file:  # noqa: PTH118, PTH123
                    # Room is made for what is asked for: the limit is far above most files.
                    size = os.fstat(file.fileno()).st_size
                    data = file.read((min(size, limit) or limit) + 1)
            except OSError as fault:
                from repro_lint.repository.folders import why  # noqa: PLC0415

                return Refusal(0, f"cannot be read: {why(fault)}")
        if len(data) > limit:
            return Refusal(0, f"is larger than the limit of {limit:,} bytes")
        return data
