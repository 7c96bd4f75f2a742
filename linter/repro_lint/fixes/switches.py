"""Fixes of switches: cuDNN's, deterministic mode, and functions that are named in vain."""

from __future__ import annotations

import ast

from repro_lint import TYPE_CHECKING
from repro_lint.fixes import expressions
from repro_lint.fixes.plan import SAFE, UNSAFE, Edit, Plan, insertion
from repro_lint.fixes.scope import seed_at
from repro_lint.flow.operations import every
from repro_lint.knowledge.load import knowledge
from repro_lint.syntax.index import Assign, Mention, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.fixes.planner import Planner
    from repro_lint.syntax.index import Operation

TWINS = (("deterministic", "True"), ("benchmark", "False"))


def benchmark_off(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Turn the race of cuDNN's algorithms off."""
    path = finding.location.path
    title = "set `cudnn.benchmark` to `False`"
    if attempt:
        return None
    call = planner.call_at(finding.location)
    if call is not None:
        edit = Edit(path, call.span, expressions.with_argument("benchmark", "False"))
        return Plan(title, UNSAFE, (edit,))
    for _, operation in operations_at(planner, finding):
        if isinstance(operation, Assign) and isinstance(operation.target, Name):
            return Plan(title, UNSAFE, (Edit(path, operation.span, expressions.assigned("False")),))
    return None


def no_warnings(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Let operations without a deterministic form fail, not only warn."""
    call = planner.call_at(finding.location)
    if call is None or attempt or call.keyword("warn_only") is None:
        return None
    edit = Edit(finding.location.path, call.span, expressions.without_argument("warn_only"))
    return Plan(f"drop `warn_only` of `{call.name}`", UNSAFE, (edit,))


def called(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Call a function that is only named, or given a value."""
    path = finding.location.path
    for place, operation in operations_at(planner, finding) if not attempt else ():
        if isinstance(operation, Assign):
            edit = Edit(path, operation.span, expressions.calling)
            return Plan(f"call `{shown(operation.target)}`", SAFE, (edit,))
        if isinstance(operation, Mention) and isinstance(operation.value, Name):
            return call_of(planner, path, place, operation)
    return None


def call_of(planner: Planner, path: str, place: int, operation: Mention) -> Plan | None:
    """The plan that calls what stands alone as a statement."""
    name = shown(operation.value)
    target = planner.context.program.resolve(path, place, name)
    facts = knowledge().lookup(target.dotted) if target is not None else ()
    fact = next((f for f in facts if f.role in {"seed", "switch"}), None)
    if fact is None:
        return None
    if fact.role == "switch":
        values = ("True",) if fact.parameter else ()
        edit = Edit(path, operation.span, expressions.called_with(*values))
        return Plan(f"call `{name}`", SAFE, (edit,))
    seed = seed_at(planner, path, place, operation.span.line)
    if seed is None:
        return None
    edit = Edit(path, operation.span, expressions.called_with(seed.text))
    return Plan(f"call `{name}` with `{seed.text}`", UNSAFE, (edit, *seed.edits))


def deterministic(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Set cuDNN's switches beside the seed, or the one that is missing beside the other."""
    path, tree = finding.location.path, planner.tree(finding.location.path)
    if tree is None or attempt:
        return None
    call = planner.call_at(finding.location)
    spans = [call.span] if call is not None else []
    spans += [o.span for _, o in operations_at(planner, finding) if isinstance(o, Assign)]
    statement = tree.statement(spans[0]) if spans else None
    if not isinstance(statement, (ast.Expr, ast.Assign)) or not tree.starts_line(statement):
        return None
    head = switch_head(planner, path, statement, seeds=call is not None)
    if not head:
        return None
    # The name that is set already says which of the two is missing.
    set_already = [name for name, _ in TWINS if f".{name}" in ast.unparse(statement)]
    wanted = [(n, v) for n, v in TWINS if n not in set_already]
    if not set_already and call is None:
        return None
    indent = tree.indent(statement.lineno)
    text = "".join(f"{indent}{head}.{name} = {value}\n" for name, value in wanted)
    at = (statement.end_lineno or statement.lineno) + 1
    if at > len(tree.lines) or ";" in tree.lines[statement.lineno - 1]:
        return None
    switches = " and ".join(f"`cudnn.{name} = {value}`" for name, value in wanted)
    return Plan(f"set {switches} here", UNSAFE, (insertion(path, at, text),))


def switch_head(planner: Planner, path: str, statement: ast.stmt, *, seeds: bool) -> str:
    """How a file names `torch.backends.cudnn` where a statement stands, "" if it does not."""
    if isinstance(statement, ast.Assign) and not seeds:
        target = statement.targets[0]
        alone = len(statement.targets) == 1 and isinstance(target, ast.Attribute)
        return ast.unparse(target.value) if alone and isinstance(target, ast.Attribute) else ""
    for entry in planner.context.modules[path].imports:
        if entry.function == 0 and entry.module == "torch" and not entry.member:
            return f"{entry.alias}.backends.cudnn"
    return ""


def operations_at(planner: Planner, finding: Finding) -> Iterator[tuple[int, Operation]]:
    """The assignments and mentions that stand at the place of a finding."""
    path = finding.location.path
    index = planner.context.modules.get(path)
    for place, function in enumerate(index.functions if index is not None else ()):
        for operation in every(function.body):
            if isinstance(operation, (Assign, Mention)):
                where = planner.context.facts.place_of(path, operation.span)
                if where == finding.location:
                    yield place, operation


def shown(value: object) -> str:
    """The name that a value is."""
    return value.text if isinstance(value, Name) else "it"
