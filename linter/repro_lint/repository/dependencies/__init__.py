"""Dependency files of all kinds, read into records."""

from __future__ import annotations

from repro_lint.repository.dependencies.read import read_dependencies
from repro_lint.repository.dependencies.records import (
    Dependencies,
    DependencyFile,
    Library,
    LockedPackage,
    LockFile,
    PythonVersion,
    Requirement,
)

__all__ = [
    "Dependencies",
    "DependencyFile",
    "Library",
    "LockFile",
    "LockedPackage",
    "PythonVersion",
    "Requirement",
    "read_dependencies",
]
