"""Do the files that fix versions say the same: locks and manifests, images and lists."""

from __future__ import annotations

import posixpath
import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.containers import step_script
from repro_lint.repository.dependencies.names import Place as At
from repro_lint.repository.dependencies.names import from_text, normalise
from repro_lint.repository.dependencies.pins import DOCUMENTATION, RUN, purpose
from repro_lint.repository.dependencies.versions import agree, allows
from repro_lint.repository.installs import read_install
from repro_lint.repository.places import place_of
from repro_lint.repository.shell import Script, read_commands
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.dependencies.records import (
        DependencyFile,
        LockFile,
        Requirement,
    )
    from repro_lint.repository.shell import Command
    from repro_lint.rules.base import Context

# Which manifest each lock is made from; those made by name are looked up.
_MANIFESTS = {
    "uv": "pyproject.toml",
    "poetry": "pyproject.toml",
    "pdm": "pyproject.toml",
    "pylock": "pyproject.toml",
    "pipenv": "Pipfile",
}
# These hold what each extra and group asks for; others may leave them out.
_WHOLE = frozenset({"uv", "poetry", "pipenv"})
_SHOWN = 3
_LONGEST = 60
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "conda", "uv"})
_VARIANT = pattern(r"(gpu|cpu|cuda|cu\d+|rocm|mps|mac|osx|win|linux|tpu|arm|py\d|lite|min|max|old)")


