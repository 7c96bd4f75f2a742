"""Makefiles, justfiles and shell scripts as records of what they run."""

from __future__ import annotations

import posixpath
import re

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.shell import Command, Script, read_commands
from repro_lint.repository.small_text import small_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.repository.files import Repository


class Target(Record):
    """A target of a Makefile, or a recipe of a justfile."""

    path: str
    name: str
    needs: tuple[str, ...]
    commands: tuple[Command, ...]
    line: int


_RULE = pattern(r"^([^\s:=#][^:=#]*?)\s*(?:::?)(?!=)\s*([^=#]*?)(?:[;#].*)?$")
_MAKE_NAMES = frozenset({"Makefile", "makefile", "GNUmakefile"})
_JUST_NAMES = frozenset({"justfile", "Justfile", ".justfile"})


def is_makefile(path: str) -> bool:
    """Tell whether a path names a Makefile or justfile."""
    name = posixpath.basename(path)
    return name in _MAKE_NAMES or name in _JUST_NAMES or name.endswith(".mk")


def is_script(path: str) -> bool:
    """Tell whether a path names a shell script."""
    return path.endswith((".sh", ".bash", ".sbatch", ".slurm"))


def read_targets(repository: Repository, path: str) -> Iterator[Target]:
    """Yield the targets of a Makefile or justfile."""
    lines = (small_text(repository, path) or "").split("\n")
    for index, line in enumerate(lines):
        match = None if line.startswith((".", "\t", " ")) else _RULE.match(line)
        if match:
            commands = tuple(_recipe(repository, path, lines, index + 1))
            needs = tuple(match.group(2).split())
            for name in match.group(1).split():
                yield Target(path, name.lstrip("@"), needs, commands, index + 1)


def read_script(repository: Repository, path: str) -> tuple[Command, ...]:
    """The commands of a shell script; they run from the root or from the script's folder."""
    script = Script(small_text(repository, path) or "", path, 1, "script")
    return tuple(read_commands(repository, script))


def _recipe(repository: Repository, path: str, lines: list[str], index: int) -> Iterator[Command]:
    body: list[str] = []
    for place in range(index, len(lines)):
        line = lines[place]
        if line.strip() and not line.startswith(("\t", "  ")):
            break
        continued = bool(body) and body[-1].endswith("\\")
        body.append((line if continued else re.sub(r"^\s*[@+-]+", "", line)).strip())
    script = Script("\n".join(body), path, index + 1, "makefile", posixpath.dirname(path))
    yield from read_commands(repository, script)
