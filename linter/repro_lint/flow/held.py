"""Generators of random numbers that an object keeps as attributes from its constructor on."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments
from repro_lint.records import Record
from repro_lint.syntax.index import Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.target import Target
    from repro_lint.knowledge.model import Api

CONSTRUCTOR = "__init__"


class Held(Record):
    """A generator that an object keeps: the call that makes it, and one that draws from it."""

    attribute: str
    made: Known
    path: str
    use: int


def held_generators(facts: Facts, holder: Target, readers: tuple[Target, ...]) -> Iterator[Held]:
    """The generators that a class makes in its constructor alone, and draws from to read."""
    constructor = facts.program.method(holder, CONSTRUCTOR)
    if constructor is None or constructor.kind != "function":
        return
    for attribute, known in made_in(facts, constructor):
        if is_set_elsewhere(facts, constructor, attribute):
            continue
        for reader in readers:
            if reader.path != constructor.path:
                continue
            for use in facts.uses(reader.path).of_name(reader.place, attribute):
                if use.kind in ("receiver", "argument"):
                    yield Held(attribute, known, reader.path, use.call)
                    break


def made_in(facts: Facts, constructor: Target) -> Iterator[tuple[str, Known]]:
    """The attributes of `self` that a constructor sets to new generators."""
    body = facts.function(constructor.path, constructor.place).body
    for made in assignments(body):
        target, value = made.target, made.value
        if not isinstance(value, Result) or not isinstance(target, Name):
            continue
        for known in facts.of_call(constructor.path, value.call):
            if known.fact.role == "generator" and is_copied(known.fact):
                yield target.text, known


def is_copied(fact: Api) -> bool:
    """Whether copies of a generator give the same numbers: not if it asks the system."""
    return bool(fact.parameter) or fact.streams != ("entropy",)


def is_set_elsewhere(facts: Facts, constructor: Target, attribute: str) -> bool:
    """Whether another function of the module sets an attribute of this name."""
    functions = facts.modules[constructor.path].functions
    return any(
        made.target == Name(attribute)
        for place, record in enumerate(functions)
        if place != constructor.place and record.kind == "function"
        for made in assignments(record.body)
    )
