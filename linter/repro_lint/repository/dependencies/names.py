"""Turns one requirement, as any format writes it, into a record."""

from __future__ import annotations

import re

from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.dependencies.records import Requirement

_VERSION_CONTROL = ("git+", "hg+", "svn+", "bzr+")
_SEPARATORS = pattern(r"[-_.]+")
_HASH = pattern(r"\b(sha\d+|md5)[=:]([0-9a-fA-F]{32,128})")
_WHEEL = pattern(r"([A-Za-z0-9_.]+?)-\d[^/]*\.(?:whl|tar\.gz|zip)$")
# A name, and ranges of plain releases: nearly all requirements are no more.
_PLAIN = pattern(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t]*"
    r"((?:(?:==|>=|<=|!=|<|>)[ \t]*\d+(?:\.\d+)*[ \t]*(?:,[ \t]*(?=[<>=!])|$))*)$"
)


class Place(Record):
    """Where a requirement stands, and what it is for."""

    path: str
    line: int
    group: str = "runtime"


def normalise(name: str) -> str:
    """Write a package name as indexes compare it."""
    return _SEPARATORS.sub("-", name).lower()


def pin_of(specifier: str) -> str:
    """Tell whether a specifier of versions allows one version, several, or all."""
    if not specifier.strip(" *"):
        return "none"
    for part in specifier.split(","):
        bare = part.strip()
        if bare.startswith("==") and "*" not in bare:
            return "exact"
    return "range"


def is_address(text: str) -> bool:
    """Tell whether a requirement is an address or a path rather than a name."""
    start = text.split(";", maxsplit=1)[0].strip()
    if re.match(r"[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?\s*@\s*[a-z+]+://", start):
        return False
    return (
        "://" in start.split("@")[0]
        or start.startswith((".", "/", "file:", "~", *_VERSION_CONTROL))
        or start.endswith((".whl", ".tar.gz", ".zip"))
        or re.match(r"[A-Za-z]:[\\/]", start) is not None
    )


def from_text(text: str, place: Place) -> Requirement | None:
    """Read a requirement as `pip` reads it; None if it is none."""
    if is_address(text):
        address, _, marker = text.partition(" ;")
        return from_address(address.strip(), place)._replace(marker=marker.strip())
    if plain := _PLAIN.match(text):
        parts = ["".join(part.split()) for part in plain[2].split(",")]
        # Of `==1` and `==1.0` only one may count.
        if len({part.rstrip("0123456789.") for part in parts}) == len(parts):
            return _made(plain[1], text, ",".join(sorted(parts)), place)
    from packaging.requirements import InvalidRequirement  # noqa: PLC0415  slow to import
    from packaging.requirements import Requirement as Parsed  # noqa: PLC0415

    try:
        parsed = Parsed(text)
    except InvalidRequirement:
        return None
    extras = tuple(sorted(parsed.extras))
    marker = str(parsed.marker or "")
    if parsed.url:
        found = from_address(parsed.url, place)
        return found._replace(name=normalise(parsed.name), text=text, extras=extras, marker=marker)
    found = _made(parsed.name, text, str(parsed.specifier), place)
    return found._replace(extras=extras, marker=marker)


def _made(name: str, text: str, specifier: str, place: Place) -> Requirement:
    return Requirement(
        normalise(name), text, specifier, pin_of(specifier), place.path, place.line, place.group
    )


def from_address(address: str, place: Place) -> Requirement:
    """Read a requirement that is the address of a source, an archive or a folder."""
    bare, _, fragment = address.partition("#")
    hashes = tuple(f"{kind}:{digest}" for kind, digest in _HASH.findall(fragment))
    egg = re.search(r"egg=([A-Za-z0-9._-]+)", fragment)
    name = normalise(egg[1]) if egg else _name_of(bare)
    base = Requirement(
        name, address, "", "path", place.path, place.line, place.group, hashes=hashes
    )
    if bare.startswith(_VERSION_CONTROL):
        host, revision = _split_revision(bare)
        return base._replace(pin="vcs", url=host, revision=revision)
    if "://" in bare and not bare.startswith("file:"):
        return base._replace(pin="url", url=bare)
    return base._replace(url=bare)


def _split_revision(address: str) -> tuple[str, str]:
    """Part `git+ssh://git@host/x.git@v1` at the last `@`, not at that of the user."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    before, at, revision = path.rpartition("@")
    if not at:
        return address, ""
    return f"{scheme}://{host}{slash}{before}", revision


def _name_of(address: str) -> str:
    """Guess the package's name from the end of its address; "" if nothing shows it."""
    wheel = _WHEEL.search(address.rsplit("/", 1)[-1])
    if wheel:
        return normalise(wheel[1])
    if address.startswith(_VERSION_CONTROL):
        end = _split_revision(address)[0].rstrip("/").rsplit("/", 1)[-1]
        return normalise(end.removesuffix(".git"))
    return ""


def from_table(name: str, value: object, place: Place) -> Requirement:
    """Read one entry of the tables of Poetry, uv sources, PDM and Pipfile."""
    if isinstance(value, str):
        specifier = poetry_specifier(value)
        return Requirement(
            normalise(name), f"{name} = {value}", specifier, pin_of(specifier),
            place.path, place.line, place.group,
        )  # fmt: skip
    table = value if isinstance(value, dict) else {}
    base = from_table(name, str(table.get("version", "*")), place)
    base = base._replace(
        extras=tuple(sorted(map(str, _listed(table.get("extras"))))),
        marker=str(table.get("markers", "")),
    )
    return with_source(base, table)


def with_source(base: Requirement, table: dict[str, object]) -> Requirement:
    """Add where a package comes from, as tables say it (`git`, `url`, `path`)."""
    editable = bool(table.get("editable") or table.get("develop") or table.get("workspace"))
    if "git" in table:
        revision = next((table[k] for k in ("rev", "ref", "tag", "branch") if k in table), "")
        return base._replace(
            pin="vcs", url=f"git+{table['git']}", revision=str(revision), editable=editable
        )
    if "url" in table or "file" in table:
        address = str(table.get("url") or table.get("file"))
        found = from_address(address, Place(base.path, base.line, base.group))
        return base._replace(pin=found.pin, url=found.url, hashes=found.hashes)
    if "path" in table or table.get("workspace"):
        address = str(table.get("path", "."))
        return base._replace(pin="path", url=address, editable=editable)
    return base


def poetry_specifier(text: str) -> str:
    """Write `1.2` of Poetry and Pipfile as `==1.2`; other forms stay as they are."""
    bare = text.strip()
    if re.match(r"\d", bare) and not re.search(r"[*,|<>\s]", bare):
        return f"=={bare}"
    return "" if bare == "*" else bare


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
