"""DET003: deterministic algorithms whose matrix products still need a setting of their own."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.releases import before
from repro_lint.rules.base import Rule
from repro_lint.rules.scaling import STRICT, OpenThreadCount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.rules.base import Context

VARIABLE = "CUBLAS_WORKSPACE_CONFIG"
# From this release on PyTorch chooses the workspace itself.
FREED, SWITCH = "2.10", "1.8"


class MissingWorkspace(Rule):
    """Deterministic algorithms on CUDA without the workspace that cuBLAS needs for them."""

    code = "DET003"
    name = "missing-cublas-workspace"
    severity = Severity.HIGH
    remedy = "set CUBLAS_WORKSPACE_CONFIG=:4096:8 where the program is started"
    whole_repository = True

    def applies(self, context: Context) -> bool:
        """Judge repositories that ask for deterministic algorithms."""
        return any(target == STRICT for target, _ in context.program.callees)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first switch of a project on CUDA where nothing sets the variable."""
        told: set[str] = set()
        for path, place in sorted(OpenThreadCount().switches(context)):
            beside = context.program.companions(path)
            on_cuda = any(map(context.switches.cuda, sorted(beside & context.facts.modules.keys())))
            if path in told or not on_cuda or not needs_workspace(context, path):
                continue
            told.update(beside)
            files = context.program.files_beside(path)
            if any(VARIABLE in (context.repository.text(file) or "") for file in files):
                continue
            call = context.modules[path].calls[place]
            where = context.facts.place_of(path, call.span)
            message = f"the first matrix product on CUDA raises an error: nothing sets `{VARIABLE}`"
            yield self.at(where, message, confidence=Confidence.HIGH)


def needs_workspace(context: Context, path: str) -> bool:
    """Whether the project of a module asks for a PyTorch that does not choose the workspace."""
    dependencies = context.program.dependencies_of(path)
    return before(dependencies, "torch", FREED) and not before(dependencies, "torch", SWITCH)


RULES: tuple[type[Rule], ...] = (MissingWorkspace,)
