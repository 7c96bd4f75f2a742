"""The numbers of the score: weights, ladders, caps and levels, which `scoring.toml` states."""

from __future__ import annotations

from functools import cache

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.knowledge.load import compiled
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Rung(Record):
    """A step of a ladder; `step` says how to get there, empty where nobody should stop."""

    name: str
    value: float
    step: str = ""


class Ladder(Record):
    """A practice, from absent to best; `rules` report on the same thing."""

    name: str
    title: str
    weight: float
    measured: bool
    rules: tuple[str, ...]
    rungs: tuple[Rung, ...]

    def value(self, rung: str) -> float:
        """The worth of a rung."""
        return next(step.value for step in self.rungs if step.name == rung)


class Pillar(Record):
    """A side of reproducibility; `health` is the share of it that its rules' findings decide."""

    code: str
    title: str
    weight: float
    measured: bool
    health: float
    rules: frozenset[str]
    ladders: tuple[Ladder, ...]


class Condition(Record):
    """A state of the evidence, for levels and caps.

    What is set must hold: `ladder` stands at or above `rung`; there is no finding of
    `rules` at least as sure as `confidence` in runs of `kinds` (empty: anywhere);
    `runs`: there is a run. A condition that is not measured can fail, never hold.
    """

    title: str
    measured: bool = True
    ladder: str = ""
    rung: str = ""
    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    confidence: Confidence = Confidence.LOW
    runs: bool = False


class Limit(Record):
    """A cap: the most points where a condition fails; `title` names the failure."""

    title: str
    most: int
    unless: Condition


class Level(Record):
    """A name that all of its conditions, and those of the levels before it, grant."""

    name: str
    title: str
    conditions: tuple[Condition, ...]


class Model(Record):
    """One version of the score."""

    name: str
    severities: Mapping[Severity, float]
    confidences: Mapping[Confidence, float]
    kinds: Mapping[str, float]
    unreached: float
    suppression: float
    suppression_gain: float
    grades: tuple[tuple[str, int], ...]
    pillars: tuple[Pillar, ...]
    caps: tuple[Limit, ...]
    levels: tuple[Level, ...]


@cache
def load() -> Model:
    """The model that ships with this version."""
    return build(compiled("scoring"))


def build(data: Mapping[str, Any]) -> Model:
    """The model that a mapping such as `scoring.toml` describes."""
    numbers = data["findings"]
    return Model(
        name=data["model"],
        severities={Severity[key.upper()]: value for key, value in numbers["severity"].items()},
        confidences={
            Confidence[key.upper()]: value for key, value in numbers["confidence"].items()
        },
        kinds=data["runs"]["weight"],
        unreached=data["runs"]["unreached"],
        suppression=numbers["suppression"],
        suppression_gain=numbers["suppression_gain"],
        grades=tuple(data["grades"].items()),
        pillars=tuple(_pillar(code, table) for code, table in data["pillars"].items()),
        caps=tuple(_limit(table) for table in data["caps"]),
        levels=tuple(_level(name, table) for name, table in data["levels"].items()),
    )


def _pillar(code: str, table: Mapping[str, Any]) -> Pillar:
    ladders = table.get("ladders", {})
    return Pillar(
        code=code,
        title=table["title"],
        weight=table["weight"],
        measured=table.get("measured", True),
        health=table.get("health", 0.0),
        rules=frozenset(table.get("rules", ())),
        ladders=tuple(_ladder(name, ladder) for name, ladder in ladders.items()),
    )


def _ladder(name: str, table: Mapping[str, Any]) -> Ladder:
    return Ladder(
        name=name,
        title=table["title"],
        weight=table["weight"],
        measured=table.get("measured", True),
        rules=tuple(table.get("rules", ())),
        rungs=tuple(Rung(**rung) for rung in table.get("rungs", ())),
    )


def _limit(table: Mapping[str, Any]) -> Limit:
    return Limit(table["title"], table["most"], _condition(table))


def _level(name: str, table: Mapping[str, Any]) -> Level:
    return Level(name, table["title"], tuple(_condition(row) for row in table["conditions"]))


def _condition(table: Mapping[str, Any]) -> Condition:
    return Condition(
        title=table["title"],
        measured=table.get("measured", True),
        ladder=table.get("ladder", ""),
        rung=table.get("rung", ""),
        rules=tuple(table.get("rules", ())),
        kinds=tuple(table.get("kinds", ())),
        confidence=Confidence[table.get("confidence", "low").upper()],
        runs=table.get("runs", False),
    )
