"""One line for each finding, for editors and `grep`."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.reporters.layout import visible
from repro_lint.reporters.summary import place, standing, tally

if TYPE_CHECKING:
    from repro_lint.report import Report


def render(report: Report) -> str:
    """The findings and the counts."""
    lines = [tally(report)]
    if report.score:
        lines.append(standing(report.score))
    return render_findings(report) + "\n".join(lines) + "\n"


def render_findings(report: Report) -> str:
    """The findings alone."""
    lines = [
        visible(f"{place(finding.location)}: {finding.rule} {finding.message}")
        for finding in (reported.finding for reported in report.shown)
    ]
    return "".join(line + "\n" for line in lines)
