"""What a single call does to streams of random numbers: draw, seed, restore or make one."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Literal, Result
from repro_lint.syntax.values import is_none, parts, unpacks

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.knowledge.model import Api, Condition
    from repro_lint.syntax.index import Call, ModuleIndex, Value

SHARED = ("python", "numpy", "torch", "tensorflow", "keras")
SEEDER_NAME = pattern(r"seed|determinis|reproduc", re.IGNORECASE)
NO_SEEDER_NAME = pattern(
    r"^(get|make|generate|create|parse|load|read|spawn|split|log|print|check|with|reset|initial|are|is|has|was)_|"
    r"^_?(seed|manual_seed)$|^use_deterministic_algorithms$|^SeedSequence$",
    re.IGNORECASE,
)


class Event(Record):
    """What a call does: `kind` is draw, seed, restore, generator or maybe-seed."""

    kind: str
    streams: tuple[str, ...]
    fact: Api | None
    seed: str = ""


def facts_of(program: Program, path: str, place: int) -> tuple[Api, ...]:
    """The known facts of the callee of a call that are valid for current versions."""
    target = program.callee(path, place)
    if target is None:
        return telling_facts(program.modules[path].calls[place])
    if target.kind != "library":
        return ()
    return knowledge().lookup(target.dotted)


def telling_facts(call: Call) -> tuple[Api, ...]:
    """Facts of a method whose receiver is unknown, where its name or a keyword tells enough."""
    if call.target:
        return ()
    bare = call.name.rpartition(".")[2]
    found = [
        fact
        for fact in knowledge().telling_methods(bare)
        if fact.telltale == "*" or (fact.telltale and call.keyword(fact.telltale) is not None)
    ]
    return tuple(found[:1])


def events(program: Program, path: str, place: int) -> tuple[Event, ...]:
    """What a call does to streams; nothing where it cannot be known."""
    index = program.modules[path]
    call = index.calls[place]
    if call.target.startswith("builtins."):
        return ()
    found = []
    for fact in facts_of(program, path, place):
        event = event_of(index, call, fact)
        if event is not None:
            found.append(event)
    return tuple(found)


def event_of(index: ModuleIndex, call: Call, fact: Api) -> Event | None:
    """What a call does according to one fact."""
    if fact.role == "seed":
        if fact.omitted == "nothing" and not unpacks(call) and is_none(seed_argument(call, fact)):
            return None
        return Event("seed", ever_seeded(fact), fact, seed_kind(index, call, fact))
    if fact.role == "restore":
        return Event("restore", fact.streams, fact, "constant")
    if fact.role in ("draw", "generator") and is_random(call, fact):
        return Event(fact.role, fact.streams, fact)
    return None


def ever_seeded(fact: Api) -> tuple[str, ...]:
    """The streams that a seeder seeds in some release, as the release here is not known."""
    rows = knowledge().all_rows(fact.name)
    return tuple(dict.fromkeys(s for row in rows if row.role == "seed" for s in row.streams))


def is_random(call: Call, fact: Api) -> bool:
    """Whether a call surely is random and surely gets no seed."""
    if fact.required or "none" in fact.streams or "fixed" in fact.streams:
        return False
    if unpacks(call) and (fact.parameter or fact.conditions):
        return False
    if fact.parameter and not is_none(call.argument(fact.position, fact.parameter)):
        return False
    if any(not is_none(call.keyword(name)) for name in fact.also):
        return False
    return all(holds(call, condition) for condition in fact.conditions)


def holds(call: Call, condition: Condition) -> bool:
    """Whether a condition surely holds."""
    given = call.argument(condition.position, condition.parameter)
    if given is None:
        value = condition.default
    elif isinstance(given, Literal):
        value = given.value
    else:
        return False
    return (value in condition.values) != condition.negated


def seed_argument(call: Call, fact: Api) -> Value | None:
    """The argument that a seeder takes its seed from."""
    given = call.argument(fact.position, fact.parameter)
    if given is None and call.arguments and not fact.parameter:
        return call.arguments[0]
    return given


def seed_kind(index: ModuleIndex, call: Call, fact: Api) -> str:
    """Where the seed of a seeding call comes from: constant, entropy or given."""
    given = seed_argument(call, fact)
    if unpacks(call):
        return "given"
    if is_none(given):
        return "entropy" if fact.omitted == "entropy" else "constant"
    if given is not None and entropy_source(index, given):
        return "entropy"
    return "constant" if isinstance(given, Literal) else "given"


def entropy_source(index: ModuleIndex, value: Value) -> str:
    """The call that makes a value differ in each process (`time.time`), "" if none."""
    if isinstance(value, Result):
        call = index.calls[value.call]
        if differs(call.target):
            return call.name
        if knowledge().trait(call.target, "converts"):
            return first_source(index, call.arguments)
        if call.receiver is not None and call.name in (
            ".timestamp",
            ".microsecond",
            ".total_seconds",
        ):
            return entropy_source(index, call.receiver)
        return ""
    if isinstance(value, Compound) and value.kind == "IfExp":
        # Where one of two ways gives a seed, the other is only its default.
        ways = [entropy_source(index, way) for way in value.parts[1:]]
        return ways[0] if all(ways) else ""
    if isinstance(value, Compound) and value.kind in ("BinOp", "UnaryOp", "Attribute"):
        return first_source(index, parts(value))
    return ""


def differs(dotted: str) -> bool:
    """Whether a callee, whatever its arguments, gives another value in each process."""
    if knowledge().trait(dotted, "clock"):
        return True
    return any(
        fact.role == "draw" and fact.streams == ("entropy",) and not fact.parameter
        for fact in knowledge().lookup(dotted)
        if not fact.conditions
    )


def first_source(index: ModuleIndex, values: tuple[Value, ...]) -> str:
    """The first call among values that differs in each process."""
    for value in values:
        found = entropy_source(index, value)
        if found:
            return found
    return ""


def may_seed_by_name(call: Call) -> bool:
    """Whether an unresolved callee has the name of a seeding function."""
    # `env.seed(0)` seeds an object, but `from lab import seed` brings a function.
    if call.target and call.name == "seed":
        return True
    return is_seeder_name(call.name.rpartition(".")[2])


@cache
def is_seeder_name(name: str) -> bool:
    """Whether a function of this name seeds, as far as names tell."""
    return bool(SEEDER_NAME.search(name)) and not NO_SEEDER_NAME.search(name)
