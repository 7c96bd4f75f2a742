"""The syntax trees of files with findings: which statement and expression surrounds a span."""

from __future__ import annotations

import ast

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Tree:
    """One module as the standard library reads it."""

    def __init__(self, text: str) -> None:
        """Parse a text; SyntaxError where the interpreter is older than its syntax."""
        self.lines = text.split("\n")
        self.module = ast.parse(text)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._expressions: dict[Span, ast.expr] = {}
        for node in ast.walk(self.module):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
            if isinstance(node, ast.expr):
                self._expressions[self.span(node)] = node

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
        for node in ast.walk(self.module):
            if isinstance(node, ast.stmt) and holds(self.span(node), span):
                found = node
        return found

    def parent(self, node: ast.AST) -> ast.AST | None:
        """What a node is a part of."""
        return self.parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node is inside of, the nearest first."""
        at = self.parents.get(node)
        while at is not None:
            yield at
            at = self.parents.get(at)

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


def holds(outer: Span, inner: Span) -> bool:
    """Whether a span lies in another one."""
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
