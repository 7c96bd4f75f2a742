"""The repository's own functions that seed, and how a file can call them."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.fixes.plan import insertion
from repro_lint.flow.draws import seed_argument
from repro_lint.flow.target import Target
from repro_lint.syntax.index import Name

if TYPE_CHECKING:
    from repro_lint.fixes.plan import Edit
    from repro_lint.fixes.planner import Planner
    from repro_lint.syntax.index import Function


def helper_for(planner: Planner, stream: str, path: str) -> tuple[str, tuple[Edit, ...]] | None:
    """How a file calls a function of the repository that seeds a stream, and the import for it."""
    context = planner.context
    for known in context.facts.role("seed"):
        if stream not in known.fact.streams:
            continue
        function = context.facts.function(known.path, known.call.function)
        given = seed_argument(known.call, known.fact)
        if not is_helper(function) or given != Name(function.parameters[0].name):
            continue
        found = name_in(planner, path, Target("function", known.path, known.call.function))
        if found is not None:
            return found
    return None


def is_helper(function: Function) -> bool:
    """Whether a function is one of a module, called with a seed and nothing else."""
    return (
        function.kind == "function"
        and "." not in function.name
        and not function.is_generator
        and bool(function.parameters)
        and function.parameters[0].kind == "positional"
        and all(p.default is not None or "*" in p.kind for p in function.parameters[1:])
    )


def name_in(planner: Planner, path: str, helper: Target) -> tuple[str, tuple[Edit, ...]] | None:
    """How a file names a function: as its own, as imported, or by one more import."""
    context = planner.context
    name = context.program.function(helper).name
    if helper.path == path:
        return name, ()
    imports = [entry for entry in context.modules[path].imports if entry.function == 0]
    for entry in imports:
        if entry.member and context.program.resolve(path, 0, entry.alias) == helper:
            return entry.alias, ()
    bound = {*context.modules[path].functions[0].bound, *(entry.alias for entry in imports)}
    for entry in imports:
        named = entry.member not in {"", "*"} and not entry.optional
        if name not in bound and named and leads_to(planner, path, entry.module, helper.path):
            text = f"from {entry.module} import {name}\n"
            return name, (insertion(path, entry.line, text),)
    return None


def leads_to(planner: Planner, path: str, module: str, wanted: str) -> bool:
    """Whether an import in a file reads a module of the repository."""
    return planner.context.program.table.find(path, module) == wanted
