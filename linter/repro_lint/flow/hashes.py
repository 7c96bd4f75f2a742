"""What becomes of numbers that `hash()` makes, and whether they differ in each process."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.draws import facts_of
from repro_lint.flow.operations import assignments
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Call, Function, Value

TEXT, NUMBER, OPEN = "text", "number", "open"
TEXT_CALLS = pattern(
    r"(^|\.)(str|repr|encode|decode|tobytes|to_bytes|join|format|dumps|lower|upper|strip"
    r"|hexdigest|digest|bytes|read_text|read_bytes|basename|as_posix|getvalue|replace)$"
)
NUMBER_CALLS = pattern(
    r"(^|\.)(int|float|len|round|abs|item|bool|time|sum|ord|randint|id|max|min|getuid|getpid)$"
)
TEXT_NAMES = pattern(
    r"(^|_)(name|names|text|word|token|string|str|key|path|file|filename|title|label|url|question"
    r"|sentence|prompt|line|uid|qid|user_id|doc_id|bytes|smiles|query|content|msg|message)s?$",
    re.IGNORECASE,
)
NUMBER_NAMES = pattern(
    r"(^|[_.])(seed|epoch|index|idx|step|rank|worker|num|count|iteration|iter|size|length|i|j|k|n"
    r"|x|y|z|row|col|worker_id|rank_id|offset|start|end|timestamp|time|shard)$"
)
TEXT_TYPE = pattern(r"(typing\.)?(Optional\[)?(str|bytes)\b(?!\[)")
NUMBER_TYPE = pattern(r"(typing\.)?(Optional\[)?(int|float|bool|(np|numpy)\.\w+)\b(?!\[)")
TABLE_CLASS = pattern(r"hash_?(table|map|set|ring)|bloom|cache|lru|dict|trie|sketch", re.IGNORECASE)
OWN_METHODS = frozenset(("__hash__", "__eq__", "__ne__", "__lt__", "__contains__", "__getitem__"))
SEED_WORD = pattern(r"seed|random_state|(^|_)rng", re.IGNORECASE)
STORED_WORD = pattern(
    r"fingerprint|split|bucket|fold|feature|digest|checksum|(^|_)path|file_?name|sampl",
    re.IGNORECASE,
)
COSMETIC_NAME = pattern(r"(^|_)(port|colou?r|hue|delay|jitter|emoji)s?$")
THROUGH = pattern(
    r"(^|\.)(int|abs|str|hex|float|format|uint32|int32|int64|uint64|fabs|absolute|round)$"
)
BUCKETING = ("Mod", "BitAnd")
STEPS = 4


class Sink(Record):
    """What a number decides; `strong` where this alone tells that it lasts."""

    what: str
    strong: bool


SEEDS = Sink("becomes a seed", strong=True)
BUCKETS = Sink("chooses a bucket", strong=True)
STORED = Sink("is kept under a name that promises the same value", strong=False)


class HashUses:
    """Follows what `hash()` makes to what it decides."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts

    def sink(self, path: str, place: int) -> Sink | None:
        """What the number of a call decides; None where it stays inside the process."""
        call = self.facts.program.modules[path].calls[place]
        if self.belongs_to_object(path, call.function):
            return None
        return self.of_result(path, place, STEPS)

    def belongs_to_object(self, path: str, place: int) -> bool:
        """Whether a function defines how objects compare, or how a table in memory works."""
        functions = self.facts.program.modules[path].functions
        while place > 0:
            function = functions[place]
            bare = function.name.rpartition(".")[2]
            if bare in OWN_METHODS or (function.kind == "class" and TABLE_CLASS.search(bare)):
                return True
            place = function.parent
        return False

    def of_result(self, path: str, place: int, steps: int) -> Sink | None:
        """What the result of a call decides."""
        found = self.facts.uses(path).of_result(place)
        return strongest(self.of_use(path, use, steps) for use in found) if steps else None

    def of_name(self, path: str, function: int, name: str, steps: int) -> Sink | None:
        """What a variable decides."""
        found = self.facts.uses(path).of_name(function, name)
        return strongest(self.of_use(path, use, steps) for use in found) if steps else None

    def of_use(self, path: str, use: Use, steps: int) -> Sink | None:
        """What one use decides."""
        if any(is_bucket(container) for container in use.containers):
            return self.onward(path, use, steps, bucket=True)
        if any(getattr(c, "kind", "") in ("Compare", "Subscript", "Set") for c in use.containers):
            return None
        return self.onward(path, use, steps, bucket=False)

    def onward(self, path: str, use: Use, steps: int, *, bucket: bool) -> Sink | None:
        """Follow a use to a seed; a bucket is one where it goes nowhere else."""
        here = BUCKETS if bucket else None
        if use.kind == "argument":
            return self.of_argument(path, use, steps) or here
        if use.kind == "assigned":
            target = getattr(use.operation, "target", None)
            if isinstance(target, Name) and COSMETIC_NAME.search(target.text):
                return None
            return self.of_assignment(path, use, steps) or here
        if use.kind == "returned":
            return self.of_return(path, use.function, steps) or here
        return here

    def of_argument(self, path: str, use: Use, steps: int) -> Sink | None:
        """What an argument decides: a seed, or what the call makes of it."""
        program = self.facts.program
        call = program.modules[path].calls[use.call]
        if SEED_WORD.search(use.detail) or any(
            fact.role == "seed" or (fact.role == "generator" and use.detail == "0")
            for fact in facts_of(program, path, use.call)
        ):
            return SEEDS
        if SEED_WORD.search(call.name.rpartition(".")[2]):
            return SEEDS
        if THROUGH.search(call.name):
            return self.of_result(path, use.call, steps - 1)
        return None

    def of_assignment(self, path: str, use: Use, steps: int) -> Sink | None:
        """What a variable that takes the number decides."""
        target = getattr(use.operation, "target", None)
        if not isinstance(target, Name):
            return None
        if SEED_WORD.search(target.text):
            return SEEDS
        found = self.of_name(path, use.function, target.text, steps - 1)
        return found or (STORED if STORED_WORD.search(target.text) else None)

    def of_return(self, path: str, place: int, steps: int) -> Sink | None:
        """What the callers of a function decide with what it returns."""
        function = self.facts.function(path, place)
        bare = function.name.rpartition(".")[2]
        if SEED_WORD.search(bare):
            return SEEDS
        found = strongest(
            self.of_result(other, called, steps - 1) for other, called in self.callers(path, place)
        )
        return found or (STORED if STORED_WORD.search(bare) else None)

    def callers(self, path: str, place: int) -> Iterator[tuple[str, int]]:
        """The calls of a function of the repository, by path and place."""
        program = self.facts.program
        bare = program.modules[path].functions[place].name.rpartition(".")[2]
        for other, called in program.calls_beside(path, bare):
            target = program.callee(other, called) if other in self.facts.modules else None
            if target is not None and (target.path, target.place) == (path, place):
                yield other, called


