"""Reads lock files: what they fix, and whether hashes guard it."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.repository.dependencies.facts import Facts, listed, table
from repro_lint.repository.dependencies.names import normalise
from repro_lint.repository.dependencies.pythons import statement
from repro_lint.repository.dependencies.records import (
    LockedPackage,
    LockFile,
    PythonVersion,
)
from repro_lint.repository.dependencies.texts import load_json, load_toml, parse_toml
from repro_lint.repository.yaml_text import Table, child, compose_file, items_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from repro_lint.repository.files import Repository

_HASH = ' hash = "'
# What starts the arrays in which packages themselves may stand.
_PACKAGES = ("package = [", "packages = [")
# Sources that a hash cannot guard: the project itself, folders, and commits.
_UNHASHED = {"editable", "virtual", "directory", "git", "path", "vcs", "workspace"}


def read_lock(repository: Repository, path: str, form: str) -> Facts | None:
    """Read one lock file of any format; None if it is no lock after all."""
    if form == "explicit":
        return _read_explicit(repository, path)
    packages = _READERS[form](repository, path)
    if packages is None:
        return Facts(locks=(LockFile(path, form, (), has_hashes=True, transitive=True),))
    lock = make_lock(path, form, packages)
    return Facts(locks=(lock,), pythons=_python_of(lock))


def make_lock(path: str, form: str, packages: Iterable[LockedPackage]) -> LockFile:
    """Make the record of a lock from its packages."""
    found = tuple(sorted(set(packages)))
    return LockFile(path, form, found, all(p.has_hash for p in found), transitive=True)


def _read_explicit(repository: Repository, path: str) -> Facts | None:
    """Read an explicit list of conda archives (`conda list --explicit`)."""
    text = repository.text(path) or ""
    if "@EXPLICIT" not in text:
        return None
    packages = []
    for line in text.splitlines():
        match = re.match(
            r"\S+/([^/\s]+)-([^-/\s]+)-[^-/\s]+\.(?:conda|tar\.bz2)(#\w+)?", line.strip()
        )
        if match:
            packages.append(LockedPackage(normalise(match[1]), match[2], bool(match[3])))
    lock = make_lock(path, "conda-explicit", packages)
    return Facts(locks=(lock,), pythons=_python_of(lock))


def _python_of(lock: LockFile) -> tuple[PythonVersion, ...]:
    """The interpreter that a conda lock installs."""
    versions = sorted({p.version for p in lock.packages if p.name == "python" and p.version})
    stated = [statement(lock.path, 1, version) for version in versions[:1]]
    return tuple(python for python in stated if python)


def load_lock(repository: Repository, path: str) -> dict[str, Any] | None:
    """Read what a lock in TOML says of its packages; what cannot be read is noted."""
    try:
        return parse_toml("\n".join(_shortened((repository.text(path) or "").split("\n"))))
    except ValueError:
        return load_toml(repository, path)


def _shortened(lines: list[str]) -> Iterator[str]:
    """The lines of a lock without most of what takes long to parse and is not asked for.

    A lock names dozens of archives for a package: of those with a hash that stand on
    lines of their own, one is left, which has nothing else. What a package needs goes.
    """
    hashed = needs = False
    for line in lines:
        if line.endswith("["):
            needs = line.endswith(" = [") and not line.startswith(_PACKAGES)
        elif line.endswith(("},", "}")):
            bare = line.lstrip()
            if bare.startswith("{"):
                if _HASH in line:
                    if not hashed:
                        yield '{ hash = "" },'
                    hashed = True
                    continue
                if needs and bare.startswith("{ name = ") and bare.endswith("},"):
                    continue
            elif _HASH in line and line.startswith("sdist = {"):
                yield 'sdist = { hash = "" }'
                continue
        hashed = False
        yield line


def _toml_packages(
    repository: Repository, path: str, key: str, has_hash: Callable[[dict[str, Any]], bool]
) -> list[LockedPackage] | None:
    data = load_lock(repository, path)
    if data is None:
        return None
    return [
        LockedPackage(
            normalise(str(entry.get("name", ""))), str(entry.get("version", "")), has_hash(entry)
        )
        for entry in listed(data.get(key))
        if isinstance(entry, dict)
    ]


def _uv_hash(entry: dict[str, Any]) -> bool:
    source = table(entry, "source")
    archives = [entry.get("sdist"), *listed(entry.get("wheels"))]
    given = [a for a in archives if isinstance(a, dict)]
    return bool(_UNHASHED & source.keys()) or (bool(given) and all("hash" in a for a in given))


def _uv(repository: Repository, path: str) -> list[LockedPackage] | None:
    return _toml_packages(repository, path, "package", _uv_hash)


def _pylock_hash(entry: dict[str, Any]) -> bool:
    archives = [entry.get("sdist"), entry.get("archive"), *listed(entry.get("wheels"))]
    given = [a for a in archives if isinstance(a, dict)]
    return bool(_UNHASHED & entry.keys()) or (bool(given) and all(a.get("hashes") for a in given))


def _pylock(repository: Repository, path: str) -> list[LockedPackage] | None:
    return _toml_packages(repository, path, "packages", _pylock_hash)


def _file_hash(entry: dict[str, Any]) -> bool:
    files = listed(entry.get("files"))
    kind = table(entry, "source").get("type")
    return kind in {"git", "directory"} or bool(_UNHASHED & entry.keys()) or _all_hashed(files)


def _all_hashed(files: list[Any]) -> bool:
    """Tell whether each file has a hash, or is one (before Poetry 1.0)."""
    return bool(files) and all(isinstance(file, str) or "hash" in file for file in files)


def _poetry(repository: Repository, path: str) -> list[LockedPackage] | None:
    """Read `poetry.lock`; before 1.5 it held the hashes in a table of its own."""
    data = load_lock(repository, path)
    if data is None:
        return None
    older = table(data, "metadata", "files") or table(data, "metadata", "hashes")
    hashed = {normalise(name) for name, files in older.items() if _all_hashed(listed(files))}
    return [
        LockedPackage(name, str(entry.get("version", "")), name in hashed or _file_hash(entry))
        for entry in listed(data.get("package"))
        if isinstance(entry, dict) and (name := normalise(str(entry.get("name", ""))))
    ]


def _pdm(repository: Repository, path: str) -> list[LockedPackage] | None:
    return _toml_packages(repository, path, "package", _file_hash)


def _pipenv(repository: Repository, path: str) -> list[LockedPackage] | None:
    data = load_json(repository, path)
    if data is None:
        return None
    return [
        LockedPackage(
            normalise(name),
            str(entry.get("version", "")).lstrip("="),
            bool(entry.get("hashes")) or bool(_UNHASHED & entry.keys()),
        )
        for section, entries in data.items()
        if section != "_meta" and isinstance(entries, dict)
        for name, entry in entries.items()
        if isinstance(entry, dict)
    ]


def _yaml_packages(repository: Repository, path: str, key: str) -> list[Table]:
    found = child(compose_file(repository, path), key)
    return [item for item in items_of(found) if isinstance(item, Table)]


def _conda_lock(repository: Repository, path: str) -> list[LockedPackage] | None:
    return [
        LockedPackage(
            normalise(text_of(item.get("name"))),
            text_of(item.get("version")),
            isinstance(item.get("hash"), Table),
        )
        for item in _yaml_packages(repository, path, "package")
    ] or None


def _pixi(repository: Repository, path: str) -> list[LockedPackage] | None:
    """Read `pixi.lock`, whose entries are named by the address of an archive."""
    found = []
    for item in _yaml_packages(repository, path, "packages"):
        address = text_of(item.get("conda") or item.get("pypi") or item.get("url"))
        end = re.match(r"(.+?)-(\d[^-]*)-", address.rsplit("/", 1)[-1])
        name = text_of(item.get("name")) or (end[1] if end else "")
        version = text_of(item.get("version")) or (end[2] if end else "")
        is_local = "://" not in address
        has_hash = any(item.get(key) for key in ("sha256", "md5")) or is_local
        found.append(LockedPackage(normalise(name), version, has_hash))
    return found or None


_READERS = {
    "uv": _uv,
    "poetry": _poetry,
    "pdm": _pdm,
    "pipenv": _pipenv,
    "pylock": _pylock,
    "conda-lock": _conda_lock,
    "pixi": _pixi,
}
