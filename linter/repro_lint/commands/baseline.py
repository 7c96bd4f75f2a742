"""Old findings: those of a baseline file, and those of another version of the repository."""

from __future__ import annotations

import json
from collections import Counter

from repro_lint import TYPE_CHECKING
from repro_lint.commands import output
from repro_lint.errors import UserError
from repro_lint.fixes.rounds import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from repro_lint.findings import Finding, Reported
    from repro_lint.report import Report

VERSION = 1
HINT = "write it with `--write-baseline FILE`"


def write(path: str, report: Report) -> int:
    """Write the findings that count into a baseline; how many there are."""
    output.write_file(path, text_of(report))
    return len(report.shown)


def text_of(report: Report) -> str:
    """The baseline of a report: the findings that count, in an order that moved lines keep."""
    found = [
        {
            "fingerprint": reported.fingerprint,
            "rule": reported.finding.rule,
            "path": reported.finding.location.path,
            "message": reported.finding.message,
        }
        for reported in report.shown
    ]
    found.sort(key=lambda entry: (entry["path"], entry["rule"], entry["fingerprint"]))
    text = json.dumps({"version": VERSION, "findings": found}, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def read(path: str) -> frozenset[str]:
    """The fingerprints in a baseline."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  pathlib costs 3 ms of start-up
            data = json.load(file)
    except OSError as problem:
        reason = (problem.strerror or "unreadable").lower()
        raise UserError(f"cannot read baseline `{path}`: {reason}", HINT) from problem
    except (ValueError, RecursionError) as problem:
        raise UserError(f"`{path}` is no baseline: not valid JSON", HINT) from problem
    entries = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(entries, list) or data.get("version") != VERSION:
        raise UserError(f"`{path}` is no baseline of version {VERSION}", HINT)
    marks = [entry.get("fingerprint") for entry in entries if isinstance(entry, dict)]
    return frozenset(mark for mark in marks if isinstance(mark, str))


def without(report: Report, known: frozenset[str]) -> Report:
    """A report in which the findings of a baseline are only counted."""
    kept = tuple(r for r in report.findings if r.suppressed or r.fingerprint not in known)
    present = {reported.fingerprint for reported in report.findings}
    return report._replace(
        findings=kept,
        in_baseline=len(report.findings) - len(kept),
        mended=len(known - present),
    )


def since(report: Report, base: Report, ref: str, renamed: Mapping[str, str]) -> Report:
    """A report with the findings that another version of the repository does not have.

    A line that was edited has another fingerprint; what it is about tells then.
    """
    marks = {reported.fingerprint for reported in base.shown}
    others = [r for r in report.shown if r.fingerprint not in marks]
    present = {reported.fingerprint for reported in report.shown}
    left = Counter(
        named(reported.finding, renamed)
        for reported in base.shown
        if reported.fingerprint not in present
    )
    new = set(introduced(others, left))
    kept = tuple(r for r in report.findings if r.suppressed or r in new)
    return report._replace(
        findings=kept,
        in_baseline=len(report.findings) - len(kept),
        base=ref,
        base_score=base.score.value if base.score else None,
    )


def introduced(found: Iterable[Reported], left: Counter[tuple[str, ...]]) -> Iterable[Reported]:
    """The findings for which nothing like them is left of the other version."""
    for reported in found:
        what = named(reported.finding, {})
        if left[what] > 0:
            left[what] -= 1
        else:
            yield reported


def named(finding: Finding, renamed: Mapping[str, str]) -> tuple[str, ...]:
    """What a finding is about, under the names that files have now."""
    location = finding.location
    moved = finding._replace(
        location=location._replace(path=renamed.get(location.path, location.path)),
        entry=renamed.get(finding.entry, finding.entry),
    )
    return identity(moved)
