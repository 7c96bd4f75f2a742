"""Regular expressions that are compiled when first used: most runs use few of them."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def pattern(text: str, flags: int = 0, *, kept: bool = False) -> re.Pattern[str]:
    """A regular expression, as `re.compile` makes it, but for the moment when.

    Where few texts are asked about again and again, answers are `kept`.
    """
    return _Pattern(text, flags, kept=kept)  # type: ignore[return-value]


class _Pattern:
    """Stands for a pattern; its methods become attributes when they are asked for."""

    def __init__(self, text: str, flags: int, *, kept: bool) -> None:
        self._made_of = text, flags
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._made_of), name)
        found = vars(self)[name] = cache(found) if self._kept else found
        return found
