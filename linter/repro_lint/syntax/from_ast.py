"""Builds the index of a module with the parser of the running interpreter: the fast path."""

from __future__ import annotations

import warnings

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.build import build_index
from repro_lint.syntax.source import plain

if TYPE_CHECKING:
    from _ast import Module

    from repro_lint.syntax.index import ModuleIndex

# The values of ast.PyCF_ONLY_AST and ast.PyCF_ALLOW_TOP_LEVEL_AWAIT; `ast` costs 8 ms to import.
ONLY_AST = 0x400
TOP_LEVEL_AWAIT = 0x2000


def parse(text: str, *, notebook: bool = False) -> Module:
    """Parse a module.

    Raises SyntaxError, ValueError (null bytes), RecursionError and MemoryError (deep
    nesting).
    """
    flags = ONLY_AST | (TOP_LEVEL_AWAIT if notebook else 0)
    with warnings.catch_warnings():
        # An odd escape in a string is no concern of ours, nor of who reads our report.
        warnings.simplefilter("ignore")
        tree: Module = compile(text, "<source>", "exec", flags, dont_inherit=True)
    return tree


def index_module(path: str, text: str, *, notebook: bool = False) -> ModuleIndex:
    """Build the index of a module; raises what `parse` raises."""
    text = plain(text)
    return build_index(path, text, parse(text, notebook=notebook))
