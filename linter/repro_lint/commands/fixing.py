"""Fixes what `check` finds, or shows what would change."""

from __future__ import annotations

import difflib
import os

from repro_lint import TYPE_CHECKING
from repro_lint.commands import output
from repro_lint.commands.history import changed_files
from repro_lint.engine import analyse_context
from repro_lint.fixes.rounds import Rounds
from repro_lint.fixes.write import write_over
from repro_lint.repository.text import Refusal, split_encoding
from repro_lint.rules.base import Context

if TYPE_CHECKING:
    from repro_lint.config import Config
    from repro_lint.fixes.rounds import Mended
    from repro_lint.report import Report
    from repro_lint.repository.files import Repository


def mend(repository: Repository, config: Config, *, unsafe: bool) -> Mended:
    """What a repository becomes by its fixes; nothing is written."""

    def judge(changed: Repository) -> tuple[Context, Report]:
        context = Context(changed, config)
        return context, analyse_context(context)

    return Rounds(judge, unsafe=unsafe).mend(repository)


def write(repository: Repository, mended: Mended) -> bool:
    """Write the files that change, and tell what became of each; whether all were written."""
    uncommitted = changed_files(os.path.abspath(repository.root or "."))  # noqa: PTH100
    if mixed := sorted(uncommitted & mended.changes.keys()):
        output.tell(f"not committed before these fixes: {', '.join(mixed)}\n")
    failed = {
        path: reason
        for path, data in sorted(mended.changes.items())
        if (reason := write_over(repository, path, mended.originals[path], data))
    }
    for path, reason in failed.items():
        output.tell(f"not written: {path}: {reason}\n")
    count = len(mended.changes) - len(failed)
    if count:
        output.tell(f"fixed {counted(mended.fixed, 'finding')} in {counted(count, 'file')}\n")
    tell_undone(mended)
    return not failed


def tell_undone(mended: Mended) -> None:
    """Tell which fixes were taken back, and why."""
    for undone in mended.undone:
        place = f"{undone.path}:{undone.line}"
        output.tell(f"left as it was: {place} {undone.rule}: {undone.reason}\n")


def counted(count: int, what: str) -> str:
    """A number of things in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def difference(mended: Mended) -> str:
    """The unified diff of all files that change."""
    parts: list[str] = []
    for path in sorted(mended.changes):
        pair = (mended.originals[path], mended.changes[path])
        old, new = (lines(data, python=path.endswith(".py")) for data in pair)
        for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
            parts.append(line)
            if not line.endswith("\n"):
                parts.append("\n\\ No newline at end of file\n")
    return "".join(parts)


def lines(data: bytes, *, python: bool) -> list[str]:
    """The lines of a file with their ends, as far as they are text."""
    split = split_encoding(data, python=python)
    mark, coding = (b"", "utf-8") if isinstance(split, Refusal) else split
    text = data[len(mark) :].decode(coding, "replace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [
        t for t in [text.split("\n")[-1]] if t
    ]
