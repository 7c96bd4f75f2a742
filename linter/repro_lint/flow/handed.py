"""What a call does with the order of its argument: pairs, sorts by a count, hands on."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.calls_of import is_method
from repro_lint.flow.rounds import numbered
from repro_lint.flow.sinks import (
    BY_POSITION,
    FIRST,
    FREE_METHODS,
    STRONG,
    WEAK,
    Sink,
    as_list,
    goes_by_order,
    goes_by_order_as_named,
    passes,
)
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Compound, Comprehension, Exit, Lambda, Name, Result

if TYPE_CHECKING:
    from repro_lint.flow.order import Order
    from repro_lint.flow.program import Program
    from repro_lint.flow.target import Target
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Call, Value

PAIRED = Sink(STRONG, "is paired by position", data=True, listed=True)
COUNTERS = frozenset(("builtins.range", "itertools.count"))
MOST_ORIGINS = 24
SORTS_ROWS = frozenset(("sort_values", "sort_index"))
LOOK_UPS = frozenset(("get", "count"))


def handed(order: Order, use: Use, steps: int) -> Sink | None:
    """The sink that a call is for its argument."""
    call = order.index.calls[use.call]
    target = order.facts.program.callee(order.path, use.call)
    dotted = target.dotted if target is not None else call.target
    if dotted == "builtins.sorted":
        ties = leaves_ties(order, call)
        return by_ties(order.of_call(use.call, steps - 1)) if ties else None
    given = passes(dotted)
    if given == "numbers":
        return numbered(order, use.call, steps)
    if is_sorted_table(order, use.call, use.function):
        return None
    if goes_by_order(dotted) or (given is None and goes_by_order_as_named(call.name)):
        return given_to(order, use.call)
    if given is not None:
        return passed(order, call, given, use, steps)
    bare = call.name.rpartition(".")[2]
    if bare == "join" and use.detail == "0":
        return order.weaker(order.of_call(use.call, steps - 1))
    if bare == "extend":
        return of_growth(order, call, use.function, steps)
    return None if target is None else handed_on(order, target, use, steps - 2)


def passed(order: Order, call: Call, given: str, use: Use, steps: int) -> Sink | None:
    """The sink of what a call gives of the elements of its argument, in their order."""
    if given == "first":
        return Sink(STRONG, FIRST)
    if given == "pairs" and pairs(order, call, use.detail):
        return PAIRED
    return as_list(order.of_call(use.call, steps - 1))


def given_to(order: Order, place: int) -> Sink | None:
    """The sink that a call is which goes by the order of its argument."""
    uses = order.uses.of_result(place)
    if uses and all(u.kind == "receiver" and u.detail in FREE_METHODS for u in uses):
        return None
    what = f"goes to `{order.index.calls[place].name}` in its order"
    return Sink(STRONG, what, data=True, call=(order.path, place))


def is_sorted_table(order: Order, place: int, function: int) -> bool:
    """Whether rows are sorted by a column after a call has put them together."""
    uses = list(order.uses.of_result(place))
    targets = [getattr(use.operation, "target", None) for use in uses if use.kind == "assigned"]
    for target in targets:
        if isinstance(target, Name):
            uses.extend(order.uses.of_name(function, target.text))
    return any(use.kind == "receiver" and use.detail in SORTS_ROWS for use in uses)


def of_growth(order: Order, call: Call, function: int, steps: int) -> Sink | None:
    """Follow the list that grows by unordered elements."""
    holder = call.name.rpartition(".")[0]
    return order.of_name(function, holder, steps - 1) if holder else None


def pairs(order: Order, call: Call, taken: str) -> bool:
    """Whether a call puts an unordered value beside numbers, or beside another listing."""
    if not taken.isdigit() or int(taken) >= len(call.arguments):
        return False
    value = call.arguments[int(taken)]
    origin = origins(order, value, call.function)
    others = (other for other in call.arguments if other is not value)
    return any(is_other(order, other, call.function, origin) for other in others)


def is_other(order: Order, value: Value, function: int, origin: set[Value]) -> bool:
    """Whether a value is made by counting or by listing, and not by what made another one."""
    made = origins(order, value, function)
    if made & origin:
        return False
    return any(isinstance(v, Result) and is_counter_or_listing(order, v) for v in made)


def origins(order: Order, value: Value, function: int) -> set[Value]:
    """The names and calls that a value is made from, as far as the function tells."""
    found: set[Value] = set()
    waiting = [value]
    while waiting and len(found) < MOST_ORIGINS:
        part = waiting.pop()
        if isinstance(part, Name) and part not in found:
            found.add(part)
            waiting.extend(order.values_of(function, part.text))
        elif isinstance(part, Result) and part not in found:
            found.add(part)
            if not is_counter_or_listing(order, part):
                waiting.extend(order.index.calls[part.call].arguments)
        elif isinstance(part, Comprehension):
            waiting.extend(part.iterables)
        elif isinstance(part, Compound):
            waiting.extend(part.parts)
    return found


def is_counter_or_listing(order: Order, made: Result) -> bool:
    """Whether a call gives numbers one after the other, or names of files."""
    target = order.index.calls[made.call].target
    return target in COUNTERS or any(
        fact.role == "listing" for fact in knowledge().all_rows(target)
    )


def leaves_ties(order: Order, call: Call) -> bool:
    """Whether a call sorts by a count, a look-up or a length only: equal ones stay as they were."""
    key = call.keyword("key")
    if isinstance(key, Name):
        return key.text == "len" or key.text.rpartition(".")[2] in LOOK_UPS
    if not isinstance(key, Lambda):
        return False
    record = order.index.functions[key.function]
    wanted = Name(record.parameters[0].name) if record.parameters else None
    return any(
        looks_up(order, operation.value, wanted)
        for operation in record.body
        if isinstance(operation, Exit)
    )


def looks_up(order: Order, value: Value, wanted: Name | None) -> bool:
    """Whether a key is only what a table or a list says of an element."""
    if isinstance(value, Compound) and value.kind == "UnaryOp":
        value = value.parts[0]
    if isinstance(value, Result):
        call = order.index.calls[value.call]
        return call.name.rpartition(".")[2] in LOOK_UPS and call.arguments == (wanted,)
    return isinstance(value, Compound) and value.kind == "Subscript" and value.parts[1] == wanted


def by_ties(sink: Sink | None) -> Sink | None:
    """The sink of a value that a call has sorted but for ties."""
    if sink is None or sink.strength != STRONG or not sink.data:
        return None
    return sink._replace(strength=WEAK, what=f"{sink.what}, sorted but for ties", listed=True)


def handed_on(order: Order, target: Target, use: Use, steps: int) -> Sink | None:
    """What a function of the repository surely does with the order of what a call hands to it."""
    program = order.facts.program
    place = body_of(program, target)
    if place is None or steps <= 0:
        return None
    path, function = place
    record = program.modules[path].functions[function]
    name = parameter_of(program, place, use.detail)
    if not name:
        return None
    sink = order.beside(path).of_name(function, name, steps, record.span.line)
    if sink is None or sink.strength != STRONG or sink.what in BY_POSITION:
        return None
    inside = record.name.rpartition(".")[2] if record.name else ""
    return sink._replace(what=f"{sink.what} in `{inside}`")


def body_of(program: Program, target: Target) -> tuple[str, int] | None:
    """The function that a call of a function or class runs."""
    if target.kind == "class":
        found = program.classes.method(target, "__init__")
        return None if found is None else (found.path, found.place)
    return (target.path, target.place) if target.kind == "function" else None


def parameter_of(program: Program, place: tuple[str, int], detail: str) -> str:
    """The name of the parameter that takes the argument at a position or of a keyword."""
    path, function = place
    record = program.modules[path].functions[function]
    names = [p.name for p in record.parameters if not p.kind.startswith("*")]
    if not detail.isdigit():
        return detail if detail in names else ""
    names = [p.name for p in record.parameters if p.kind == "positional"]
    position = int(detail) + is_method(program, path, record)
    return names[position] if position < len(names) else ""
