"""What tests of branches come to where some names are known."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow import resolved
from repro_lint.syntax.index import Compound, Literal, Name, Result
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.syntax.index import Value

COMPARISONS = frozenset(("Is", "IsNot", "Eq", "NotEq"))
MEMBERSHIPS = frozenset(("In", "NotIn"))
DISPLAYS = frozenset(("Tuple", "List", "Set"))


def outcome(
    test: Value, known: Mapping[Value, object], answers: Mapping[Value, bool]
) -> bool | None:
    """Whether a test holds, given values of names and answers to tests; None if open."""
    if test in answers:
        return answers[test]
    if test in known:
        return bool(known[test])
    if isinstance(test, Literal):
        return bool(test.value)
    if not isinstance(test, Compound):
        return None
    if test.kind == "UnaryOp" and test.detail == "Not":
        inner = outcome(test.parts[0], known, answers)
        return None if inner is None else not inner
    if test.kind == "Compare":
        return compared(test, known)
    if test.kind == "BoolOp":
        return connected(test, known, answers)
    return None


def compared(test: Compound, known: Mapping[Value, object]) -> bool | None:
    """Whether a comparison of a known name with constants holds."""
    if len(test.parts) != 2 or test.parts[0] not in known:  # noqa: PLR2004  both sides
        return None
    left, other = known[test.parts[0]], test.parts[1]
    if test.detail in MEMBERSHIPS:
        return is_member(left, other, negated=test.detail == "NotIn")
    if not isinstance(other, Literal):
        return None
    if test.detail in COMPARISONS:
        return is_same(left, other.value, test.detail)
    return resolved.compared(test.detail, left, other.value)


def is_same(left: object, right: object, how: str) -> bool | None:
    """Whether a comparison for identity or equality holds."""
    if how in ("Is", "IsNot") and not is_singleton(right):
        return None
    same = left is right if is_singleton(right) else left == right
    return same == (how in ("Is", "Eq"))


def is_member(left: object, display: Value, *, negated: bool) -> bool | None:
    """Whether a value is among the constants of a display."""
    if not isinstance(display, Compound) or display.kind not in DISPLAYS:
        return None
    constants = [part.value for part in display.parts if isinstance(part, Literal)]
    if len(constants) < len(display.parts):
        return None
    return (left in constants) != negated


def is_singleton(value: object) -> bool:
    """Whether there is only one object of this value."""
    return value is None or isinstance(value, bool)


def connected(
    test: Compound, known: Mapping[Value, object], answers: Mapping[Value, bool]
) -> bool | None:
    """Whether a chain of `and` or `or` holds."""
    deciding = test.detail == "Or"
    outcomes = [outcome(part, known, answers) for part in test.parts]
    if deciding in outcomes:
        return deciding
    return None if None in outcomes else not deciding


def positive(test: Value) -> Value:
    """The test without negation around it."""
    while isinstance(test, Compound) and test.kind == "UnaryOp" and test.detail == "Not":
        test = test.parts[0]
    return test


def names_of(test: Value) -> tuple[str, ...] | None:
    """The names that a test asks, None where it also asks calls."""
    found = []
    for part in inside(test):
        if isinstance(part, Result):
            return None
        if isinstance(part, Name):
            found.append(part.text)
    return tuple(found)