def strongest(sinks: Iterator[Sink | None]) -> Sink | None:
    """The sink that tells most; a seed before a bucket."""
    found = [sink for sink in sinks if sink is not None]
    return max(found, key=lambda sink: (sink.strong, sink == SEEDS), default=None)


def holds_elements(dotted: str) -> bool:
    """Whether a callee makes a collection of the elements of its argument."""
    facts = (knowledge().trait(dotted, role) for role in ("passes", "unordered"))
    return any(fact is not None and fact.kind == "collection" for fact in facts)


def is_bucket(value: object) -> bool:
    """Whether a value is what is left of a number after division, or some of its bits."""
    return isinstance(value, Compound) and value.kind == "BinOp" and value.detail in BUCKETING


class Kinds:
    """Whether values of one function are text, whose hash is salted, or numbers, whose is not."""

    def __init__(self, facts: Facts, path: str, place: int) -> None:
        """Keep the function."""
        self.calls = facts.program.modules[path].calls
        self.function: Function = facts.function(path, place)
        self.open: set[str] = set()

    def of(self, value: Value) -> str:
        """The kind of a value."""
        if isinstance(value, Literal):
            return TEXT if isinstance(value.value, (str, bytes)) else NUMBER
        if isinstance(value, Result):
            return self.of_call(self.calls[value.call])
        if isinstance(value, Name):
            return self.of_name(value.text)
        return self.of_compound(value) if isinstance(value, Compound) else OPEN

    def of_compound(self, value: Compound) -> str:
        """The kind of a value made of others: text where one of them is, else a number."""
        if value.kind == "JoinedStr":
            return TEXT
        if value.kind == "Compare":
            return NUMBER
        if value.kind == "Subscript":
            last = value.parts[-1]
            named = isinstance(last, Literal) and TEXT_NAMES.search(str(last.value))
            return TEXT if named else OPEN
        held = value.parts[1:] if value.kind == "IfExp" else value.parts
        kinds = {self.of(part) for part in held}
        if TEXT in kinds:
            return TEXT
        return NUMBER if NUMBER in kinds or not kinds else OPEN

    def of_call(self, call: Call) -> str:
        """The kind of what a call makes: what it converts to, or what it holds."""
        if TEXT_CALLS.search(call.name):
            return TEXT
        if NUMBER_CALLS.search(call.name):
            return NUMBER
        if call.arguments and holds_elements(call.target):
            return self.of(call.arguments[0])
        return OPEN

    def of_name(self, name: str) -> str:
        """The kind of a variable: its annotation, what it is given, or what its name says."""
        annotation = next((p.annotation for p in self.function.parameters if p.name == name), "")
        if TEXT_TYPE.match(annotation):
            return TEXT
        found = NUMBER if NUMBER_TYPE.match(annotation) else self.of_given(name)
        if found != OPEN:
            return found
        if NUMBER_NAMES.search(name):
            return NUMBER
        return TEXT if TEXT_NAMES.search(name.rpartition(".")[2]) else OPEN

    def of_given(self, name: str) -> str:
        """The kind of the one value that a variable is given; open if there are several."""
        if name in self.open:
            return OPEN
        self.open.add(name)
        values = [o.value for o in assignments(self.function.body) if o.target == Name(name)]
        return self.of(values[0]) if len(values) == 1 else OPEN
