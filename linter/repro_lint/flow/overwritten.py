"""Weights that a model draws and that loading other weights into it overwrites."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.operations import blocks, every
from repro_lint.syntax.index import Evaluate, Literal, Name, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.flow.facts import Facts
    from repro_lint.flow.transfer import Site
    from repro_lint.syntax.index import Call, ModuleIndex, Operation

LOADER = ".load_state_dict"
MOVES = frozenset(("to", "cuda", "cpu", "float", "double", "half", "train", "eval"))
STEPS = 4


def is_overwritten(facts: Facts, trace: tuple[Site, ...]) -> bool:
    """Whether what a call on the way to a draw gives surely takes stored weights later."""
    return any(
        name and loads(facts.program.modules[site.path], site.call, name)
        for site in trace
        for name in kept_as(facts, site.path, site.call, STEPS)
    )


def kept_as(facts: Facts, path: str, place: int, steps: int) -> Iterator[str]:
    """The names under which a result is kept, itself or as a part of what it is given to."""
    for use in facts.uses(path).of_result(place):
        target = getattr(use.operation, "target", None)
        if use.kind == "assigned" and isinstance(target, Name):
            yield target.text
        elif steps and (use.kind == "argument" or use.detail in MOVES):
            yield from kept_as(facts, path, use.call, steps - 1)


def loads(index: ModuleIndex, place: int, name: str) -> bool:
    """Whether code that always follows a call loads weights into what has a name."""
    function = index.functions[index.calls[place].function]
    for block in all_blocks(function.body):
        loaders = [o for o in block if isinstance(o, Evaluate) and fills(index, o.call, name)]
        if not loaders:
            continue
        before = every(block[: block.index(loaders[-1])])
        if any(isinstance(o, Evaluate) and o.call == place for o in before):
            return True
    return False


def all_blocks(body: tuple[Operation, ...]) -> Iterator[tuple[Operation, ...]]:
    """A block and all blocks inside it."""
    yield body
    for operation in body:
        for block in blocks(operation):
            yield from all_blocks(block)


def fills(index: ModuleIndex, place: int, name: str) -> bool:
    """Whether a call loads all weights of what has a name, from a file and not from a twin."""
    call = index.calls[place]
    if call.name != name + LOADER or call.keyword("strict") == Literal(False):  # noqa: FBT003
        return False
    return bool(call.arguments) and not is_twin(index, call)


def is_twin(index: ModuleIndex, call: Call) -> bool:
    """Whether the weights are those of another model, as of a target network."""
    given = call.arguments[0]
    return isinstance(given, Result) and index.calls[given.call].name.endswith(".state_dict")
