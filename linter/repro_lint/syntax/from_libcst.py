"""Builds the index of a module with libcst: the reference, and for syntax that is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repro_lint.syntax.build import build_index
from repro_lint.syntax.depth import nests_too_deeply
from repro_lint.syntax.lowering.places import Places
from repro_lint.syntax.lowering.statements import StatementLowering
from repro_lint.syntax.source import plain

if TYPE_CHECKING:
    from repro_lint.syntax.index import ModuleIndex

TOO_DEEP = "nests too deeply to be read"


class Unreadable(Exception):  # noqa: N818  it names a state of the file, not a mistake of ours
    """A module that cannot be read: the line (0 if unknown) and the reason."""

    def __init__(self, line: int, reason: str) -> None:
        """Keep the place and the reason."""
        super().__init__(reason)
        self.line = line
        self.reason = reason


def index_module(path: str, text: str) -> ModuleIndex:
    """Build the index of a module; raises Unreadable."""
    text = plain(text)
    line = nests_too_deeply(text)
    if line:
        raise Unreadable(line, TOO_DEEP)
    try:
        return build_index(path, text, parse(text))
    except RecursionError:
        raise Unreadable(0, TOO_DEEP) from None


def parse(text: str) -> Any:
    """Parse a text without carriage returns into the standard library's syntax tree.

    Raises Unreadable where it does not parse and RecursionError where it nests deeply.
    """
    import libcst  # noqa: PLC0415  costs 150 ms to import

    try:
        module = libcst.parse_module(text)
    except libcst.ParserSyntaxError as problem:
        reason = f"does not parse: {problem.message.rstrip()}"
        raise Unreadable(problem.raw_line, reason) from None
    except ValueError as problem:
        raise Unreadable(0, f"does not parse: {problem}") from None
    return lowered(text, module)


def lowered(text: str, module: Any) -> Any:
    """The standard library's syntax tree of a libcst module."""
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415  as libcst

    try:
        ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    except KeyError as problem:
        # libcst looks up the end of a node that a RecursionError kept it from reaching.
        raise RecursionError from problem
    printed = module.code if "\f" in text else ""
    return StatementLowering(Places(text, printed, ranges), module.code_for_node).module(module)
