"""Regular expressions that are compiled when first used: most runs use few of them."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression, as `re.compile` makes it, but for the moment when."""
    return _Pattern(text, flags)  # type: ignore[return-value]


class _Pattern:
    """Stands for a pattern; its methods become attributes when they are asked for."""

    def __init__(self, text: str, flags: int) -> None:
        self._made_of = text, flags

    def __getattr__(self, name: str) -> Any:
        found = vars(self)[name] = getattr(re.compile(*self._made_of), name)
        return found
