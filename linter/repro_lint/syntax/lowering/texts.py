"""The values of strings, numbers and names as they are written."""

from __future__ import annotations

import re
import unicodedata

ESCAPE = re.compile(
    r"\\(?:(?P<line>\n)|(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9a-fA-F]{2})"
    r"|(?P<wide>u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|N\{(?P<named>[^}]+)\}|(?P<plain>.))",
    re.DOTALL,
)
PLAIN = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
}
STRING = re.compile(r"(?P<prefix>[a-zA-Z]*)(?P<quote>'''|\"\"\"|'|\")", re.ASCII)


def string_value(written: str) -> str | bytes:
    """The value of a string or bytes literal, its prefix and quotes included."""
    found = STRING.match(written)
    if found is None:
        return written
    prefix = found["prefix"].lower()
    inner = written[found.end() : -len(found["quote"])]
    is_bytes = "b" in prefix
    if "r" not in prefix:
        inner = unescaped(inner, is_bytes=is_bytes)
    return inner.encode("latin-1") if is_bytes else inner


def piece_value(written: str, start: str) -> str:
    """The value of the text between the braces of an f-string that opens with `start`."""
    inner = written.replace("{{", "{").replace("}}", "}")
    return inner if "r" in start.lower() else unescaped(inner)


def unescaped(text: str, *, is_bytes: bool = False) -> str:
    """Replace the escapes; one that means nothing stays as written."""
    if "\\" not in text:
        return text

    def replacement(found: re.Match[str]) -> str:
        return escape_value(found, is_bytes=is_bytes)

    return ESCAPE.sub(replacement, text)


def escape_value(found: re.Match[str], *, is_bytes: bool) -> str:
    """What one escape stands for."""
    kind, written = found.lastgroup, found.group()
    if kind == "line":
        return ""
    if kind == "octal":
        code = int(found["octal"], 8)
        return chr(code & 0xFF if is_bytes else code)
    if kind == "hex":
        return chr(int(found["hex"], 16))
    if kind == "plain":
        return PLAIN.get(found["plain"], written)
    return written if is_bytes else unicode_value(found)


def unicode_value(found: re.Match[str]) -> str:
    """What an escape that only text knows stands for."""
    if found["wide"]:
        return chr(int(found["wide"][1:], 16))
    try:
        return unicodedata.lookup(found["named"])
    except KeyError:
        return found.group()


def identifier(written: str) -> str:
    """A name as the interpreter knows it."""
    return written if written.isascii() else unicodedata.normalize("NFKC", written)
