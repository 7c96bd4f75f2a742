"""All that a run has to tell, in one record."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.records import Record

if TYPE_CHECKING:
    from repro_lint.findings import Crash, IdleSuppression, NotAnalysed, Reported, RuleEntry
    from repro_lint.scoring import Score


class Report(Record):
    """All that a run has to tell; reporters only put it into words."""

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

    @property
    def shown(self) -> tuple[Reported, ...]:
        """The findings that count: not suppressed."""
        return tuple(reported for reported in self.findings if not reported.suppressed)
