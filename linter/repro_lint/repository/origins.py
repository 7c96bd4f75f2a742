"""Tells code that was written here from code that was copied or generated."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VENDORED = frozenset(
    [
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "3rd_party",
        "_vendor",
        "vendor",
        "vendored",
        "_vendored",
    ]
)
# Folders of these names are vendored only where they bring a licence of their own.
MAYBE_VENDORED = frozenset(["external", "externals", "extern", "submodules"])
LICENCES = ("license", "licence", "copying")
GENERATED_NAMES = ("_pb2.py", "_pb2_grpc.py")
HEAD = 1000


def licensed_folders(paths: Iterable[str]) -> frozenset[str]:
    """The folders that hold a licence file, without the root."""
    found = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder and name.lower().startswith(LICENCES):
            found.add(folder)
    return frozenset(found)


def is_vendored(path: str, licensed: frozenset[str]) -> bool:
    """Tell whether a file lies in a folder for the code of others."""
    parts = path.split("/")[:-1]
    if not VENDORED.isdisjoint(parts):
        return True
    for depth, part in enumerate(parts, 1):
        if part in MAYBE_VENDORED:
            inner = ("/".join(parts[:depth]), "/".join(parts[: depth + 1]))
            return not licensed.isdisjoint(inner)
    return False


def is_generated(path: str, text: str) -> bool:
    """Tell whether a program wrote a Python file, by its name or its first lines."""
    if path.endswith(GENERATED_NAMES):
        return True
    head = text[:HEAD]
    return ("enerated" in head or "DO NOT EDIT" in head) and _says_so(head)


def _says_so(head: str) -> bool:
    comment = "\n".join(_opening(head))
    if "@generated" in comment or "DO NOT EDIT" in comment:
        return True
    lower = comment.lower()
    return "generated" in lower and ("do not edit" in lower or "do not modify" in lower)


def _opening(head: str) -> list[str]:
    """The comments and the docstring before the first statement."""
    lines, quote = [], ""
    for line in head.split("\n"):
        stripped = line.strip()
        start = stripped.lstrip("rRuU")[:3]
        if quote:
            quote = "" if quote in stripped else quote
        elif start in ('"' * 3, "'" * 3):
            quote = "" if stripped.count(start) > 1 else start
        elif stripped and not stripped.startswith("#"):
            break
        lines.append(line)
    return lines
