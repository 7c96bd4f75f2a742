"""Builds the index of a module with libcst: the reference, and for syntax that is newer."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.syntax.build import build_index
from repro_lint.syntax.depth import nests_too_deeply
from repro_lint.syntax.lowering.form_feeds import without_form_feeds
from repro_lint.syntax.lowering.places import Places
from repro_lint.syntax.lowering.statements import StatementLowering
from repro_lint.syntax.source import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from repro_lint.syntax.index import ModuleIndex

PLACE = pattern(r"error at (\d+):(\d+)")
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

    seen, lost = without_form_feeds(text)
    try:
        module = libcst.parse_module(seen)
    except libcst.ParserSyntaxError as problem:
        raise refusal(problem.message, text.count("\n") + 1) from None
    except (ValueError, libcst.CSTLogicError, libcst.CSTValidationError):
        raise Unreadable(0, "does not parse: invalid syntax") from None
    places = Places(text, lost, ranges_of(module))
    return StatementLowering(places, module.code_for_node).module(module)


def refusal(message: str, last_line: int) -> Unreadable:
    """What to say of a text that libcst refuses; it lists all tokens that it expected."""
    place = PLACE.search(message)
    if place is not None:
        # What is wrong with the end of a line stands at column 0 of the next.
        line = int(place[1]) - (place[2] == "0")
        return Unreadable(max(1, min(line, last_line)), "does not parse: invalid syntax")
    return Unreadable(0, "does not parse: invalid syntax")


def ranges_of(module: Any) -> Mapping[Any, Any]:
    """Where each node of a libcst module stands; raises RecursionError."""
    from libcst.metadata import MetadataWrapper, PositionProvider  # noqa: PLC0415  as libcst

    try:
        return MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    except KeyError as problem:
        # libcst looks up the end of a node that a RecursionError kept it from reaching.
        raise RecursionError from problem
