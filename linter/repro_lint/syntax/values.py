"""Questions about values that the text of a program shows."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Compound, Comprehension, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from repro_lint.syntax.index import Call, Value

MADE_OF_OTHERS = frozenset((Compound, Comprehension))


def is_none(value: Value | None) -> bool:
    """Whether a value is absent or the literal None."""
    return value is None or (isinstance(value, Literal) and value.value is None)


def unpacks(call: Call) -> bool:
    """Whether arguments are hidden in `*args` or `**kwargs`."""
    if any(key == "**" for key, _ in call.keywords):
        return True
    return any(isinstance(a, Compound) and a.kind == "Starred" for a in call.arguments)


def parts(value: Value) -> tuple[Value, ...]:
    """The values that a value is directly made of."""
    if isinstance(value, Compound):
        return value.parts
    if isinstance(value, Comprehension):
        return (*value.iterables, value.element)
    return ()


def inside(value: Value) -> Iterator[Value]:
    """A value and all values that it is made of, results of calls not opened."""
    yield value
    if type(value) in MADE_OF_OTHERS:
        for part in parts(value):
            yield from inside(part)


def names_inside(value: Value) -> Iterator[str]:
    """The names that a value mentions, not those in the arguments of its calls."""
    if isinstance(value, Name):
        yield value.text
    elif type(value) in MADE_OF_OTHERS:
        for part in parts(value):
            yield from names_inside(part)


def all_names(values: Iterable[Value]) -> set[str]:
    """The names that any of the values mention: many values at a third of the cost."""
    found = set()
    waiting = list(values)
    for value in waiting:
        if isinstance(value, Name):
            found.add(value.text)
        elif type(value) in MADE_OF_OTHERS:
            waiting += parts(value)
    return found
