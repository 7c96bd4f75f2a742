"""Turns libcst statements into those of the standard library's syntax tree.

Syntax that the running interpreter lacks becomes the nearest older kind: `except*` a
plain try, a template string an f-string; type parameters are left out.
"""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.lowering.expressions import kind_of
from repro_lint.syntax.lowering.operators import AUGMENTED
from repro_lint.syntax.lowering.patterns import PatternLowering
from repro_lint.syntax.lowering.places import put
from repro_lint.syntax.lowering.texts import identifier
from repro_lint.syntax.newer import TYPE_ALIAS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class StatementLowering(PatternLowering):
    """Lowers a whole module."""

    def module(self, node: Any) -> Any:
        """Lower a module."""
        return _ast.Module(body=self.statements(node.body), type_ignores=[])

    def statements(self, nodes: Sequence[Any]) -> list[Any]:
        """Lower lines of statements, each of which may hold several."""
        found = []
        for node in nodes:
            small = node.body if kind_of(node) == "SimpleStatementLine" else (node,)
            found += [STATEMENTS[kind_of(part)](self, part) for part in small]
        return found

    def suite(self, node: Any) -> list[Any]:
        """Lower the body of a compound statement; None has no statements."""
        return [] if node is None else self.statements(node.body)

    def compound(self, kind: Any, node: Any, **fields: Any) -> Any:
        """A compound statement, which ends where its last body ends."""
        bodies = ("finalbody", "orelse", "handlers", "body")
        last = next(fields[name] for name in bodies if fields.get(name))[-1]
        start, end = self.places.start(node), (last.end_lineno, last.end_col_offset)
        return put(kind, start, end, **fields)

    def read_function(self, node: Any) -> Any:
        returns = None if node.returns is None else self.expression(node.returns.annotation)
        return self.compound(
            _ast.FunctionDef if node.asynchronous is None else _ast.AsyncFunctionDef,
            node,
            name=identifier(node.name.value),
            args=self.parameters(node.params),
            decorator_list=self.decorators(node),
            returns=returns,
            body=self.suite(node.body),
        )

    def decorators(self, node: Any) -> list[Any]:
        return [self.expression(decorator.decorator) for decorator in node.decorators]

    def read_class(self, node: Any) -> Any:
        bases, keywords = self.arguments([*node.bases, *node.keywords])
        return self.compound(
            _ast.ClassDef,
            node,
            name=identifier(node.name.value),
            bases=bases,
            keywords=keywords,
            decorator_list=self.decorators(node),
            body=self.suite(node.body),
        )

    def read_if(self, node: Any) -> Any:
        test, body = self.expression(node.test), self.suite(node.body)
        orelse = self.alternative(node.orelse)
        return self.compound(_ast.If, node, test=test, body=body, orelse=orelse)

    def alternative(self, node: Any) -> list[Any]:
        """Lower what follows an `if`: nothing, `else` or `elif`."""
        if kind_of(node) == "If":
            return [self.read_if(node)]
        return self.otherwise(node)

    def otherwise(self, node: Any) -> list[Any]:
        """Lower an `else` or `finally`, which may be missing."""
        return [] if node is None else self.suite(node.body)

    def read_for(self, node: Any) -> Any:
        return self.compound(
            _ast.For if node.asynchronous is None else _ast.AsyncFor,
            node,
            target=self.expression(node.target),
            iter=self.expression(node.iter),
            body=self.suite(node.body),
            orelse=self.otherwise(node.orelse),
        )

    def read_while(self, node: Any) -> Any:
        test, body = self.expression(node.test), self.suite(node.body)
        orelse = self.otherwise(node.orelse)
        return self.compound(_ast.While, node, test=test, body=body, orelse=orelse)

    def read_with(self, node: Any) -> Any:
        kind = _ast.With if node.asynchronous is None else _ast.AsyncWith
        items = [self.with_item(item) for item in node.items]
        return self.compound(kind, node, items=items, body=self.suite(node.body))

    def with_item(self, node: Any) -> Any:
        target = None if node.asname is None else self.expression(node.asname.name)
        return _ast.withitem(context_expr=self.expression(node.item), optional_vars=target)

    def read_try(self, node: Any) -> Any:
        return self.compound(
            _ast.Try,
            node,
            body=self.suite(node.body),
            handlers=[self.exception_clause(clause) for clause in node.handlers],
            orelse=self.otherwise(node.orelse),
            finalbody=self.otherwise(node.finalbody),
        )

    def exception_clause(self, node: Any) -> Any:
        name = None if node.name is None else identifier(node.name.name.value)
        kind, body = self.optional(node.type), self.suite(node.body)
        return self.compound(_ast.ExceptHandler, node, type=kind, name=name, body=body)

    def read_match(self, node: Any) -> Any:
        subject = self.expression(node.subject)
        cases = [self.case(case) for case in node.cases]
        last = cases[-1].body[-1]
        start, end = self.places.start(node), (last.end_lineno, last.end_col_offset)
        return put(_ast.Match, start, end, subject=subject, cases=cases)

    def case(self, node: Any) -> Any:
        pattern, guard = self.pattern(node.pattern), self.optional(node.guard)
        return _ast.match_case(pattern=pattern, guard=guard, body=self.suite(node.body))

    def read_expression(self, node: Any) -> Any:
        return self.put(_ast.Expr, node, value=self.expression(node.value))

    def read_assign(self, node: Any) -> Any:
        targets = [self.expression(target.target) for target in node.targets]
        return self.put(_ast.Assign, node, targets=targets, value=self.expression(node.value))

    def read_augmented(self, node: Any) -> Any:
        target, value = self.expression(node.target), self.expression(node.value)
        operator = AUGMENTED[kind_of(node.operator)]()
        return self.put(_ast.AugAssign, node, target=target, op=operator, value=value)

    def read_annotated(self, node: Any) -> Any:
        plain = kind_of(node.target) == "Name" and not node.target.lpar
        return self.put(
            _ast.AnnAssign,
            node,
            target=self.expression(node.target),
            annotation=self.expression(node.annotation.annotation),
            value=self.optional(node.value),
            simple=int(plain),
        )

    def read_type_alias(self, node: Any) -> Any:
        name, value = self.expression(node.name), self.expression(node.value)
        return self.put(TYPE_ALIAS, node, name=name, value=value, type_params=[])

    def read_delete(self, node: Any) -> Any:
        several = kind_of(node.target) == "Tuple" and not node.target.lpar
        found = self.expression(node.target)
        return self.put(_ast.Delete, node, targets=found.elts if several else [found])

    def read_return(self, node: Any) -> Any:
        return self.put(_ast.Return, node, value=self.optional(node.value))

    def read_raise(self, node: Any) -> Any:
        cause = None if node.cause is None else self.expression(node.cause.item)
        return self.put(_ast.Raise, node, exc=self.optional(node.exc), cause=cause)

    def read_assert(self, node: Any) -> Any:
        test, message = self.expression(node.test), self.optional(node.msg)
        return self.put(_ast.Assert, node, test=test, msg=message)

    def read_pass(self, node: Any) -> Any:
        return self.put(_ast.Pass, node)

    def read_break(self, node: Any) -> Any:
        return self.put(_ast.Break, node)

    def read_continue(self, node: Any) -> Any:
        return self.put(_ast.Continue, node)

    def read_global(self, node: Any) -> Any:
        kind = _ast.Global if kind_of(node) == "Global" else _ast.Nonlocal
        return self.put(kind, node, names=[identifier(item.name.value) for item in node.names])

    def read_import(self, node: Any) -> Any:
        return self.put(_ast.Import, node, names=self.aliases(node.names))

    def read_import_from(self, node: Any) -> Any:
        module = None if node.module is None else dotted(node.module)
        names = self.aliases(node.names)
        level = len(node.relative)
        return self.put(_ast.ImportFrom, node, module=module, names=names, level=level)

    def aliases(self, nodes: Any) -> list[Any]:
        """Lower the names of an import, or its star."""
        if kind_of(nodes) == "ImportStar":
            return [self.put(_ast.alias, nodes, name="*", asname=None)]
        return [self.alias(node) for node in nodes]

    def alias(self, node: Any) -> Any:
        given = None if node.asname is None else identifier(node.asname.name.value)
        return self.put(_ast.alias, node, name=dotted(node.name), asname=given)


