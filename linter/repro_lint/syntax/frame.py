"""The function, class body or module whose text is being read."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from repro_lint.syntax.index import Operation, Parameter, Span, Value


class Frame:
    """A function in the making; it becomes a `Function` record when the text is read."""

    def __init__(self, place: int, name: str, kind: str, parent: int, span: Span) -> None:
        """Start with an empty body."""
        self.place = place
        self.name = name
        self.kind = kind
        self.parent = parent
        self.span = span
        self.parameters: tuple[Parameter, ...] = ()
        self.decorators: tuple[Value, ...] = ()
        self.bases: tuple[Value, ...] = ()
        self.keywords: tuple[tuple[str, Value], ...] = ()
        self.body: tuple[Operation, ...] = ()
        self.bound: set[str] = set()
        self.outside: set[str] = set()
        self.is_generator = False
