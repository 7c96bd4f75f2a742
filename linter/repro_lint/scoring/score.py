"""Evidence to score."""

from __future__ import annotations

from math import floor

from repro_lint import TYPE_CHECKING
from repro_lint.scoring.conditions import grant
from repro_lint.scoring.next_fixes import next_fixes
from repro_lint.scoring.records import Cap, Part, PillarScore, Score
from repro_lint.scoring.standing import NOTHING, Change, Reading, Standing

if TYPE_CHECKING:
    from repro_lint.scoring.model import Ladder, Model, Pillar
    from repro_lint.scoring.records import Evidence, Practice

# What adding up floats may lose; the floor would make a point of it.
_SLACK = 1e-9
NOT_MEASURED = "not measured yet"
NOT_APPLICABLE = "not applicable"


class Readings:
    """A repository with the hazards that a reason silences halved, and with them in full."""

    def __init__(self, evidence: Evidence, model: Model, unsure: float | None = None) -> None:
        """Sum the evidence both ways, once where nothing is silenced."""
        self._gain = model.suppression_gain
        self.lenient = Standing(evidence, model, Reading(unsure))
        silenced = any(h.suppressed for run in evidence.runs for h in run.hazards)
        silenced = silenced or any(hazard.suppressed for hazard in evidence.unreached)
        self._strict = Standing(evidence, model, Reading(unsure, strict=True)) if silenced else None

    def points(self, change: Change = NOTHING) -> tuple[int, float]:
        """The points that are shown, and those before caps; reasons for silence gain little."""
        total, points = self.lenient.points(change)
        if self._strict is not None:
            points = min(points, self._strict.points(change)[1] + self._gain)
        return floor(points + _SLACK), total

    def apply(self, change: Change) -> None:
        """Make a change for good."""
        for standing in (self.lenient, self._strict):
            if standing is not None:
                standing.apply(change)


def score(evidence: Evidence, model: Model) -> Score:
    """Score the evidence of a repository."""
    readings = Readings(evidence, model)
    standing = readings.lenient
    value, total = readings.points()
    granted, possible, next_level = grant(evidence, model)
    return Score(
        value=value,
        grade=next(grade for grade, least in model.grades if value >= least),
        level=granted,
        level_at_most=possible,
        next_level=next_level,
        low=Readings(evidence, model, unsure=1.0).points()[0],
        high=Readings(evidence, model, unsure=0.0).points()[0],
        pillars=tuple(_pillar(pillar, standing, evidence) for pillar in model.pillars),
        caps=_caps(standing, model, total),
        model=model.name,
        next=next_fixes(evidence, model, Readings(evidence, model)),
        suppressed=_suppressed(evidence),
    )


def _caps(standing: Standing, model: Model, total: float) -> tuple[Cap, ...]:
    holding = [model.caps[place] for place in standing.caps()]
    least = min([limit.most for limit in holding], default=100)
    return tuple(
        Cap(limit.title, limit.most, binding=limit.most == least < total) for limit in holding
    )


def _suppressed(evidence: Evidence) -> int:
    """How many groups a reason silences, each once however many runs it is in."""
    hazards = [*evidence.unreached, *(h for run in evidence.runs for h in run.hazards)]
    return len({(h.rule, h.group) for h in hazards if h.suppressed})


def _pillar(pillar: Pillar, standing: Standing, evidence: Evidence) -> PillarScore:
    value = standing.values[pillar.code]
    parts: list[Part] = []
    if pillar.measured and pillar.health:
        parts.append(Part("runs", "findings on the runs", standing.health(pillar)))
    stands = {practice.ladder: practice for practice in evidence.practices}
    parts += [_part(ladder, standing, stands.get(ladder.name)) for ladder in pillar.ladders]
    absent = [part.title for part in parts if part.note == NOT_MEASURED]
    note = f"{NOT_MEASURED}: {', '.join(absent)}" if absent else ""
    if value is None:
        note = NOT_APPLICABLE if pillar.measured and not absent else NOT_MEASURED
    return PillarScore(pillar.code, pillar.title, pillar.weight, value, tuple(parts), note)


def _part(ladder: Ladder, standing: Standing, practice: Practice | None) -> Part:
    if practice is None or not ladder.measured:
        return Part(ladder.name, ladder.title, None, note=NOT_MEASURED)
    value = standing.ladder(ladder)
    if value is None:
        return Part(ladder.name, ladder.title, None, note=NOT_APPLICABLE)
    return Part(ladder.name, ladder.title, value, min(practice.rungs, key=ladder.value))
