"""PAR005: results that are kept in the order in which workers happen to be done."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.flow.operations import every
from repro_lint.flow.order import Order
from repro_lint.flow.sinks import RETURNED, STRONG
from repro_lint.patterns import pattern
from repro_lint.rules.base import Rule
from repro_lint.syntax.index import Compound, Evaluate, Literal, Loop, Name
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.flow.facts import Known
    from repro_lint.flow.sinks import Sink
    from repro_lint.flow.uses import Use
    from repro_lint.rules.base import Context

WRITES = frozenset(("write", "writerow", "writelines", "write_row", "write_line"))
# A result that carries its number or name can be put in its place later.
PLACE_NAME = pattern(
    r"(^|_|\.)(i|idx|index|indices|id|ids|key|keys|name|names|path|paths|rank|task|fold|seed"
    r"|number|num|order|position|pos|url|file|filename|uid|step|chunk|batch_idx)(_|$)"
)


class CompletionOrder(Rule):
    """Results are consumed in the order of completion, and kept so."""

    code = "PAR005"
    name = "completion-order"
    severity = Severity.MEDIUM
    remedy = "take results in the order of their tasks, or sort them"

    def applies(self, context: Context) -> bool:
        """Judge repositories that take results as they come."""
        return bool(context.facts.role("completion"))

    def check(self, context: Context) -> Iterator[Finding]:
        """Yield calls whose order reaches something that is kept."""
        orders: dict[str, Order] = {}
        for known in context.facts.role("completion"):
            order = orders.setdefault(known.path, Order(context.facts, known.path))
            kept = what_keeps(order, known)
            if kept is None:
                continue
            what, confidence = kept
            where = context.facts.place_of(known.path, known.call.span)
            message = f"`{known.call.name}` gives results as they come, and their order {what}"
            yield self.at(where, message, confidence=confidence)


def what_keeps(order: Order, known: Known) -> tuple[str, Confidence] | None:
    """What keeps the order of the results of a call, and how sure that is; None if nothing."""
    uses = list(uses_of(order, known))
    if any(is_placed(order, use) for use in uses):
        return None
    sinks = [order.of_use(use, 6) for use in uses]
    found = max(
        (s for s in sinks if s is not None), key=lambda s: s.strength == STRONG, default=None
    )
    if found is not None:
        return words(found), Confidence.HIGH if found.strength == STRONG else Confidence.MEDIUM
    if any(is_written(order, use) for use in uses):
        return "is that of what is written", Confidence.MEDIUM
    return None


def words(sink: Sink) -> str:
    """What keeps an order, in words that follow `their order`."""
    return "is kept in what is returned" if sink.what == RETURNED else sink.what


def uses_of(order: Order, known: Known) -> Iterator[Use]:
    """The uses of the results; of what waits for a part of them, those of the part that is done."""
    for use in order.uses.of_result(known.place):
        if known.fact.kind == "results":
            yield use
            continue
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Compound) and target.parts:
            done = target.parts[0]
            if isinstance(done, Name):
                for later in order.uses.of_name(use.function, done.text):
                    if later.kind == "iterated":
                        yield later


def loop_of(order: Order, use: Use) -> Loop | None:
    """The loop that goes over the results, also through a progress bar."""
    if use.kind == "iterated" and isinstance(use.operation, Loop):
        return use.operation
    if use.kind == "argument":
        for outer in order.uses.of_result(use.call):
            if outer.kind == "iterated" and isinstance(outer.operation, Loop):
                return outer.operation
    return None


def is_placed(order: Order, use: Use) -> bool:
    """Whether what is kept of each result carries a number or a name, or is sorted later."""
    loop = loop_of(order, use)
    if loop is None:
        return False
    for operation in every(loop.body):
        if isinstance(operation, Evaluate):
            call = order.index.calls[operation.call]
            if call.name.rpartition(".")[2] in ("append", "extend", "put"):
                for value in call.arguments:
                    if isinstance(value, Compound) and value.kind in ("Tuple", "Dict", "List"):
                        held = [part.value for part in value.parts if isinstance(part, Literal)]
                        texts = (*names_inside(value), *(str(text) for text in held))
                        if any(PLACE_NAME.search(text) for text in texts):
                            return True
    return False


def is_written(order: Order, use: Use) -> bool:
    """Whether a loop over the results writes each where it comes."""
    loop = loop_of(order, use)
    if loop is None:
        return False
    return any(
        isinstance(operation, Evaluate)
        and order.index.calls[operation.call].name.rpartition(".")[2] in WRITES
        and not order.index.calls[operation.call].name.startswith(("sys.std", "tqdm", "pbar"))
        for operation in every(loop.body)
    )


RULES: tuple[type[Rule], ...] = (CompletionOrder,)
