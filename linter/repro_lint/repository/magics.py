"""Turns the code of a notebook cell into Python: magics and shell commands blanked in place."""

from __future__ import annotations

import re
import warnings
from _ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTEBOOK_FLAGS = PyCF_ONLY_AST | PyCF_ALLOW_TOP_LEVEL_AWAIT

# Cell magics that run the rest of the cell as Python in the notebook's own process.
PYTHON_CELLS = frozenset(
    ["capture", "debug", "memit", "prun", "px", "pyspark", "scalene", "time", "timeit", "wandb"]
)
SHELL_CELLS = frozenset(["!", "bash", "sh", "sx", "system", "script bash", "script sh"])
OTHER_CELLS = frozenset(
    [
        "HTML",
        "R",
        "SVG",
        "bigquery",
        "cmd",
        "cython",
        "file",
        "fs",
        "html",
        "javascript",
        "js",
        "julia",
        "latex",
        "markdown",
        "md",
        "perl",
        "pypy",
        "python",
        "python2",
        "python3",
        "r",
        "ruby",
        "scala",
        "script",
        "sql",
        "svg",
        "typescript",
        "writefile",
    ]
)
# Databricks writes these with one `%` for the whole cell.
SINGLE_SIGN_CELLS = frozenset(["fs", "md", "r", "scala", "sh", "sql"])
# Line magics whose argument is Python that runs, and their options that take a value.
TIMED = frozenset(["%memit", "%prun", "%time", "%timeit"])
VALUED = frozenset(["-T", "-l", "-n", "-p", "-r", "-s", "-t"])
WORD = pattern(r"\S+\s*")
# No command is longer; data that somebody pasted may be.
LONGEST = 10_000
ASSIGNED = pattern(r"(\s*[^\W\d][\w.,\s\[\]]*=\s*)([!%])(?=\S)(.*)", re.DOTALL)
HELP = pattern(r"\s*(?:\?{1,2}\s*\S.*|%{0,2}[^\W\d][\w.*\[\]-]*\?{1,2}\s*;?\s*(?:#.*)?)\Z")
COMMAND = pattern(r"(\s*)(!{1,2}|%{1,2})(.*)", re.DOTALL)
# Magics that people write without their sign; followed by a word they are never Python.
BARE = pattern(r"(\s*)((?:pip3?|conda|mamba|cd|ls|mkdir|rm|cp|mv|cat)[ \t]+[-\w./~].*)", re.DOTALL)
TOKEN = pattern(
    r"(?P<triple>\"{3}|'{3})|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
    r"|(?P<comment>\#)|(?P<open>[(\[{])|(?P<close>[)\]}])"
)


class Command(Record):
    """A shell command or magic of a cell.

    `kind` is `shell`, `magic` or `cell magic`; `text` has no sign and its continued
    lines joined; `line` counts the lines of the cell, from 1.
    """

    kind: str
    text: str
    line: int

    @property
    def name(self) -> str:
        """The first word: the program or the magic."""
        return self.text.split(None, 1)[0] if self.text.strip() else ""


class CellCode(Record):
    """A cell as Python, line by line as in the cell, and what was taken out.

    `fault` is the line that does not parse, 0 if all does; then there is no code.
    `is_python` is False for a cell in another language, `is_known` if we know which.
    `indent` is the number of columns that were cut off in front of all lines.
    """

    lines: tuple[str, ...]
    commands: tuple[Command, ...]
    is_python: bool = True
    is_known: bool = True
    fault: int = 0
    indent: int = 0


def read_cell(lines: Sequence[str]) -> CellCode:
    """Read the code of a cell of a Python notebook."""
    fault = fault_line(lines)
    if not fault:
        return CellCode(tuple(lines), ())
    lines, indent = _dedented(lines)
    body, commands = _cell_magics(lines)
    if body is None:
        is_known = any(command.name in SHELL_CELLS | OTHER_CELLS for command in commands)
        return CellCode((), tuple(commands), is_python=False, is_known=is_known)
    code, more = _blank_commands(body)
    commands += more
    fault = fault_line(code)
    if fault and commands and commands[0].name in SINGLE_SIGN_CELLS:
        return CellCode((), tuple(commands[:1]), is_python=False)
    if fault:
        return CellCode((), tuple(commands), fault=fault)
    return CellCode(tuple(code), tuple(commands), indent=indent)


def _dedented(lines: Sequence[str]) -> tuple[Sequence[str], int]:
    """The lines without the indent of the first one, as IPython runs them."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    if not indent:
        return lines, 0
    return [line.removeprefix(indent) for line in lines], len(indent)


def fault_line(lines: Sequence[str]) -> int:
    """The first line that is not Python, 0 if all is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile("\n".join(lines) + "\n", "cell", "exec", NOTEBOOK_FLAGS, dont_inherit=True)
        except SyntaxError as fault:
            return min(max(fault.lineno or 1, 1), max(len(lines), 1))
        except (ValueError, RecursionError, MemoryError, OverflowError):
            return 1
    return 0


