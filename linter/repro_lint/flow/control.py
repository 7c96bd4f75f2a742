"""Who could seed a draw that no entry reaches: its code, its object, its callers, or nobody."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.flow.entries import TEST_PATH
from repro_lint.flow.operations import assignments, every
from repro_lint.flow.status import EXAMPLE_PATH
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import Evaluate, Name, Result, With

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.status import Draws
    from repro_lint.flow.target import Target

OWN, OBJECT, CALLER, NOBODY, ELSEWHERE, NEAR = (
    "own",
    "object",
    "caller",
    "nobody",
    "elsewhere",
    "near",
)
SEED_ATTRIBUTE = pattern(
    r"^self\.(\w+\.)*_?(random_state|(\w+_)?seed|rng|np_random|generator|prng|random_generator"
    r"|np_rng|py_rng)_?$"
)
SEED_SETTING = pattern(
    r"^(?!self\.)\w*(args|cfg|config|conf|hparams|params|opt|opts|options|flags|settings)\w*"
    r"\.(\w+\.)*(random_state|seed|random_seed|manual_seed|rng_seed)$",
    re.IGNORECASE,
)
PURPOSE = pattern(
    r"^(?!random_|base_|global_|rng_|np_|torch_|numpy_|main_|master_|init_)(\w+)_seed$"
)
CALLERS = 20
CALLER_STEPS = 3
# What only makes something that draws later, when data are read or trained on.
DEFERRED = frozenset(("augmentation", "dropout", "sampler", "collator"))
BASE_STEPS = 4
SEEDS_NOTHING: frozenset[str] = frozenset()


class Control(Record):
    """Who has a seed that could reach a draw, and what it is called."""

    kind: str
    name: str = ""


class Controls:
    """Who controls the draws of a repository."""

    def __init__(self, facts: Facts, draws: Draws) -> None:
        """Keep what is known; ask when asked."""
        self.facts = facts
        self.draws = draws
        self._attributes: dict[tuple[str, int], str] = {}
        self._seeded: dict[tuple[frozenset[str], bool], frozenset[str]] = {}

    def of(self, known: Known, stream: str) -> Control:
        """Who could seed one draw, the nearest first."""
        path, function = known.path, known.call.function
        name = self.draws.ignored_parameter(path, function)
        if name and not has_other_purpose(name, known):
            return Control(OWN, name)
        name = self.attribute(path, function) or self.setting(path, function)
        if name:
            return Control(OBJECT, name)
        if self.draws.seeded_by_users(path, stream) or self.may_be_run(known, stream):
            return Control(NEAR)
        name = self.of_callers(path, function)
        if name:
            return Control(CALLER, name)
        shown = EXAMPLE_PATH.search(path)
        return Control(
            ELSEWHERE if stream in self.seeded_in_runs(path, examples=bool(shown)) else NOBODY
        )

    def may_be_run(self, known: Known, stream: str) -> bool:
        """Whether code that seeds may run a draw that no import leads to, named by settings."""
        program = self.facts.program
        shown = bool(EXAMPLE_PATH.search(known.path))
        if known.path in program.imported_somewhere and known.fact.kind not in DEFERRED:
            return False
        return stream in self.seeded_in_runs(known.path, examples=shown)

    def seeded_by_callers(self, known: Known, stream: str) -> bool:
        """Whether a function that leads to a draw by calls may seed its stream."""
        waiting = [(known.path, known.call.function, 0)]
        seen = set(waiting)
        while waiting:
            path, function, steps = waiting.pop()
            for caller, place in self.draws.flow.seeding.callers(path, function):
                around = self.facts.program.modules[caller].calls[place].function
                above = (caller, around, steps + 1)
                if self.does_not_count(caller, known.path):
                    continue
                if around and stream in self.draws.flow.may_seed(caller, around):
                    return True
                if around and steps < CALLER_STEPS and above not in seen:
                    seen.add(above)
                    waiting.append(above)
        return False

    def seeded_where_named(self, known: Known, stream: str) -> bool:
        """Whether a method is called, on an object out of sight, in a context that seeds."""
        program = self.facts.program
        record = program.modules[known.path].functions[known.call.function]
        if program.enclosing_class(known.path, known.call.function) is None:
            return False
        for caller, place in program.calls_beside(known.path, record.name.rpartition(".")[2]):
            if self.does_not_count(caller, known.path) or program.callee(caller, place) is not None:
                continue
            if stream in self.seeded_around(caller, place):
                return True
        return False

    def seeded_around(self, path: str, place: int) -> frozenset[str]:
        """The streams that the with statements around a call may seed."""
        program, found = self.facts.program, SEEDS_NOTHING
        function = program.modules[path].calls[place].function
        for operation in every(program.modules[path].functions[function].body):
            if not isinstance(operation, With) or not isinstance(operation.context, Result):
                continue
            if Evaluate(place) not in every(operation.body):
                continue
            target = program.callee(path, operation.context.call)
            if target is not None and target.kind in ("function", "class"):
                found |= self.draws.flow.may_seed(target.path, target.place)
        return found

    def does_not_count(self, caller: str, path: str) -> bool:
        """Whether a module only tests what it calls, or only shows how a library is used."""
        shows = EXAMPLE_PATH.search(caller) and not EXAMPLE_PATH.search(path)
        return bool(TEST_PATH.search(caller) or shows)

    def seeded_in_runs(self, path: str, *, examples: bool) -> frozenset[str]:
        """The streams that runs of a project that train may seed, those of its examples or not."""
        program = self.facts.program
        beside = program.companions(path)
        key = (beside, examples)
        if key not in self._seeded:
            self._seeded[key] = frozenset(
                stream
                for entry in program.entries_among(beside)
                if entry.kind == "training"
                if examples or not EXAMPLE_PATH.search(entry.path)
                for stream in self.draws.seeded_in(entry.path)
            )
        return self._seeded[key]

    def attribute(self, path: str, function: int) -> str:
        """A seed or generator that the object of a method keeps, "" if none."""
        holder = self.facts.program.enclosing_class(path, function)
        return "" if holder is None else self.attribute_of(holder, BASE_STEPS)

    def attribute_of(self, holder: Target, steps: int) -> str:
        """A seed or generator that objects of a class keep."""
        key = (holder.path, holder.place)
        if key not in self._attributes:
            self._attributes[key] = ""
            self._attributes[key] = self.search_attribute(holder, steps)
        return self._attributes[key]

    def search_attribute(self, holder: Target, steps: int) -> str:
        """Look for such an attribute in the methods of a class, then in its bases."""
        for text in sorted(self.names_in(holder)):
            if SEED_ATTRIBUTE.match(text) and not text.endswith(".generator"):
                return text
        program = self.facts.program
        for base in program.function(holder).bases if steps else ():
            parent = program.base_class(holder, base)
            if parent is not None and parent.kind == "class":
                found = self.attribute_of(parent, steps - 1)
                if found:
                    return found
        return ""

    def names_in(self, holder: Target) -> Iterator[str]:
        """The names that the methods of a class assign."""
        functions = self.facts.program.modules[holder.path].functions
        for record in functions:
            if record.parent == holder.place:
                for made in assignments(record.body):
                    if isinstance(made.target, Name):
                        yield made.target.text

    def setting(self, path: str, function: int) -> str:
        """A seed among settings that the function itself reads, as `args.seed`, "" if none."""
        names = self.facts.uses(path).names_in(function)
        return next((name for name in names if SEED_SETTING.match(name)), "")

    def of_callers(self, path: str, function: int) -> str:
        """The seed parameter that all known callers of a function have, "" if none."""
        callers = list(self.draws.flow.seeding.callers(path, function))[:CALLERS]
        names = [
            self.draws.ignored_parameter(
                caller, self.facts.program.modules[caller].calls[place].function
            )
            for caller, place in callers
        ]
        return names[0] if names and all(names) else ""


def has_other_purpose(parameter: str, known: Known) -> bool:
    """Whether a seed is named after one thing, as `shuffle_seed`, and a draw after another."""
    found = PURPOSE.match(parameter)
    return found is not None and found[1] not in known.call.name
