"""Named tuples that are cheap to define: annotations are for readers and mypy only."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple as Record

    __all__ = ["Record"]
else:
    from collections import namedtuple
    from types import FunctionType

    MOST_FIELDS = 32
    _OWN = frozenset({"__annotations__"})
    # One named tuple lends its attributes to all, and one of each length its constructor:
    # to compile a constructor takes longer than all else of a class.
    _LONGEST = namedtuple("_LONGEST", [f"field_{n}" for n in range(MOST_FIELDS)])  # noqa: PYI024
    _GETTERS = tuple(vars(_LONGEST)[name] for name in _LONGEST._fields)
    _CONSTRUCTORS = {}

    def _constructor(fields: tuple[str, ...], defaults: tuple[object, ...]) -> FunctionType:
        """The constructor of a class with these fields."""
        length = len(fields)
        known = _CONSTRUCTORS.get(length)
        if known is None:
            made = namedtuple("made", _LONGEST._fields[:length])  # noqa: PYI024
            known = _CONSTRUCTORS[length] = made.__new__
        code = known.__code__.replace(co_varnames=("_cls", *fields))
        return FunctionType(code, known.__globals__, "__new__", defaults)

    class _Definition(type):
        """Makes of a class body what `typing.NamedTuple` makes, in a tenth of the time."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, object]) -> type:
            """The named tuple; it keeps the docstring, methods and properties of the body."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.pop("__annotations__", ()))
            defaults = tuple([body[field] for field in fields if field in body])
            body.update(zip(fields, _GETTERS, strict=False))
            body["__slots__"] = ()
            body["__new__"] = _constructor(fields, defaults)
            body["__match_args__"] = body["_fields"] = fields
            return type(name, (_Fields,), body)

    class _Fields(tuple):
        """What all records can do."""

        __slots__ = ()

        def _replace(self, **changes: object) -> tuple:
            found = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"no such fields: {sorted(changes)}")
            return found

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            shown = ", ".join(f"{key}={value!r}" for key, value in self._asdict().items())
            return f"{type(self).__name__}({shown})"

        def __getnewargs__(self) -> tuple:
            return tuple(self)

    class Record(metaclass=_Definition):
        """The base of every record; `typing.NamedTuple` evaluates each annotation."""
