"""Paths as reports show them: one line of valid text, whatever a file is called."""

from __future__ import annotations


def shown(path: str) -> str:
    r"""The path with undecodable bytes and unprintable characters as `\xff` or `\n`."""
    if path.isprintable():
        return path
    return "".join(c if c.isprintable() else _escaped(c) for c in path)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
