"""Data sets of Keras that several processes read, none of which gets a seed."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.counts import count_of
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.symbols import Symbols
    from repro_lint.flow.target import Target
    from repro_lint.syntax.index import Call

BASES = ("keras.utils.Sequence", "keras.utils.PyDataset")
FITS = ("fit", "fit_generator")
TRUE = Literal(True)  # noqa: FBT003  the value in the text


class KerasRead(Record):
    """A call that makes processes read a data set, and the function that reads in them."""

    path: str
    call: Call
    reader: Target


def keras_reads(facts: Facts, symbols: Symbols) -> Iterator[KerasRead]:
    """The calls of `fit` that read a data set of the repository in several processes."""
    program = facts.program
    for name in FITS:
        for path, place in program.calls_named.get(name, ()):
            call = program.modules[path].calls[place]
            if path not in facts.modules or not uses_processes(symbols, path, call):
                continue
            for value in call.arguments[:1] or tuple(v for k, v in call.keywords if k == "x"):
                for kind in program.types.kinds_of(path, call.function, value):
                    reader = reader_of(facts, kind)
                    if reader is not None:
                        yield KerasRead(path, call, reader)


def uses_processes(symbols: Symbols, path: str, call: Call) -> bool:
    """Whether a call surely asks for several processes."""
    workers = call.keyword("workers")
    if call.keyword("use_multiprocessing") != TRUE or workers is None:
        return False
    found = count_of(symbols, path, call.function, workers)
    return isinstance(found.value, int) and found.value > 1


def reader_of(facts: Facts, kind: Target) -> Target | None:
    """The method that reads a batch, of a class of the repository that Keras reads."""
    if kind.kind != "class":
        return None
    bases = [knowledge().canonical(base) for base in facts.program.library_bases(kind)]
    found = facts.program.method(kind, "__getitem__")
    if not any(base in BASES for base in bases) or found is None:
        return None
    return found if found.kind == "function" else None
