"""What one file adds to the dependencies, and how to reach into its tables."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from typing import Any

    from repro_lint.repository.dependencies.records import (
        DependencyFile,
        LockFile,
        PythonVersion,
    )


class Facts(Record):
    """What one file says; `signs` are what shows a package meant to be published."""

    files: tuple[DependencyFile, ...] = ()
    locks: tuple[LockFile, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()
    signs: tuple[str, ...] = ()


def table(data: object, *keys: str) -> dict[str, Any]:
    """The table at the end of the keys, empty if anything on the way is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def listed(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
