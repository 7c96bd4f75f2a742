"""Methods that frameworks call on objects of classes that derive from theirs."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.flow.target import Target
from repro_lint.knowledge.load import knowledge

if TYPE_CHECKING:
    from repro_lint.flow.program import Program
    from repro_lint.knowledge.model import Api

STAGES = (
    ("prepare_data",),
    ("setup", "build"),
    ("configure_model",),
    ("configure_optimizers",),
)
STEPS = {
    "fit": frozenset(
        (
            *("on_fit_start", "on_train_start", "train_dataloader", "val_dataloader"),
            *("on_train_epoch_start", "on_train_batch_start", "training_step", "train_step"),
            *("on_train_batch_end", "on_train_epoch_end", "validation_step"),
            *("compute_loss", "call"),
        )
    ),
    "evaluate": frozenset(("test_dataloader", "test_step", "validation_step", "call")),
    "predict": frozenset(("predict_dataloader", "predict_step", "call")),
}


def hooks(program: Program, holder: Target) -> tuple[Target, ...]:
    """The methods that a framework calls on an object of a class after it was made.

    Those of bases count, in the order of their bodies. What only reads a data set is left
    out: it runs where a loader is told so.
    """
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
            if name not in found and any(is_hook(f"{base}.{name}") for base in bases):
                found[name] = Target("function", owner.path, place)
    return tuple(found.values())


def is_hook(dotted: str) -> bool:
    """Whether a library calls a method of this name on objects of derived classes."""
    fact = knowledge().trait(dotted, "hook")
    return fact is not None and not fact.kind


def driven(program: Program, path: str, place: int, fact: Api) -> tuple[Target, ...]:
    """The methods that a call of a library's loop surely runs, in the order in which it does.

    `parameter` and `also` of the fact are the objects that it drives, `self` what it is called on.
    """
    call = program.modules[path].calls[place]
    found: dict[Target, None] = {}
    for number, name in enumerate((fact.parameter, *fact.also)):
        if name == "self":
            holder = program.types.receiver(path, place)
        else:
            value = call.argument(fact.position if not number else -1, name)
            holder = program.types.type_of(path, call.function, value) if value else None
        if holder is not None and holder.kind == "class":
            found.update(dict.fromkeys(hooks(program, holder)))
    functions = {hook: program.function(hook).name.rpartition(".")[2] for hook in found}
    wanted = [hook for hook, name in functions.items() if stage(name, fact.kind) >= 0]
    return tuple(sorted(wanted, key=lambda hook: stage(functions[hook], fact.kind)))


def stage(name: str, kind: str) -> int:
    """When a loop of a kind (fit, evaluate, predict) runs a method, -1 if it does not."""
    for number, names in enumerate(STAGES):
        if name in names:
            return number
    return len(STAGES) if name in STEPS[kind] else -1
