"""What a program saves to go on from, and what it takes from there again."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.constants import given_to
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.syntax.index import UNKNOWN, Compound, Literal, Name, Result

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.syntax.index import Call, ModuleIndex, Value

# `save_checkpoint({...}, is_best)` and `save_on_master({...}, path)` hand on what they get.
SAVER = pattern(r"(?i)(^|[._])save(_\w+)?$|_save$")
OPTIMIZER = pattern(r"(?i)(^|_)opti\w*|(^|_)opt(_|$)")
PROGRESS = pattern(r"(?i)(^|_)(epoch|step|iter|iteration|iter_num|it|global_step|itr)s?$")
RANDOM = pattern(r"(?i)rng|random|generator|np_state|seed_state")


class Save(Record):
    """A dictionary that is saved.

    `keys` are its literal keys with their values; `open` tells that it may hold others.
    """

    path: str
    place: int
    keys: tuple[tuple[str, Value], ...]
    open: bool

    def has(self, wanted: re.Pattern[str]) -> bool:
        """Whether a key has some word."""
        return any(wanted.search(key) for key, _ in self.keys)


class Checkpoints:
    """The saves of all modules, and what is restored of them."""

    def __init__(self, facts: Facts) -> None:
        """Keep the facts; calls are read when asked for."""
        self.facts = facts
        self.program = facts.program
        self._together: dict[str, frozenset[str]] = {}

    @cached_property
    def saves(self) -> tuple[Save, ...]:
        """Each dictionary that is saved and whose keys the text shows, sorted."""
        places = [
            key
            for (_, name), calls in self.program.callees.items()
            if SAVER.search(name)
            for key in calls
            if key[0] in self.facts.modules
        ]
        found = (self.read(path, place) for path, place in sorted(places))
        return tuple(save for save in found if save is not None)

    def read(self, path: str, place: int) -> Save | None:
        """The dictionary that a call saves."""
        index = self.facts.modules[path]
        call = index.calls[place]
        value = call.argument(0, "obj")
        keys: list[tuple[str, Value]] = []
        is_open = False
        if isinstance(value, Name):
            given = given_to(index, call.function, value)
            keys.extend(added(index, call.function, value))
            is_open = f"{value.text}.update" in {c.name for c in index.calls}
            made = [each for each in given if entries(index, each) is not None]
            value = made[0] if len(made) == 1 else None
        pairs = entries(index, value)
        if pairs is None:
            return None
        keys.extend((key, each) for key, each in pairs if key)
        return Save(path, place, tuple(keys), is_open or any(not key for key, _ in pairs))

    def is_state(self, path: str, value: Value) -> bool:
        """Whether a value is the state of an object: `model.state_dict()`."""
        if not isinstance(value, Result):
            return False
        return self.facts.modules[path].calls[value.call].name.endswith(".state_dict")

    def has_model(self, save: Save) -> bool:
        """Whether a save holds the state of something that is no optimizer."""
        return any(
            self.is_state(save.path, value) and not OPTIMIZER.search(key)
            for key, value in save.keys
        )

    @cached_property
    def resuming(self) -> frozenset[str]:
        """The modules that restore the state of an optimizer."""
        named = self.program.calls_by_module("load_state_dict")
        return frozenset(
            path
            for path, places in named.items()
            if path in self.facts.modules
            for place in places
            if restores_optimizer(self.facts.modules[path].calls[place])
            and not self.takes_best(path, self.facts.modules[path].calls[place])
        )

    def takes_best(self, path: str, call: Call) -> bool:
        """Whether the function of a call is only ever asked for the best model, at the end."""
        function = self.facts.modules[path].functions[call.function]
        if function.kind != "function":
            return False
        asks = list(self.program.calls_beside(path, function.name.rpartition(".")[2]))
        return bool(asks) and all(
            names_best(self.facts.program.modules[other].calls[place]) for other, place in asks
        )

    def resumed(self, path: str) -> bool:
        """Whether a program that runs a module goes on with an optimizer as it was."""
        return any(path in self.runs_with(other) for other in self.resuming)

    def runs_with(self, path: str) -> frozenset[str]:
        """The modules that a run with a module loads: its own imports, and those of its users."""
        if path not in self._together:
            closures = (self.program.closure(e.path) for e in self.program.entries_reaching(path))
            users = (self.program.closure(o) for o in self.users.get(path, ()))
            own = self.program.closure(path)
            self._together[path] = frozenset(own.union(*closures, *users))
        return self._together[path]

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """The modules that import each module."""
        found: dict[str, list[str]] = {}
        for path, others in sorted(self.program.imported_paths.items()):
            for other in others:
                found.setdefault(other, []).append(path)
        return found


def restores_optimizer(call: Call) -> bool:
    """Whether a call gives an optimizer its state back; `opt_model` is an optimised model."""
    name = call.name.rpartition(".")[0].rpartition(".")[2]
    return bool(OPTIMIZER.search(name)) and "model" not in name.lower()


def names_best(call: Call) -> bool:
    """Whether an argument of a call is the text of a name with "best" in it."""
    given = (*call.arguments, *(value for _, value in call.keywords))
    return any("best" in text(value).lower() for value in given)


def entries(index: ModuleIndex, value: Value | None) -> list[tuple[str, Value]] | None:
    """The entries of a dictionary, "" for keys that the text does not show; None if it is none."""
    if isinstance(value, Compound) and value.kind == "Dict":
        keys, values = value.parts[::2], value.parts[1::2]
        return [(text(key), given) for key, given in zip(keys, values, strict=True)]
    if isinstance(value, Result) and index.calls[value.call].target == "builtins.dict":
        call = index.calls[value.call]
        found = [("" if key == "**" else key, given) for key, given in call.keywords]
        return found + [("", given) for given in call.arguments]
    return None


def added(index: ModuleIndex, function: int, name: Name) -> Iterator[tuple[str, Value]]:
    """The entries that a function adds to a dictionary: `state["epoch"] = epoch`."""
    for made in assignments(index.functions[function].body):
        target = made.target
        if isinstance(target, Compound) and target.kind == "Subscript" and target.parts[0] == name:
            yield text(target.parts[1]) or "?", made.value if target.parts[1:] else UNKNOWN


def text(value: Value) -> str:
    """The text of a literal key, "" if it is none."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""
