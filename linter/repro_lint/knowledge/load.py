"""Finds the facts of a name; reads the files of `compiled/`, which `build` makes of the TOML files.

A file is read when a name of a package that it speaks of is first asked for.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from types import MappingProxyType

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.model import Api, Condition
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

# `pathlib` and `json` cost 5 ms of start-up, where not even a fact may be asked for.
_COMPILED = os.path.join(os.path.dirname(__file__), "compiled")  # noqa: PTH118, PTH120
NO_VERSIONS: Mapping[str, str] = MappingProxyType({})
_ALIAS_STEPS = 4
# Files of what draws nothing, and of what reads options.
_AIDS = frozenset(("quiet", "options"))


class Stream(Record):
    """A global source of random numbers.

    `label` names it in messages, `seed` is the call that seeds it, `modules` are the
    imports that this call needs.
    """

    id: str
    label: str
    seed: str
    modules: tuple[str, ...] = ()


class Knowledge:
    """The facts of all libraries, by fully qualified name."""

    def __init__(self, read: Callable[[str], Mapping[str, Any]]) -> None:
        """Take what reads a part of the compiled data; parts are read when asked for."""
        self._read = read
        index = read("index")
        self._packages: dict[str, list[str]] = index["packages"]
        self._methods: dict[str, list[str]] = index["methods"]
        self._seeding = frozenset(index["seeding"])
        self._switches: dict[str, list[Any]] = index["switches"]
        self._telling: dict[str, list[Any]] = index["telling"]
        self._telltales: dict[str, list[str]] = index["telltales"]
        self._trait_methods: dict[str, list[str]] = index["trait_methods"]
        self._parts: dict[str, Mapping[str, Any]] = {}
        self._names: dict[str, list[Mapping[str, Any]]] = {}
        self._traits: dict[str, list[Mapping[str, Any]]] = {}
        self._aliases: dict[str, str] = {}
        self._returns: dict[str, str] = {}
        self._rows: dict[str, tuple[Api, ...]] = {}
        self._told: dict[str, tuple[Api, ...]] = {}
        self._having: dict[tuple[str, str], Api | None] = {}
        self._asked: dict[str, str] = {}
        self.streams: Mapping[str, Stream] = {
            key: Stream(key, value["label"], value["seed"], tuple(value["modules"]))
            for key, value in index["streams"].items()
        }

    def libraries(self) -> frozenset[str]:
        """The modules of libraries that compute, as far as facts tell; Python's own are none."""
        found = (name for name, parts in self._packages.items() if not _AIDS.issuperset(parts))
        return frozenset(found) - sys.stdlib_module_names

    def lookup(self, dotted: str, versions: Mapping[str, str] = NO_VERSIONS) -> tuple[Api, ...]:
        """The facts of a callable or attribute, its aliases included; () if none.

        `versions` are those of the distributions that the repository pins. Without
        one, the facts of the newest release are meant, and those of older releases
        only for what the newest has no more.
        """
        return _valid(self.all_rows(dotted), versions)

    def all_rows(self, dotted: str) -> tuple[Api, ...]:
        """The facts of a callable for all releases."""
        rows = self._rows.get(dotted)
        if rows is None:
            name = self.canonical(dotted)
            facts = self._names.get(name) or self._names.get(_pattern(name)) or ()
            rows = self._rows[dotted] = tuple(_api(name, fact) for fact in facts)
        return rows

    def is_method(self, name: str) -> bool:
        """Whether any class has a method of this bare name with a fact."""
        return name in self._methods

    def is_seeding_method(self, name: str) -> bool:
        """Whether any class has a method of this bare name that seeds or restores a stream."""
        return name in self._seeding

    def method(self, name: str) -> tuple[Api, ...]:
        """All facts of methods with this bare name, whatever their class."""
        fulls = [
            full
            for stem in self._methods.get(name, ())
            for full in self._part(stem)["methods"][name]
        ]
        return tuple(row for full in fulls for row in self.lookup(full) if row.method)

    def telling_methods(self, name: str) -> tuple[Api, ...]:
        """The facts of methods with this bare name that need no receiver to be told by."""
        rows = self._told.get(name)
        if rows is None:
            named: dict[str, tuple[Api, ...]] = {}
            for full, fact in self._telling.get(name, ()):
                named[full] = (*named.get(full, ()), _api(full, fact))
            valid = (_valid(found, NO_VERSIONS) for found in named.values())
            rows = self._told[name] = tuple(row for found in valid for row in found)
        return rows

    def switches(self) -> Mapping[str, tuple[Api, ...]]:
        """The switches of all releases, by the bare name of the callee."""
        return {
            bare: tuple(_api(name, fact) for name, fact in rows)
            for bare, rows in self._switches.items()
        }

    def trait(self, dotted: str, role: str) -> Api | None:
        """What is known of a callee's part in the flow of values or of control; None if nothing."""
        key = (dotted, role)
        if key not in self._having:
            name = self.canonical(dotted)
            facts = [fact for fact in self._traits.get(name, ()) if fact["role"] == role]
            self._having[key] = _api(name, facts[0]) if facts else None
        return self._having[key]

    def telling(self, role: str) -> frozenset[str]:
        """The bare names of callees with a trait that alone tell of it."""
        return frozenset(self._telltales.get(role, ()))

    def trait_methods(self, role: str) -> frozenset[str]:
        """The bare names of methods with a trait."""
        return frozenset(self._trait_methods.get(role, ()))

    def returns(self, dotted: str) -> str:
        """The name of the type that a callable returns; a class returns itself; "" unknown."""
        name = self.canonical(dotted)
        found = self._returns.get(name) or self._returns.get(_pattern(name), "")
        return name.rpartition(".")[0] if found == "*" else found

    def canonical(self, dotted: str) -> str:
        """The name under which the facts are kept: `keras.Input` for `tensorflow.keras.Input`."""
        if dotted.partition(".")[0] not in self._packages:
            return dotted
        name = self._asked.get(dotted)
        if name is None:
            name = dotted
            for _ in range(_ALIAS_STEPS):
                renamed = "" if self._is_known(name) else self._renamed(name)
                if not renamed:
                    break
                name = renamed
            self._asked[dotted] = name
        return name

    def _is_known(self, name: str) -> bool:
        for stem in self._packages.get(name.partition(".")[0], ()):
            self._part(stem)
        return name in self._names or name in self._returns or name in self._traits

    def _renamed(self, dotted: str) -> str:
        """Replace the longest prefix that has another name; "" if none has."""
        end = len(dotted)
        while end > 0:
            target = self._aliases.get(dotted[:end])
            if target is not None:
                return target + dotted[end:]
            end = dotted.rfind(".", 0, end)
        return ""

    def _part(self, stem: str) -> Mapping[str, Any]:
        """The data of one file, added to the tables when first asked for."""
        part = self._parts.get(stem)
        if part is None:
            part = self._parts[stem] = self._read(stem)
            facts = part["facts"]
            for table, names in ((self._names, part["names"]), (self._traits, part["traits"])):
                for name, places in names.items():
                    table.setdefault(name, []).extend(facts[place] for place in places)
            self._aliases.update(part["aliases"])
            self._returns.update(part["returns"])
        return part


