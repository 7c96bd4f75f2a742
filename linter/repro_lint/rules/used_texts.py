"""The texts that a module works with, and what takes each: a call, an option, a name."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import every
from repro_lint.records import Record
from repro_lint.syntax.index import Assign, Exit, Literal, Span
from repro_lint.syntax.values import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Location
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex, Value


class UsedText(Record):
    """A text, the call that takes it with the keyword ("" by position), or what is bound to it."""

    text: str
    call: Call | None
    keyword: str
    target: Value | None
    span: Span


def used_texts(index: ModuleIndex) -> Iterator[UsedText]:
    """Yield each text that a call takes, a name is bound to, or a function returns."""
    for call in index.calls:
        for argument in call.arguments:
            yield from (UsedText(t, call, "", None, call.span) for t in _texts(argument))
        for keyword, value in call.keywords:
            yield from (UsedText(t, call, keyword, None, call.span) for t in _texts(value))
    for function in index.functions:
        for parameter in function.parameters:
            if parameter.default is not None:
                found = _texts(parameter.default)
                yield from (UsedText(t, None, parameter.name, None, function.span) for t in found)
        for operation in every(function.body):
            if isinstance(operation, Assign):
                found = _texts(operation.value)
                target, span = operation.target, operation.span
                yield from (UsedText(text, None, "", target, span) for text in found)
            elif isinstance(operation, Exit) and operation.kind == "return":
                span = Span(operation.line, 1, operation.line, 1)
                found = _texts(operation.value)
                yield from (UsedText(text, None, "", None, span) for text in found)


def place_of_text(context: Context, path: str, used: UsedText) -> Location:
    """Where a text stands in its file; where it cannot be found, what takes it."""
    source = context.repository.source(path)
    span = used.span
    if source is None:
        raise LookupError(path)
    first = used.text.split("\n", 1)[0]
    for written in (first, first.replace("\\", "\\\\")):
        for number in range(span.line, span.end_line + 1):
            column = source.line(number).find(written)
            if written and column >= 0:
                return source.place((number, column + 1, number, column + 1 + len(written)))
    return source.place((span.line, span.column, span.line, span.column))


def _texts(value: Value) -> Iterator[str]:
    for part in inside(value):
        if isinstance(part, Literal) and isinstance(part.value, str):
            yield part.value
