"""Lists and reads folders, on disk and in memory, alike."""

from __future__ import annotations

import os
import stat
from enum import Enum

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Enum):
    """What an entry of a folder is; OTHER are pipes, sockets and devices."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class Disk:
    """A folder on disk."""

    def __init__(self, root: str) -> None:
        """Fix the folder, whatever links lead to it."""
        self._root = os.path.realpath(root)

    def entries(self, folder: str) -> list[tuple[str, Kind]]:
        """The names in a folder ("" or ending with a slash) and what they are."""
        with os.scandir(self._place(folder)) as found:
            return [(entry.name, _kind(entry)) for entry in found]

    def lines(self, path: str) -> list[str]:
        """The lines of a small file, none where it cannot be read; links are not followed."""
        place = self._place(path)
        try:
            if not stat.S_ISREG(os.lstat(place).st_mode):
                return []
            with open(place, encoding="utf-8-sig", errors="surrogateescape") as file:  # noqa: PTH123
                return file.readlines()
        except OSError:
            return []

    def target(self, link: str) -> str | None:
        """The file that a link leads to; "" outside of the root, None if it is no file."""
        real = os.path.realpath(self._place(link))
        try:
            if not stat.S_ISREG(os.stat(real).st_mode):  # noqa: PTH116
                return None
        except OSError:
            return None
        if not real.startswith(self._root.rstrip(os.sep) + os.sep):
            return ""
        return os.path.relpath(real, self._root).replace(os.sep, "/")

    def _place(self, path: str) -> str:
        return os.path.join(self._root, path)  # noqa: PTH118


class Memory:
    """Files in memory, by path."""

    def __init__(self, contents: Mapping[str, str | bytes]) -> None:
        """Make the folders that the paths speak of."""
        self._contents = contents
        self._folders: dict[str, dict[str, Kind]] = {"": {}}
        for path in contents:
            *folders, name = path.split("/")
            above = ""
            for folder in folders:
                self._folders[above][folder] = Kind.FOLDER
                above += f"{folder}/"
                self._folders.setdefault(above, {})
            self._folders[above][name] = Kind.FILE

    def entries(self, folder: str) -> list[tuple[str, Kind]]:
        """The names in a folder ("" or ending with a slash) and what they are."""
        return list(self._folders[folder].items())

    def lines(self, path: str) -> list[str]:
        """The lines of a file, none where there is none."""
        content = self._contents.get(path, "")
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        return text.split("\n")

    def target(self, link: str) -> str | None:  # noqa: ARG002  there are no links in memory
        """Lead nowhere."""
        return None


def why(fault: OSError) -> str:
    """What the system says of a file that cannot be read, in lower case."""
    return (fault.strerror or type(fault).__name__).lower()


def _kind(entry: os.DirEntry[str]) -> Kind:
    try:
        if entry.is_symlink():
            return Kind.LINK
        if entry.is_dir(follow_symlinks=False):
            return Kind.FOLDER
        return Kind.FILE if entry.is_file(follow_symlinks=False) else Kind.OTHER
    except OSError:
        return Kind.OTHER
