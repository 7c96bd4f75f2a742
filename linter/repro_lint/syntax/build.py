"""Builds the index of a module from a syntax tree, in one pass over its statements."""

from __future__ import annotations

import _ast
from functools import partial

from repro_lint import TYPE_CHECKING
from repro_lint.syntax.annotations import annotation_text
from repro_lint.syntax.expressions import NONE, VALUES, Expressions, new
from repro_lint.syntax.frame import Frame
from repro_lint.syntax.index import (
    UNKNOWN,
    Assign,
    Bind,
    Branch,
    Call,
    Compound,
    Define,
    Exit,
    Function,
    Import,
    Lambda,
    Literal,
    Loop,
    Mention,
    ModuleIndex,
    Name,
    Parameter,
    Result,
    Span,
    Try,
    With,
)
from repro_lint.syntax.names import Names
from repro_lint.syntax.newer import TYPE_ALIAS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from repro_lint.syntax.index import Operation, Value

MAIN_TEST = Compound("Compare", "Eq", (Name("__name__"), Literal("__main__")), None)


def build_index(path: str, text: str, tree: Any) -> ModuleIndex:
    """Build the index of a module from its tree.

    Raises RecursionError where expressions nest deeper than the interpreter allows.
    """
    return Builder(path, text).module(tree)


