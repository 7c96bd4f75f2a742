"""Two runs side by side: each metric, each weight, equal or not, to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from ..runs import Run
from .checkpoint import first_difference


@dataclass(frozen=True)
class Comparison:
    """The rows (metric, first, second) of two runs, and the first array that differs."""

    rows: list[tuple[str, Any, Any]]
    array: str

    @property
    def equal(self) -> bool:
        """Whether every metric and every weight is equal."""
        return not self.array and all(first == second for _, first, second in self.rows)


def flat(metrics: dict[str, Any]) -> dict[str, Any]:
    """Metrics with one entry for each number, the history by epoch."""
    numbers = {name: value for name, value in metrics.items() if name != "history"}
    return {**numbers, **{f"loss, epoch {at + 1}": value for at, value in enumerate(metrics["history"])}}


def compare(one: Run, other: Run) -> Comparison:
    """Compare what two runs recorded."""
    first, second = flat(one.metrics), flat(other.metrics)
    names = [*first, *(name for name in second if name not in first)]
    rows = [(name, first.get(name), second.get(name)) for name in names]
    rows.append(("weights", one.facts["digest"][:12], other.facts["digest"][:12]))
    return Comparison(rows, first_difference(one.facts["weights"], other.facts["weights"]))


def show(comparison: Comparison) -> None:
    """Print the table and `Runs equal: True` or `False`."""
    table = Table("metric", "first", "second", "equal")
    for name, first, second in comparison.rows:
        table.add_row(name, str(first), str(second), "yes" if first == second else "NO")
    console = Console()
    console.print(table)
    if comparison.array:
        console.print(f"first array that differs: {comparison.array}")
    console.print(f"Runs equal: {comparison.equal}")
