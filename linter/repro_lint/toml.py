"""Reads TOML with the standard library, or with tomli where that is too old to have it."""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def parse(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises ValueError where it is not valid TOML, RecursionError where it nests deeply.
    """
    if sys.version_info >= (3, 11):
        import tomllib  # noqa: PLC0415  3 ms that most runs do not need
    else:
        import tomli as tomllib  # noqa: PLC0415
    found: dict[str, Any] = tomllib.loads(text)
    return found
