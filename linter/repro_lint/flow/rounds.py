"""What the rounds of a loop over an unordered value leave behind in its order."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.growth import assigned, grown, written
from repro_lint.flow.operations import every
from repro_lint.flow.sinks import (
    DATA_NAME,
    NUMBER_KEEPERS,
    NUMBERED,
    STRONG,
    WEAK,
    Sink,
    guarded,
    passes,
    rank,
)
from repro_lint.syntax.index import (
    Assign,
    Compound,
    Comprehension,
    Evaluate,
    Exit,
    Literal,
    Loop,
    Name,
    Yield,
)

if TYPE_CHECKING:
    from repro_lint.flow.order import Order
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Operation


def numbered(order: Order, place: int, steps: int) -> Sink | None:
    """Numbers given in the order of an unordered value are data, if they are used."""
    for use in order.uses.of_result(place):
        if any(isinstance(container, Comprehension) for container in use.containers):
            return NUMBERED
        if use.kind == "iterated" and isinstance(use.operation, Loop):
            return numbered_loop(order, use.operation, use.function, steps)
        if use.kind == "argument" and passes(order.index.calls[use.call].target) is not None:
            return numbered(order, use.call, steps - 1) if steps else None
        if use.kind == "argument" and order.index.calls[use.call].target == "builtins.dict":
            return NUMBERED
    return None


def numbered_loop(order: Order, loop: Loop, function: int, steps: int) -> Sink | None:
    """A loop over numbered elements: whether the number is more than a progress message."""
    target = loop.target
    if isinstance(target, Compound) and target.parts and isinstance(target.parts[0], Name):
        for use in order.name_uses(function, target.parts[0].text):
            line = order.line_of(use)
            if use.kind == "assigned" and line > loop.span.line and gives_number(use):
                return NUMBERED
            if is_place(use) or (
                use.kind == "argument" and line > loop.span.line and keeps_number(order, use)
            ):
                return NUMBERED
    return of_loop(order, loop, function, steps - 1)


def gives_number(use: Use) -> bool:
    """Whether a number is assigned as it is, or moved by others to the place of an element."""
    if not use.containers:
        return True
    target = getattr(use.operation, "target", None)
    kept = isinstance(target, Compound) and target.kind == "Subscript"
    return kept and all(getattr(c, "detail", "") in ("Add", "Sub") for c in use.containers)


def is_place(use: Use) -> bool:
    """Whether a number is the first place of what an assignment fills, other than a constant."""
    operation = use.operation
    if use.kind != "index" or not isinstance(operation, Assign) or operation.augmented:
        return False
    if isinstance(operation.value, Literal) or operation.target not in use.containers:
        return False
    inner = use.containers[:-1]
    return not inner or (len(inner) == 1 and getattr(inner[0], "kind", "") == "Tuple")


def keeps_number(order: Order, use: Use) -> bool:
    """Whether a call puts the number of a round into a tensor, an array or a list."""
    bare = order.index.calls[use.call].name.rpartition(".")[2]
    texts = any(isinstance(c, Compound) and c.kind == "JoinedStr" for c in use.containers)
    return bare in NUMBER_KEEPERS and not texts


def of_loop(order: Order, loop: Loop, function: int, steps: int) -> Sink | None:
    """What the rounds of a loop over an unordered value leave behind in its order."""
    best: Sink | None = None
    for operation in every(loop.body):
        sink = left_behind(order, operation, loop, function, steps)
        if sink is not None and (best is None or rank(sink) > rank(best)):
            best = sink
    return best


def left_behind(
    order: Order, operation: Operation, loop: Loop, function: int, steps: int
) -> Sink | None:
    """What one operation of a loop's body leaves behind in the order of the rounds."""
    if isinstance(operation, Exit) and operation.kind == "break" and not guarded(loop):
        return Sink(WEAK, "decides which element is first")
    if isinstance(operation, Yield):
        name = order.index.functions[function].name
        data = bool(DATA_NAME.search(order.path + name))
        # What takes the elements decides: it is only known for data and for iterators.
        strength = STRONG if data or name.endswith("__iter__") else WEAK
        return Sink(strength, "yields in its order", data)
    if isinstance(operation, Evaluate):
        call = order.index.calls[operation.call]
        return grown(order, call, loop, function, steps) or written(order, call, loop)
    if isinstance(operation, Assign):
        return assigned(order, operation, loop, function, steps)
    return None
