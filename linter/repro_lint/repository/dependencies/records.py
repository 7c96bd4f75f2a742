"""What a repository says about the packages and the Python that it needs, as records."""

from __future__ import annotations

from repro_lint.records import Record


class Requirement(Record):
    """One package that a file asks for.

    `pin` is "exact" (one version), "range", "none" (no version), "url", "vcs" or
    "path". `revision` is what follows the `@` of a version control address. `group` is
    "runtime", "dev", "build", or the name of an extra.
    """

    name: str
    text: str
    specifier: str
    pin: str
    path: str
    line: int
    group: str = "runtime"
    url: str = ""
    revision: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    hashes: tuple[str, ...] = ()
    editable: bool = False


class DependencyFile(Record):
    """A file that asks for packages.

    `format` is "requirements", "constraints", "pyproject", "setup.cfg", "setup.py",
    "pipfile", "conda" or "script". `includes` are the paths of the files that it pulls
    in by `-r`, `constraints` by `-c`. `is_metadata` is true for what installers of a
    package read, where a library has ranges. `is_dynamic` is true if code makes the
    list, so that it cannot be read.
    """

    path: str
    format: str
    requirements: tuple[Requirement, ...]
    includes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    is_metadata: bool = False
    is_dynamic: bool = False


class LockedPackage(Record):
    """One package that a lock file fixes."""

    name: str
    version: str
    has_hash: bool


class LockFile(Record):
    """A file that fixes versions; no packages means that they could not be read.

    `has_hashes` is true if every package that can carry a hash does; `transitive` is
    true if the packages needed by the packages are fixed too.
    """

    path: str
    format: str
    packages: tuple[LockedPackage, ...]
    has_hashes: bool
    transitive: bool


class PythonVersion(Record):
    """A statement of the Python version; precision is "range", "minor" or "patch"."""

    path: str
    line: int
    text: str
    precision: str


class Library(Record):
    """Whether the repository is a package that others install, and the signs of it.

    `is_published` is true if its metadata are made for others; it is a library if there
    are also no scripts at its root that train.
    """

    is_library: bool
    is_published: bool = False
    evidence: tuple[str, ...] = ()


class Dependencies(Record):
    """All that the repository says about what it needs, each sorted by path."""

    files: tuple[DependencyFile, ...] = ()
    locks: tuple[LockFile, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()
    library: Library = Library(is_library=False)
