"""ORD: orders that the file system or the hash seed decides."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Finding, Severity
from repro_lint.flow.entries import NO_SCRIPT
from repro_lint.flow.numeric import grows_by_numbers
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.order import STEPS, Order
from repro_lint.flow.rounds import of_loop
from repro_lint.flow.sinks import (
    FIRST,
    INDEXED,
    KEPT,
    LAST,
    RETURNED,
    SELECTS,
    SET_METHODS,
    SLICED,
    STRONG,
    rank,
)
from repro_lint.flow.status import EXPOSED
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Compound, Comprehension, Literal, Loop, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
            if sink is None or is_drawn_anyway(context, sink) or is_tooling(known.path):
                continue
            severity, confidence = grade(sink)
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` has no fixed order and {sink.what}"
            yield self.at(where, message, severity=severity, confidence=confidence)


def is_tooling(path: str) -> bool:
    """Whether a file only packages, tests or documents a project."""
    return path.rpartition("/")[2] in NO_SCRIPT


def is_drawn_anyway(context: Context, sink: Sink) -> bool:
    """Whether the order goes to a draw that nothing seeds, which mixes any order anew."""
    if not sink.call:
        return False
    path, place = sink.call
    return any(
        event.kind == "draw"
        and all(context.draws.status(path, place, s).state == EXPOSED for s in event.streams)
        for event in context.seed_flow.events(path, place)
    )


def walk_sink(order: Order, known: Known) -> Sink | None:
    """The sink of a walk over folders; sorting what it gives in place makes it ordered."""
    for use in order.uses.of_result(known.place):
        if use.kind == "iterated" and isinstance(use.operation, Loop):
            if sorts_inside(order, use.operation):
                return None
            return of_loop(order, use.operation, use.function, 4)
        if use.kind == "argument" and order.index.calls[use.call].target == "builtins.next":
            return top_sink(order, use.call)
    return order.of_call(known.place)


def top_sink(order: Order, place: int) -> Sink | None:
    """The sink of the names in the top folder, which is the first that a walk surely gives."""
    found = []
    for use in order.uses.of_result(place):
        nearest = use.containers[0] if use.containers else None
        target = getattr(use.operation, "target", None)
        if isinstance(nearest, Compound) and nearest.kind == "Subscript":
            found.append(order.of_use(use._replace(containers=use.containers[1:]), STEPS))
        elif use.kind == "assigned" and isinstance(target, Compound):
            names = [part.text for part in target.parts[1:] if isinstance(part, Name)]
            line = order.line_of(use)
            found.extend(order.of_name(use.function, name, STEPS, line) for name in names)
    return max((sink for sink in found if sink is not None), key=rank, default=None)


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
        makers = set_makers(context)
        for path in context.facts.modules:
            if path not in makers or is_tooling(path):
                continue
            order = Order(context.facts, path)
            made = self.calls(context, order, makers[path])
            yield from one_a_line((*made, *self.displays(context, order)))

    def calls(self, context: Context, order: Order, places: Iterable[int]) -> Iterator[Finding]:
        """Sets made by `set(...)`."""
        for place in places:
            call = order.index.calls[place]
            if call.target in SET_TYPES or combines_sets(order, call):
                held = (*call.arguments, *order.names_given(place))
                if mentions(order.index, held, NUMBER_NAME) and not is_text(order.index, held):
                    continue
                sink = None if holds_numbers(order, place) else order.of_call(place)
                if is_key(call, sink) or (sink is not None and is_filled_by_numbers(order, place)):
                    continue
                if sink is not None and matters(sink) and not is_drawn_anyway(context, sink):
                    yield self.found(context, order, call.name, call.span, sink, held)

    def displays(self, context: Context, order: Order) -> Iterator[Finding]:
        """Sets written as `{...}`."""
        for function in order.index.sets:
            order.uses.read_function(function)
        for span, uses in list(order.uses.sets.items()):
            held = order.uses.displays[span]
            if mentions(order.index, (held,), NUMBER_NAME) and not is_text(order.index, (held,)):
                continue
            sink = None if is_numeric(order.index, held) else order.strongest(uses, STEPS)
            if sink is not None and matters(sink) and not is_drawn_anyway(context, sink):
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


def set_makers(context: Context) -> Mapping[str, list[int]]:
    """The calls that may make a set, by module, for modules that surely have a set."""
    certain = {path for path, index in context.facts.modules.items() if index.sets}
    found: dict[str, list[int]] = {}
    for (target, name), calls in context.program.callees.items():
        if target in SET_TYPES:
            certain.update(path for path, _ in calls)
        elif name.rpartition(".")[2] not in SET_METHODS:
            continue
        for path, place in calls:
            found.setdefault(path, []).append(place)
    return {path: sorted(found.get(path, ())) for path in certain}


def is_key(call: Call, sink: Sink | None) -> bool:
    """Whether a set selects whole: a frozen set can be a key, another one only selects many."""
    if sink is None or sink.what != SELECTS or sink.listed:
        return False
    return call.target == "builtins.frozenset"


def matters(sink: Sink) -> bool:
    """Whether a sink can be one for a set, which has no positions before it is a list."""
    if sink.what == FIRST:
        return False
    return sink.listed or sink.what not in (RETURNED, INDEXED, LAST, SLICED, KEPT)


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


def is_filled_by_numbers(order: Order, place: int) -> bool:
    """Whether a set starts empty, and numbers only are added to it."""
    names = tuple(name.text for name in order.names_given(place))
    return not order.index.calls[place].arguments and grows_by_numbers(order.index, names)


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
