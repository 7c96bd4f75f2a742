"""Reads suppression comments: which rules a person silenced where, and why."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from repro_lint.findings import Location
    from repro_lint.repository.files import Repository
    from repro_lint.repository.sources import SourceFile

MARK = "repro-lint:"
COMMENT = pattern(r"(?:^|(?<=\s))#\s*repro-lint:[ \t]*(?P<body>.*)")
BODY = pattern(
    r"(?P<scope>[\w-]*)\s*(?:\[(?P<rules>[^\]]*)(?P<closed>\])?)?\s*(?P<rest>.*)", re.DOTALL
)
RULE = pattern(r"[A-Za-z][A-Za-z0-9-]*\Z")
# Texts that quote such comments rather than make them.
PROSE = (".html", ".ipynb", ".json", ".md", ".rst")


class Suppression(Record):
    """A comment that silences rules: in the line `applies_to`, in the whole file if that is 0.

    `rules` are codes or names as written. A comment that cannot be understood silences
    nothing; `problem` says why.
    """

    path: str
    line: int
    applies_to: int
    rules: tuple[str, ...]
    reason: str
    place: Location
    problem: str = ""

    def covers(self, location: Location) -> bool:
        """Tell whether a finding at a location is meant, whatever its rule."""
        if self.problem or location.path != self.path:
            return False
        return self.applies_to in {0, location.line, location.end_line or location.line}


class Directive(Record):
    """A comment's words."""

    is_for_file: bool
    rules: tuple[str, ...]
    reason: str
    problem: str


class _Comment(Record):
    """A comment: its span, words, the line of code it stands at, and whether code came before."""

    span: tuple[int, int, int, int]
    body: str
    target: int
    is_first_block: bool


def read_suppressions(repository: Repository) -> tuple[Suppression, ...]:
    """All suppressions in the files that were read so far and are judged."""
    judged = {*repository.python_paths, *repository.notebook_paths}
    found: list[Suppression] = []
    for path in repository.read_paths:
        if path in judged or not path.endswith((".py", *PROSE)):
            source = repository.source(path)
            found += suppressions_in(source) if source else ()
    return tuple(sorted(found))


def suppressions_in(source: SourceFile) -> tuple[Suppression, ...]:
    """The suppressions of one file, in order."""
    if MARK not in source.text:
        return ()
    comments = _text_comments if source.kind == "text" else _python_comments
    return tuple(_suppression(source, comment) for comment in comments(source.text))


def read_directive(body: str) -> Directive:
    """Understand what follows `repro-lint:`."""
    found = BODY.fullmatch(body.strip())
    scope, rules, rest = (found["scope"], found["rules"], found["rest"]) if found else ("", "", "")
    names = tuple(name.strip() for name in (rules or "").split(",") if name.strip())
    problem = _problem(scope, names, rest, is_closed=bool(found and found["closed"]))
    reason = rest.removeprefix("--").strip() if rest.startswith("--") else ""
    return Directive(scope == "ignore-file", () if problem else names, reason, problem)


def _problem(scope: str, names: Sequence[str], rest: str, *, is_closed: bool) -> str:
    if scope not in {"ignore", "ignore-file"}:
        return f"`{scope}` is neither `ignore` nor `ignore-file`"
    if not names:
        return f"`{scope}` names no rule, as in `{scope}[RNG001] -- reason`"
    if not is_closed:
        return "the list of rules has no closing `]`"
    odd = next((name for name in names if not RULE.match(name)), None)
    if odd is not None:
        return f"`{odd}` is not the code or name of a rule"
    if rest and not rest.startswith("--"):
        return f"`{rest}` after the rules is not a reason, which starts with `--`"
    return ""


def _suppression(source: SourceFile, comment: _Comment) -> Suppression:
    directive = read_directive(comment.body)
    problem = directive.problem
    if directive.is_for_file and not problem and not comment.is_first_block:
        problem = "`ignore-file` stands below the first line of code"
    place = source.place(comment.span)
    target = source.place((comment.target, 1, comment.target, 1)).line
    return Suppression(
        source.path,
        place.line,
        0 if directive.is_for_file else target,
        () if problem else directive.rules,
        directive.reason,
        place,
        problem,
    )


def _python_comments(text: str) -> Iterator[_Comment]:
    """The comments of Python code, up to where it is none."""
    waiting: list[_Comment] = []
    last_line, is_first_block = 0, True
    for is_comment, word, (line, column), end_line in _tokens(text):
        if is_comment:
            is_own_line = line != last_line
            for found in COMMENT.finditer(word):
                span = (line, column + found.start() + 1, line, column + len(word) + 1)
                comment = _Comment(span, found["body"], line, is_first_block)
                if is_own_line:
                    waiting.append(comment)
                else:
                    yield comment
        else:
            yield from (comment._replace(target=line) for comment in waiting)
            waiting, last_line, is_first_block = [], end_line, False
    yield from waiting


def _tokens(text: str) -> Iterator[tuple[bool, str, tuple[int, int], int]]:
    """Comments and code: which of both, the text, its start and its last line."""
    import tokenize  # noqa: PLC0415
    from io import StringIO  # noqa: PLC0415

    layout = {
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    try:
        for kind, word, start, end, _ in tokenize.generate_tokens(StringIO(text).readline):
            if kind not in layout:
                yield kind == tokenize.COMMENT, word, start, end[0]
    except (tokenize.TokenError, SyntaxError):
        return


def _text_comments(text: str) -> Iterator[_Comment]:
    """The comments of files in which `#` starts one."""
    lines = text.split("\n")
    targets = _targets(lines)
    first_code = next((n for n, line in enumerate(lines, 1) if _is_code(line)), len(lines) + 1)
    for number, line in enumerate(lines, 1):
        found = COMMENT.search(line) if MARK in line else None
        if found is not None:
            span = (number, found.start() + 1, number, len(line.rstrip()) + 1)
            yield _Comment(span, found["body"], targets[number - 1], number < first_code)


def _is_code(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


def _targets(lines: Sequence[str]) -> list[int]:
    """For each line the first line of code from it on; itself where none follows."""
    targets: list[int] = []
    following = 0
    for number in range(len(lines), 0, -1):
        following = number if _is_code(lines[number - 1]) else following
        targets.append(following or number)
    return targets[::-1]
