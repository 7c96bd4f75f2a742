"""The text of a type annotation, as far as names of classes go."""

from __future__ import annotations

import _ast

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def annotation_text(node: Any) -> str:
    """The annotation as text (`torch.Generator | None`), "" for anything unusual."""
    read = TEXTS.get(type(node))
    return "" if read is None else read(node)


def constant_text(node: Any) -> str:
    """The text of a quoted annotation, or of None."""
    return node.value if isinstance(node.value, str) else str(node.value)


def attribute_text(node: Any) -> str:
    """The text of a dotted name."""
    head = annotation_text(node.value)
    return f"{head}.{node.attr}" if head else ""


TEXTS: dict[type, Callable[[Any], str]] = {
    _ast.Name: lambda node: str(node.id),
    _ast.Constant: constant_text,
    _ast.Attribute: attribute_text,
    _ast.Subscript: lambda node: f"{annotation_text(node.value)}[{annotation_text(node.slice)}]",
    _ast.BinOp: lambda node: f"{annotation_text(node.left)} | {annotation_text(node.right)}",
    _ast.Tuple: lambda node: ", ".join([annotation_text(part) for part in node.elts]),
}
