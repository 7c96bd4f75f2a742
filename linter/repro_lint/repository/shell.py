"""Shell text as simple commands with their lines, and the Python program that each starts.

Reads what READMEs, Makefiles and workflows hold: command lines, not shell programs.
What a variable or a placeholder hides stays unknown.
"""

from __future__ import annotations

import posixpath
import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.files import Repository


class Command(Record):
    """One simple command (no `&&`, no pipe), the line it starts on, and who runs it.

    `folder` is where it runs, relative to the repository, as far as `cd` tells;
    `origin` is readme, document, makefile, script, workflow, container or pipeline.
    """

    words: tuple[str, ...]
    path: str
    line: int
    origin: str
    folder: str = ""

    @property
    def text(self) -> str:
        """The command as one line."""
        return " ".join(self.words)


class RunTarget(Record):
    """A Python file (path from the root where it exists) or a module name, and its command."""

    target: str
    command: Command


class Script(Record):
    """Where a piece of shell text comes from."""

    text: str
    path: str
    line: int
    origin: str
    folder: str = ""


class _Line(Record):
    text: str
    line: int


_LONGEST_COMMAND = 20_000
_QUOTED = pattern(r"[\"'\\;&|()]")
_SEPARATORS = frozenset({"&&", "||", ";", "|", "&", ";;", "(", ")", "|&", "{", "}"})
_PROMPT = pattern(r"^\s*(?:\([\w.-]+\)\s*)?(?:[\w.@~:/-]*[$%]\s+|>\s+|!(?=\w))")
_HEREDOC = pattern(r"<<-?\s*(['\"]?)(\w+)\1")
_ASSIGNMENT = pattern(r"^[A-Za-z_]\w*=")
_KEYWORDS = frozenset({"then", "do", "else", "if", "while", "until", "!", "elif", "time"})


def read_commands(repository: Repository, script: Script) -> Iterator[Command]:
    """Yield the simple commands of a shell text, following `cd` into folders that exist."""
    folder = script.folder
    for line in _logical_lines(script):
        for words in split_words(line.text):
            if words[0] == "cd":
                folder = _changed_folder(repository, folder, words)
                continue
            yield Command(words, script.path, line.line, script.origin, folder)


def split_words(text: str) -> list[tuple[str, ...]]:
    """Split one line at `&&`, `||`, `;` and `|` into words, quotes removed."""
    commands: list[tuple[str, ...]] = []
    words: list[str] = []
    for word in _lex(text):
        if word.startswith("#"):
            break
        if word in _SEPARATORS:
            commands.append(tuple(words))
            words = []
        elif words or word not in _KEYWORDS:
            words.append(word)
    commands.append(tuple(words))
    return [command for command in commands if command]


