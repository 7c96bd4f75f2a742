"""The report as Markdown, for the summary of a job or a comment on a change."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.reporters.summary import place, standing, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Reported
    from repro_lint.report import Report

# GitHub cuts a summary at a megabyte, a comment at 65,536 characters.
MOST_ROWS = 200


def render(report: Report) -> str:
    """The score, what to do next, and a table of findings."""
    return "".join(f"{text}\n" for text in rows(report))


def rows(report: Report) -> Iterator[str]:
    """The lines."""
    yield "## repro-lint"
    yield ""
    if report.score:
        change = (
            "" if report.base_score is None else f", was {report.base_score} at `{report.base}`"
        )
        yield f"**{standing(report.score)}**{cell(change)}"
        yield ""
        for fix in report.score.next:
            yield f"- +{fix.gain} {cell(fix.title)} ({', '.join(fix.rules)})"
        yield ""
    yield f"{tally(report)}."
    if report.shown:
        yield ""
        yield "| severity | rule | place | finding |"
        yield "|---|---|---|---|"
        yield from (row(reported) for reported in report.shown[:MOST_ROWS])
    if len(report.shown) > MOST_ROWS:
        yield ""
        yield f"and {len(report.shown) - MOST_ROWS} more"


def row(reported: Reported) -> str:
    """One finding."""
    finding = reported.finding
    where = f"`{place(finding.location)}`".replace("|", "\\|")
    return f"| {finding.severity.label} | {finding.rule} | {where} | {cell(finding.message)} |"


def cell(text: str) -> str:
    """A text that ends no cell, makes no tag and no mention."""
    safe = " ".join(text.split()).replace("|", "\\|")
    return safe.replace("<", "&lt;").replace("@", "&#64;")