def _valid(rows: tuple[Api, ...], versions: Mapping[str, str]) -> tuple[Api, ...]:
    """The facts that hold for the given versions."""
    if any(row.since or row.until for row in rows):
        return tuple(row for row in rows if _holds(row, rows, versions.get(row.library, "")))
    return rows


def _pattern(name: str) -> str:
    """What holds for each class of a library: `transformers.*.from_pretrained`."""
    return f"{name.partition('.')[0]}.*.{name.rpartition('.')[2]}"


def _holds(row: Api, rows: tuple[Api, ...], version: str) -> bool:
    """Tell whether a fact is one of this version, or of the newest if that is unknown."""
    if not version:
        return not row.until or all(other.until for other in rows)
    number = _number(version)
    return (not row.since or number >= _number(row.since)) and (
        not row.until or number < _number(row.until)
    )


def _number(version: str) -> tuple[int, ...]:
    """The release of a version for comparing, zeros at its end left out."""
    parts: list[int] = []
    for part in version.partition("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)


def _api(name: str, fact: Mapping[str, Any]) -> Api:
    values = dict(fact)
    values["streams"] = tuple(values.get("streams", ()))
    values["also"] = tuple(values.get("also", ()))
    values["conditions"] = tuple(
        Condition(parameter, position, tuple(choices), default, negated)
        for parameter, position, choices, default, negated in values.get("conditions", ())
    )
    return Api(name=name, **values)


def compiled(stem: str) -> Mapping[str, Any]:
    """A compiled file: the facts of a library, or a table of its own."""
    import json  # noqa: PLC0415

    with open(os.path.join(_COMPILED, f"{stem}.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
        found: Mapping[str, Any] = json.load(file)
        return found


@cache
def knowledge() -> Knowledge:
    """The facts that ship with this version, each part read once."""
    return Knowledge(compiled)
