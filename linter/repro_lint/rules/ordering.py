"""ORD: orders that the file system or the hash seed decides."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.order import STEPS, Order
from repro_lint.flow.rounds import of_loop
from repro_lint.flow.sinks import (
    FIRST,
    INDEXED,
    KEPT,
    RETURNED,
    SET_METHODS,
    SLICED,
    STRONG,
)
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Compound, Comprehension, Literal, Loop, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Known
    from repro_lint.flow.sinks import Sink
    from repro_lint.rules.base import Context
    from repro_lint.syntax.index import Call, ModuleIndex, Span, Value

TEXT_NAME = pattern(
    r"(word|token|char|name|label|path|file|str|text|vocab|gene|key|tag|lang|class|column|col|field"
    r"|(^|_)ids?(_|$)|symbol|letter|entit|relation|speaker|categor|code|feature|ref|answer|target)",
    re.IGNORECASE,
)
NUMBER_NAME = pattern(
    r"(^|_|\.)(idxs?|index|indexes|indices|inds?|nums?|numbers?|counts?|sizes?|lens?|lengths?|ints?"
    r"|years?|epochs?|steps?|dims?|axis|axes|shapes?|ranks?|levels?|ports?|gpus?|devices?|rows?"
    r"|offsets?|positions?|timestamps?|days?|hours?|ks?|ns?|values?)(_|$)",
    re.IGNORECASE,
)


SET_TYPES = ("builtins.set", "builtins.frozenset")


def grade(sink: Sink) -> tuple[Severity, Confidence]:
    """How severe and how sure a finding with this sink is."""
    severity = Severity.HIGH if sink.data else Severity.MEDIUM
    if sink.strength == STRONG:
        return severity, Confidence.HIGH
    return severity, Confidence.MEDIUM if sink.data else Confidence.LOW


class UnsortedListing(Rule):
    """The order of a directory reaches a result."""

    code = "ORD001"
    name = "unsorted-listing"
    severity = Severity.HIGH
    remedy = "wrap the listing in sorted()"

    def applies(self, context: Context) -> bool:
        """Judge repositories that list files."""
        return bool(context.facts.role("listing"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield listings whose order reaches a list, an index, a slice or a number."""
        orders: dict[str, Order] = {}
        for known in context.facts.role("listing"):
            order = orders.setdefault(known.path, Order(context.facts, known.path))
            walks = known.fact.kind == "walk"
            sink = walk_sink(order, known) if walks else order.of_call(known.place)
            if sink is None:
                continue
            severity, confidence = grade(sink)
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` has no fixed order and {sink.what}"
            yield self.at(where, message, severity=severity, confidence=confidence)


def walk_sink(order: Order, known: Known) -> Sink | None:
    """The sink of a walk over folders; sorting what it gives in place makes it ordered."""
    for use in order.uses.of_result(known.place):
        if use.kind == "iterated" and isinstance(use.operation, Loop):
            if sorts_inside(order, use.operation):
                return None
            return of_loop(order, use.operation, use.function, 4)
    return order.of_call(known.place)


def sorts_inside(order: Order, loop: Loop) -> bool:
    """Whether the body of a loop sorts something."""
    for operation in every(loop.body):
        place = getattr(operation, "call", None)
        if isinstance(place, int):
            call = order.index.calls[place]
            if call.target == "builtins.sorted" or call.name.endswith((".sort", "natsorted")):
                return True
    return False


class UnsortedSet(Rule):
    """The order of a set reaches a result."""

    code = "ORD002"
    name = "set-order"
    severity = Severity.HIGH
    remedy = "wrap the set in sorted()"

    def applies(self, context: Context) -> bool:
        """Judge repositories with code."""
        return bool(context.facts.modules)

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield sets whose order reaches a list, an index or a number."""
        targets = context.program.targets
        for path, index in context.facts.modules.items():
            if not index.sets and targets[path].isdisjoint(SET_TYPES):
                continue
            order = Order(context.facts, path)
            yield from one_a_line((*self.calls(context, order), *self.displays(context, order)))

    def calls(self, context: Context, order: Order) -> Iterator[Finding]:
        """Sets made by `set(...)`."""
        for place, call in enumerate(order.index.calls):
            if call.target in SET_TYPES or combines_sets(order, call):
                held = (*call.arguments, *order.names_given(place))
                if mentions(order.index, held, NUMBER_NAME) and not is_text(order.index, held):
                    continue
                sink = None if holds_numbers(order, place) else order.of_call(place)
                if sink is not None and matters(sink):
                    yield self.found(context, order, call.name, call.span, sink, held)

    def displays(self, context: Context, order: Order) -> Iterator[Finding]:
        """Sets written as `{...}`."""
        for function in order.index.sets:
            order.uses.read_function(function)
        for span, uses in list(order.uses.sets.items()):
            held = order.uses.displays[span]
            sink = None if is_numeric(order.index, held) else order.strongest(uses, STEPS)
            if sink is not None and matters(sink):
                yield self.found(context, order, "{...}", span, sink, (held,))

    def found(  # noqa: PLR0913, PLR0917  each says another thing of the set
        self,
        context: Context,
        order: Order,
        name: str,
        span: Span,
        sink: Sink,
        held: tuple[Value, ...],
    ) -> Finding:
        """The finding for a set whose order matters."""
        severity, confidence = grade(sink)
        if not is_text(order.index, held):
            confidence = min(confidence, Confidence.MEDIUM)
        where = context.facts.place_of(order.path, span)
        message = f"the order of `{name}` changes with the hash seed and it {sink.what}"
        return self.at(where, message, severity=severity, confidence=confidence)


def matters(sink: Sink) -> bool:
    """Whether a sink can be one for a set, which has no positions before it is a list."""
    if sink.what == FIRST:
        return False
    return sink.listed or sink.what not in (RETURNED, INDEXED, SLICED, KEPT)


def is_text(index: ModuleIndex, held: tuple[Value, ...]) -> bool:
    """Whether names or constants say that a set holds text."""
    return mentions(index, held, TEXT_NAME)


def one_a_line(found: tuple[Finding, ...]) -> Iterator[Finding]:
    """The surest finding of each line, as `set(a) - set(b)` is one set."""
    best: dict[int, Finding] = {}
    for finding in sorted(found, key=lambda finding: finding.location):
        known = best.setdefault(finding.location.line, finding)
        if finding.confidence > known.confidence:
            best[finding.location.line] = finding
    yield from best.values()


def combines_sets(order: Order, call: Call) -> bool:
    """Whether a call is a method of a set that makes another set."""
    head, _, method = call.name.rpartition(".")
    if method not in SET_METHODS:
        return False
    if isinstance(call.receiver, Result):
        return order.index.calls[call.receiver.call].target in SET_TYPES
    body = order.index.functions[call.function].body
    return bool(head) and any(
        made.target == Name(head)
        and isinstance(made.value, Result)
        and order.index.calls[made.value.call].target in SET_TYPES
        for made in assignments(body)
    )


def holds_numbers(order: Order, place: int) -> bool:
    """Whether a set is made of numbers, or combined with a set of numbers."""
    calls = order.index.calls
    if calls[place].arguments and is_numeric(order.index, calls[place].arguments[0]):
        return True
    for use in order.uses.of_result(place):
        nearest = use.containers[0] if use.containers else None
        if isinstance(nearest, Compound) and nearest.kind == "BinOp":
            others = [calls[part.call] for part in nearest.parts if isinstance(part, Result)]
            if any(o.arguments and is_numeric(order.index, o.arguments[0]) for o in others):
                return True
    return False


def is_numeric(index: ModuleIndex, value: Value) -> bool:
    """Whether a value surely holds numbers only, whose order in a set is stable."""
    if isinstance(value, Literal):
        return not isinstance(value.value, (str, bytes))
    if isinstance(value, Compound) and value.kind in ("List", "Tuple", "Set"):
        return all(is_numeric(index, part) for part in value.parts)
    if isinstance(value, Result):
        call: Call = index.calls[value.call]
        return call.target in ("builtins.range", "builtins.int", "builtins.float", "builtins.len")
    if isinstance(value, Comprehension):
        return is_numeric(index, value.element)
    return False


def mentions(index: ModuleIndex, values: tuple[Value, ...], words: re.Pattern[str]) -> bool:
    """Whether names in values, or names of the calls that make them, hold one of these words.

    A literal text counts as a match, as a set of texts has no stable order.
    """
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Name) and words.search(value.text):
            return True
        if isinstance(value, Literal) and isinstance(value.value, (str, bytes)):
            return words is TEXT_NAME
        if isinstance(value, Compound):
            waiting.extend(value.parts)
        elif isinstance(value, Result):
            call = index.calls[value.call]
            if words.search(call.name):
                return True
            waiting.extend(call.arguments)
        elif isinstance(value, Comprehension):
            waiting.extend((*value.iterables, value.element))
    return False


RULES: tuple[type[Rule], ...] = (UnsortedListing, UnsortedSet)
