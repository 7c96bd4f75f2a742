"""Runs every rule over a repository and makes the report; one broken rule is one record."""

from __future__ import annotations

import sys

from repro_lint import TYPE_CHECKING, __version__
from repro_lint.findings import Crash, Finding, Fix, Outcome, RuleEntry, RuleResult
from repro_lint.fixes import FIXABLE
from repro_lint.report import Report
from repro_lint.rules import rules_for
from repro_lint.rules.base import Context
from repro_lint.triage import triage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from repro_lint.config import Config
    from repro_lint.repository.files import Repository
    from repro_lint.rules.base import Rule
    from repro_lint.scoring import Score

    Observe = Callable[[int, int, str], None]

# Calls are followed some ten frames each; the usual 1,000 would end that after a hundred.
FRAMES = 5000


def analyse(
    repository: Repository,
    config: Config,
    observe: Observe | None = None,
    rules: Sequence[type[Rule]] | None = None,
) -> Report:
    """Judge a repository by all rules; `observe` is told how far the work is."""
    return analyse_context(Context(repository, config), observe, rules)


def analyse_context(
    context: Context,
    observe: Observe | None = None,
    rules: Sequence[type[Rule]] | None = None,
) -> Report:
    """Judge a repository of which some things may be known already."""
    if observe is not None:
        observe(0, 1, "reading files")
    context.modules  # noqa: B018  parsers overflow the stack with a limit above the usual
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, FRAMES))
    try:
        return judged_by(context, observe, rules)
    finally:
        sys.setrecursionlimit(usual)


def judged_by(
    context: Context, observe: Observe | None, rules: Sequence[type[Rule]] | None
) -> Report:
    """Run the rules over what is known of a repository, and sum up."""
    repository, config = context.repository, context.config
    rules = rules_for(repository) if rules is None else rules
    wanted = [rule for rule in rules if _runs(rule, repository, config)]
    results: list[RuleResult] = []
    crashes: list[Crash] = []
    for done, rule in enumerate(wanted):
        if observe is not None:
            observe(done, len(wanted), rule.name)
        judged = judge(rule, context)
        (crashes if isinstance(judged, Crash) else results).append(judged)  # type: ignore[arg-type]
    results = [_with_fixes(context, result, crashes) for result in results]
    triaged = triage(results, repository, config, {rule.code: rule.name for rule in rules})
    score = None
    if not repository.single_file:
        # Rules in preview never score: else a flag would move the number.
        preview = {rule.code for rule in wanted if rule.preview}
        settled = [result for result in results if result.rule not in preview]
        score = _score(context, settled, triaged.silenced, crashes)
    return Report(
        version=__version__,
        findings=triaged.findings,
        rules=tuple(_entry(rule) for rule in wanted),
        score=score,
        not_analysed=repository.not_analysed,
        idle_suppressions=triaged.idle,
        crashes=tuple(crashes),
        hidden_by_confidence=triaged.hidden_by_confidence,
        not_selected=triaged.not_selected,
        files=len(repository.python_paths) + len(repository.notebook_paths),
        single_file=repository.single_file,
    )


def judge(rule: type[Rule], context: Context) -> RuleResult | Crash:
    """What one rule says; its findings in order, each once."""
    try:
        judging = rule()
        if not judging.applies(context):
            return RuleResult(rule.code, Outcome.NOT_APPLICABLE)
        found = sorted(set(judging.check(context)), key=order)
    except Exception as problem:  # noqa: BLE001  a broken rule must not take the others with it
        return _crash(rule.code, problem)
    return RuleResult(rule.code, Outcome.FAIL if found else Outcome.PASS, tuple(found))


def _with_fixes(context: Context, result: RuleResult, crashes: list[Crash]) -> RuleResult:
    """The findings of a rule, each with what would end it; a fix that breaks is one record."""
    if not result.findings or result.rule not in FIXABLE:
        return result
    try:
        from repro_lint.fixes.planner import planner_of  # noqa: PLC0415  few files need it

        planner = planner_of(context)
        found = [(finding, planner.plan(finding)) for finding in result.findings]
    except Exception as problem:  # noqa: BLE001  the findings stand without their fixes
        crashes.append(_crash(result.rule, problem))
        return result
    fixed = (f if p is None else f._replace(fix=Fix(p.title, p.safety)) for f, p in found)
    return result._replace(findings=tuple(fixed))


def order(finding: Finding) -> tuple[object, ...]:
    """The order of findings: by place, then rule, then what tells apart two of one rule."""
    return (
        finding.location,
        finding.rule,
        finding.entry,
        finding.stream,
        finding.message,
        finding.group,
        finding.sites,
        finding.trace,
        -finding.severity,
        -finding.confidence,
        finding.fix or (),
    )


def _runs(rule: type[Rule], repository: Repository, config: Config) -> bool:
    if rule.preview and not config.preview:
        return False
    return not (repository.single_file and rule.whole_repository)


def _entry(rule: type[Rule]) -> RuleEntry:
    return RuleEntry(rule.code, rule.name, rule.severity, rule.confidence, rule.preview)


def _score(
    context: Context,
    results: Sequence[RuleResult],
    silenced: Sequence[Finding],
    crashes: list[Crash],
) -> Score | None:
    """The score, or none where it breaks: then that is one more crash."""
    try:
        from repro_lint.assessment import measure  # noqa: PLC0415

        return measure(context, results, silenced)
    except Exception as problem:  # noqa: BLE001  the findings stand without a score
        crashes.append(_crash("score", problem))
        return None


def _crash(rule: str, problem: Exception) -> Crash:
    import traceback  # noqa: PLC0415

    lines = traceback.format_exception(type(problem), problem, problem.__traceback__)
    return Crash(rule, f"{type(problem).__name__}: {problem}", "".join(lines))
