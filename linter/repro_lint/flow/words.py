"""Where a word stands in the code of a module: not in comments, not in documentation."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern

if TYPE_CHECKING:
    from repro_lint.syntax.index import Span

PROSE = pattern(r'("""|\'\'\').*?\1|(^|(?<=\s))#[^\n]*', re.DOTALL | re.MULTILINE)


@cache
def written(word: str) -> re.Pattern[str]:
    """Matches a word that means something of the program's own, not the seeder of a library."""
    return re.compile(rf"(?<![\w-]){re.escape(word)}\b(?!\s*\()|(?<![\w.-]){re.escape(word)}\b")


def occurrences(code: str, word: str) -> int:
    """How often a word stands in code as a name of its own, attribute or key."""
    if word not in code or not written(word).search(code):
        return 0
    return sum(1 for _ in written(word).finditer(PROSE.sub("", code)))


def text_of(code: str, span: Span) -> str:
    """The text of the lines of a span."""
    return "\n".join(code.split("\n")[span.line - 1 : span.end_line])
