"""What is known of a repository's files before one is read."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.findings import NotAnalysed


class Excluded(Record):
    """A file or folder that is not judged, and why."""

    path: str
    reason: str


class Listing(Record):
    """What a folder holds, by path as shown.

    The value of a file is its name on disk, relative to the folder; that of a link the
    shown path of the listed file it leads to, "" if it leads out of the folder.
    """

    files: dict[str, str]
    links: dict[str, str]
    excluded: tuple[Excluded, ...] = ()
    not_analysed: tuple[NotAnalysed, ...] = ()
