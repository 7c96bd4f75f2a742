"""Workflow commands, which GitHub Actions shows beside the changed lines."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity
from repro_lint.reporters.summary import standing, tally

if TYPE_CHECKING:
    from repro_lint.findings import Location, Reported
    from repro_lint.report import Report


def render(report: Report) -> str:
    """A command for each finding and each part that was not read, then the counts."""
    lines = [_finding(reported) for reported in report.shown]
    lines += [
        _command("warning", idle.location, "unused suppression", idle.message)
        for idle in report.idle_suppressions
    ]
    lines += [_note(note.path, note.line, note.reason) for note in report.not_analysed]
    if report.score:
        lines.append(standing(report.score))
    return "".join(f"{line}\n" for line in [*lines, tally(report)])


def _finding(reported: Reported) -> str:
    finding = reported.finding
    if finding.severity >= Severity.HIGH:
        level = "error"
    else:
        level = "warning" if finding.severity >= Severity.LOW else "notice"
    title = f"{finding.rule} {reported.name}"
    cell = f"cell {finding.location.cell}: " if finding.location.cell else ""
    return _command(level, finding.location, title, cell + finding.message)


def _note(path: str, line: int, reason: str) -> str:
    from repro_lint.findings import Location  # noqa: PLC0415

    return _command("notice", Location(path, line), "not analysed", reason)


def _command(level: str, location: Location, title: str, message: str) -> str:
    # Columns are for spans of one line; in a notebook they count in the cell, not in the file.
    columns = location.line == location.end_line and not location.cell
    values = {
        "file": "" if location.path == "." else location.path,
        "line": location.line,
        "endLine": location.end_line,
        "col": location.column if columns else 0,
        "endColumn": location.end_column if columns else 0,
        "title": title,
    }
    fields = ",".join(f"{key}={_property(str(value))}" for key, value in values.items() if value)
    return f"::{level} {fields}::{_data(message)}"


def _data(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
