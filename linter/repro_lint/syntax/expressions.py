"""Turns expressions of a syntax tree into values, and lists the calls in order of evaluation.

Nodes are those of the standard library's `ast`, whichever parser made them.
Constructing tuples through `tuple.__new__` halves the cost of a record; this is the
hottest code of a run.
"""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.index import (
    UNKNOWN,
    Assign,
    Branch,
    Compound,
    Comprehension,
    Evaluate,
    Literal,
    Loop,
    Name,
    Result,
    Span,
    Yield,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from repro_lint.syntax.frame import Frame
    from repro_lint.syntax.index import Operation, Value

new = tuple.__new__
# A call before its callee is resolved: name, receiver, arguments, keywords, span, function.
Unresolved: TypeAlias = (
    "tuple[str, Value | None, tuple[Value, ...], tuple[tuple[str, Value], ...], Span, int]"
)
NONE = Literal(None)
COMPREHENSIONS = {
    "ListComp": "list",
    "SetComp": "set",
    "DictComp": "dict",
    "GeneratorExp": "generator",
}


class OneName(dict[str, Name]):
    """The one record for each name of a module, made when first asked for."""

    def __missing__(self, text: str) -> Name:
        """Make the record."""
        found = self[text] = new(Name, (text,))
        return found


class OneLiteral(dict["str | int", Literal]):
    """The one record for each text and whole number of a module, made when first asked for."""

    def __missing__(self, value: str | int) -> Literal:
        """Make the record."""
        found = self[value] = new(Literal, (value,))
        return found


class Expressions:
    """The half of the builder that reads expressions; statements are in `build`."""

    def __init__(self, text: str) -> None:
        """Start with no call; `text` is needed to count columns in characters."""
        self.calls: list[Unresolved] = []
        self.operations: list[Operation] = []
        self.frame: Frame
        self.lines = [] if text.isascii() else text.encode("utf-8", "replace").split(b"\n")
        self.names = OneName()
        self.literals = OneLiteral()
        self.sets: set[int] = set()
        self.pinned: Span | None = None

    def line(self, node: Any) -> int:
        """The line where a node starts."""
        return int(node.lineno) if self.pinned is None else self.pinned.line

    def span(self, node: Any) -> Span:
        """Where a node stands; the parser counts columns in bytes."""
        if self.pinned is not None:
            return self.pinned
        line, end_line = node.lineno, node.end_lineno
        if not self.lines:
            return new(Span, (line, node.col_offset + 1, end_line, node.end_col_offset + 1))
        column = self.characters(line, node.col_offset)
        end_column = self.characters(end_line, node.end_col_offset)
        return new(Span, (line, column + 1, end_line, end_column + 1))

    def characters(self, line: int, column: int) -> int:
        """Turn a column in bytes into one in characters."""
        if line > len(self.lines):
            return column
        return len(self.lines[line - 1][:column].decode("utf-8", "replace"))

    def value(self, node: Any) -> Value:
        """Read one expression; its calls join the current block."""
        return VALUES[type(node)](self, node)

    def values(self, nodes: list[Any]) -> tuple[Value, ...]:
        """Read expressions from left to right."""
        if len(nodes) == 1:
            node = nodes[0]
            return (VALUES[type(node)](self, node),)
        return tuple([VALUES[type(node)](self, node) for node in nodes])

    def block(self, read: Callable[[], None]) -> tuple[Operation, ...]:
        """Collect the operations of `read` apart from the current block."""
        outer, self.operations = self.operations, []
        read()
        inner, self.operations = self.operations, outer
        return tuple(inner)

    def guarded(self, node: Any) -> tuple[Value, tuple[Operation, ...]]:
        """Read an expression that may not run; its operations are kept apart."""
        outer, self.operations = self.operations, []
        found = VALUES[type(node)](self, node)
        inner, self.operations = self.operations, outer
        return found, tuple(inner)

    def read_constant(self, node: Any) -> Value:
        value = node.value
        kind = type(value)
        # `True` is no 1 here: its type is another.
        if kind is str or kind is int:
            return self.literals[value]
        return new(Literal, (value,))

    def read_name(self, node: Any) -> Value:
        return self.names[node.id]

    def read_attribute(self, node: Any) -> Value:
        parts = [node.attr]
        inner = node.value
        while type(inner) is _ast.Attribute:
            parts.append(inner.attr)
            inner = inner.value
        if type(inner) is _ast.Name:
            parts.append(inner.id)
            parts.reverse()
            return self.names[".".join(parts)]
        found = VALUES[type(inner)](self, inner)
        for attribute in reversed(parts):
            found = new(Compound, ("Attribute", attribute, (found,), None))
        return found

    def read_call(self, node: Any) -> Value:
        head = node.func
        receiver = None
        if type(head) is _ast.Name:
            name = head.id
        else:
            name, receiver = self.read_callee(head)
        nodes = node.args
        arguments = self.values(nodes) if nodes else ()
        keywords: tuple[tuple[str, Value], ...] = ()
        if node.keywords:
            found = []
            for keyword in node.keywords:
                given = keyword.value
                found.append((keyword.arg or "**", VALUES[type(given)](self, given)))
            keywords = tuple(found)
        calls = self.calls
        place = len(calls)
        calls.append((name, receiver, arguments, keywords, self.span(node), self.frame.place))
        self.operations.append(new(Evaluate, (place,)))
        return new(Result, (place,))

    def read_callee(self, head: Any) -> tuple[str, Value | None]:
        """The name of a callee with dots, and the value before it where that is no name."""
        parts = []
        while type(head) is _ast.Attribute:
            parts.append(head.attr)
            head = head.value
        if type(head) is _ast.Name:
            parts.append(head.id)
            parts.reverse()
            return ".".join(parts), None
        receiver = VALUES[type(head)](self, head)
        parts.append("")
        parts.reverse()
        return ".".join(parts), receiver

    def read_tuple(self, node: Any) -> Value:
        return new(Compound, ("Tuple", "", self.values(node.elts), None))

    def read_list(self, node: Any) -> Value:
        return new(Compound, ("List", "", self.values(node.elts), None))

    def read_set(self, node: Any) -> Value:
        self.sets.add(self.frame.place)
        return Compound("Set", "", self.values(node.elts), self.span(node))

    def read_dict(self, node: Any) -> Value:
        parts: list[Value] = []
        for key, value in zip(node.keys, node.values, strict=True):
            parts.append(UNKNOWN if key is None else self.value(key))
            parts.append(self.value(value))
        return new(Compound, ("Dict", "", tuple(parts), None))

    def read_binary(self, node: Any) -> Value:
        """Read a chain such as `a + b + c` without recursion to the left."""
        rights = []
        while type(node) is _ast.BinOp:
            rights.append(node)
            node = node.left
        found = self.value(node)
        for outer in reversed(rights):
            right = outer.right
            parts = (found, VALUES[type(right)](self, right))
            found = new(Compound, ("BinOp", type(outer.op).__name__, parts, None))
        return found

    def read_unary(self, node: Any) -> Value:
        inner = self.value(node.operand)
        if type(node.op) is _ast.USub and isinstance(inner, Literal):
            number = inner.value
            if isinstance(number, (int, float, complex)) and not isinstance(number, bool):
                return new(Literal, (-number,))
        return new(Compound, ("UnaryOp", type(node.op).__name__, (inner,), None))

    def read_boolean(self, node: Any) -> Value:
        parts = [self.value(node.values[0])]
        for other in node.values[1:]:
            found, operations = self.guarded(other)
            self.branch(parts[0], operations, (), self.line(other))
            parts.append(found)
        return new(Compound, ("BoolOp", type(node.op).__name__, tuple(parts), None))

    def read_choice(self, node: Any) -> Value:
        test = self.value(node.test)
        body, body_operations = self.guarded(node.body)
        orelse, orelse_operations = self.guarded(node.orelse)
        self.branch(test, body_operations, orelse_operations, self.line(node))
        return new(Compound, ("IfExp", "", (test, body, orelse), None))

    def branch(
        self,
        test: Value,
        body: tuple[Operation, ...],
        orelse: tuple[Operation, ...],
        line: int,
    ) -> None:
        """Add a branch unless both ways are empty."""
        if body or orelse:
            self.operations.append(new(Branch, (test, body, orelse, line)))

    def read_compare(self, node: Any) -> Value:
        detail = type(node.ops[0]).__name__ if len(node.ops) == 1 else ""
        parts = self.values([node.left, *node.comparators])
        return new(Compound, ("Compare", detail, parts, None))

    def read_subscript(self, node: Any) -> Value:
        holder, place = node.value, node.slice
        parts = (VALUES[type(holder)](self, holder), VALUES[type(place)](self, place))
        return new(Compound, ("Subscript", "", parts, None))

    def read_slice(self, node: Any) -> Value:
        ends = (node.lower, node.upper, node.step)
        parts = tuple([NONE if part is None else self.value(part) for part in ends])
        return new(Compound, ("Slice", "", parts, None))

    def read_inner(self, node: Any) -> Value:
        return self.value(node.value)

    def read_starred(self, node: Any) -> Value:
        return new(Compound, ("Starred", "", (self.value(node.value),), None))

    def read_text(self, node: Any) -> Value:
        """Read an f-string; what it holds stands where the f-string stands.

        Parsers before 3.12 misplace much of it, and an index must not depend on that.
        """
        outer = self.pinned
        self.pinned = self.span(node)
        parts = tuple(self.text_parts(node.values))
        self.pinned = outer
        return new(Compound, ("JoinedStr", "", parts, None))

    def text_parts(self, nodes: list[Any]) -> list[Value]:
        """Values of the pieces of an f-string; adjacent constants are one text."""
        parts: list[Value] = []
        for node in nodes:
            if type(node) is _ast.Constant and parts and isinstance(parts[-1], Literal):
                parts[-1] = Literal(str(parts[-1].value) + str(node.value))
            elif type(node) is _ast.Constant:
                parts.append(new(Literal, (node.value,)))
            else:
                parts.append(self.value(node.value))
                if node.format_spec is not None:
                    self.text_parts(node.format_spec.values)
        return parts

    def read_yield(self, node: Any) -> Value:
        self.frame.is_generator = True
        found = NONE if node.value is None else self.value(node.value)
        self.operations.append(Yield(found, node.lineno))
        return UNKNOWN

    def read_walrus(self, node: Any) -> Value:
        found = self.value(node.value)
        self.frame.bound.add(node.target.id)
        self.operations.append(Assign(self.names[node.target.id], found, self.span(node)))
        return found

    def read_comprehension(self, node: Any) -> Value:
        iterables: list[Value] = []
        targets: list[Value] = []
        elements: list[Value] = []

        def element() -> None:
            pair = (node.key, node.value) if isinstance(node, _ast.DictComp) else (node.elt,)
            # `{**m for m in n}` has no value.
            found = self.values([part for part in pair if part is not None])
            elements.append(found[0] if len(found) == 1 else Compound("Tuple", "", found, None))

        def generator(depth: int) -> None:
            if depth == len(node.generators):
                element()
                return
            source = node.generators[depth]
            iterables.append(self.value(source.iter))
            targets.append(self.target(source.target))
            place = len(targets) - 1

            def body() -> None:
                for condition in source.ifs:
                    self.value(condition)
                generator(depth + 1)

            inner = self.block(body)
            span = self.span(node)
            loop = Loop("comprehension", targets[place], iterables[place], inner, (), span)
            self.operations.append(loop)

        generator(0)
        kind = COMPREHENSIONS[type(node).__name__]
        if kind == "set":
            self.sets.add(self.frame.place)
        return Comprehension(kind, tuple(iterables), tuple(targets), elements[0], self.span(node))

    def target(self, node: Any) -> Value:
        """Read the target of an assignment and bind its names."""
        kind = type(node)
        if kind is _ast.Name:
            self.frame.bound.add(node.id)
            return self.names[node.id]
        if kind is _ast.Tuple or kind is _ast.List:
            parts = tuple([self.target(part) for part in node.elts])
            return new(Compound, ("Tuple", "", parts, None))
        if kind is _ast.Starred:
            return new(Compound, ("Starred", "", (self.target(node.value),), None))
        return self.value(node)


VALUES: dict[type, Callable[[Any, Any], Value]] = {
    _ast.Constant: Expressions.read_constant,
    _ast.Name: Expressions.read_name,
    _ast.Attribute: Expressions.read_attribute,
    _ast.Call: Expressions.read_call,
    _ast.Tuple: Expressions.read_tuple,
    _ast.List: Expressions.read_list,
    _ast.Set: Expressions.read_set,
    _ast.Dict: Expressions.read_dict,
    _ast.BinOp: Expressions.read_binary,
    _ast.UnaryOp: Expressions.read_unary,
    _ast.BoolOp: Expressions.read_boolean,
    _ast.IfExp: Expressions.read_choice,
    _ast.Compare: Expressions.read_compare,
    _ast.Subscript: Expressions.read_subscript,
    _ast.Slice: Expressions.read_slice,
    _ast.Await: Expressions.read_inner,
    _ast.Starred: Expressions.read_starred,
    _ast.JoinedStr: Expressions.read_text,
    _ast.Yield: Expressions.read_yield,
    _ast.YieldFrom: Expressions.read_yield,
    _ast.NamedExpr: Expressions.read_walrus,
    _ast.ListComp: Expressions.read_comprehension,
    _ast.SetComp: Expressions.read_comprehension,
    _ast.DictComp: Expressions.read_comprehension,
    _ast.GeneratorExp: Expressions.read_comprehension,
}
if hasattr(_ast, "TemplateStr"):
    VALUES[_ast.TemplateStr] = Expressions.read_text
