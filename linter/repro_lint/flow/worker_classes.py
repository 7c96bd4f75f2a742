"""Classes whose objects are workers, and functions that a decorator sends to a cluster."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.knowledge.model import Api
    from repro_lint.syntax.index import Function

# What a module must name to have such classes.
PACKAGES = frozenset(("multiprocess", "multiprocessing", "threading", "torch"))


class Worker(Record):
    """What runs in workers of a kind: `targets`, and `before` them in the same process.

    `place` is the call that makes the worker, -1 where there is none to name.
    """

    path: str
    place: int
    kind: str
    targets: tuple[Target, ...]
    before: tuple[Target, ...] = ()


def naming(facts: Facts, packages: frozenset[str]) -> Iterator[str]:
    """The modules that import from one of some packages."""
    for path, index in facts.modules.items():
        if any(entry.module.partition(".")[0] in packages for entry in index.imports):
            yield path


def remote(facts: Facts) -> Iterator[Worker]:
    """Functions and classes with a decorator that sends them to a cluster."""
    for path in naming(facts, frozenset(("ray",))):
        for place, record in enumerate(facts.modules[path].functions):
            if any(fact.kind == "remote" for fact in decorating(facts, path, record)):
                if record.kind == "class":
                    methods, made = methods_of(facts, path, place)
                    yield Worker(path, -1, "remote", methods, made)
                else:
                    yield Worker(path, -1, "remote", (Target("function", path, place),))


def decorating(facts: Facts, path: str, record: Function) -> Iterator[Api]:
    """What is known of the decorators of a function or class as starters of workers."""
    for decorator in record.decorators:
        target = None
        if isinstance(decorator, Name):
            target = facts.program.resolve(path, max(record.parent, 0), decorator.text)
        elif isinstance(decorator, Result):
            target = facts.program.callee(path, decorator.call)
        if target is not None and target.kind == "library":
            facts_here = knowledge().lookup(target.dotted)
            yield from (fact for fact in facts_here if fact.role == "worker")


def methods_of(
    facts: Facts, path: str, holder: int
) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """The methods of a class, and its constructor alone."""
    functions = facts.modules[path].functions
    methods = [
        (Target("function", path, place), record.name.endswith(".__init__"))
        for place, record in enumerate(functions)
        if record.parent == holder and record.kind == "function"
    ]
    return tuple(t for t, _ in methods), tuple(t for t, first in methods if first)


def running(facts: Facts) -> Iterator[Worker]:
    """The `run` methods of classes that are processes or threads, where objects are made."""
    program = facts.program
    for path in naming(facts, PACKAGES):
        for place, record in enumerate(facts.modules[path].functions):
            if record.kind != "function" or not record.name.endswith(".run") or record.parent < 1:
                continue
            holder = Target("class", path, record.parent)
            bases = program.library_bases(holder)
            kinds = {fact.kind for base in bases for fact in started(base)}
            if len(kinds) != 1:
                continue
            name = program.function(holder).name.rpartition(".")[2]
            for caller, call in program.calls_named.get(name, ()):
                if caller in facts.modules and program.callee(caller, call) == holder:
                    run = Target("function", path, place)
                    yield Worker(caller, call, next(iter(kinds)), (run,))


def started(base: str) -> Iterator[Api]:
    """What is known of a class as a worker."""
    for fact in knowledge().lookup(base):
        if fact.role == "worker" and fact.kind in ("process", "thread"):
            yield fact
