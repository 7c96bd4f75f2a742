"""Adopt repro-lint: configuration, a baseline of today's findings, and a pre-commit hook."""

from __future__ import annotations

import os
import sys

from repro_lint import TYPE_CHECKING
from repro_lint import config as configuration
from repro_lint.commands import baseline, output
from repro_lint.errors import ExitCode, UserError
from repro_lint.records import Record
from repro_lint.repository.shown import shown

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from repro_lint.report import Report

SETTINGS, BASELINE, HOOKS = (
    "repro-lint.toml",
    ".repro-lint-baseline.json",
    ".pre-commit-config.yaml",
)
CONFIGURATION = f"""\
# `repro-lint check --help` lists the options.
baseline = "{BASELINE}"
"""
HOOK = """\
  - repo: local
    hooks:
      - id: repro-lint
        name: repro-lint
        entry: repro-lint
        language: system
        pass_filenames: false
        always_run: true
"""
BADGE = "![reproducibility](badge.svg)"


class Draft(Record):
    """A file to make, and what is in it."""

    path: str
    text: str


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="folder (default: .)")
    parser.add_argument("--yes", action="store_true", help="write without asking, for scripts")


def run(arguments: Namespace) -> ExitCode:
    """Show what will be written, ask, and write it; no file is ever written over."""
    from repro_lint.engine import analyse  # noqa: PLC0415
    from repro_lint.repository.files import Repository  # noqa: PLC0415

    root = arguments.path
    config = configuration.load(root, {})
    repository = Repository.from_folder(root, max_bytes=config.max_file_bytes)
    report = analyse(repository, config)
    drafts = planned(root, report)
    output.write(f"{len(report.shown)} findings today\n")
    for draft in drafts:
        size = draft.text.count("\n")
        output.write(f"\nwill write {draft.path} ({size} lines)\n{preview(draft)}")
    output.write(left_to_do(root))
    if not drafts:
        output.write("\nnothing to write\n")
        return ExitCode.CLEAN
    if not arguments.yes and not agreed():
        output.write("\nwrote nothing; `--yes` writes without asking\n")
        return ExitCode.CLEAN
    for draft in drafts:
        write_new(root, draft)
    output.write("\nwrote " + ", ".join(draft.path for draft in drafts) + "\n")
    return ExitCode.CLEAN


def planned(root: str, report: Report) -> list[Draft]:
    """The files that are missing."""
    drafts = []
    if not configuration.find(root):
        drafts.append(Draft(SETTINGS, CONFIGURATION))
        if not exists(root, BASELINE):
            drafts.append(Draft(BASELINE, baseline.text_of(report)))
    if not exists(root, HOOKS):
        drafts.append(Draft(HOOKS, f"repos:\n{HOOK}"))
    return drafts


def exists(root: str, name: str) -> bool:
    """Whether something of that name is there, a broken link included."""
    return os.path.lexists(os.path.join(root, name))  # noqa: PTH118


def preview(draft: Draft) -> str:
    """What is in a file, a baseline only by its size."""
    if draft.path == BASELINE:
        return ""
    return "".join(f"    {line}\n" for line in draft.text.splitlines())


def left_to_do(root: str) -> str:
    """What only a person can add to files that are there."""
    steps = []
    if found := configuration.find(root):
        name = shown(os.path.basename(found))  # noqa: PTH119
        steps.append(f"`{name}` has settings: `repro-lint --write-baseline {BASELINE}` and\n")
        steps.append(f'  baseline = "{BASELINE}" there hide the findings of today\n')
    if exists(root, HOOKS):
        steps.append(f"add to {HOOKS} under `repos:`\n{HOOK}")
    steps.append(f"for the README: `repro-lint badge -o badge.svg` and\n    {BADGE}\n")
    return "\n" + "".join(steps)


def agreed() -> bool:
    """Whether a person at the terminal says yes."""
    if not output.is_terminal(sys.stdin) or not output.is_terminal(sys.stdout):
        return False
    output.write("\nwrite these files? [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def write_new(root: str, draft: Draft) -> None:
    """Make a file; one that appeared in the meantime stays."""
    path = os.path.join(root, draft.path)  # noqa: PTH118
    try:
        with open(path, "x", encoding="utf-8") as file:  # noqa: PTH123
            file.write(draft.text)
    except OSError as problem:
        reason = (problem.strerror or "unknown reason").lower()
        message = f"cannot write `{shown(path)}`: {reason}"
        raise UserError(message, "what was written before it stays") from problem
