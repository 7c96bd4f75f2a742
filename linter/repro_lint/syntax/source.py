"""The text of a module in the one form that both parsers and the builder count in."""

from __future__ import annotations

BYTE_ORDER_MARK = "\ufeff"


def plain(text: str) -> str:
    """The text without byte order mark, each line ended by a line feed."""
    if text.startswith(BYTE_ORDER_MARK):
        text = text[1:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
