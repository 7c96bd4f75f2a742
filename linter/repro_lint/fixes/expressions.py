"""Edits of one expression or statement with libcst, which keeps comments and layout."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import libcst

# Beyond this libcst may take quadratic time, or overflow the stack of the process.
LONGEST = 20_000
DEEPEST = 60


def wrapped(around: str) -> Callable[[str], str | None]:
    """Make an edit that puts an expression into a call of a function."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        node = expression(text)
        if node is None:
            return None
        call = libcst.Call(libcst.Name(around), [libcst.Arg(node)])
        return code(call)

    return make


def renamed(name: str) -> Callable[[str], str | None]:
    """Make an edit that gives a call another function."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        call = called(text)
        return None if call is None else code(call.with_changes(func=libcst.Name(name)))

    return make


def with_argument(
    name: str, value: str, *, positional: bool = False
) -> Callable[[str], str | None]:
    """Make an edit that gives a call an argument, in place of one of that name."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        call, given = called(text), expression(value)
        if call is None or given is None:
            return None
        arguments = list(call.args)
        for place, argument in enumerate(arguments):
            if argument.keyword is not None and argument.keyword.value == name:
                arguments[place] = argument.with_changes(value=given)
                return code(call.with_changes(args=arguments))
        keyword = None if positional else libcst.Name(name)
        tight = libcst.AssignEqual(libcst.SimpleWhitespace(""), libcst.SimpleWhitespace(""))
        new = libcst.Arg(
            given, keyword, equal=libcst.MaybeSentinel.DEFAULT if positional else tight
        )
        return code(call.with_changes(args=[*spaced(arguments, new)]))

    return make


def spaced(arguments: list[libcst.Arg], new: libcst.Arg) -> list[libcst.Arg]:
    """The arguments with one more at their end, laid out as those before it."""
    import libcst  # noqa: PLC0415

    if not arguments:
        return [new]
    last = arguments[-1]
    if isinstance(last.comma, libcst.Comma):
        # A trailing comma: the new one takes over what followed it.
        before = arguments[-2].comma if len(arguments) > 1 else last.comma
        between = before.whitespace_after if isinstance(before, libcst.Comma) else None
        if len(arguments) == 1:
            between = libcst.SimpleWhitespace(" ")
        own = last.comma.whitespace_after
        end = last.comma
        after = between or libcst.SimpleWhitespace(" ")
        whole = libcst.ParenthesizedWhitespace
        if isinstance(own, whole) and isinstance(between, whole):
            # A comment after the last argument stays with it.
            after = own.with_changes(last_line=between.last_line, indent=between.indent)
            bare = own.first_line.with_changes(comment=None, whitespace=libcst.SimpleWhitespace(""))
            end = last.comma.with_changes(whitespace_after=own.with_changes(first_line=bare))
        kept = last.with_changes(comma=last.comma.with_changes(whitespace_after=after))
        return [*arguments[:-1], kept, new.with_changes(comma=end)]
    space: libcst.BaseParenthesizableWhitespace = libcst.SimpleWhitespace(" ")
    if len(arguments) > 1 and isinstance(arguments[-2].comma, libcst.Comma):
        space = arguments[-2].comma.whitespace_after
    if not isinstance(space, libcst.SimpleWhitespace) and holds_comment(space):
        space = libcst.SimpleWhitespace(" ")
    moved = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
    kept = last.with_changes(
        comma=libcst.Comma(whitespace_after=space),
        whitespace_after_arg=libcst.SimpleWhitespace(""),
    )
    return [*arguments[:-1], kept, moved]


def holds_comment(space: libcst.BaseParenthesizableWhitespace) -> bool:
    """Whether a comment stands in some white space: it must not be copied."""
    import libcst  # noqa: PLC0415

    return isinstance(space, libcst.ParenthesizedWhitespace) and (
        space.first_line.comment is not None or any(line.comment for line in space.empty_lines)
    )


