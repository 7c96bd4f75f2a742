"""The score as a reader takes it in: number, pillars as bars, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repro_lint.reporters.layout import BLANK, Line, Segment, line, paragraph, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.scoring import NextLevel, PillarScore, Score

_BAR = 24
_FULL, _EMPTY = "█", "░"
_GOOD, _FAIR = 75, 50
_MOST_MISSING = 6


def panel(score: Score, width: int) -> Iterator[Line]:
    """The lines of the panel."""
    yield line(("─" * width, "dim"))
    yield _headline(score, width)
    yield BLANK
    longest = max((width_of(pillar.title) for pillar in score.pillars), default=0)
    for pillar in score.pillars:
        yield _bar(pillar, longest)
    for cap in score.caps:
        if cap.binding:
            head = Segment(f"  at most {cap.limit}: ", "medium")
            yield from paragraph([head], cap.title, 4, width)
    yield from _next_fixes(score, width)
    if score.next_level:
        yield from _next_level(score.next_level, width)


def _headline(score: Score, width: int) -> Line:
    style = _style(score.value)
    between = f"  between {score.low} and {score.high}" if score.low != score.high else ""
    left = [
        Segment("  score "),
        Segment(f"{score.value}", f"{style}-number"),
        Segment(f" {score.grade}", style),
        Segment(f"  level {score.level}", "code"),
        Segment(between, "dim"),
    ]
    used = sum(width_of(part.text) for part in left)
    space = max(width - used - len(score.model), 2)
    return (*left, Segment(" " * space), Segment(score.model, "dim"))


def _bar(pillar: PillarScore, longest: int) -> Line:
    title = f"  {pillar.title}{' ' * (longest - width_of(pillar.title))}  "
    if pillar.value is None:
        return line(title, (_EMPTY * _BAR, "dim"), (f"    - {pillar.note}", "dim"))
    percent = int(pillar.value * 100 + 1e-9)
    full = round(pillar.value * _BAR)
    return line(
        title,
        (_FULL * full, _style(percent)),
        (_EMPTY * (_BAR - full), "dim"),
        f"  {percent:3}",
        (f"  of weight {pillar.weight:g}", "dim"),
    )


def _next_fixes(score: Score, width: int) -> Iterator[Line]:
    if not score.next:
        return
    yield BLANK
    yield line(("  next fixes", "code"))
    for fix in score.next:
        head = [Segment("  "), Segment(f"{fix.gain:+4d}", "good"), Segment("  ")]
        rules = f" ({', '.join(fix.rules)})" if fix.rules else ""
        autofix = " [autofix]" if fix.autofix else ""
        yield from paragraph(head, fix.title + rules + autofix, 8, width)


def _next_level(level: NextLevel, width: int) -> Iterator[Line]:
    """What is missing; what no rule measures is named where nothing else is."""
    yield BLANK
    yield line((f"  level {level.level} {level.title} needs", "code"))
    for title in level.missing[:_MOST_MISSING]:
        yield from paragraph([Segment("    - ", "dim")], title, 6, width)
    if len(level.missing) > _MOST_MISSING:
        yield line(f"    - and {len(level.missing) - _MOST_MISSING} more")
    if level.not_measured:
        text = f"not measured yet: {', '.join(level.not_measured)}"
        yield from paragraph([Segment("    - ", "dim")], text, 6, width)


def _style(percent: float) -> str:
    if percent >= _GOOD:
        return "good"
    return "fair" if percent >= _FAIR else "poor"
