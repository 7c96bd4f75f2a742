"""The sum behind the score, kept so that one change costs little to try.

The health of a run in a pillar is the chance that none of its hazards harms it: for
each rule and severity, `1 - harm * (1 - product of (1 - confidence))`, multiplied.
"""

from __future__ import annotations

from math import fsum

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Confidence, Severity
from repro_lint.records import Record
from repro_lint.scoring.conditions import hazards_against

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from repro_lint.scoring.model import Ladder, Limit, Model, Pillar
    from repro_lint.scoring.records import Evidence, Hazard

Group: TypeAlias = "tuple[str, str]"
# One rule at one severity: how much it harms, and for each group the chance that all is well.
Kinds: TypeAlias = "list[tuple[float, dict[Group, float]]]"
NO_GROUP: Group = ("", "")


class Reading(Record):
    """How hazards are read.

    `unsure` stands in for every confidence below high; `strict` counts hazards that a
    reason silences in full.
    """

    unsure: float | None = None
    strict: bool = False


class Change(Record):
    """A group of hazards that vanishes, or a ladder that is raised to a rung."""

    group: Group = NO_GROUP
    ladder: str = ""
    rung: float = 0.0


NOTHING = Change()


class Brake(Record):
    """A cap, and what makes it hold: whatever is done, these groups, or this ladder at 0."""

    most: int
    always: bool
    groups: set[Group]
    ladder: str


class Standing:
    """Where a repository stands under one reading, and where a change would put it."""

    def __init__(self, evidence: Evidence, model: Model, reading: Reading) -> None:
        """Sort the evidence by pillar, run and group, and sum it once."""
        self._model = model
        self._weights = [model.kinds[run.kind] for run in evidence.runs]
        self._pillar_of = {rule: p.code for p in model.pillars for rule in p.rules} | {
            ladder.name: p.code for p in model.pillars for ladder in p.ladders
        }
        self._kinds: dict[str, list[Kinds]] = {pillar.code: [] for pillar in model.pillars}
        self._runs_of: dict[Group, list[int]] = {}
        for hazards in (*(run.hazards for run in evidence.runs), evidence.unreached):
            self._add(hazards, reading)
        self._health = {
            code: [_run_health(kinds, NO_GROUP) for kinds in runs]
            for code, runs in self._kinds.items()
        }
        self._rungs = _rungs(evidence, model)
        self._brakes = [_brakes(limit, evidence, reading) for limit in model.caps]
        self.values = {p.code: self._value(p, NOTHING) for p in model.pillars}

    def points(self, change: Change = NOTHING) -> tuple[float, float]:
        """The points from 0 to 100, before and under the caps that hold."""
        values = self._values(change)
        counted = [(p.weight, values[p.code]) for p in self._model.pillars]
        sums = [(weight, value) for weight, value in counted if value is not None]
        whole = fsum(weight for weight, _ in sums)
        total = 100 * fsum(weight * value for weight, value in sums) / whole if whole else 0.0
        limits = [brake.most for brake in self._brakes if self._holds(brake, change)]
        return total, min(total, *limits, 100)

    def caps(self) -> list[int]:
        """The places in the model of the caps that hold."""
        return [i for i, brake in enumerate(self._brakes) if self._holds(brake, NOTHING)]

    def health(self, pillar: Pillar) -> float | None:
        """The mean health of the runs in a pillar; None where it has no such part."""
        return self._mean_health(pillar, NO_GROUP) if pillar.health else None

    def ladder(self, ladder: Ladder, change: Change = NOTHING) -> float | None:
        """The mean rung of what a ladder judges; None where it is out of the sum."""
        rungs = self._rungs.get(ladder.name)
        if not rungs:
            return None
        least = change.rung if change.ladder == ladder.name else 0.0
        return fsum(max(rung, least) for rung in rungs) / len(rungs)

    def lowest(self, ladder: str) -> float | None:
        """The lowest rung of what a ladder judges; None where it is out of the sum."""
        return min(self._rungs.get(ladder) or (), default=None)

    def apply(self, change: Change) -> None:
        """Make a change for good."""
        if change.ladder:
            rungs = self._rungs[change.ladder]
            self._rungs[change.ladder] = [max(rung, change.rung) for rung in rungs]
        else:
            self._drop(change.group)
        self.values = self._values(change)

    def _add(self, hazards: Iterable[Hazard], reading: Reading) -> None:
        """Sort the hazards of one run by pillar, rule and severity."""
        found: dict[str, dict[tuple[str, int], dict[Group, float]]] = {c: {} for c in self._kinds}
        for hazard in sorted(hazards):
            code = self._pillar_of.get(hazard.rule)
            if code is not None:
                kind, group = (hazard.rule, hazard.severity.value), (hazard.rule, hazard.group)
                groups = found[code].setdefault(kind, {})
                well = 1 - _chance(hazard, self._model, reading)
                groups[group] = groups.get(group, 1.0) * well
        harms = self._model.severities
        for code, kinds in found.items():
            place = len(self._kinds[code])
            self._kinds[code].append([(harms[Severity(k[1])], g) for k, g in kinds.items()])
            for group in sorted({group for groups in kinds.values() for group in groups}):
                self._runs_of.setdefault(group, []).append(place)

    def _drop(self, group: Group) -> None:
        code = self._pillar_of[group[0]]
        for _, groups in (kind for kinds in self._kinds[code] for kind in kinds):
            groups.pop(group, None)
        self._health[code] = [_run_health(kinds, NO_GROUP) for kinds in self._kinds[code]]
        for brake in self._brakes:
            brake.groups.discard(group)

    def _values(self, change: Change) -> dict[str, float | None]:
        code = self._pillar_of.get(change.ladder or change.group[0])
        changed = {p.code: self._value(p, change) for p in self._model.pillars if p.code == code}
        return {**self.values, **changed}

    def _value(self, pillar: Pillar, change: Change) -> float | None:
        if not pillar.measured:
            return None
        ladders = [(ladder.weight, self.ladder(ladder, change)) for ladder in pillar.ladders]
        judged = [(weight, value) for weight, value in ladders if value is not None]
        parts: list[tuple[float, float]] = []
        if pillar.health:
            parts.append((pillar.health, self._mean_health(pillar, change.group)))
        if judged:
            whole = fsum(weight for weight, _ in judged)
            mean = fsum(weight * value for weight, value in judged) / whole
            parts.append((1 - pillar.health, mean))
        shares = fsum(share for share, _ in parts)
        return fsum(share * value for share, value in parts) / shares if shares else None

    def _mean_health(self, pillar: Pillar, group: Group) -> float:
        """The weighted mean over the runs; what none of them reaches takes a share of it."""
        healths = list(self._health[pillar.code])
        if group[0] in pillar.rules:
            for place in self._runs_of.get(group, ()):
                healths[place] = _run_health(self._kinds[pillar.code][place], group)
        *runs, unreached = healths
        whole = fsum(self._weights)
        mean = fsum(w * h for w, h in zip(self._weights, runs, strict=True)) / whole if runs else 0
        return mean * (1 - self._model.unreached * (1 - unreached))

    def _holds(self, brake: Brake, change: Change) -> bool:
        if brake.always or any(group != change.group for group in brake.groups):
            return True
        raised = change.ladder == brake.ladder and change.rung > 0
        return bool(brake.ladder) and not raised and self.lowest(brake.ladder) == 0


