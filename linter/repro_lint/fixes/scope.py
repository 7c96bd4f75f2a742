"""Finds the seed that is in scope where a fix needs one, else where a constant belongs."""

from __future__ import annotations

import ast
import re

from repro_lint import TYPE_CHECKING
from repro_lint.fixes.plan import insertion
from repro_lint.flow.operations import assignments
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.fixes.plan import Edit
    from repro_lint.fixes.planner import Planner
    from repro_lint.syntax.index import Function

SEED_NAME = pattern(
    r"(seed|random_state|random_seed|rng_seed|manual_seed|global_seed|np_seed|base_seed)\Z",
    re.IGNORECASE,
)
ATTRIBUTE = pattern(
    r"(?<![\w.\"'])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?\.(?:random_seed|manual_seed|seed|random_state))"
    r"(?![\w(\[\"']|\s*=(?!=)|\.)"
)
OPTION = pattern(r"""add_argument\(\s*(?:["']-\w["'],\s*)?["']--seed["']""")
PARSED = (".parse_args", ".parse_known_args")
CONSTANT, VALUE = "SEED", "42"


class Seed:
    """A seed to write down, and what makes it known where it is not."""

    def __init__(self, text: str, edits: tuple[Edit, ...] = (), *, is_option: bool = False) -> None:
        """Keep the text of the seed."""
        self.text = text
        self.edits = edits
        self.is_option = is_option


def seed_at(planner: Planner, path: str, function: int, line: int) -> Seed | None:
    """The seed in scope at a line of a function, else a new constant of the module."""
    found = seed_in_scope(planner, path, function, line)
    return found or new_constant(planner, path, line)


def seed_in_scope(planner: Planner, path: str, function: int, line: int) -> Seed | None:
    """The seed that people give, or the module's own constant."""
    functions = planner.context.modules[path].functions
    text = planner.text(path)
    symbols = sorted(set(ATTRIBUTE.findall(text)), key=lambda name: (name.count("."), name))
    for scope in scopes(functions, function):
        record = functions[scope]
        for parameter in record.parameters:
            known = isinstance(parameter.default, Literal) and parameter.default.value is None
            if SEED_NAME.match(parameter.name) and not known:
                return Seed(parameter.name, is_option=True)
        bound = heads(planner, path, scope, line if scope == function else 0)
        for symbol in symbols:
            if symbol.partition(".")[0] in bound:
                return Seed(symbol, is_option=True)
        for name in sorted(bound):
            if bound[name] == "parsed" and OPTION.search(text):
                return Seed(f"{name}.seed", is_option=True)
        for name in sorted(bound):
            if bound[name] == "constant" and SEED_NAME.match(name):
                return Seed(name)
    return None


def scopes(functions: tuple[Function, ...], function: int) -> Iterator[int]:
    """A function and those around it whose names it sees."""
    scope = function
    while scope >= 0:
        if functions[scope].kind != "class" or scope == function:
            yield scope
        scope = functions[scope].parent


def heads(planner: Planner, path: str, scope: int, line: int) -> dict[str, str]:
    """The names that a function binds, before a line if one is given, and what they are."""
    index = planner.context.modules[path]
    record = index.functions[scope]
    found = {p.name: "parameter" for p in record.parameters if p.name != "cls"}
    if "self" in found and not re.search(r"\bself\.\w*(seed|state)\s*=", planner.text(path)):
        del found["self"]
    for entry in index.imports:
        if entry.function == scope and (not line or entry.line < line):
            kind = "constant" if entry.member and SEED_NAME.match(entry.member) else "import"
            found[entry.alias] = kind
    # A notebook runs from top to bottom, also where functions are called late.
    latest = line or (10**9)
    for made in assignments(record.body):
        if not isinstance(made.target, Name) or made.span.end_line >= latest:
            continue
        found[made.target.text] = value_kind(planner, path, made.value)
    return {name: kind for name, kind in found.items() if kind != "open"}


def value_kind(planner: Planner, path: str, value: object) -> str:
    """What an assigned value is: parsed options, a whole number, or another object."""
    if isinstance(value, Literal):
        number = isinstance(value.value, int) and not isinstance(value.value, bool)
        return "constant" if number else "open"
    place = getattr(value, "call", None)
    if isinstance(place, int):
        name = planner.context.modules[path].calls[place].name
        return "parsed" if name.endswith(PARSED) or name in {"parse_args", "get_args"} else "object"
    return "object"


def new_constant(planner: Planner, path: str, line: int) -> Seed | None:
    """A constant of the module, after its imports; of a notebook before the statement."""
    tree = planner.tree(path)
    record = planner.context.modules[path].functions[0]
    taken = {*record.bound, *(entry.alias for entry in planner.context.modules[path].imports)}
    name = next((n for n in (CONSTANT, "RANDOM_SEED", "REPRO_SEED") if n not in taken), "")
    if tree is None or not name:
        return None
    at = top_statement_line(tree.module, line) if path.endswith(".ipynb") else 0
    if at:
        return Seed(name, (insertion(path, at, f"{name} = {VALUE}\n", "constant"),))
    at = line_after_imports(tree.module, line)
    if not at:
        return None
    blank = "" if not tree.lines[at - 1].strip() else "\n"
    head = "\n" if at > 1 else ""
    return Seed(name, (insertion(path, at, f"{head}{name} = {VALUE}\n{blank}", "constant"),))


def top_statement_line(module: ast.Module, line: int) -> int:
    """The line on which the statement of a module begins that holds a line."""
    for statement in module.body:
        if first_line(statement) <= line <= (statement.end_lineno or statement.lineno):
            return first_line(statement)
    return 0


def first_line(statement: ast.stmt) -> int:
    """The first line of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def line_after_imports(module: ast.Module, line: int) -> int:
    """The line after the imports at the head of a module, 0 where nothing can stand there."""
    last = 0
    for place, statement in enumerate(module.body):
        docstring = place == 0 and is_text(statement)
        if first_line(statement) >= line:
            break
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
        if docstring or isinstance(statement, (ast.Import, ast.ImportFrom)):
            last = statement.end_lineno or statement.lineno
            following = module.body[place + 1] if place + 1 < len(module.body) else None
            if following is not None and first_line(following) <= last:
                return 0
    return last + 1 if last else first_free_line(module)


def first_free_line(module: ast.Module) -> int:
    """The line of the first statement of a module without imports."""
    return first_line(module.body[0]) if module.body else 0


def is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a text alone, as a docstring is."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def import_edit(planner: Planner, path: str, line: int, text: str) -> tuple[Edit, ...]:
    """The line of an import, before the first one that is no `__future__`; of a notebook here."""
    tree = planner.tree(path)
    if tree is None:
        return ()
    if path.endswith(".ipynb"):
        return (insertion(path, top_statement_line(tree.module, line) or line, text),)
    for statement in tree.module.body:
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and not future:
            return (insertion(path, statement.lineno, text),)
    at = line_after_imports(tree.module, line)
    blank = "\n\n" if tree.lines[at - 1].startswith(("def ", "class ", "@", "async ")) else "\n"
    return (insertion(path, at, text + blank),) if at else ()
