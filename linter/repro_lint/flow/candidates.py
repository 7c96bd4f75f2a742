"""What a call may run: one definition, one of several, or something that cannot be known."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target


class Candidates(Record):
    """The definitions that a call may run.

    Where `exhaustive`, one of the targets surely runs; else none of them may. Where
    `exact`, names and classes tell so; else only the name of a method or a registry.
    `later` are functions of which one runs after that, such as the commands of a group.
    """

    targets: tuple[Target, ...] = ()
    exhaustive: bool = True
    exact: bool = True
    later: tuple[Target, ...] = ()


# Functions of libraries that make or run what configuration files name.
INSTANTIATING = frozenset(("hydra.utils.instantiate", "hydra.utils.call"))
UNRESOLVED = Candidates((), exhaustive=False, exact=False)


def candidates(program: Program, path: str, place: int) -> Candidates:
    """What the call at a place may run."""
    return program.dispatch.of(path, place)


def either(groups: Iterable[Candidates]) -> Candidates:
    """What may run where one of several values is called; no more than one is exact."""
    found: dict[Target, None] = {}
    exhaustive = exact = True
    for group in groups:
        found.update(dict.fromkeys(group.targets))
        exhaustive = exhaustive and group.exhaustive
        exact = exact and group.exact
    if not found:
        return UNRESOLVED
    return Candidates(tuple(found), exhaustive, exact and exhaustive and len(found) == 1)


def perhaps(targets: Iterable[Target]) -> Candidates:
    """Definitions of which none may run."""
    found = tuple(dict.fromkeys(targets))
    return Candidates(found, exhaustive=False, exact=False) if found else UNRESOLVED
