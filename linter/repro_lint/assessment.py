"""Makes the evidence of a score from what the rules found, and scores it."""

from __future__ import annotations

import re

from repro_lint import TYPE_CHECKING
from repro_lint.knowledge.load import knowledge
from repro_lint.patterns import pattern
from repro_lint.records import Record
from repro_lint.rules import ALL
from repro_lint.rules.practices import practices
from repro_lint.scoring import Evidence, Hazard, Run, Score, load, score

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from repro_lint.findings import Finding, RuleResult
    from repro_lint.rules.base import Context

LIBRARY = "library"
UNPARSED = "STR006"
_STREAM = "the stream"
_MAIN_GUARD = pattern(r"^if __name__ *== *['\"]__main__['\"]", re.MULTILINE)
_TRAINS = pattern(r"train|main|fit|run")


class Placed(Record):
    """A finding as the score sees it, and the names of the runs that it is in."""

    hazard: Hazard
    runs: tuple[str, ...]


def measure(
    context: Context, results: Iterable[RuleResult], silenced: Collection[Finding] = ()
) -> Score:
    """Score a repository by what every rule found, whatever is selected.

    `silenced` are the findings that a comment suppresses and gives a reason for.
    """
    return score(gather(context, results, silenced), load())


def gather(
    context: Context, results: Iterable[RuleResult], silenced: Collection[Finding] = ()
) -> Evidence:
    """Put each finding on the runs that it is in."""
    by_rule: dict[str, list[Finding]] = {}
    for result in results:
        by_rule.setdefault(result.rule, []).extend(result.findings)
    found = (finding for of_rule in by_rule.values() for finding in of_rule)
    findings = sorted(found, key=lambda f: (f.location, f.rule, f.entry, f.stream, f.message))
    kinds = dict(_kinds(context, findings))
    placed = list(_placed(context, findings, frozenset(silenced), kinds))
    runs = tuple(
        Run(name, kind, tuple(p.hazard for p in placed if name in p.runs))
        for name, kind in sorted(kinds.items())
    )
    unreached = tuple(p.hazard for p in placed if not p.runs)
    return Evidence(runs, unreached, practices(context, by_rule))


def _kinds(context: Context, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """The runs of a repository by name, each with its kind."""
    for finding in findings:
        path = finding.location.path
        if finding.rule == UNPARSED and _MAIN_GUARD.search(context.repository.text(path) or ""):
            name = path.rpartition("/")[2]
            yield path, "training" if _TRAINS.search(name) else "evaluation"
    for entry in context.program.entries:
        yield entry.path, entry.kind
    if context.config.kind == LIBRARY or context.manifests.dependencies.library.is_library:
        yield LIBRARY, LIBRARY


def _placed(
    context: Context,
    findings: Sequence[Finding],
    silenced: frozenset[Finding],
    kinds: dict[str, str],
) -> Iterator[Placed]:
    titles = _titles(findings)
    reaching: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        path = finding.location.path
        if path not in reaching:
            entries = tuple(entry.path for entry in context.program.entries_reaching(path))
            own = (path,) if path in kinds else ()
            reaching[path] = entries or own or ((LIBRARY,) if LIBRARY in kinds else ())
        hazard = Hazard(
            rule=finding.rule,
            severity=finding.severity,
            confidence=finding.confidence,
            group=finding.group,
            title=titles[finding.rule, finding.group],
            autofix=finding.fix is not None,
            suppressed=finding in silenced,
        )
        yield Placed(hazard, (finding.entry,) if finding.entry in kinds else reaching[path])


def _titles(findings: Sequence[Finding]) -> dict[tuple[str, str], str]:
    """What to do about each group of findings, and where."""
    remedies = {rule.code: rule.remedy for rule in ALL}
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.group), []).append(finding)
    titles: dict[tuple[str, str], str] = {}
    for group, of in groups.items():
        remedy = remedies.get(group[0], of[0].message)
        where = _where(of, at_entry=_STREAM in remedy)
        titles[group] = f"{_named(remedy, of)}{where}"
    return titles


def _named(remedy: str, findings: Sequence[Finding]) -> str:
    """A remedy that speaks of `the stream`, with the name of the one that a group is about."""
    streams = {finding.stream for finding in findings}
    known = knowledge().streams.get(streams.pop()) if len(streams) == 1 else None
    return remedy.replace(_STREAM, known.label, 1) if known else remedy


def _where(findings: Sequence[Finding], *, at_entry: bool) -> str:
    """The place of a group: ` in `main.py` (6 draws)`; a stream is seeded where a run begins."""
    paths = sorted({(at_entry and f.entry) or f.location.path for f in findings} - {"."})
    if not paths:
        return ""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    places = sum(max(1, len(finding.sites)) for finding in findings)
    what = "draws" if all(finding.stream for finding in findings) else "places"
    return f" in `{paths[0]}`{more}" + (f" ({places} {what})" if places > 1 else "")
