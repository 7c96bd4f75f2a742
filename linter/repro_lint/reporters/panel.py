"""The score as a reader takes it in: number, pillars as bars, what to do next."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.reporters.layout import BLANK, Line, Segment, line, paragraph, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from repro_lint.scoring import NextLevel, PillarScore, Score

_WIDEST_BAR, _NARROWEST_BAR = 24, 6
_BESIDE_BAR = 28
_FULL, _EMPTY = "█", "░"
_GOOD, _FAIR = 75, 50
_MOST_MISSING = 6


def panel(score: Score, width: int) -> Iterator[Line]:
    """The lines of the panel."""
    yield line(("─" * width, "dim"))
    yield from _headline(score, width)
    yield BLANK
    longest = max((width_of(pillar.title) for pillar in score.pillars), default=0)
    bar = min(max(width - longest - _BESIDE_BAR, _NARROWEST_BAR), _WIDEST_BAR)
    for pillar in score.pillars:
        yield _row(pillar, longest, bar)
    for cap in score.caps:
        if cap.binding:
            head = Segment(f"  at most {cap.limit}: ", "medium")
            yield from paragraph([head], cap.title, 4, width)
    yield from _next_fixes(score, width)
    if score.next_level:
        yield from _next_level(score.next_level, width)


def _headline(score: Score, width: int) -> Iterator[Line]:
    style = _style(score.value)
    between = f"  between {score.low} and {score.high}" if score.low != score.high else ""
    left = [
        Segment("  score "),
        Segment(f"{score.value}", f"{style}-number"),
        Segment(f" {score.grade}", style),
        Segment(f"  level {score.level}", "code"),
        Segment(between, "dim"),
    ]
    model = Segment(score.model, "dim")
    space = width - sum(width_of(part.text) for part in left) - len(score.model)
    if space > 1:
        yield (*left, Segment(" " * space), model)
    else:
        yield tuple(left)
        yield (Segment("  "), model)


def _row(pillar: PillarScore, longest: int, bar: int) -> Line:
    title = f"  {pillar.title}{' ' * (longest - width_of(pillar.title))}  "
    if pillar.value is None:
        return line(title, (_EMPTY * bar, "dim"), (f"    -  {pillar.note}", "dim"))
    # A share that is a whole percent but for the last bit must not lose it.
    percent = int(pillar.value * 100 + 1e-9)
    full = round(pillar.value * bar)
    return line(
        title,
        (_FULL * full, _style(percent)),
        (_EMPTY * (bar - full), "dim"),
        f"  {percent:3}",
        (f"  weight {pillar.weight:g}", "dim"),
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
