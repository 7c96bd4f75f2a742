"""Rules about what a reader needs to start: commands, entry points, tests."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Location, Severity
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
        if _is_package(context):
            return
        if context.program.entries or context.manifests.run_targets:
            return
        yield self.at(
            _ROOT,
            "no script, notebook or command begins a run: no `__main__` guard, no "
            "console command, no documented command",
        )


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
        if manifests.test_commands or _ci_is_hidden(manifests):
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


def _is_package(context: Context) -> bool:
    """Tell whether the repository is made to be installed and imported."""
    repository = context.repository
    metadata = repository.text("pyproject.toml") or ""
    return (
        repository.exists("setup.py")
        or re.search(r"^\[(?:project|tool\.poetry)\]", metadata, re.MULTILINE) is not None
        or re.search(r"^\[metadata\]", repository.text("setup.cfg") or "", re.MULTILINE) is not None
    )


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
    MissingDocument,
    MissingTests,
)
