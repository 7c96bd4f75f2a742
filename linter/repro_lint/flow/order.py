"""Whether the order of an unordered value (a listing, a set) can reach a result.

A value is followed from use to use through names, wrappers and comprehensions. The
answer is the strongest sink found; sorting anywhere on the way, or a use that no
order can change, is no sink. What is not understood is no sink either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from repro_lint.flow.operations import assignments, every
from repro_lint.syntax.index import (
    Assign,
    Compound,
    Comprehension,
    Evaluate,
    Exit,
    Literal,
    Loop,
    Name,
    Result,
    Yield,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use, Uses
    from repro_lint.syntax.index import Call, ModuleIndex, Operation, Value

STEPS = 8
# Wrappers whose result has the order of their argument.
KEEPS_ORDER = re.compile(
    r"builtins\.(list|tuple|enumerate|iter|reversed|map|filter|zip|next)"
    r"|(\w+\.)*(tqdm|track|trange|chain|from_iterable|islice|deque|cycle)"
    r"|numpy\.(array|asarray|stack|concatenate|unique_)|copy\.(copy|deepcopy)"
)
KEEPS_METHODS = frozenset(("copy", "tolist", "intersection", "union", "difference", "symmetric_difference"))
SET_METHODS = frozenset(("intersection", "union", "difference", "symmetric_difference"))
# Sinks: what comes out depends on what came first.
ORDERED_SINK = re.compile(
    r"(random|numpy\.random|torch)\.(shuffle|sample|choice|choices|permutation|permuted)"
    r"|pandas\.(concat|DataFrame|Series)|numpy\.(concatenate|stack|vstack|hstack|array|asarray)"
    r"|torch\.(cat|stack|tensor)|json\.dumps?|datasets\.\w+|sklearn\.model_selection\.\w+"
    r"|(\w+\.)*(SplitGenerator|ConcatDataset|TextLineDataset|TFRecordDataset|from_tensor_slices)"
)
DATA_NAME = re.compile(
    r"(vocab|2id|2idx|2index|_to_id|_to_idx|to_ix|id2|idx2|index|indices|labels?|class(es)?_?\w*|tokens?|words?"
    r"|chars?|train|valid|val|test|split|fold|dataset|files|paths|samples|images|examples|features?|genes?)",
    re.IGNORECASE,
)
GROWS = frozenset(("append", "extend", "insert", "write", "writelines", "writerow", "put"))
STRONG, WEAK = "strong", "weak"
RETURNED = "is returned"
FIRST = "gives its first element"


class Sink(NamedTuple):
    """A use whose result depends on the order: how surely, and what it is."""

    strength: str
    what: str
    data: bool = False


class Order:
    """Follows unordered values of one module."""

    def __init__(self, facts: Facts, path: str) -> None:
        """Keep the module and where its values are used."""
        self.facts = facts
        self.path = path
        self.index: ModuleIndex = facts.program.modules[path]
        self.uses: Uses = facts.uses(path)

    def of_call(self, place: int, steps: int = STEPS) -> Sink | None:
        """The strongest sink that the order of a call's result reaches."""
        return self.strongest(self.uses.results.get(place, []), steps)

    def of_name(self, function: int, name: str, steps: int = STEPS) -> Sink | None:
        """The strongest sink that the order of a variable's value reaches."""
        uses = list(self.name_uses(function, name))
        if any(self.sorts(use) for use in uses):
            return None
        return self.strongest(uses, steps)

    def name_uses(self, function: int, name: str) -> Iterator[Use]:
        """The uses of a variable; of an attribute those in the whole module."""
        everywhere = name.startswith("self.")
        inner = self.inner_functions(function)
        for (place, text), uses in self.uses.names.items():
            if text == name and (everywhere or place in inner):
                yield from uses

    def inner_functions(self, function: int) -> frozenset[int]:
        """A function and those inside it; all of the module for its top level."""
        if function == 0:
            return frozenset(range(len(self.index.functions)))
        found = {function}
        for place, record in enumerate(self.index.functions):
            if record.parent in found:
                found.add(place)
        return frozenset(found)

    def sorts(self, use: Use) -> bool:
        """Whether a use sorts the value in place, or replaces it by a sorted one."""
        if use.kind == "receiver":
            return use.detail == "sort"
        if use.kind != "argument":
            return False
        call = self.index.calls[use.call]
        if call.name.rpartition(".")[2] in ("sort", "natsorted", "argsort"):
            return True
        return call.target == "builtins.sorted" and self.replaces(use)

    def replaces(self, use: Use) -> bool:
        """Whether the result of a sorting call is what the program goes on with."""
        for outer in self.uses.results.get(use.call, []):
            if outer.kind == "assigned" and isinstance(outer.operation, Assign):
                call = self.index.calls[use.call]
                if outer.operation.target in call.arguments:
                    return True
        return False

    def strongest(self, uses: Iterable[Use], steps: int) -> Sink | None:
        """The strongest sink among uses."""
        best: Sink | None = None
        for use in uses:
            sink = self.of_use(use, steps)
            if sink is not None and (best is None or rank(sink) > rank(best)):
                best = sink
        return best

    def of_use(self, use: Use, steps: int) -> Sink | None:
        """The sink that one use is or leads to."""
        if steps <= 0:
            return None
        for place, container in enumerate(use.containers):
            if isinstance(container, Comprehension):
                return self.of_comprehension(container, use, place, steps)
            if container.kind == "Subscript":
                return self.of_subscript(container)
            if container.kind in ("Compare", "JoinedStr", "UnaryOp", "BoolOp"):
                return None
            if container.kind == "BinOp" and container.detail not in ("Add", "Sub", "BitAnd", "BitOr", "BitXor"):
                return None
            if container.kind in ("Dict", "List", "Set", "Tuple") and use.kind != "returned":
                return self.of_element(container, use, place, steps)
        return self.of_owner(use, steps)

    def of_element(self, container: Compound, use: Use, place: int, steps: int) -> Sink | None:
        """A value inside a display: `[*files]` has its order, `{"files": files}` passes it on."""
        rest = use._replace(containers=use.containers[place + 1 :])
        if container.kind == "Set":
            return None
        return self.of_owner(rest, steps - 1) if not rest.containers else self.of_use(rest, steps - 1)

    def of_subscript(self, container: Compound) -> Sink | None:
        """Taking an item or a slice of an unordered list."""
        index = container.parts[1]
        if isinstance(index, Compound) and index.kind == "Slice":
            whole = index.parts == (Literal(None),) * 3
            return None if whole else Sink(STRONG, "is sliced", data=True)
        if isinstance(index, Literal):
            is_position = isinstance(index.value, int)
            return Sink(WEAK, "is indexed by position", data=True) if is_position else None
        return Sink(STRONG, "is indexed by position", data=True)

    def of_comprehension(self, made: Comprehension, use: Use, place: int, steps: int) -> Sink | None:
        """A comprehension over an unordered value has its order, unless it makes a set."""
        if made.kind == "set":
            return None
        rest = use._replace(containers=use.containers[place + 1 :])
        if made.kind == "dict" and not self.counts(made):
            return self.weaker(self.of_use(rest, steps - 1))
        return as_list(self.of_use(rest, steps - 1))

    def counts(self, made: Comprehension) -> bool:
        """Whether a comprehension numbers what it runs over."""
        return any(
            isinstance(source, Result)
            and self.index.calls[source.call].target in ("builtins.enumerate", "builtins.zip")
            for source in made.iterables
        )

    def weaker(self, sink: Sink | None) -> Sink | None:
        """A sink of which it is less sure that it matters."""
        return None if sink is None else sink._replace(strength=WEAK)

    def of_owner(self, use: Use, steps: int) -> Sink | None:
        """The sink that the user of a value is."""
        operation = use.operation
        if use.kind == "argument":
            return self.of_argument(use, steps)
        if use.kind == "receiver":
            if use.detail in KEEPS_METHODS:
                return self.of_call(use.call, steps - 1)
            return None
        if use.kind == "assigned" and isinstance(operation, Assign):
            return self.of_assignment(operation, use, steps)
        if use.kind == "iterated" and isinstance(operation, Loop):
            return self.of_loop(operation, use.function, steps)
        if use.kind == "returned" and isinstance(operation, Exit):
            return self.of_return(use.function, steps)
        if use.kind == "yielded":
            return Sink(WEAK, RETURNED)
        return None

    def of_assignment(self, operation: Assign, use: Use, steps: int) -> Sink | None:
        """Follow the name that takes an unordered value."""
        target = operation.target
        if isinstance(target, Name):
            sink = self.of_name(use.function, target.text, steps - 1)
            if sink is not None and DATA_NAME.search(target.text):
                return sink._replace(data=True)
            return sink
        return None

    def of_argument(self, use: Use, steps: int) -> Sink | None:
        """The sink that a call is for its argument."""
        call = self.index.calls[use.call]
        target = self.facts.program.callee(self.path, use.call)
        dotted = target.dotted if target is not None else call.target
        if dotted == "builtins.enumerate":
            return self.numbered(self.of_call(use.call, steps - 1))
        if dotted and ORDERED_SINK.fullmatch(dotted):
            return Sink(STRONG, f"goes to `{call.name}` in its order", data=True)
        if dotted and KEEPS_ORDER.fullmatch(dotted):
            if dotted == "builtins.next":
                return Sink(STRONG, FIRST)
            return as_list(self.of_call(use.call, steps - 1))
        if call.name.endswith(".join") and use.detail == "0":
            return self.weaker(self.of_call(use.call, steps - 1))
        if call.name.rpartition(".")[2] == "extend":
            return self.of_growth(call, use.function, steps)
        if ORDERED_SINK.fullmatch(call.name.lstrip(".")):
            return Sink(STRONG, f"goes to `{call.name}` in its order", data=True)
        return None

    def numbered(self, sink: Sink | None) -> Sink | None:
        """Numbers given in the order of an unordered value are data."""
        if sink is None:
            return None
        return Sink(STRONG, "numbers its elements", data=True)

    def of_growth(self, call: Call, function: int, steps: int) -> Sink | None:
        """Follow the list that grows by unordered elements."""
        holder = call.name.rpartition(".")[0]
        return self.of_name(function, holder, steps - 1) if holder else None

    def of_return(self, function: int, steps: int) -> Sink | None:
        """A function that returns an unordered list: what its callers do decides."""
        record = self.index.functions[function]
        if record.kind != "function":
            return None
        sinks = list(self.callers(function, steps))
        if not sinks:
            public = not record.name.rpartition(".")[2].startswith("_")
            return Sink(WEAK, RETURNED, bool(DATA_NAME.search(record.name))) if public else None
        found = [sink for sink in sinks if sink is not None]
        return max(found, key=rank) if found else None

    def callers(self, function: int, steps: int) -> Iterator[Sink | None]:
        """What each call of a function in the repository does with the order of its result."""
        name = self.index.functions[function].name.rpartition(".")[2]
        for path, index in self.facts.modules.items():
            for place, call in enumerate(index.calls):
                if call.name.rpartition(".")[2] != name:
                    continue
                target = self.facts.program.callee(path, place)
                if target is not None and target[1:3] == (self.path, function):
                    other = self if path == self.path else Order(self.facts, path)
                    yield other.of_call(place, steps - 2)

    def of_loop(self, loop: Loop, function: int, steps: int) -> Sink | None:
        """What the rounds of a loop over an unordered value leave behind in its order."""
        best: Sink | None = None
        for operation in every(loop.body):
            sink = self.left_behind(operation, loop, function, steps)
            if sink is not None and (best is None or rank(sink) > rank(best)):
                best = sink
        return best

    def left_behind(
        self, operation: Operation, loop: Loop, function: int, steps: int
    ) -> Sink | None:
        """What one operation of a loop's body leaves behind in the order of the rounds."""
        if isinstance(operation, Exit) and operation.kind == "break" and not guarded(loop):
            return Sink(WEAK, "decides which element is first")
        if isinstance(operation, Yield):
            data = bool(DATA_NAME.search(self.path + self.index.functions[function].name))
            return Sink(STRONG, "yields in its order", data)
        if isinstance(operation, Evaluate):
            return self.grown(self.index.calls[operation.call], loop, function, steps)
        if isinstance(operation, Assign):
            return self.assigned_number(operation)
        return None

    def grown(self, call: Call, loop: Loop, function: int, steps: int) -> Sink | None:
        """A list from before the loop that grows in each round."""
        holder, _, method = call.name.rpartition(".")
        if method not in ("append", "extend") or not holder:
            return None
        if any(made.target == Name(holder) for made in assignments(loop.body)):
            return None
        sink = self.of_name(function, holder, steps - 1)
        if sink is not None and DATA_NAME.search(holder):
            return sink._replace(data=True)
        return sink

    def assigned_number(self, operation: Assign) -> Sink | None:
        """`index[name] = len(index)` numbers the rounds."""
        target, value = operation.target, operation.value
        if not isinstance(target, Compound) or target.kind != "Subscript":
            return None
        if isinstance(value, Result):
            call = self.index.calls[value.call]
            if call.target == "builtins.len" and target.parts[0] in call.arguments:
                return Sink(STRONG, "numbers its elements", data=True)
        return None


def as_list(sink: Sink | None) -> Sink | None:
    """A set that is returned as a list has lost its freedom of order."""
    if sink is not None and sink.what == RETURNED:
        return sink._replace(what="is returned as a list")
    return sink


def guarded(loop: Loop) -> bool:
    """Whether a loop only breaks where a test holds, as a search does."""
    return not any(isinstance(operation, Exit) for operation in loop.body)


def rank(sink: Sink) -> tuple[int, bool]:
    """How strong a sink is."""
    return (1 if sink.strength == STRONG else 0, sink.data)

