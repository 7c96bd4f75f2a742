"""Reads the tables that are small enough to stay TOML."""

from __future__ import annotations

import os

from repro_lint import TYPE_CHECKING
from repro_lint.toml import parse

if TYPE_CHECKING:
    from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """One table of this folder; `pathlib` would cost 3 ms of start-up."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.toml")  # noqa: PTH118, PTH120
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return parse(file.read())