def without_wrappers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop what stands before the program: assignments, `sudo`, `uv run`, `conda run -n x`."""
    while words:
        first = words[0]
        if _ASSIGNMENT.match(first) or first in _PLAIN_WRAPPERS:
            words = words[1:]
        elif first in _RUNNERS and words[1:2] == ("run",):
            words = _after_options(words[2:])
        else:
            break
    return words


_PLAIN_WRAPPERS = frozenset({"sudo", "time", "nohup", "exec", "env", "xvfb-run", "command"})
_RUNNERS = frozenset(
    {"uv", "poetry", "pdm", "pipenv", "hatch", "rye", "pixi", "conda", "mamba", "micromamba"}
)
_VALUED_OPTIONS = frozenset(
    {"-n", "--name", "-p", "--prefix", "--python", "--extra", "--group", "--with", "-e", "-C"}
)
_INTERPRETER = pattern(
    r"^(?:.*/)?(?:i?python|pypy)[\d.]*(?:\.exe)?$|^\$[({]?\w*python\w*[)}]?$", re.IGNORECASE
)
_LAUNCHERS = frozenset(
    {
        "torchrun", "deepspeed", "horovodrun", "mpirun", "mpiexec", "srun", "composer",
        "kernprof", "papermill", "accelerate", "coverage", "streamlit", "jupyter", "ray",
        "colossalai", "lightning", "fabric", "nohup", "taskset", "numactl", "nice", "docker",
        "slurm_launch", "xvfb-run", "parallel", "debugpy", "viztracer", "py-spy", "nsys", "bash",
        "sbatch", "qsub",
    }
)  # fmt: skip
_LAUNCHER_MODULES = frozenset(
    {
        "torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch",
        "coverage", "cProfile", "profile", "torch.utils.bottleneck", "debugpy", "kernprof",
        "paddle.distributed.launch", "deepspeed.launcher.runner", "pdb", "ipdb", "scalene",
        "torch_xla.distributed.xla_dist", "horovod.run", "streamlit", "papermill",
    }
)  # fmt: skip


def run_target(words: tuple[str, ...]) -> str:
    """The script or module that a command starts, "" where it starts none that we can name."""
    words = without_wrappers(words)
    if not words:
        return ""
    for index, word in enumerate(words):
        if _INTERPRETER.match(word) and (index == 0 or words[0] in _LAUNCHERS):
            return _interpreted(words[index + 1 :])
    if words[0] in _LAUNCHERS:
        return _first_program(words[1:])
    return words[0] if _is_program(words[0]) else ""


def resolve_target(repository: Repository, target: str, command: Command) -> str:
    """A script as its path from the root where it exists, a module name as it is."""
    if not _is_program(target) and "/" not in target:
        return target
    for folder in (command.folder, *_folders_around(command.path)):
        path = posixpath.normpath(posixpath.join(folder, target))
        if repository.exists(path):
            return path
    return posixpath.normpath(target)


def _folders_around(path: str) -> Iterator[str]:
    """The folders from which a command of a file may be run: its own, then those above."""
    while path:
        path = posixpath.dirname(path)
        yield path


def _interpreted(words: tuple[str, ...]) -> str:
    """What `python ...` runs."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "-m" and rest:
            module = rest[0]
            if module in _LAUNCHER_MODULES:
                return _first_program(tuple(rest[1:]))
            return module if re.fullmatch(r"[A-Za-z_][\w.]*", module) else ""
        if word in ("-W", "-X") and rest:
            rest.pop(0)
        elif word == "-c":
            return ""
        elif not word.startswith("-"):
            return word if _is_program(word) else ""
    return ""


def _first_program(words: tuple[str, ...]) -> str:
    for index, word in enumerate(words):
        if word in ("-m", "--module") and index + 1 < len(words):
            module = words[index + 1]
            return module if re.fullmatch(r"[A-Za-z_][\w.]*", module) else ""
        if _is_program(word):
            return word
    return ""


def _is_program(word: str) -> bool:
    return re.fullmatch(r"[\w./~+-]+\.(?:py|ipynb)", word) is not None


def _after_options(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in _VALUED_OPTIONS else words[1:]
    return words


def _changed_folder(repository: Repository, folder: str, words: tuple[str, ...]) -> str:
    """Where `cd` leads; a folder that the repository lacks (its own clone) changes nothing."""
    if len(words) < 2:  # noqa: PLR2004  a bare `cd` goes home
        return folder
    path = posixpath.normpath(posixpath.join(folder, words[1]))
    if path in (".", "..") or path.startswith("../"):
        return ""
    return path if repository.exists(path) else folder


def _logical_lines(script: Script) -> Iterator[_Line]:
    """Join lines that end in a backslash, drop prompts and the bodies of here-documents."""
    lines = script.text.split("\n")
    index = 0
    while index < len(lines):
        start = index
        text = lines[index].rstrip()
        while text.endswith("\\") and index + 1 < len(lines):
            index += 1
            text = text[:-1] + " " + re.sub(r"^\s*>\s", "", lines[index]).strip()
        index += 1
        heredoc = _HEREDOC.search(text)
        if heredoc:
            index = _after_heredoc(lines, index, heredoc.group(2))
        text = _PROMPT.sub("", text).strip() if len(text) <= _LONGEST_COMMAND else ""
        if text and not text.startswith(("#", ">>>")):
            yield _Line(text, script.line + start)


def _after_heredoc(lines: list[str], index: int, word: str) -> int:
    for ahead in range(index, len(lines)):
        if lines[ahead].strip() == word:
            return ahead + 1
    return index


def _lex(text: str) -> list[str]:
    if not _QUOTED.search(text):
        return text.split()
    import shlex  # noqa: PLC0415

    text = re.sub(r"\$\((\w+)\)", r"${\1}", text)
    text = re.sub(r"\$\([^()]*\)", "$SUBSTITUTION", text)
    lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()")
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # an open quote: prose, or a command that continues elsewhere
        return text.split()
