"""What every report counts, and the names of places in it."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity

if TYPE_CHECKING:
    from repro_lint.findings import Location
    from repro_lint.report import Report
    from repro_lint.scoring import Score


def by_severity(report: Report) -> dict[str, int]:
    """How many findings count, by severity, the worst first."""
    counts = {severity.label: 0 for severity in sorted(Severity, reverse=True)}
    for reported in report.shown:
        counts[reported.finding.severity.label] += 1
    return counts


def counted(number: int, one: str, many: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def tally(report: Report) -> str:
    """The counts in one sentence: nothing that was left out goes unsaid."""
    shown = len(report.shown)
    kinds = ", ".join(f"{n} {name}" for name, n in by_severity(report).items() if n)
    parts = [f"{counted(shown, 'finding')} ({kinds})" if shown else "no findings"]
    suppressed = len(report.findings) - shown
    old = f"as at {report.base}" if report.base else "in the baseline"
    others = [
        (report.hidden_by_confidence, "hidden by confidence"),
        (suppressed, "suppressed"),
        (report.not_selected, "not selected"),
        (report.in_baseline, old),
        (report.mended, "of the baseline mended"),
    ]
    parts += [f"{number} {text}" for number, text in others if number]
    if report.not_analysed:
        files = len({note.path for note in report.not_analysed})
        parts.append(f"{counted(files, 'file')} not analysed")
    if report.base_score is not None and report.score is not None:
        gain = report.score.value - report.base_score
        parts.append(f"score {gain:+d} since {report.base}" if gain else "the same score")
    if report.crashes:
        parts.append(f"{counted(len(report.crashes), 'rule')} broken")
    return ", ".join(parts)


def position(location: Location) -> str:
    """Where in a file: `44:5`, `cell 3:4:1` in a notebook, empty for a whole file."""
    if location.cell:
        line = f":{location.cell_line}" if location.cell_line else ""
        column = f":{location.column}" if location.cell_line and location.column else ""
        return f"cell {location.cell}{line}{column}"
    if not location.line:
        return ""
    return f"{location.line}:{location.column}" if location.column else f"{location.line}"


def place(location: Location) -> str:
    """Where in the repository: `train.py:44:5`."""
    where = position(location)
    return f"{location.path}:{where}" if where else location.path


def standing(score: Score) -> str:
    """The score in one line: `score 55 D, level L1`."""
    return f"score {score.value} {score.grade}, level {score.level}"
