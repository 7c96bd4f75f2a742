"""What a command names that has to be there: scripts, modules, targets, options, files."""

from __future__ import annotations

import posixpath
import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.installs import read_install
from repro_lint.repository.makefiles import is_script
from repro_lint.repository.shell import run_target, without_wrappers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.shell import Command


class Mention(Record):
    """A word of a command that names something; `kind` is what it names.

    Kinds are script, module, target, option, file and config; `script` is the program
    that an option or a configuration is given to.
    """

    kind: str
    text: str
    command: Command
    script: str = ""


_PLAIN_PATH = pattern(r"(?!/|~)[\w.][\w./+-]*")
_OPTION = pattern(r"(--[A-Za-z][\w-]*)(?:=(.*))?")
_TARGET = pattern(r"[A-Za-z][\w./-]*")
_CONFIG_OPTION = pattern(r"--?(?:[\w-]*(?:config|cfg|conf|recipe|yaml)[\w-]*|c)", re.IGNORECASE)
_CONFIG_FILE = pattern(r"[\w.][\w./+-]*\.(?:ya?ml|json|toml|ini|cfg|gin|jsonnet)")
_PRETENDED = pattern(
    r"(?:^|/)(?:path|your?|my|some|example|foo|bar|xx+|x|file|filename|script|program|name|"
    r"module)(?:[/_.-]|$)|[/_-]your[/_-]|path[/_]to",
    re.IGNORECASE,
)
_SHELLS = frozenset({"bash", "sh", "zsh", "source", ".", "sbatch", "qsub"})
_MAKE_VALUES = frozenset({"-f", "-C", "-I", "-o", "-W", "--file", "--directory", "-j", "-l"})


def mentions(command: Command) -> Iterator[Mention]:
    """Yield what a command names, as far as its words show it."""
    words = without_wrappers(command.words)
    if not words:
        return
    target = run_target(command.words)
    if target:
        yield from _of_program(target, words, command)
    elif words[0] in ("make", "gmake"):
        yield from _targets(words[1:], command)
    elif words[0] in _SHELLS or is_script(words[0]):
        yield from _shell_script(words, command)
    install = read_install(command)
    if install is not None and install.tool == "pip":
        for path in install.files:
            yield from _file("file", path, command)


def is_pretended(text: str) -> bool:
    """Tell whether a name stands for one that the reader chooses: `your_script.py`."""
    return _PRETENDED.search(text) is not None


def _of_program(target: str, words: tuple[str, ...], command: Command) -> Iterator[Mention]:
    is_path = target.endswith((".py", ".ipynb")) or "/" in target
    if not is_path:
        yield Mention("module", target, command)
    elif _PLAIN_PATH.fullmatch(target):
        yield Mention("script", target, command)
    if target not in words:
        return
    rest = words[words.index(target) + 1 :]
    for index, word in enumerate(rest):
        option = _OPTION.fullmatch(word)
        if word in (">", ">>", "2>", "&>", "--", "--args"):
            break
        if option:
            yield Mention("option", option.group(1), command, target)
        value = option.group(2) if option else None
        before = rest[index - 1] if index else ""
        named = option.group(1) if option and value else before
        given = value or ("" if option else word)
        if _CONFIG_OPTION.fullmatch(named) and _CONFIG_FILE.fullmatch(given or ""):
            yield from _file("config", given, command, target)


def _targets(words: tuple[str, ...], command: Command) -> Iterator[Mention]:
    """The targets that `make` is asked for, where it reads the Makefile of its folder."""
    skip = False
    for word in words:
        if word in ("-C", "-f", "--directory", "--file") or word.startswith(("-C", "-f")):
            return
        if not skip and _TARGET.fullmatch(word) and "=" not in word:
            yield Mention("target", word, command)
        skip = word in _MAKE_VALUES


def _shell_script(words: tuple[str, ...], command: Command) -> Iterator[Mention]:
    path = words[0] if is_script(words[0]) else next((w for w in words[1:] if w[:1] != "-"), "")
    if is_script(path):
        yield from _file("file", path, command)


def _file(kind: str, path: str, command: Command, script: str = "") -> Iterator[Mention]:
    if _PLAIN_PATH.fullmatch(path):
        yield Mention(kind, posixpath.normpath(path), command, script)
