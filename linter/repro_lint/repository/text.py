"""Decodes source bytes as Python does, and says where that fails."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, lookup

from repro_lint.records import Record

# Compiled by `re`, which keeps them, when a file speaks of its coding.
CODING = rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
BLANK = rb"[ \t\f]*(?:#.*)?\Z"
UTF8_NAMES = frozenset({"utf-8", "utf8", "u8", "utf-8-sig"})
HEAD = 4096
LATIN = ("latin-1-", "iso-8859-1-", "iso-latin-1-")
# Decoders that take quadratic time or make other text of plain ASCII.
ODD_CODECS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})


class Refusal(Record):
    """Why bytes are no text, and the line where that shows (0: the whole file)."""

    line: int
    reason: str


def decode(data: bytes, *, python: bool = False) -> str | Refusal:
    r"""The text with \n line ends; a coding line counts in Python only."""
    if not python and data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        return _decode_as(data, "utf-16")
    null = data.find(b"\0")
    if null >= 0:
        return Refusal(line_at(data, null), "holds a null byte")
    coding = _coding(data) if python else "utf-8"
    if isinstance(coding, Refusal):
        return coding
    return _decode_as(data.removeprefix(BOM_UTF8), coding)


def split_encoding(data: bytes, *, python: bool = False) -> tuple[bytes, str] | Refusal:
    """The byte order mark of a text and the encoding of what follows it."""
    if not python and data[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        return data[:2], "utf-16-le" if data[:2] == BOM_UTF16_LE else "utf-16-be"
    coding = _coding(data) if python else "utf-8"
    if isinstance(coding, Refusal):
        return coding
    return (BOM_UTF8 if data.startswith(BOM_UTF8) else b""), coding


def normalise(text: str) -> str:
    r"""The text with each \r\n and lone \r as \n: the line ends that Python knows."""
    if "\r" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def line_at(data: bytes, place: int) -> int:
    """The line, from 1, in which a byte stands."""
    before = data[:place]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def first_lines(data: bytes, count: int) -> list[bytes]:
    """The first lines of a file, without their ends."""
    return re.split(rb"\r\n|\r|\n", data[:HEAD], maxsplit=count)[:count]


def _decode_as(data: bytes, coding: str) -> str | Refusal:
    try:
        text = data.decode(coding)
        if coding != "utf-8":
            text.encode()
    except UnicodeDecodeError as fault:
        return Refusal(line_at(data, fault.start), f"is not {coding} text")
    except (UnicodeError, LookupError):
        return Refusal(0, f"is not {coding} text")
    if "\0" in text:
        return Refusal(normalise(text[: text.index("\0")]).count("\n") + 1, "holds a null byte")
    return normalise(text)


def _coding(data: bytes) -> str | Refusal:
    """The encoding that the first two lines name, as PEP 263 has it; utf-8 by default."""
    if b"coding" not in data[: HEAD + len(BOM_UTF8)]:
        return "utf-8"
    for number, line in enumerate(first_lines(data.removeprefix(BOM_UTF8), 2), 1):
        found = re.match(CODING, line, re.ASCII)
        if found:
            return _known(found[1].decode("ascii"), number, bom=data.startswith(BOM_UTF8))
        if not re.match(BLANK, line, re.DOTALL):
            break
    return "utf-8"


def _known(name: str, line: int, *, bom: bool) -> str | Refusal:
    plain = name.lower().replace("_", "-")
    if plain in UTF8_NAMES or plain.startswith("utf-8-"):
        return "utf-8"
    if bom:
        return Refusal(line, f"names the encoding `{name}` after a byte order mark of utf-8")
    if plain.startswith(LATIN):
        return "iso-8859-1"
    try:
        known = lookup(name).name
        b"a".decode(known)  # refuses codecs that make no text, such as rot13
    except (LookupError, UnicodeError):
        known = ""
    if not known or known.replace("-", "_") in ODD_CODECS:
        return Refusal(line, f"names the unknown encoding `{name}`")
    return known
