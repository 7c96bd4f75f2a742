"""What one Python module says, as records without a tree.

`ModuleIndex.calls` lists every call in source order of evaluation; functions hold
their bodies as operations in evaluation order, with branches, loops and exits, so
that an analysis of order needs nothing but this record. Values are what the text
shows: a literal, a name, the result of another call, or a compound of these.
"""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from typing import TypeAlias


class Span(Record):
    """A range of text; lines and columns from 1, columns in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Literal(Record):
    """A constant: number, text, bytes, bool, None or Ellipsis."""

    value: object


class Name(Record):
    """A name or dotted name as written, such as `args.seed` or `np.random`."""

    text: str


class Result(Record):
    """The value of a call: its place in `ModuleIndex.calls`."""

    call: int


class Compound(Record):
    """A value made of others.

    `kind` is the name of the syntax (Tuple, List, Set, Dict, BinOp, JoinedStr,
    Subscript, Attribute, Compare, BoolOp, IfExp, UnaryOp, Starred, ...), `detail`
    the operator or attribute, `parts` the operands in evaluation order (for Dict:
    key, value, key, value; a `**` entry has the key UNKNOWN).
    """

    kind: str
    detail: str
    parts: tuple[Value, ...]
    span: Span | None


class Comprehension(Record):
    """A list, set or dict comprehension or a generator: its sources and element."""

    kind: str
    iterables: tuple[Value, ...]
    targets: tuple[Value, ...]
    element: Value
    span: Span


class Lambda(Record):
    """An anonymous function: its place in `ModuleIndex.functions`."""

    function: int


class Unknown(Record):
    """A value that the text does not show."""


UNKNOWN = Unknown()

Value: TypeAlias = "Literal | Name | Result | Compound | Comprehension | Lambda | Unknown"


class Call(Record):
    """A call.

    `name` is the callee as written (`np.random.rand`); where its head is no name,
    only the attributes after it, with a leading dot (`.normal`), and `receiver` is
    the value before them. `target` is the name through imports
    (`numpy.random.rand`), `builtins.sorted` for a builtin that nothing shadows, a
    name with leading dots for relative imports, else "". Keyword "**" holds
    unpacked mappings; unpacked sequences are Starred compounds in `arguments`.
    """

    name: str
    target: str
    receiver: Value | None
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    span: Span
    function: int

    def keyword(self, name: str) -> Value | None:
        """The value of a keyword argument, None if it is not given by name."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def argument(self, position: int, name: str) -> Value | None:
        """The value of a parameter given by name or position (-1: by name only)."""
        found = self.keyword(name)
        if found is None and 0 <= position < len(self.arguments):
            before = self.arguments[: position + 1]
            if not any(isinstance(a, Compound) and a.kind == "Starred" for a in before):
                return self.arguments[position]
        return found


class Import(Record):
    """A name bound by an import: `import a.b as c` or `from .m import n as k`.

    `module` has leading dots for relative imports; `member` is "" for plain imports
    and "*" for star imports; `alias` is the name that is bound; `optional` marks
    imports inside a try statement.
    """

    module: str
    member: str
    alias: str
    function: int
    line: int
    optional: bool


class Evaluate(Record):
    """The call at this place in `ModuleIndex.calls` runs, its arguments before it."""

    call: int


class Assign(Record):
    """A target takes a value (`annotation` as text where written, `augmented` for +=)."""

    target: Value
    value: Value
    span: Span
    annotation: str = ""
    augmented: bool = False


class Branch(Record):
    """One of two ways; also conditional expressions, `and`/`or`, and each match case."""

    test: Value
    body: tuple[Operation, ...]
    orelse: tuple[Operation, ...]
    line: int


class Loop(Record):
    """A for or while loop or a comprehension; zero or more rounds.

    `iterable` is what a for loop runs over, the test of a while loop.
    """

    kind: str
    target: Value
    iterable: Value
    body: tuple[Operation, ...]
    orelse: tuple[Operation, ...]
    span: Span


class Try(Record):
    """A try statement; `handlers` in order."""

    body: tuple[Operation, ...]
    handlers: tuple[tuple[Operation, ...], ...]
    orelse: tuple[Operation, ...]
    final: tuple[Operation, ...]
    line: int


class With(Record):
    """A with statement of one item; several items nest."""

    context: Value
    target: Value
    body: tuple[Operation, ...]
    line: int


class Exit(Record):
    """Leaves the block: return (with its value), raise, break or continue."""

    kind: str
    value: Value
    line: int


class Define(Record):
    """A function or class comes into being; `function` is the class body for classes."""

    kind: str
    function: int
    line: int


class Yield(Record):
    """A generator hands out a value."""

    value: Value
    line: int


class Mention(Record):
    """A name stands alone as a statement, so it does nothing."""

    value: Value
    span: Span


class Bind(Record):
    """An import statement runs; `imports` are places in `ModuleIndex.imports`."""

    imports: tuple[int, ...]
    line: int


Operation: TypeAlias = (
    "Evaluate | Assign | Branch | Loop | Try | With | Exit | Define | Yield | Mention | Bind"
)


class Parameter(Record):
    """A parameter; kind is positional, keyword, *args or **kwargs (the stars included)."""

    name: str
    kind: str
    default: Value | None
    annotation: str


class Function(Record):
    """A function, lambda, class body or the module body itself (always the first).

    `name` is qualified within the module (`Trainer.fit`; "" for the module).
    `parent` is the place of the enclosing function or class body, -1 for the module.
    `bound` are the names that the body binds other than by import, sorted.
    """

    name: str
    kind: str
    parent: int
    parameters: tuple[Parameter, ...]
    decorators: tuple[Value, ...]
    bases: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    body: tuple[Operation, ...]
    bound: tuple[str, ...]
    span: Span
    is_generator: bool = False


class ModuleIndex(Record):
    """All facts of one module that rules and the whole-program analysis ask for.

    `main_guard` is the span of `if __name__ == "__main__"`, None if there is none.
    `discarded` are the places of calls that stand alone as statements; `sets` are
    the functions with set displays or set comprehensions, sorted.
    """

    path: str
    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    functions: tuple[Function, ...]
    main_guard: Span | None
    discarded: frozenset[int]
    sets: tuple[int, ...]
