"""Which calls run again and again."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import every
from repro_lint.syntax.index import Evaluate, Loop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.syntax.index import Operation


def looped_calls(body: tuple[Operation, ...]) -> Iterator[tuple[int, ...]]:
    """For each loop of a body, inner ones too, the places of the calls in its rounds."""
    for operation in every(body):
        if isinstance(operation, Loop):
            inside = every(operation.body)
            yield tuple(inner.call for inner in inside if isinstance(inner, Evaluate))
