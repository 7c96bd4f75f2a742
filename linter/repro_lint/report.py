"""All that a run has to tell, in one record."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.findings import Crash, IdleSuppression, NotAnalysed, Reported, RuleEntry
    from repro_lint.scoring import Score


class Report(Record):
    """All that a run has to tell; reporters only put it into words.

    `in_baseline` counts the old findings that are not shown: those of the baseline, of
    which `mended` are gone, or those of the commit `base`, whose score `base_score` is.
    """

    version: str
    findings: tuple[Reported, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    score: Score | None = None
    not_analysed: tuple[NotAnalysed, ...] = ()
    idle_suppressions: tuple[IdleSuppression, ...] = ()
    crashes: tuple[Crash, ...] = ()
    hidden_by_confidence: int = 0
    not_selected: int = 0
    files: int = 0
    single_file: bool = False
    in_baseline: int = 0
    mended: int = 0
    base: str = ""
    base_score: int | None = None

    @property
    def shown(self) -> tuple[Reported, ...]:
        """The findings that count: not suppressed."""
        return tuple(reported for reported in self.findings if not reported.suppressed)
