"""Reads statements of the Python version, and how narrow each is."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.repository.dependencies.facts import Facts
from repro_lint.repository.dependencies.records import PythonVersion

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository

_MINORS = range(31)
_PATCHES = range(31)
_PLAIN = pattern(r"(?:python-?|cpython-?|pypy\d?-?)?(\d+(?:\.\d+)*)")


def statement(path: str, line: int, text: str) -> PythonVersion | None:
    """Read `3.11`, `>=3.9` or `~3.10`; None if it says nothing of a version."""
    bare = text.strip()
    if bare in {"", "*"}:
        return None
    plain = _PLAIN.fullmatch(bare)
    precision = _of_plain(plain[1]) if plain else precision_of(bare)
    return PythonVersion(path, line, bare, precision) if precision else None


def _of_plain(version: str) -> str:
    return ("range", "minor", "patch")[min(version.count("."), 2)]


def precision_of(specifier: str) -> str:
    """How many versions of Python 3 a specifier allows; "" if it is no specifier."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  slow

    bare = _as_standard(specifier)
    try:
        allowed = SpecifierSet(bare)
    except InvalidSpecifier:
        return "range" if re.search(r"\d", specifier) else ""
    exact = re.search(r"===?\s*\d+\.\d+\.\d+", bare)
    if exact and "*" not in bare:
        return "patch"
    minors = [
        minor
        for minor in _MINORS
        if any(allowed.contains(f"3.{minor}.{patch}") for patch in _PATCHES)
    ]
    return "minor" if len(minors) == 1 else "range"


def _as_standard(specifier: str) -> str:
    """Write the `^`, `~` and `=` of Poetry and conda as the standard does."""
    parts = []
    for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", specifier.strip()):
        bare = part.replace(" ", "")
        if bare.startswith("^"):
            parts.append(f">={bare[1:]},<4")
        elif re.match(r"~\d", bare):
            parts.append(f"=={'.'.join(bare[1:].split('.')[:2])}.*")
        elif re.match(r"=\d", bare):
            version = bare[1:].rstrip(".*")
            parts.append(f"=={version}" if version.count(".") > 1 else f"=={version}.*")
        elif re.match(r"\d", bare):
            parts.append(f"=={bare}")
        else:
            parts.append(bare)
    return ",".join(parts)


def read_pythons(repository: Repository, path: str) -> Facts:
    """Read `.python-version`, `runtime.txt` or `.tool-versions`."""
    text = repository.text(path) or ""
    name = path.rsplit("/", 1)[-1]
    pattern = {
        ".python-version": r"\s*(?:cpython[-@])?(\d+\.\d[\w.]*)\s*(?:#.*)?$",
        "runtime.txt": r"\s*python-(\d[\w.]*)\s*$",
        ".tool-versions": r"\s*python\s+(\d[\w.]*)",
    }[name]
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(pattern, line)
        stated = statement(path, number, match[1]) if match else None
        found.extend([stated] if stated else [])
    return Facts(pythons=tuple(found))
