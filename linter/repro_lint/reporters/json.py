"""The report as JSON, for programs; `docs/report.schema.json` describes it."""

from __future__ import annotations

import json

from repro_lint import TYPE_CHECKING
from repro_lint.reporters.summary import by_severity

if TYPE_CHECKING:
    from repro_lint.findings import Finding, Location, Reported
    from repro_lint.report import Report
    from repro_lint.scoring import PillarScore, Score

SCHEMA_VERSION = 1
MAX_SITES = 50

Value = dict[str, object]


def render(report: Report) -> str:
    """The whole report; the same repository gives the same bytes."""
    text = json.dumps(document(report), ensure_ascii=False, indent=2)
    # A lone surrogate has no UTF-8 form; JSON has one for it.
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def document(report: Report) -> Value:
    """The report as plain values."""
    return {
        "schema": SCHEMA_VERSION,
        "version": report.version,
        "score": _score(report.score) if report.score else None,
        "findings": [_finding(reported) for reported in report.findings],
        "next": _next(report.score) if report.score else [],
        "not_analysed": [note._asdict() for note in report.not_analysed],
        "unused_suppressions": [
            {
                "path": idle.location.path,
                "line": idle.location.line,
                "rules": list(idle.rules),
                "message": idle.message,
            }
            for idle in report.idle_suppressions
        ],
        "crashes": [{"rule": crash.rule, "message": crash.message} for crash in report.crashes],
        "summary": _summary(report),
    }


def _summary(report: Report) -> Value:
    shown = len(report.shown)
    return {
        "findings": shown,
        "by_severity": by_severity(report),
        "suppressed": len(report.findings) - shown,
        "hidden_by_confidence": report.hidden_by_confidence,
        "not_selected": report.not_selected,
        "not_analysed": len(report.not_analysed),
        "in_baseline": report.in_baseline,
        "baseline_mended": report.mended,
        "base": {"ref": report.base, "score": report.base_score} if report.base else None,
        "files": report.files,
        "single_file": report.single_file,
    }


def _finding(reported: Reported) -> Value:
    finding = reported.finding
    place = finding.location
    return {
        "rule": finding.rule,
        "name": reported.name,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "cell": place.cell or None,
        "cell_line": place.cell_line or None,
        "message": finding.message,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "entry": finding.entry or None,
        "stream": finding.stream or None,
        "sites": [_site(site) for site in finding.sites[:MAX_SITES]],
        "sites_total": len(finding.sites),
        "trace": _trace(finding),
        "fix": finding.fix._asdict() if finding.fix else None,
        "fingerprint": reported.fingerprint,
        "suppressed": reported.suppressed,
        "suppressed_reason": reported.reason or None,
    }


def _trace(finding: Finding) -> list[Value]:
    return [_site(step.location) | {"message": step.message} for step in finding.trace]


def _site(place: Location) -> Value:
    return {"path": place.path, "line": place.line}


def _score(score: Score) -> Value:
    return {
        "value": score.value,
        "grade": score.grade,
        "level": score.level,
        "level_at_most": score.level_at_most,
        "next_level": score.next_level._asdict() if score.next_level else None,
        "range": [score.low, score.high],
        "pillars": [_pillar(pillar) for pillar in score.pillars],
        "caps": [cap._asdict() for cap in score.caps],
        "suppressed": score.suppressed,
        "model": score.model,
    }


def _pillar(pillar: PillarScore) -> Value:
    parts: list[Value] = [
        {
            "name": part.name,
            "title": part.title,
            "value": _rounded(part.value),
            "rung": part.rung or None,
            "note": part.note or None,
        }
        for part in pillar.parts
    ]
    return {
        "code": pillar.code,
        "title": pillar.title,
        "weight": pillar.weight,
        "value": _rounded(pillar.value),
        "measured": pillar.value is not None,
        "note": pillar.note or None,
        "parts": parts,
    }


def _rounded(value: float | None) -> float | None:
    """A share with as many digits as mean something."""
    return None if value is None else round(value, 4)


def _next(score: Score) -> list[Value]:
    return [
        {"gain": fix.gain, "title": fix.title, "rules": list(fix.rules), "autofix": fix.autofix}
        for fix in score.next
    ]