class StaleLock(Rule):
    """The lock was not made again after the manifest changed."""

    code = "DEP004"
    name = "stale-lock"
    severity = Severity.HIGH
    remedy = "make the lock again from what is declared"

    def applies(self, context: Context) -> bool:
        """Only where a lock stands beside what it is made from."""
        return any(True for _ in _pairs(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each lock that does not hold what its manifest asks for."""
        for lock, file in _pairs(context):
            stale = list(_stale(lock, file))
            if stale:
                yield self._of(lock, file, stale)

    def _of(
        self, lock: LockFile, file: DependencyFile, stale: list[tuple[Requirement, str]]
    ) -> Finding:
        shown = ", ".join(why for _, why in stale[:_SHOWN])
        more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
        sites = tuple(sorted({Location(r.path, r.line, 1) for r, _ in stale}))
        finding = self.at(
            sites[0],
            f"`{lock.path}` was not made from this `{file.path}`: {shown}{more}",
            group=lock.path,
        )
        return finding._replace(sites=sites if len(sites) > 1 else ())


def _pairs(context: Context) -> Iterator[tuple[LockFile, DependencyFile]]:
    """Each lock whose packages can be read, with the file that it is made from."""
    dependencies = context.manifests.dependencies
    files = {file.path: file for file in dependencies.files}
    for lock in dependencies.locks:
        if not lock.packages or not lock.transitive:
            continue
        folder, name = posixpath.split(lock.path)
        beside = _MANIFESTS.get(lock.format, "")
        if lock.format == "requirements":
            stem = name.rpartition(".")[0].removesuffix(".lock").removesuffix("-lock")
            beside = f"{stem}.in"
        file = files.get(posixpath.join(folder, beside)) if beside else None
        if file is None and name == "requirements.lock":
            file = files.get(posixpath.join(folder, "pyproject.toml"))
        if file is not None and file.path != lock.path:
            yield lock, file


def _stale(lock: LockFile, file: DependencyFile) -> Iterator[tuple[Requirement, str]]:
    """What a manifest asks for and its lock does not hold, with the reason."""
    held: dict[str, list[str]] = {}
    for package in lock.packages:
        held.setdefault(package.name, []).append(package.version)
    for requirement in file.requirements:
        other = requirement.group not in ("runtime", "dev") and lock.format not in _WHOLE
        other = other or (
            file.is_metadata and lock.format == "requirements" and requirement.group != "runtime"
        )
        if other or requirement.group == "build" or requirement.pin in ("path", "url", "vcs"):
            continue
        versions = held.get(requirement.name, [])
        if not versions:
            if not requirement.marker and requirement.name not in _INSTALLERS:
                yield requirement, f"it lacks `{requirement.name}`"
        elif not any(allows(requirement.specifier, version) for version in versions):
            asked = f"{requirement.name}{requirement.specifier}"
            yield requirement, f"it holds {requirement.name} {versions[0]}, not `{asked}`"


class _Statement(Record):
    """What one place says of the version of a package."""

    name: str
    specifier: str
    path: str
    line: int
    kind: str
    word: str = ""


class ConflictingVersions(Rule):
    """Two files fix other versions of the same package."""

    code = "DEP008"
    name = "conflicting-versions"
    severity = Severity.MEDIUM
    remedy = "fix each version in one place, and let the others take it from there"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where more than one place speaks of versions."""
        return len({statement.path for statement in _statements(context)}) > 1

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each package of which two places fix versions that exclude each other."""
        projects = context.repository.projects
        known: dict[tuple[str, str], list[_Statement]] = {}
        for statement in _statements(context):
            home = projects.home(statement.path.rpartition("/")[0])
            known.setdefault((home, statement.name), []).append(statement)
        for (_, name), statements in sorted(known.items()):
            pair = _conflict(statements)
            if pair:
                yield self._of(context, name, *pair)

    def _of(self, context: Context, name: str, first: _Statement, second: _Statement) -> Finding:
        shown = "Python" if name == "python" else f"`{name}`"
        place = place_of(
            context.repository, second.path, second.line, second.word, second.line + _LONGEST
        )
        other = Location(first.path, first.line, 1)
        told = "readme" in (first.kind, second.kind)
        finding = self.at(
            place,
            f"{shown} is `{second.specifier.strip()}` here and `{first.specifier.strip()}` in "
            f"`{first.path}`",
            confidence=Confidence.MEDIUM if told else Confidence.HIGH,
            group=name,
        )
        return finding._replace(sites=tuple(sorted((place, other))))


def _conflict(statements: list[_Statement]) -> tuple[_Statement, _Statement] | None:
    """The first two statements that exclude each other, of files that serve the same purpose."""
    ordered = sorted(set(statements), key=lambda s: (s.path, s.line, s.specifier))
    for place, first in enumerate(ordered):
        for second in ordered[place + 1 :]:
            if first.kind == second.kind or first.path == second.path:
                continue
            if not agree(first.specifier, second.specifier):
                return first, second
    return None


def _statements(context: Context) -> Iterator[_Statement]:
    """All that files and commands of a run say of versions, variants for machines left out."""
    for statement in (*_of_files(context), *_of_pythons(context), *_of_commands(context)):
        # The path of a workflow says that it is for development; the Python that it names is ours.
        serves = statement.kind == "workflow" or purpose(statement.path) == RUN
        if serves and not _VARIANT.search(statement.path.lower()):
            yield statement


def _of_files(context: Context) -> Iterator[_Statement]:
    for file in context.manifests.dependencies.files:
        for found in file.requirements:
            judged = found.group == "runtime" and not found.marker and found.name != "python"
            if judged and found.pin in ("exact", "range"):
                name = _ALIASES.get(found.name, found.name)
                kind = "metadata" if file.is_metadata else file.format
                yield _Statement(name, found.specifier, file.path, found.line, kind)


# Two images are two environments: what one fixes the other may fix otherwise.
_IMAGE = "container"
_ALIASES = {"pytorch": "torch", "pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}


def _of_pythons(context: Context) -> Iterator[_Statement]:
    manifests = context.manifests
    for python in manifests.dependencies.pythons:
        if purpose(python.path) != DOCUMENTATION:
            text = re.sub(r"^python-?", "", python.text)
            yield _Statement("python", text, python.path, python.line, python.path, "")
    for file in manifests.container_files:
        for stage in file.stages[-1:]:
            image = stage.image
            version = re.match(r"3\.\d+(?:\.\d+)?", image.tag) if image else None
            if image and version and image.name.rpartition("/")[2] == "python":
                yield _Statement("python", version[0], file.path, stage.line, _IMAGE, image.text)
    tested = {command.path for command in manifests.test_commands}
    for workflow in manifests.workflows:
        stated = {use.text for use in workflow.python_versions}
        if workflow.path in tested and len(stated) == 1:
            use = workflow.python_versions[0]
            yield _Statement("python", use.text, workflow.path, use.line, "workflow", use.text)


def _of_commands(context: Context) -> Iterator[_Statement]:
    for command in (*context.manifests.commands, *_image_commands(context)):
        install = read_install(command)
        if install is None or install.tool == "system" or command.origin == "workflow":
            continue
        for word in install.packages:
            found = _read(word, install.tool)
            if found and found[1]:
                kind = command.origin if command.origin != "container" else _IMAGE
                yield _Statement(*found, command.path, command.line, kind, word)


def _image_commands(context: Context) -> Iterator[Command]:
    for file in context.manifests.container_files:
        for step in file.of("RUN"):
            script = Script(step_script(step), file.path, step.line, "container")
            yield from read_commands(context.repository, script)


def _read(word: str, tool: str) -> tuple[str, str] | None:
    """The name and specifier of a word of an install command."""
    if tool == "conda":
        match = re.match(r"(?:[\w/-]+::)?([\w.-]+?)(=+[^=]+|[<>].*)(?:=.*)?$", word)
        name = normalise(match[1]) if match else ""
        return (_ALIASES.get(name, name), match[2]) if match else None
    found = from_text(word, At("", 0)) if "$" not in word else None
    return (found.name, found.specifier) if found and not found.url else None


RULES: tuple[type[Rule], ...] = (StaleLock, ConflictingVersions)
