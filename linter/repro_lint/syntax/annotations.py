"""The text of a type annotation, as far as names of classes go."""

from __future__ import annotations

import _ast
from typing import Any


def annotation_text(node: Any) -> str:
    """The annotation as text (`torch.Generator | None`), "" for anything unusual."""
    if node is None:
        return ""
    kind = type(node)
    if kind is _ast.Name:
        return str(node.id)
    if kind is _ast.Constant:
        return node.value if isinstance(node.value, str) else str(node.value)
    if kind is _ast.Attribute:
        head = annotation_text(node.value)
        return f"{head}.{node.attr}" if head else ""
    if kind is _ast.Subscript:
        return f"{annotation_text(node.value)}[{annotation_text(node.slice)}]"
    if kind is _ast.BinOp:
        return f"{annotation_text(node.left)} | {annotation_text(node.right)}"
    if kind is _ast.Tuple:
        return ", ".join(annotation_text(part) for part in node.elts)
    return ""
