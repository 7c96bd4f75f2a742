"""The syntax trees of files with findings: which statement and expression surrounds a span."""

from __future__ import annotations

import ast
from functools import cached_property

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
BLOCKS = ("body", "handlers", "orelse", "finalbody", "cases")


class Tree:
    """One module as the standard library reads it."""

    def __init__(self, text: str) -> None:
        """Parse a text; SyntaxError where the interpreter is older than its syntax."""
        self.lines = text.split("\n")
        self.module = ast.parse(text)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node is a part of."""
        return {
            child: node for node in ast.walk(self.module) for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def homes(self) -> dict[ast.AST, ast.AST]:
        """What each statement, handler and case is a part of: much fewer than all nodes."""
        found: dict[ast.AST, ast.AST] = {}
        waiting: list[ast.AST] = [self.module]
        for node in waiting:
            for child in parts(node):
                found[child] = node
                waiting.append(child)
        return found

    @cached_property
    def _expressions(self) -> dict[Span, ast.expr]:
        nodes = ast.walk(self.module)
        return {self.span(node): node for node in nodes if isinstance(node, ast.expr)}

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """The span of a node; columns in characters."""
        end_line = node.end_lineno or node.lineno
        start = self._column(node.lineno, node.col_offset)
        return Span(node.lineno, start, end_line, self._column(end_line, node.end_col_offset or 0))

    def expression(self, span: Span) -> ast.expr | None:
        """The expression that fills a span."""
        return self._expressions.get(span)

    def statement(self, span: Span) -> ast.stmt | None:
        """The innermost statement that holds a span."""
        found: ast.stmt | None = None
        for node in self.homes:
            if isinstance(node, ast.stmt) and holds(self.span(node), span):
                found = node
        return found

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of."""
        return self.parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is inside of, the nearest first."""
        around = self.homes if isinstance(node, ast.stmt) else self.parents
        at = around.get(node)
        while at is not None:
            yield at
            at = around.get(at)

    def indent(self, line: int) -> str | None:
        """What stands before the first statement of a line; None where more than blanks does."""
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip(" \t"))]

    def starts_line(self, statement: ast.stmt) -> bool:
        """Whether a statement is the first of its line, so that lines can be added before it."""
        before = self.lines[statement.lineno - 1].encode()[: statement.col_offset]
        return not before.strip()

    def _column(self, line: int, offset: int) -> int:
        text = self.lines[line - 1]
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode()) + 1


def parts(node: ast.AST) -> Iterator[ast.AST]:
    """The statements, handlers and cases that stand directly in a node."""
    for block in BLOCKS:
        yield from getattr(node, block, ())


def holds(outer: Span, inner: Span) -> bool:
    """Whether a span lies in another one."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
