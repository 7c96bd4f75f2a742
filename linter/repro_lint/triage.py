"""Sorts findings into shown, suppressed, hidden and not selected; nothing is dropped uncounted."""

from __future__ import annotations

from repro_lint import TYPE_CHECKING
from repro_lint.config import matches, selected
from repro_lint.findings import IdleSuppression, Reported
from repro_lint.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from repro_lint.config import Config
    from repro_lint.findings import Finding, RuleResult
    from repro_lint.repository.comments import Suppression
    from repro_lint.repository.files import Repository


class Triaged(Record):
    """What became of the findings; `silenced` are all that a comment with a reason covers."""

    findings: tuple[Reported, ...]
    silenced: tuple[Finding, ...]
    idle: tuple[IdleSuppression, ...]
    hidden_by_confidence: int
    not_selected: int


def triage(
    results: Sequence[RuleResult],
    repository: Repository,
    config: Config,
    known: Mapping[str, str],
) -> Triaged:
    """Apply the selection, the comments and the least confidence, in this order.

    A finding that the configuration leaves out still counts as what a comment
    silences: comments must not come and go with flags. `known` names every rule.
    """
    from repro_lint.repository.comments import read_suppressions  # noqa: PLC0415

    found = named(results, repository, known)
    silences = _Silences(read_suppressions(repository))
    ignored_in = _ignored_in(config)
    kept: list[Reported] = []
    silenced: list[Finding] = []
    hidden = not_selected = 0
    for reported in found:
        finding = reported.finding
        silence = silences.of(finding, reported.name)
        if silence is not None and silence.reason:
            silenced.append(finding)
        if not selected(config, finding.rule, reported.name) or ignored_in(reported):
            not_selected += 1
        elif silence is not None:
            kept.append(reported._replace(suppressed=True, reason=silence.reason))
        elif finding.confidence < config.min_confidence:
            hidden += 1
        else:
            kept.append(reported)
    judged = frozenset(result.rule for result in results)
    # A single file hides what its rules would find in a whole repository.
    idle = [] if repository.single_file else silences.idle(judged, known)
    return Triaged(tuple(kept), tuple(silenced), tuple(idle), hidden, not_selected)


class _Silences:
    """The suppression comments, and which of their rules silenced something."""

    def __init__(self, suppressions: Iterable[Suppression]) -> None:
        self._by_path: dict[str, list[Suppression]] = {}
        for suppression in suppressions:
            self._by_path.setdefault(suppression.path, []).append(suppression)
        self._used: set[tuple[Suppression, str]] = set()

    def of(self, finding: Finding, name: str) -> Suppression | None:
        """The first comment that silences a finding; all that do are used."""
        covering = [
            (suppression, rule)
            for suppression in self._by_path.get(finding.location.path, ())
            for rule in suppression.rules
            if matches(rule, finding.rule, name) and suppression.covers(finding.location)
        ]
        self._used.update(covering)
        return covering[0][0] if covering else None

    def idle(self, judged: frozenset[str], known: Mapping[str, str]) -> list[IdleSuppression]:
        """What silences nothing; of rules that were not judged nothing is said."""
        found: list[IdleSuppression] = []
        for suppression in (each for path in sorted(self._by_path) for each in self._by_path[path]):
            if suppression.problem:
                message = f"this comment has no effect: {suppression.problem}"
                found.append(IdleSuppression(suppression.place, (), message))
                continue
            for rule in suppression.rules:
                message = self._why_idle(suppression, rule, judged, known)
                if message:
                    found.append(IdleSuppression(suppression.place, (rule,), message))
        return found

    def _why_idle(
        self,
        suppression: Suppression,
        rule: str,
        judged: frozenset[str],
        known: Mapping[str, str],
    ) -> str:
        meant = {code for code, name in known.items() if matches(rule, code, name)}
        if not meant:
            return f"`{rule}` is no rule"
        if (suppression, rule) in self._used or not meant <= judged:
            return ""
        return f"`{rule}` has nothing to silence here"


def named(
    results: Sequence[RuleResult], repository: Repository, names: Mapping[str, str]
) -> list[Reported]:
    """All findings in order, each with a fingerprint that survives moved lines."""
    found = sorted((f for result in results for f in result.findings), key=_place)
    seen: dict[tuple[str, ...], int] = {}
    reported: list[Reported] = []
    for finding in found:
        at = finding.location
        text = repository.line_text(at) if at.line else ""
        what = text.strip() or finding.message
        parts = (finding.rule, at.path, finding.entry, finding.stream, what)
        seen[parts] = ordinal = seen.get(parts, -1) + 1
        fingerprint = _digest((*parts, str(ordinal)))
        reported.append(Reported(finding, names[finding.rule], fingerprint, text))
    return reported


def _digest(parts: tuple[str, ...]) -> str:
    try:
        # Without what `hashlib` loads besides: OpenSSL, 3 ms of start-up.
        from _blake2 import blake2b  # noqa: PLC0415
    except ImportError:
        from hashlib import blake2b  # noqa: PLC0415

    data = "\0".join(parts).encode("utf-8", "backslashreplace")
    return blake2b(data, digest_size=16).hexdigest()


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.location, finding.rule


def _ignored_in(config: Config) -> Callable[[Reported], bool]:
    """A test for `per-file-ignores`, whose patterns read as those of `.gitignore`."""
    if not config.per_file_ignores:
        return lambda _: False
    from pathspec.gitignore import GitIgnoreSpec  # noqa: PLC0415

    table = [
        (GitIgnoreSpec.from_lines([pattern]), chosen) for pattern, chosen in config.per_file_ignores
    ]

    def ignored(reported: Reported) -> bool:
        finding = reported.finding
        return any(
            spec.match_file(finding.location.path)
            for spec, chosen in table
            if any(matches(selector, finding.rule, reported.name) for selector in chosen)
        )

    return ignored
