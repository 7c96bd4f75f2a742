"""What tests of branches come to where some names are known."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Compound, Literal, Name, Result
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from repro_lint.syntax.index import Value

COMPARISONS = frozenset(("Is", "IsNot", "Eq", "NotEq"))


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
    if test.kind == "Compare" and test.detail in COMPARISONS:
        return compared(test, known)
    if test.kind == "BoolOp":
        return connected(test, known, answers)
    return None


def compared(test: Compound, known: Mapping[Value, object]) -> bool | None:
    """Whether a comparison for identity or equality holds."""
    one, other = test.parts
    if one not in known or not isinstance(other, Literal):
        return None
    if test.detail in ("Is", "IsNot") and not is_singleton(other.value):
        return None
    left = known[one]
    same = left is other.value if is_singleton(other.value) else left == other.value
    return same == (test.detail in ("Is", "Eq"))


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
