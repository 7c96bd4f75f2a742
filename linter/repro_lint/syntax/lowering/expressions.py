"""Turns libcst expressions into those of the standard library's syntax tree.

The context of a name (load, store, delete) is left out: the builder never asks.
Kinds of libcst nodes are told by the name of their class, so that nothing here has to
import libcst, and a kind that an older libcst lacks is no problem.
"""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.lowering.operators import BINARY, BOOLEAN, COMPARISONS, UNARY
from repro_lint.syntax.lowering.places import put
from repro_lint.syntax.lowering.texts import identifier, piece_value, string_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from repro_lint.syntax.lowering.places import Places, Point

CONSTANTS = {"True": True, "False": False, "None": None}
SEQUENCES = {"List": _ast.List, "Set": _ast.Set}
COMPREHENSIONS = {
    "ListComp": _ast.ListComp,
    "SetComp": _ast.SetComp,
    "GeneratorExp": _ast.GeneratorExp,
}


def kind_of(node: Any) -> str:
    """The name of the class of a node."""
    return type(node).__name__


class ExpressionLowering:
    """The half of the lowering that reads expressions."""

    def __init__(self, places: Places, written: Callable[[Any], str]) -> None:
        """Take the places of the nodes and a way to print one."""
        self.places = places
        self.written = written

    def expression(self, node: Any) -> Any:
        """Lower one expression."""
        return EXPRESSIONS[kind_of(node)](self, node)

    def optional(self, node: Any) -> Any:
        """Lower an expression that may be missing."""
        return None if node is None else self.expression(node)

    def expressions(self, nodes: Sequence[Any]) -> list[Any]:
        """Lower the values of elements."""
        return [self.expression(element_value(node)) for node in nodes]

    def put(self, kind: Any, node: Any, **fields: Any) -> Any:
        """A node at the place of a libcst node, its parentheses left out."""
        return put(kind, self.places.start(node), self.places.end(node), **fields)

    def read_name(self, node: Any) -> Any:
        if node.value in CONSTANTS:
            return self.put(_ast.Constant, node, value=CONSTANTS[node.value])
        return self.put(_ast.Name, node, id=identifier(node.value))

    def read_ellipsis(self, node: Any) -> Any:
        return self.put(_ast.Constant, node, value=...)

    def read_integer(self, node: Any) -> Any:
        return self.put(_ast.Constant, node, value=int(node.value, 0))

    def read_float(self, node: Any) -> Any:
        return self.put(_ast.Constant, node, value=float(node.value))

    def read_imaginary(self, node: Any) -> Any:
        return self.put(_ast.Constant, node, value=complex(node.value))

    def read_string(self, node: Any) -> Any:
        """Lower a string of any kind; adjacent ones make one value."""
        leaves = list(string_leaves(node))
        if all(kind_of(leaf) == "SimpleString" for leaf in leaves):
            values: list[Any] = [string_value(leaf.value) for leaf in leaves]
            empty = values[0][:0]
            return self.put(_ast.Constant, node, value=empty.join(values))
        pieces = [piece for leaf in leaves for piece in self.pieces_of(leaf)]
        return self.put(_ast.JoinedStr, node, values=pieces)

    def pieces_of(self, leaf: Any) -> list[Any]:
        if kind_of(leaf) == "SimpleString":
            return [self.put(_ast.Constant, leaf, value=string_value(leaf.value))]
        return self.pieces(leaf.parts, leaf.start)

    def pieces(self, parts: Sequence[Any], start: str) -> list[Any]:
        """Lower the texts and expressions of an f-string."""
        found = []
        for part in parts:
            if kind_of(part).endswith("StringText"):
                value = piece_value(part.value, start)
                found.append(self.put(_ast.Constant, part, value=value))
            else:
                found.extend(self.formatted(part, start))
        return found

    def formatted(self, part: Any, start: str) -> Iterator[Any]:
        """Lower `{expression}`, after its own text where it ends in `=`."""
        if part.equal is not None:
            yield self.put(_ast.Constant, part, value=self.shown(part))
        specification = None
        if part.format_spec is not None:
            values = self.pieces(part.format_spec, start)
            specification = self.put(_ast.JoinedStr, part, values=values)
        value = self.expression(part.expression)
        conversion = ord(part.conversion) if part.conversion else -1
        yield self.put(
            _ast.FormattedValue,
            part,
            value=value,
            conversion=conversion,
            format_spec=specification,
        )

    def shown(self, part: Any) -> str:
        """The text that `{expression=}` shows before the value."""
        inner = (
            part.whitespace_before_expression,
            part.expression,
            part.whitespace_after_expression,
            part.equal,
        )
        return "".join([self.written(piece) for piece in inner])

    def read_attribute(self, node: Any) -> Any:
        value = self.expression(node.value)
        return self.put(_ast.Attribute, node, value=value, attr=identifier(node.attr.value))

    def read_call(self, node: Any) -> Any:
        function = self.expression(node.func)
        args, keywords = self.arguments(node.args)
        call = self.put(_ast.Call, node, func=function, args=args, keywords=keywords)
        if len(args) == 1 and bare_generator(node.args[0].value):
            self.stretch(args[0], node)
        return call

    def stretch(self, generator: Any, call: Any) -> None:
        """Give a lone generator the parentheses of the call that it stands in."""
        blank = self.places.ranges[call.whitespace_after_func].end
        generator.lineno, generator.col_offset = self.places.point(blank)
        generator.end_lineno, generator.end_col_offset = self.places.end(call)

    def arguments(self, nodes: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Lower the arguments of a call: by position, by name."""
        args, keywords = [], []
        for node in nodes:
            if node.star == "**" or node.keyword is not None:
                name = None if node.keyword is None else identifier(node.keyword.value)
                value = self.expression(node.value)
                keywords.append(self.from_to(_ast.keyword, node, node.value, arg=name, value=value))
            elif node.star == "*":
                value = self.expression(node.value)
                args.append(self.from_to(_ast.Starred, node, node.value, value=value))
            else:
                args.append(self.expression(node.value))
        return args, keywords

    def from_to(self, kind: Any, first: Any, last: Any, **fields: Any) -> Any:
        """A node that spans from one libcst node to the parentheses of another."""
        return put(kind, self.places.start(first), self.places.outer_end(last), **fields)

    def read_starred(self, node: Any) -> Any:
        return self.put(_ast.Starred, node, value=self.expression(node.value))

    def read_tuple(self, node: Any) -> Any:
        elements = self.expressions(node.elements)
        if not node.lpar:
            return self.put(_ast.Tuple, node, elts=elements)
        return self.in_parentheses(_ast.Tuple, node, elts=elements)

    def in_parentheses(self, kind: Any, node: Any, **fields: Any) -> Any:
        """A node to which its innermost parentheses belong."""
        start, end = self.places.start(node.lpar[-1]), self.places.end(node.rpar[0])
        return put(kind, start, end, **fields)

    def read_sequence(self, node: Any) -> Any:
        return self.put(SEQUENCES[kind_of(node)], node, elts=self.expressions(node.elements))

    def read_dict(self, node: Any) -> Any:
        keys = [self.optional(getattr(element, "key", None)) for element in node.elements]
        values = [self.expression(element.value) for element in node.elements]
        return self.put(_ast.Dict, node, keys=keys, values=values)

    def read_comprehension(self, node: Any) -> Any:
        kind = COMPREHENSIONS[kind_of(node)]
        element = self.expression(node.elt)
        generators = list(self.generators(node.for_in))
        if kind is _ast.GeneratorExp and node.lpar:
            return self.in_parentheses(kind, node, elt=element, generators=generators)
        return self.put(kind, node, elt=element, generators=generators)

    def read_dict_comprehension(self, node: Any) -> Any:
        """Lower a comprehension of a dict; one of unpacked mappings has no value."""
        parts = [self.expression(node.value)]
        if kind_of(node) == "DictComp":
            parts.insert(0, self.expression(node.key))
        generators = list(self.generators(node.for_in))
        value = parts[1] if parts[1:] else None
        return self.put(_ast.DictComp, node, key=parts[0], value=value, generators=generators)

    def generators(self, clause: Any) -> Iterator[Any]:
        """Lower the `for` clauses of a comprehension."""
        while clause is not None:
            yield _ast.comprehension(
                target=self.expression(clause.target),
                iter=self.expression(clause.iter),
                ifs=[self.expression(condition.test) for condition in clause.ifs],
                is_async=int(clause.asynchronous is not None),
            )
            clause = clause.inner_for_in

    def read_binary(self, node: Any) -> Any:
        left, right = self.expression(node.left), self.expression(node.right)
        operator = BINARY[kind_of(node.operator)]()
        return self.put(_ast.BinOp, node, left=left, op=operator, right=right)

    def read_unary(self, node: Any) -> Any:
        operand = self.expression(node.expression)
        return self.put(_ast.UnaryOp, node, op=UNARY[kind_of(node.operator)](), operand=operand)

    def read_boolean(self, node: Any) -> Any:
        operator = kind_of(node.operator)
        values = [self.expression(part) for part in boolean_operands(node, operator)]
        return self.put(_ast.BoolOp, node, op=BOOLEAN[operator](), values=values)

    def read_comparison(self, node: Any) -> Any:
        left = self.expression(node.left)
        operators = [COMPARISONS[kind_of(part.operator)]() for part in node.comparisons]
        others = [self.expression(part.comparator) for part in node.comparisons]
        return self.put(_ast.Compare, node, left=left, ops=operators, comparators=others)

    def read_choice(self, node: Any) -> Any:
        return self.put(
            _ast.IfExp,
            node,
            test=self.expression(node.test),
            body=self.expression(node.body),
            orelse=self.expression(node.orelse),
        )

    def read_await(self, node: Any) -> Any:
        return self.put(_ast.Await, node, value=self.expression(node.expression))

    def read_yield(self, node: Any) -> Any:
        if kind_of(node.value) == "From":
            return self.put(_ast.YieldFrom, node, value=self.expression(node.value.item))
        return self.put(_ast.Yield, node, value=self.optional(node.value))

    def read_walrus(self, node: Any) -> Any:
        target, value = self.expression(node.target), self.expression(node.value)
        return self.put(_ast.NamedExpr, node, target=target, value=value)

    def read_lambda(self, node: Any) -> Any:
        args = self.parameters(node.params)
        return self.put(_ast.Lambda, node, args=args, body=self.expression(node.body))

    def parameters(self, node: Any) -> Any:
        """Lower the parameters of a function."""
        plain = [*node.posonly_params, *node.params]
        defaults = [p.default for p in node.kwonly_params]
        star = node.star_arg
        return _ast.arguments(
            posonlyargs=[self.parameter(p) for p in node.posonly_params],
            args=[self.parameter(p) for p in node.params],
            vararg=self.parameter(star) if kind_of(star) == "Param" else None,
            kwonlyargs=[self.parameter(p) for p in node.kwonly_params],
            kw_defaults=[self.optional(default) for default in defaults],
            kwarg=None if node.star_kwarg is None else self.parameter(node.star_kwarg),
            defaults=[self.expression(p.default) for p in plain if p.default is not None],
        )

    def parameter(self, node: Any) -> Any:
        name, note = identifier(node.name.value), node.annotation
        annotation = None if note is None else self.expression(note.annotation)
        last = node.name if note is None else note.annotation
        return self.from_to(_ast.arg, node.name, last, arg=name, annotation=annotation)

    def read_subscript(self, node: Any) -> Any:
        value = self.expression(node.value)
        return self.put(_ast.Subscript, node, value=value, slice=self.subscript(node.slice))

    def subscript(self, elements: Sequence[Any]) -> Any:
        """Lower what stands in the brackets of a subscript."""
        parts = [self.element_slice(element.slice) for element in elements]
        first, comma = parts[0], elements[-1].comma
        trailing = kind_of(comma) == "Comma"
        if len(parts) == 1 and not trailing and type(first) is not _ast.Starred:
            return first
        last = (parts[-1].end_lineno, parts[-1].end_col_offset)
        if type(parts[-1]) not in {_ast.Slice, _ast.Starred}:
            last = self.places.outer_end(elements[-1].slice.value)
        start = self.slice_start(elements[0].slice)
        return put(_ast.Tuple, start, self.places.end(comma) if trailing else last, elts=parts)

    def slice_start(self, node: Any) -> Point:
        if kind_of(node) == "Index" and not node.star:
            return self.places.outer_start(node.value)
        return self.places.start(node)

    def element_slice(self, node: Any) -> Any:
        """Lower an index or a range of indexes."""
        if kind_of(node) == "Index":
            value = self.expression(node.value)
            return self.from_to(_ast.Starred, node, node.value, value=value) if node.star else value
        given = [node.lower, node.first_colon, node.upper, node.second_colon, node.step]
        present = [part for part in given if part in self.places.ranges]
        lower, upper, step = map(self.optional, (node.lower, node.upper, node.step))
        start, end = self.places.outer_start(present[0]), self.places.outer_end(present[-1])
        return put(_ast.Slice, start, end, lower=lower, upper=upper, step=step)


def element_value(node: Any) -> Any:
    """The expression of an element; a starred one is an expression itself."""
    return node.value if kind_of(node) == "Element" else node


def bare_generator(node: Any) -> bool:
    """Tell a generator without parentheses of its own."""
    return kind_of(node) == "GeneratorExp" and not node.lpar


def string_leaves(node: Any) -> Iterator[Any]:
    """The strings of a concatenation, from left to right."""
    while kind_of(node) == "ConcatenatedString":
        yield node.left
        node = node.right
    yield node


def boolean_operands(node: Any, operator: str) -> Iterator[Any]:
    """The operands of `a and b and c`, which libcst nests."""
    for part in (node.left, node.right):
        nested = kind_of(part) == "BooleanOperation" and not part.lpar
        if nested and kind_of(part.operator) == operator:
            yield from boolean_operands(part, operator)
        else:
            yield part


EXPRESSIONS: dict[str, Callable[[Any, Any], Any]] = {
    "Name": ExpressionLowering.read_name,
    "Ellipsis": ExpressionLowering.read_ellipsis,
    "Integer": ExpressionLowering.read_integer,
    "Float": ExpressionLowering.read_float,
    "Imaginary": ExpressionLowering.read_imaginary,
    "SimpleString": ExpressionLowering.read_string,
    "ConcatenatedString": ExpressionLowering.read_string,
    "FormattedString": ExpressionLowering.read_string,
    "TemplatedString": ExpressionLowering.read_string,
    "Attribute": ExpressionLowering.read_attribute,
    "Call": ExpressionLowering.read_call,
    "StarredElement": ExpressionLowering.read_starred,
    "Tuple": ExpressionLowering.read_tuple,
    "List": ExpressionLowering.read_sequence,
    "Set": ExpressionLowering.read_sequence,
    "Dict": ExpressionLowering.read_dict,
    "ListComp": ExpressionLowering.read_comprehension,
    "SetComp": ExpressionLowering.read_comprehension,
    "GeneratorExp": ExpressionLowering.read_comprehension,
    "DictComp": ExpressionLowering.read_dict_comprehension,
    "StarredDictComp": ExpressionLowering.read_dict_comprehension,
    "BinaryOperation": ExpressionLowering.read_binary,
    "UnaryOperation": ExpressionLowering.read_unary,
    "BooleanOperation": ExpressionLowering.read_boolean,
    "Comparison": ExpressionLowering.read_comparison,
    "IfExp": ExpressionLowering.read_choice,
    "Await": ExpressionLowering.read_await,
    "Yield": ExpressionLowering.read_yield,
    "NamedExpr": ExpressionLowering.read_walrus,
    "Lambda": ExpressionLowering.read_lambda,
    "Subscript": ExpressionLowering.read_subscript,
}
