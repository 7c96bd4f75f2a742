"""Rules on what a repository says about the packages and the Python that it needs."""

from __future__ import annotations

import re
import sys

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.repository.dependencies.pins import (
    DEVELOPMENT,
    DOCUMENTATION,
    is_locked,
    judged,
    locks_of,
    loose,
    purpose,
)
from repro_lint.repository.dependencies.sources import (
    FIXED,
    FLOATING,
    OUTSIDE,
    TAG,
    UNHASHED,
    shown_address,
    stability,
)
from repro_lint.rules.base import Rule, has_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.dependencies.records import (
        Dependencies,
        DependencyFile,
        LockFile,
        PythonVersion,
        Requirement,
    )
    from repro_lint.rules.base import Context

# Standard in some of the versions of Python that we may run on, and what comes with Python.
STANDARD = frozenset(
    [
        *sys.stdlib_module_names,
        "annotationlib", "asynchat", "asyncore", "compression", "distutils", "imp", "smtpd",
        "tomllib", "binhex", "formatter", "parser", "symbol", "macpath", "dummy_threading",
        "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap",
        "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau",
        "telnetlib", "uu", "xdrlib",
        "pip", "pkg_resources", "setuptools", "wheel",
    ]
)  # fmt: skip
TESTING = frozenset(["_pytest", "nose", "pytest", "tox", "nox"])
_INSTALLS = r"\b(?:pip3?|uv|conda|mamba|micromamba|poetry|pdm)\b[^\n;&|]*\b(?:install|add|sync)\b"
_SHOWN = 3


def _is_library(context: Context) -> bool:
    library = context.manifests.dependencies.library
    return context.config.kind == "library" or library.is_library


class MissingDependencyFile(Rule):
    """Code imports packages that no file asks for."""

    code = "DEP001"
    name = "missing-dependency-file"
    severity = Severity.CRITICAL
    remedy = "list the packages that the code imports in `pyproject.toml`, and lock them"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only code that imports more than the standard library needs a file."""
        return bool(_foreign_imports(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository."""
        if lists_packages(context) or _installs_in_container(context):
            return
        names = _foreign_imports(context)
        if not names:
            return
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        message = f"no dependency file lists the packages that the code imports: {shown}{more}"
        yield self.at(Location("."), message)


def lists_packages(context: Context) -> bool:
    """Tell whether any file asks for a package, or fixes one."""
    dependencies = context.manifests.dependencies
    listed = any(
        file.is_dynamic or any(asked.group != "build" for asked in file.requirements)
        for file in dependencies.files
    )
    return listed or bool(dependencies.locks)