def _cell_magics(lines: Sequence[str]) -> tuple[list[str] | None, list[Command]]:
    """The lines without the magics of the whole cell; None if it is in another language."""
    body, commands = list(lines), []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if not line.startswith("%%"):
            break
        text = line[2:].strip()
        if HELP.match(line) or not text:
            break
        commands.append(Command("cell magic", text, number))
        name = text.split(None, 1)[0]
        if name in SHELL_CELLS or " ".join(text.split()[:2]) in SHELL_CELLS:
            return None, commands + _shell_lines(lines[number:], number + 1)
        if name not in PYTHON_CELLS:
            return None, commands
        body[number - 1] = ""
    return body, commands


def _shell_lines(lines: Sequence[str], first: int) -> list[Command]:
    commands, place = [], 0
    while place < len(lines):
        text, after = _joined(lines, place)
        if text.strip() and not text.lstrip().startswith("#"):
            commands.append(Command("shell", text.strip(), first + place))
        place = after
    return commands


def _joined(lines: Sequence[str], place: int) -> tuple[str, int]:
    """A line with those that its backslash continues, and the place after them."""
    parts = [lines[place]]
    while parts[-1].endswith("\\") and place + 1 < len(lines):
        place += 1
        parts[-1] = parts[-1][:-1].rstrip()
        parts.append(lines[place].strip())
    return " ".join(parts), place + 1


def _blank_commands(lines: Sequence[str]) -> tuple[list[str], list[Command]]:
    """The lines with all magics replaced, and these; columns of what remains do not move."""
    code: list[str] = []
    commands: list[Command] = []
    state = _State()
    while len(code) < len(lines):
        place = len(code)
        found = None
        if not state.is_inside:
            text, after = _joined(lines, place)
            found = _replaced(lines[place], text) if len(text) <= LONGEST else None
        if found is None:
            state.feed(lines[place])
            code.append(lines[place])
            continue
        line, kind, command = found
        code += [line, *[""] * (after - place - 1)]
        if kind:
            commands.append(Command(kind, command, place + 1))
    return code, commands


def _replaced(line: str, whole: str) -> tuple[str, str, str] | None:
    """The Python in place of a line, and the kind and text of the command it was."""
    if HELP.match(whole):
        return _stand_in(line), "", ""
    if found := COMMAND.fullmatch(whole):
        sign, text = found[2], found[3].strip()
        if sign[0] == "!":
            return _stand_in(line), "shell", text
        return _timed(line) or _stand_in(line), "magic", text
    if found := ASSIGNED.fullmatch(whole):
        kind = "shell" if found[2] == "!" else "magic"
        head = line[: found.end(1)]
        return f"{head}None".ljust(len(line)), kind, found[3].strip().removeprefix("!")
    if (found := BARE.fullmatch(whole)) and fault_line([whole.strip()]):
        return _stand_in(line), "magic", found[2].strip()
    return None


def _stand_in(line: str) -> str:
    """Nothing, or a statement that does nothing where a block may need one."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass".ljust(len(line)) if indent else ""


def _timed(line: str) -> str | None:
    """The statement that a timing magic runs, where it stands."""
    indent = len(line) - len(line.lstrip())
    words = [(found.start(), found[0].strip()) for found in WORD.finditer(line, indent)]
    if words[0][1] not in TIMED:
        return None
    place = 1
    while place < len(words) and words[place][1].startswith("-"):
        place += 2 if words[place][1] in VALUED and _is_value(words, place + 1) else 1
    if place >= len(words):
        return None
    start = words[place][0]
    statement = line[start:]
    if fault_line([f"pass; {statement}"]):
        return None
    return f"{line[:indent]}pass".ljust(start - 2) + "; " + statement


def _is_value(words: Sequence[tuple[int, str]], place: int) -> bool:
    return place + 1 < len(words) and words[place][1].isalnum()


class _State:
    """Whether a line starts inside of brackets, a long string or a continued statement."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""
        self._continued = False

    @property
    def is_inside(self) -> bool:
        return bool(self._depth or self._quote or self._continued)

    def feed(self, line: str) -> None:
        """Go over one line."""
        place, is_comment = 0, False
        while not is_comment:
            if self._quote:
                place = self._after_quote(line, place)
                if self._quote:
                    break
            token = TOKEN.search(line, place)
            if token is None:
                break
            place = token.end()
            is_comment = bool(token["comment"])
            self._quote = token["triple"] or ""
            self._depth += bool(token["open"])
            self._depth -= bool(token["close"] and self._depth)
        self._continued = line.endswith("\\") and not is_comment and not self._quote

    def _after_quote(self, line: str, place: int) -> int:
        while place < len(line):
            if line[place] == "\\":
                place += 2
            elif line.startswith(self._quote, place):
                place += len(self._quote)
                self._quote = ""
                return place
            else:
                place += 1
        return place
