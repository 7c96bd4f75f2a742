"""Finds the facts of a name; reads `compiled.json`, which `build` makes of the TOML files."""

from __future__ import annotations

import os
from functools import cache
from types import MappingProxyType

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.model import Api, Condition
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# `pathlib` and `json` cost 5 ms of start-up, where not even a fact may be asked for.
_COMPILED = os.path.join(os.path.dirname(__file__), "compiled.json")  # noqa: PTH118, PTH120
NO_VERSIONS: Mapping[str, str] = MappingProxyType({})
_ALIAS_STEPS = 4


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

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Take the compiled data; records are made when asked for."""
        self._facts: list[dict[str, Any]] = data["facts"]
        self._names: dict[str, list[int]] = data["names"]
        self._traits: dict[str, list[int]] = data["traits"]
        self._aliases: dict[str, str] = data["aliases"]
        self._returns: dict[str, str] = data["returns"]
        self._methods: dict[str, list[str]] = data["methods"]
        self._rows: dict[str, tuple[Api, ...]] = {}
        self._having: dict[str, dict[str, Api]] = {}
        self._telling: dict[str, frozenset[str]] = {}
        self._asked: dict[str, str] = {}
        self.streams: Mapping[str, Stream] = {
            key: Stream(key, value["label"], value["seed"], tuple(value["modules"]))
            for key, value in data["streams"].items()
        }

    def lookup(self, dotted: str, versions: Mapping[str, str] = NO_VERSIONS) -> tuple[Api, ...]:
        """The facts of a callable or attribute, its aliases included; () if none.

        `versions` are those of the distributions that the repository pins. Without
        one, the facts of the newest release are meant, and those of older releases
        only for what the newest has no more.
        """
        rows = self.all_rows(dotted)
        if any(row.since or row.until for row in rows):
            return tuple(row for row in rows if _holds(row, rows, versions.get(row.library, "")))
        return rows

    def all_rows(self, dotted: str) -> tuple[Api, ...]:
        """The facts of a callable for all releases."""
        rows = self._rows.get(dotted)
        if rows is None:
            name = self.canonical(dotted)
            places = self._names.get(name) or self._names.get(_pattern(name)) or ()
            rows = tuple(_api(name, self._facts[place]) for place in places)
            self._rows[dotted] = rows
        return rows

    def method(self, name: str) -> tuple[Api, ...]:
        """All facts of methods with this bare name, whatever their class."""
        return tuple(
            row for full in self._methods.get(name, ()) for row in self.lookup(full) if row.method
        )

    def switches(self) -> Mapping[str, tuple[Api, ...]]:
        """The switches of all releases, by the bare name of the callee."""
        found: dict[str, tuple[Api, ...]] = {}
        for name, places in self._names.items():
            facts = [self._facts[place] for place in places]
            rows = tuple(_api(name, fact) for fact in facts if fact["role"] == "switch")
            if rows:
                bare = name.rpartition(".")[2]
                found[bare] = found.get(bare, ()) + rows
        return found

    def trait(self, dotted: str, role: str) -> Api | None:
        """What is known of a callee's part in the flow of values or of control; None if nothing."""
        return self.having(role).get(self.canonical(dotted))

    def having(self, role: str) -> Mapping[str, Api]:
        """The facts with a role that tells of the flow of values or of control, by name."""
        found = self._having.get(role)
        if found is None:
            found = self._having[role] = {
                name: _api(name, self._facts[place])
                for name, places in self._traits.items()
                for place in places
                if self._facts[place]["role"] == role
            }
        return found

    def telling(self, role: str) -> frozenset[str]:
        """The bare names of callees with a trait that alone tell of it."""
        found = self._telling.get(role)
        if found is None:
            names = [name for name, fact in self.having(role).items() if fact.telltale == "*"]
            found = self._telling[role] = frozenset(name.rpartition(".")[2] for name in names)
        return found

    def returns(self, dotted: str) -> str:
        """The name of the type that a callable returns; a class returns itself; "" unknown."""
        return self._returns.get(self.canonical(dotted), "")

    def canonical(self, dotted: str) -> str:
        """The name under which the facts are kept: `keras.Input` for `tensorflow.keras.Input`."""
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


@cache
def knowledge() -> Knowledge:
    """The facts that ship with this version; read once."""
    import json  # noqa: PLC0415

    with open(_COMPILED, encoding="utf-8") as file:  # noqa: PTH123
        return Knowledge(json.load(file))
