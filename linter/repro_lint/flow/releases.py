"""Which releases of a library a repository asks for."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern

if TYPE_CHECKING:
    from repro_lint.repository.dependencies.records import Dependencies

EXACT = pattern(r"\s*===?\s*v?\d[\w.]*\s*$")
# These name the first release that is too new.
BELOW = frozenset(("<", "~=", "^"))
CLAUSE = pattern(r"(===|==|~=|<=|<|\^|(?<![<>=!~])=)\s*v?(\d+(?:\.\d+)*)")


def before(dependencies: Dependencies, name: str, release: str) -> bool:
    """Whether all files that ask for a library surely ask for one older than a release."""
    asked = [
        r.specifier for file in dependencies.files for r in file.requirements if r.name == name
    ]
    locked = [p.version for lock in dependencies.locks for p in lock.packages if p.name == name]
    if not asked and not locked:
        return False
    limit = number(release)
    return all(is_older(text, limit) for text in asked) and all(
        number(version) < limit for version in locked
    )


def is_older(specifier: str, limit: tuple[int, ...]) -> bool:
    """Whether a specifier admits only releases before a limit."""
    for sign, version in CLAUSE.findall(specifier):
        found = number(next_release(sign, version))
        if found < limit or (sign in BELOW and found == limit):
            return True
    return False


def next_release(sign: str, version: str) -> str:
    """The first release that a clause surely does not admit, for signs that admit later ones."""
    parts = [int(part) for part in version.split(".")]
    if sign == "~=":
        parts = parts[:-1]
    elif sign == "^":
        kept = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
        parts = parts[: kept + 1]
    else:
        return version
    return ".".join(map(str, (*parts[:-1], parts[-1] + 1))) if parts else version


def number(version: str) -> tuple[int, ...]:
    """The numbers of a version, zeros at the end left out."""
    parts = [int(part) for part in version.partition("+")[0].split(".") if part.isdigit()]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def is_fixed(dependencies: Dependencies, name: str) -> bool:
    """Whether a lock, or each file that asks for a library, names one release of it."""
    asked = [
        r.specifier for file in dependencies.files for r in file.requirements if r.name == name
    ]
    if any(p.name == name for lock in dependencies.locks for p in lock.packages):
        return True
    return bool(asked) and all(EXACT.match(text) for text in asked)