class Builder(Expressions):
    """Walks the statements of one module; used once."""

    def __init__(self, path: str, text: str) -> None:
        """Start with the module itself as the first function."""
        super().__init__(text)
        self.path = path
        self.end = text.count("\n") + 1
        self.imports: list[Import] = []
        self.discarded: set[int] = set()
        self.main_guard: Span | None = None
        self.attempts = 0
        self.frame = Frame(0, "", "module", -1, Span(1, 1, self.end, 1))
        self.frames = [self.frame]

    def module(self, tree: Any) -> ModuleIndex:
        """Read all statements and resolve the callees."""
        self.frame.body = self.body(tree.body)
        for frame in self.frames:
            if frame.outside:
                frame.bound -= frame.outside
        names = Names(self.frames, self.imports)
        target = names.target
        calls = tuple(
            [
                new(Call, (n, target(f, n) if r is None else "", r, arguments, keywords, span, f))
                for n, r, arguments, keywords, span, f in self.calls
            ]
        )
        functions = tuple([finished(frame) for frame in self.frames])
        return ModuleIndex(
            self.path,
            tuple(self.imports),
            calls,
            functions,
            self.main_guard,
            frozenset(self.discarded),
            tuple(sorted(self.sets)),
        )

    def body(self, statements: list[Any]) -> tuple[Operation, ...]:
        """Read statements as a block of their own."""
        outer, self.operations = self.operations, []
        for statement in statements:
            STATEMENTS[type(statement)](self, statement)
        inner, self.operations = self.operations, outer
        return tuple(inner)

    def inside(self, frame: Frame, statements: list[Any]) -> None:
        """Read statements as the body of a new frame."""
        outer, self.frame = self.frame, frame
        outer_attempts, self.attempts = self.attempts, 0
        frame.body = self.body(statements)
        self.frame, self.attempts = outer, outer_attempts

    def new_frame(self, name: str, kind: str, node: Any) -> Frame:
        """Add a function, class body or lambda to the module."""
        outer = self.frame
        whole = f"{outer.name}.{name}" if outer.name else name
        frame = Frame(len(self.frames), whole, kind, outer.place, self.span(node))
        self.frames.append(frame)
        return frame

    def take(self, frame: Frame, parameters: tuple[Parameter, ...]) -> None:
        """Give a function its parameters, whose names it binds."""
        frame.parameters = parameters
        frame.bound.update([parameter[0].lstrip("*") for parameter in parameters])

    def read_function(self, node: Any) -> None:
        decorators = self.values(node.decorator_list) if node.decorator_list else ()
        parameters = self.parameters(node.args)
        frame = self.new_frame(node.name, "function", node)
        frame.decorators = decorators
        self.take(frame, parameters)
        self.inside(frame, node.body)
        self.frame.bound.add(node.name)
        self.operations.append(new(Define, ("function", frame.place, node.lineno)))

    def read_lambda(self, node: Any) -> Value:
        parameters = self.parameters(node.args)
        frame = self.new_frame("<lambda>", "lambda", node)
        self.take(frame, parameters)
        outer, self.frame = self.frame, frame
        found, operations = self.guarded(node.body)
        self.frame = outer
        frame.body = (*operations, Exit("return", found, self.line(node)))
        return Lambda(frame.place)

    def parameters(self, node: Any) -> tuple[Parameter, ...]:
        """Read the parameters of a function; their defaults run in the current block."""
        plain = [*node.posonlyargs, *node.args] if node.posonlyargs else node.args
        without = len(plain) - len(node.defaults)
        found = []
        for a in plain[:without]:
            text = annotation_text(a.annotation) if a.annotation is not None else ""
            found.append(new(Parameter, (a.arg, "positional", None, text)))
        defaults = self.values(node.defaults)
        for a, default in zip(plain[without:], defaults, strict=True):
            text = annotation_text(a.annotation) if a.annotation is not None else ""
            found.append(new(Parameter, (a.arg, "positional", default, text)))
        if node.vararg is not None:
            found.append(Parameter("*" + node.vararg.arg, "*args", None, ""))
        for a, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            value = None if default is None else self.value(default)
            found.append(Parameter(a.arg, "keyword", value, annotation_text(a.annotation)))
        if node.kwarg is not None:
            found.append(Parameter("**" + node.kwarg.arg, "**kwargs", None, ""))
        return tuple(found)

    def read_class(self, node: Any) -> None:
        decorators = self.values(node.decorator_list)
        bases = self.values(node.bases)
        keywords = tuple([(k.arg or "**", self.value(k.value)) for k in node.keywords])
        frame = self.new_frame(node.name, "class", node)
        frame.decorators, frame.bases, frame.keywords = decorators, bases, keywords
        self.inside(frame, node.body)
        self.frame.bound.add(node.name)
        self.operations.append(Define("class", frame.place, node.lineno))

    def read_return(self, node: Any) -> None:
        found = NONE if node.value is None else self.value(node.value)
        self.operations.append(new(Exit, ("return", found, node.lineno)))

    def read_raise(self, node: Any) -> None:
        found = UNKNOWN if node.exc is None else self.value(node.exc)
        self.operations.append(Exit("raise", found, node.lineno))

    def read_break(self, node: Any) -> None:
        self.operations.append(Exit("break", UNKNOWN, node.lineno))

    def read_continue(self, node: Any) -> None:
        self.operations.append(Exit("continue", UNKNOWN, node.lineno))

    def read_nothing(self, node: Any) -> None:
        """Pass over a statement without effect."""

    def read_delete(self, node: Any) -> None:
        self.values(node.targets)

    def read_assign(self, node: Any) -> None:
        given = node.value
        found = VALUES[type(given)](self, given)
        span = self.span(node)
        for target in node.targets:
            self.operations.append(new(Assign, (self.target(target), found, span, "", False)))

    def read_augmented(self, node: Any) -> None:
        given = node.value
        found = VALUES[type(given)](self, given)
        target = self.target(node.target)
        self.operations.append(new(Assign, (target, found, self.span(node), "", True)))

    def read_annotated(self, node: Any) -> None:
        found = UNKNOWN if node.value is None else self.value(node.value)
        target = self.target(node.target)
        text = annotation_text(node.annotation)
        self.operations.append(new(Assign, (target, found, self.span(node), text, False)))

    def read_type_alias(self, node: Any) -> None:
        self.target(node.name)

    def read_for(self, node: Any) -> None:
        iterable = self.value(node.iter)
        target = self.target(node.target)
        body, orelse = self.body(node.body), self.body(node.orelse)
        span = self.span(node.iter)
        self.operations.append(new(Loop, ("for", target, iterable, body, orelse, span)))

    def read_while(self, node: Any) -> None:
        test = self.value(node.test)
        body, orelse = self.body(node.body), self.body(node.orelse)
        self.operations.append(Loop("while", UNKNOWN, test, body, orelse, self.span(node.test)))

    def read_if(self, node: Any) -> None:
        asked = node.test
        test = VALUES[type(asked)](self, asked)
        if self.frame.place == 0 and test == MAIN_TEST:
            self.main_guard = self.span(node)
        body = self.body(node.body)
        orelse = self.body(node.orelse) if node.orelse else ()
        self.operations.append(new(Branch, (test, body, orelse, node.lineno)))

    def read_with(self, node: Any) -> None:
        self.with_items(node, 0)

    def with_items(self, node: Any, depth: int) -> None:
        """Nest the items of a with statement, the first outermost."""
        item = node.items[depth]
        context = self.value(item.context_expr)
        target = UNKNOWN if item.optional_vars is None else self.target(item.optional_vars)
        if depth + 1 < len(node.items):
            body = self.block(lambda: self.with_items(node, depth + 1))
        else:
            body = self.body(node.body)
        self.operations.append(With(context, target, body, node.lineno))

    def read_try(self, node: Any) -> None:
        self.attempts += 1
        body = self.body(node.body)
        handlers = tuple([self.block(partial(self.read_handler, h)) for h in node.handlers])
        orelse = self.body(node.orelse)
        self.attempts -= 1
        final = self.body(node.finalbody)
        self.operations.append(Try(body, handlers, orelse, final, node.lineno))

    def read_handler(self, node: Any) -> None:
        """Read one except clause into the current block."""
        if node.type is not None:
            self.value(node.type)
        if node.name:
            self.frame.bound.add(node.name)
        self.operations.extend(self.body(node.body))

    def read_match(self, node: Any) -> None:
        subject = self.value(node.subject)
        self.match_cases(subject, node.cases)

    def match_cases(self, subject: Value, cases: list[Any]) -> None:
        """Nest the cases of a match statement as branches, the first outermost."""
        if not cases:
            return
        case, rest = cases[0], cases[1:]
        pattern = self.pattern(case.pattern)
        if case.guard is None and pattern is UNKNOWN:
            self.operations.extend(self.body(case.body))
            return
        parts = [subject, pattern]
        if case.guard is not None:
            parts.append(self.value(case.guard))
        body = self.body(case.body)
        orelse = self.block(lambda: self.match_cases(subject, rest))
        test = Compound("Match", "", tuple(parts), None)
        self.operations.append(Branch(test, body, orelse, case.pattern.lineno))

    def pattern(self, node: Any) -> Value:
        """Read a pattern; UNKNOWN if it matches anything. Its names are bound."""
        kind = type(node).__name__
        if kind == "MatchValue":
            return self.value(node.value)
        if kind == "MatchSingleton":
            return Literal(node.value)
        self.bind_pattern(node)
        if kind == "MatchAs" and node.pattern is None:
            return UNKNOWN
        return Compound(kind, "", (), None)

    def bind_pattern(self, node: Any) -> None:
        """Bind every name that a pattern captures."""
        for field in ("name", "rest"):
            text = getattr(node, field, None)
            if text:
                self.frame.bound.add(text)
        children = [getattr(node, "pattern", None), *getattr(node, "patterns", ())]
        children += getattr(node, "kwd_patterns", ())
        for child in children:
            if child is not None:
                self.bind_pattern(child)

    def read_import(self, node: Any) -> None:
        self.bind_imports([plain_import(a.name, a.asname) for a in node.names], node.lineno)

    def read_import_from(self, node: Any) -> None:
        module = "." * node.level + (node.module or "")
        entries = [(module, a.name, a.asname or a.name) for a in node.names]
        self.bind_imports(entries, node.lineno)

    def bind_imports(self, entries: list[tuple[str, str, str]], line: int) -> None:
        """Add the names that one import statement binds."""
        first = len(self.imports)
        optional = self.attempts > 0
        for entry in entries:
            self.imports.append(new(Import, (*entry, self.frame.place, line, optional)))
        self.operations.append(new(Bind, (tuple(range(first, len(self.imports))), line)))

    def read_outside(self, node: Any) -> None:
        self.frame.outside.update(node.names)

    def read_expression(self, node: Any) -> None:
        if type(node.value) is _ast.Constant:
            return  # documentation, as a rule
        given = node.value
        found = VALUES[type(given)](self, given)
        if isinstance(found, Result):
            self.discarded.add(found.call)
        elif isinstance(found, Name):
            self.operations.append(Mention(found, self.span(node)))

    def read_assert(self, node: Any) -> None:
        test = self.value(node.test)
        fails = (Exit("raise", UNKNOWN, node.lineno),)
        self.operations.append(Branch(test, (), fails, node.lineno))


