"""The outcome of asking what a value is before the program runs, and what a test makes of it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record
from repro_lint.syntax.index import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable


class Some(Record):
    """A value that is not None, and of which nothing else is known."""

    mark: str = "some"


SOME = Some()


class Where(Record):
    """The line that says what a value is."""

    path: str
    line: int


NOWHERE = Where("", 0)


class Resolved(Record):
    """What a value is.

    `kind` is constant; option (people can set it, and `value` is its default); none;
    entropy (it differs in each run, or does unless people set it: then `value` is None);
    or unknown. `value` is SOME where it surely is not None, UNKNOWN where even that is open.
    """

    kind: str
    value: object = UNKNOWN
    where: Where = NOWHERE


OPEN = Resolved("unknown")


def literal(value: object, where: Where = NOWHERE) -> Resolved:
    """What a literal is."""
    return Resolved("none" if value is None else "constant", value, where)


def is_missing(found: Resolved) -> bool:
    """Whether a value surely is None unless people set it."""
    return found.kind == "none" or (found.kind == "option" and found.value is None)


def optional(found: Resolved) -> Resolved:
    """The value as the default of an option."""
    if found.kind in ("constant", "none"):
        return found._replace(kind="option")
    return found


def agreed(found: Iterable[Resolved]) -> Resolved:
    """What one of several values is, as far as they agree."""
    values = list(dict.fromkeys(found))
    if not values:
        return OPEN
    first = values[0]
    if all(v.kind == first.kind and same(v.value, first.value) for v in values):
        return first
    if any(
        v.kind not in ("constant", "option") or v.value is None or v.value is UNKNOWN
        for v in values
    ):
        return OPEN
    kind = "option" if any(v.kind == "option" for v in values) else "constant"
    return Resolved(kind, SOME, first.where)


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of one type: True is not 1 here."""
    return type(one) is type(other) and one == other


def truth(value: object) -> bool | None:
    """The truth of a value, None if it is open."""
    if value is UNKNOWN or value is SOME:
        return None
    return bool(value)


def compared(operator: str, left: object, right: object) -> bool | None:
    """The outcome of a comparison, None if it is open."""
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if operator in ("Is", "IsNot", "Eq", "NotEq"):
        if left is SOME or right is SOME:
            equal = False if left is None or right is None else None
        else:
            equal = left == right and isinstance(left, bool) == isinstance(right, bool)
        if equal is None:
            return None
        return equal if operator in ("Is", "Eq") else not equal
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return None
    return {
        "Gt": left > right,
        "GtE": left >= right,
        "Lt": left < right,
        "LtE": left <= right,
    }.get(operator)
