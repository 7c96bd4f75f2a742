"""What becomes of numbers that the system gives: identifiers, tokens, addresses of objects."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.cosmetic import COSMETIC_NAME, is_cosmetic
from repro_lint.flow.draws import facts_of
from repro_lint.flow.objects import Objects
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Lambda, Name
from repro_lint.syntax.values import inside, names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.uses import Use
    from repro_lint.syntax.index import Call

ORDERS = "decides an order"
SELECTS = "decides which data are taken"
BUCKETS = "chooses a bucket"
SEEDS = "becomes a seed"
DATA_WORD = pattern(
    r"(^|[_.])(data|dataset|corpus|train\w*|test\w*|val|valid\w*|samples?|rows?|items?|examples?|index"
    r"|indexes|indices|idxs?|ids|images?|files?|paths?|df|records?|batch(es)?|folds?|splits?|labels?"
    r"|negatives?|questions?|prompts?|users?|docs?|documents?|sentences?|shards?|population|deck)$",
    re.IGNORECASE,
)
SEED_WORD = pattern(r"(^|_)(seed|random_state)$")
CONVERTING = pattern(r"(^|\.)(int|abs|float|str|from_bytes|frombuffer|round|hash)$")
ORDERING_CALLS = frozenset(("sorted", "sort", "nsmallest", "nlargest", "sort_values"))
SELECTING = frozenset(("choice", "choices", "sample"))
SMALLER = frozenset(("Lt", "LtE", "Gt", "GtE"))
GENERATORS = frozenset(("random.SystemRandom", "secrets.SystemRandom"))
STEPS = 4


class Decision(Record):
    """A call that takes numbers from the system, and what they decide."""

    path: str
    place: int
    what: str


class Entropy:
    """Follows what the system gives to what it decides."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts."""
        self.facts = facts
        self.program = facts.program

    def decisions(self) -> Iterator[Decision]:
        """Each call whose numbers decide something that lasts, sorted by path and place."""
        found = (*self.of_draws(), *self.of_generators(), *self.of_addresses())
        yield from sorted(set(found))

    def of_draws(self) -> Iterator[Decision]:
        """What identifiers and tokens decide."""
        for known in self.facts.role("draw"):
            fact = known.fact
            if fact.library != "python" or fact.streams != ("entropy",) or fact.kind == "name":
                continue
            method = known.call.name.rpartition(".")[2]
            what = (
                self.of_selection(known.path, known.place)
                if method in SELECTING
                else self.sink(known.path, known.place, STEPS)
            )
            if what:
                yield Decision(known.path, known.place, what)

    def of_generators(self) -> Iterator[Decision]:
        """What the generators of the system decide, whose methods are those of `Random`."""
        objects = Objects(self.facts)
        for known in self.facts.role("generator"):
            if known.fact.name not in GENERATORS:
                continue
            for path, place in objects.fate(known.path, known.place).draws:
                call = self.call(path, place)
                method = call.name.rpartition(".")[2]
                if method == "shuffle" and takes_data(call):
                    yield Decision(path, place, ORDERS)
                elif method in SELECTING:
                    what = self.of_selection(path, place)
                else:
                    what = self.sink(path, place, STEPS)
                if method != "shuffle" and what:
                    yield Decision(path, place, what)

    def of_addresses(self) -> Iterator[Decision]:
        """What the addresses of objects decide: `id(item)` or `key=id`."""
        for path, place in self.program.callees.get(("builtins.id", "id"), ()):
            if path in self.facts.modules:
                what = self.sink(path, place, STEPS)
                if what in (ORDERS, BUCKETS):
                    yield Decision(path, place, what)
        for name in sorted(ORDERING_CALLS):
            for path, place in self.program.calls_named.get(name, ()):
                if path in self.facts.modules and self.is_ordered_by_address(path, place):
                    yield Decision(path, place, ORDERS)

    def is_ordered_by_address(self, path: str, place: int) -> bool:
        """Whether a call sorts by `id`."""
        call = self.call(path, place)
        if call.keyword("key") != Name("id"):
            return False
        return self.program.names(path).target(call.function, "id") == "builtins.id"

    def call(self, path: str, place: int) -> Call:
        """A call of a module."""
        return self.program.modules[path].calls[place]

    def of_selection(self, path: str, place: int) -> str:
        """What a call decides that takes some of what it is given."""
        if not takes_data(self.call(path, place)) or is_cosmetic(self.facts, path, place):
            return ""
        return SELECTS

    def sink(self, path: str, place: int, steps: int) -> str:
        """What the result of a call decides, "" if nothing that lasts."""
        if self.is_sort_key(path, place):
            return ORDERS
        return self.of_uses(path, self.facts.uses(path).of_result(place), steps)

    def is_sort_key(self, path: str, place: int) -> bool:
        """Whether a call stands in the key by which something is sorted."""
        index = self.program.modules[path]
        function = index.calls[place].function
        if index.functions[function].kind != "lambda":
            return False
        key = Lambda(function)
        return any(
            call.name.rpartition(".")[2] in ORDERING_CALLS and call.keyword("key") == key
            for call in index.calls
        )

    def of_uses(self, path: str, uses: list[Use], steps: int) -> str:
        """What the first use decides that decides anything."""
        if not steps:
            return ""
        return next((what for use in uses if (what := self.of_use(path, use, steps))), "")

    def of_use(self, path: str, use: Use, steps: int) -> str:
        """What one use decides."""
        compounds = [c for c in use.containers if isinstance(c, Compound)]
        if any(c.kind in ("JoinedStr", "Dict", "Set") for c in compounds):
            return ""
        if use.kind == "index":
            return SELECTS if takes_from_data(use) else ""
        if any(c.kind == "Compare" and c.detail not in SMALLER for c in compounds):
            return ""
        if any(c.kind == "Compare" for c in compounds):
            return SELECTS if use.kind == "tested" else ""
        bucket = any(c.kind == "BinOp" and c.detail in ("Mod", "BitAnd") for c in compounds)
        return self.onward(path, use, steps) or (self.of_bucket(use) if bucket else "")

    def of_bucket(self, use: Use) -> str:
        """What a rest of division decides where it goes nowhere else."""
        target = getattr(use.operation, "target", None)
        name = target.text if isinstance(target, Name) else ""
        if use.kind == "tested" or (use.kind == "assigned" and DATA_WORD.search(name)):
            return BUCKETS
        return ""

    def onward(self, path: str, use: Use, steps: int) -> str:
        """Follow a use through conversions, names and returns."""
        if use.kind == "argument":
            return self.of_argument(path, use, steps)
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Name):
            if COSMETIC_NAME.search(target.text):
                return ""
            uses = self.facts.uses(path).of_name(use.function, target.text)
            return self.of_uses(path, uses, steps - 1)
        if use.kind == "returned":
            callers = Objects(self.facts).callers(path, use.function)
            found = [self.sink(other, place, steps - 1) for other, place in callers if steps > 1]
            return next(filter(None, found), "")
        return ""

    def of_argument(self, path: str, use: Use, steps: int) -> str:
        """What an argument decides; seeds of streams and generators have their own rule."""
        call = self.call(path, use.call)
        roles = {fact.role for fact in facts_of(self.program, path, use.call)}
        if SEED_WORD.search(use.detail):
            return "" if roles & {"seed", "generator"} else SEEDS
        if CONVERTING.search(call.name) or knowledge().trait(call.target, "converts"):
            return self.sink(path, use.call, steps - 1) if steps > 1 else ""
        return ""


def takes_data(call: Call) -> bool:
    """Whether what a call takes from is data, as far as names tell."""
    given = call.argument(0, "population")
    names = [] if given is None else list(names_inside(given))
    return any(DATA_WORD.search(name) for name in names)


def takes_from_data(use: Use) -> bool:
    """Whether what an index goes into is data, as far as names tell."""
    holders = [
        c.parts[0] for c in use.containers if isinstance(c, Compound) and c.kind == "Subscript"
    ]
    names = [part.text for h in holders for part in inside(h) if isinstance(part, Name)]
    return any(DATA_WORD.search(name) for name in names)
