"""Whether a condition of a cap or a level holds, and which level that grants."""

from __future__ import annotations

from enum import Enum

from repro_lint import TYPE_CHECKING
from repro_lint.scoring.records import NextLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.scoring.model import Condition, Level, Model
    from repro_lint.scoring.records import Evidence, Hazard


class Holds(Enum):
    """What is known of a condition."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


GROUND = "L0"


def judge(condition: Condition, evidence: Evidence, model: Model) -> Holds:
    """Tell whether a condition holds; hazards that a reason silences do not break it."""
    if condition.runs and not evidence.runs:
        return Holds.NO
    if any(not hazard.suppressed for hazard in hazards_against(condition, evidence)):
        return Holds.NO
    standing = _stands(condition, evidence, model) if condition.ladder else Holds.YES
    return Holds.UNKNOWN if standing is Holds.YES and not condition.measured else standing


def hazards_against(condition: Condition, evidence: Evidence) -> Iterator[Hazard]:
    """The hazards that break a condition, silenced ones among them."""
    if not condition.rules:
        return
    groups = [run.hazards for run in evidence.runs if run.kind in condition.kinds]
    if not condition.kinds:
        groups = [*(run.hazards for run in evidence.runs), evidence.unreached]
    for hazards in groups:
        for hazard in hazards:
            if hazard.rule in condition.rules and hazard.confidence >= condition.confidence:
                yield hazard


def _stands(condition: Condition, evidence: Evidence, model: Model) -> Holds:
    """Whether each thing judged on a ladder stands at the rung or above it."""
    ladders = {ladder.name: ladder for pillar in model.pillars for ladder in pillar.ladders}
    ladder = ladders[condition.ladder]
    practice = next((p for p in evidence.practices if p.ladder == ladder.name), None)
    if practice is None or not ladder.measured:
        return Holds.UNKNOWN
    least = ladder.value(condition.rung)
    return Holds.YES if all(ladder.value(r) >= least for r in practice.rungs) else Holds.NO


def grant(evidence: Evidence, model: Model) -> tuple[str, str, NextLevel | None]:
    """The level granted, the level not ruled out, and the one after that."""
    granted = possible = GROUND
    unknown: list[str] = []
    for level in model.levels:
        failing = _titles(level, evidence, model, Holds.NO)
        unknown += _titles(level, evidence, model, Holds.UNKNOWN)
        if failing:
            return granted, possible, NextLevel(level.name, level.title, failing, tuple(unknown))
        possible = level.name
        if not unknown:
            granted = level.name
    return granted, possible, _first_unsure(granted, evidence, model)


def _titles(level: Level, evidence: Evidence, model: Model, wanted: Holds) -> tuple[str, ...]:
    """The conditions of a level of which this is known."""
    judged = ((c.title, judge(c, evidence, model)) for c in level.conditions)
    return tuple(title for title, holds in judged if holds is wanted)


def _first_unsure(granted: str, evidence: Evidence, model: Model) -> NextLevel | None:
    """The level after the one granted, which only what is not measured withholds."""
    names = [GROUND, *(level.name for level in model.levels)]
    above = model.levels[names.index(granted) :]
    if not above:
        return None
    unknown = _titles(above[0], evidence, model, Holds.UNKNOWN)
    return NextLevel(above[0].name, above[0].title, (), unknown)
