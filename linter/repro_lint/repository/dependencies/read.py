"""Finds the dependency files of a repository and reads each into records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_lint.repository.dependencies.conda import is_environment_file, read_environment
from repro_lint.repository.dependencies.facts import Facts
from repro_lint.repository.dependencies.library import judge_library
from repro_lint.repository.dependencies.locks import lock_format, read_explicit, read_lock
from repro_lint.repository.dependencies.pipfile import read_pipfile
from repro_lint.repository.dependencies.pyproject import read_pyproject
from repro_lint.repository.dependencies.pythons import (
    is_python_file,
    read_pythons,
    statement,
)
from repro_lint.repository.dependencies.records import Dependencies
from repro_lint.repository.dependencies.requirements import (
    is_requirements_file,
    read_requirements,
)
from repro_lint.repository.dependencies.scripts import read_script
from repro_lint.repository.dependencies.setup_files import read_setup_cfg, read_setup_py
from repro_lint.repository.origins import is_vendored, licensed_folders

if TYPE_CHECKING:
    from repro_lint.repository.dependencies.records import DependencyFile, PythonVersion
    from repro_lint.repository.files import Repository

_SAMPLES = re.compile(r"(?:^|/)(?:fixtures?|testdata|test[_-]data|node_modules)/")
_BY_NAME = {
    "pyproject.toml": read_pyproject,
    "setup.cfg": read_setup_cfg,
    "setup.py": read_setup_py,
    "Pipfile": read_pipfile,
}


def read_dependencies(repository: Repository) -> Dependencies:
    """Read every dependency file of the repository; what others wrote is left out."""
    licensed = licensed_folders(repository.paths)
    paths = [
        path
        for path in repository.paths
        if not _SAMPLES.search(path) and not is_vendored(path, licensed)
    ]
    ours = frozenset(repository.python_paths)
    facts = [found for path in paths if (found := _read_one(repository, path, ours))]
    listed = [path for path in paths if is_requirements_file(path)]
    included = [p for fact in facts for file in fact.files for p in file.includes]
    listed += [path for path in included if path in repository.paths and path not in listed]
    files, locks = read_requirements(repository, sorted(listed))
    pythons = [python for fact in facts for python in fact.pythons]
    pythons += [python for file in files for python in _stated_as_package(file)]
    signs = [sign for fact in facts for sign in fact.signs]
    return Dependencies(
        tuple(sorted([*files, *(file for fact in facts for file in fact.files)])),
        tuple(sorted([*locks, *(lock for fact in facts for lock in fact.locks)])),
        tuple(sorted(pythons)),
        judge_library(signs, repository.paths),
    )


def _stated_as_package(file: DependencyFile) -> list[PythonVersion]:
    """Some list `python>=3.8` among the packages; `pip` cannot install it, but people read it."""
    stated = [
        statement(file.path, requirement.line, requirement.specifier)
        for requirement in file.requirements
        if requirement.name == "python"
    ]
    return [python for python in stated if python]


def _read_one(repository: Repository, path: str, ours: frozenset[str]) -> Facts | None:
    """Read a file if its name says that it is about dependencies."""
    name = path.rsplit("/", 1)[-1]
    if name in _BY_NAME:
        return _BY_NAME[name](repository, path)
    if lock_format(path):
        return read_lock(repository, path)
    if is_python_file(path):
        return Facts(pythons=tuple(read_pythons(repository, path)))
    if path in ours:
        return read_script(repository, path)
    return _read_by_content(repository, path)


def _read_by_content(repository: Repository, path: str) -> Facts | None:
    """Read a file whose name does not say enough."""
    if is_environment_file(path):
        found = read_environment(repository, path)
        return Facts((found.file,), (), found.pythons) if found else None
    if path.endswith((".txt", ".lock")) and re.search(r"conda|env|explicit", path):
        text = repository.text(path)
        return read_explicit(repository, path) if text and "@EXPLICIT" in text else None
    return None
