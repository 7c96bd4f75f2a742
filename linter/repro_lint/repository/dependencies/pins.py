"""Judges what of a file is fixed: by itself, by constraints, or by a lock."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.repository.dependencies.records import (
        Dependencies,
        DependencyFile,
        LockFile,
        Requirement,
    )

RUN, DEVELOPMENT, DOCUMENTATION = "run", "development", "documentation"

_DOCUMENTATION = frozenset(["doc", "docs", "documentation", "rtd", "readthedocs", "sphinx"])
_DEVELOPMENT = frozenset(
    [
        "ci", "coverage", "dev", "develop", "development", "formatting", "github", "lint",
        "linting", "mypy", "precommit", "quality", "test", "testing", "tests", "tooling",
        "typecheck", "typing", "unittest",
    ]
)  # fmt: skip
_NO_RUN = frozenset(["build", "format", "release", "style", "tools"])
# What installs the others, and the interpreter, which has rules of its own.
_INSTALLERS = frozenset(["conda", "distribute", "mamba", "pip", "python", "setuptools", "wheel"])


def purpose(name: str) -> str:
    """Tell what the path of a file, or the name of a group, says that it is for."""
    words = set(re.split(r"[^a-z]+", name.lower()))
    if words & _DOCUMENTATION:
        return DOCUMENTATION
    builds = "build" in re.split(r"[^a-z]+", name.lower().rpartition("/")[2])
    return DEVELOPMENT if builds or words & _DEVELOPMENT else RUN


def judged(file: DependencyFile) -> tuple[Requirement, ...]:
    """The packages of a file that a run may load: none for building, testing or documents."""
    return tuple(
        requirement
        for requirement in file.requirements
        if requirement.name not in _INSTALLERS
        and requirement.group.removeprefix("group ") not in _NO_RUN
        and purpose(requirement.group) == RUN
    )


def loose(file: DependencyFile, dependencies: Dependencies) -> tuple[Requirement, ...]:
    """The packages of a file that may be another version tomorrow."""
    open_ones = [r for r in judged(file) if r.pin in {"none", "range"} and not r.hashes]
    if not open_ones:
        return ()
    locks = locks_of(file, dependencies)
    if any(not lock.packages for lock in locks):
        return ()
    fixed = {package.name for lock in locks for package in lock.packages}
    fixed |= _pinned_beside(file, dependencies)
    return tuple(requirement for requirement in open_ones if requirement.name not in fixed)


def locks_of(file: DependencyFile, dependencies: Dependencies) -> tuple[LockFile, ...]:
    """The locks that serve a file: in its folder, above it, or in a folder made for them."""
    folder = _folder(file.path)
    return tuple(
        lock
        for lock in dependencies.locks
        if lock.path != file.path and _serves(_folder(lock.path), folder)
    )


def is_locked(file: DependencyFile, dependencies: Dependencies) -> bool:
    """Tell whether a lock, maybe the file itself, holds every package of a file."""
    names = {requirement.name for requirement in judged(file)}
    for lock in dependencies.locks:
        if lock.path == file.path:
            return True
    return any(
        not lock.packages or names <= {package.name for package in lock.packages}
        for lock in locks_of(file, dependencies)
    )


def _serves(lock_folder: str, folder: str) -> bool:
    if not lock_folder or folder == lock_folder or folder.startswith(lock_folder + "/"):
        return True
    above, _, last = lock_folder.rpartition("/")
    return above == folder and re.match(r"(?:requirements|locks?|envs?|conda)", last) is not None


def _pinned_beside(file: DependencyFile, dependencies: Dependencies) -> set[str]:
    """Names with one version in the constraints of a file, or, for metadata, beside it."""
    found = set()
    for other in dependencies.files:
        is_constraint = other.path in file.constraints
        beside = _folder(other.path) == _folder(file.path)
        is_environment = beside and other.format in {"requirements", "conda"}
        if is_constraint or (file.is_metadata and is_environment):
            found |= _exact(other.requirements)
    return found


def _exact(requirements: Iterable[Requirement]) -> set[str]:
    return {r.name for r in requirements if r.pin == "exact" or r.hashes}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
