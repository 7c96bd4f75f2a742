"""The code of a notebook in the order in which its cells were last run."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Assign, Evaluate, Loop, Mention

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.syntax.index import ModuleIndex, Operation


def executed_body(program: Program, path: str) -> tuple[Operation, ...]:
    """The operations of a notebook by execution count; () where that is their order anyway.

    Cells without a count were never run, or their counts are not kept: then nothing is known.
    """
    notebook = program.repository.notebook(path)
    source = program.repository.source(path)
    if notebook is None or source is None or source.cells is None:
        return ()
    counts = {cell.number: cell.execution_count for cell in notebook.cells}
    index = program.modules[path]
    found = []
    for operation in index.functions[0].body:
        count = counts.get(source.cells.at(line_of(index, operation)).cell)
        if count is None:
            return ()
        found.append((count, operation))
    ordered = sorted(found, key=lambda pair: pair[0])
    return () if ordered == found else tuple([operation for _, operation in ordered])


def line_of(index: ModuleIndex, operation: Operation) -> int:
    """The line of the code where an operation stands."""
    if isinstance(operation, Evaluate):
        return index.calls[operation.call].span.line
    if isinstance(operation, (Assign, Loop, Mention)):
        return operation.span.line
    return operation.line
