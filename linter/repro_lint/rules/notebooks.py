"""Rules about what a stored notebook shows of its own run."""

from __future__ import annotations

from itertools import pairwise

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Location, Severity
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.repository.notebooks import Cell, Notebook
    from repro_lint.rules.base import Context

_TESTS = pattern(r"(^|/)tests?/")
RAISES = frozenset({"raises-exception", "raises", "skip-execution", "nbval-raises-exception"})


class NotebookOutOfOrder(Rule):
    """The stored results come from another order than the reader's."""

    code = "NBK001"
    name = "notebook-out-of-order"
    severity = Severity.MEDIUM
    remedy = "restart the kernel, run all cells, and save"

    def applies(self, context: Context) -> bool:
        """Only where a notebook stores how it was run."""
        return any(_run_cells(notebook) for notebook in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield one finding per notebook: the first step back, else the first gap.

        A gap where a cell was not run is told once, by `notebook-with-error`.
        """
        for notebook in notebooks(context):
            cells = _run_cells(notebook)
            back = [(a, b) for a, b in pairwise(cells) if _count(b) <= _count(a)]
            if back:
                yield self._step_back(notebook, back)
            elif cells and _count(cells[-1]) > len(cells) + len(_skipped(notebook)):
                yield self._gap(notebook, cells)

    def _step_back(self, notebook: Notebook, back: list[tuple[Cell, Cell]]) -> Finding:
        before, cell = back[0]
        times = f" ({len(back)} such steps back)" if len(back) > 1 else ""
        return self.at(
            first_line(notebook, cell),
            f"cell {cell.number} was run as [{cell.execution_count}], cell {before.number} above "
            f"it as [{before.execution_count}]{times}",
        )

    def _gap(self, notebook: Notebook, cells: tuple[Cell, ...]) -> Finding:
        missing = _count(cells[-1]) - len(cells)
        expected = next(
            (cell, number) for number, cell in enumerate(cells, 1) if _count(cell) != number
        )
        cell, number = expected
        runs = "run" if missing == 1 else "runs"
        return self.at(
            first_line(notebook, cell),
            f"cell {cell.number} was run as [{cell.execution_count}] where a fresh run counts "
            f"[{number}]: {missing} {runs} left no trace in the notebook",
            severity=Severity.LOW,
        )


class NotebookWithError(Rule):
    """The stored run failed, or left cells out."""

    code = "NBK003"
    name = "notebook-with-error"
    severity = Severity.MEDIUM
    remedy = "mend the failing cell, then restart the kernel and run all cells"

    def applies(self, context: Context) -> bool:
        """Only where a notebook stores how it was run."""
        return any(_run_cells(notebook) for notebook in notebooks(context))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield the first failing cell of each notebook, else the first one left out."""
        for notebook in notebooks(context):
            failed = [c for c in notebook.cells if c.has_error_output and not RAISES & {*c.tags}]
            skipped = _skipped(notebook)
            if failed:
                more = f", as do {len(failed) - 1} more" if len(failed) > 1 else ""
                cell = failed[0]
                yield self.at(
                    first_line(notebook, cell), f"cell {cell.number} stores an exception{more}"
                )
            elif skipped:
                more = f", nor were {len(skipped) - 1} more" if len(skipped) > 1 else ""
                cell = skipped[0]
                yield self.at(
                    first_line(notebook, cell),
                    f"cell {cell.number} was not run, though cells below it were{more}",
                    severity=Severity.LOW,
                )


def notebooks(context: Context) -> Iterator[Notebook]:
    """The notebooks that are judged: those of tests are made to be strange."""
    for path in context.repository.notebook_paths:
        notebook = None if _TESTS.search(path) else context.repository.notebook(path)
        if notebook is not None:
            yield notebook


def _run_cells(notebook: Notebook) -> tuple[Cell, ...]:
    """The cells that store a count; none where outputs were stripped before the commit."""
    return tuple(cell for cell in notebook.cells if cell.kind == "code" and cell.execution_count)


def _skipped(notebook: Notebook) -> list[Cell]:
    """The cells with code that were not run and stand above one that was."""
    run = _run_cells(notebook)
    if not run:
        return []
    return [
        cell
        for cell in notebook.cells
        if cell.kind == "code"
        and cell.number < run[-1].number
        and cell.execution_count is None
        and not cell.has_outputs
        and _has_code(cell)
        and not RAISES & {*cell.tags}
    ]


def _has_code(cell: Cell) -> bool:
    """Tell whether a cell holds more than comments, shell lines and magics."""
    lines = (line.strip() for line in cell.lines)
    return any(line and not line.startswith(("#", "%", "!")) for line in lines)


def _count(cell: Cell) -> int:
    return cell.execution_count or 0


def first_line(notebook: Notebook, cell: Cell) -> Location:
    """The first line of a cell that says something."""
    for number, line in enumerate(cell.lines, 1):
        if line.strip():
            start = len(line) - len(line.lstrip()) + 1
            end = len(line.rstrip()) + 1
            row = cell.line + number - 1
            return Location(notebook.path, row, start, row, end, cell.number, number)
    return Location(notebook.path, cell.line, 0, cell.line, 0, cell.number, 1)


RULES: tuple[type[Rule], ...] = (NotebookOutOfOrder, NotebookWithError)