def dotted(node: Any) -> str:
    """The text of a dotted name."""
    if kind_of(node) == "Attribute":
        return f"{dotted(node.value)}.{identifier(node.attr.value)}"
    return identifier(node.value)


STATEMENTS: dict[str, Callable[[Any, Any], Any]] = {
    "FunctionDef": StatementLowering.read_function,
    "ClassDef": StatementLowering.read_class,
    "If": StatementLowering.read_if,
    "For": StatementLowering.read_for,
    "While": StatementLowering.read_while,
    "With": StatementLowering.read_with,
    "Try": StatementLowering.read_try,
    "TryStar": StatementLowering.read_try,
    "Match": StatementLowering.read_match,
    "Expr": StatementLowering.read_expression,
    "Assign": StatementLowering.read_assign,
    "AugAssign": StatementLowering.read_augmented,
    "AnnAssign": StatementLowering.read_annotated,
    "TypeAlias": StatementLowering.read_type_alias,
    "Del": StatementLowering.read_delete,
    "Return": StatementLowering.read_return,
    "Raise": StatementLowering.read_raise,
    "Assert": StatementLowering.read_assert,
    "Pass": StatementLowering.read_pass,
    "Break": StatementLowering.read_break,
    "Continue": StatementLowering.read_continue,
    "Global": StatementLowering.read_global,
    "Nonlocal": StatementLowering.read_global,
    "Import": StatementLowering.read_import,
    "ImportFrom": StatementLowering.read_import_from,
    "LazyImport": StatementLowering.read_import,
    "LazyImportFrom": StatementLowering.read_import_from,
}
