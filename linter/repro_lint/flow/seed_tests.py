"""Which tests are about nothing but whether, and with what, to seed."""

from __future__ import annotations

import re
from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.syntax.index import Compound, Literal, Name, Result

if TYPE_CHECKING:
    from repro_lint.syntax.index import ModuleIndex, Value

SEED_NAME = pattern(
    r"seed(ed|ing|s)?(_?(value|val|num|number|everything|all|flag|int))?$|random_?state$"
    r"|determinis|reproduc",
    re.IGNORECASE,
)
NO_SEED_NAME = pattern(r"(num|n|nr|number_of|count|total)_?(random_?)?seeds?$", re.IGNORECASE)
ASKED_BY_KEY = frozenset(("get", "getattr", "hasattr", "getint", "getenv", "pop", "getboolean"))
ABOUT_FIRST = frozenset(("int", "bool", "len", "isinstance", "str", "float", "type", "is_none"))


@cache
def is_seed_name(text: str) -> bool:
    """Whether a name or key is that of a seed, or of a switch that asks for seeding."""
    last = text.rpartition(".")[2]
    return bool(SEED_NAME.search(last)) and not NO_SEED_NAME.search(last)


def is_seed_test(index: ModuleIndex, test: Value) -> bool:
    """Whether a test mentions seeds, and nothing else."""
    return _about(index, test) is True


def subject(index: ModuleIndex, value: Value) -> tuple[str, Value | None]:
    """The first seed that a value mentions: as people read it, and the value itself."""
    if isinstance(value, Name):
        return (value.text, value) if is_seed_name(value.text) else ("", None)
    if isinstance(value, Compound):
        if value.kind == "Subscript" and _key_about(value.parts[1]):
            return str(value.parts[1].value), value  # type: ignore[union-attr]
        if value.kind == "Attribute" and is_seed_name(value.detail):
            return value.detail, value
        inner = value.parts
    elif isinstance(value, Result):
        call = index.calls[value.call]
        inner = call.arguments
        for argument in inner[:2]:
            if _key_about(argument):
                return str(argument.value), value  # type: ignore[union-attr]
    else:
        return "", None
    found = (subject(index, part) for part in inner)
    return next((each for each in found if each[1] is not None), ("", None))


def _about(index: ModuleIndex, value: Value) -> bool | None:
    """True for what is about seeds, False for what is not, None for what tells nothing."""
    if isinstance(value, Literal):
        return None
    if isinstance(value, Name):
        return is_seed_name(value.text)
    if isinstance(value, Result):
        return _call_about(index, value.call)
    if not isinstance(value, Compound):
        return False
    if value.kind == "Attribute":
        return is_seed_name(value.detail)
    if value.kind == "Subscript":
        return _key_about(value.parts[1])
    if value.kind == "Compare" and value.detail in ("In", "NotIn"):
        return _key_about(value.parts[0]) or _about(index, value.parts[0])
    if value.kind not in ("Compare", "BoolOp", "UnaryOp"):
        return False
    answers = {_about(index, part) for part in value.parts}
    return False if False in answers else (True in answers) or None


def _key_about(key: Value) -> bool:
    """Whether a key of a mapping is the literal name of a seed."""
    return isinstance(key, Literal) and isinstance(key.value, str) and is_seed_name(key.value)


def _call_about(index: ModuleIndex, place: int) -> bool | None:
    """Whether a call in a test asks for a seed by its key, or something about a seed."""
    call = index.calls[place]
    bare = call.name.rpartition(".")[2]
    if bare in ASKED_BY_KEY:
        return any(_key_about(argument) for argument in call.arguments[:2])
    if bare in ABOUT_FIRST and call.arguments:
        return _about(index, call.arguments[0])
    return False
