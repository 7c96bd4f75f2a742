"""STR006: files that no Python runs."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity
from repro_lint.patterns import pattern
from repro_lint.repository.places import place_of
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.rules.base import Context


class UnparsableFile(Rule):
    """A file that no Python runs."""

    code = "STR006"
    name = "unparsable-file"
    severity = Severity.HIGH
    remedy = "make the file valid Python 3, or remove it"

    def applies(self, context: Context) -> bool:
        """Only where there are Python files."""
        return bool(context.repository.python_paths)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield each Python file that does not parse; a template is none."""
        modules = context.modules
        notes = {note.path: note for note in context.repository.not_analysed}
        for path in context.repository.python_paths:
            note = None if path in modules else notes.get(path)
            text = context.repository.text(path)
            if not text or note is None or not note.reason.startswith("does not parse"):
                continue
            if _is_template(path, text) or _ASIDE.search(path) or _is_magic(text, note.line):
                continue
            old = _python_2_line(text)
            message = "is Python 2, which nothing runs today" if old else "is not valid Python"
            where = place_of(context.repository, path, old or note.line)
            yield self.at(where, f"`{path}` {message}")


_ASIDE = pattern(
    r"(^|/)(testdata|test_data|fixtures|templates?|snapshots|bad|invalid)/|"
    r"(^|/)tests?/(.*/)?(data|cases|samples|resources|inputs?|files)/"
)


def _is_template(path: str, text: str) -> bool:
    return "{{" in path or re.search(r"\{%[-+ ]|\{\{\s*[\w.|() ]+\}\}", text) is not None


def _is_magic(text: str, line: int) -> bool:
    """Tell whether a line is a magic of IPython: the file is an exported notebook."""
    lines = text.split("\n")
    return 0 < line <= len(lines) and re.match(r"\s*[!%]\s*\w", lines[line - 1]) is not None


_PYTHON_2 = pattern(
    r"""
    ^[ \t]*print[ \t]+(?:["'\w%]|>>)        # print "text"
    | ^[ \t]*print[ \t]*$
    | ^[ \t]*except[ \t]+[\w.()]+,[ \t]*\w+[ \t]*:
    | ^[ \t]*exec[ \t]+["'\w]
    | ^[ \t]*raise[ \t]+[\w.]+,[ \t]*\S
    | \bur["']
    | [\w)][ \t]*<>[ \t]*[\w("']
    | (?<![\w."'])0[0-7]{2,}\b(?![."'])      # 0755
    """,
    re.MULTILINE | re.VERBOSE,
)


def _python_2_line(text: str) -> int:
    match = _PYTHON_2.search(text)
    return text.count("\n", 0, match.start()) + 1 if match else 0


RULES: tuple[type[Rule], ...] = (UnparsableFile,)
