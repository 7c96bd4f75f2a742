"""The report as SARIF 2.1.0, for code scanning services."""

from __future__ import annotations

import json

from repro_lint import TYPE_CHECKING
from repro_lint.findings import Location, Severity
from repro_lint.reporters.json import MAX_SITES

if TYPE_CHECKING:
    from repro_lint.findings import Finding, NotAnalysed, Reported, RuleEntry
    from repro_lint.report import Report

Value = dict[str, object]

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_ROOT = "ROOT"
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(report: Report) -> str:
    """One SARIF log with one run."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    text = json.dumps(log, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def _run(report: Report) -> Value:
    index = {rule.code: number for number, rule in enumerate(report.rules)}
    driver = {
        "name": "repro-lint",
        "semanticVersion": report.version,
        "rules": [_rule(rule) for rule in report.rules],
    }
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "invocations": [_invocation(report)],
        "results": [_result(reported, index) for reported in report.findings],
        "properties": _score(report),
    }


def _score(report: Report) -> Value:
    score = report.score
    if score is None:
        return {}
    return {"score": score.value, "grade": score.grade, "level": score.level, "model": score.model}


def _invocation(report: Report) -> Value:
    notes = [_notification(note) for note in report.not_analysed]
    notes += [
        {
            "level": "warning",
            "message": {"text": idle.message},
            "locations": [_location(idle.location)],
        }
        for idle in report.idle_suppressions
    ]
    notes += [
        {"level": "error", "message": {"text": f"rule {crash.rule} broke: {crash.message}"}}
        for crash in report.crashes
    ]
    return {"executionSuccessful": not report.crashes, "toolExecutionNotifications": notes}


def _notification(note: NotAnalysed) -> Value:
    message = f"{note.path} was not analysed: {note.reason}"
    place = _row(note.path, note.line)
    return {"level": "warning", "message": {"text": message}, "locations": [place]}


def _rule(rule: RuleEntry) -> Value:
    from repro_lint.cards import read  # noqa: PLC0415

    entry: Value = {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "name": rule.name,
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "preview": rule.preview,
        },
    }
    try:
        card = read(rule.code)
    except LookupError:
        return entry
    described: Value = {
        "shortDescription": {"text": card.summary},
        "help": {"text": card.summary, "markdown": card.markdown},
    }
    return entry | described


def _result(reported: Reported, index: dict[str, int]) -> Value:
    finding = reported.finding
    result: Value = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"reproLint/v1": reported.fingerprint},
        "properties": {
            "severity": finding.severity.label,
            "confidence": finding.confidence.label,
            **{key: value for key, value in _origin(finding).items() if value},
            **({"fix": finding.fix._asdict()} if finding.fix else {}),
        },
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.sites:
        # The standard wants a set; two draws of one line of a notebook are one place.
        rows = dict.fromkeys((site.path, site.line) for site in finding.sites)
        result["relatedLocations"] = [_row(*row) for row in list(rows)[:MAX_SITES]]
    if finding.trace:
        result["codeFlows"] = [_code_flow(finding)]
    if reported.suppressed:
        result["suppressions"] = [_suppression(reported.reason)]
    return result


def _origin(finding: Finding) -> dict[str, str | int]:
    place = finding.location
    return {
        "entry": finding.entry,
        "stream": finding.stream,
        "cell": place.cell,
        "cellLine": place.cell_line,
    }


def _suppression(reason: str) -> Value:
    return {"kind": "inSource", **({"justification": reason} if reason else {})}


def _code_flow(finding: Finding) -> Value:
    steps = [
        {"location": _location(step.location) | {"message": {"text": step.message}}}
        for step in finding.trace
    ]
    return {"threadFlows": [{"locations": steps}]}


def _row(path: str, line: int) -> Value:
    """A line, without columns."""
    return _location(Location(path, line))


def _location(place: Location) -> Value:
    physical: Value = {"artifactLocation": {"uri": _uri(place.path), "uriBaseId": _ROOT}}
    if place.line:
        physical["region"] = _region(place)
    return {"physicalLocation": physical}


def _region(place: Location) -> Value:
    region: Value = {"startLine": place.line}
    spans = place.end_line >= place.line
    if spans:
        region["endLine"] = place.end_line
    # In a notebook columns count in the line of the cell, not of the file.
    if place.column and not place.cell:
        region["startColumn"] = place.column
        if spans and place.end_column:
            region["endColumn"] = place.end_column
    return region


def _uri(path: str) -> str:
    """A path as a URI relative to the root of the repository."""
    from urllib.parse import quote  # noqa: PLC0415

    # A colon is not safe: in the first segment it would end a scheme.
    return quote(path.encode("utf-8", "backslashreplace"), safe="/~!$&'()*+,;=@")
