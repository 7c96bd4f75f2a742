"""Finds the dependency files of a repository and reads each into records."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.kinds import LOCKS, is_list, is_sample, kind_of
from repro_lint.repository.dependencies.library import judge_library
from repro_lint.repository.dependencies.records import Dependencies
from repro_lint.repository.origins import is_vendored, licensed_folders

if TYPE_CHECKING:
    from repro_lint.repository.dependencies.facts import Facts
    from repro_lint.repository.dependencies.records import (
        DependencyFile,
        LockFile,
        PythonVersion,
    )
    from repro_lint.repository.files import Repository


def read_dependencies(repository: Repository) -> Dependencies:
    """Read every dependency file of the repository; what others wrote is left out."""
    licensed = licensed_folders(repository.paths)
    paths = [p for p in repository.paths if not is_sample(p) and not is_vendored(p, licensed)]
    ours = frozenset(repository.python_paths)
    facts = [found for path in paths if (found := _read_one(repository, path, ours))]
    files, locks = _read_lists(repository, paths, facts)
    pythons = [python for fact in facts for python in fact.pythons]
    pythons += [python for file in files for python in _stated_as_package(file)]
    signs = [sign for fact in facts for sign in fact.signs]
    return Dependencies(
        tuple(sorted([*files, *(file for fact in facts for file in fact.files)])),
        tuple(sorted([*locks, *(lock for fact in facts for lock in fact.locks)])),
        tuple(sorted(pythons)),
        judge_library(signs, repository.paths),
    )


def _read_lists(
    repository: Repository, paths: list[str], facts: list[Facts]
) -> tuple[list[DependencyFile], list[LockFile]]:
    """Read the requirements files, also those that only another file names."""
    listed = {path for path in paths if is_list(path)}
    named = {path for fact in facts for file in fact.files for path in file.includes}
    listed |= named.intersection(repository.paths)
    if not listed:
        return [], []
    from repro_lint.repository.dependencies.requirements import (
        read_requirements,
    )

    return read_requirements(repository, sorted(listed))


def _stated_as_package(file: DependencyFile) -> list[PythonVersion]:
    """Some list `python>=3.8` among the packages; `pip` cannot install it, but people read it."""
    named = [requirement for requirement in file.requirements if requirement.name == "python"]
    if not named:
        return []
    from repro_lint.repository.dependencies.pythons import statement

    stated = [statement(file.path, found.line, found.specifier) for found in named]
    return [python for python in stated if python]


def _read_one(repository: Repository, path: str, ours: frozenset[str]) -> Facts | None:
    """Read a file if its name says that it is about dependencies."""
    # Each reader is imported when the first file of its kind is met: most repositories
    # have few kinds, and a single script has none.
    # ruff: noqa: PLC0415
    kind = kind_of(path)
    if kind in LOCKS or kind == "explicit":
        from repro_lint.repository.dependencies.locks import read_lock

        return read_lock(repository, path, kind)
    if kind == "pyproject":
        from repro_lint.repository.dependencies.pyproject import read_pyproject

        return read_pyproject(repository, path)
    if kind in {"setup.py", "setup.cfg"}:
        from repro_lint.repository.dependencies.setup_files import read_setup

        return read_setup(repository, path, kind)
    if kind == "pipfile":
        from repro_lint.repository.dependencies.pipfile import read_pipfile

        return read_pipfile(repository, path)
    if kind == "environment":
        from repro_lint.repository.dependencies.conda import read_environment

        return read_environment(repository, path)
    if kind == "python":
        from repro_lint.repository.dependencies.pythons import read_pythons

        return read_pythons(repository, path)
    if path in ours and "# /// script" in (repository.text(path) or ""):
        from repro_lint.repository.dependencies.scripts import read_script

        return read_script(repository, path)
    return None