def without_argument(name: str) -> Callable[[str], str | None]:
    """Make an edit that takes an argument away."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        call = called(text)
        if call is None:
            return None
        kept = [a for a in call.args if a.keyword is None or a.keyword.value != name]
        if len(kept) != len(call.args) - 1:
            return None
        gone = call.args[-1]
        if kept and gone not in kept:
            after = gone.whitespace_after_arg
            comma = gone.comma if isinstance(gone.comma, libcst.Comma) else None
            end = comma or libcst.MaybeSentinel.DEFAULT
            kept[-1] = kept[-1].with_changes(comma=end, whitespace_after_arg=after)
        return code(call.with_changes(args=kept))

    return make


def assigned(value: str) -> Callable[[str], str | None]:
    """Make an edit that gives the one target of an assignment another value."""

    def make(text: str) -> str | None:
        node, given = assignment(text), expression(value)
        if node is None or given is None:
            return None
        return code(node.with_changes(value=given))

    return make


def called_with(*values: str) -> Callable[[str], str | None]:
    """Make an edit that calls what only stands there."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        node = expression(text)
        given = [expression(value) for value in values]
        if node is None or None in given:
            return None
        return code(libcst.Call(node, [libcst.Arg(value) for value in given if value]))

    return make


def calling(text: str) -> str | None:
    """Turn `torch.manual_seed = 1` into the call that is meant."""
    import libcst  # noqa: PLC0415

    node = assignment(text)
    if node is None or not isinstance(node.targets[0].target, (libcst.Name, libcst.Attribute)):
        return None
    return code(libcst.Call(node.targets[0].target, [libcst.Arg(node.value)]))


def checksum(module: str, ending: str) -> Callable[[str], str | None]:
    """Make an edit that turns `hash(x)` into a checksum of the text of `x`."""

    def make(text: str) -> str | None:
        import libcst  # noqa: PLC0415

        call = called(text)
        if call is None or len(call.args) != 1:
            return None
        held: libcst.BaseExpression = call.args[0].value
        if not ending and isinstance(held, libcst.BinaryOperation):
            around = {"lpar": [libcst.LeftParen()], "rpar": [libcst.RightParen()]}
            held = held.with_changes(**around)
        if ending:
            plain = call.args[0].with_changes(comma=libcst.MaybeSentinel.DEFAULT)
            held = libcst.Call(libcst.Name(ending), [plain])
        encoded = libcst.Call(libcst.Attribute(held, libcst.Name("encode")))
        name = libcst.Attribute(libcst.Name(module), libcst.Name("crc32"))
        return code(libcst.Call(name, [libcst.Arg(encoded)]))

    return make


def expression(text: str) -> libcst.BaseExpression | None:
    """An expression, None where libcst should not or cannot read it."""
    import libcst  # noqa: PLC0415

    if len(text) > LONGEST or sum(map(text.count, "([{")) > DEEPEST:
        return None
    try:
        return libcst.parse_expression(text)
    except (libcst.ParserSyntaxError, RecursionError):
        return None


def called(text: str) -> libcst.Call | None:
    """A call."""
    import libcst  # noqa: PLC0415

    node = expression(text)
    return node if isinstance(node, libcst.Call) else None


def assignment(text: str) -> libcst.Assign | None:
    """An assignment to one target."""
    import libcst  # noqa: PLC0415

    try:
        line = libcst.parse_statement(text) if len(text) < LONGEST else None
    except (libcst.ParserSyntaxError, RecursionError):
        return None
    if not isinstance(line, libcst.SimpleStatementLine) or len(line.body) != 1:
        return None
    node = line.body[0]
    return node if isinstance(node, libcst.Assign) and len(node.targets) == 1 else None


def code(node: libcst.CSTNode) -> str:
    """The text of a node."""
    import libcst  # noqa: PLC0415

    return libcst.Module([]).code_for_node(node).strip()
