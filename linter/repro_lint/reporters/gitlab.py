"""The report as GitLab's code quality file: one entry for each finding."""

from __future__ import annotations

import json

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Severity

if TYPE_CHECKING:
    from repro_lint.findings import Reported
    from repro_lint.report import Report

SEVERITIES = {
    Severity.INFO: "info",
    Severity.LOW: "minor",
    Severity.MEDIUM: "major",
    Severity.HIGH: "critical",
    Severity.CRITICAL: "blocker",
}


def render(report: Report) -> str:
    """A list of entries, as GitLab's schema for code quality has it."""
    entries = [entry(reported) for reported in report.shown]
    text = json.dumps(entries, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def entry(reported: Reported) -> dict[str, object]:
    """One finding; what belongs to no line is shown on the first one."""
    finding = reported.finding
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": reported.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": finding.location.path,
            "lines": {"begin": max(finding.location.line, 1)},
        },
    }
