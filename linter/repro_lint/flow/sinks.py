"""What a use makes of the order of a value, and the names that tell what is data."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Assign, Compound, Exit, Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Loop

KEEPS_METHODS = frozenset(("copy", "tolist"))
FREE_METHODS = frozenset(("argmax", "argmin", "max", "min", "any", "all"))
SET_METHODS = frozenset(("intersection", "union", "difference", "symmetric_difference"))
DATA_NAME = pattern(
    r"(vocab|2id|2idx|2index|to_id|to_idx|to_ix|id2|idx2|ix_to|index|indices|label|class(es)?(_|$)"
    r"|tokens?|words?|chars?|train|valid|val(_|$)|test|split|fold|data(?!base)|files|paths|samples|images"
    r"|pictures|examples|features?|genes?|columns|cols(_|$)|answers|references|candidates|choices"
    r"|options|entities|relations|targets|episodes|history|records|documents|docs|instances|items"
    r"|categor|outputs|subjects|patients|users|names(_|$)|keys(_|$)|ids(_|$))",
    re.IGNORECASE,
)
STRONG, WEAK = "strong", "weak"
RETURNED = "is returned"
FIRST = "gives its first element"
INDEXED = "is indexed by position"
LAST = "gives its last element"
SLICED = "is sliced"
SELECTS = "selects in its order"
KEPT = "is kept for others to use"
# A set has no positions before it is a list.
BY_POSITION = (FIRST, INDEXED, LAST, SLICED, SELECTS)
SORT_STEPS = 3


class Sink(Record):
    """A use whose result depends on the order: how surely, and what it is.

    `data` marks results that choose or number data, `listed` values that became lists
    on the way, which a set must before it can be indexed. `call` is the path and place
    of the call that a value goes to in its order.
    """

    strength: str
    what: str
    data: bool = False
    listed: bool = False
    call: tuple[str, int] | None = None


NUMBERED = Sink(STRONG, "numbers its elements", data=True)
NUMBER_KEEPERS = frozenset(("append", "tensor", "array", "full", "add", "setdefault", "insert"))
SAFE = Sink("", "is sorted by the caller")


def passes(dotted: str) -> str | None:
    """What a callee gives of the elements of its argument, in their order; None if it does not."""
    fact = knowledge().trait(dotted, "passes")
    return None if fact is None else fact.kind


def goes_by_order(dotted: str) -> bool:
    """Whether the result of a callee depends on the order of its argument."""
    return knowledge().trait(dotted, "ordered") is not None


def goes_by_order_as_named(name: str) -> bool:
    """Whether a callee goes by order, as far as its name as written tells."""
    return name.rpartition(".")[2] in knowledge().telling("ordered") or goes_by_order(name)


def frees(dotted: str) -> bool:
    """Whether no order of its argument changes the result of a callee."""
    return knowledge().trait(dotted, "unordered") is not None


def names_and_texts(target: Compound) -> Iterator[str]:
    """The name and the literal key of a subscript."""
    for part in target.parts:
        if isinstance(part, Name):
            yield part.text
        elif isinstance(part, Literal):
            yield str(part.value)


def as_list(sink: Sink | None) -> Sink | None:
    """The sink of a value that became a list on the way."""
    return None if sink is None else sink._replace(listed=True)


def guarded(loop: Loop) -> bool:
    """Whether a loop only breaks where a test holds, as a search does."""
    return not any(isinstance(operation, Exit) for operation in loop.body)


def rank(sink: Sink) -> tuple[int, bool]:
    """How strong a sink is."""
    return (1 if sink.strength == STRONG else 0, sink.data)


def chooses_one(use: Use) -> bool:
    """Whether an index only asks something of a value, as `table[a if x in value else b]`."""
    return any(
        getattr(c, "kind", "") in ("Compare", "JoinedStr", "UnaryOp") for c in use.containers
    )


def sets_alike(use: Use) -> bool:
    """Whether all that an index selects gets the same constant."""
    operation = use.operation
    if not isinstance(operation, Assign) or operation.target not in use.containers:
        return False
    value = operation.value
    if isinstance(value, Compound) and value.kind == "UnaryOp":
        value = value.parts[0]
    return isinstance(value, Literal)
