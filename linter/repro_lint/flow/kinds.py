"""Sets of classes that a value may have, and what is known of the variables of a function."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import UNKNOWN, Compound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call, Value

    Kinds: TypeAlias = "tuple[Target, ...]"

MOST_KINDS = 4
MOST_VALUES = 4
UNCLEAR: Kinds = ()


class Locals:
    """What is known of the variables of one function: their classes and what they were given."""

    __slots__ = ("kinds", "values")

    def __init__(self) -> None:
        """Know nothing yet."""
        self.kinds: dict[str, Kinds] = {}
        self.values: dict[str, tuple[Value, ...] | None] = {}

    def note(self, name: str, kinds: Kinds) -> None:
        """Take the classes of one more assignment; one that is unclear makes all unclear."""
        known = self.kinds.get(name)
        if known is None:
            self.kinds[name] = kinds
        elif known != kinds:
            self.kinds[name] = united((known, kinds))

    def give(self, name: str, value: Value | None) -> None:
        """Take one more value that a variable is given; None for one that is unknown."""
        known = self.values.get(name, ())
        if known is None or value is None or len(known) >= MOST_VALUES:
            self.values[name] = None
        else:
            self.values[name] = (*known, value)


NOTHING = Locals()


def united(groups: Iterable[Kinds]) -> Kinds:
    """All classes of several groups; unclear where one group is, or where there are many."""
    found: dict[Target, None] = {}
    for group in groups:
        if not group:
            return UNCLEAR
        found.update(dict.fromkeys(group))
    return tuple(found) if len(found) <= MOST_KINDS else UNCLEAR


def piece(value: Value, part: int) -> Value:
    """One part of a tuple that is written out."""
    if isinstance(value, Compound) and value.kind == "Tuple" and part < len(value.parts):
        return value.parts[part]
    return UNKNOWN


def only(kinds: Kinds) -> Target | None:
    """The one class of a group, None if there are several or none."""
    return kinds[0] if len(kinds) == 1 else None


def wrapped(call: Call, dotted: str) -> Value | None:
    """The function or object that runs when what a library made of it is called, None if none."""
    fact = knowledge().trait(dotted, "wraps")
    if fact is None or any(row.role == "worker" for row in knowledge().all_rows(dotted)):
        return None
    return call.argument(fact.position, fact.parameter)
