"""The few things to do next that raise the score most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from repro_lint.records import Record
from repro_lint.scoring.records import NextFix
from repro_lint.scoring.standing import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.scoring.model import Ladder, Model
    from repro_lint.scoring.records import Evidence, Hazard
    from repro_lint.scoring.standing import Standing

_HOW_MANY = 3
_NO_GAIN = 1e-9


class Trial(Protocol):
    """A repository on which changes can be tried, and made."""

    lenient: Standing

    def points(self, change: Change = ...) -> tuple[int, float]:
        """The points that are shown, and those before caps."""

    def apply(self, change: Change) -> None:
        """Make a change for good."""


class Candidate(Record):
    """Something that could be done."""

    title: str
    change: Change
    rules: tuple[str, ...]
    autofix: bool


def next_fixes(evidence: Evidence, model: Model, trial: Trial) -> tuple[NextFix, ...]:
    """Take what gains most, then what gains most after it, and so on; gains interact.

    A gain of 0 is less than a point, or held back by a cap that the next one lifts.
    """
    found: list[NextFix] = []
    groups = sorted(_groups(evidence, model))
    while len(found) < _HOW_MANY:
        candidates = [*groups, *_steps(model, trial.lenient)]
        now = trial.points()
        tried = [(*trial.points(c.change), c.autofix, -i) for i, c in enumerate(candidates)]
        shown, total, _, place = max(tried, default=(*now, False, 0))
        if total - now[1] < _NO_GAIN:
            break
        chosen = candidates[-place]
        found.append(NextFix(shown - now[0], chosen.title, chosen.rules, chosen.autofix))
        trial.apply(chosen.change)
        groups = [candidate for candidate in groups if candidate != chosen]
    return tuple(found)


def _groups(evidence: Evidence, model: Model) -> Iterator[Candidate]:
    """Each group of hazards that counts and that nobody has silenced with a reason."""
    counted = {rule for pillar in model.pillars if pillar.measured for rule in pillar.rules}
    groups: dict[tuple[str, str], list[Hazard]] = {}
    for hazards in (evidence.unreached, *(run.hazards for run in evidence.runs)):
        for hazard in hazards:
            groups.setdefault((hazard.rule, hazard.group), []).append(hazard)
    for group, hazards_of in groups.items():
        if group[0] in counted and not any(hazard.suppressed for hazard in hazards_of):
            title = min(hazard.title for hazard in hazards_of)
            autofix = all(hazard.autofix for hazard in hazards_of)
            yield Candidate(title, Change(group=group), (group[0],), autofix)


def _steps(model: Model, standing: Standing) -> Iterator[Candidate]:
    """The next rung of each ladder on which somebody should stop."""
    for pillar in model.pillars:
        for ladder in pillar.ladders if pillar.measured else ():
            lowest = standing.lowest(ladder.name)
            if lowest is not None:
                yield from _next_rung(ladder, lowest)


def _next_rung(ladder: Ladder, lowest: float) -> Iterator[Candidate]:
    for rung in ladder.rungs:
        if rung.value > lowest and rung.step:
            change = Change(ladder=ladder.name, rung=rung.value)
            yield Candidate(rung.step, change, ladder.rules, autofix=False)
            return
