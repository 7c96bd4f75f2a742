"""Walks over the operations of a function, without regard to their order of execution."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Assign, Branch, Loop, Try, With

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.syntax.index import Operation

HOLDERS = frozenset((Branch, Loop, Try, With))


def blocks(operation: Operation) -> tuple[tuple[Operation, ...], ...]:
    """The blocks that an operation holds."""
    if isinstance(operation, (Branch, Loop)):
        return (operation.body, operation.orelse)
    if isinstance(operation, Try):
        return (operation.body, *operation.handlers, operation.orelse, operation.final)
    if isinstance(operation, With):
        return (operation.body,)
    return ()


def every(body: tuple[Operation, ...]) -> Iterator[Operation]:
    """Each operation of a body and of the blocks inside it, in source order."""
    for operation in body:
        yield operation
        if type(operation) in HOLDERS:
            for block in blocks(operation):
                if block:
                    yield from every(block)


def assignments(body: tuple[Operation, ...]) -> Iterator[Assign]:
    """Each assignment of a body."""
    for operation in body:
        if type(operation) is Assign:
            yield operation
        elif type(operation) in HOLDERS:
            for block in blocks(operation):
                if block:
                    yield from assignments(block)
