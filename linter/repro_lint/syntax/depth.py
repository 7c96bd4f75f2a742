"""Tells, without parsing, whether a text nests so deeply that libcst would crash."""

from __future__ import annotations

import re
from itertools import accumulate

MAX_BRACKETS = 150
MAX_TOKENS = 1000
MAX_ELIFS = 2000

TOKEN = re.compile(
    r"""
    (?P<blank> [ \t\f]+ | \\\n | \#[^\n]* )
  | (?P<text> \"{3} (?: [^"\\] | \\. | "(?!"") )* \"{3}
            | '{3} (?: [^'\\] | \\. | '(?!'') )* '{3}
            | " (?: [^"\\\n] | \\. )* "
            | ' (?: [^'\\\n] | \\. )* ' )
  | (?P<open> [(\[{] )
  | (?P<close> [)\]}] )
  | (?P<comma> [,;] )
  | (?P<line> \n )
  | (?P<word> \w+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
BRACKET = re.compile(r"([(\[{])|[)\]}]")
ELIF = re.compile(r"^[ \t\f]*elif\b", re.MULTILINE)


def nests_too_deeply(text: str) -> int:
    """The line where the nesting gets too deep, 0 if it stays within bounds.

    libcst overflows the stack of the process on deep nesting, and its time grows with
    the square of the length of a chain, so both are bounded beforehand: brackets within
    brackets, the tokens between two separators, and alternatives of an `if`.
    """
    if sum(1 for _ in ELIF.finditer(text)) > MAX_ELIFS:
        return 1
    lengths = [0]
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "blank":
            continue
        if kind == "open":
            lengths.append(0)
        elif kind == "comma" or (kind == "line" and len(lengths) == 1):
            lengths[-1] = 0
        else:
            if kind == "close" and len(lengths) > 1:
                lengths.pop()
            lengths[-1] += kind != "line"
        inside = brackets_inside(token.group()) if kind == "text" else 0
        if lengths[-1] > MAX_TOKENS or len(lengths) - 1 + inside > MAX_BRACKETS:
            return 1 + text.count("\n", 0, token.start())
    return 0


def brackets_inside(text: str) -> int:
    """The deepest nesting of brackets in a text, which may be an f-string."""
    steps = [1 if found.group(1) else -1 for found in BRACKET.finditer(text)]
    return max(accumulate(steps, lambda depth, step: max(0, depth + step)), default=0)
