"""What grows round by round in a loop: lists, texts, tables, arrays and dictionaries."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.sinks import (
    DATA_NAME,
    NUMBERED,
    STRONG,
    WEAK,
    Sink,
    as_list,
    goes_by_order,
    passes,
    rank,
)
from repro_lint.syntax.index import (
    Assign,
    Compound,
    Comprehension,
    Literal,
    Loop,
    Name,
    Result,
    With,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from repro_lint.flow.order import Order
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Call, Value

    Kind: TypeAlias = Callable[[Order, Value], bool]

WRITES = frozenset(("write", "writelines", "writerow"))
WRITTEN = Sink(WEAK, "is written in its order", data=True, listed=True)
VIEWS = frozenset(("items", "keys", "values"))


def grown(order: Order, call: Call, loop: Loop, function: int, steps: int) -> Sink | None:
    """A list from before the loop that grows in each round."""
    holder, _, method = call.name.rpartition(".")
    if method not in ("append", "extend") or not holder:
        return None
    if any(made.target == Name(holder) for made in assignments(loop.body)):
        return None
    return in_list(order, holder, function, steps)


def in_list(order: Order, holder: str, function: int, steps: int) -> Sink | None:
    """What becomes of a list that has grown in the order of the rounds."""
    sink = as_list(order.of_name(function, holder, steps - 1))
    if sink is None and holder.startswith("self."):
        return as_list(order.kept(holder))
    if sink is not None and DATA_NAME.search(holder):
        return sink._replace(data=True)
    return sink


def assigned(order: Order, operation: Assign, loop: Loop, function: int, steps: int) -> Sink | None:
    """What an assignment in a loop leaves behind in the order of the rounds."""
    target = operation.target
    if isinstance(target, Name):
        if joins(order, operation, target, function):
            return in_list(order, target.text, function, steps)
        return None
    if not isinstance(target, Compound) or target.kind != "Subscript":
        return None
    if is_length(order, operation.value, target) or is_counted(operation, target, loop):
        return NUMBERED
    holder = target.parts[0]
    if isinstance(holder, Name) and starts_as(order, holder, function, is_table):
        return of_table(order, holder.text, function, loop.span.line, steps - 1)
    return None


def written(order: Order, call: Call, loop: Loop) -> Sink | None:
    """A line for each element, in a file of data that was opened before the loop."""
    holder, _, method = call.name.rpartition(".")
    if method not in WRITES or not holder:
        return None
    for operation in every(order.index.functions[call.function].body):
        if isinstance(operation, With) and operation.target == Name(holder):
            inside = any(other is loop for other in every(operation.body))
            if inside and names_data(order, operation.context):
                return WRITTEN
    return None


def names_data(order: Order, opened: Value) -> bool:
    """Whether a call that opens a file names data."""
    if not isinstance(opened, Result):
        return False
    call = order.index.calls[opened.call]
    given = call.arguments[0] if call.arguments else None
    if call.name.rpartition(".")[2] != "open" or given is None:
        return False
    return any(DATA_NAME.search(text) for text in texts_in(given))


def texts_in(value: Value) -> Iterator[str]:
    """The names and the literal texts of a value."""
    if isinstance(value, Name):
        yield value.text
    elif isinstance(value, Literal):
        yield str(value.value).rpartition(".")[0]
    elif isinstance(value, Compound):
        for part in value.parts:
            yield from texts_in(part)


def is_length(order: Order, value: Value, target: Compound) -> bool:
    """Whether `index[name] = len(index)` numbers the rounds."""
    if not isinstance(value, Result):
        return False
    call = order.index.calls[value.call]
    return call.target == "builtins.len" and target.parts[0] in call.arguments


def is_counted(operation: Assign, target: Compound, loop: Loop) -> bool:
    """Whether a number that goes up in each round is given, or is the place of what is kept."""
    value = operation.value
    if operation.augmented or isinstance(value, Literal):
        return False
    counters = set(counters_of(loop))
    if isinstance(value, Compound) and value.kind == "BinOp" and value.detail in ("Add", "Sub"):
        value = value.parts[0]
    return bool(counters) and (value in counters or leads(target.parts[1], counters))


def leads(place: Value, counters: set[Name]) -> bool:
    """Whether a place in an array starts with a counter."""
    if isinstance(place, Compound) and place.kind == "Tuple" and place.parts:
        place = place.parts[0]
    return place in counters


def counters_of(loop: Loop) -> Iterator[Name]:
    """The names that go up by one in the rounds of a loop and are not set back in it."""
    made = list(assignments(loop.body))
    for operation in made:
        name = operation.target
        if not isinstance(name, Name) or not operation.augmented or operation.value != Literal(1):
            continue
        if all(other.augmented for other in made if other.target == name):
            yield name


def joins(order: Order, operation: Assign, target: Name, function: int) -> bool:
    """Whether a round puts something behind what a name holds: a text, a list or rows."""
    if operation.augmented:
        return not is_message(operation.value) and starts_as(
            order, target, function, is_text_or_list
        )
    value = operation.value
    if isinstance(value, Compound) and value.kind == "BinOp" and value.detail == "Add":
        if value.parts[0] != target or is_message(value.parts[1]):
            return False
        return starts_as(order, target, function, is_text_or_list)
    if not isinstance(value, Result):
        return False
    call = order.index.calls[value.call]
    given = call.arguments[0] if call.arguments else None
    parts = given.parts if isinstance(given, Compound) else ()
    return goes_by_order(call.target) and target in parts


def is_message(value: Value) -> bool:
    """Whether a value is a text put together for people to read."""
    if isinstance(value, Literal):
        return True
    if not isinstance(value, Compound):
        return False
    return value.kind == "JoinedStr" or any(is_message(part) for part in value.parts)


def starts_as(order: Order, name: Name, function: int, kind: Kind) -> bool:
    """Whether a name is given a value of a kind somewhere in its function."""
    body = order.index.functions[function].body
    return any(
        kind(order, made.value)
        for made in assignments(body)
        if made.target == name and not made.augmented
    )


def is_text_or_list(order: Order, value: Value) -> bool:
    """Whether a value is an empty or written-out text or list."""
    if isinstance(value, Result):
        call = order.index.calls[value.call]
        return call.target == "builtins.list" and not call.arguments
    if isinstance(value, Literal):
        return isinstance(value.value, str)
    return isinstance(value, Compound) and value.kind == "List"


def is_table(order: Order, value: Value) -> bool:
    """Whether a value is an empty dictionary."""
    if isinstance(value, Result):
        call = order.index.calls[value.call]
        name = call.target.rpartition(".")[2]
        return name in ("dict", "OrderedDict", "defaultdict")
    return isinstance(value, Compound) and value.kind == "Dict" and not value.parts


def of_table(order: Order, name: str, function: int, line: int, steps: int) -> Sink | None:
    """What becomes of the order of a dictionary: only running over it tells of it."""
    found = []
    for use in order.name_uses(function, name):
        if order.line_of(use) < line and not name.startswith("self."):
            continue
        if use.kind == "receiver" and use.detail in VIEWS and not use.containers:
            found.append(order.of_call(use.call, steps - 1))
        elif runs_over(order, use):
            found.append(order.of_use(use, steps - 1))
    sure = [sink for sink in found if sink is not None and sink.strength == STRONG]
    return as_list(max(sure, key=rank, default=None))


def runs_over(order: Order, use: Use) -> bool:
    """Whether a use of a dictionary takes its keys one after the other."""
    nearest = use.containers[0] if use.containers else None
    if isinstance(nearest, Comprehension):
        return True
    if nearest is not None:
        return False
    if use.kind == "argument":
        return passes(order.index.calls[use.call].target) is not None
    return use.kind == "iterated" and isinstance(use.operation, Loop)
