"""Finds the facts of a name; reads `compiled.json`, which `build` makes of the TOML files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from repro_lint.knowledge.model import Api, Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPILED = Path(__file__).with_name("compiled.json")
_ALIAS_STEPS = 4


class Stream(NamedTuple):
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
        self._aliases: dict[str, str] = data["aliases"]
        self._returns: dict[str, str] = data["returns"]
        self._methods: dict[str, list[str]] = data["methods"]
        self._rows: dict[str, tuple[Api, ...]] = {}
        self.streams: Mapping[str, Stream] = {
            key: Stream(key, value["label"], value["seed"], tuple(value["modules"]))
            for key, value in data["streams"].items()
        }

    def lookup(self, dotted: str) -> tuple[Api, ...]:
        """All facts of a callable or attribute, its aliases included; () if none."""
        rows = self._rows.get(dotted)
        if rows is None:
            name = self.canonical(dotted)
            rows = tuple(_api(name, self._facts[place]) for place in self._names.get(name, ()))
            self._rows[dotted] = rows
        return rows

    def method(self, name: str) -> tuple[Api, ...]:
        """All facts of methods with this bare name, whatever their class."""
        return tuple(
            row for full in self._methods.get(name, ()) for row in self.lookup(full) if row.method
        )

    def returns(self, dotted: str) -> str:
        """The name of the type that a callable returns; a class returns itself; "" unknown."""
        return self._returns.get(self.canonical(dotted), "")

    def canonical(self, dotted: str) -> str:
        """The name under which the facts are kept: `keras.Input` for `tensorflow.keras.Input`."""
        for _ in range(_ALIAS_STEPS):
            if dotted in self._names or dotted in self._returns:
                break
            renamed = self._renamed(dotted)
            if not renamed:
                break
            dotted = renamed
        return dotted

    def _renamed(self, dotted: str) -> str:
        """Replace the longest prefix that has another name; "" if none has."""
        end = len(dotted)
        while end > 0:
            target = self._aliases.get(dotted[:end])
            if target is not None:
                return target + dotted[end:]
            end = dotted.rfind(".", 0, end)
        return ""


def _api(name: str, fact: Mapping[str, Any]) -> Api:
    values = dict(fact)
    values["streams"] = tuple(values.get("streams", ()))
    values["conditions"] = tuple(
        Condition(parameter, position, tuple(choices), default, negated)
        for parameter, position, choices, default, negated in values.get("conditions", ())
    )
    return Api(name=name, **values)


@cache
def knowledge() -> Knowledge:
    """The facts that ship with this version; read once."""
    return Knowledge(json.loads(COMPILED.read_bytes()))