def plain_import(module: str, alias: str | None) -> tuple[str, str, str]:
    """The module, member and alias of one name after `import`."""
    head, _, _ = module.partition(".")
    if alias == head != module:
        # `import a.b as a` binds the submodule, `import a.b` binds `a`.
        package, _, member = module.rpartition(".")
        return package, member, alias
    return module, "", alias or head


def finished(frame: Frame) -> Function:
    """The record of a function whose text is read."""
    return new(
        Function,
        (
            frame.name,
            frame.kind,
            frame.parent,
            frame.parameters,
            frame.decorators,
            frame.bases,
            frame.keywords,
            frame.body,
            tuple(sorted(frame.bound)),
            frame.span,
            frame.is_generator,
        ),
    )


VALUES[_ast.Lambda] = Builder.read_lambda
STATEMENTS: dict[type, Callable[[Any, Any], None]] = {
    _ast.FunctionDef: Builder.read_function,
    _ast.AsyncFunctionDef: Builder.read_function,
    _ast.ClassDef: Builder.read_class,
    _ast.Return: Builder.read_return,
    _ast.Raise: Builder.read_raise,
    _ast.Break: Builder.read_break,
    _ast.Continue: Builder.read_continue,
    _ast.Pass: Builder.read_nothing,
    _ast.Delete: Builder.read_delete,
    _ast.Assign: Builder.read_assign,
    _ast.AugAssign: Builder.read_augmented,
    _ast.AnnAssign: Builder.read_annotated,
    _ast.For: Builder.read_for,
    _ast.AsyncFor: Builder.read_for,
    _ast.While: Builder.read_while,
    _ast.If: Builder.read_if,
    _ast.With: Builder.read_with,
    _ast.AsyncWith: Builder.read_with,
    _ast.Try: Builder.read_try,
    _ast.Match: Builder.read_match,
    _ast.Import: Builder.read_import,
    _ast.ImportFrom: Builder.read_import_from,
    _ast.Global: Builder.read_outside,
    _ast.Nonlocal: Builder.read_outside,
    _ast.Expr: Builder.read_expression,
    _ast.Assert: Builder.read_assert,
}
STATEMENTS[TYPE_ALIAS] = Builder.read_type_alias
if hasattr(_ast, "TryStar"):
    STATEMENTS[_ast.TryStar] = Builder.read_try
