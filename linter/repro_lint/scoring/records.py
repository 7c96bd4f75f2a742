"""What goes into a score and what comes out of it, as records."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.findings import Confidence, Severity


class Hazard(Record):
    """A finding as the score sees it.

    Hazards with one rule and group vanish together; `title` is what to do about that
    group. `suppressed` is true where a comment silences it and gives a reason.
    """

    rule: str
    severity: Severity
    confidence: Confidence
    group: str
    title: str = ""
    autofix: bool = False
    suppressed: bool = False


class Run(Record):
    """One way to start the program, and the hazards on its way."""

    name: str
    kind: str
    hazards: tuple[Hazard, ...] = ()


class Practice(Record):
    """Where a repository stands on a ladder.

    One rung for each thing judged (each notebook, say), by name; none at all where
    there is nothing to judge. `place` is the file that shows it.
    """

    ladder: str
    rungs: tuple[str, ...]
    place: str = ""


class Evidence(Record):
    """All that the score of one repository rests on.

    `unreached` are the hazards in files that no run reaches.
    """

    runs: tuple[Run, ...]
    unreached: tuple[Hazard, ...] = ()
    practices: tuple[Practice, ...] = ()


class Part(Record):
    """One term of a pillar; value None where it is out of the sum, `note` says why."""

    name: str
    title: str
    value: float | None
    rung: str = ""
    note: str = ""


class PillarScore(Record):
    """A pillar from 0 to 1; None where it is out of the sum, `note` says why."""

    code: str
    title: str
    weight: float
    value: float | None
    parts: tuple[Part, ...]
    note: str = ""


class Cap(Record):
    """A condition that holds and the most points it allows; binding if it decides."""

    title: str
    limit: int
    binding: bool


class NextFix(Record):
    """One thing to do, and the points that it brings once those before it are done."""

    gain: int
    title: str
    rules: tuple[str, ...]
    autofix: bool = False


class NextLevel(Record):
    """A level that is not granted: what fails, and what no rule measures yet."""

    level: str
    title: str
    missing: tuple[str, ...]
    not_measured: tuple[str, ...]


class Score(Record):
    """How ready a repository is to be reproduced.

    `level` is what all conditions grant, `level_at_most` what those that are measured
    do not rule out. `low` and `high` are the value if every finding that is not
    certain were true, or false.
    """

    value: int
    grade: str
    level: str
    level_at_most: str
    next_level: NextLevel | None
    low: int
    high: int
    pillars: tuple[PillarScore, ...]
    caps: tuple[Cap, ...]
    model: str
    next: tuple[NextFix, ...]
    suppressed: int = 0
