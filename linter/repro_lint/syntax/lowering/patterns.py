"""Turns libcst patterns of match statements into those of the standard syntax tree."""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.lowering.expressions import CONSTANTS, ExpressionLowering, kind_of
from repro_lint.syntax.lowering.places import put
from repro_lint.syntax.lowering.texts import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


class PatternLowering(ExpressionLowering):
    """The part of the lowering that reads patterns."""

    def pattern(self, node: Any) -> Any:
        """Lower one pattern."""
        return PATTERNS[kind_of(node)](self, node)

    def patterns(self, elements: Sequence[Any]) -> list[Any]:
        """Lower the patterns of a sequence; a star is a pattern itself."""
        return [
            self.pattern(element if kind_of(element) == "MatchStar" else element.value)
            for element in elements
        ]

    def match_value(self, node: Any) -> Any:
        value = self.expression(node.value)
        start, end = (value.lineno, value.col_offset), (value.end_lineno, value.end_col_offset)
        return put(_ast.MatchValue, start, end, value=value)

    def match_singleton(self, node: Any) -> Any:
        return self.put(_ast.MatchSingleton, node, value=CONSTANTS[node.value.value])

    def match_sequence(self, node: Any) -> Any:
        found = self.patterns(node.patterns)
        if kind_of(node) == "MatchTuple" and node.lpar:
            return self.in_parentheses(_ast.MatchSequence, node, patterns=found)
        return self.put(_ast.MatchSequence, node, patterns=found)

    def match_star(self, node: Any) -> Any:
        # libcst counts the comma in, and has no node for `_`.
        line, column = self.places.end(node.whitespace_before_name)
        end = (line, column + 1) if node.name is None else self.places.end(node.name)
        return put(_ast.MatchStar, self.places.start(node), end, name=optional_name(node.name))

    def match_mapping(self, node: Any) -> Any:
        return self.put(
            _ast.MatchMapping,
            node,
            keys=[self.expression(element.key) for element in node.elements],
            patterns=[self.pattern(element.pattern) for element in node.elements],
            rest=optional_name(node.rest),
        )

    def match_class(self, node: Any) -> Any:
        return self.put(
            _ast.MatchClass,
            node,
            cls=self.expression(node.cls),
            patterns=self.patterns(node.patterns),
            kwd_attrs=[identifier(element.key.value) for element in node.kwds],
            kwd_patterns=[self.pattern(element.pattern) for element in node.kwds],
        )

    def match_as(self, node: Any) -> Any:
        inner = None if node.pattern is None else self.pattern(node.pattern)
        return self.put(_ast.MatchAs, node, pattern=inner, name=optional_name(node.name))

    def match_or(self, node: Any) -> Any:
        found = [self.pattern(element.pattern) for element in node.patterns]
        return self.put(_ast.MatchOr, node, patterns=found)


def optional_name(node: Any) -> str | None:
    """The name that a pattern binds, None if it binds none."""
    return None if node is None else identifier(node.value)


PATTERNS: dict[str, Callable[[Any, Any], Any]] = {
    "MatchValue": PatternLowering.match_value,
    "MatchSingleton": PatternLowering.match_singleton,
    "MatchList": PatternLowering.match_sequence,
    "MatchTuple": PatternLowering.match_sequence,
    "MatchStar": PatternLowering.match_star,
    "MatchMapping": PatternLowering.match_mapping,
    "MatchClass": PatternLowering.match_class,
    "MatchAs": PatternLowering.match_as,
    "MatchOr": PatternLowering.match_or,
}
