"""The report as JUnit's XML: one test for each rule and file that fails."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from repro_lint import TYPE_CHECKING
from repro_lint.patterns import pattern
from repro_lint.reporters.summary import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.findings import Reported
    from repro_lint.report import Report

# What XML 1.0 cannot hold at all, not even as a reference.
FORBIDDEN = pattern("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def render(report: Report) -> str:
    """A suite with a case for each finding, and one that passes where there is none."""
    return "".join(f"{text}\n" for text in rows(report))


def rows(report: Report) -> Iterator[str]:
    """The lines of the document."""
    failures, errors = len(report.shown), len(report.crashes)
    tests = max(failures + errors, 1)
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="repro-lint" {counts}>'
    yield f'  <testsuite name="repro-lint" {counts}>'
    for reported in report.shown:
        yield from case(reported)
    for crash in report.crashes:
        name = quoteattr(clean(f"rule {crash.rule}"))
        yield f'    <testcase name={name} classname="repro-lint">'
        yield f"      <error message={quoteattr(clean(crash.message))}/>"
        yield "    </testcase>"
    if not failures and not errors:
        yield '    <testcase name="no findings" classname="repro-lint"/>'
    yield "  </testsuite>"
    yield "</testsuites>"


def case(reported: Reported) -> Iterator[str]:
    """The case of one finding."""
    finding = reported.finding
    where = place(finding.location)
    name = quoteattr(clean(f"{finding.rule} {reported.name} {where}"))
    yield f"    <testcase name={name} classname={quoteattr(clean(finding.location.path))}>"
    kind = f'type="{finding.severity.label}"'
    text = escape(clean(f"{where}: {finding.rule} {finding.message}"))
    yield f"      <failure {kind} message={quoteattr(clean(finding.message))}>{text}</failure>"
    yield "    </testcase>"


def clean(text: str) -> str:
    """A text with a mark for each character that XML cannot hold."""
    return FORBIDDEN.sub("\ufffd", text)
