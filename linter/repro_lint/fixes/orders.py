"""Fixes of order: `sorted()` around listings, and around sets where their order is used."""

from __future__ import annotations

import ast

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence
from repro_lint.fixes import expressions
from repro_lint.fixes.plan import SAFE, UNSAFE, Edit, Plan
from repro_lint.fixes.trees import FUNCTIONS
from repro_lint.flow.sinks import SET_METHODS
from repro_lint.rules.ordering import TEXT_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Finding
    from repro_lint.fixes.planner import Planner
    from repro_lint.fixes.trees import Tree
    from repro_lint.syntax.index import Span

ORDERED_BY = frozenset(("enumerate", "tuple", "zip", "map", "iter"))
OPERATORS = (ast.Sub, ast.BitAnd, ast.BitOr, ast.BitXor)


def sorted_listing(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Sort what a listing gives."""
    path, place = finding.location.path, planner.place_at(finding.location)
    tree = planner.tree(path)
    if place is None or tree is None or attempt:
        return None
    call = planner.context.modules[path].calls[place]
    facts = [k.fact for k in planner.context.facts.of_call(path, place) if k.fact.role == "listing"]
    if not facts or any(f.kind == "walk" or f.name.endswith("scandir") for f in facts):
        return None
    node = tree.expression(call.span)
    if node is None or is_advanced(tree, node):
        return None
    span, make = call.span, expressions.wrapped("sorted")
    parent = tree.parent(node)
    if isinstance(parent, ast.Call) and is_plain_call(parent, "list", node):
        span, make = tree.span(parent), expressions.renamed("sorted")
    return Plan(f"sort what `{call.name}` gives", SAFE, (Edit(path, span, make),))


def is_advanced(tree: Tree, node: ast.expr) -> bool:
    """Whether what holds a listing is asked for its next element, as no list can be."""
    scope = scope_of(tree, node)
    return any(
        isinstance(part, ast.Call) and (isinstance(part.func, ast.Name) and part.func.id == "next")
        for part in ast.walk(scope)
    )


def sorted_set(planner: Planner, finding: Finding, attempt: int) -> Plan | None:
    """Sort a set where its order is used; the set itself stays one."""
    path, tree = finding.location.path, planner.tree(finding.location.path)
    if tree is None or attempt:
        return None
    node = set_at(planner, tree, finding)
    if node is None:
        return None
    # What is added later may be any object, of which not all have an order to sort by.
    if isinstance(node, ast.Call) and not node.args and not is_of_text(tree, node):
        return None
    edits = tuple(
        Edit(path, span, expressions.wrapped("sorted") if wraps else expressions.renamed("sorted"))
        for span, wraps in places_of(tree, node)
    )
    safety = SAFE if finding.confidence == Confidence.HIGH else UNSAFE
    return Plan("sort the set where its order is used", safety, edits) if edits else None


def is_of_text(tree: Tree, node: ast.expr) -> bool:
    """Whether names say that a set holds text."""
    parent = tree.parent(whole_set(tree, node))
    made = parent.targets if isinstance(parent, ast.Assign) else []
    named = [n for part in (node, *made) for n in ast.walk(part)]
    return any(
        (isinstance(n, ast.Name) and TEXT_NAME.search(n.id))
        or (isinstance(n, ast.Attribute) and TEXT_NAME.search(n.attr))
        or (isinstance(n, ast.Constant) and isinstance(n.value, str))
        for n in named
    )


def set_at(planner: Planner, tree: Tree, finding: Finding) -> ast.expr | None:
    """The expression that makes the set of a finding."""
    for node, span in displays(tree):
        if planner.context.facts.place_of(finding.location.path, span) == finding.location:
            return node
    call = planner.call_at(finding.location)
    return None if call is None else tree.expression(call.span)


def displays(tree: Tree) -> Iterator[tuple[ast.expr, Span]]:
    """The sets that are written as `{...}`."""
    for node in ast.walk(tree.module):
        if isinstance(node, (ast.Set, ast.SetComp)):
            yield node, tree.span(node)


def places_of(tree: Tree, node: ast.expr) -> list[tuple[Span, bool]]:
    """Where the order of a set is used: spans to wrap, or calls of `list` to rename."""
    top = whole_set(tree, node)
    here = used_at(tree, top)
    if here is not None:
        return [here]
    parent = tree.parent(top)
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
        return []
    target = parent.targets[0]
    if not isinstance(target, ast.Name):
        return []
    scope = scope_of(tree, parent)
    named = [n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == target.id]
    if sum(isinstance(name.ctx, ast.Store) for name in named) != 1:
        return []
    found = [used_at(tree, whole_set(tree, n)) for n in named if isinstance(n.ctx, ast.Load)]
    return sorted(set(filter(None, found)))


def whole_set(tree: Tree, node: ast.expr) -> ast.expr:
    """The set that others are combined with: `set(a) - set(b)`, `set(a).union(b)`."""
    while True:
        parent = tree.parent(node)
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, OPERATORS):
            node = parent
            continue
        above = tree.parent(parent) if isinstance(parent, ast.Attribute) else None
        if (
            isinstance(parent, ast.Attribute)
            and parent.attr in SET_METHODS
            and isinstance(above, ast.Call)
            and above.func is parent
        ):
            node = above
            continue
        return node


def used_at(tree: Tree, node: ast.expr) -> tuple[Span, bool] | None:
    """The span to change if the order of an expression is used right here."""
    parent = tree.parent(node)
    if isinstance(parent, ast.Call):
        if is_plain_call(parent, "list", node):
            return tree.span(parent), False
        joins = isinstance(parent.func, ast.Attribute) and parent.func.attr == "join"
        name = parent.func.id if isinstance(parent.func, ast.Name) else ""
        if node in parent.args and (joins or name in ORDERED_BY):
            return tree.span(node), True
    loops = isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)) and parent.iter is node
    return (tree.span(node), True) if loops else None


def is_plain_call(call: ast.Call, name: str, argument: ast.expr) -> bool:
    """Whether a call is `name(argument)`."""
    function = call.func
    return (
        isinstance(function, ast.Name)
        and function.id == name
        and call.args == [argument]
        and not call.keywords
    )


def scope_of(tree: Tree, node: ast.AST) -> ast.AST:
    """The function that a node is in, else the module."""
    return next((n for n in tree.above(node) if isinstance(n, FUNCTIONS)), tree.module)
