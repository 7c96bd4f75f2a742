"""Rules about what a reader needs to start: commands, entry points, valid files, tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from repro_lint.findings import Confidence, Location, Severity
from repro_lint.repository.places import place_of
from repro_lint.rules.base import Rule
from repro_lint.rules.documents import MissingDocument
from repro_lint.rules.readme import MissingReadmeCommands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.manifests import Manifests
    from repro_lint.rules.base import Context

_ROOT = Location(".")


class MissingEntryPoint(Rule):
    """Nothing can be started."""

    code = "STR003"
    name = "missing-entry-point"
    severity = Severity.HIGH
    confidence = Confidence.MEDIUM
    remedy = "add a script or console command that runs the work from start to end"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there are Python modules, all of them read, and no package for others."""
        modules = context.modules
        paths = (*context.repository.python_paths, *context.repository.notebook_paths)
        whole = bool(modules) and all(path in modules for path in paths)
        return whole and not context.manifests.dependencies.library.is_library

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding if no module, notebook or command begins a run."""
        if not self.applies(context) or _is_package(context):
            return
        if context.program.entries or context.manifests.run_targets:
            return
        yield self.at(
            _ROOT,
            "no script, notebook or command begins a run: no `__main__` guard, no "
            "console command, no documented command",
        )


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


class MissingTests(Rule):
    """Nothing notices when a change breaks the program."""

    code = "TST001"
    name = "missing-tests"
    severity = Severity.MEDIUM
    remedy = "add a test that runs the program on a small input, and a workflow that runs it"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Only where there are Python modules; notebooks alone are tested otherwise."""
        return bool(context.repository.python_paths)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding: no tests, or tests that no workflow runs."""
        manifests = context.manifests
        if not self.applies(context) or manifests.test_commands or _ci_is_hidden(manifests):
            return
        if not manifests.test_files:
            if not _ci_runs_program(context):
                yield self.at(_ROOT, "there are no tests")
            return
        folder = manifests.test_files[0]
        if manifests.workflows:
            message = f"no workflow runs the tests, such as `{folder}`"
        else:
            message = f"there are tests, such as `{folder}`, but no workflow that runs them"
        yield self.at(_ROOT, message)


_ASIDE = re.compile(
    r"(^|/)(testdata|test_data|fixtures|templates?|snapshots|bad|invalid)/|"
    r"(^|/)tests?/(.*/)?(data|cases|samples|resources|inputs?|files)/"
)


def _is_package(context: Context) -> bool:
    """Tell whether the repository is made to be installed and imported."""
    repository = context.repository
    metadata = repository.text("pyproject.toml") or ""
    return (
        repository.exists("setup.py")
        or re.search(r"^\[(?:project|tool\.poetry)\]", metadata, re.MULTILINE) is not None
        or re.search(r"^\[metadata\]", repository.text("setup.cfg") or "", re.MULTILINE) is not None
    )


def _is_template(path: str, text: str) -> bool:
    return "{{" in path or re.search(r"\{%[-+ ]|\{\{\s*[\w.|() ]+\}\}", text) is not None


def _is_magic(text: str, line: int) -> bool:
    """Tell whether a line is a magic of IPython: the file is an exported notebook."""
    lines = text.split("\n")
    return 0 < line <= len(lines) and re.match(r"\s*[!%]\s*\w", lines[line - 1]) is not None


_PYTHON_2 = re.compile(
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


def _ci_is_hidden(manifests: Manifests) -> bool:
    """Tell whether a workflow may run tests that its file does not show."""
    return any(workflow.opaque for workflow in manifests.workflows)


def _ci_runs_program(context: Context) -> bool:
    """Tell whether a workflow runs a program of the repository: a test of a kind."""
    return any(
        target.command.origin == "workflow"
        and context.repository.exists(target.target)
        and not target.target.endswith("setup.py")
        for target in context.manifests.run_targets
    )


RULES: tuple[type[Rule], ...] = (
    MissingReadmeCommands,
    MissingEntryPoint,
    UnparsableFile,
    MissingDocument,
    MissingTests,
)
