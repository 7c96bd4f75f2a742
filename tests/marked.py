"""What markers in examples want, compared with what a rule finds; shared by tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.cards import Expected
    from repro_lint.findings import Finding


def place(finding: Finding, wanted: tuple[Expected, ...]) -> tuple[str, int, int, int]:
    """Where a finding is, in the terms in which cards tell it."""
    path, line, *_, cell, cell_line = finding.location
    if not line:
        return ".", 0, 0, 0
    by_cell = any(want.path == path and want.cell for want in wanted)
    return (path, 0, cell, cell_line) if by_cell else (path, line, 0, 0)


def told(finding: Finding, wanted: tuple[Expected, ...]) -> bool:
    """Tell whether an example wants this finding."""
    return any(fits(finding, want, wanted) for want in wanted)


def fits(finding: Finding, want: Expected, wanted: tuple[Expected, ...]) -> bool:
    """Tell whether a finding is the one that a marker wants."""
    return place(finding, wanted) == want[:4] and want.text in finding.message
