"""Estimators of scikit-learn that are trained in other processes, as `n_jobs` says."""

from __future__ import annotations

from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.flow.counts import count_of
from repro_lint.flow.operations import every
from repro_lint.records import Record
from repro_lint.syntax.index import Compound, Loop, Name, Result
from repro_lint.syntax.values import names_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts, Known
    from repro_lint.flow.symbols import Symbols
    from repro_lint.syntax.index import Value

STEPS = 6
# Names of joblib and scikit-learn that choose another backend for all that is inside.
BACKENDS = ("parallel_backend", "parallel_config")


class Sent(Record):
    """An estimator that may draw, and the call that trains it in workers."""

    known: Known
    trainer: Known


class Searches:
    """The estimators of a program that are trained in workers."""

    def __init__(self, facts: Facts, symbols: Symbols) -> None:
        """Keep what is known."""
        self.facts = facts
        self.program = facts.program
        self.symbols = symbols

    @cached_property
    def sent(self) -> tuple[Sent, ...]:
        """Each estimator once, with the first call that trains it in workers."""
        found: dict[tuple[str, int], Sent] = {}
        for trainer in self.facts.role("worker"):
            if trainer.fact.kind != "estimator" or not self.has_workers(trainer):
                continue
            given = trainer.call.argument(trainer.fact.position, trainer.fact.parameter)
            if given is None:
                continue
            for known in self.estimators(trainer.path, trainer.call.function, given, STEPS):
                found.setdefault((known.path, known.place), Sent(known, trainer))
        return tuple(found[key] for key in sorted(found))

    @cached_property
    def places(self) -> frozenset[tuple[str, int]]:
        """Where these estimators are made."""
        return frozenset((known.path, known.place) for known, _ in self.sent)

    def has_workers(self, trainer: Known) -> bool:
        """Whether a call surely uses processes of joblib."""
        given = trainer.call.keyword("n_jobs")
        if given is None or self.chooses_backend(trainer.path):
            return False
        found = count_of(self.symbols, trainer.path, trainer.call.function, given)
        if found.kind not in ("constant", "option"):
            return False
        return isinstance(found.value, int) and found.value != 1

    def chooses_backend(self, path: str) -> bool:
        """Whether a module chooses how joblib starts workers."""
        targets = self.program.targets[path]
        return any(name.rpartition(".")[2] in BACKENDS for name in targets)

    def estimators(self, path: str, function: int, value: Value, steps: int) -> Iterator[Known]:
        """The calls of scikit-learn inside a value that take a seed."""
        if steps <= 0:
            return
        if isinstance(value, Result):
            yield from self.of_call(path, value.call, steps)
        elif isinstance(value, Compound) and value.kind in ("List", "Tuple", "Dict", "Starred"):
            for part in value.parts:
                yield from self.estimators(path, function, part, steps - 1)
        elif isinstance(value, Name) and "." not in value.text:
            for given in self.program.types.values(path, function, value.text):
                yield from self.estimators(path, function, given, steps - 1)
            yield from self.of_loops(path, function, value.text, steps)

    def of_call(self, path: str, place: int, steps: int) -> Iterator[Known]:
        """The estimator that a call makes, or those that it puts together."""
        rows = [
            known
            for known in self.facts.of_call(path, place)
            if known.fact.role == "draw" and known.fact.library == "scikit-learn"
        ]
        seeded = [known for known in rows if known.fact.parameter]
        if seeded:
            yield from seeded
            return
        target = self.program.callee(path, place)
        if target is None or target.kind != "library":
            return
        call = self.program.modules[path].calls[place]
        if target.dotted.startswith(("sklearn.", "imblearn.")):
            for value in (*call.arguments, *(value for _, value in call.keywords)):
                yield from self.estimators(path, call.function, value, steps - 1)

    def of_loops(self, path: str, function: int, name: str, steps: int) -> Iterator[Known]:
        """The estimators among which a loop variable goes round."""
        for operation in every(self.facts.function(path, function).body):
            if isinstance(operation, Loop) and name in names_inside(operation.target):
                for value in self.sources(path, function, operation.iterable):
                    yield from self.estimators(path, function, value, steps - 1)

    def sources(self, path: str, function: int, value: Value) -> Iterator[Value]:
        """What a loop goes over: a display, the name of one, or these in `zip` and the like."""
        if isinstance(value, Name):
            yield from self.program.types.values(path, function, value.text)
        elif isinstance(value, Compound):
            yield value
        elif isinstance(value, Result):
            call = self.program.modules[path].calls[value.call]
            head, _, method = call.name.rpartition(".")
            if method in ("items", "values") and not call.arguments:
                yield from self.sources(path, function, call.receiver or Name(head))
            elif call.target in ("builtins.zip", "builtins.enumerate"):
                for argument in call.arguments:
                    yield from self.sources(path, function, argument)
