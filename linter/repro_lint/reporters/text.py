"""The report for a person: findings by file with their source, then the score."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.reporters.layout import (
    BLANK,
    WIDTH,
    Line,
    Segment,
    line,
    paragraph,
    plain,
    width_of,
)
from repro_lint.reporters.source import excerpt
from repro_lint.reporters.summary import place, position, tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from repro_lint.findings import Finding, Fix, Location, Reported, Step
    from repro_lint.report import Report

_MOST_SITES = 5
_MOST_NOTES = 20
_LEAST_GUTTER = 4

ENDS_SHOWN = 4  # steps at the start and at the end of a long way


def render(report: Report, width: int = WIDTH, *, quiet: bool = False) -> str:
    """The report without colour."""
    if quiet:
        from repro_lint.reporters.concise import render_findings  # noqa: PLC0415

        return render_findings(report)
    return plain(lay_out(report, width))


def lay_out(report: Report, width: int = WIDTH) -> Iterator[Line]:
    """The lines of the report, with styles."""
    groups: dict[str, list[Reported]] = {}
    for reported in report.shown:
        groups.setdefault(reported.finding.location.path, []).append(reported)
    for path in sorted(groups, key=lambda path: (path == ".", path)):
        yield from _group(path, groups[path], width)
    yield from _notes(report, width)
    if report.score:
        from repro_lint.reporters.panel import panel  # noqa: PLC0415  a single file has no score

        yield from panel(report.score, width)
        yield BLANK
    elif report.single_file and report.shown:
        yield line(("no score: it is computed for a whole repository", "dim"))
    yield from paragraph([], tally(report), 2, width)
    yield from _advice(report, width)


def _advice(report: Report, width: int) -> Iterator[Line]:
    if report.shown:
        worst = max(report.shown, key=lambda reported: reported.finding.severity)
        yield line((f"`repro-lint explain {worst.finding.rule}` tells more", "dim"))
        mends = _mends([reported.finding.fix for reported in report.shown])
        if mends:
            yield from paragraph([], mends, 2, width)
    if report.hidden_by_confidence:
        yield line(("`--min-confidence low` shows what is hidden", "dim"))


def _mends(fixes: Sequence[Fix | None]) -> str:
    """Which options mend how many findings."""
    safe = sum(fix is not None and fix.safety == "safe" for fix in fixes)
    unsafe = sum(fix is not None and fix.safety != "safe" for fix in fixes)
    options = (("--fix", safe), ("--unsafe-fixes", safe + unsafe if unsafe else 0))
    told = [f"`{option}` mends {count}" for option, count in options if count]
    return f"{', '.join(told)}; `--diff` beside it shows how" if told else ""


def _group(path: str, found: Sequence[Reported], width: int) -> Iterator[Line]:
    yield line(("the repository" if path == "." else path, "path"))
    longest = max(len(position(reported.finding.location)) for reported in found)
    gutter = max(longest, _LEAST_GUTTER) if longest else 0
    for reported in found:
        yield from _finding(reported, gutter, width)
        yield BLANK


def _finding(reported: Reported, gutter: int, width: int) -> Iterator[Line]:
    finding = reported.finding
    where = position(finding.location)
    head = [
        Segment(f"  {where:>{gutter}}  " if gutter else "  ", "dim"),
        Segment(finding.rule, "code"),
        Segment(" "),
        Segment(finding.severity.label, finding.severity.label),
        Segment("  "),
    ]
    indent = gutter + 4 if gutter else 4
    yield from paragraph(head, finding.message, indent, width)
    if where and reported.text.strip():
        yield from _source(finding, reported.text, gutter, width)
    yield from _details(finding, indent, width)


def _source(finding: Finding, text: str, gutter: int, width: int) -> Iterator[Line]:
    at = finding.location
    end = at.end_column if at.end_line == at.line else 0
    seen = excerpt(text, at.column, end, width - gutter - 6)
    number = at.cell_line or at.line
    yield line((f"  {number:>{gutter}} │ ", "dim"), (seen.text, "source"))
    if seen.marks:
        margin = (f"  {'':>{gutter}} │ ", "dim")
        yield line(margin, " " * seen.offset, ("^" * seen.marks, finding.severity.label))


def _details(finding: Finding, indent: int, width: int) -> Iterator[Line]:
    """The way to the place, and the other places."""
    here = _row(finding.location)
    path = finding.location.path
    others = [step for step in finding.trace if _row(step.location) != here]
    way = [_step(step, path) for step in others if not step.remark]
    if way:
        yield from _way(way, indent, width)
    for remark in (step for step in finding.trace if step.remark):
        text = _step(remark, path) if remark in others else remark.message
        yield from paragraph([Segment(" " * indent)], text, indent, width)
    sites = [site for site in finding.sites if _row(site) != here]
    if sites:
        head = [Segment(" " * indent), Segment("also ", "dim")]
        yield from paragraph(head, _places(sites, path), indent + 5, width)


def _way(steps: Sequence[str], indent: int, width: int) -> Iterator[Line]:
    """The steps in one line where they fit, else one in a line."""
    head = (Segment(" " * indent), Segment("via ", "dim"))
    arrow = " → "
    whole = arrow.join(steps)
    if indent + 4 + width_of(whole) <= width:
        yield from paragraph(head, whole, indent + 4, width)
        return
    for number, step in enumerate(shortened(steps)):
        start = head if number == 0 else (Segment(" " * (indent + 2)), Segment("→ ", "dim"))
        yield from paragraph(start, step, indent + 4, width)


def shortened(steps: Sequence[str]) -> Sequence[str]:
    """A long way without its middle; the machine-readable reports hold all of it."""
    hidden = len(steps) - 2 * ENDS_SHOWN
    if hidden <= 1:
        return steps
    return (*steps[:ENDS_SHOWN], f"{hidden} more calls", *steps[-ENDS_SHOWN:])


def _step(step: Step, path: str) -> str:
    """Where a step is, without the path where it is the same, and what is called there."""
    at = step.location._replace(column=0)
    where = f"line {position(at)}" if at.path == path and not at.cell else place(at)
    return f"{where} {step.message}"


def _places(sites: Sequence[Location], path: str) -> str:
    """The first of the other places; lines of one file together, this file's without its name."""
    named = sites[:_MOST_SITES]
    lines: dict[str, list[str]] = {}
    for site in named:
        lines.setdefault(site.path, []).append(position(site._replace(column=0)))
    near = [_lines(lines.pop(path))] if path in lines else []
    far = [f"{other} {_lines(rows)}".rstrip() for other, rows in lines.items()]
    more = f" and {len(sites) - len(named)} more" if len(sites) > len(named) else ""
    return ", ".join([*near, *far]) + more


def _lines(rows: Sequence[str]) -> str:
    """`line 4`, `lines 4, 9`; cells as they are."""
    word = "line" if rows[0].isdigit() else ""
    return f"{word}{'s' if word and len(rows) > 1 else ''} {', '.join(rows)}".strip()


def _row(at: Location) -> tuple[str, int, int]:
    return at.path, at.line, at.cell_line


def _notes(report: Report, width: int) -> Iterator[Line]:
    idle = [(f"{i.location.path}:{i.location.line}", i.message) for i in report.idle_suppressions]
    unread = [(f"{n.path}:{n.line}" if n.line else n.path, n.reason) for n in report.not_analysed]
    yield from _listed("suppressions without effect", idle, width)
    yield from _listed("not analysed", unread, width)


def _listed(title: str, entries: Sequence[tuple[str, str]], width: int) -> Iterator[Line]:
    if not entries:
        return
    yield line((title, "path"))
    for where, text in entries[:_MOST_NOTES]:
        yield from paragraph([Segment(f"  {where}  ", "dim")], text, 6, width)
    if len(entries) > _MOST_NOTES:
        yield line(f"  and {len(entries) - _MOST_NOTES} more; `--output-format json` lists all")
    yield BLANK
