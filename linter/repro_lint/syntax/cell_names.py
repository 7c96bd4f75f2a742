"""Which names the cells of a notebook use before any cell has bound them."""

from __future__ import annotations

import ast
import builtins
import warnings

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.repository.magics import NOTEBOOK_FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterator

# What interpreters and hosts of notebooks bind before the first cell runs.
GIVEN = frozenset(
    {
        *dir(builtins), "BaseExceptionGroup", "ExceptionGroup", "EncodingWarning", "aiter", "anext",
        "PythonFinalizationError", "__file__", "__name__", "__doc__", "__builtins__", "In", "Out",
        "display", "get_ipython", "exit", "quit", "spark", "sc", "sqlContext", "sqlc", "dbutils",
        "displayHTML", "table", "unicode", "xrange", "raw_input", "basestring", "reduce", "long",
        "ipython", "widgets", "__IPYTHON__", "cudf_pandas",
    }
)  # fmt: skip
_HISTORY = pattern(r"_+(?:i+|\d+|oh|ih|dh)?\d*$|_+$")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Unbound(Record):
    """A use of a name before anything has bound it; `bound` is the first later line, else 0."""

    name: str
    line: int
    column: int
    bound: int


class _Statement(Record):
    loads: tuple[ast.Name, ...]
    binds: frozenset[str]


def unbound_names(text: str) -> tuple[Unbound, ...]:
    """The first use of each name that nothing above it binds; none where that cannot be known."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree: ast.Module = compile(text, "cells", "exec", NOTEBOOK_FLAGS, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ()
    if _is_open(tree):
        return ()
    known = GIVEN | set(_declared_global(tree))
    statements = [(node.lineno, _statement(node)) for node in tree.body]
    found: dict[str, Unbound] = {}
    for place, (_, statement) in enumerate(statements):
        for load in statement.loads:
            name = load.id
            if name not in known and name not in found and not _HISTORY.match(name):
                later = (line for line, other in statements[place:] if name in other.binds)
                line, column = load.lineno, len(_before(text, load)) + 1
                found[name] = Unbound(name, line, column, next(later, 0))
        known = known | statement.binds
    return tuple(sorted(found.values(), key=lambda use: (use.line, use.column)))


def _before(text: str, node: ast.Name) -> str:
    line = text.split("\n")[node.lineno - 1]
    return line.encode()[: node.col_offset].decode("utf-8", "ignore")


def _is_open(tree: ast.Module) -> bool:
    """Tell whether names may be bound that the text does not show."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return True
        if isinstance(node, ast.Name) and node.id in ("exec", "globals", "locals", "vars", "dir"):
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("run_line_magic", "user_ns", "magic"):
            return True
    return False


def _declared_global(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names


def _statement(node: ast.stmt) -> _Statement:
    """What a statement of the notebook reads at once, and what it binds, wherever inside."""
    loads = () if isinstance(node, ast.Try) else tuple(_loads(node, frozenset()))
    binds = frozenset(_binds(node))
    if not isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)):
        loads = tuple(load for load in loads if load.id not in binds)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        loads = (*loads, node.target)
    return _Statement(loads, binds)


def _loads(node: ast.AST, inner: frozenset[str]) -> Iterator[ast.Name]:
    """The names that are read when a node runs: not those in bodies of functions."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in inner:
            yield node
        return
    if isinstance(node, _SCOPES):
        arguments = node.args
        defaults = (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None))
        decorators = getattr(node, "decorator_list", ())
        for part in (*decorators, *defaults):
            yield from _loads(part, inner)
        return
    if isinstance(node, (*_COMPREHENSIONS, ast.ClassDef, ast.NamedExpr)):
        inner = inner | set(_binds(node)) | {getattr(node, "name", "")}
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.Try, ast.expr_context)) and not _is_annotation(node, child):
            yield from _loads(child, inner)


def _is_annotation(node: ast.AST, child: ast.AST) -> bool:
    return isinstance(node, ast.AnnAssign) and child is node.annotation


def _binds(node: ast.AST) -> Iterator[str]:
    """The names that a statement may bind, those inside of functions aside."""
    for part in _outside_functions(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, ast.alias):
            yield part.asname or part.name.partition(".")[0]
        elif isinstance(part, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and part.name:
            yield part.name
        elif isinstance(part, ast.MatchMapping) and part.rest:
            yield part.rest


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, _SCOPES):
            waiting.extend(ast.iter_child_nodes(part))