def _foreign_imports(context: Context) -> list[str]:
    """The packages that the code imports from elsewhere, the most imported first."""
    own = own_names(context)
    counts: dict[str, int] = {}
    for module in context.modules.values():
        heads = {i.module.partition(".")[0] for i in module.imports if i.module[:1] != "."}
        if any(i.module.startswith("google.colab") for i in module.imports):
            heads.discard("google")
        for head in sorted(heads - STANDARD - TESTING - own):
            counts[head] = counts.get(head, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


# A folder with one of these is a project of its own, though its code may have to be fetched.
_PROJECT_FILES = ("/pyproject.toml", "/setup.cfg")


def own_names(context: Context) -> frozenset[str]:
    """Names of the modules and folders of the repository, wherever they are."""
    found: set[str] = set()
    for path in context.repository.paths:
        if path.endswith((".py", ".pyx", ".pyi", ".so", ".pyd", ".ipynb")):
            *folders, name = path.split("/")
            found.update(folders)
            found.add(name.partition(".")[0])
        elif path.endswith(_PROJECT_FILES):
            found.update(path.split("/")[-2:-1])
    return frozenset(found)


def _installs_in_container(context: Context) -> bool:
    return any(
        re.search(_INSTALLS, step.text)
        for file in context.manifests.container_files
        for step in file.of("RUN")
    )


class UnpinnedDependency(Rule):
    """A file asks for packages whose version nothing fixes."""

    code = "DEP002"
    name = "unpinned-dependency"
    severity = Severity.HIGH
    remedy = "fix the versions of all packages with a lock file (`uv lock`, `pip-compile`)"

    def applies(self, context: Context) -> bool:
        """Only a file that asks for packages can leave them open."""
        return any(judged(file) for file in context.manifests.dependencies.files)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for each file with open versions."""
        dependencies = context.manifests.dependencies
        for file in dependencies.files:
            if file.format == "constraints" or purpose(file.path) == DOCUMENTATION:
                continue
            found = loose(file, dependencies)
            if found:
                yield self._of(file, found, context)

    def _of(
        self, file: DependencyFile, found: tuple[Requirement, ...], context: Context
    ) -> Finding:
        count, total = len(found), len(judged(file))
        verb, rest = ("is", "it") if count == 1 else ("are", "them")
        message = (
            f"{count} of {total} requirement{'s'[: total != 1]} in `{file.path}` {verb} not pinned"
            f" and no lock file fixes {rest}"
        )
        lines = sorted({requirement.line for requirement in found})
        sites = tuple(Location(file.path, line, 1) for line in lines)
        severity = _severity(file, context)
        confidence = Confidence.MEDIUM if purpose(file.path) == DEVELOPMENT else None
        finding = self.at(sites[0], message, severity=severity, confidence=confidence)
        return finding._replace(sites=sites)


def _severity(file: DependencyFile, context: Context) -> Severity:
    """Low where open versions are usual: for tools, and for what others install."""
    library = context.manifests.dependencies.library
    if purpose(file.path) == DEVELOPMENT or (file.is_metadata and library.is_published):
        return Severity.LOW
    is_shared = file.is_metadata or "/" not in file.path
    return Severity.LOW if _is_library(context) and is_shared else Severity.HIGH


class UnhashedLock(Rule):
    """Versions are fixed, but not what they need, or not their contents."""

    code = "DEP003"
    name = "unhashed-lock"
    severity = Severity.MEDIUM
    remedy = "lock all packages with hashes (`uv lock`, `pip-compile --generate-hashes`)"

    def applies(self, context: Context) -> bool:
        """Only where versions are fixed."""
        dependencies = context.manifests.dependencies
        return bool(dependencies.locks) or any(map(_is_pinned, dependencies.files))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for each lock without hashes and each file that is pinned by hand."""
        dependencies = context.manifests.dependencies
        for lock in dependencies.locks:
            if not lock.has_hashes and not _is_derived(lock, dependencies):
                yield from self._of(lock.path, _bare_lock(lock))
        for file in dependencies.files:
            if _is_pinned(file) and not is_locked(file, dependencies):
                yield from self._of(file.path, _bare_pins(file))

    def _of(self, path: str, message: str) -> Iterator[Finding]:
        use = purpose(path)
        if use != DOCUMENTATION:
            severity = Severity.LOW if use == DEVELOPMENT else None
            yield self.at(Location(path, 1, 1), message, severity=severity)


def _bare_lock(lock: LockFile) -> str:
    total = len(lock.packages)
    bare = sum(not package.has_hash for package in lock.packages)
    return f"{bare} of {total} packages in `{lock.path}` {'has' if bare == 1 else 'have'} no hash"


def _bare_pins(file: DependencyFile) -> str:
    total = len(judged(file))
    noun, what = ("requirement", "it needs") if total == 1 else ("requirements", "they need")
    return (
        f"`{file.path}` pins its {total} {noun}, but nothing fixes what {what},"
        " and there are no hashes"
    )


def _is_pinned(file: DependencyFile) -> bool:
    """Tell whether a file fixes each version that it names, and names some."""
    found = judged(file)
    exact = [requirement for requirement in found if requirement.pin == "exact"]
    open_ones = [r for r in found if r.pin in {"none", "range"}]
    return bool(exact) and not open_ones and file.format != "constraints"


def _is_derived(lock: LockFile, dependencies: Dependencies) -> bool:
    """Tell whether a lock with hashes holds the same packages, so that this is an export."""
    names = {package.name for package in lock.packages}
    return any(
        other.has_hashes and names <= {package.name for package in other.packages}
        for other in dependencies.locks
    )


class UnfixedPython(Rule):
    """No file says which Python runs the code, or only a range."""

    code = "DEP006"
    name = "unfixed-python"
    severity = Severity.HIGH
    remedy = "write the version of Python to `.python-version`"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there is Python to run."""
        return has_python(context)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for the repository."""
        if _python_in_container(context):
            return
        stated = [
            python
            for python in context.manifests.dependencies.pythons
            if purpose(python.path) != DOCUMENTATION
        ]
        at_root = [python for python in stated if "/" not in python.path]
        found = at_root or stated
        if not found:
            severity = Severity.LOW if _is_library(context) else None
            message = "no `requires-python`, `.python-version` or image says which Python to use"
            yield self.at(Location("."), message, severity=severity)
        elif all(python.precision == "range" for python in found):
            yield self._range(found[0], context)

    def _range(self, python: PythonVersion, context: Context) -> Finding:
        severity = Severity.LOW if _is_library(context) else Severity.MEDIUM
        message = f"`{python.text}` allows several versions of Python, and no file names one"
        return self.at(Location(python.path, python.line, 1), message, severity=severity)


def _python_in_container(context: Context) -> bool:
    """Tell whether a container starts from an image that is named for one Python."""
    images = [
        stage.image
        for file in context.manifests.container_files
        for stage in file.stages
        if stage.image is not None
    ]
    return any(
        (re.search(r"(?:^|/)python$", image.name) and re.match(r"3\.\d+", image.tag))
        or re.search(r"(?:py|python)-?3\.?\d+", f"{image.name}:{image.tag}")
        for image in images
    )


class FloatingDependencySource(Rule):
    """A package comes from an address that can bring other code tomorrow."""

    code = "DEP007"
    name = "floating-dependency-source"
    severity = Severity.HIGH
    remedy = "name the full commit of each `git+` address, and the hash of each URL"

    def applies(self, context: Context) -> bool:
        """Only where a package comes from an address."""
        files = context.manifests.dependencies.files
        return any(r.pin in {"vcs", "url", "path"} for file in files for r in file.requirements)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding for each such address."""
        dependencies = context.manifests.dependencies
        for file in dependencies.files:
            if purpose(file.path) == DOCUMENTATION:
                continue
            locked = {p.name for lock in locks_of(file, dependencies) for p in lock.packages}
            for requirement in judged(file):
                state = stability(requirement)
                if state != FIXED and requirement.name not in locked - {""}:
                    yield self._of(requirement, state)

    def _of(self, requirement: Requirement, state: str) -> Finding:
        name = requirement.name or shown_address(requirement)
        message = f"`{name}` {_REASONS[state].format(requirement.revision)}"
        severity = _SEVERITIES[state]
        if purpose(requirement.path) == DEVELOPMENT:
            severity = Severity.LOW
        return self.at(Location(requirement.path, requirement.line, 1), message, severity=severity)


_REASONS = {
    TAG: "comes from the tag `{}`, which can be moved, not from a commit",
    FLOATING: "comes from the newest commit of a branch, not from a fixed commit",
    UNHASHED: "comes from a URL without a hash",
    OUTSIDE: "comes from a path outside the repository",
}
_SEVERITIES = {
    TAG: Severity.LOW,
    FLOATING: Severity.HIGH,
    UNHASHED: Severity.MEDIUM,
    OUTSIDE: Severity.HIGH,
}

RULES: tuple[type[Rule], ...] = (
    MissingDependencyFile,
    UnpinnedDependency,
    UnhashedLock,
    UnfixedPython,
    FloatingDependencySource,
)
