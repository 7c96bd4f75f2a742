"""Where a seed comes from that differs in each run: a clock, a process, an unseeded stream."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import differs, entropy_source
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.resolved import truth
from repro_lint.flow.status import EXPOSED, MAYBE_EXPOSED
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Branch, Compound, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.resolved import Where
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Value

WORKER_NAME = pattern(r"worker|init_fn|fork|process|child", re.IGNORECASE)


class Source(Record):
    """The call that a seed comes from, and whether it only stands in for an option."""

    name: str
    is_default: bool


NO_SOURCE = Source("", is_default=False)


def seed_source(context: Context, known: Known, given: Value) -> Source:
    """The call behind the seed of a seeding call that differs in each run."""
    index = context.modules[known.path]
    values = [given]
    is_default = False
    if isinstance(given, Name):
        values = assigned_values(context, known, given)
        is_default = is_only_default(context, known, given)
        for value in by_default(context, known, given) if is_default else ():
            name = entropy_source(index, value) or drawn(context, known, value)
            if name:
                return Source(name, is_default=True)
    if len(values) == 1 and not is_default:
        name = entropy_source(index, values[0]) or drawn(context, known, values[0])
        if name:
            return Source(name, is_default=False)
    found = context.symbols.value(known.path, known.call.function, given)
    if found.kind == "entropy":
        return Source(name_at(context, found.where), is_default=is_default)
    return NO_SOURCE


def by_default(context: Context, known: Known, name: Name) -> Iterator[Value]:
    """The values that a name surely takes where people set nothing."""
    path, function = known.path, known.call.function
    for operation in every(context.facts.function(path, function).body):
        if isinstance(operation, Branch):
            ways = {"on": operation.body, "off": operation.orelse}
            taken = ways.get(context.symbols.guard(path, function, operation.test), ())
            for made in assignments(taken):
                if made.target == name:
                    yield made.value
    for value in assigned_values(context, known, name):
        if isinstance(value, Compound) and value.kind == "IfExp":
            outcome = context.symbols.guard(path, function, value.parts[0])
            if outcome in ("on", "off"):
                yield value.parts[1 if outcome == "on" else 2]
        elif isinstance(value, Compound) and (value.kind, value.detail) == ("BoolOp", "Or"):
            first = context.symbols.value(path, function, value.parts[0])
            if truth(first.value) is False:
                yield value.parts[1]


def name_at(context: Context, where: Where) -> str:
    """The call at a line that differs in each run."""
    if where.path not in context.modules:
        return ""
    for call in context.modules[where.path].calls:
        if call.span.line == where.line and differs(call.target):
            return call.name
    return ""


def drawn(context: Context, known: Known, value: Value) -> str:
    """The draw from an unseeded stream that a value is made of, "" if there is none."""
    function = context.facts.function(known.path, known.call.function)
    if WORKER_NAME.search(function.name):
        return ""
    index = context.modules[known.path]
    if isinstance(value, Compound):
        parts = value.parts[1:] if value.kind == "IfExp" else value.parts
        return next(filter(None, (drawn(context, known, part) for part in parts)), "")
    if not isinstance(value, Result):
        return ""
    call = index.calls[value.call]
    if knowledge().trait(call.target, "converts"):
        return next(filter(None, (drawn(context, known, a) for a in call.arguments)), "")
    for fact in context.facts.of_call(known.path, value.call):
        if fact.fact.role == "draw" and not fact.fact.kind and fact.fact.streams:
            stream = fact.fact.streams[0]
            status = context.draws.status(known.path, value.call, stream)
            if status.state in (EXPOSED, MAYBE_EXPOSED) and status.entry is not None:
                return call.name
    return ""


def assigned_values(context: Context, known: Known, name: Name) -> list[Value]:
    """The values that the function of a call assigns to a name."""
    body = context.facts.function(known.path, known.call.function).body
    return [operation.value for operation in assignments(body) if operation.target == name]


def is_only_default(context: Context, known: Known, name: Name) -> bool:
    """Whether a seed is an option, and only where it is not given another value takes its place."""
    function = context.facts.function(known.path, known.call.function)
    if any(parameter.name == name.text for parameter in function.parameters):
        return True
    return any(
        isinstance(operation, Branch)
        and name.text in names_inside(operation.test)
        and any(made.target == name for made in assignments((operation,)))
        for operation in every(function.body)
    ) or any(chooses(value) for value in assigned_values(context, known, name))


def chooses(value: Value) -> bool:
    """Whether a value is one of two, by a test."""
    return isinstance(value, Compound) and value.kind in ("IfExp", "BoolOp")
