"""Methods that frameworks call on objects of classes that derive from theirs."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge

if TYPE_CHECKING:
    from repro_lint.flow.program import Program


def hooks(program: Program, holder: Target) -> tuple[Target, ...]:
    """The methods that a framework calls on an object of a class after it was made.

    What only reads a data set is left out: it runs where a loader is told so.
    """
    return hooked(program, holder, "")


def data_hooks(program: Program, holder: Target) -> tuple[Target, ...]:
    """The methods by which a framework reads a data set of a class, perhaps in workers."""
    return hooked(program, holder, "data")


def hooked(program: Program, holder: Target, kind: str) -> tuple[Target, ...]:
    """The methods of a class and its bases that a library calls, in order of their bodies."""
    bases = program.classes.library_bases(holder) if holder.kind == "class" else ()
    if not bases:
        return ()
    found: dict[str, Target] = {}
    for owner in program.classes.line(holder):
        if owner.kind != "class":
            continue
        functions = program.modules[owner.path].functions
        for place in program.classes.methods_of(owner):
            name = functions[place].name.rpartition(".")[2]
            if name not in found and any(is_hook(f"{base}.{name}", kind) for base in bases):
                found[name] = Target("function", owner.path, place)
    return tuple(found.values())


def is_hook(dotted: str, kind: str) -> bool:
    """Whether a library calls a method of this name on objects of derived classes."""
    fact = knowledge().trait(dotted, "hook")
    return fact is not None and fact.kind == kind
