"""What a call may run: one definition, one of several, or something that cannot be known."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target


class Candidates(Record):
    """The definitions that a call may run.

    Where `exhaustive`, one of the targets surely runs; else none of them may. Where
    `exact`, names and classes tell so; else only the name of a method or a registry.
    """

    targets: tuple[Target, ...] = ()
    exhaustive: bool = True
    exact: bool = True


UNRESOLVED = Candidates((), exhaustive=False, exact=False)


def candidates(program: Program, path: str, place: int) -> Candidates:
    """What the call at a place may run."""
    target = program.callee(path, place)
    return UNRESOLVED if target is None else Candidates((target,))