def _run_health(kinds: Kinds, without: Group) -> float:
    """The health of one run as if one group were not there."""
    health = 1.0
    for harm, groups in kinds:
        well = 1.0
        for group, chance in groups.items():
            if group != without:
                well *= chance
        health *= 1 - harm * (1 - well)
    return health


def _chance(hazard: Hazard, model: Model, reading: Reading) -> float:
    """How likely a hazard is taken to be true."""
    certain = hazard.confidence is Confidence.HIGH or reading.unsure is None
    chance = model.confidences[hazard.confidence] if certain else reading.unsure
    halved = hazard.suppressed and not reading.strict
    return (chance or 0.0) * (model.suppression if halved else 1.0)


def _rungs(evidence: Evidence, model: Model) -> dict[str, list[float]]:
    """The worth of what each ladder that is measured judges."""
    stands = {practice.ladder: practice.rungs for practice in evidence.practices}
    return {
        ladder.name: sorted(ladder.value(rung) for rung in stands[ladder.name])
        for pillar in model.pillars
        for ladder in pillar.ladders
        if ladder.measured and ladder.name in stands
    }


def _brakes(limit: Limit, evidence: Evidence, reading: Reading) -> Brake:
    """What makes a cap hold at the start."""
    condition = limit.unless
    breaking = [
        (hazard.rule, hazard.group)
        for hazard in hazards_against(condition, evidence)
        if reading.strict or not hazard.suppressed
    ]
    return Brake(limit.most, condition.runs and not evidence.runs, set(breaking), condition.ladder)
