"""Patterns of .gitignore files: which entries of a folder stay out of sight."""

from __future__ import annotations

import re
import warnings
from itertools import count

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Patterns of these characters are read here, because nearly all are and the import of
# pathspec costs more than the discovery of a thousand files. It reads all others.
PLAIN = pattern(r"!?(?:[\w.$~+=,@# /*?-]|\[\w+\]|\\[^\s\w])+\Z", re.ASCII)
# A name below any folder is what a bare name means anyway.
ANYWHERE = pattern(r"\A(!?)\*\*/([^/*]+/?)\Z")
PIECE = pattern(r"\[\w+\]|\\.|.")
NUMBERS = count()


class Pattern(Record):
    """One line as a regular expression; `by_name` if it looks at the last part of a path only."""

    include: bool
    by_name: bool
    regex: str


class Patterns:
    """The patterns of one folder; of those that match, the last decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Compile neighbours of one kind into one expression, the last first."""
        runs: list[list[Pattern]] = []
        for made in (read for line in lines if (read := read_line(line))):
            if runs and runs[-1][0][:2] == made[:2]:
                runs[-1].append(made)
            else:
                runs.append([made])
        self._runs = [
            (run[0].include, run[0].by_name, _compiled("|".join(p.regex for p in run)))
            for run in reversed(runs)
        ]

    def verdict(self, path: str, name: str) -> bool | None:
        """True: ignored, False: wanted after all, None: no pattern matches.

        `path` is relative to the folder of the patterns, `name` its last part; both
        end with a slash where they name a folder.
        """
        for include, by_name, regex in self._runs:
            if regex.match(name if by_name else path):
                return include
        return None


def read_line(line: str) -> Pattern | None:
    """The pattern of a line, None for blank lines, comments and what makes no sense."""
    line = ANYWHERE.sub(r"\1\2", line.rstrip("\r\n"))
    if not line.strip() or line.startswith("#"):
        return None
    if "**" in line or not PLAIN.match(line):
        return _read_with_pathspec(line)
    include, body = not line.startswith("!"), line.rstrip(" ").removeprefix("!")
    end = "/" if body.endswith("/") else "/?"
    body = body.removesuffix("/")
    by_name = "/" not in body
    body = body.removeprefix("/")
    if not body or "//" in body or body.endswith("/"):
        return None
    inner = "/".join(map(_expression, body.split("/")))
    return Pattern(include, by_name, f"(?:{inner}{end}\\Z)")


def _expression(part: str) -> str:
    """The expression for one part of a path, which is never empty."""
    if part == "*":
        return "[^/]+"
    first, *others = _between_stars(part)
    if not others:
        return first
    *middle, last = others
    return first + "".join(map(_first_place, middle)) + f"[^/]*{last}"


def _between_stars(part: str) -> list[str]:
    """Expressions for the texts before, between and after the stars."""
    texts = [""]
    for piece in PIECE.findall(part):
        if piece == "*":
            texts.append("")
        elif piece == "?":
            texts[-1] += "[^/]"
        else:
            texts[-1] += piece if len(piece) > 1 else re.escape(piece)
    return texts


def _first_place(text: str) -> str:
    """Goes to the first place of a text, for good: to try others could take for ever."""
    name = f"text{next(NUMBERS)}"
    return f"(?=(?P<{name}>[^/]*?{text}))(?P={name})"


def _read_with_pathspec(line: str) -> Pattern | None:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    except (ValueError, re.error):
        return None
    if pattern.include is None or pattern.regex is None:
        return None
    expression = pattern.regex.pattern
    text = expression if isinstance(expression, str) else expression.decode("latin-1")
    return Pattern(pattern.include, by_name=False, regex=f"(?:{text.replace('?P<ps_d>', '?:')})")


def _compiled(expression: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # Python warns of `[[`, which in a pattern is two plain characters.
        warnings.simplefilter("ignore")
        return re.compile(expression, re.DOTALL)


def ignored(chain: Sequence[tuple[int, Patterns]], path: str, name: str) -> bool:
    """Tell whether the patterns of the folders above a path ignore it, the nearest first.

    Each link of the chain is the length of its folder's path and the patterns there.
    """
    for start, patterns in reversed(chain):
        verdict = patterns.verdict(path[start:], name)
        if verdict is not None:
            return verdict
    return False
