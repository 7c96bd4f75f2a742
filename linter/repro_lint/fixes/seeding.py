"""Fixes of streams: a seeding call after the options are known and before the first draw."""

from __future__ import annotations

import ast

from repro_lint import TYPE_CHECKING
from repro_lint.fixes.helpers import helper_for
from repro_lint.fixes.plan import UNSAFE, Edit, Plan, insertion
from repro_lint.fixes.scope import first_line, heads, import_edit, new_constant, seed_in_scope
from repro_lint.fixes.trees import FUNCTIONS
from repro_lint.knowledge.load import knowledge
from repro_lint.records import Record
from repro_lint.syntax.index import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding, Location
    from repro_lint.fixes.planner import Planner
    from repro_lint.fixes.scope import Seed
    from repro_lint.fixes.trees import Tree

BESIDE = "belongs beside this seed"


class Spot(Record):
    """A line before which a seeding call can stand, and the function that it is in."""

    path: str
    line: int
    indent: str
    function: int


def seeded_run(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Seed a stream beside the other seeds, else before the draw; each attempt is another place."""
    plans = ways(planner, finding)
    for number, plan in enumerate(plans):
        if number == attempt:
            return plan
    return None


def ways(planner: Planner, finding: Finding) -> Iterator[Plan]:
    """The plans for a stream, the best first."""
    if not finding.entry or finding.stream not in knowledge().streams:
        return
    remark = next((step for step in reversed(finding.trace) if step.remark), None)
    if remark is not None and remark.message.endswith(BESIDE):
        plan = beside(planner, finding, remark.location)
        if plan is not None:
            yield plan
    spots = list(spots_of(planner, finding))
    for spot in spots if finding.rule == "RNG002" else ():
        plan = moved_up(planner, finding, spot)
        if plan is not None:
            yield plan
    known = [(spot, seed) for spot in spots if (seed := seed_at_spot(planner, spot)) is not None]
    known.sort(key=lambda pair: not pair[1].is_option)
    for spot, seed in known:
        plan = seeding(planner, finding, spot, seed)
        if plan is not None:
            yield plan


def moved_up(planner: Planner, finding: Finding, spot: Spot) -> Plan | None:
    """The plan that moves a seed that comes too late to a spot in the same function."""
    late = [s.location for s in finding.trace if s.remark and s.location.path == spot.path]
    call, tree = (planner.call_at(late[0]) if late else None), planner.tree(spot.path)
    if call is None or tree is None or call.function != spot.function:
        return None
    statement = tree.statement(call.span)
    if not isinstance(statement, ast.Expr) or not stands_alone(tree, statement):
        return None
    needed = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    needed -= {call.name.partition(".")[0]}
    if statement.lineno <= spot.line or not needed <= {
        *heads(planner, spot.path, spot.function, spot.line),
        *(heads(planner, spot.path, 0, spot.line if not spot.function else 0)),
    }:
        return None
    line = statement.lineno
    text = tree.lines[line - 1].lstrip(" \t")
    gone = Edit(spot.path, Span(line, 1, line + 1, 1), lambda _: "")
    there = insertion(spot.path, spot.line, f"{spot.indent}{text}\n")
    return Plan(f"move `{call.name}` before the first draw", UNSAFE, (there, gone))


def stands_alone(tree: Tree, statement: ast.stmt) -> bool:
    """Whether a statement fills one line, in a block with others."""
    block = getattr(tree.parent(statement), "body", [])
    lines = [other.lineno for other in block]
    return (
        statement in block
        and len(block) > 1
        and statement.lineno == statement.end_lineno
        and lines.count(statement.lineno) == 1
        and tree.starts_line(statement)
        and ";" not in tree.lines[statement.lineno - 1]
    )


def seed_at_spot(planner: Planner, spot: Spot) -> Seed | None:
    """The seed to write at a spot."""
    found = seed_in_scope(planner, spot.path, spot.function, spot.line)
    return found or new_constant(planner, spot.path, spot.line)


def spots_of(planner: Planner, finding: Finding) -> Iterator[Spot]:
    """Where a run could be seeded: before each call of the way, as long as it is in the entry."""
    for step in finding.trace:
        if step.remark or step.location.path != finding.entry:
            return
        call, tree = planner.call_at(step.location), planner.tree(finding.entry)
        if call is None or tree is None:
            return
        spot = spot_before(tree, finding.entry, call.span, call.function)
        if spot is not None:
            yield spot


def spot_before(tree: Tree, path: str, span: Span, function: int) -> Spot | None:
    """The place before the statement of a function's body that leads to a call."""
    statement = tree.statement(span)
    if statement is None:
        return None
    chain: list[ast.AST] = [statement, *tree.above(statement)]
    home = next((n for n in chain if isinstance(n, (*FUNCTIONS, ast.ClassDef))), tree.module)
    inside = chain[: chain.index(home)] if home in chain else chain
    outer = [node for node in inside if isinstance(node, ast.stmt)]
    if not outer or isinstance(home, ast.ClassDef):
        return None
    at = outer[-1]
    for deeper in reversed(outer[:-1]):
        if not (isinstance(at, ast.With) or is_main_guard(at)):
            break
        at = deeper
    if not tree.starts_line(at):
        return None
    line = first_line(at)
    return Spot(path, line, tree.indent(line) or "", function)


def is_main_guard(node: ast.AST) -> bool:
    """Whether a statement is `if __name__ == "__main__"`."""
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def seeding(planner: Planner, finding: Finding, spot: Spot, seed: Seed) -> Plan | None:
    """The plan that writes a seeding call at a spot."""
    spot = after_options(planner, spot, seed)
    helper = helper_for(planner, finding.stream, spot.path)
    if helper is not None:
        name, imports = helper
        call = f"{name}({seed.text})"
    else:
        made = seeding_call(planner, finding.stream, spot, seed.text)
        if made is None:
            return None
        call, imports = made
    text = f"{spot.indent}{call}\n"
    edit = insertion(spot.path, spot.line, text)
    return Plan(f"call `{call}` before the first draw", UNSAFE, (edit, *seed.edits, *imports))


def after_options(planner: Planner, spot: Spot, seed: Seed) -> Spot:
    """A spot right after the options are parsed, where that is in the same block."""
    tree = planner.tree(spot.path)
    if not seed.is_option or tree is None:
        return spot
    head = seed.text.partition(".")[0]
    for node in ast.walk(tree.module):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if not isinstance(block, list) or not any(is_at(s, spot.line) for s in block):
                continue
            before = [s for s in block if first_line(s) < spot.line and binds(s, head)]
            if before and seed.text != head:
                follower = block[block.index(before[-1]) + 1]
                if tree.starts_line(follower):
                    return spot._replace(line=first_line(follower))
    return spot


def is_at(statement: object, line: int) -> bool:
    """Whether a statement begins on a line."""
    return isinstance(statement, ast.stmt) and first_line(statement) == line


def binds(statement: ast.stmt, name: str) -> bool:
    """Whether a statement changes a name, or an attribute of it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(
        isinstance(part, ast.Name) and part.id == name
        for target in targets
        for part in ast.walk(target)
    )


def seeding_call(
    planner: Planner, stream: str, spot: Spot, seed: str
) -> tuple[str, tuple[Edit, ...]] | None:
    """The call that seeds a stream, with the import that it needs."""
    known = knowledge().streams[stream]
    head, _, rest = known.seed.partition(".")
    module = known.modules[0] if known.modules else head
    if module != head and "." in module:
        return None
    index = planner.context.modules[spot.path]
    for entry in index.imports:
        early = entry.function == 0 and entry.line < spot.line
        if early and entry.module == module and not entry.member:
            return f"{entry.alias}.{rest}".replace("(seed)", f"({seed})"), ()
    taken = {*index.functions[0].bound, *(entry.alias for entry in index.imports)}
    if head in taken or any(entry.member == "*" for entry in index.imports):
        return None
    line = f"import {module}\n" if module == head else f"import {module} as {head}\n"
    imports = import_edit(planner, spot.path, spot.line, line)
    return (known.seed.replace("(seed)", f"({seed})"), imports) if imports else None


def beside(planner: Planner, finding: Finding, location: Location) -> Plan | None:
    """The plan that seeds a stream before the call that seeds another one, with the same seed."""
    path, tree = location.path, planner.tree(location.path)
    call = planner.call_at(location)
    if call is None or tree is None:
        return None
    node, statement = tree.expression(call.span), tree.statement(call.span)
    if not isinstance(node, ast.Call) or not isinstance(statement, ast.Expr):
        return None
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    if len(given) != 1 or not isinstance(given[0], (ast.Name, ast.Attribute, ast.Constant)):
        return None
    if not tree.starts_line(statement) or statement.value is not node:
        return None
    spot = Spot(path, statement.lineno, tree.indent(statement.lineno) or "", call.function)
    made = seeding_call(planner, finding.stream, spot, ast.unparse(given[0]))
    if made is None:
        return None
    text, imports = made
    edit = insertion(path, spot.line, f"{spot.indent}{text}\n")
    return Plan(f"call `{text}` beside `{call.name}`", UNSAFE, (edit, *imports))
