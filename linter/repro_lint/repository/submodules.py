"""Folders that Git takes from other repositories."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.repository.files import Repository


def submodules(repository: Repository) -> tuple[str, ...]:
    """The folders of the submodules, which are empty until Git fetches them."""
    text = repository.text(".gitmodules") or ""
    found = re.findall(r"^\s*path\s*=\s*(\S+)\s*$", text, re.MULTILINE)
    return tuple(sorted({path.strip("/") for path in found}))
